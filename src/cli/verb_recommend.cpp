#include "cli/collection_reader.h"
#include "cli/library_options.h"
#include "cli/model_options.h"
#include "cli/query_options.h"
#include "cli/verbs.h"
#include "service/recommend.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>

namespace sokkuri::cli {
namespace {

constexpr std::size_t kItemsMax = collection::SeveralVectors::kVectorsMax;

Result<ExitCode> run(Invocation& invocation);
/// kInvalidArgument is a mistake in usage.
Result<service::BySeveral> wish_of(const Invocation& invocation, const std::string& here);
Result<std::vector<float>> weights_of(const Settings& settings, std::size_t count);

}  // namespace

Verb recommend_verb() {
    return {
        .name = "recommend",
        .summary = "Find what goes with some items and not with others",
        .description =
            "Near the mean of the items, away from those of --negative; none of them is among the "
            "hits. With --least, what is least like any of the items: what to look at, or to "
            "label, next. Needs no model and reads no picture.",
        .argument = {.name = "ITEM",
                     .help = "Items that are liked: ids, or paths of indexed files",
                     .kind = ArgumentKind::kItem,
                     .count_max = kItemsMax},
        .options = joined(
            {library_options(),
             {server_option(),
              {.name = "negative",
               .kind = ValueKind::kLines,
               .value_name = "ITEM",
               .help = "An item that is not liked; may be given more than once",
               .is_in_file = false},
              {.name = "weights",
               .kind = ValueKind::kTexts,
               .value_name = "W,W",
               .help = "How much each counts, above 0: first the items, then those of --negative",
               .is_in_file = false},
              {.name = "exclude",
               .kind = ValueKind::kLines,
               .value_name = "ITEM",
               .help = "An item that must not be found, because it has been seen; may be given "
                       "more than once. What does not exist is passed over",
               .is_in_file = false},
              {.name = "least",
               .help = "Find what is least like any of the items, farthest first; exactly"}},
             query_options(),
             limit_options()}),
        .examples = {{"sokkuri recommend a.jpg b.jpg --negative c.jpg", "Like a and b, unlike c"},
                     {"sokkuri recommend a.jpg --diversity 0.5", "Not ten times the same"},
                     {"sokkuri recommend $(cat labeled.txt) --least", "What to label next"}},
        .run = run};
}

namespace {

Result<ExitCode> run(Invocation& invocation) {
    const auto asked = query_of(invocation.settings);
    if (!asked) return usage_error(invocation, "recommend", asked.error().message());
    service::SearchQuery query = *asked;
    const std::string here = TRY(invocation.files.canonical("."));
    const auto wish = wish_of(invocation, here);
    if (!wish) return usage_error(invocation, "recommend", wish.error().message());
    query.what = *wish;
    query.excluded = invocation.settings.lines("exclude");
    query.working_directory = here;
    const auto reader = TRY(open_reader(invocation, QueryPictures::kNone));
    const auto printer = printer_of(invocation, *reader, 1);
    const service::SearchAnswer answer = TRY(reader->search(query));
    const std::string title = fmt::format("{}", fmt::join(invocation.arguments, ", "));
    TRY(printer->print({title, "", answer}));
    printer->finish();
    if (invocation.settings.on("timing")) {
        invocation.out.flush();
        invocation.console.say("{}", timings_text(answer.timings));
    }
    return ExitCode::kOk;
}

Result<service::BySeveral> wish_of(const Invocation& invocation, const std::string& here) {
    const std::vector<std::string>& negative = invocation.settings.lines("negative");
    const std::vector<float> weights =
        TRY(weights_of(invocation.settings, invocation.arguments.size() + negative.size()));
    service::Taste taste;
    std::size_t given = 0;
    const auto part_of = [&](const std::string& item) {
        const float weight = weights.empty() ? 1 : weights[given];
        ++given;
        return service::BySeveral::Part{
            .what = service::ByItem{.id_or_path = item, .working_directory = here},
            .weight = weight};
    };
    for (const std::string& item : invocation.arguments)
        taste.positive.push_back(part_of(item));
    for (const std::string& item : negative)
        taste.negative.push_back(part_of(item));
    if (invocation.settings.on("least")) taste.wish = service::Taste::Wish::kUnlike;
    return service::search_of(taste);
}

Result<std::vector<float>> weights_of(const Settings& settings, std::size_t count) {
    std::vector<float> weights;
    for (const std::string& text : settings.texts("weights")) {
        float weight = 0;
        const char* end = text.data() + text.size();
        const auto read = std::from_chars(text.data(), end, weight);
        if (read.ec != std::errc() || read.ptr != end) {
            return fail(ErrorCode::kInvalidArgument, "--weights: {:?} is no number", text);
        }
        weights.push_back(weight);
    }
    if (weights.empty() || weights.size() == count) return weights;
    return fail(ErrorCode::kInvalidArgument, "--weights: {} for {} items", weights.size(), count);
}

}  // namespace
}  // namespace sokkuri::cli
