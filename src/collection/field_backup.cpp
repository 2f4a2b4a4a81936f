#include "collection/field_backup.h"

#include "collection/snapshot.h"

#include <algorithm>
#include <utility>

namespace sokkuri::collection {

namespace {

constexpr std::uint64_t kPieceBytes = 8U << 20;  // copied at once

std::uint64_t chunk_of(const store::FieldRow& field, store::Slot slot) {
    return slot / field.rows_per_chunk;
}

}  // namespace

Result<FieldBackup> FieldBackup::open(const BackupRun& run, store::ReadTransaction& transaction,
                                      store::FieldRow row, const EarlierBackup& earlier) {
    FieldBackup field;
    field.row_ = std::move(row);
    const store::FieldNumber number = field.row_.number;
    field.extents_ = TRY(transaction.extents(number));
    field.there_ = TRY(earlier.rows_of(field.row_, field.extents_));
    field.committed_ = TRY(transaction.committed_slots(number));
    field.reader_ =
        TRY(store::VectorReader::open(run.files, field_directory(run.source, number), field.row_));
    field.chunks_ = TRY(field.reader_->rows(field.committed_));
    const std::vector<store::SegmentRow> segments = TRY(transaction.segments(number));
    for (const store::SegmentRow& segment : segments) {
        const auto file = store::SegmentFile::open(run.files, run.from(segment.file));
        const ErrorCode code = file ? ErrorCode::kInternal : file.error().code();
        const bool is_missing = code == ErrorCode::kNotFound;
        if (!file && !is_missing && code != ErrorCode::kCorruption) {
            return tl::unexpected(file.error());
        }
        field.segments_.push_back({segment.file, file ? *file : nullptr, is_missing});
    }
    return field;
}

bool FieldBackup::has_all_segments() const {
    return std::ranges::none_of(segments_, &Segment::is_missing);
}

Result<void> FieldBackup::copy(BackupRun& run) const {
    const ChunkNumbers damaged = TRY(damaged_chunks(run));
    for (const std::uint64_t chunk : damaged) {
        TRY(mend_chunk(run, chunk));
    }
    const bool has_new = there_ < committed_;
    const std::uint64_t begun = has_new && there_ % row_.rows_per_chunk != 0 ? 1 : 0;
    const std::uint64_t old = (there_ + row_.rows_per_chunk - 1) / row_.rows_per_chunk;
    run.report.files_kept += old - std::min<std::uint64_t>(old, begun + damaged.size());
    if (has_new) TRY(append_rows(run));
    for (const Segment& segment : segments_) {
        const auto copied = copy_segment(run, segment);
        if (copied) continue;
        // The copy builds it anew, as the collection itself would.
        if (copied.error().code() != ErrorCode::kCorruption) return copied;
        ++run.report.segments_left_out;
    }
    return {};
}

/// Of those with rows of the earlier backup, which are believed only when they are read.
Result<FieldBackup::ChunkNumbers> FieldBackup::damaged_chunks(const BackupRun& run) const {
    ChunkNumbers damaged;
    if (there_ == 0) return damaged;
    TRY(begin_vectors(run));
    const auto target =
        TRY(store::VectorReader::open(run.files, field_directory(run.target, row_.number), row_));
    for (const store::Extent& extent : extents_) {
        if (extent.first_slot >= there_) break;
        TRY(run.go_on());
        const auto verified = target->verify(std::span(&extent, 1));
        if (verified) continue;
        if (verified.error().code() != ErrorCode::kCorruption)
            return tl::unexpected(verified.error());
        const std::uint64_t last = chunk_of(row_, extent.first_slot + extent.rows - 1);
        for (std::uint64_t chunk = chunk_of(row_, extent.first_slot); chunk <= last; ++chunk)
            damaged.insert(chunk);
    }
    return damaged;
}

/// The earlier backup loses nothing by it: it has the same rows.
Result<void> FieldBackup::mend_chunk(BackupRun& run, std::uint64_t chunk) const {
    TRY(begin_vectors(run));
    store::MappedRows rows = chunks_[static_cast<std::size_t>(chunk)];
    const store::Slot end = std::min<store::Slot>(rows.first_slot + row_.rows_per_chunk, there_);
    for (const store::Extent& extent : extents_) {
        const bool is_in_chunk =
            extent.first_slot < end && extent.first_slot + extent.rows > rows.first_slot;
        if (is_in_chunk) TRY(reader_->verify(std::span(&extent, 1)));
    }
    rows.bytes = rows.bytes.first(
        static_cast<std::size_t>((end - rows.first_slot) * store::row_bytes(row_)));
    TRY(store::replace_chunk(run.files, field_directory(run.target, row_.number), row_, rows));
    ++run.report.files_copied;
    run.report.bytes_copied += rows.bytes.size();
    return {};
}

/// Behind the rows that an earlier backup has: they are its committed mark's and stay.
Result<void> FieldBackup::append_rows(BackupRun& run) const {
    const auto writer = TRY(store::VectorWriter::open(
        run.files, field_directory(run.target, row_.number), row_, there_));
    for (const store::Extent& extent : extents_) {
        if (extent.first_slot < there_) continue;
        TRY(run.go_on());
        TRY(reader_->verify(std::span(&extent, 1)));
    }
    const std::uint64_t row_bytes = store::row_bytes(row_);
    const std::uint64_t piece_bytes =
        std::max<std::uint64_t>(kPieceBytes / row_bytes, 1) * row_bytes;
    for (const store::MappedRows& chunk : chunks_) {
        const std::uint64_t rows = chunk.bytes.size() / row_bytes;
        if (chunk.first_slot + rows <= there_) continue;
        TRY(begin_vectors(run));
        const std::uint64_t skipped = there_ - std::min(there_, chunk.first_slot);
        std::span<const std::byte> bytes =
            chunk.bytes.subspan(static_cast<std::size_t>(skipped * row_bytes));
        run.report.bytes_copied += bytes.size();
        ++run.report.files_copied;
        while (!bytes.empty()) {
            const std::size_t count =
                std::min<std::size_t>(bytes.size(), static_cast<std::size_t>(piece_bytes));
            TRY(writer->append(bytes.first(count)));
            bytes = bytes.subspan(count);
        }
    }
    return writer->sync();
}

Result<void> FieldBackup::copy_segment(BackupRun& run, const Segment& segment) const {
    TRY(run.begin(segment.name));
    if (segment.file == nullptr) {
        return fail(ErrorCode::kCorruption, "{}: is damaged or missing", run.from(segment.name));
    }
    const auto there = store::SegmentFile::open(run.files, run.to(segment.name));
    if (there && (*there)->size_bytes() == segment.file->size_bytes() && (*there)->verify()) {
        ++run.report.files_kept;
        return {};
    }
    TRY(segment.file->verify());
    const std::string path = run.to(segment.name);
    TRY(create_directories(run.files, path.substr(0, path.rfind('/'))));
    const std::vector<store::FileSection> sections(segment.file->sections().begin(),
                                                   segment.file->sections().end());
    TRY(store::write_segment_file(run.files, path, sections));
    ++run.report.files_copied;
    run.report.bytes_copied += segment.file->size_bytes();
    return {};
}

Result<void> FieldBackup::begin_vectors(const BackupRun& run) const {
    return run.begin(fmt::format("fields/{}/vectors", row_.number));
}

}  // namespace sokkuri::collection
