// Chunk files of vectors: names, sizes and headers (docs/formats/vectors.md). Used by
// vector_writer.cpp and vector_reader.cpp. Headers from disk are checked against what the catalog
// says of the field.
#pragma once

#include "base/file_system.h"
#include "base/result.h"
#include "store/catalog.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace sokkuri::store {

inline constexpr std::uint64_t kChunkHeaderBytes = 4096;
inline constexpr std::uint64_t kChunkBytesMax = 256U << 20;  // header included
inline constexpr std::uint64_t kChunksMax = 10'000;          // of a field: names have four digits
inline constexpr std::uint32_t kStoredDimensionMax = 65'536;

/// How one field's rows lie in its chunks. Checked: a catalog is hostile, too.
class ChunkLayout {
 public:
    /// kCorruption when the field cannot be laid out.
    static Result<ChunkLayout> of(const FieldRow& field);

    std::uint64_t row_bytes() const { return row_bytes_; }
    std::uint64_t rows_per_chunk() const { return rows_per_chunk_; }
    /// Where a row begins in its chunk file, and where the chunk ends before it.
    std::uint64_t offset_of(std::uint64_t row_in_chunk) const {
        return kChunkHeaderBytes + row_in_chunk * row_bytes_;
    }
    /// Chunks that hold slots 0 … slots - 1.
    std::uint64_t chunks_for(Slot slots) const {
        return slots / rows_per_chunk_ + (slots % rows_per_chunk_ == 0 ? 0 : 1);
    }
    /// Rows that chunk `chunk` has when the field has `slots` slots.
    std::uint64_t rows_in_chunk(std::uint64_t chunk, Slot slots) const;

    std::array<std::byte, kChunkHeaderBytes> header_of(std::uint64_t chunk) const;
    /// kCorruption, naming file and byte, when the file does not begin with header_of(chunk) or is
    /// shorter than `rows` rows; kNotFound never.
    Result<void> check_file(const File& file, std::string_view path, std::uint64_t chunk,
                            std::uint64_t rows) const;
    /// Whole rows that the file has behind its header.
    Result<std::uint64_t> rows_in_file(const File& file) const;

 private:
    ChunkLayout() = default;

    std::uint32_t element_ = 0;  // as on disk
    std::uint32_t dimension_ = 0;
    std::uint64_t row_bytes_ = 0;
    std::uint64_t rows_per_chunk_ = 0;
};

/// Of a field's folder: "fields/0" → "fields/0/vectors".
std::string chunks_directory(const std::string& field_directory);
/// "0000" to "9999".
std::string chunk_name(std::uint64_t chunk);

/// Opens a chunk that the catalog says is there: kCorruption when it is missing.
Result<std::unique_ptr<File>> open_chunk(FileSystem& files, const std::string& path, OpenMode mode);

}  // namespace sokkuri::store
