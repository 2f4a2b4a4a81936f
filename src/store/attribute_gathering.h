// AttributeGathering: what an attribute index is to hold of a run of records, gathered document by
// document: who has which value, or which pairs of letters stand where. Used by attribute_slice.cpp
// and attribute_writer.cpp. Not synchronized.
#pragma once

#include "base/json.h"
#include "store/attribute_source.h"
#include "store/catalog_rows.h"
#include "store/place_row.h"
#include "store/posting_row.h"
#include "store/value_table.h"
#include "store/words.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sokkuri::store {

/// Values of documents, with a reader that is kept between them.
class DocumentValues {
 public:
    /// store::values_of, where a text that is no JSON has no values.
    std::vector<AttributeValue> of(const AttributeSource& source,
                                   std::optional<std::string_view> document);
    /// The members of the document that the path may go through; empty for a text that is no JSON.
    std::optional<JsonValue> parsed(const AttributeSource& source, std::string_view document);

 private:
    JsonReader reader_;
};

/// A pair of letters and where it stands; places ascend.
struct PostedPlaces {
    std::string pair;
    std::vector<Place> places;
};

class AttributeGathering {
 public:
    /// What is gathered at most, but for the last document: some three million words or letters.
    static constexpr std::size_t kBytesMax = 32U << 20;

    explicit AttributeGathering(AttributeSource source) : source_(std::move(source)) {}

    /// Records come ascending, all of one block of their index.
    void add(RecordNumber record, std::string_view document);
    /// Whether to take what was gathered before the next record: documents may be long.
    bool is_full() const;

    /// What was gathered, ascending by value; then it is empty again. Of all kinds but runs.
    std::vector<PostedValue> take_postings();
    /// The same of runs.
    std::vector<PostedPlaces> take_places();

 private:
    /// Of one value in one record.
    struct Gathered {
        std::uint32_t value = 0;  // number in the table
        std::uint16_t offset = 0;
        std::uint32_t letter = 0;
    };

    void add_scalar(const JsonValue& scalar, std::uint16_t offset);
    void add_number(std::uint32_t number, std::uint16_t offset);
    void add_runs(std::vector<AttributeValue> runs, std::uint16_t offset);
    std::vector<std::uint32_t> counts() const;
    void clear();

    const AttributeSource source_;
    DocumentValues documents_;
    FoldedWords words_;
    ValueTable values_;
    std::deque<Gathered> gathered_;         // ascending by record, each value once a record
    std::vector<std::uint32_t> last_seen_;  // of each value: the record that has it, + 1
};

/// Records of a block of such an index.
std::uint32_t block_records(AttributeKind kind);

/// Calls `visit` with every two neighbors of a record's runs and their places.
void visit_places(const std::vector<AttributeValue>& runs,
                  const std::function<void(std::string_view pair, std::uint32_t letter)>& visit);

}  // namespace sokkuri::store
