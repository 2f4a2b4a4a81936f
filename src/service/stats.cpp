#include "service/stats.h"

#include "service/model_choice.h"

#include <utility>

namespace sokkuri::service {
Result<LibraryStats> stats(const Library& library) {
    const collection::CollectionStats collection = TRY(library.collection().stats());
    const collection::FileCounts counts = TRY(library.workspace().counts());
    LibraryStats result{.folder = library.folder(),
                        .items = collection.records,
                        .failed = counts.failed,
                        .bytes = collection.bytes_on_disk,
                        .generation = collection.generation};
    for (const auto& field : collection.fields) {
        if (field.spec.name != kPictureField) continue;
        result.fingerprint = field.spec.fingerprint;
        result.dimension = field.spec.dimension;
        result.metric = index::name_of(field.spec.metric);
        result.tombstones = field.tombstones;
        result.index = field.index;
        result.bands = features::Bands{};
        if (field.spec.model.empty()) continue;
        const auto card = TRY(in_context("model card of the collection",
                                         features::parse_model_card(field.spec.model)));
        result.model = card.name;
        result.bands = card.bands;
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

}  // namespace sokkuri::service
