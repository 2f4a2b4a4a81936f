#include "store/catalog_identity.h"

#include "store/catalog.h"

namespace sokkuri::store {

Result<std::string> history_of(ReadTransaction& transaction) {
    const auto own = TRY(transaction.mark(kHistoryMark));
    if (own) return *own;
    const auto id = TRY(transaction.mark(kCatalogIdMark));
    return id.value_or("");
}

}  // namespace sokkuri::store
