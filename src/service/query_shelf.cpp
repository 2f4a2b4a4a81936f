#include "service/query_shelf.h"

#include "service/query_handle.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace sokkuri::service {

std::int64_t unix_time_s() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

std::string QueryShelf::id_of(const Hash128& content, const std::string& fingerprint) {
    std::vector<std::byte> key(content.begin(), content.end());
    const auto model = std::as_bytes(std::span(fingerprint));
    key.insert(key.end(), model.begin(), model.end());
    return base64url(xxh128(key));
}

Result<void> QueryShelf::keep(collection::StoredQuery query) {
    query.created_s = clock_();
    query.expires_s = query.created_s + kQueryHandleSeconds;
    if (keeping_ == Keeping::kInWorkspace) {
        return stored_.put(query, query.created_s, kQueryHandlesMax);
    }
    auto queries = in_memory_.lock();
    const std::string id = query.id;
    queries->insert_or_assign(id, std::move(query));
    if (queries->size() <= kInMemoryMax) return {};
    queries->erase(std::min_element(
        queries->begin(), queries->end(),
        [](const auto& a, const auto& b) { return a.second.expires_s < b.second.expires_s; }));
    return {};
}

Result<std::optional<collection::StoredQuery>> QueryShelf::find(const std::string& id) const {
    if (auto query = find_in_memory(id)) return query;
    return stored_.find(id, clock_());
}

Result<std::optional<std::vector<std::byte>>> QueryShelf::preview(const std::string& id) const {
    if (auto query = find_in_memory(id)) return std::move(query->preview);
    return stored_.preview(id, clock_());
}

bool QueryShelf::is_fresh(const collection::StoredQuery& query) const {
    return query.expires_s - clock_() > kQueryHandleSeconds / 2;
}

std::optional<collection::StoredQuery> QueryShelf::find_in_memory(const std::string& id) const {
    auto queries = in_memory_.lock();
    const auto found = queries->find(id);
    if (found == queries->end()) return std::nullopt;
    if (found->second.expires_s > clock_()) return found->second;
    queries->erase(found);
    return std::nullopt;
}

}  // namespace sokkuri::service
