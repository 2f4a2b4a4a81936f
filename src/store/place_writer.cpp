#include "store/place_writer.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace sokkuri::store {

void PlaceWriter::note(std::uint32_t attribute, RecordNumber record, std::string_view pair,
                       std::vector<std::uint32_t> letters) {
    const Row row{attribute, record / kPlaceBlockRecords, pair};
    pending_[row][static_cast<std::uint16_t>(record % kPlaceBlockRecords)] = std::move(letters);
}

Result<void> PlaceWriter::flush() {
    for (const auto& [row, changes] : pending_) {
        const auto& [attribute, block, pair] = row;
        const PostingKey key{attribute, block, pair};
        std::vector<Place> places = TRY(places_of(key));
        std::erase_if(places, [&](const Place& place) { return changes.contains(place.offset); });
        for (const auto& [offset, letters] : changes) {
            for (const std::uint32_t letter : letters)
                places.push_back({offset, letter});
        }
        std::sort(places.begin(), places.end());
        TRY(put(key, places));
    }
    pending_.clear();
    return {};
}

Result<void> PlaceWriter::add(std::uint32_t attribute, std::uint32_t block,
                              std::span<const PostedPlaces> added) {
    for (const PostedPlaces& posted : added) {
        const PostingKey key{attribute, block, posted.pair};
        const std::vector<Place> before = TRY(places_of(key));
        std::vector<Place> after;
        after.reserve(before.size() + posted.places.size());
        std::merge(before.begin(), before.end(), posted.places.begin(), posted.places.end(),
                   std::back_inserter(after));
        TRY(put(key, after));
    }
    return {};
}

Result<std::vector<Place>> PlaceWriter::places_of(const PostingKey& key) {
    Statement* select =
        TRY(database_->prepared("SELECT records FROM attribute_postings WHERE attribute = ? AND "
                                "block = ? AND value = ?"));
    Rows rows = TRY(select->query(key.attribute, key.block, sql_value_of(key.value)));
    const bool has_row = TRY(rows.next());
    if (!has_row) return std::vector<Place>();
    return decode_places(key, rows.blob(0));
}

Result<void> PlaceWriter::put(const PostingKey& key, std::span<const Place> places) {
    if (places.empty()) {
        Statement* remove = TRY(database_->prepared(
            "DELETE FROM attribute_postings WHERE attribute = ? AND block = ? AND value = ?"));
        return remove->run(key.attribute, key.block, sql_value_of(key.value));
    }
    std::vector<std::byte> bytes = encode_places(places);
    seal(key, bytes);
    Statement* replace =
        TRY(database_->prepared("INSERT OR REPLACE INTO attribute_postings VALUES (?, ?, ?, ?)"));
    return replace->run(key.attribute, key.block, sql_value_of(key.value),
                        std::span<const std::byte>(bytes));
}

}  // namespace sokkuri::store
