// VectorReader of store/vector_file.h: chunks mapped whole, past the end of the file, so that the
// map of a growing chunk never has to be made anew.
#include "base/check.h"
#include "base/guarded.h"
#include "base/hash.h"
#include "store/vector_chunk.h"
#include "store/vector_file.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <utility>

namespace sokkuri::store {
namespace {

/// What is left of a chunk file that was cut off, with zeros behind.
struct FilledChunk {
    std::vector<std::byte> bytes;
    std::size_t start = 0;  // at a multiple of kRowAlignment in memory
    std::uint64_t rows = 0;
};
constexpr std::size_t kRowAlignment = 64;

/// A chunk file in memory. `rows` of them were seen in the file; only those are touched.
struct Chunk {
    std::string path;
    std::unique_ptr<File> file;
    std::unique_ptr<MappedRegion> map;
    std::atomic<std::uint64_t> rows = 0;
};

class ChunkReader final : public VectorReader {
 public:
    ChunkReader(FileSystem& files, std::string directory, const ChunkLayout& layout)
        : files_(&files), directory_(std::move(directory)), layout_(layout) {}

    Result<std::vector<MappedRows>> rows(Slot committed) override;
    Result<RowsLeft> rows_left(Slot committed) override;
    Result<std::vector<SlotRun>> lost_slots(Slot committed) override;
    Result<void> check_file(Slot slot) override;
    Result<std::span<const std::byte>> row(Slot slot) override;
    Result<void> verify(std::span<const Extent> extents) override;

 private:
    using ChunkPointer = std::shared_ptr<Chunk>;

    Result<ChunkPointer> chunk_with(std::uint64_t number, std::uint64_t rows);
    Result<ChunkPointer> open_chunk_file(std::uint64_t number, std::uint64_t rows) const;
    Result<void> see_rows(Chunk& chunk, std::uint64_t rows) const;
    Result<std::uint64_t> rows_in_chunk_file(std::uint64_t number) const;
    using FilledPointer = std::shared_ptr<const FilledChunk>;
    Result<FilledPointer> filled_chunk(std::uint64_t number, std::uint64_t rows);
    Result<FilledPointer> fill_chunk(std::uint64_t number, std::uint64_t rows) const;
    Result<void> verify(const Extent& extent);
    /// `rows` rows of `chunk` from `first` on, all seen.
    std::span<const std::byte> bytes_of(const Chunk& chunk, std::uint64_t first,
                                        std::uint64_t rows) const;

    FileSystem* files_;
    const std::string directory_;
    const ChunkLayout layout_;
    Guarded<std::vector<ChunkPointer>> chunks_;  // null: not opened yet
    // Kept as long as the reader, also when one with more rows has come.
    Guarded<std::vector<std::pair<std::uint64_t, FilledPointer>>> filled_;
};

}  // namespace

Result<std::unique_ptr<VectorReader>> VectorReader::open(FileSystem& files,
                                                         const std::string& directory,
                                                         const FieldRow& field) {
    const ChunkLayout layout = TRY(ChunkLayout::of(field));
    return std::make_unique<ChunkReader>(files, chunks_directory(directory), layout);
}

namespace {

Result<std::vector<MappedRows>> ChunkReader::rows(Slot committed) {
    std::vector<MappedRows> runs;
    for (std::uint64_t number = 0; number < layout_.chunks_for(committed); ++number) {
        const std::uint64_t rows = layout_.rows_in_chunk(number, committed);
        const ChunkPointer chunk = TRY(chunk_with(number, rows));
        runs.push_back(
            {.first_slot = number * layout_.rows_per_chunk(), .bytes = bytes_of(*chunk, 0, rows)});
    }
    return runs;
}

Result<std::vector<SlotRun>> ChunkReader::lost_slots(Slot committed) {
    std::vector<SlotRun> lost;
    for (std::uint64_t number = 0; number < layout_.chunks_for(committed); ++number) {
        const std::uint64_t rows = layout_.rows_in_chunk(number, committed);
        const std::uint64_t there = TRY(rows_in_chunk_file(number));
        const Slot first = number * layout_.rows_per_chunk();
        if (there < rows) lost.push_back({first + there, first + rows});
    }
    return lost;
}

Result<void> ChunkReader::check_file(Slot slot) {
    TRY(rows_in_chunk_file(slot / layout_.rows_per_chunk()));
    return {};
}

Result<RowsLeft> ChunkReader::rows_left(Slot committed) {
    RowsLeft left;
    auto all = rows(committed);
    if (all) {
        left.rows = std::move(*all);
        return left;
    }
    left.lost = TRY(lost_slots(committed));
    if (left.lost.empty()) return tl::unexpected(all.error());
    for (std::uint64_t number = 0; number < layout_.chunks_for(committed); ++number) {
        const std::uint64_t rows = layout_.rows_in_chunk(number, committed);
        const Slot first = number * layout_.rows_per_chunk();
        const bool is_short = std::ranges::any_of(
            left.lost, [&](const SlotRun& run) { return run.end == first + rows; });
        if (is_short) {
            const FilledPointer chunk = TRY(filled_chunk(number, rows));
            const auto bytes = static_cast<std::size_t>(rows * layout_.row_bytes());
            left.rows.push_back({first, std::span(chunk->bytes).subspan(chunk->start, bytes)});
            continue;
        }
        const ChunkPointer chunk = TRY(chunk_with(number, rows));
        left.rows.push_back({first, bytes_of(*chunk, 0, rows)});
    }
    return left;
}

Result<std::span<const std::byte>> ChunkReader::row(Slot slot) {
    const std::uint64_t row = slot % layout_.rows_per_chunk();
    const ChunkPointer chunk = TRY(chunk_with(slot / layout_.rows_per_chunk(), row + 1));
    return bytes_of(*chunk, row, 1);
}

Result<void> ChunkReader::verify(std::span<const Extent> extents) {
    for (const Extent& extent : extents) {
        TRY(verify(extent));
    }
    return {};
}

Result<void> ChunkReader::verify(const Extent& extent) {
    Xxh64Stream hash;
    std::string place;
    Slot slot = extent.first_slot;
    std::uint64_t left = extent.rows;
    while (left > 0) {
        const std::uint64_t row = slot % layout_.rows_per_chunk();
        const std::uint64_t count = std::min(left, layout_.rows_per_chunk() - row);
        const ChunkPointer chunk = TRY(chunk_with(slot / layout_.rows_per_chunk(), row + count));
        if (place.empty()) {
            place = fmt::format("{}: slots {} to {}, from byte {}", chunk->path, slot,
                                slot + extent.rows - 1, layout_.offset_of(row));
        }
        hash.update(bytes_of(*chunk, row, count));
        slot += count;
        left -= count;
    }
    if (hash.digest() == extent.checksum) return {};
    return fail(ErrorCode::kCorruption, "{}: checksum mismatch", place);
}

Result<ChunkReader::ChunkPointer> ChunkReader::chunk_with(std::uint64_t number,
                                                          std::uint64_t rows) {
    if (number >= kChunksMax) {
        return fail(ErrorCode::kCorruption, "{}: chunk {}: there are at most {}", directory_,
                    number, kChunksMax);
    }
    const auto index = static_cast<std::size_t>(number);
    ChunkPointer chunk;
    {
        auto chunks = chunks_.lock();
        if (index < chunks->size()) chunk = (*chunks)[index];
    }
    if (chunk) {
        TRY(see_rows(*chunk, rows));
        return chunk;
    }
    // Not under the lock: two threads may open the same chunk, and the first one's is kept.
    chunk = TRY(open_chunk_file(number, rows));
    auto chunks = chunks_.lock();
    if (chunks->size() <= index) chunks->resize(index + 1);
    ChunkPointer& kept = (*chunks)[index];
    if (!kept) kept = chunk;
    kept->rows = std::max(kept->rows.load(), chunk->rows.load());
    return kept;
}

Result<ChunkReader::ChunkPointer> ChunkReader::open_chunk_file(std::uint64_t number,
                                                               std::uint64_t rows) const {
    auto chunk = std::make_shared<Chunk>();
    chunk->path = join_path(directory_, chunk_name(number));
    chunk->file = TRY(open_chunk(*files_, chunk->path, OpenMode::kRead));
    TRY(layout_.check_file(*chunk->file, chunk->path, number, rows));
    const auto bytes = static_cast<std::size_t>(layout_.offset_of(layout_.rows_per_chunk()));
    chunk->map = TRY(chunk->file->map(0, bytes, MapAccess::kRead));
    chunk->rows = rows;
    return chunk;
}

Result<void> ChunkReader::see_rows(Chunk& chunk, std::uint64_t rows) const {
    if (rows <= chunk.rows) return {};
    const std::uint64_t size = TRY(chunk.file->size_bytes());
    if (size < layout_.offset_of(rows)) {
        return fail(ErrorCode::kCorruption, "{}: ends at byte {}, but {} rows reach to byte {}",
                    chunk.path, size, rows, layout_.offset_of(rows));
    }
    // Another thread may have seen more; seeing it again costs one call.
    chunk.rows = rows;
    return {};
}

Result<std::uint64_t> ChunkReader::rows_in_chunk_file(std::uint64_t number) const {
    const std::string path = join_path(directory_, chunk_name(number));
    const std::unique_ptr<File> file = TRY(open_chunk(*files_, path, OpenMode::kRead));
    TRY(layout_.check_file(*file, path, number, 0));
    return layout_.rows_in_file(*file);
}

Result<ChunkReader::FilledPointer> ChunkReader::filled_chunk(std::uint64_t number,
                                                             std::uint64_t rows) {
    {
        const auto filled = filled_.lock();
        for (const auto& [known, chunk] : *filled) {
            if (known == number && chunk->rows >= rows) return chunk;
        }
    }
    FilledPointer chunk = TRY(fill_chunk(number, rows));
    filled_.lock()->emplace_back(number, chunk);
    return chunk;
}

Result<ChunkReader::FilledPointer> ChunkReader::fill_chunk(std::uint64_t number,
                                                           std::uint64_t rows) const {
    const std::string path = join_path(directory_, chunk_name(number));
    const std::unique_ptr<File> file = TRY(open_chunk(*files_, path, OpenMode::kRead));
    const std::uint64_t there = TRY(layout_.rows_in_file(*file));
    auto chunk = std::make_shared<FilledChunk>();
    const auto bytes = static_cast<std::size_t>(rows * layout_.row_bytes());
    chunk->bytes.resize(bytes + kRowAlignment);
    const auto address = reinterpret_cast<std::uintptr_t>(chunk->bytes.data());
    chunk->start = (kRowAlignment - address % kRowAlignment) % kRowAlignment;
    chunk->rows = rows;
    const auto whole = static_cast<std::size_t>(std::min(there, rows) * layout_.row_bytes());
    const std::span<std::byte> read = std::span(chunk->bytes).subspan(chunk->start, whole);
    const std::size_t filled = TRY(file->read_at(layout_.offset_of(0), read));
    if (filled == whole) return chunk;
    return fail(ErrorCode::kCorruption, "{}: got shorter while it was read", path);
}

std::span<const std::byte> ChunkReader::bytes_of(const Chunk& chunk, std::uint64_t first,
                                                 std::uint64_t rows) const {
    DCHECK(first + rows <= layout_.rows_per_chunk());
    const MappedRegion& map = *chunk.map;
    return map.bytes().subspan(static_cast<std::size_t>(layout_.offset_of(first)),
                               static_cast<std::size_t>(rows * layout_.row_bytes()));
}

}  // namespace
}  // namespace sokkuri::store
