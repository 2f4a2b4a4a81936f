#include "service/stats.h"

#include "service/main_field.h"

#include <utility>

namespace sokkuri::service {
namespace {

using FieldStats = collection::CollectionStats::Field;

Result<std::optional<features::ModelCard>> card_of(const FieldStats& field);
void describe_main(const FieldStats& field, const std::optional<features::ModelCard>& card,
                   LibraryStats& stats);

}  // namespace

Result<LibraryStats> stats(const Library& library) {
    const collection::CollectionStats collection = TRY(library.collection().stats());
    const collection::FileCounts counts = TRY(library.workspace().counts());
    const auto main = TRY(main_field(library.collection()));
    LibraryStats result{.folder = library.folder(),
                        .home = library.home(),
                        .keeping = library.keeping(),
                        .items = collection.records,
                        .failed = counts.failed,
                        .bytes = collection.bytes_on_disk,
                        .generation = collection.generation};
    for (const FieldStats& field : collection.fields) {
        const std::optional<features::ModelCard> card = TRY(card_of(field));
        result.fields.push_back({.name = field.spec.name,
                                 .dimension = field.spec.dimension,
                                 .metric = std::string(index::name_of(field.spec.metric)),
                                 .model = card ? card->name : std::string(),
                                 .vectors = field.vectors});
        if (main && field.spec.name == main->name) describe_main(field, card, result);
    }
    return result;
}

Result<std::vector<FailedFile>> failures(const Library& library, const std::string& after_path,
                                         std::size_t limit) {
    std::vector<collection::FileState> states =
        TRY(library.workspace().failures_after(library.root(), after_path, limit));
    std::vector<FailedFile> failed;
    for (collection::FileState& state : states) {
        failed.push_back(
            {.path = std::move(state.path), .reason = std::move(state.failure), .is_new = false});
    }
    return failed;
}

namespace {

Result<std::optional<features::ModelCard>> card_of(const FieldStats& field) {
    if (field.spec.model.empty()) return std::nullopt;
    features::ModelCard card = TRY(
        in_context("model card of the collection", features::parse_model_card(field.spec.model)));
    return card;
}

void describe_main(const FieldStats& field, const std::optional<features::ModelCard>& card,
                   LibraryStats& stats) {
    stats.field = field.spec.name;
    stats.fingerprint = field.spec.fingerprint;
    stats.dimension = field.spec.dimension;
    stats.metric = index::name_of(field.spec.metric);
    stats.tombstones = field.tombstones;
    stats.index = field.index;
    stats.bands = card ? card->bands : features::Bands{};
    if (card) stats.model = card->name;
}

}  // namespace
}  // namespace sokkuri::service
