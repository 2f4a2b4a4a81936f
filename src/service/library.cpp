#include "service/library.h"

#include <utility>
#include <vector>

namespace sokkuri::service {
namespace {

constexpr const char* kDirectoryName = ".sokkuri";
constexpr const char* kCatalogName = "catalog.db";
/// The root that holds `.sokkuri`: both can be moved together.
constexpr const char* kOwnRoot = ".";

Result<std::string> canonical_folder(const FileSystem& files, const std::string& folder);
Error not_indexed(const std::string& folder);

}  // namespace

Result<Library> Library::open(FileSystem& files, const LibraryPlace& place,
                              const LibraryOptions& options) {
    const auto& [folder, collection_directory] = place;
    const LibraryAccess access = options.access;
    if (folder.empty() && (collection_directory.empty() || access == LibraryAccess::kWrite)) {
        return fail(ErrorCode::kInvalidArgument, "no folder of pictures is named");
    }
    Library library;
    library.files_ = &files;
    library.access_ = access;
    if (!folder.empty()) library.folder_ = TRY(canonical_folder(files, folder));
    std::string home = library.folder_;
    if (!collection_directory.empty()) {
        if (access == LibraryAccess::kWrite) TRY(create_directories(files, collection_directory));
        home = TRY(canonical_folder(files, collection_directory));
    }
    library.directory_ = join_path(home, kDirectoryName);
    auto opened = library.open_stores(options);
    if (!opened && opened.error().code() == ErrorCode::kNotFound) {
        return tl::unexpected(not_indexed(folder.empty() ? home : library.folder_));
    }
    TRY(std::move(opened));
    TRY(access == LibraryAccess::kWrite ? library.claim_root() : library.find_root());
    library.make_parts(options);
    if (access == LibraryAccess::kWrite) TRY(settle_doubtful_pictures(library));
    return library;
}

Result<std::optional<collection::CollectionWriter>> Library::writer(FileSystem& files,
                                                                    const LibraryPlace& place) {
    const bool is_inside = place.collection_directory.empty();
    const std::string home =
        TRY(canonical_folder(files, is_inside ? place.folder : place.collection_directory));
    return collection::writer_of_local_collection(files, join_path(home, kDirectoryName));
}

Result<std::string> Library::find_above(const FileSystem& files, const std::string& path) {
    std::string folder = TRY(files.canonical(path));
    for (;;) {
        const std::string catalog = join_path(join_path(folder, kDirectoryName), kCatalogName);
        if (files.status_following(catalog)) return folder;
        if (folder == "/") break;
        const std::size_t slash = folder.rfind('/');
        folder.resize(slash == 0 ? 1 : slash);
    }
    return fail(ErrorCode::kNotFound,
                "{}: no indexed folder here or above; name one with --in, or run `sokkuri index`",
                path);
}

Result<void> Library::open_stores(const LibraryOptions& options) {
    using Access = collection::LocalOptions::Access;
    const bool is_writing = options.access == LibraryAccess::kWrite;
    if (is_writing) TRY(create_directories(*files_, directory_));
    collection_ = TRY(
        collection::open_local_collection(*files_, directory_,
                                          {.access = is_writing ? Access::kCreate : Access::kRead,
                                           .socket = options.socket,
                                           .keeper = options.keeper}));
    workspace_ = TRY(collection::Workspace::open(
        *files_, directory_,
        is_writing ? collection::WorkspaceAccess::kWrite : collection::WorkspaceAccess::kRead));
    return {};
}

void Library::make_parts(const LibraryOptions& options) {
    const bool is_writing = access_ == LibraryAccess::kWrite;
    extractors_ = options.extractors ? options.extractors : std::make_shared<ExtractorCache>();
    queries_ = std::make_unique<QueryShelf>(
        workspace_->queries(),
        is_writing ? QueryShelf::Keeping::kInWorkspace : QueryShelf::Keeping::kInMemory,
        options.clock);
    pictures_ = std::make_unique<PictureStore>(*files_, join_path(directory_, "pictures"));
    rendered_ = std::make_unique<RenderedPictures>(
        *files_, join_path(directory_, "thumbs"),
        is_writing ? RenderedPictures::Keeping::kOnDisk : RenderedPictures::Keeping::kNowhere);
    if (is_writing) turns_ = std::make_unique<SerialWorker>(kTurnsQueuedMax);
}

Result<void> Library::find_root() {
    const std::string home = directory_.substr(0, directory_.rfind('/'));
    const std::vector<collection::Root> roots = TRY(workspace_->roots());
    for (const collection::Root& root : roots) {
        const std::string path = root.path != kOwnRoot ? root.path : home.empty() ? "/" : home;
        if (folder_.empty()) folder_ = path;
        if (folder_ != path) continue;
        root_ = root.number;
        return {};
    }
    return tl::unexpected(not_indexed(folder_.empty() ? home : folder_));
}

/// One collection, one folder: paths in documents would be ambiguous otherwise.
Result<void> Library::claim_root() {
    const bool is_own = join_path(folder_, kDirectoryName) == directory_;
    const std::string path = is_own ? kOwnRoot : folder_;
    const std::vector<collection::Root> roots = TRY(workspace_->roots());
    for (const collection::Root& root : roots) {
        if (root.path == path) continue;
        return fail(ErrorCode::kConflict, "{}: holds the pictures of another folder, {}",
                    directory_, root.path);
    }
    root_ = TRY(workspace_->add_root(path));
    return {};
}

namespace {

Result<std::string> canonical_folder(const FileSystem& files, const std::string& folder) {
    std::string path = TRY(files.canonical(folder));
    const FileStatus status = TRY(files.status(path));
    if (status.kind == FileKind::kDirectory) return path;
    return fail(ErrorCode::kInvalidArgument, "{}: not a folder", folder);
}

Error not_indexed(const std::string& folder) {
    return Error(ErrorCode::kNotFound,
                 fmt::format("{0}: not indexed yet: run `sokkuri index {0}`", folder));
}

}  // namespace
}  // namespace sokkuri::service
