// Changes of records: put whole, or in part: the document member by member, vectors field by field.
// Used by collection.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sokkuri::collection {

struct FieldVector {
    std::string field;
    std::vector<float> values;     // raw, as the model gave them: never normalized
    std::string fingerprint = {};  // of what made them; empty: the caller vouches for them
};

/// What becomes of a record's vectors in fields that a put does not name.
enum class OtherVectors {
    kDrop,
    kKeep,  // and a named field without values loses its vector
};

/// Replaces the record of that id whole, or makes it.
struct PutRecord {
    std::string id;
    std::string document = "{}";  // JSON object; kept as it is, key order and all
    std::vector<FieldVector> vectors;
    OtherVectors others = OtherVectors::kDrop;
    std::optional<std::uint64_t>
        if_version;  // kConflict unless the record has it (0: does not exist)
};

struct PutOutcome {
    std::uint64_t version = 0;  // of this record, from 1
    std::uint64_t seq = 0;      // of this change in the collection
    bool was_created = false;
};

struct PatchRecord {
    std::string id;
    std::string patch;  // JSON object (RFC 7396): null removes a member
    std::optional<std::uint64_t> if_version;
    std::vector<FieldVector> vectors = {};  // take the place of those in their fields
};

struct PatchOutcome {
    std::uint64_t version = 0;
    std::uint64_t seq = 0;
    bool was_changed = false;
    std::string document;  // as it is now
};

/// A vector without values is taken away.
struct PutVectors {
    std::string id;
    std::vector<FieldVector> vectors;
};

}  // namespace sokkuri::collection
