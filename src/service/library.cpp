#include "service/library.h"

#include "collection/lost_catalog.h"

#include <utility>
#include <vector>

namespace sokkuri::service {
namespace {

constexpr const char* kDirectoryName = ".sokkuri";
constexpr const char* kCatalogName = "catalog.db";
/// The root that holds `.sokkuri`: both can be moved together.
constexpr const char* kOwnRoot = ".";
/// Settings of the workspace and what they may be (docs/formats/workspace.md).
constexpr const char* kPicturesSetting = "pictures";
constexpr const char* kWithoutFolder = "none";
constexpr const char* kKeepingSetting = "keep_pictures";
constexpr const char* kKeepsThumbnails = "thumbnails";
constexpr const char* kKeepsOriginals = "originals";

Result<std::string> canonical_folder(const FileSystem& files, const std::string& folder);
Error not_indexed(const std::string& folder);

}  // namespace

Result<Library> Library::open(FileSystem& files, const LibraryPlace& place,
                              const LibraryOptions& options) {
    const auto& [folder, collection_directory, pictures] = place;
    const LibraryAccess access = options.access;
    const bool makes_folder = access == LibraryAccess::kWrite && pictures == PictureSource::kFolder;
    if (folder.empty() && (collection_directory.empty() || makes_folder)) {
        return fail(ErrorCode::kInvalidArgument, "no folder of pictures is named");
    }
    Library library;
    library.files_ = &files;
    library.access_ = access;
    if (access == LibraryAccess::kWrite && pictures == PictureSource::kAsMade && !folder.empty()) {
        TRY(create_directories(files, folder));
    }
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
    library.identity_ = CatalogIdentity::of(files, home);
    TRY(library.settle_root(pictures));
    if (!library.folder_.empty()) {
        *library.names_ = {.directory = kFolderAttribute, .directory_of = "path"};
    }
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
        const std::string directory = join_path(folder, kDirectoryName);
        const bool is_there =
            files.status_following(join_path(directory, kCatalogName)).has_value();
        // One without its catalog is found, too, to be told of.
        if (is_there || !collection::refuse_lost_catalog(files, directory)) return folder;
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
                                           .keeper = options.keeper,
                                           .names = [names = names_] { return *names; }}));
    workspace_ = TRY(collection::Workspace::open(
        *files_, directory_,
        is_writing ? collection::WorkspaceAccess::kWrite : collection::WorkspaceAccess::kRead));
    return {};
}

std::string Library::home() const {
    const std::size_t slash = directory_.rfind('/');
    return slash == 0 ? "/" : directory_.substr(0, slash);
}

Result<void> Library::keep(PictureKeeping keeping) {
    const bool keeps_thumbnails = keeping == PictureKeeping::kThumbnails;
    TRY(workspace_->settings().set(kKeepingSetting,
                                   keeps_thumbnails ? kKeepsThumbnails : kKeepsOriginals));
    keeping_ = keeping;
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

Result<void> Library::settle_root(PictureSource pictures) {
    TRY(read_settings());
    const bool is_writing = access_ == LibraryAccess::kWrite;
    if (is_writing && pictures == PictureSource::kFolder && is_without_folder_) {
        return fail(ErrorCode::kUnsupported,
                    "{}: a collection without a folder of pictures: its items come one by one, by "
                    "`sokkuri import` or over HTTP",
                    home());
    }
    if (is_writing && pictures == PictureSource::kFolder) return claim_root();
    if (is_writing && !is_without_folder_) {
        const std::vector<collection::Root> roots = TRY(workspace_->roots());
        is_without_folder_ = roots.empty();
        if (is_without_folder_) {
            TRY(workspace_->settings().set(kPicturesSetting, kWithoutFolder));
        }
    }
    if (!is_without_folder_) return find_root();
    folder_.clear();
    return {};
}

Result<void> Library::read_settings() {
    const collection::WorkspaceSettings& settings = workspace_->settings();
    const auto pictures = TRY(settings.find(kPicturesSetting));
    const auto keeping = TRY(settings.find(kKeepingSetting));
    is_without_folder_ = pictures == kWithoutFolder;
    if (keeping == kKeepsThumbnails) keeping_ = PictureKeeping::kThumbnails;
    return {};
}

/// Of a collection elsewhere, the folder that it was asked for by is the one it must be of.
Result<void> Library::find_root() {
    const std::vector<collection::Root> roots = TRY(workspace_->roots());
    for (const collection::Root& root : roots) {
        const std::string path = root.path != kOwnRoot ? root.path : home();
        if (folder_.empty()) folder_ = path;
        if (folder_ != path) continue;
        root_ = root.number;
        return {};
    }
    return tl::unexpected(not_indexed(place()));
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
