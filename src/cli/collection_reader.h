// CollectionReader: what reading verbs ask of a collection, whether it lies here (--in,
// --collection, or around the working directory) or in a server (--server URL, with --in its name
// there). Used by verbs and printers. Belongs to one thread.
#pragma once

#include "cli/library_options.h"
#include "cli/server_link.h"
#include "cli/verb.h"
#include "service/groups.h"
#include "service/ingest.h"
#include "service/search.h"
#include "service/stats.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace sokkuri::cli {

class CollectionReader {
 public:
    virtual ~CollectionReader() = default;

    /// As service::search. A server's model embeds pictures by its own settings.
    virtual Result<service::SearchAnswer> search(const service::SearchQuery& query) = 0;
    /// As service::list_groups and service::similar_groups.
    virtual Result<service::GroupsAnswer> groups(const service::GroupsQuery& query) = 0;
    virtual Result<service::SimilarGroupsAnswer> similar_groups(
        const service::SimilarGroupsQuery& query) = 0;
    virtual Result<service::LibraryStats> stats() = 0;
    /// As Collection::summarize.
    virtual Result<collection::Summary> summarize(const collection::SummaryRequest& request) = 0;
    /// As service::failures.
    virtual Result<std::vector<service::FailedFile>> failures(const std::string& after_path,
                                                              std::size_t limit) = 0;
    /// As service::pick_varied; kUnsupported of a server.
    virtual Result<std::vector<std::string>> pick_varied(std::size_t count) = 0;
    /// The item's own file, usable from the working directory; empty where there is none.
    virtual Result<std::string> file_of(const std::string& id) = 0;
    /// The item's picture, its longer side at most `longer_side_max` pixels; kNotFound without one.
    virtual Result<image::Picture> preview(const std::string& id, std::uint32_t longer_side_max,
                                           const image::DecodeLimits& limits) = 0;
    /// Bytes that name an item's file from the working directory; of a server's, as it has it.
    virtual std::string usable_path(const std::string& path) const = 0;
};

/// --server.
Option server_option();

/// Whether the verb has queries that a model embeds, and model_options() for it.
enum class QueryPictures { kNone, kEmbedded };

/// The one that --server, --in and --collection mean.
Result<std::unique_ptr<CollectionReader>> open_reader(const Invocation& invocation,
                                                      QueryPictures pictures);

/// kUnsupported for flags that only the server can choose (model, threads, limits).
Result<std::unique_ptr<CollectionReader>> server_reader(const Invocation& invocation,
                                                        QueryPictures pictures);

}  // namespace sokkuri::cli
