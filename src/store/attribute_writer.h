// AttributeWriter: keeps the attribute indexes right inside one write transaction, and fills them
// in slices. A record behind an index's mark is not its concern: the slice that reaches it reads
// the document. So new records cost nothing, and changes cost what they change. Used by
// catalog_write.cpp.
#pragma once

#include "base/json.h"
#include "store/attribute_queries.h"
#include "store/attribute_source.h"
#include "store/catalog.h"
#include "store/database.h"
#include "store/posting_writer.h"

#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace sokkuri::store {

class AttributeWriter {
 public:
    explicit AttributeWriter(Database& database) : database_(&database), postings_(database) {}

    /// Whether an index has the record, so that its old document is needed.
    Result<bool> concerns(RecordNumber record);
    /// The document was `old_document` and is `new_document`; empty where there is none.
    Result<void> changed(RecordNumber record, std::optional<std::string_view> old_document,
                         std::optional<std::string_view> new_document);
    /// Takes the next record numbers below `records_end`, at most `records_max` and of one block,
    /// into the index of `source`, which is made when there is none. Beyond kAttributeIndexesMax
    /// another one is forgotten for it: one with nothing in it, else the oldest, O(its rows).
    Result<AttributeIndex> extend(const AttributeSource& source, std::uint64_t records_max,
                                  std::uint64_t records_end);
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
    Result<void> add_slice(const AttributeIndex& index, std::uint64_t end);
    std::vector<AttributeValue> values(const AttributeSource& source,
                                       std::optional<std::string_view> document);
    void note(const AttributeIndex& index, RecordNumber record, AttributeValue value,
              PostingChange change);

    Database* database_;
    PostingWriter postings_;
    std::optional<std::vector<AttributeIndex>> indexes_;  // loaded when first needed
    std::map<Key, Changes> pending_;
    JsonReader reader_;
};

}  // namespace sokkuri::store
