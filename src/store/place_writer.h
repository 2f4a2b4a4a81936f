// PlaceWriter: changes of which pairs of letters stand where in whose texts become rows of
// attribute_postings, each read once and written once. Used by attribute_writer.cpp inside a write
// transaction.
#pragma once

#include "store/attribute_gathering.h"
#include "store/database.h"
#include "store/place_row.h"
#include "store/posting_row.h"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <tuple>
#include <vector>

namespace sokkuri::store {

class PlaceWriter {
 public:
    explicit PlaceWriter(Database& database) : database_(&database) {}

    /// The pair now stands there in the record, and nowhere else; nowhere at all without places.
    void note(std::uint32_t attribute, RecordNumber record, std::string_view pair,
              std::vector<std::uint32_t> letters);
    /// Writes what was noted.
    Result<void> flush();
    /// Adds records of one block that have no places yet.
    Result<void> add(std::uint32_t attribute, std::uint32_t block,
                     std::span<const PostedPlaces> added);

 private:
    using Row = std::tuple<std::uint32_t, std::uint32_t, std::string>;    // attribute, block, pair
    using Changes = std::map<std::uint16_t, std::vector<std::uint32_t>>;  // letters by offset

    Result<std::vector<Place>> places_of(const PostingKey& key);
    Result<void> put(const PostingKey& key, std::span<const Place> places);

    Database* database_;
    std::map<Row, Changes> pending_;
};

}  // namespace sokkuri::store
