// Changes of a part of a record: its document member by member, its vectors field by field. What
// Collection::put replaces whole is in collection.h.
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

struct PatchRecord {
    std::string id;
    std::string patch;  // JSON object (RFC 7396): null removes a member
    std::optional<std::uint64_t> if_version;
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
