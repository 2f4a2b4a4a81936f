#include "store/posting_row.h"

#include "base/hash.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <numeric>
#include <utility>

namespace sokkuri::store {
namespace {

constexpr std::byte kListForm{0};    // 16-bit offsets, ascending, little-endian
constexpr std::byte kBitmapForm{1};  // one bit a record of the block
constexpr std::byte kRunForm{2};     // several values, each with its offsets
constexpr std::size_t kOffsetBytes = sizeof(std::uint16_t);
constexpr std::size_t kBitmapBytes = RecordSet::kBlockRecords / 8;
// A longer list takes more room than the bitmap.
constexpr std::size_t kListOffsetsMax = kBitmapBytes / kOffsetBytes - 1;

// A run: how many values; where the bytes and the offsets of each end; bytes; offsets.
constexpr std::size_t kRunHeadBytes = 2;
constexpr std::size_t kRunEntryBytes = 4;
constexpr std::size_t kNumberBytes = 1 + 8;
constexpr std::size_t kRunOffsetsMax = 16;
constexpr std::size_t kRunTextBytesMax = 256;
// As the checksum numbers them, too.
constexpr std::byte kIntegerClass{1};
constexpr std::byte kRealClass{2};
constexpr std::byte kTextClass{3};

static_assert(std::endian::native == std::endian::little);

std::vector<std::byte> unsealed(std::byte form, std::span<const std::byte> payload);
void append_runs(std::span<const PostedValue> values, std::vector<PostingRow>& rows);
std::uint32_t hash_of(const PostingKey& key, std::span<const std::byte> bytes);
void append_value(const AttributeValue& value, std::vector<std::byte>& bytes);
std::uint16_t number_at(std::span<const std::byte> bytes, std::size_t at);
tl::unexpected<Error> corruption(const PostingKey& key, std::string_view what);

}  // namespace

void seal(const PostingKey& key, std::span<std::byte> bytes) {
    const std::uint32_t hash = hash_of(key, bytes.first(bytes.size() - kPostingSealBytes));
    std::memcpy(bytes.last(kPostingSealBytes).data(), &hash, kPostingSealBytes);
}

Result<std::span<const std::byte>> sealed_payload(const PostingKey& key, std::byte form,
                                                  std::span<const std::byte> bytes) {
    if (bytes.size() < 1 + kPostingSealBytes) return corruption(key, "too short");
    std::uint32_t hash = 0;
    std::memcpy(&hash, bytes.last(kPostingSealBytes).data(), kPostingSealBytes);
    const auto hashed = bytes.first(bytes.size() - kPostingSealBytes);
    if (hash != hash_of(key, hashed)) return corruption(key, "checksum mismatch");
    if (bytes.front() != form) return corruption(key, "a row of another form");
    return hashed.subspan(1);
}

std::vector<std::byte> encode_postings(std::span<const std::uint16_t> offsets) {
    if (offsets.size() <= kListOffsetsMax) return unsealed(kListForm, std::as_bytes(offsets));
    std::vector<std::uint64_t> words(RecordSet::kBlockWords);
    for (const std::uint16_t offset : offsets)
        words[offset / 64U] |= std::uint64_t{1} << (offset % 64U);
    return unsealed(kBitmapForm, std::as_bytes(std::span(words)));
}

bool may_share_row(const PostedValue& posted) {
    if (posted.offsets.size() > kRunOffsetsMax) return false;
    const auto* text = std::get_if<std::string>(&posted.value);
    return text == nullptr ? is_number(posted.value) : text->size() <= kRunTextBytesMax;
}

std::size_t bytes_in_run(const PostedValue& posted) {
    const auto* text = std::get_if<std::string>(&posted.value);
    return kRunEntryBytes + (text == nullptr ? kNumberBytes : 1 + text->size()) +
           posted.offsets.size() * kOffsetBytes;
}

std::vector<std::byte> encode_run(std::span<const PostedValue> values) {
    std::vector<std::uint16_t> head{static_cast<std::uint16_t>(values.size())};
    std::vector<std::byte> bytes;
    std::vector<std::uint16_t> offsets;
    for (const PostedValue& posted : values) {
        append_value(posted.value, bytes);
        offsets.insert(offsets.end(), posted.offsets.begin(), posted.offsets.end());
        head.push_back(static_cast<std::uint16_t>(bytes.size()));
        head.push_back(static_cast<std::uint16_t>(offsets.size()));
    }
    const auto head_bytes = std::as_bytes(std::span(head));
    const auto offset_bytes = std::as_bytes(std::span(offsets));
    std::vector<std::byte> payload(head_bytes.begin(), head_bytes.end());
    payload.insert(payload.end(), bytes.begin(), bytes.end());
    payload.insert(payload.end(), offset_bytes.begin(), offset_bytes.end());
    return unsealed(kRunForm, payload);
}

std::vector<PostingRow> rows_of(std::span<const PostedValue> values) {
    std::vector<PostingRow> rows;
    while (!values.empty()) {
        const auto alone = std::find_if_not(values.begin(), values.end(), may_share_row);
        const auto shared = static_cast<std::size_t>(alone - values.begin());
        if (shared > 0) {
            append_runs(values.first(shared), rows);
            values = values.subspan(shared);
            continue;
        }
        rows.push_back({values.front().value, encode_postings(values.front().offsets)});
        values = values.subspan(1);
    }
    return rows;
}

Result<PostingRowView> PostingRowView::of(PostingKey key, std::span<const std::byte> bytes) {
    const std::byte form = bytes.empty() ? kListForm : bytes.front();
    const std::span<const std::byte> payload = TRY(sealed_payload(key, form, bytes));
    PostingRowView row(std::move(key), payload);
    row.form_ = form;
    const bool has_head = row.is_run() && row.payload_.size() >= kRunHeadBytes;
    if (has_head) row.values_ = number_at(row.payload_, 0);
    TRY(row.check());
    return row;
}

/// Bytes with the right checksum may still be somebody's: nothing is read past their end.
Result<void> PostingRowView::check() const {
    if (is_run()) return check_run();
    if (form_ == kListForm) {
        if (payload_.size() % kOffsetBytes == 0) return {};
        return corruption(key_, "half an offset");
    }
    if (form_ != kBitmapForm) return corruption(key_, "a row of no known form");
    if (payload_.size() == kBitmapBytes) return {};
    return corruption(key_, "a bitmap of another size");
}

Result<void> PostingRowView::check_run() const {
    const std::size_t head = kRunHeadBytes + values_ * kRunEntryBytes;
    if (payload_.size() < head || values_ == 0) return corruption(key_, "a run without its head");
    std::size_t bytes = 0;
    std::size_t offsets = 0;
    for (std::size_t i = 0; i < values_; ++i) {
        if (end_at(i, 0) <= bytes || end_at(i, 1) < offsets) {
            return corruption(key_, "values of a run in no order");
        }
        bytes = end_at(i, 0);
        offsets = end_at(i, 1);
    }
    if (payload_.size() != head + bytes + offsets * kOffsetBytes) {
        return corruption(key_, "a run of another size");
    }
    for (std::size_t i = 0; i < values_; ++i) {
        const Part part = value_bytes(i);
        const std::byte kind = payload_[part.begin];
        const bool is_number =
            (kind == kIntegerClass || kind == kRealClass) && part.end - part.begin == kNumberBytes;
        if (!is_number && kind != kTextClass) return corruption(key_, "a value of no known class");
    }
    if (compare(value(0), key_.value) == 0) return {};
    return corruption(key_, "a run that does not begin with its key");
}

bool PostingRowView::is_run() const {
    return form_ == kRunForm;
}

AttributeValue PostingRowView::value(std::size_t i) const {
    if (!is_run()) return key_.value;
    const Part part = value_bytes(i);
    const auto bytes = payload_.subspan(part.begin + 1, part.end - part.begin - 1);
    if (payload_[part.begin] == kTextClass) {
        return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }
    std::int64_t number = 0;
    std::memcpy(&number, bytes.data(), sizeof(number));
    if (payload_[part.begin] == kIntegerClass) return number;
    return std::bit_cast<double>(number);
}

std::vector<std::uint16_t> PostingRowView::offsets(std::size_t i) const {
    std::vector<std::uint16_t> offsets;
    if (form_ != kBitmapForm) {
        const Part part = offset_bytes(i);
        offsets.resize((part.end - part.begin) / kOffsetBytes);
        if (!offsets.empty()) {
            std::memcpy(offsets.data(), payload_.data() + part.begin, part.end - part.begin);
        }
        return offsets;
    }
    std::vector<std::uint64_t> words(RecordSet::kBlockWords);
    add(i, words);
    for (std::size_t word = 0; word < words.size(); ++word) {
        for (std::uint64_t bits = words[word]; bits != 0; bits &= bits - 1) {
            offsets.push_back(static_cast<std::uint16_t>(
                word * 64 + static_cast<std::size_t>(std::countr_zero(bits))));
        }
    }
    return offsets;
}

void PostingRowView::add(std::size_t i, std::span<std::uint64_t> words) const {
    if (form_ == kBitmapForm) {
        for (std::size_t word = 0; word < words.size(); ++word) {
            std::uint64_t bits = 0;
            std::memcpy(&bits, payload_.data() + word * sizeof(bits), sizeof(bits));
            words[word] |= bits;
        }
        return;
    }
    const Part part = offset_bytes(i);
    for (std::size_t at = part.begin; at < part.end; at += kOffsetBytes) {
        const std::uint16_t offset = number_at(payload_, at);
        if (offset / 64U < words.size()) words[offset / 64U] |= std::uint64_t{1} << (offset % 64U);
    }
}

void PostingRowView::add_all(std::span<std::uint64_t> words) const {
    for (std::size_t i = 0; i < values_; ++i)
        add(i, words);
}

std::size_t PostingRowView::count(std::size_t i, std::span<const std::uint64_t> words) const {
    std::size_t count = 0;
    if (form_ == kBitmapForm) {
        for (std::size_t word = 0; word < words.size(); ++word) {
            std::uint64_t bits = 0;
            std::memcpy(&bits, payload_.data() + word * sizeof(bits), sizeof(bits));
            count += static_cast<std::size_t>(std::popcount(bits & words[word]));
        }
        return count;
    }
    const Part part = offset_bytes(i);
    for (std::size_t at = part.begin; at < part.end; at += kOffsetBytes) {
        const std::uint16_t offset = number_at(payload_, at);
        const bool is_set =
            offset / 64U < words.size() && (words[offset / 64U] >> (offset % 64U) & 1U) != 0;
        count += is_set ? 1 : 0;
    }
    return count;
}

PostingRowView::Part PostingRowView::value_bytes(std::size_t i) const {
    const std::size_t start = kRunHeadBytes + values_ * kRunEntryBytes;
    return {start + (i == 0 ? 0 : end_at(i - 1, 0)), start + end_at(i, 0)};
}

PostingRowView::Part PostingRowView::offset_bytes(std::size_t i) const {
    if (!is_run()) return {0, payload_.size()};
    const std::size_t start = kRunHeadBytes + values_ * kRunEntryBytes + end_at(values_ - 1, 0);
    return {start + (i == 0 ? 0 : end_at(i - 1, 1) * kOffsetBytes),
            start + end_at(i, 1) * kOffsetBytes};
}

/// Column 0: bytes of values, 1: offsets; up to and with the i-th value's.
std::size_t PostingRowView::end_at(std::size_t i, std::size_t column) const {
    return number_at(payload_, kRunHeadBytes + i * kRunEntryBytes + column * kOffsetBytes);
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

/// With room for the seal.
std::vector<std::byte> unsealed(std::byte form, std::span<const std::byte> payload) {
    std::vector<std::byte> bytes;
    bytes.reserve(1 + payload.size() + kPostingSealBytes);
    bytes.push_back(form);
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    bytes.resize(bytes.size() + kPostingSealBytes);
    return bytes;
}

void append_runs(std::span<const PostedValue> values, std::vector<PostingRow>& rows) {
    const std::size_t bytes = std::accumulate(
        values.begin(), values.end(), std::size_t{0},
        [](std::size_t sum, const auto& posted) { return sum + bytes_in_run(posted); });
    const std::size_t runs = (bytes + kRunBytesMax - 1) / kRunBytesMax;
    const std::size_t run_bytes = (bytes + runs - 1) / runs;
    while (!values.empty()) {
        std::size_t count = 1;
        std::size_t taken = bytes_in_run(values.front());
        while (count < values.size() && taken < run_bytes &&
               taken + bytes_in_run(values[count]) <= kRunBytesMax) {
            taken += bytes_in_run(values[count++]);
        }
        rows.push_back({values.front().value, encode_run(values.first(count))});
        values = values.subspan(count);
    }
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

/// Of a number or a text.
void append_value(const AttributeValue& value, std::vector<std::byte>& bytes) {
    if (const auto* text = std::get_if<std::string>(&value)) {
        const auto text_bytes = std::as_bytes(std::span(*text));
        bytes.push_back(kTextClass);
        bytes.insert(bytes.end(), text_bytes.begin(), text_bytes.end());
        return;
    }
    const auto* integer = std::get_if<std::int64_t>(&value);
    const std::int64_t number =
        integer != nullptr ? *integer : std::bit_cast<std::int64_t>(std::get<double>(value));
    const auto number_bytes = std::as_bytes(std::span(&number, 1));
    bytes.push_back(integer != nullptr ? kIntegerClass : kRealClass);
    bytes.insert(bytes.end(), number_bytes.begin(), number_bytes.end());
}

std::uint16_t number_at(std::span<const std::byte> bytes, std::size_t at) {
    std::uint16_t number = 0;
    std::memcpy(&number, bytes.data() + at, sizeof(number));
    return number;
}

tl::unexpected<Error> corruption(const PostingKey& key, std::string_view what) {
    return fail(ErrorCode::kCorruption, "attribute index {}, block {}: {}", key.attribute,
                key.block, what);
}

}  // namespace
}  // namespace sokkuri::store
