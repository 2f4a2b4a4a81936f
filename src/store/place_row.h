// PlaceRow: one row of attribute_postings of a kind of its own (docs/formats/catalog.md): where in
// the texts of which records two letters stand side by side. Rows of an index of runs have these
// alone, in blocks of kPlaceBlockRecords: a text that frequent pairs are in changes many rows,
// which therefore stay short. Pure.
#pragma once

#include "base/result.h"
#include "store/posting_row.h"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sokkuri::store {

inline constexpr std::uint32_t kPlaceBlockRecords = 16'384;

/// A pair of letters in a record: the place of the first among the letters of the record's runs.
struct Place {
    std::uint16_t offset = 0;  // of the record in its block
    std::uint32_t letter = 0;

    auto operator<=>(const Place&) const = default;
};

/// Free places between the runs of a record, so that no pairs that are two letters apart lie in
/// two.
inline constexpr std::uint32_t kLettersBetweenRuns = 2;

/// The row of one pair, not yet sealed; `places` ascend, at least one.
std::vector<std::byte> encode_places(std::span<const Place> places);

/// kCorruption when the bytes are not a row of places of that key.
Result<std::vector<Place>> decode_places(const PostingKey& key, std::span<const std::byte> bytes);

}  // namespace sokkuri::store
