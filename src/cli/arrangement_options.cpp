#include "cli/arrangement_options.h"

#include "collection/filter_text.h"

#include <utility>

namespace sokkuri::cli {

Option filter_option() {
    return {.name = "filter",
            .kind = ValueKind::kLines,
            .value_name = "F",
            .help =
                "Only items whose attributes are so: FIELD=VALUE, !=, >=, >, <=, <, FIELD~WORDS, "
                "'FIELD in A,B', 'FIELD exists', or a filter as JSON; given more than once, "
                "all must hold",
            .is_in_file = false};
}

std::vector<Option> arrangement_options() {
    return {filter_option(),
            {.name = "group-by",
             .kind = ValueKind::kText,
             .value_name = "FIELD",
             .help = "At most --per-group hits of each value of this attribute"},
            {.name = "per-group",
             .kind = ValueKind::kInteger,
             .value_name = "N",
             .help = "Hits of each value of --group-by; 1 collapses them",
             .fallback = "1",
             .minimum = 1,
             .maximum = collection::SearchRequest::kKMax},
            {.name = "sort",
             .kind = ValueKind::kText,
             .value_name = "FIELD",
             .help = "Show the hits in the order of this attribute; with - before it, the greatest "
                     "first (--sort=-price)"},
            {.name = "diversity",
             .kind = ValueKind::kNumber,
             .value_name = "D",
             .help = "How much the hits are to be unlike each other: 0 ranks by likeness alone, 1 "
                     "by variety alone",
             .fallback = "0",
             .maximum = 1},
            {.name = "candidates",
             .kind = ValueKind::kInteger,
             .value_name = "N",
             .help = "Nearest items among which --diversity chooses; without it 4 for each hit, at "
                     "least 100",
             .minimum = 1,
             .maximum = collection::Diversity::kCandidatesMax}};
}

Result<std::optional<collection::Filter>> filter_of(const Settings& settings) {
    std::vector<collection::Filter> filters;
    for (const std::string& text : settings.lines("filter")) {
        collection::Filter filter = TRY(in_context("--filter", collection::filter_of_text(text)));
        filters.push_back(std::move(filter));
    }
    if (filters.empty()) return std::optional<collection::Filter>();
    collection::Filter all = collection::all_of(std::move(filters));
    TRY(all.validate());
    return std::optional(std::move(all));
}

Result<void> arrange(const Settings& settings, service::SearchQuery& query) {
    query.filter = TRY(filter_of(settings));
    if (settings.has("group-by")) {
        query.group_cap = collection::GroupCap{
            settings.text("group-by"), static_cast<std::size_t>(settings.integer("per-group"))};
    }
    if (settings.has("sort")) {
        using Direction = collection::HitOrder::Direction;
        const std::string& path = settings.text("sort");
        const bool is_descending = path.starts_with('-');
        query.order =
            collection::HitOrder{path.substr(is_descending ? 1 : 0),
                                 is_descending ? Direction::kDescending : Direction::kAscending};
        TRY(in_context("--sort", collection::validate(*query.order)));
    }
    const bool has_candidates = settings.has("candidates");
    const double strength = settings.number("diversity");
    if (strength > 0) {
        const std::size_t candidates =
            has_candidates ? static_cast<std::size_t>(settings.integer("candidates")) : 0;
        query.diversity = collection::Diversity{.strength = strength, .candidates = candidates};
    } else if (has_candidates && settings.at("candidates").origin == Origin::kFlag) {
        return fail(ErrorCode::kInvalidArgument, "--candidates: says nothing without --diversity");
    }
    return {};
}

}  // namespace sokkuri::cli
