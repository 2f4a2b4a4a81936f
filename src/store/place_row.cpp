#include "store/place_row.h"

#include <limits>

namespace sokkuri::store {
namespace {

/// Seven bits a byte, the lowest first; the last byte is below 128.
void append_number(std::vector<std::byte>& bytes, std::uint64_t number);

/// Numbers of a row, one after the other; `is_whole` is false from the first that is cut off on.
class NumberReader {
 public:
    explicit NumberReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

    bool is_at_end() const { return at_ == bytes_.size(); }
    bool is_whole() const { return is_whole_; }
    std::uint64_t next() {
        std::uint64_t number = 0;
        for (unsigned shift = 0; shift < 63 && at_ < bytes_.size(); shift += 7) {
            const auto byte = static_cast<std::uint64_t>(bytes_[at_++]);
            number |= (byte & 0x7FU) << shift;
            if (byte < 0x80U) return number;
        }
        is_whole_ = false;
        return 0;
    }

 private:
    std::span<const std::byte> bytes_;
    std::size_t at_ = 0;
    bool is_whole_ = true;
};

}  // namespace

std::vector<std::byte> encode_places(std::span<const Place> places) {
    std::vector<std::byte> bytes{kPlacesForm};
    bytes.reserve(2 * places.size() + kPostingSealBytes + 1);
    std::uint32_t next_offset = 0;  // behind the last record
    while (!places.empty()) {
        const std::uint16_t offset = places.front().offset;
        std::size_t count = 1;
        while (count < places.size() && places[count].offset == offset)
            ++count;
        const std::uint64_t gap = offset - next_offset;
        append_number(bytes, gap << 1U | (count > 1 ? 1U : 0U));
        if (count > 1) append_number(bytes, count);
        std::uint32_t next_letter = 0;
        for (const Place& place : places.first(count)) {
            append_number(bytes, place.letter - next_letter);
            next_letter = place.letter + 1;
        }
        next_offset = offset + 1U;
        places = places.subspan(count);
    }
    bytes.resize(bytes.size() + kPostingSealBytes);
    return bytes;
}

Result<std::vector<Place>> decode_places(const PostingKey& key, std::span<const std::byte> bytes) {
    const std::span<const std::byte> payload = TRY(sealed_payload(key, kPlacesForm, bytes));
    const auto damaged = [&] {
        return fail(ErrorCode::kCorruption, "attribute index {}, block {}: places in no order",
                    key.attribute, key.block);
    };
    NumberReader reader(payload);
    std::vector<Place> places;
    places.reserve(payload.size() / 2);
    std::uint64_t next_offset = 0;
    while (!reader.is_at_end()) {
        const std::uint64_t head = reader.next();
        const std::uint64_t offset = next_offset + (head >> 1U);
        const std::uint64_t count = (head & 1U) == 0 ? 1 : reader.next();
        if (offset >= kPlaceBlockRecords || count == 0 || count > payload.size()) return damaged();
        std::uint64_t next_letter = 0;
        for (std::uint64_t i = 0; i < count; ++i) {
            const std::uint64_t letter = next_letter + reader.next();
            const bool is_right =
                reader.is_whole() && letter < std::numeric_limits<std::uint32_t>::max();
            if (!is_right) return damaged();
            places.push_back(
                {static_cast<std::uint16_t>(offset), static_cast<std::uint32_t>(letter)});
            next_letter = letter + 1;
        }
        next_offset = offset + 1;
    }
    return places;
}

namespace {

void append_number(std::vector<std::byte>& bytes, std::uint64_t number) {
    for (; number >= 0x80U; number >>= 7U)
        bytes.push_back(static_cast<std::byte>(number | 0x80U));
    bytes.push_back(static_cast<std::byte>(number));
}

}  // namespace
}  // namespace sokkuri::store
