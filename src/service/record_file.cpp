#include "service/record_file.h"

#include "base/check.h"
#include "base/shown_text.h"

namespace sokkuri::service {

Result<RecordFile> RecordFile::open(FileSystem& files, const std::string& path,
                                    const RecordLayout& layout) {
    CHECK(layout.record_bytes > 0);
    RecordFile records;
    records.name_ = shown_text(path);
    records.data_at_ = layout.data_at;
    records.record_bytes_ = layout.record_bytes;
    records.file_ = TRY(files.open(path, OpenMode::kRead));
    const std::uint64_t size = TRY(in_context(records.name_, records.file_->size_bytes()));
    const std::uint64_t room = size < layout.data_at ? 0 : size - layout.data_at;
    records.records_ = layout.records.value_or(room / layout.record_bytes);
    const bool is_whole = layout.records || room % layout.record_bytes == 0;
    if (size >= layout.data_at && is_whole && records.records_ <= room / layout.record_bytes) {
        return records;
    }
    if (is_whole) {
        return fail(ErrorCode::kCorruption,
                    "{}: {} bytes, too few for {} records of {} bytes from byte {} on",
                    records.name_, size, records.records_, layout.record_bytes, layout.data_at);
    }
    return fail(ErrorCode::kCorruption, "{}: {} bytes are no whole number of records of {} bytes",
                records.name_, room, layout.record_bytes);
}

Result<void> RecordFile::read(std::uint64_t first, std::span<std::byte> out) const {
    CHECK(out.size() % record_bytes_ == 0 && first + out.size() / record_bytes_ <= records_);
    const std::uint64_t at = data_at_ + first * record_bytes_;
    const std::size_t read = TRY(in_context(name_, file_->read_at(at, out)));
    if (read == out.size()) return {};
    return fail(ErrorCode::kCorruption, "{}: ends at byte {}; it has been cut off meanwhile", name_,
                at + read);
}

}  // namespace sokkuri::service
