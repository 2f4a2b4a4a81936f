// PostingRow: one row of attribute_postings (docs/formats/catalog.md): which records of a block of
// 65,536 have a value, as bytes that know their own key. Pure.
#pragma once

#include "base/result.h"
#include "store/attribute_value.h"
#include "store/record_set.h"
#include "store/sql_value.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sokkuri::store {

struct PostingKey {
    std::uint32_t attribute = 0;
    std::uint32_t block = 0;
    AttributeValue value;
};

/// `offsets` in the block: ascending, each once, at least one.
std::vector<std::byte> encode_postings(const PostingKey& key,
                                       std::span<const std::uint16_t> offsets);
/// As above, of the kBlockWords words of a block with at least one bit.
std::vector<std::byte> encode_block(const PostingKey& key, std::span<const std::uint64_t> words);

/// Sets the bits of the postings in `words` (kBlockWords of a whole block, or fewer in the last:
/// then bits behind are passed over). kCorruption when the bytes are not those of that key.
Result<void> decode_postings(const PostingKey& key, std::span<const std::byte> bytes,
                             std::span<std::uint64_t> words);

/// How many of the postings are set in `words`. kCorruption likewise.
Result<std::size_t> count_postings(const PostingKey& key, std::span<const std::byte> bytes,
                                   std::span<const std::uint64_t> words);

/// As the column `value` has it: booleans as blobs, behind numbers and texts.
SqlValue sql_value_of(const AttributeValue& value);
/// kCorruption for what is never written.
Result<AttributeValue> attribute_value_of(SqlValue value);

}  // namespace sokkuri::store
