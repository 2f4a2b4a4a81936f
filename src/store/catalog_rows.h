// Rows of the catalog (docs/formats/catalog.md) as values. Part of store/catalog.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace sokkuri::store {

using RecordNumber = std::uint32_t;  // dense, from 0, given once and never again
using FieldNumber = std::uint32_t;
using Slot = std::uint64_t;        // row of a vector in a field's vector files, from 0
using Generation = std::uint64_t;  // number of commits

inline constexpr std::size_t kRecordIdBytesMax = 512;
inline constexpr std::size_t kStoredDocumentBytesMax = 16U << 20;
inline constexpr std::uint64_t kRecordNumbersMax = UINT32_MAX;  // ever given by one catalog
inline constexpr std::size_t kFieldsMax = 16;

enum class ElementType { kF32, kU8, kBit };

struct FieldRow {
    FieldNumber number = 0;
    std::string name;
    ElementType element = ElementType::kF32;
    std::uint32_t dimension = 0;
    std::string metric;
    std::string model;
    std::string fingerprint;
    std::uint32_t rows_per_chunk = 0;  // fixed when the field is made
};

struct RecordRow {
    RecordNumber number = 0;
    std::string id;
    std::string document;
    std::uint64_t version = 0;
    std::uint64_t seq = 0;
};

/// A run of slots that was appended at once, and the xxh64 of its bytes.
struct Extent {
    Slot first_slot = 0;
    std::uint64_t rows = 0;
    std::uint64_t checksum = 0;
};

using SegmentNumber = std::uint64_t;

/// A file with an index over the slots first_slot … first_slot + rows - 1 of a field; those that
/// were dead when it was made are not in it. Segments of a field never overlap.
struct SegmentRow {
    SegmentNumber number = 0;
    FieldNumber field = 0;
    std::string file;  // relative to the catalog's folder
    Slot first_slot = 0;
    std::uint64_t rows = 0;
    std::uint64_t live = 0;  // when it was made

    Slot end_slot() const { return first_slot + rows; }
};

struct PutRow {
    RecordNumber number = 0;
    std::uint64_t version = 0;
    std::uint64_t seq = 0;
    bool was_created = false;
};

}  // namespace sokkuri::store
