// PostingRow: one row of attribute_postings (docs/formats/catalog.md): which records of a block of
// 65,536 have a value, as bytes that know their own key. A value of many records has a row of its
// own; values of few share one, so that a range over as many values as records reads a row for
// every sixty of them. Pure.
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
    AttributeValue value;  // the row's first
};

/// A value and who has it: offsets in the block, ascending, each once.
struct PostedValue {
    AttributeValue value;
    std::vector<std::uint16_t> offsets;
};

/// What a row ends with: a checksum of its key and of what is before it.
inline constexpr std::size_t kPostingSealBytes = 4;
/// Fills it in.
void seal(const PostingKey& key, std::span<std::byte> bytes);
/// What is between form and seal. kCorruption when the bytes are not those of that key and form.
Result<std::span<const std::byte>> sealed_payload(const PostingKey& key, std::byte form,
                                                  std::span<const std::byte> bytes);
inline constexpr std::byte kPlacesForm{3};  // store/place_row.h

/// The row of one value, not yet sealed; at least one offset.
std::vector<std::byte> encode_postings(std::span<const std::uint16_t> offsets);

/// A longer row would lie on a page of its own.
inline constexpr std::size_t kRunBytesMax = 900;
/// Whether the value may be in a run.
bool may_share_row(const PostedValue& posted);
/// What it takes there, below kRunBytesMax.
std::size_t bytes_in_run(const PostedValue& posted);
/// A run: the row of values that may share one, ascending, at least one; the first is its key. It
/// speaks of all values up to the key of the next row. Not yet sealed.
std::vector<std::byte> encode_run(std::span<const PostedValue> values);

/// A row that is not yet sealed, and its first value.
struct PostingRow {
    AttributeValue value;
    std::vector<std::byte> bytes;
};

/// The rows of values that ascend: in runs of about the same length where they may share one, so
/// that each has room for values to come.
std::vector<PostingRow> rows_of(std::span<const PostedValue> values);

/// A row of either kind where it lies; valid as long as its bytes.
class PostingRowView {
 public:
    /// kCorruption when the bytes are not those of that key.
    static Result<PostingRowView> of(PostingKey key, std::span<const std::byte> bytes);

    bool is_run() const;
    /// At least 1.
    std::size_t values() const { return values_; }
    AttributeValue value(std::size_t i) const;
    std::vector<std::uint16_t> offsets(std::size_t i) const;

    /// Sets the bits of the i-th value's records in `words` (kBlockWords of a whole block, or fewer
    /// in the last: then bits behind are passed over).
    void add(std::size_t i, std::span<std::uint64_t> words) const;
    void add_all(std::span<std::uint64_t> words) const;
    /// How many of the i-th value's records are set in `words`.
    std::size_t count(std::size_t i, std::span<const std::uint64_t> words) const;

 private:
    PostingRowView(PostingKey key, std::span<const std::byte> payload)
        : key_(std::move(key)), payload_(payload) {}

    struct Part {
        std::size_t begin = 0;  // byte of the payload
        std::size_t end = 0;
    };

    Result<void> check() const;
    Result<void> check_run() const;
    Part value_bytes(std::size_t i) const;
    Part offset_bytes(std::size_t i) const;
    std::size_t end_at(std::size_t i, std::size_t column) const;

    PostingKey key_;
    std::span<const std::byte> payload_;  // between form and checksum
    std::byte form_{};
    std::size_t values_ = 1;
};

/// As the column `value` has it: booleans as blobs, behind numbers and texts.
SqlValue sql_value_of(const AttributeValue& value);
/// kCorruption for what is never written.
Result<AttributeValue> attribute_value_of(SqlValue value);

}  // namespace sokkuri::store
