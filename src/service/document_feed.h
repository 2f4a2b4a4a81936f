// DocumentFeed: hands the rows of a metadata file to the rows of an import that have the same ids,
// whatever their order. Looks ahead within a bound; what is not asked for in that time comes out at
// the end. Belongs to one thread.
#pragma once

#include "base/file_system.h"
#include "base/result.h"
#include "service/metadata_file.h"

#include <cstddef>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace sokkuri::service {

struct NamedDocument {
    std::string id;
    std::string document;
};

class DocumentFeed {
 public:
    /// `ahead_bytes_max`: of ids and documents that were read and are not yet asked for.
    static Result<DocumentFeed> open(FileSystem& files, const std::string& path,
                                     std::size_t ahead_bytes_max = std::size_t{64} << 20);

    /// One for each of the first `ids`, empty where none has been found (yet): for all of them, or
    /// until they have reached `bytes_max`. Each is given once.
    Result<std::vector<std::string>> documents_for(std::span<const std::string> ids,
                                                   std::size_t bytes_max = SIZE_MAX);
    /// Some of what nobody asked for, so many at most, or until they have reached `bytes_max`; none
    /// at the end. Nothing but this may follow.
    Result<std::vector<NamedDocument>> rest(std::size_t count_max, std::size_t bytes_max);

 private:
    DocumentFeed(MetadataFile file, bool is_table, std::size_t ahead_bytes_max)
        : file_(std::move(file)), is_table_(is_table), ahead_bytes_max_(ahead_bytes_max) {}
    Result<bool> read_row();
    std::string take(const std::string& id);

    MetadataFile file_;
    const bool is_table_;
    const std::size_t ahead_bytes_max_;
    std::unordered_map<std::string, std::string> ahead_;
    std::size_t ahead_bytes_ = 0;
    bool is_at_end_ = false;
};

}  // namespace sokkuri::service
