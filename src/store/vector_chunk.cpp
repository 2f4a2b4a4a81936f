#include "store/vector_chunk.h"

#include "base/hash.h"
#include "store/catalog_queries.h"
#include "store/vector_file.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace sokkuri::store {
namespace {

// The header as drawn in docs/formats/vectors.md; everything is little-endian, what is not named is
// 0.
constexpr std::string_view kMagic("sokkvec\0", 8);
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kVersionAt = 8;
constexpr std::size_t kElementAt = 12;
constexpr std::size_t kDimensionAt = 16;
constexpr std::size_t kRowBytesAt = 20;
constexpr std::size_t kRowsPerChunkAt = 24;
constexpr std::size_t kChunkAt = 28;
constexpr std::size_t kChecksumAt = kChunkHeaderBytes - 8;

static_assert(std::endian::native == std::endian::little, "rows are read as they lie on disk");

template <typename Integer>
void put(std::span<std::byte> header, std::size_t offset, Integer value);
std::uint32_t number_at(std::span<const std::byte> header, std::size_t offset);

}  // namespace

std::size_t row_bytes(const FieldRow& field) {
    switch (field.element) {
        case ElementType::kF32:
            return std::size_t{field.dimension} * sizeof(float);
        case ElementType::kU8:
            return field.dimension;
        case ElementType::kBit:
            return (std::size_t{field.dimension} + 7) / 8;
    }
    return 0;
}

std::uint32_t rows_per_chunk_for(ElementType element, std::uint32_t dimension) {
    FieldRow field;
    field.element = element;
    field.dimension = std::clamp(dimension, 1U, kStoredDimensionMax);
    const std::uint64_t rows = (kChunkBytesMax - kChunkHeaderBytes) / row_bytes(field);
    return static_cast<std::uint32_t>(std::bit_floor(rows));
}

Result<ChunkLayout> ChunkLayout::of(const FieldRow& field) {
    if (field.dimension == 0 || field.dimension > kStoredDimensionMax) {
        return fail(ErrorCode::kCorruption, "field {}: dimension {}, 1 to {} are possible",
                    field.name, field.dimension, kStoredDimensionMax);
    }
    ChunkLayout layout;
    layout.element_ = static_cast<std::uint32_t>(element_on_disk(field.element));
    layout.dimension_ = field.dimension;
    layout.row_bytes_ = store::row_bytes(field);
    layout.rows_per_chunk_ = field.rows_per_chunk;
    if (std::has_single_bit(field.rows_per_chunk) &&
        layout.offset_of(layout.rows_per_chunk_) <= kChunkBytesMax) {
        return layout;
    }
    return fail(ErrorCode::kCorruption,
                "field {}: {} rows per chunk: no power of two, or chunks of more than {} bytes",
                field.name, field.rows_per_chunk, kChunkBytesMax);
}

std::uint64_t ChunkLayout::rows_in_chunk(std::uint64_t chunk, Slot slots) const {
    const Slot first = chunk * rows_per_chunk_;
    return slots <= first ? 0 : std::min(rows_per_chunk_, slots - first);
}

std::array<std::byte, kChunkHeaderBytes> ChunkLayout::header_of(std::uint64_t chunk) const {
    std::array<std::byte, kChunkHeaderBytes> header{};
    std::memcpy(header.data(), kMagic.data(), kMagic.size());
    put(header, kVersionAt, kVersion);
    put(header, kElementAt, element_);
    put(header, kDimensionAt, dimension_);
    put(header, kRowBytesAt, static_cast<std::uint32_t>(row_bytes_));
    put(header, kRowsPerChunkAt, static_cast<std::uint32_t>(rows_per_chunk_));
    put(header, kChunkAt, static_cast<std::uint32_t>(chunk));
    put(header, kChecksumAt, xxh64(std::span(header).first(kChecksumAt)));
    return header;
}

Result<void> ChunkLayout::check_file(const File& file, std::string_view path, std::uint64_t chunk,
                                     std::uint64_t rows) const {
    const auto expected = header_of(chunk);
    std::array<std::byte, kChunkHeaderBytes> header;
    const std::size_t filled = TRY(file.read_at(0, header));
    if (filled < header.size()) {
        return fail(ErrorCode::kCorruption, "{}: ends at byte {}, inside its header", path, filled);
    }
    const auto differing = std::mismatch(header.begin(), header.end(), expected.begin());
    const auto byte = static_cast<std::size_t>(differing.first - header.begin());
    if (byte >= kVersionAt && number_at(header, kVersionAt) > kVersion) {
        return fail(ErrorCode::kUnsupported, "{}: format version {}; a newer sokkuri wrote it",
                    path, number_at(header, kVersionAt));
    }
    if (byte < header.size()) {
        return fail(ErrorCode::kCorruption, "{}: header is wrong at byte {}", path, byte);
    }
    const std::uint64_t size = TRY(file.size_bytes());
    if (size >= offset_of(rows)) return {};
    return fail(ErrorCode::kCorruption, "{}: ends at byte {}, but {} rows reach to byte {}", path,
                size, rows, offset_of(rows));
}

Result<std::uint64_t> ChunkLayout::rows_in_file(const File& file) const {
    const std::uint64_t size = TRY(file.size_bytes());
    return size <= kChunkHeaderBytes ? 0 : (size - kChunkHeaderBytes) / row_bytes_;
}

std::string chunks_directory(const std::string& field_directory) {
    return join_path(field_directory, "vectors");
}

std::string chunk_name(std::uint64_t chunk) {
    return fmt::format("{:04}", chunk);
}

Result<std::unique_ptr<File>> open_chunk(FileSystem& files, const std::string& path,
                                         OpenMode mode) {
    auto file = files.open(path, mode);
    if (!file && file.error().code() == ErrorCode::kNotFound) {
        return fail(ErrorCode::kCorruption, "{}: is missing", path);
    }
    return file;
}

namespace {

template <typename Integer>
void put(std::span<std::byte> header, std::size_t offset, Integer value) {
    std::memcpy(header.data() + offset, &value, sizeof value);
}

std::uint32_t number_at(std::span<const std::byte> header, std::size_t offset) {
    std::uint32_t value = 0;
    std::memcpy(&value, header.data() + offset, sizeof value);
    return value;
}

}  // namespace
}  // namespace sokkuri::store
