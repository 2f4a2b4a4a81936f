// What a collection accepts: the checks that every backend makes before it touches anything.
#pragma once

#include "base/result.h"
#include "collection/collection.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sokkuri::collection {

/// 1 to kIdBytesMax bytes, none of them NUL.
Result<void> validate_id(std::string_view id);

/// A JSON object of at most kDocumentBytesMax bytes.
Result<void> validate_document(std::string_view id, std::string_view document);

/// At most kDocumentBytesMax bytes, before anybody reads them; whoever merges it reads the rest.
Result<void> validate_patch(std::string_view id, std::string_view patch);

/// Name: 1 to 64 of letters, digits, '_' and '-'; dimension 1 to kDimensionMax.
Result<void> validate_field(const FieldSpec& field);

/// As many components as the field has dimensions, all such as its metric measures. `what` names
/// the vector in errors.
Result<void> validate_vector(std::string_view what, std::span<const float> vector,
                             const FieldSpec& field);

/// Vectors of one record, each against its field, and no field twice.
Result<void> validate_vectors(std::string_view id, std::span<const FieldVector> vectors,
                              std::span<const FieldSpec> fields);

/// Ids, documents and size of a put; its vectors are checked against their fields.
Result<void> validate_put(std::span<const PutRecord> records, std::span<const FieldSpec> fields);

/// Likewise of a put of vectors alone, where none means that one is taken away.
Result<void> validate_put(std::span<const PutVectors> puts, std::span<const FieldSpec> fields);

/// At most kPutRecordsMax.
Result<void> validate_batch(std::size_t records);

/// The position of `name` among the names of a collection's fields; of the only one when it is
/// empty.
Result<std::size_t> find_field(std::span<const std::string_view> names, std::string_view name);

/// The names of fields, for find_field. Views: valid as long as `fields`.
std::vector<std::string_view> names_of(std::span<const FieldSpec> fields);

}  // namespace sokkuri::collection
