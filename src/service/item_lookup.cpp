#include "service/item_lookup.h"

#include "service/picture_document.h"

#include <filesystem>
#include <utility>

namespace sokkuri::service {
namespace {

constexpr std::size_t kTwinsTried = 8;

Result<std::vector<std::string>> ids_of_content(const Library& library, const Hash128& content);
std::vector<std::string> spellings(const Library& library, const ByItem& item);
void add_if_inside(const std::string& folder, const std::string& absolute,
                   std::vector<std::string>& paths);
std::string normal(const std::string& path);
std::string without_links(const FileSystem& files, const std::string& absolute);

}  // namespace

Result<std::optional<StoredVector>> find_stored_vector(const Library& library,
                                                       const Hash128& content,
                                                       const std::string& field) {
    const std::vector<std::string> ids = TRY(ids_of_content(library, content));
    for (const std::string& id : ids) {
        auto vector = library.collection().vector_of(id, field);
        if (!vector && vector.error().code() == ErrorCode::kNotFound) continue;
        StoredVector stored{.id = id, .values = TRY(std::move(vector))};
        // A writer may be replacing the record: the vector is of this content if the document, read
        // after it, still is.
        const auto records = TRY(library.collection().get(std::span(&id, 1)));
        if (records.empty() || !records.front()) continue;
        const auto file = file_of(records.front()->document);
        if (file && file->content == content) return stored;
    }
    return std::nullopt;
}

Result<std::string> resolve_item(const Library& library, const ByItem& item) {
    const std::string& asked = item.id_or_path;
    if (asked.empty())
        return fail(ErrorCode::kInvalidArgument, "an item is named by its id or path");
    if (asked.size() <= collection::kIdBytesMax) {
        const auto records = TRY(library.collection().get(std::span(&asked, 1)));
        if (!records.empty() && records.front()) return asked;
    }
    std::string failure;
    for (const std::string& path : spellings(library, item)) {
        const auto state = TRY(library.workspace().file(library.root(), path));
        if (!state) continue;
        if (state->failure.empty()) return state->id;
        failure = fmt::format("{}: could not be indexed: {}", path, state->failure);
    }
    if (!failure.empty()) return fail(ErrorCode::kNotFound, "{}", failure);
    if (library.folder().empty()) {
        return fail(ErrorCode::kNotFound, "{}: no item of {} has that id", asked, library.home());
    }
    return fail(ErrorCode::kNotFound, "{}: neither an id nor the path of an indexed file in {}",
                asked, library.folder());
}

namespace {

/// Of files first, then of pictures that came without one.
Result<std::vector<std::string>> ids_of_content(const Library& library, const Hash128& content) {
    const collection::Workspace& workspace = library.workspace();
    const std::vector<collection::FileState> files =
        TRY(workspace.files_of_content(content, kTwinsTried));
    const std::vector<collection::KeptPicture> kept =
        TRY(workspace.kept_pictures().of_content(content, kTwinsTried));
    std::vector<std::string> ids;
    for (const collection::FileState& file : files)
        ids.push_back(file.id);
    for (const collection::KeptPicture& picture : kept)
        ids.push_back(picture.id);
    return ids;
}

/// Paths relative to the library's folder that may be meant, likeliest first.
std::vector<std::string> spellings(const Library& library, const ByItem& item) {
    const std::string& asked = item.id_or_path;
    const std::string& folder = library.folder();
    std::vector<std::string> paths;
    if (folder.empty()) return paths;
    std::vector<std::string> absolutes;
    if (asked.starts_with('/')) {
        absolutes.push_back(asked);
    } else {
        paths.push_back(asked);
        if (!item.working_directory.empty()) {
            absolutes.push_back(join_path(item.working_directory, asked));
        }
        absolutes.push_back(join_path(folder, asked));
    }
    for (const std::string& absolute : absolutes) {
        add_if_inside(folder, normal(absolute), paths);
        add_if_inside(folder, without_links(library.files(), absolute), paths);
    }
    return paths;
}

void add_if_inside(const std::string& folder, const std::string& absolute,
                   std::vector<std::string>& paths) {
    const std::string prefix = folder == "/" ? folder : folder + '/';
    if (absolute.starts_with(prefix)) paths.push_back(absolute.substr(prefix.size()));
}

/// Without "." and "..", by the text alone.
std::string normal(const std::string& path) {
    return std::filesystem::path(path).lexically_normal().native();
}

/// With the links of its folder followed; the last name stays, since a link may be indexed itself.
std::string without_links(const FileSystem& files, const std::string& absolute) {
    const std::size_t slash = absolute.rfind('/');
    const auto folder = files.canonical(slash == 0 ? "/" : absolute.substr(0, slash));
    return folder ? join_path(*folder, absolute.substr(slash + 1)) : std::string();
}

}  // namespace
}  // namespace sokkuri::service
