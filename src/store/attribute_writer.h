// AttributeWriter: keeps the attribute indexes right inside one write transaction, and fills them
// in slices. A record behind an index's mark is not its concern: the slice that reaches it reads
// the document. So new records cost nothing, and changes cost what they change. Used by
// catalog_write.cpp.
#pragma once

#include "store/attribute_gathering.h"
#include "store/attribute_queries.h"
#include "store/attribute_slice.h"
#include "store/attribute_source.h"
#include "store/catalog.h"
#include "store/database.h"
#include "store/place_writer.h"
#include "store/posting_writer.h"

#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace sokkuri::store {

class AttributeWriter {
 public:
    explicit AttributeWriter(Database& database)
        : database_(&database), postings_(database), places_(database) {}

    /// Whether an index has the record, so that its old document is needed.
    Result<bool> concerns(RecordNumber record);
    /// The document was `old_document` and is `new_document`; empty where there is none.
    Result<void> changed(RecordNumber record, std::optional<std::string_view> old_document,
                         std::optional<std::string_view> new_document);
    /// Takes the next record numbers below `records_end`, at most `records_max`, of one block and
    /// as many as AttributeGathering holds, into the index of `source`, which is made when there is
    /// none. Beyond kAttributeIndexesMax
    /// another one is forgotten for it: one with nothing in it, else the oldest, O(its rows).
    Result<AttributeIndex> extend(const AttributeSource& source, std::uint64_t records_max,
                                  std::uint64_t records_end);
    /// Likewise by a slice that follows the index's mark, all of it; else nothing. `changed`: the
    /// records that were changed after it had been read, ascending.
    Result<AttributeIndex> extend(const AttributeSlice& slice,
                                  std::span<const RecordNumber> changed);
    /// Writes what has changed; before the commit.
    Result<void> flush();

 private:
    struct Key {
        std::uint32_t attribute = 0;
        std::uint32_t block = 0;
        AttributeValue value;

        bool operator<(const Key& other) const;
    };
    using Changes = std::vector<std::pair<std::uint16_t, PostingChange>>;  // offset in the block

    Result<std::vector<AttributeIndex>*> indexes();
    Result<AttributeIndex*> make(const AttributeSource& source);
    Result<void> make_room();
    Result<void> drop(std::vector<AttributeIndex>::const_iterator index);
    Result<void> move_mark(AttributeIndex& index, std::uint64_t end);
    Result<std::uint64_t> add_documents(const AttributeIndex& index, std::uint64_t end);
    Result<void> add_block(const AttributeIndex& index, std::uint32_t number,
                           AttributeGathering& gathering);
    void note_change(const AttributeIndex& index, RecordNumber record,
                     const std::vector<AttributeValue>& before, std::vector<AttributeValue> after);
    void note(const AttributeIndex& index, RecordNumber record, AttributeValue value,
              PostingChange change);
    void note_runs(const AttributeIndex& index, RecordNumber record,
                   const std::vector<AttributeValue>& before,
                   const std::vector<AttributeValue>& after);
    Result<void> forget_in_slice(const AttributeIndex& index, const AttributeSlice& slice,
                                 std::span<const RecordNumber> changed);
    Result<std::optional<std::string>> document_of(RecordNumber record);

    Database* database_;
    PostingWriter postings_;
    PlaceWriter places_;
    std::optional<std::vector<AttributeIndex>> indexes_;  // loaded when first needed
    std::map<Key, Changes> pending_;
    DocumentValues documents_;
};

}  // namespace sokkuri::store
