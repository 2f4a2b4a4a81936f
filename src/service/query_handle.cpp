#include "service/query_handle.h"

#include "features/model_card.h"
#include "service/query_shelf.h"

#include <utility>

namespace sokkuri::service {
namespace {

/// Empty when it was another model, or none.
Result<std::string> model_of(const Library& library, const std::string& fingerprint);

}  // namespace

Result<QueryHandle> find_query(const Library& library, const std::string& id) {
    std::optional<collection::StoredQuery> query = TRY(library.queries().find(id));
    if (!query) return tl::unexpected(no_such_query(id));
    QueryHandle handle{.id = id,
                       .created_s = query->created_s,
                       .expires_s = query->expires_s,
                       .size = {query->width, query->height},
                       .item_id = std::move(query->item_id),
                       .fingerprint = std::move(query->fingerprint)};
    handle.model = TRY(model_of(library, handle.fingerprint));
    return handle;
}

Result<std::vector<std::byte>> query_preview(const Library& library, const std::string& id) {
    std::optional<std::vector<std::byte>> preview = TRY(library.queries().preview(id));
    if (preview && !preview->empty()) return std::move(*preview);
    return tl::unexpected(no_such_query(id));
}

Error no_such_query(const std::string& id) {
    return Error(ErrorCode::kNotFound, fmt::format("query {:?}: it has expired or never was", id));
}

namespace {

Result<std::string> model_of(const Library& library, const std::string& fingerprint) {
    const std::vector<collection::FieldSpec> fields = TRY(library.collection().fields());
    for (const collection::FieldSpec& field : fields) {
        const bool is_its = field.fingerprint == fingerprint && !field.model.empty();
        if (!is_its) continue;
        features::ModelCard card = TRY(
            in_context("model card of the collection", features::parse_model_card(field.model)));
        return std::move(card.name);
    }
    return std::string();
}

}  // namespace
}  // namespace sokkuri::service
