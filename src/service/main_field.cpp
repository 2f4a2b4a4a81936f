#include "service/main_field.h"

#include "service/library.h"

#include <algorithm>
#include <utility>

namespace sokkuri::service {

Result<std::optional<collection::FieldSpec>> main_field(const collection::Collection& collection) {
    std::vector<collection::FieldSpec> fields = TRY(collection.fields());
    if (fields.empty()) return std::nullopt;
    auto found = std::ranges::find(fields, kPictureField, &collection::FieldSpec::name);
    if (found == fields.end()) found = fields.begin();
    return std::move(*found);
}

}  // namespace sokkuri::service
