// The vectors of items, for those who ask for them: raw, as they were given or as the model gave
// them. Used by http. Reads only; safe from any number of threads.
#pragma once

#include "base/result.h"
#include "collection/collection.h"
#include "service/document_vectors.h"
#include "service/library.h"

#include <cstddef>
#include <string>
#include <vector>

namespace sokkuri::service {

/// Numbers in one answer.
inline constexpr std::size_t kVectorComponentsMax = 4'000'000;

/// Which vectors are wanted of each item: fields, checked, and where they go.
struct WantedVectors {
    std::vector<collection::FieldSpec> fields;
    bool is_in_document = false;  // document_vectors.h; else beside it
};

/// "*" is all fields, "true" all of them put back into the documents, else names with commas
/// between. kNotFound for a field that there is not; kInvalidArgument when `items` of them would be
/// more than kVectorComponentsMax numbers.
Result<WantedVectors> wanted_vectors(const Library& library, const std::string& names,
                                     std::size_t items);

/// Those that it has. No error for an item that has gone meanwhile.
Result<std::vector<collection::FieldVector>> vectors_of(const Library& library,
                                                        const std::string& id,
                                                        const WantedVectors& wanted);

/// Fills in `vectors` or `document` of an Item or a SearchHit.
template <typename Found>
Result<void> add_vectors(const Library& library, const WantedVectors& wanted, Found& found) {
    found.vectors = TRY(vectors_of(library, found.id, wanted));
    if (!wanted.is_in_document) return {};
    found.document = with_vectors(found.document, found.vectors);
    found.vectors.clear();
    return {};
}

}  // namespace sokkuri::service
