#include "service/item_vectors.h"

#include "service/vector_fields.h"

#include <algorithm>
#include <utility>

namespace sokkuri::service {

Result<WantedVectors> wanted_vectors(const Library& library, const std::string& names,
                                     std::size_t items) {
    WantedVectors wanted{.fields = {}, .is_in_document = names == "true"};
    if (names == "*" || wanted.is_in_document) {
        wanted.fields = TRY(fields_of(library));
    } else {
        for (std::size_t at = 0; at <= names.size();) {
            const std::size_t end = std::min(names.find(',', at), names.size());
            const std::string name = names.substr(at, end - at);
            at = end + 1;
            if (name.empty()) {
                return fail(ErrorCode::kInvalidArgument,
                            "vectors: {:?}: names of fields with commas between, * or true", names);
            }
            collection::FieldSpec field = TRY(field_meant(library, name));
            if (std::ranges::count(wanted.fields, name, &collection::FieldSpec::name) > 0) continue;
            wanted.fields.push_back(std::move(field));
        }
    }
    std::size_t components = 0;
    for (const collection::FieldSpec& field : wanted.fields)
        components += field.dimension;
    if (components * items <= kVectorComponentsMax) return wanted;
    return fail(ErrorCode::kInvalidArgument,
                "vectors: {} items with {} numbers each, at most {} in one answer", items,
                components, kVectorComponentsMax);
}

Result<std::vector<collection::FieldVector>> vectors_of(const Library& library,
                                                        const std::string& id,
                                                        const WantedVectors& wanted) {
    std::vector<collection::FieldVector> vectors;
    for (const collection::FieldSpec& field : wanted.fields) {
        auto values = library.collection().vector_of(id, field.name);
        if (!values && values.error().code() == ErrorCode::kNotFound) continue;
        collection::FieldVector vector{.field = field.name};
        vector.values = TRY(std::move(values));
        vectors.push_back(std::move(vector));
    }
    return vectors;
}

}  // namespace sokkuri::service
