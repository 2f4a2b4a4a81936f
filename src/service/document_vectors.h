// Vectors inside documents: an array of numbers under the name of a vector field is that field's
// vector, no attribute. It is cut out of what is put and stored as a vector, and put back, from the
// float32 that are stored, for those who ask for it. What is left of the document stays as it was
// written. Pure.
#pragma once

#include "base/result.h"
#include "collection/collection.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sokkuri::service {

struct CutDocument {
    std::string document;
    std::vector<collection::FieldVector> vectors;  // in the order of the document
};

/// `document` is a JSON object, `fields` are those of its collection. Arrays that are empty or hold
/// something else than numbers stay. kInvalidArgument names the field whose vector has a number
/// beyond float32 or too many; whether it fits the field, the collection says.
Result<CutDocument> cut_vectors(std::string_view document,
                                std::span<const collection::FieldSpec> fields);

/// Of many documents at once, in place: the vectors of each; none at all where no document has any.
/// An empty text is no document.
Result<std::vector<std::vector<collection::FieldVector>>> cut_vectors(
    std::span<std::string> documents, std::span<const collection::FieldSpec> fields);

/// As a patch (RFC 7396) of `document`: what is left of it takes a member away that `document` has
/// under the name of a vector that was cut out, so that the vector alone is there.
Result<CutDocument> cut_patch(std::string_view document, std::string_view patch,
                              std::span<const collection::FieldSpec> fields);

/// Behind the members of `document`, each as numbers that read back bit by bit; not where the
/// document has a member of that name.
std::string with_vectors(std::string_view document,
                         std::span<const collection::FieldVector> vectors);

}  // namespace sokkuri::service
