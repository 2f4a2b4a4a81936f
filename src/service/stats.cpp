#include "service/stats.h"

#include "service/model_choice.h"

#include <utility>

namespace sokkuri::service {
namespace {

constexpr std::size_t kDirectoryDepthMax = 16;

Result<std::uint64_t> bytes_inside(const FileSystem& files, const std::string& directory);

}  // namespace

Result<LibraryStats> stats(const Library& library) {
    const collection::CollectionStats collection = TRY(library.collection().stats());
    const collection::FileCounts counts = TRY(library.workspace().counts());
    LibraryStats result{.folder = library.folder(),
                        .items = collection.records,
                        .failed = counts.failed,
                        .generation = collection.generation};
    for (const auto& field : collection.fields) {
        if (field.spec.name != kPictureField) continue;
        result.fingerprint = field.spec.fingerprint;
        result.dimension = field.spec.dimension;
        result.metric = index::name_of(field.spec.metric);
        result.tombstones = field.tombstones;
        result.bands = features::Bands{};
        if (field.spec.model.empty()) continue;
        const auto card = TRY(in_context("model card of the collection",
                                         features::parse_model_card(field.spec.model)));
        result.model = card.name;
        result.bands = card.bands;
    }
    result.bytes = TRY(bytes_inside(library.files(), library.directory()));
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

/// Of all files in the directory and below; what vanishes meanwhile (a log, a temporary) is
/// nothing.
Result<std::uint64_t> bytes_inside(const FileSystem& files, const std::string& directory) {
    struct Folder {
        std::string path;
        std::size_t depth = 0;
    };
    std::uint64_t total = 0;
    std::vector<Folder> folders{{directory, 0}};
    while (!folders.empty()) {
        const Folder folder = std::move(folders.back());
        folders.pop_back();
        if (folder.depth > kDirectoryDepthMax) continue;
        auto entries = files.list(folder.path);
        if (!entries && entries.error().code() == ErrorCode::kNotFound) continue;
        const std::vector<DirectoryEntry> found = TRY(std::move(entries));
        for (const DirectoryEntry& entry : found) {
            const std::string path = join_path(folder.path, entry.name);
            if (entry.kind == FileKind::kDirectory) folders.push_back({path, folder.depth + 1});
            const auto status = files.status(path);
            if (status && status->kind == FileKind::kRegular) total += status->size_bytes;
        }
    }
    return total;
}

}  // namespace
}  // namespace sokkuri::service
