#include "cli/query_options.h"

#include "cli/contact_sheet.h"
#include "cli/model_options.h"

#include <fmt/format.h>

namespace sokkuri::cli {
namespace {

constexpr double kScoreMax = 1e9;  // inner products have no bound of their own

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
          hits_format_option(),
          {.name = "timing", .help = "Say how long loading, decoding, inference and search took"}},
         show_options()});
}

service::SearchQuery query_of(const Settings& settings) {
    service::SearchQuery query;
    query.k = static_cast<std::size_t>(settings.integer("k"));
    if (settings.has("min-score")) query.score_min = settings.number("min-score");
    query.limits = decode_limits(settings);
    return query;
}

std::optional<std::string> contradiction(const Settings& settings) {
    const bool is_drawn = settings.on("show") && format_of(settings) != Format::kTable;
    if (!is_drawn || settings.at("show").origin != settings.at("format").origin)
        return std::nullopt;
    return fmt::format("--show and --format {} exclude each other", settings.text("format"));
}

std::unique_ptr<HitPrinter> printer_of(Invocation& invocation, const ChosenLibrary& chosen,
                                       std::size_t query_count) {
    const Settings& settings = invocation.settings;
    const PrinterPlace place{
        .out = invocation.out,
        .terminal = invocation.terminal,
        .chosen = chosen,
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

ExitCode exit_code_of(std::size_t queries, std::size_t failed) {
    if (failed == 0) return ExitCode::kOk;
    return failed == queries ? ExitCode::kError : ExitCode::kSomeFailed;
}

}  // namespace sokkuri::cli
