// PostingWriter: changes of who has which value become rows of attribute_postings: values of few
// records in runs, others in rows of their own, each read once and written once. Used by
// attribute_writer.cpp inside a write transaction.
#pragma once

#include "store/attribute_value.h"
#include "store/database.h"
#include "store/posting_row.h"

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace sokkuri::store {

enum class PostingChange : std::uint8_t { kAdd, kRemove };

/// Of one value in one block: offsets in the order in which they changed; the last word counts.
struct PostingChanges {
    AttributeValue value;
    std::vector<std::pair<std::uint16_t, PostingChange>> changes;
};

class PostingWriter {
 public:
    explicit PostingWriter(Database& database) : database_(&database) {}

    /// `changes`: by value, ascending, each once. Reads and writes O(values of `changes`) rows.
    Result<void> write(std::uint32_t attribute, std::uint32_t block,
                       std::span<const PostingChanges> changes);
    /// Seals and adds the rows of a block that has none yet.
    Result<void> add(std::uint32_t attribute, std::uint32_t block,
                     std::span<const PostingRow> rows);

 private:
    /// A row that speaks of some of the changed values.
    struct Row {
        std::vector<PostedValue> values;
        bool is_run = false;
    };

    Result<std::optional<Row>> row_of(const PostingKey& key);
    Result<std::optional<AttributeValue>> key_behind(const PostingKey& key);
    Result<void> replace(const PostingKey& place, const std::optional<Row>& former,
                         std::span<const PostedValue> values);
    Result<void> put(const PostingKey& key, std::span<std::byte> bytes);
    Result<void> remove(const PostingKey& key);

    Database* database_;
};

}  // namespace sokkuri::store
