#include "collection/validation.h"

#include "base/json.h"

#include <algorithm>
#include <cmath>

namespace sokkuri::collection {

namespace {

constexpr std::size_t kFieldNameMax = 64;

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

/// What a record is to be found by.
struct RecordVectors {
    std::string_view id;
    std::span<const FieldVector> vectors;
    bool may_be_empty = false;  // then without components
};

Result<void> validate_vectors(const RecordVectors& record, std::span<const FieldSpec> fields);
Result<void> check_fingerprint(std::string_view id, const FieldVector& vector,
                               const FieldSpec& field);

}  // namespace

Result<void> validate_id(std::string_view id) {
    if (id.empty()) return fail(ErrorCode::kInvalidArgument, "id: empty");
    if (id.size() > kIdBytesMax) {
        return fail(ErrorCode::kInvalidArgument, "id \"{}…\": {} bytes, at most {}",
                    id.substr(0, 40), id.size(), kIdBytesMax);
    }
    if (id.find('\0') != std::string_view::npos) {
        return fail(ErrorCode::kInvalidArgument, "id: contains a zero byte");
    }
    return {};
}

Result<void> validate_patch(std::string_view id, std::string_view patch) {
    if (patch.size() <= kDocumentBytesMax) return {};
    return fail(ErrorCode::kInvalidArgument, "patch of \"{}\": {} bytes, at most {}", id,
                patch.size(), kDocumentBytesMax);
}

Result<void> validate_document(std::string_view id, std::string_view document) {
    if (document.size() > kDocumentBytesMax) {
        return fail(ErrorCode::kInvalidArgument, "document of \"{}\": {} bytes, at most {}", id,
                    document.size(), kDocumentBytesMax);
    }
    const auto parsed = parse_json(document);
    if (!parsed) {
        return tl::unexpected(parsed.error().with_context(fmt::format("document of \"{}\"", id)));
    }
    if (!parsed->is_object()) {
        return fail(ErrorCode::kInvalidArgument, "document of \"{}\": not a JSON object", id);
    }
    return {};
}

Result<void> validate_field(const FieldSpec& field) {
    const bool name_is_good = !field.name.empty() && field.name.size() <= kFieldNameMax &&
                              std::all_of(field.name.begin(), field.name.end(), is_name_character);
    if (!name_is_good) {
        return fail(ErrorCode::kInvalidArgument,
                    "field name \"{}\": must be 1 to {} letters, digits, '_' or '-'", field.name,
                    kFieldNameMax);
    }
    if (field.dimension == 0 || field.dimension > kDimensionMax) {
        return fail(ErrorCode::kInvalidArgument, "field \"{}\": dimension {}, must be 1 to {}",
                    field.name, field.dimension, kDimensionMax);
    }
    return {};
}

Result<void> validate_vector(std::string_view what, std::span<const float> vector,
                             const FieldSpec& field) {
    if (vector.size() != field.dimension) {
        return fail(ErrorCode::kInvalidArgument, "{}: {} components, field \"{}\" has {}", what,
                    vector.size(), field.name, field.dimension);
    }
    const std::optional<std::size_t> bad = index::first_unmeasurable(field.metric, vector);
    if (!bad) return {};
    return fail(ErrorCode::kInvalidArgument, "{}: component {} is {}: {}", what, *bad, vector[*bad],
                index::demand_of(field.metric));
}

Result<void> validate_vectors(std::string_view id, std::span<const FieldVector> vectors,
                              std::span<const FieldSpec> fields) {
    return validate_vectors(RecordVectors{id, vectors, false}, fields);
}

Result<void> validate_put(std::span<const PutRecord> records, std::span<const FieldSpec> fields) {
    TRY(validate_batch(records.size()));
    for (const PutRecord& record : records) {
        TRY(validate_id(record.id));
        TRY(validate_document(record.id, record.document));
        const bool may_be_empty = record.others == OtherVectors::kKeep;
        TRY(validate_vectors({record.id, record.vectors, may_be_empty}, fields));
    }
    return {};
}

Result<void> validate_put(std::span<const PutVectors> puts, std::span<const FieldSpec> fields) {
    TRY(validate_batch(puts.size()));
    for (const PutVectors& put : puts) {
        TRY(validate_vectors({put.id, put.vectors, true}, fields));
    }
    return {};
}

Result<void> validate_batch(std::size_t records) {
    if (records <= kPutRecordsMax) return {};
    return fail(ErrorCode::kInvalidArgument, "{} records: at most {} in one batch", records,
                kPutRecordsMax);
}

Result<std::size_t> find_field(std::span<const std::string_view> names, std::string_view name) {
    if (name.empty() && names.size() == 1) return 0;
    if (name.empty()) {
        return fail(ErrorCode::kInvalidArgument, "field: none named, and the collection has {}",
                    names.size());
    }
    const auto found = std::find(names.begin(), names.end(), name);
    if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
    return fail(ErrorCode::kNotFound, "field \"{}\": the collection has no such field", name);
}

std::vector<std::string_view> names_of(std::span<const FieldSpec> fields) {
    std::vector<std::string_view> names;
    for (const FieldSpec& field : fields) {
        names.push_back(field.name);
    }
    return names;
}

namespace {

Result<void> validate_vectors(const RecordVectors& record, std::span<const FieldSpec> fields) {
    std::vector<std::size_t> seen;
    for (const FieldVector& vector : record.vectors) {
        const std::size_t field = TRY(find_field(names_of(fields), vector.field));
        if (!vector.values.empty() || !record.may_be_empty) {
            TRY(validate_vector(fmt::format("vector of \"{}\"", record.id), vector.values,
                                fields[field]));
            TRY(check_fingerprint(record.id, vector, fields[field]));
        }
        if (std::find(seen.begin(), seen.end(), field) != seen.end()) {
            return fail(ErrorCode::kInvalidArgument, "record \"{}\": two vectors in field \"{}\"",
                        record.id, fields[field].name);
        }
        seen.push_back(field);
    }
    return {};
}

/// Vectors of two models are not comparable, whatever their dimensions.
Result<void> check_fingerprint(std::string_view id, const FieldVector& vector,
                               const FieldSpec& field) {
    if (vector.fingerprint.empty() || vector.fingerprint == field.fingerprint) return {};
    return fail(ErrorCode::kConflict,
                "vector of \"{}\": made by the model with fingerprint {}, but field \"{}\" holds "
                "vectors of {}",
                id, vector.fingerprint, field.name,
                field.fingerprint.empty() ? std::string("no model")
                                          : "the model with fingerprint " + field.fingerprint);
}

}  // namespace

}  // namespace sokkuri::collection
