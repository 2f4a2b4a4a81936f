#include "cli/query_options.h"

#include "cli/arrangement_options.h"
#include "cli/contact_sheet.h"
#include "cli/model_options.h"

#include <fmt/format.h>

#include <algorithm>

namespace sokkuri::cli {
namespace {

constexpr double kScoreMax = 1e9;  // inner products have no bound of their own
constexpr double kRecallMin = 0.5;

/// Ways to say how surely the nearest must be found, those that were used.
std::vector<std::string_view> efforts_given(const Settings& settings);
index::Effort effort_of(const Settings& settings);
Result<void> check_agreement(const Settings& settings);

}  // namespace

std::vector<Option> query_options() {
    return joined(
        {{{.name = "k",
           .letter = 'k',
           .also = "top",
           .kind = ValueKind::kInteger,
           .value_name = "N",
           .help = "How many look-alikes to find",
           .fallback = "10",
           .minimum = 1,
           .maximum = collection::SearchRequest::kKMax},
          {.name = "min-score",
           .kind = ValueKind::kNumber,
           .value_name = "S",
           .help = "Leave out hits with a lower score (1 is the same picture)",
           .minimum = -kScoreMax,
           .maximum = kScoreMax},
          {.name = "recall",
           .kind = ValueKind::kNumber,
           .value_name = "R",
           .help = "Share of the true look-alikes that must be found; with --min-score, nothing "
                   "above that is missed",
           .fallback = "0.99",
           .minimum = kRecallMin,
           .maximum = 1},
          {.name = "exact", .help = "Miss nothing, instead of --recall"},
          {.name = "ef",
           .kind = ValueKind::kInteger,
           .value_name = "N",
           .help = "Width of the graph search, instead of --recall",
           .minimum = 1,
           .maximum = collection::SearchRequest::kEfMax},
          {.name = "field",
           .kind = ValueKind::kText,
           .value_name = "NAME",
           .help = "Vector field to search; without it, the main one (see `sokkuri field list`)",
           .is_in_file = false},
          hits_format_option(),
          {.name = "timing", .help = "Say how long loading, decoding, inference and search took"}},
         arrangement_options(),
         show_options()});
}

Option together_option() {
    return {.name = "together",
            .kind = ValueKind::kChoice,
            .value_name = "HOW",
            .help =
                "One search by all of them: near their mean, near to any of them, or far from all "
                "of them; each is a search of its own otherwise",
            .choices = {"mean", "nearest", "farthest"},
            .is_in_file = false};
}

std::optional<service::BySeveral> together(const Settings& settings,
                                           std::vector<service::BySeveral::Part> parts) {
    if (!settings.has("together")) return std::nullopt;
    using Combine = collection::SeveralVectors::Combine;
    const std::string& how = settings.text("together");
    return service::BySeveral{.parts = std::move(parts),
                              .combine = how == "mean"      ? Combine::kMean
                                         : how == "nearest" ? Combine::kNearest
                                                            : Combine::kFarthest};
}

Result<service::SearchQuery> query_of(const Settings& settings) {
    TRY(check_agreement(settings));
    service::SearchQuery query;
    query.k = static_cast<std::size_t>(settings.integer("k"));
    if (settings.has("min-score")) query.score_min = settings.number("min-score");
    query.effort = effort_of(settings);
    query.field = settings.text("field");
    query.limits = decode_limits(settings);
    TRY(arrange(settings, query));
    return query;
}

std::unique_ptr<HitPrinter> printer_of(Invocation& invocation, CollectionReader& reader,
                                       std::size_t query_count) {
    const Settings& settings = invocation.settings;
    const PrinterPlace place{
        .out = invocation.out,
        .terminal = invocation.terminal,
        .reader = reader,
        .queries = query_count > 1 ? QueryCount::kMany : QueryCount::kOne,
        .with_timings = settings.on("timing"),
    };
    const Format format = format_of(settings);
    const bool format_is_nearer = settings.at("format").origin > settings.at("show").origin;
    const bool is_sheet = settings.on("show") && (format == Format::kTable || !format_is_nearer);
    if (!is_sheet) return make_hit_printer(format, place);
    return make_contact_sheet(place, sheet_options(settings, invocation.terminal));
}

std::string timings_text(const service::SearchTimings& timings) {
    return fmt::format(
        "load {:.1f} ms, decode {:.1f} ms, infer {:.1f} ms, search {:.1f} ms, total {:.1f} ms",
        timings.load_ms, timings.decode_ms, timings.infer_ms, timings.search_ms, timings.total_ms);
}

std::string method_text(const collection::SearchMethod& method) {
    std::string text(name_of(method.path));
    if (method.ef > 0) text += fmt::format(", ef {}", method.ef);
    if (method.recall_asked) text += fmt::format(", recall {} asked", *method.recall_asked);
    if (method.recall_expected) text += fmt::format(", {:.4f} expected", *method.recall_expected);
    return text;
}

ExitCode exit_code_of(std::size_t queries, std::size_t failed) {
    if (failed == 0) return ExitCode::kOk;
    return failed == queries ? ExitCode::kError : ExitCode::kSomeFailed;
}

namespace {

/// Nearest first: a flag goes before a variable, and that before the file.
std::vector<std::string_view> efforts_given(const Settings& settings) {
    std::vector<std::string_view> given;
    for (const std::string_view name : {"recall", "exact", "ef"}) {
        const bool is_given = name == "exact" ? settings.on(name) : settings.has(name);
        if (is_given) given.push_back(name);
    }
    std::stable_sort(given.begin(), given.end(), [&](std::string_view a, std::string_view b) {
        return settings.at(a).origin > settings.at(b).origin;
    });
    return given;
}

index::Effort effort_of(const Settings& settings) {
    using Kind = index::Effort::Kind;
    const std::vector<std::string_view> given = efforts_given(settings);
    if (given.empty()) return {};
    if (given[0] == "exact") return {.kind = Kind::kExact};
    if (given[0] == "recall") {
        return {.kind = Kind::kRecall, .recall = settings.number("recall")};
    }
    return {.kind = Kind::kEf, .ef = static_cast<std::size_t>(settings.integer("ef"))};
}

Result<void> check_agreement(const Settings& settings) {
    const std::vector<std::string_view> efforts = efforts_given(settings);
    for (std::size_t i = 1; i < efforts.size(); ++i) {
        if (settings.at(efforts[i]).origin != settings.at(efforts[0]).origin) continue;
        return fail(ErrorCode::kInvalidArgument, "--{} and --{} exclude each other", efforts[0],
                    efforts[i]);
    }
    const bool is_drawn = settings.on("show") && format_of(settings) != Format::kTable;
    if (!is_drawn || settings.at("show").origin != settings.at("format").origin) return {};
    return fail(ErrorCode::kInvalidArgument, "--show and --format {} exclude each other",
                settings.text("format"));
}

}  // namespace

}  // namespace sokkuri::cli
