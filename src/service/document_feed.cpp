#include "service/document_feed.h"

#include "base/json_merge.h"
#include "base/shown_text.h"

#include <utility>

namespace sokkuri::service {

Result<DocumentFeed> DocumentFeed::open(FileSystem& files, const std::string& path,
                                        std::size_t ahead_bytes_max) {
    MetadataFile file = TRY(MetadataFile::open(files, path));
    return DocumentFeed(std::move(file), path.ends_with(".csv"), ahead_bytes_max);
}

Result<std::vector<std::string>> DocumentFeed::documents_for(std::span<const std::string> ids,
                                                             std::size_t bytes_max) {
    std::vector<std::string> documents;
    std::size_t bytes = 0;
    for (const std::string& id : ids) {
        if (bytes >= bytes_max) break;
        while (!ahead_.contains(id) && ahead_bytes_ < ahead_bytes_max_) {
            const bool has_row = TRY(read_row());
            if (!has_row) break;
        }
        documents.push_back(take(id));
        bytes += documents.back().size();
    }
    return documents;
}

Result<std::vector<NamedDocument>> DocumentFeed::rest(std::size_t count_max,
                                                      std::size_t bytes_max) {
    while (ahead_.size() < count_max && ahead_bytes_ < bytes_max) {
        const bool has_row = TRY(read_row());
        if (!has_row) break;
    }
    std::vector<NamedDocument> rows;
    std::size_t bytes = 0;
    while (!ahead_.empty() && rows.size() < count_max && bytes < bytes_max) {
        std::string id = ahead_.begin()->first;
        std::string document = take(id);
        bytes += id.size() + document.size();
        rows.push_back({std::move(id), std::move(document)});
    }
    return rows;
}

/// False at the end. Of several rows of one id the last one counts.
Result<bool> DocumentFeed::read_row() {
    if (is_at_end_) return false;
    std::optional<MetadataRow> row = TRY(file_.next());
    is_at_end_ = !row;
    if (!row) return false;
    if (row->id.empty()) {
        return fail(ErrorCode::kInvalidArgument, "metadata: line {}: no id", row->line);
    }
    // An empty cell of a table says nothing.
    if (is_table_) row->document = TRY(merge_json("{}", row->document));
    static_cast<void>(take(row->id));
    ahead_bytes_ += row->id.size() + row->document.size();
    ahead_.emplace(std::move(row->id), std::move(row->document));
    return true;
}

std::string DocumentFeed::take(const std::string& id) {
    const auto found = ahead_.find(id);
    if (found == ahead_.end()) return {};
    std::string document = std::move(found->second);
    ahead_bytes_ -= id.size() + document.size();
    ahead_.erase(found);
    return document;
}

}  // namespace sokkuri::service
