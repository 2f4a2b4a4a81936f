#include "base/log.h"
#include "base/shown_text.h"
#include "cli/collection_reader.h"
#include "cli/library_options.h"
#include "cli/model_options.h"
#include "cli/query_options.h"
#include "cli/verbs.h"
#include "service/search.h"

#include <fmt/ranges.h>

namespace sokkuri::cli {
namespace {

constexpr std::size_t kPicturesMax = 100'000;

/// A search, and how it is shown.
struct Question {
    std::string text;
    std::string file;
    decltype(service::SearchQuery::what) what;
};

Result<ExitCode> run(Invocation& invocation);
/// One for each picture, or a single one with --together.
std::vector<Question> questions_of(const Invocation& invocation);

}  // namespace

Verb search_verb() {
    return {
        .name = "search",
        .summary = "Find what looks like a picture",
        .description =
            "PICTURE may lie anywhere; it is not added to the index. Each hit has a score (the "
            "cosine of the two "
            "embeddings: 1 is the same picture) and a band in words (identical, near, similar, "
            "weak) by cut-offs "
            "measured for the model.\n\n"
            "A picture whose bytes are indexed is answered from its stored embedding, without "
            "loading the model; "
            "while `sokkuri serve` holds the folder, that server's model embeds the others.",
        .argument = {.name = "PICTURE",
                     .help = "Picture files to look for; each is a query of its own, but for "
                             "--together",
                     .kind = ArgumentKind::kFile,
                     .count_min = 1,
                     .count_max = kPicturesMax},
        .options = joined({library_options(),
                           {server_option()},
                           {together_option()},
                           query_options(),
                           model_options(),
                           limit_options()}),
        .examples = {{"sokkuri search cat.jpg --in ~/Pictures",
                      "The ten nearest pictures, as a table"},
                     {"sokkuri cat.jpg", "The same inside an indexed folder"},
                     {"sokkuri search shirt.jpg hat.jpg --together mean", "Something of both"},
                     {"sokkuri search cat.jpg --show", "The pictures themselves"},
                     {"sokkuri search *.jpg -k 3 --jsonl", "For programs: one JSON object a line"},
                     {"sokkuri search cat.jpg --server http://nas:7171 --in photos",
                      "In a collection of a server"},
                     {"sokkuri search cat.jpg -0 | xargs -0 feh", "Open the hits in a viewer"}},
        .run = run};
}

namespace {

Result<ExitCode> run(Invocation& invocation) {
    const auto asked = query_of(invocation.settings);
    if (!asked) return usage_error(invocation, "search", asked.error().message());
    service::SearchQuery query = *asked;
    const auto reader = TRY(open_reader(invocation, QueryPictures::kEmbedded));
    const std::vector<Question> questions = questions_of(invocation);
    const auto printer = printer_of(invocation, *reader, questions.size());
    query.model = model_choice(invocation.settings);
    std::size_t failed = 0;
    for (const Question& question : questions) {
        if (!invocation.out.is_open()) break;
        query.what = question.what;
        const auto answer = reader->search(query);
        if (!answer) {
            ++failed;
            invocation.console.say("sokkuri search: {}", shown_text(answer.error().message()));
            continue;
        }
        TRY(printer->print({question.text, question.file, *answer}));
        if (invocation.settings.on("timing")) {
            invocation.out.flush();
            invocation.console.say("{}", timings_text(answer->timings));
        }
        LOG(kInfo, "event=searched hits={} search_ms={:.1f} method={:?}", answer->hits.size(),
            answer->timings.search_ms, method_text(answer->method));
    }
    printer->finish();
    return exit_code_of(questions.size(), failed);
}

std::vector<Question> questions_of(const Invocation& invocation) {
    std::vector<service::BySeveral::Part> parts;
    std::vector<Question> questions;
    for (const std::string& picture : invocation.arguments) {
        parts.push_back({.what = service::ByPicture{picture}});
        questions.push_back({picture, picture, service::ByPicture{picture}});
    }
    const auto several = together(invocation.settings, std::move(parts));
    if (!several) return questions;
    return {{fmt::format("{}", fmt::join(invocation.arguments, ", ")), {}, *several}};
}

}  // namespace
}  // namespace sokkuri::cli
