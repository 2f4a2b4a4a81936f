#include "collection/readable_catalog.h"

#include "base/log.h"

#include <utility>

namespace sokkuri::collection {

Result<ReadableCatalog> ReadableCatalog::open(FileSystem& files, const std::string& path) {
    ReadableCatalog readable;
    auto catalog = store::Catalog::open(files, path, store::CatalogAccess::kRead);
    if (catalog || !store::PrivateCopy::may_help(catalog.error())) {
        readable.catalog = TRY(std::move(catalog));
        return readable;
    }
    readable.copy = TRY(store::PrivateCopy::make(files, path, catalog.error()));
    LOG(kWarn, "event=reading_a_private_copy of={:?} reason={:?}", path, catalog.error().message());
    readable.catalog = TRY(store::Catalog::open(posix_file_system(), readable.copy->path(),
                                                store::CatalogAccess::kRead));
    return readable;
}

}  // namespace sokkuri::collection
