// Library: a collection as the recipes see it: records and workspace, opened together, and the
// folder of pictures that it was made from, if there is one. A thin holder: the recipes (ingest.h,
// search.h, embed.h, stats.h) do the work. Safe from any number of threads.
#pragma once

#include "base/file_system.h"
#include "base/result.h"
#include "base/serial_worker.h"
#include "collection/collection.h"
#include "collection/local_collection.h"
#include "collection/workspace.h"
#include "service/catalog_identity.h"
#include "service/extractor_cache.h"
#include "service/picture_store.h"
#include "service/query_shelf.h"
#include "service/rendered_pictures.h"

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <type_traits>
#include <utility>

namespace sokkuri::service {

enum class LibraryAccess { kRead, kWrite };

/// Where pictures come from.
enum class PictureSource {
    kFolder,  // the folder is indexed
    kAsMade,  // as the collection was made; a new one has no folder: items come one by one
};

/// What is kept of pictures that come without a file.
enum class PictureKeeping { kOriginals, kThumbnails };

struct LibraryPlace {
    std::string folder;                // of pictures, or the home of a collection without one
    std::string collection_directory;  // where `.sokkuri` lies; empty: inside `folder`
    PictureSource pictures = PictureSource::kFolder;
};

struct LibraryOptions {
    LibraryAccess access = LibraryAccess::kRead;
    std::string socket;  // of a writer: where it listens for others that want to write
    collection::KeeperOptions keeper;  // of a writer: when indexes are built, where they lie
    std::shared_ptr<ExtractorCache> extractors;  // shared with other libraries; null: its own
    UnixClock clock = unix_time_s;               // by which queries expire
};

/// The name of the vector field that the pictures of a folder are embedded into.
inline constexpr const char* kPictureField = "picture";

/// In a collection of a folder's pictures, this attribute is the folder of an item's file, whatever
/// its document says, in filters, counts, groups and order alike; collection::kTopDirectory is the
/// indexed folder itself.
inline constexpr const char* kFolderAttribute = "folder";

class Library {
 public:
    /// With kRead `folder` may be empty when the other place is not: then it is the one that was
    /// indexed. kRead: kNotFound ("not indexed yet: run `sokkuri index …`") when there is none.
    /// kWrite makes it, and is kConflict while another process writes or when the collection holds
    /// the pictures of another folder; kUnsupported for kFolder when it was made without one.
    static Result<Library> open(FileSystem& files, const LibraryPlace& place,
                                const LibraryOptions& options);
    static Result<Library> open(FileSystem& files, const std::string& folder,
                                const std::string& collection_directory, LibraryAccess access) {
        return open(files, LibraryPlace{folder, collection_directory}, {.access = access});
    }

    /// The process that writes to a library now; empty when none does.
    static Result<std::optional<collection::CollectionWriter>> writer(FileSystem& files,
                                                                      const LibraryPlace& place);

    /// The nearest indexed folder at or above `path`; kNotFound when there is none up to the root.
    static Result<std::string> find_above(const FileSystem& files, const std::string& path);

    FileSystem& files() const { return *files_; }
    /// Of pictures, absolute; empty for a collection without one.
    const std::string& folder() const { return folder_; }
    const std::string& directory() const { return directory_; }  // `.sokkuri`, absolute
    std::string home() const;                                    // what `.sokkuri` lies in
    /// What people know it by: its folder, else its home.
    std::string place() const { return folder_.empty() ? home() : folder_; }
    /// The folder's number in the workspace; of one without a folder, a number without files.
    collection::RootNumber root() const { return root_; }
    collection::Collection& collection() const { return *collection_; }
    collection::Workspace& workspace() const { return *workspace_; }
    LibraryAccess access() const { return access_; }
    /// Asks all who have it to be done with it: it is about to be dropped, or is gone.
    void begin_end() { ending_.request_stop(); }
    bool is_ending() const { return ending_.stop_requested(); }
    /// What was opened: something else may lie there by now, whose files are not ours.
    const CatalogIdentity& identity() const { return identity_; }
    PictureKeeping keeping() const { return keeping_; }
    /// From now on, for pictures that come. Before anybody else uses the library.
    Result<void> keep(PictureKeeping keeping);
    /// The models that queries and ingest have loaded.
    ExtractorCache& extractors() const { return *extractors_; }
    /// Queries that can be asked again.
    QueryShelf& queries() const { return *queries_; }
    /// Pictures that came without a file.
    PictureStore& pictures() const { return *pictures_; }
    RenderedPictures& rendered() const { return *rendered_; }

    /// Changes that take several steps (look, write, write elsewhere) run one after the other: each
    /// sees what the one before has left. `change` must not call this again.
    template <typename Change>
    std::invoke_result_t<Change> in_turn(Change change) const {
        return turns_->run(std::move(change));
    }

 private:
    Library() = default;
    Result<void> open_stores(const LibraryOptions& options);
    void make_parts(const LibraryOptions& options);
    Result<void> settle_root(PictureSource pictures);
    Result<void> find_root();
    Result<void> claim_root();
    Result<void> read_settings();

    FileSystem* files_ = nullptr;
    LibraryAccess access_ = LibraryAccess::kRead;
    CatalogIdentity identity_;
    std::stop_source ending_;
    std::string folder_;
    std::string directory_;
    collection::RootNumber root_ = 0;
    bool is_without_folder_ = false;
    // What the collection asks for with each question: known when the folder is.
    std::shared_ptr<collection::AttributeNames> names_ =
        std::make_shared<collection::AttributeNames>();
    PictureKeeping keeping_ = PictureKeeping::kOriginals;
    std::unique_ptr<collection::Collection> collection_;
    std::unique_ptr<collection::Workspace> workspace_;
    std::shared_ptr<ExtractorCache> extractors_;
    std::unique_ptr<QueryShelf> queries_;
    std::unique_ptr<PictureStore> pictures_;
    std::unique_ptr<RenderedPictures> rendered_;
    std::unique_ptr<SerialWorker> turns_;  // of writers; last: finishes before the others go

    static constexpr std::size_t kTurnsQueuedMax = 64;
};

}  // namespace sokkuri::service
