// VectorWriter of store/vector_file.h: appends rows to the last chunk, and begins new ones.
#include "base/atomic_file.h"
#include "base/hash.h"
#include "store/vector_chunk.h"
#include "store/vector_file.h"

#include <algorithm>

namespace sokkuri::store {
namespace {

constexpr std::size_t kPieceBytes = 1U << 20;  // of a chunk that is written anew or filled up

class ChunkWriter final : public VectorWriter {
 public:
    ChunkWriter(FileSystem& files, std::string directory, const ChunkLayout& layout, Slot committed)
        : files_(&files), directory_(std::move(directory)), layout_(layout), next_(committed) {}

    /// Checks the committed chunks and cuts off what lies behind them.
    Result<void> open();

    Result<Extent> append(std::span<const std::byte> rows) override;
    Result<void> sync() override;

 private:
    std::string path_of(std::uint64_t chunk) const {
        return join_path(directory_, chunk_name(chunk));
    }
    Result<void> check_full_chunks() const;
    Result<void> open_last_chunk();
    Result<void> remove_chunks_from(std::uint64_t chunk);
    Result<void> append_rows(std::span<const std::byte> rows);
    Result<void> begin_chunk(std::uint64_t chunk);
    Result<void> sync_chunks();

    FileSystem* files_;
    const std::string directory_;
    const ChunkLayout layout_;
    Slot next_;
    std::unique_ptr<File> last_;                   // chunk of slot next_ - 1, when it has room
    std::vector<std::unique_ptr<File>> unsynced_;  // chunks filled since the last sync
    bool is_last_unsynced_ = false;
    bool is_directory_unsynced_ = false;
    bool has_failed_ = false;  // what is in the files then is not known
};

Result<void> sync_directories_above(FileSystem& files, const std::string& directory);
Result<void> fill_chunk(File& file, std::uint64_t end);

}  // namespace

Result<std::unique_ptr<VectorWriter>> VectorWriter::open(FileSystem& files,
                                                         const std::string& directory,
                                                         const FieldRow& field, Slot committed) {
    const ChunkLayout layout = TRY(ChunkLayout::of(field));
    const std::string chunks = chunks_directory(directory);
    TRY(create_directories(files, chunks));
    auto writer = std::make_unique<ChunkWriter>(files, chunks, layout, committed);
    TRY(writer->open());
    return writer;
}

Result<void> replace_chunk(FileSystem& files, const std::string& directory, const FieldRow& field,
                           const MappedRows& rows) {
    const ChunkLayout layout = TRY(ChunkLayout::of(field));
    const std::uint64_t chunk = rows.first_slot / layout.rows_per_chunk();
    const std::string chunks = chunks_directory(directory);
    TRY(create_directories(files, chunks));
    AtomicFile file = TRY(AtomicFile::create(files, join_path(chunks, chunk_name(chunk))));
    TRY(file.append(layout.header_of(chunk)));
    for (std::span<const std::byte> left = rows.bytes; !left.empty();) {
        const std::size_t piece = std::min(left.size(), kPieceBytes);
        TRY(file.append(left.first(piece)));
        left = left.subspan(piece);
    }
    TRY(file.commit());
    return sync_directories_above(files, chunks);
}

Result<void> fill_lost_rows(FileSystem& files, const std::string& directory, const FieldRow& field,
                            Slot committed) {
    const ChunkLayout layout = TRY(ChunkLayout::of(field));
    for (std::uint64_t number = 0; number < layout.chunks_for(committed); ++number) {
        const std::string path = join_path(chunks_directory(directory), chunk_name(number));
        const std::unique_ptr<File> file = TRY(open_chunk(files, path, OpenMode::kReadWrite));
        TRY(layout.check_file(*file, path, number, 0));
        TRY(fill_chunk(*file, layout.offset_of(layout.rows_in_chunk(number, committed))));
    }
    return {};
}

namespace {

Result<void> ChunkWriter::open() {
    TRY(check_full_chunks());
    TRY(remove_chunks_from(layout_.chunks_for(next_)));
    return open_last_chunk();
}

Result<void> ChunkWriter::check_full_chunks() const {
    const std::uint64_t full_bytes = layout_.offset_of(layout_.rows_per_chunk());
    for (std::uint64_t chunk = 0; chunk < next_ / layout_.rows_per_chunk(); ++chunk) {
        const auto status = files_->status_following(path_of(chunk));
        if (!status && status.error().code() == ErrorCode::kNotFound) {
            return fail(ErrorCode::kCorruption, "{}: is missing", path_of(chunk));
        }
        if (!status) return tl::unexpected(status.error());
        if (status->size_bytes >= full_bytes) continue;
        return fail(ErrorCode::kCorruption, "{}: ends at byte {}, but its rows reach to byte {}",
                    path_of(chunk), status->size_bytes, full_bytes);
    }
    return {};
}

Result<void> ChunkWriter::open_last_chunk() {
    const std::uint64_t rows = next_ % layout_.rows_per_chunk();
    if (rows == 0) return {};  // the next row begins a chunk
    const std::uint64_t chunk = next_ / layout_.rows_per_chunk();
    last_ = TRY(open_chunk(*files_, path_of(chunk), OpenMode::kReadWrite));
    TRY(layout_.check_file(*last_, path_of(chunk), chunk, rows));
    const std::uint64_t size = TRY(last_->size_bytes());
    if (size == layout_.offset_of(rows)) return {};
    return last_->truncate(layout_.offset_of(rows));
}

Result<void> ChunkWriter::remove_chunks_from(std::uint64_t chunk) {
    const std::string first = chunk_name(chunk);
    const std::vector<DirectoryEntry> entries = TRY(files_->list(directory_));
    for (const DirectoryEntry& entry : entries) {
        const bool is_chunk = entry.name.size() == first.size() &&
                              std::all_of(entry.name.begin(), entry.name.end(), [](char character) {
                                  return character >= '0' && character <= '9';
                              });
        // Of a chunk that was to be written anew when a kill came.
        const bool is_leftover = entry.name.ends_with(".partial");
        if (is_leftover || (is_chunk && entry.name >= first)) {
            TRY(files_->remove_file(join_path(directory_, entry.name)));
        }
    }
    return {};
}

Result<Extent> ChunkWriter::append(std::span<const std::byte> rows) {
    if (rows.empty() || rows.size() % layout_.row_bytes() != 0) {
        return fail(ErrorCode::kInvalidArgument, "{}: {} bytes are no rows of {} bytes", directory_,
                    rows.size(), layout_.row_bytes());
    }
    if (has_failed_) {
        return fail(ErrorCode::kIo, "{}: an earlier write failed; open it anew", directory_);
    }
    const Extent extent{
        .first_slot = next_, .rows = rows.size() / layout_.row_bytes(), .checksum = xxh64(rows)};
    const auto appended = append_rows(rows);
    if (appended) return extent;
    has_failed_ = true;
    return tl::unexpected(appended.error());
}

Result<void> ChunkWriter::append_rows(std::span<const std::byte> rows) {
    while (!rows.empty()) {
        const std::uint64_t row_in_chunk = next_ % layout_.rows_per_chunk();
        if (row_in_chunk == 0) TRY(begin_chunk(next_ / layout_.rows_per_chunk()));
        const std::uint64_t count =
            std::min(layout_.rows_per_chunk() - row_in_chunk, rows.size() / layout_.row_bytes());
        const auto piece = static_cast<std::size_t>(count * layout_.row_bytes());
        TRY(last_->write_at(layout_.offset_of(row_in_chunk), rows.first(piece)));
        is_last_unsynced_ = true;
        rows = rows.subspan(piece);
        next_ += count;
        if (next_ % layout_.rows_per_chunk() == 0) {
            unsynced_.push_back(std::move(last_));
            is_last_unsynced_ = false;
        }
    }
    return {};
}

Result<void> ChunkWriter::begin_chunk(std::uint64_t chunk) {
    if (chunk >= kChunksMax) {
        return fail(ErrorCode::kExhausted, "{}: {} chunks are full; compact the collection",
                    directory_, kChunksMax);
    }
    last_ = TRY(files_->open(path_of(chunk), OpenMode::kCreateNew));
    is_directory_unsynced_ = true;
    return last_->write_at(0, layout_.header_of(chunk));
}

Result<void> ChunkWriter::sync() {
    if (has_failed_) {
        return fail(ErrorCode::kIo, "{}: an earlier write failed; open it anew", directory_);
    }
    // After a failed sync the system may hold pages for clean that never reached the disk.
    auto synced = sync_chunks();
    if (!synced) has_failed_ = true;
    return synced;
}

Result<void> ChunkWriter::sync_chunks() {
    for (const std::unique_ptr<File>& file : unsynced_) {
        TRY(file->sync());
    }
    unsynced_.clear();
    if (is_last_unsynced_) TRY(last_->sync());
    is_last_unsynced_ = false;
    if (is_directory_unsynced_) {
        TRY(files_->sync_directory(directory_));
        if (next_ <= layout_.rows_per_chunk()) TRY(sync_directories_above(*files_, directory_));
    }
    is_directory_unsynced_ = false;
    return {};
}

/// With the first chunk also the directories on the way to it (fields/<n>/vectors): an earlier run
/// may have made them and have been killed before it could sync them.
Result<void> sync_directories_above(FileSystem& files, const std::string& directory) {
    for (const char* above : {"..", "../..", "../../.."}) {
        TRY(files.sync_directory(join_path(directory, above)));
    }
    return {};
}

/// From where the file ends to `end`.
Result<void> fill_chunk(File& file, std::uint64_t end) {
    const std::uint64_t size = TRY(file.size_bytes());
    if (size >= end) return {};
    const std::vector<std::byte> zeros(kPieceBytes);
    for (std::uint64_t at = size; at < end; at += zeros.size()) {
        const auto count =
            static_cast<std::size_t>(std::min<std::uint64_t>(zeros.size(), end - at));
        TRY(file.write_at(at, std::span(zeros).first(count)));
    }
    return file.sync();
}

}  // namespace
}  // namespace sokkuri::store
