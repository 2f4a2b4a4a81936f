#include "store/vector_file.h"

#include "base/testing/temporary_directory.h"
#include "store/vector_chunk.h"

#include <gtest/gtest.h>

#include <random>

namespace sokkuri::store {
namespace {

constexpr std::uint32_t kDimension = 5;
constexpr std::uint32_t kRowsPerChunk = 4;
constexpr std::size_t kRowBytes = kDimension * sizeof(float);

class VectorFileTest : public ::testing::Test {
 protected:
    std::unique_ptr<VectorWriter> writer(Slot committed) {
        auto opened = VectorWriter::open(files_, directory_, field_, committed);
        EXPECT_TRUE(opened) << opened.error().message();
        return std::move(*opened);
    }

    std::unique_ptr<VectorReader> reader() {
        return VectorReader::open(files_, directory_, field_).value();
    }

    std::string chunk_path(std::uint64_t chunk) const {
        return join_path(chunks_directory(directory_), chunk_name(chunk));
    }

    void overwrite(std::uint64_t chunk, std::uint64_t offset, std::byte value) {
        const auto file = files_.open(chunk_path(chunk), OpenMode::kReadWrite).value();
        ASSERT_TRUE(file->write_at(offset, std::span(&value, 1)));
    }

    FileSystem& files_ = posix_file_system();
    testing::TemporaryDirectory folder_;
    std::string directory_ = join_path(folder_.path(), "fields/0");
    FieldRow field_ = {.name = "f", .dimension = kDimension, .rows_per_chunk = kRowsPerChunk};
};

/// Rows whose every component tells slot and place.
std::vector<std::byte> rows_of(Slot first, std::size_t count) {
    std::vector<std::byte> bytes;
    for (Slot slot = first; slot < first + count; ++slot) {
        for (std::uint32_t component = 0; component < kDimension; ++component) {
            const auto value = static_cast<float>(slot * 100 + component);
            const auto raw = std::as_bytes(std::span(&value, 1));
            bytes.insert(bytes.end(), raw.begin(), raw.end());
        }
    }
    return bytes;
}

std::vector<std::byte> all_rows(VectorReader& reader, Slot committed) {
    std::vector<std::byte> bytes;
    Slot next = 0;
    const std::vector<MappedRows> runs = reader.rows(committed).value();
    for (const MappedRows& run : runs) {
        EXPECT_EQ(run.first_slot, next);
        next += run.bytes.size() / kRowBytes;
        bytes.insert(bytes.end(), run.bytes.begin(), run.bytes.end());
    }
    EXPECT_EQ(next, committed);
    return bytes;
}

TEST_F(VectorFileTest, GivesBackRowsAcrossChunks) {
    const auto open_reader = reader();
    Slot committed = 0;
    std::vector<Extent> extents;
    for (const std::size_t count : {3U, 1U, 11U, 2U, 8U}) {
        const auto open_writer = writer(committed);
        const Extent extent = open_writer->append(rows_of(committed, count)).value();
        EXPECT_EQ(extent.first_slot, committed);
        EXPECT_EQ(extent.rows, count);
        ASSERT_TRUE(open_writer->sync());
        extents.push_back(extent);
        committed += count;
        // The same reader sees what came later.
        EXPECT_EQ(all_rows(*open_reader, committed), rows_of(0, committed));
    }
    EXPECT_EQ(all_rows(*open_reader, 6), rows_of(0, 6)) << "and never more than the mark";
    for (Slot slot = 0; slot < committed; ++slot) {
        const auto row = open_reader->row(slot).value();
        EXPECT_EQ(std::vector(row.begin(), row.end()), rows_of(slot, 1));
    }
    EXPECT_TRUE(open_reader->verify(extents));
}

TEST_F(VectorFileTest, AWriterCutsOffWhatWasNeverCommitted) {
    ASSERT_TRUE(writer(0)->append(rows_of(0, 13)));
    {
        const auto open_writer = writer(6);
        EXPECT_EQ(files_.list(chunks_directory(directory_))->size(), 2U);
        EXPECT_EQ(files_.status(chunk_path(1))->size_bytes, kChunkHeaderBytes + 2 * kRowBytes);
        ASSERT_TRUE(open_writer->append(rows_of(6, 3)));
        ASSERT_TRUE(open_writer->sync());
    }
    EXPECT_EQ(all_rows(*reader(), 9), rows_of(0, 9));
    writer(8);
    EXPECT_EQ(files_.list(chunks_directory(directory_))->size(), 2U);
    writer(0);
    EXPECT_EQ(files_.list(chunks_directory(directory_))->size(), 0U);
}

TEST_F(VectorFileTest, RefusesPartsOfRows) {
    const auto open_writer = writer(0);
    const std::vector<std::byte> rows = rows_of(0, 2);
    EXPECT_EQ(open_writer->append(std::span(rows).first(kRowBytes + 1)).error().code(),
              ErrorCode::kInvalidArgument);
    EXPECT_EQ(open_writer->append({}).error().code(), ErrorCode::kInvalidArgument);
    EXPECT_TRUE(open_writer->append(rows));
}

TEST_F(VectorFileTest, NamesFileAndByteOfEveryWrongHeaderByte) {
    ASSERT_TRUE(writer(0)->append(rows_of(0, 2)));
    std::array<std::byte, 1> original;
    for (std::uint64_t byte = 0; byte < kChunkHeaderBytes; ++byte) {
        {
            const auto file = files_.open(chunk_path(0), OpenMode::kRead).value();
            ASSERT_TRUE(file->read_at(byte, original));
        }
        overwrite(0, byte, original[0] ^ std::byte{0x41});
        const auto read = reader()->rows(2);
        ASSERT_FALSE(read) << byte;
        const bool is_version = byte >= 8 && byte < 12;
        EXPECT_EQ(read.error().code(),
                  is_version ? ErrorCode::kUnsupported : ErrorCode::kCorruption);
        EXPECT_NE(read.error().message().find("0000"), std::string::npos);
        if (!is_version) {
            EXPECT_NE(read.error().message().find(fmt::format("byte {}", byte)), std::string::npos);
        }
        EXPECT_FALSE(VectorWriter::open(files_, directory_, field_, 2));
        overwrite(0, byte, original[0]);
    }
    EXPECT_TRUE(reader()->rows(2));
}

TEST_F(VectorFileTest, RefusesEveryTruncation) {
    ASSERT_TRUE(writer(0)->append(rows_of(0, 6)));
    for (std::uint64_t size = kChunkHeaderBytes + 2 * kRowBytes; size-- > 0;) {
        ASSERT_TRUE(files_.open(chunk_path(1), OpenMode::kReadWrite).value()->truncate(size));
        const auto read = reader()->rows(6);
        ASSERT_FALSE(read) << size;
        EXPECT_EQ(read.error().code(), ErrorCode::kCorruption);
        EXPECT_NE(read.error().message().find(fmt::format("ends at byte {}", size)),
                  std::string::npos);
        EXPECT_FALSE(VectorWriter::open(files_, directory_, field_, 6));
    }
    ASSERT_TRUE(files_.remove_file(chunk_path(0)));
    EXPECT_EQ(reader()->rows(4).error().code(), ErrorCode::kCorruption);
    EXPECT_EQ(VectorWriter::open(files_, directory_, field_, 4).error().code(),
              ErrorCode::kCorruption);
}

TEST_F(VectorFileTest, VerifyFindsOneFlippedBit) {
    const Extent extent = writer(0)->append(rows_of(0, 10)).value();
    const std::vector<Extent> extents = {extent};
    EXPECT_TRUE(reader()->verify(extents));
    overwrite(2, kChunkHeaderBytes + kRowBytes, std::byte{1});
    const auto verified = reader()->verify(extents);
    ASSERT_FALSE(verified);
    EXPECT_EQ(verified.error().code(), ErrorCode::kCorruption);
    EXPECT_NE(verified.error().message().find("slots 0 to 9"), std::string::npos);
}

TEST_F(VectorFileTest, RefusesLayoutsThatCannotBe) {
    const auto code_of = [&](std::uint32_t dimension, std::uint32_t rows_per_chunk) {
        FieldRow field = field_;
        field.dimension = dimension;
        field.rows_per_chunk = rows_per_chunk;
        return VectorReader::open(files_, directory_, field).error().code();
    };
    EXPECT_EQ(code_of(0, 4), ErrorCode::kCorruption);
    EXPECT_EQ(code_of(kStoredDimensionMax + 1, 4), ErrorCode::kCorruption);
    EXPECT_EQ(code_of(4, 0), ErrorCode::kCorruption);
    EXPECT_EQ(code_of(4, 3), ErrorCode::kCorruption);
    EXPECT_EQ(code_of(4, 1U << 31), ErrorCode::kCorruption);
}

TEST(RowsPerChunk, FillsChunksOfAtMost256MiB) {
    EXPECT_EQ(rows_per_chunk_for(ElementType::kF32, 1280), 32'768U);
    EXPECT_EQ(rows_per_chunk_for(ElementType::kBit, 64), 1U << 24);
    for (std::uint32_t dimension : {1U, 3U, 127U, 128U, 1280U, 65'536U}) {
        for (const ElementType element : {ElementType::kF32, ElementType::kU8, ElementType::kBit}) {
            FieldRow field{.name = "f", .element = element, .dimension = dimension};
            field.rows_per_chunk = rows_per_chunk_for(element, dimension);
            EXPECT_TRUE(ChunkLayout::of(field)) << dimension;
            field.rows_per_chunk *= 2;
            EXPECT_FALSE(ChunkLayout::of(field)) << dimension;
        }
    }
}

}  // namespace
}  // namespace sokkuri::store
