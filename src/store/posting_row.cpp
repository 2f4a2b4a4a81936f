#include "store/posting_row.h"

#include "base/hash.h"

#include <array>
#include <bit>
#include <cstring>

namespace sokkuri::store {
namespace {

constexpr std::byte kListForm{0};    // 16-bit offsets, ascending, little-endian
constexpr std::byte kBitmapForm{1};  // one bit a record of the block
constexpr std::size_t kHashBytes = 4;
constexpr std::size_t kBitmapBytes = RecordSet::kBlockRecords / 8;
// A longer list takes more room than the bitmap.
constexpr std::size_t kListOffsetsMax = kBitmapBytes / sizeof(std::uint16_t) - 1;

static_assert(std::endian::native == std::endian::little);

void append_hash(const PostingKey& key, std::vector<std::byte>& bytes);
Result<std::span<const std::byte>> checked_payload(const PostingKey& key,
                                                   std::span<const std::byte> bytes);
std::uint32_t hash_of(const PostingKey& key, std::span<const std::byte> bytes);
Result<void> decode_list(const PostingKey& key, std::span<const std::byte> bytes,
                         std::span<std::uint64_t> words);
Result<void> decode_bitmap(const PostingKey& key, std::span<const std::byte> bytes,
                           std::span<std::uint64_t> words);
tl::unexpected<Error> corruption(const PostingKey& key, std::string_view what);

}  // namespace

std::vector<std::byte> encode_postings(const PostingKey& key,
                                       std::span<const std::uint16_t> offsets) {
    if (offsets.size() > kListOffsetsMax) {
        std::vector<std::uint64_t> words(RecordSet::kBlockWords);
        for (const std::uint16_t offset : offsets)
            words[offset / 64] |= std::uint64_t{1} << (offset % 64);
        return encode_block(key, words);
    }
    const auto payload = std::as_bytes(offsets);
    std::vector<std::byte> bytes;
    bytes.reserve(1 + payload.size() + kHashBytes);
    bytes.push_back(kListForm);
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    append_hash(key, bytes);
    return bytes;
}

std::vector<std::byte> encode_block(const PostingKey& key, std::span<const std::uint64_t> words) {
    std::size_t count = 0;
    for (const std::uint64_t word : words)
        count += static_cast<std::size_t>(std::popcount(word));
    if (count <= kListOffsetsMax) {
        std::vector<std::uint16_t> offsets;
        offsets.reserve(count);
        for (std::size_t i = 0; i < words.size(); ++i) {
            for (std::uint64_t word = words[i]; word != 0; word &= word - 1) {
                offsets.push_back(static_cast<std::uint16_t>(
                    i * 64 + static_cast<std::size_t>(std::countr_zero(word))));
            }
        }
        return encode_postings(key, offsets);
    }
    const auto payload = std::as_bytes(words);
    std::vector<std::byte> bytes;
    bytes.reserve(1 + payload.size() + kHashBytes);
    bytes.push_back(kBitmapForm);
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    append_hash(key, bytes);
    return bytes;
}

Result<void> decode_postings(const PostingKey& key, std::span<const std::byte> bytes,
                             std::span<std::uint64_t> words) {
    const auto payload = TRY(checked_payload(key, bytes));
    return bytes.front() == kListForm ? decode_list(key, payload, words)
                                      : decode_bitmap(key, payload, words);
}

Result<std::size_t> count_postings(const PostingKey& key, std::span<const std::byte> bytes,
                                   std::span<const std::uint64_t> words) {
    const auto payload = TRY(checked_payload(key, bytes));
    std::size_t count = 0;
    if (bytes.front() != kListForm) {
        std::vector<std::uint64_t> block(RecordSet::kBlockWords);
        TRY(decode_bitmap(key, payload, block));
        for (std::size_t i = 0; i < words.size(); ++i)
            count += static_cast<std::size_t>(std::popcount(block[i] & words[i]));
        return count;
    }
    for (std::size_t i = 0; i + 1 < payload.size(); i += sizeof(std::uint16_t)) {
        std::uint16_t offset = 0;
        std::memcpy(&offset, payload.data() + i, sizeof(offset));
        const bool is_set =
            offset / 64U < words.size() && (words[offset / 64U] >> (offset % 64U) & 1U) != 0;
        count += is_set ? 1 : 0;
    }
    return count;
}

SqlValue sql_value_of(const AttributeValue& value) {
    if (const auto* flag = std::get_if<bool>(&value)) {
        return {std::vector<std::byte>{std::byte{*flag ? std::uint8_t{1} : std::uint8_t{0}}}};
    }
    if (const auto* integer = std::get_if<std::int64_t>(&value)) return {*integer};
    if (const auto* number = std::get_if<double>(&value)) return {*number};
    return {std::get<std::string>(value)};
}

Result<AttributeValue> attribute_value_of(SqlValue value) {
    if (const auto* integer = std::get_if<std::int64_t>(&value.held)) return *integer;
    if (const auto* number = std::get_if<double>(&value.held)) return *number;
    if (auto* text = std::get_if<std::string>(&value.held)) return std::move(*text);
    const auto& blob = std::get<std::vector<std::byte>>(value.held);
    if (blob.size() != 1 || blob[0] > std::byte{1}) {
        return fail(ErrorCode::kCorruption, "attribute postings: a value of no known class");
    }
    return blob[0] == std::byte{1};
}

namespace {

void append_hash(const PostingKey& key, std::vector<std::byte>& bytes) {
    const std::uint32_t hash = hash_of(key, bytes);
    const auto hash_bytes = std::as_bytes(std::span(&hash, 1));
    bytes.insert(bytes.end(), hash_bytes.begin(), hash_bytes.end());
}

/// What lies between form and hash.
Result<std::span<const std::byte>> checked_payload(const PostingKey& key,
                                                   std::span<const std::byte> bytes) {
    if (bytes.size() < 1 + kHashBytes) return corruption(key, "too short");
    std::uint32_t hash = 0;
    std::memcpy(&hash, bytes.last(kHashBytes).data(), kHashBytes);
    const auto hashed = bytes.first(bytes.size() - kHashBytes);
    if (hash != hash_of(key, hashed)) return corruption(key, "checksum mismatch");
    return hashed.subspan(1);
}

/// Of attribute, block, class of the value, its bytes' hash and the hash of `bytes`.
std::uint32_t hash_of(const PostingKey& key, std::span<const std::byte> bytes) {
    std::array<std::uint64_t, 4> parts = {
        std::uint64_t{key.attribute} << 32U | key.block,
        key.value.index(),
        0,
        xxh64(bytes),
    };
    if (const auto* text = std::get_if<std::string>(&key.value)) {
        parts[2] = xxh64(std::as_bytes(std::span(*text)));
    } else if (const auto* integer = std::get_if<std::int64_t>(&key.value)) {
        parts[2] = static_cast<std::uint64_t>(*integer);
    } else if (const auto* number = std::get_if<double>(&key.value)) {
        parts[2] = std::bit_cast<std::uint64_t>(*number);
    } else {
        parts[2] = std::get<bool>(key.value) ? 1 : 0;
    }
    return static_cast<std::uint32_t>(xxh64(std::as_bytes(std::span(parts))));
}

Result<void> decode_list(const PostingKey& key, std::span<const std::byte> bytes,
                         std::span<std::uint64_t> words) {
    if (bytes.size() % sizeof(std::uint16_t) != 0) return corruption(key, "half an offset");
    for (std::size_t i = 0; i < bytes.size(); i += sizeof(std::uint16_t)) {
        std::uint16_t offset = 0;
        std::memcpy(&offset, bytes.data() + i, sizeof(offset));
        if (offset / 64U < words.size()) words[offset / 64U] |= std::uint64_t{1} << (offset % 64U);
    }
    return {};
}

Result<void> decode_bitmap(const PostingKey& key, std::span<const std::byte> bytes,
                           std::span<std::uint64_t> words) {
    if (bytes.size() != kBitmapBytes) return corruption(key, "a bitmap of another size");
    for (std::size_t i = 0; i < words.size(); ++i) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data() + i * sizeof(word), sizeof(word));
        words[i] |= word;
    }
    return {};
}

tl::unexpected<Error> corruption(const PostingKey& key, std::string_view what) {
    return fail(ErrorCode::kCorruption, "attribute index {}, block {}: {}", key.attribute,
                key.block, what);
}

}  // namespace
}  // namespace sokkuri::store
