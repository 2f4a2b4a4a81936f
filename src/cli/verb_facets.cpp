// sokkuri facets: how many items a filter lets through, and how many of these have which values.
#include "base/json.h"
#include "base/shown_text.h"
#include "cli/arrangement_options.h"
#include "cli/collection_reader.h"
#include "cli/format.h"
#include "cli/library_options.h"
#include "cli/progress.h"
#include "cli/text_table.h"
#include "cli/verbs.h"
#include "http/hit_json.h"

#include <fmt/format.h>

#include <variant>

namespace sokkuri::cli {
namespace {

Result<ExitCode> run(Invocation& invocation);
Result<collection::SummaryRequest> request_of(const Invocation& invocation);
void print_json(Output& out, const collection::Summary& summary);
void print_table(Invocation& invocation, const collection::Facet& facet);
std::string text_of(const store::AttributeValue& value);

}  // namespace

Verb facets_verb() {
    return {.name = "facets",
            .summary = "Count items by the values of their attributes",
            .description =
                "Says how many items there are, or how many a filter lets through, and for each "
                "FIELD how many of them have which value, the most frequent first. Items with "
                "several values count for each, those without one for none.",
            .argument = {.name = "FIELD",
                         .help = "An attribute; camera.model is what model is in camera",
                         .kind = ArgumentKind::kText,
                         .count_max = collection::kFacetsMax},
            .options = joined({library_options(),
                               {server_option(),
                                filter_option(),
                                {.name = "values",
                                 .kind = ValueKind::kInteger,
                                 .value_name = "N",
                                 .help = "Values to list of each attribute",
                                 .fallback = "10",
                                 .minimum = 1,
                                 .maximum = collection::kFacetCountsMax},
                                report_format_option()}}),
            .examples = {{"sokkuri facets category shop --filter 'price<50'",
                          "What is cheap, by category and by shop"},
                         {"sokkuri facets --filter 'title~shoes'", "How many there are"}},
            .run = run};
}

namespace {

Result<ExitCode> run(Invocation& invocation) {
    const auto request = request_of(invocation);
    if (!request) return usage_error(invocation, "facets", request.error().message());
    const auto reader = TRY(open_reader(invocation, QueryPictures::kNone));
    const collection::Summary summary = TRY(reader->summarize(*request));
    if (format_of(invocation.settings) == Format::kJson) {
        print_json(invocation.out, summary);
        return ExitCode::kOk;
    }
    invocation.out.print("{} items\n", with_commas(summary.records));
    for (const collection::Facet& facet : summary.facets)
        print_table(invocation, facet);
    return ExitCode::kOk;
}

Result<collection::SummaryRequest> request_of(const Invocation& invocation) {
    collection::SummaryRequest request;
    request.filter = TRY(filter_of(invocation.settings));
    for (const std::string& path : invocation.arguments) {
        request.facets.push_back(
            {.path = path,
             .values_max = static_cast<std::size_t>(invocation.settings.integer("values"))});
    }
    TRY(collection::validate(request.facets));
    return request;
}

/// As POST /v1/collections/{collection}/facets answers.
void print_json(Output& out, const collection::Summary& summary) {
    std::string text;
    JsonWriter json(text, JsonStyle::kPretty);
    json.begin_object().member("items", summary.records);
    http::write_facets(json, summary.facets);
    json.end_object();
    out.write(text + "\n");
}

void print_table(Invocation& invocation, const collection::Facet& facet) {
    TextTable table({{"items", Align::kRight}, {shown_text(facet.path)}});
    for (const collection::FacetCount& count : facet.counts) {
        table.add_row({{with_commas(count.records)}, {shown_text(text_of(count.value))}});
    }
    invocation.out.write("\n" + table.text(invocation.terminal));
    const std::uint64_t others = facet.values - facet.counts.size();
    if (others > 0) invocation.out.print("and {} more values\n", with_commas(others));
}

/// A text as it stands; numbers and truths as JSON.
std::string text_of(const store::AttributeValue& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    std::string json;
    std::visit([&](const auto& held) { JsonWriter(json).value(held); }, value);
    return json;
}

}  // namespace
}  // namespace sokkuri::cli
