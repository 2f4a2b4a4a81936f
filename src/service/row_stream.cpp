#include "service/row_stream.h"

#include "base/json.h"
#include "base/shown_text.h"
#include "collection/collection.h"

#include <cstring>
#include <limits>

namespace sokkuri::service {
namespace {

constexpr std::string_view kMagic = "sokkrows";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kStartBytes = 16;   // magic, version, length of the description
constexpr std::size_t kLengthsBytes = 8;  // of id and document
constexpr std::size_t kEndBytes = kLengthsBytes + 16;
constexpr std::size_t kDescriptionBytesMax = 64U << 10;
constexpr std::size_t kFailureBytesMax = 4U << 10;  // of its message; what is longer is cut
/// A document with the vectors of all other fields in it.
constexpr std::size_t kDocumentBytesMax =
    collection::kDocumentBytesMax +
    collection::kFieldsMax * (128 + 17 * std::size_t{collection::kDimensionMax});

template <typename T>
void append(std::string& bytes, T value) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

template <typename T>
T read_at(std::string_view bytes, std::size_t offset) {
    T value{};
    std::memcpy(&value, bytes.data() + offset, sizeof(value));
    return value;
}

Result<RowStreamHead> parse_description(std::string_view json);
Result<std::uint64_t> read_count(const JsonValue& description, std::string_view member);

}  // namespace

std::string encode_head(const RowStreamHead& head) {
    std::string description;
    JsonWriter json(description);
    json.begin_object().member("field", head.field);
    json.member("dimension", std::uint64_t{head.dimension}).member("rows", head.rows);
    json.member("generation", head.generation).end_object();
    std::string bytes(kMagic);
    append(bytes, kVersion);
    append(bytes, static_cast<std::uint32_t>(description.size()));
    return bytes + description;
}

Result<void> encode_row(const ExportedRow& row, std::string& bytes) {
    append(bytes, static_cast<std::uint32_t>(row.id.size()));
    append(bytes, static_cast<std::uint32_t>(row.document.size()));
    bytes += row.id;
    bytes += row.document;
    return encode_floats(row, bytes);
}

void encode_end(const RowStreamEnd& end, std::string& bytes) {
    append(bytes, std::uint32_t{0});
    append(bytes, std::uint32_t{0});
    append(bytes, end.rows);
    append(bytes, end.without_vector);
}

void encode_failure(const Error& why, std::string& bytes) {
    std::string text = utf8_text(why.message());
    if (text.size() > kFailureBytesMax) {
        std::size_t end = kFailureBytesMax;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
            --end;  // not within a character
        }
        text.resize(end);
    }
    if (text.empty()) text = name_of(why.code());
    append(bytes, std::uint32_t{0});
    append(bytes, static_cast<std::uint32_t>(text.size()));
    bytes += text;
}

Result<void> RowStreamReader::feed(std::string_view bytes) {
    buffer_.erase(0, taken_);
    taken_ = 0;
    buffer_ += bytes;
    for (;;) {
        const bool is_taken = TRY(take_part());
        if (!is_taken) return {};
    }
}

Result<RowStreamEnd> RowStreamReader::end() const {
    if (part_ == Part::kDone) return end_;
    return fail(ErrorCode::kUnavailable, "cut off behind byte {}: {} of {} rows have come",
                place_ + rest().size(), rows_, head_.rows);
}

/// False when more must come first, or there is no more.
Result<bool> RowStreamReader::take_part() {
    if (part_ == Part::kHead) return take_head();
    if (part_ == Part::kRow) return take_row();
    if (rest().empty()) return false;
    return tl::unexpected(corrupt("bytes behind the end"));
}

Result<bool> RowStreamReader::take_head() {
    const std::string_view bytes = rest();
    const std::size_t known = std::min(bytes.size(), kMagic.size());
    if (bytes.substr(0, known) != kMagic.substr(0, known)) {
        return tl::unexpected(corrupt("is no stream of rows"));
    }
    if (bytes.size() < kStartBytes) return false;
    const auto version = read_at<std::uint32_t>(bytes, kMagic.size());
    if (version != kVersion) {
        return fail(ErrorCode::kUnsupported, "rows of version {}, and {} is the one known here",
                    version, kVersion);
    }
    const auto size = read_at<std::uint32_t>(bytes, kMagic.size() + sizeof(version));
    if (size > kDescriptionBytesMax) {
        return tl::unexpected(corrupt(fmt::format("a description of {} bytes", size)));
    }
    if (bytes.size() < kStartBytes + size) return false;
    auto head = parse_description(bytes.substr(kStartBytes, size));
    if (!head) return tl::unexpected(corrupt(head.error().message()));
    head_ = std::move(*head);
    TRY(sinks_.head(head_));
    take(kStartBytes + size);
    part_ = Part::kRow;
    return true;
}

Result<bool> RowStreamReader::take_row() {
    const std::string_view bytes = rest();
    if (bytes.size() < kLengthsBytes) return false;
    const std::size_t id_bytes = read_at<std::uint32_t>(bytes, 0);
    const std::size_t document_bytes = read_at<std::uint32_t>(bytes, sizeof(std::uint32_t));
    if (id_bytes == 0) return document_bytes == 0 ? take_end() : take_failure(document_bytes);
    if (id_bytes > collection::kIdBytesMax || document_bytes > kDocumentBytesMax) {
        return tl::unexpected(corrupt(
            fmt::format("an id of {} bytes with a document of {}", id_bytes, document_bytes)));
    }
    const std::size_t vector_bytes = head_.dimension * sizeof(float);
    const std::size_t size = kLengthsBytes + id_bytes + document_bytes + vector_bytes;
    if (bytes.size() < size) return false;
    if (++rows_ > head_.rows) return tl::unexpected(corrupt("more rows than were announced"));
    vector_.resize(head_.dimension);
    std::memcpy(vector_.data(), bytes.data() + size - vector_bytes, vector_bytes);
    TRY(sinks_.row({.id = bytes.substr(kLengthsBytes, id_bytes),
                    .document = bytes.substr(kLengthsBytes + id_bytes, document_bytes),
                    .vector = vector_}));
    take(size);
    return true;
}

Result<bool> RowStreamReader::take_end() {
    const std::string_view bytes = rest();
    if (bytes.size() < kEndBytes) return false;
    end_.rows = read_at<std::uint64_t>(bytes, kLengthsBytes);
    end_.without_vector = read_at<std::uint64_t>(bytes, kLengthsBytes + sizeof(end_.rows));
    if (end_.rows != rows_ || rows_ != head_.rows) {
        return tl::unexpected(corrupt(fmt::format("{} rows announced, {} at the end, {} have come",
                                                  head_.rows, end_.rows, rows_)));
    }
    take(kEndBytes);
    part_ = Part::kDone;
    return true;
}

Result<bool> RowStreamReader::take_failure(std::size_t size_bytes) {
    if (size_bytes > kFailureBytesMax) {
        return tl::unexpected(corrupt(fmt::format("a failure of {} bytes", size_bytes)));
    }
    if (rest().size() < kLengthsBytes + size_bytes) return false;
    return fail(ErrorCode::kUnavailable, "broken off behind {} of {} rows: {}", rows_, head_.rows,
                rest().substr(kLengthsBytes, size_bytes));
}

void RowStreamReader::take(std::size_t bytes) {
    taken_ += bytes;
    place_ += bytes;
}

Error RowStreamReader::corrupt(std::string_view what) const {
    return Error(ErrorCode::kCorruption, fmt::format("rows, byte {}: {}", place_, what));
}

namespace {

Result<RowStreamHead> parse_description(std::string_view json) {
    const JsonValue description = TRY(parse_json(json));
    RowStreamHead head;
    const JsonValue* field = TRY(description.at("field"));
    head.field = TRY(in_context("field", field->as_string()));
    const std::uint64_t dimension = TRY(read_count(description, "dimension"));
    if (dimension < 1 || dimension > collection::kDimensionMax) {
        return fail(ErrorCode::kInvalidArgument, "dimension {}, must be 1 to {}", dimension,
                    collection::kDimensionMax);
    }
    head.dimension = static_cast<std::uint32_t>(dimension);
    head.rows = TRY(read_count(description, "rows"));
    head.generation = TRY(read_count(description, "generation"));
    return head;
}

Result<std::uint64_t> read_count(const JsonValue& description, std::string_view member) {
    const JsonValue* value = TRY(description.at(member));
    return in_context(member, value->as_uint64());
}

}  // namespace
}  // namespace sokkuri::service
