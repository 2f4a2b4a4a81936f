#include "base/atomic_file.h"
#include "base/json.h"
#include "base/shown_text.h"
#include "cli/format.h"
#include "cli/interrupt.h"
#include "cli/library_options.h"
#include "cli/progress.h"
#include "cli/text_table.h"
#include "cli/verbs.h"
#include "service/ann_bench.h"

#include <fmt/format.h>

#include <charconv>

namespace sokkuri::cli {
namespace {

constexpr std::string_view kRecallsUsual = "0.9,0.95,0.99,0.995,0.999";

std::vector<Option> options();
std::vector<Option> data_options();
std::vector<Option> effort_options();
Result<ExitCode> run(Invocation& invocation);
Result<service::AnnBenchRequest> request_of(const Invocation& invocation);
/// The recalls, then the widths, then exact search.
Result<std::vector<index::Effort>> efforts_of(const Settings& settings);
Result<double> number_of(std::string_view name, const std::string& text);
std::string asked_text(const index::Effort& effort);
std::string report_json(const service::AnnBenchRequest& request,
                        const service::AnnBenchReport& report);
void write_setting(JsonWriter& json, const service::AnnSetting& setting);
std::string report_text(const service::AnnBenchRequest& request,
                        const service::AnnBenchReport& report, const Terminal& terminal);
std::string megabytes(std::uint64_t bytes);

}  // namespace

Verb bench_ann_verb() {
    return {.name = "bench ann",
            .summary = "Measure vector search on matrices of your own",
            .description =
                "Builds the vector index over the rows of a NumPy matrix (float32 is used where it "
                "lies; float16, float64, int8 and uint8 are converted), searches it, and prints "
                "recall against its own exact search, queries a second and latencies for each "
                "setting: the recalls asked for, then the widths, then exact.\n\nEach setting is "
                "run once to warm up and then up to three times; the fastest run is reported. With "
                "--threads N each of N threads asks queries of its own; exact queries come one "
                "after the other, each spread over the threads. With --batch queries come 256 a "
                "call, and a latency is that of a call.",
            .argument = {.name = "BASE.npy",
                         .help = "The rows to search in",
                         .kind = ArgumentKind::kFile,
                         .count_min = 1,
                         .count_max = 1},
            .options = options(),
            .examples = {{"sokkuri bench ann base.npy --queries q.npy",
                          "Cosine, ten neighbors, five recalls"},
                         {"sokkuri bench ann base.npy --queries q.npy --exact --batch --threads 2",
                          "Exact search, many queries a call"},
                         {"sokkuri bench ann base.npy --queries q.npy --recall 0.99 --ids ids.npy",
                          "What was found, to be checked elsewhere"}},
            .run = run};
}

namespace {

std::vector<Option> options() {
    std::vector<Option> all = joined({data_options(), effort_options(), {report_format_option()}});
    // A measurement is what its command line says.
    for (Option& option : all) {
        option.is_in_file = false;
    }
    return all;
}

std::vector<Option> data_options() {
    return {
        {.name = "queries",
         .kind = ValueKind::kFile,
         .value_name = "Q.npy",
         .help = "The vectors to look for"},
        {.name = "k",
         .letter = 'k',
         .kind = ValueKind::kInteger,
         .value_name = "N",
         .help = "Neighbors a query",
         .fallback = "10",
         .minimum = 1,
         .maximum = 100'000},
        {.name = "metric",
         .kind = ValueKind::kChoice,
         .value_name = "METRIC",
         .help = "What near means: 1 - cosine, Euclidean distance, or inner product",
         .fallback = "cosine",
         .choices = {"cosine", "l2", "ip"}},
        {.name = "filter-fraction",
         .kind = ValueKind::kNumber,
         .value_name = "F",
         .help = "Only this share of the rows, drawn at random, may be found",
         .minimum = 0,
         .maximum = 1},
        {.name = "seed",
         .kind = ValueKind::kInteger,
         .value_name = "N",
         .help = "Of the index and of the filter's rows",
         .fallback = "1"},
        {.name = "out",
         .kind = ValueKind::kFile,
         .value_name = "R.json",
         .help = "Write the figures to this file"},
        {.name = "ids",
         .kind = ValueKind::kFile,
         .value_name = "IDS.npy",
         .help = "Write the rows found, int64 [settings, queries, k], -1 where there are fewer"}};
}

std::vector<Option> effort_options() {
    return {{.name = "threads",
             .kind = ValueKind::kInteger,
             .value_name = "N",
             .help = "Threads that search, and build",
             .fallback = "1",
             .minimum = 1,
             .maximum = 1'024},
            {.name = "build-threads",
             .kind = ValueKind::kInteger,
             .value_name = "N",
             .help = "Threads that build, when they are others than --threads",
             .minimum = 1,
             .maximum = 1'024},
            {.name = "recall",
             .kind = ValueKind::kTexts,
             .value_name = "R,...",
             .help = "Recalls to ask for; without --ef and --exact: 0.9,0.95,0.99,0.995,0.999"},
            {.name = "ef",
             .kind = ValueKind::kTexts,
             .value_name = "N,...",
             .help = "Widths of the graph search"},
            {.name = "exact", .help = "Exact search"},
            {.name = "batch", .help = "256 queries a call"}};
}

Result<ExitCode> run(Invocation& invocation) {
    // Before any thread.
    Interrupt interrupt(invocation.console, "stopping");
    if (!invocation.settings.has("queries")) {
        return usage_error(invocation, "bench ann", "which queries? Give --queries Q.npy");
    }
    service::AnnBenchRequest request = TRY(request_of(invocation));
    request.stop = interrupt.token();
    std::string stage_before;
    if (!invocation.settings.on("quiet")) {
        request.progress = [&](double /*share*/, std::string_view stage) {
            if (stage == stage_before) return;
            stage_before = stage;
            invocation.console.say("{}", stage);
        };
    }
    const auto report = service::bench_ann(invocation.files, request);
    if (!report && report.error().code() == ErrorCode::kCancelled) return ExitCode::kInterrupted;
    if (!report) return tl::unexpected(report.error());
    const std::string json = report_json(request, *report);
    if (invocation.settings.has("out")) {
        TRY(replace_file(invocation.files, invocation.settings.text("out"),
                         std::as_bytes(std::span(json))));
    }
    const bool wants_json = format_of(invocation.settings) == Format::kJson;
    invocation.out.write(wants_json ? json : report_text(request, *report, invocation.terminal));
    return ExitCode::kOk;
}

Result<service::AnnBenchRequest> request_of(const Invocation& invocation) {
    const Settings& settings = invocation.settings;
    service::AnnBenchRequest request{.base_file = invocation.arguments.front(),
                                     .queries_file = settings.text("queries"),
                                     .k = settings.integer("k"),
                                     .threads = settings.integer("threads"),
                                     .seed = settings.integer("seed"),
                                     .ids_file = settings.text("ids")};
    request.build_threads =
        settings.has("build-threads") ? settings.integer("build-threads") : request.threads;
    request.metric = TRY(index::parse_metric(settings.text("metric")));
    request.efforts = TRY(efforts_of(settings));
    if (settings.on("batch")) request.calls = service::AnnCalls::kBatch;
    if (settings.has("filter-fraction")) {
        request.filter_fraction = settings.number("filter-fraction");
    }
    TRY(request.validate());
    return request;
}

Result<std::vector<index::Effort>> efforts_of(const Settings& settings) {
    std::vector<index::Effort> efforts;
    std::vector<std::string> recalls = settings.texts("recall");
    const std::vector<std::string> widths = settings.texts("ef");
    if (recalls.empty() && widths.empty() && !settings.on("exact")) {
        for (std::string_view rest = kRecallsUsual; !rest.empty();) {
            const std::size_t end = std::min(rest.find(','), rest.size());
            recalls.emplace_back(rest.substr(0, end));
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    }
    for (const std::string& text : recalls) {
        const double recall = TRY(number_of("recall", text));
        efforts.push_back({.kind = index::Effort::Kind::kRecall, .recall = recall});
    }
    for (const std::string& text : widths) {
        std::size_t width = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), width);
        if (error != std::errc() || end != text.data() + text.size()) {
            return fail(ErrorCode::kInvalidArgument, "ef \"{}\": it is a whole number from 1 on",
                        shown_text(text));
        }
        efforts.push_back({.kind = index::Effort::Kind::kEf, .ef = width});
    }
    if (settings.on("exact")) efforts.push_back({.kind = index::Effort::Kind::kExact});
    return efforts;
}

Result<double> number_of(std::string_view name, const std::string& text) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc() && end == text.data() + text.size()) return number;
    return fail(ErrorCode::kInvalidArgument, "{} \"{}\": it is a number above 0, at most 1", name,
                shown_text(text));
}

std::string asked_text(const index::Effort& effort) {
    switch (effort.kind) {
        case index::Effort::Kind::kExact:
            return "exact";
        case index::Effort::Kind::kRecall:
            return fmt::format("recall {}", effort.recall);
        case index::Effort::Kind::kEf:
            return fmt::format("ef {}", effort.ef);
    }
    return "";
}

std::string report_json(const service::AnnBenchRequest& request,
                        const service::AnnBenchReport& report) {
    std::string text;
    JsonWriter json(text, JsonStyle::kPretty);
    json.begin_object();
    json.member("rows", report.rows).member("dimension", report.dimension);
    json.member("queries", report.queries).member("k", request.k);
    json.member("metric", index::name_of(request.metric)).member("threads", request.threads);
    json.member("build_threads", request.build_threads);
    json.member("batch", request.calls == service::AnnCalls::kBatch);
    json.member("kernels", report.kernels).member("seed", request.seed);
    json.member("allowed_rows", report.allowed_rows);
    json.member("load_s", report.load_s).member("build_s", report.build_s);
    json.member("truth_s", report.truth_s);
    json.member("bytes_per_vector", report.bytes_per_vector());
    json.member("index_bytes", report.index_bytes);
    json.member("peak_bytes", report.peak_bytes);
    json.member("peak_own_bytes", report.peak_own_bytes);
    json.key("settings").begin_array();
    for (const service::AnnSetting& setting : report.settings) {
        write_setting(json, setting);
    }
    json.end_array();
    json.key("calibration").begin_array();
    for (const index::CalibrationPoint& point : report.calibration) {
        json.begin_object().member("k", point.k).member("ef", point.ef);
        json.member("recall", point.recall).member("recall_low", point.recall_low).end_object();
    }
    json.end_array().end_object();
    return text + "\n";
}

void write_setting(JsonWriter& json, const service::AnnSetting& setting) {
    json.begin_object().key("recall_asked");
    if (setting.effort.kind == index::Effort::Kind::kEf) {
        json.null();
    } else {
        json.value(setting.effort.kind == index::Effort::Kind::kExact ? 1.0
                                                                      : setting.effort.recall);
    }
    json.member("recall", setting.recall).member("qps", setting.queries_per_second);
    json.member("p50_ms", setting.p50_ms).member("p99_ms", setting.p99_ms);
    json.member("asked", asked_text(setting.effort)).member("ef", setting.ef);
    json.key("recall_expected");
    if (setting.recall_expected) {
        json.value(*setting.recall_expected);
    } else {
        json.null();
    }
    json.end_object();
}

std::string report_text(const service::AnnBenchRequest& request,
                        const service::AnnBenchReport& report, const Terminal& terminal) {
    std::string text = fmt::format(
        "{} rows of {}, {}, {} queries, k = {}, {} threads, {}\n"
        "built in {:.2f} s, {:.0f} bytes a vector, peak {} ({} without the mapped rows)\n",
        with_commas(report.rows), report.dimension, index::name_of(request.metric),
        with_commas(report.queries), request.k, request.threads, report.kernels, report.build_s,
        report.bytes_per_vector(), megabytes(report.peak_bytes), megabytes(report.peak_own_bytes));
    if (request.filter_fraction) {
        text += fmt::format("filter: {} rows may be found\n", with_commas(report.allowed_rows));
    }
    TextTable table({{"asked"},
                     {"recall", Align::kRight},
                     {"queries/s", Align::kRight},
                     {"p50 ms", Align::kRight},
                     {"p99 ms", Align::kRight},
                     {"ef", Align::kRight}});
    for (const service::AnnSetting& setting : report.settings) {
        table.add_row({{asked_text(setting.effort)},
                       {fmt::format("{:.5f}", setting.recall)},
                       {fmt::format("{:.1f}", setting.queries_per_second)},
                       {fmt::format("{:.3f}", setting.p50_ms)},
                       {fmt::format("{:.3f}", setting.p99_ms)},
                       {setting.ef == 0 ? "" : fmt::format("{}", setting.ef)}});
    }
    return text + table.text(terminal);
}

std::string megabytes(std::uint64_t bytes) {
    return fmt::format("{} MB", with_commas(bytes / 1'000'000));
}

}  // namespace
}  // namespace sokkuri::cli
