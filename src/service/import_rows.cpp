#include "service/import_rows.h"

#include "base/shown_text.h"
#include "collection/collection.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace sokkuri::service {
namespace {

constexpr std::size_t kFilesMax = 10'000;

Result<std::uint64_t> size_of_source(const FileSystem& files, const std::string& path);

}  // namespace

std::string ImportPlace::text() const {
    return fmt::format("{} {} {}", file, position, rows);
}

std::optional<ImportPlace> ImportPlace::parse(std::string_view text) {
    std::array<std::uint64_t, 3> numbers{};
    for (std::uint64_t& number : numbers) {
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error != std::errc()) return std::nullopt;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        if (text.starts_with(' ')) text.remove_prefix(1);
    }
    if (!text.empty()) return std::nullopt;
    return ImportPlace{.file = numbers[0], .position = numbers[1], .rows = numbers[2]};
}

Result<ImportRows> ImportRows::open(FileSystem& files, const ImportFiles& import) {
    if (import.files.empty() || import.files.size() > kFilesMax) {
        return fail(ErrorCode::kInvalidArgument, "{} files: must be 1 to {}", import.files.size(),
                    kFilesMax);
    }
    ImportRows rows;
    rows.files_ = &files;
    if (!import.ids_file.empty()) {
        rows.ids_ = TRY(IdList::open(files, import.ids_file));
        rows.rows_max_ = std::max<std::size_t>(import.text_bytes_max / collection::kIdBytesMax, 1);
    }
    for (const std::string& path : import.files) {
        SourceFile file{.path = path,
                        .format = import.format,
                        .dimension = import.dimension,
                        .metric = import.metric,
                        .text_bytes_max = import.text_bytes_max};
        if (rows.ids_ && import.files.size() == 1) file.rows = rows.ids_->size();
        TRY(rows.add_part(file));
    }
    TRY(rows.check_ids());
    TRY(rows.open_part(0));
    return rows;
}

Result<void> ImportRows::add_part(const SourceFile& file) {
    const auto source = TRY(open_vector_source(*files_, file));
    if (dimension_ == 0) dimension_ = source->dimension();
    if (source->dimension() != dimension_) {
        return fail(ErrorCode::kInvalidArgument, "{}: dimension {}; {} has {}",
                    shown_text(file.path), source->dimension(), shown_text(parts_[0].file.path),
                    dimension_);
    }
    if (!metric_) metric_ = source->metric();
    if (ids_ && source->has_ids()) {
        return fail(ErrorCode::kInvalidArgument,
                    "{}: its rows have ids of their own: {} is not wanted", shown_text(file.path),
                    ids_->name());
    }
    const std::uint64_t size = TRY(size_of_source(*files_, file.path));
    parts_.push_back({.file = file, .size_bytes = size, .first_number = numbers_end_});
    numbers_end_ += source->numbers_end();
    size_bytes_ += size;
    return {};
}

Result<void> ImportRows::check_ids() const {
    if (!ids_ || ids_->size() == numbers_end_) return {};
    return fail(ErrorCode::kInvalidArgument, "{}: {} ids for {} rows", ids_->name(), ids_->size(),
                numbers_end_);
}

Result<void> ImportRows::open_part(std::size_t number) {
    part_ = number;
    source_ = TRY(open_vector_source(*files_, parts_[number].file));
    if (source_->dimension() == dimension_) return {};
    return fail(ErrorCode::kConflict, "{}: has changed while it was read",
                shown_text(parts_[number].file.path));
}

Result<void> ImportRows::seek(const ImportPlace& place) {
    if (place.file >= parts_.size()) {
        return fail(ErrorCode::kInvalidArgument, "file {}: there are {}", place.file,
                    parts_.size());
    }
    TRY(open_part(static_cast<std::size_t>(place.file)));
    TRY(source_->seek(place.position));
    rows_ = place.rows;
    if (!ids_) return {};
    return ids_->seek(std::min(ids_->size(), parts_[part_].first_number + place.position));
}

Result<std::optional<ImportBatch>> ImportRows::next(std::size_t rows_max) {
    for (;;) {
        SourceRows rows = TRY(source_->next(std::min(rows_max, rows_max_)));
        if (rows.size() == 0) {
            if (part_ + 1 == parts_.size()) return std::nullopt;
            TRY(open_part(part_ + 1));
            continue;
        }
        if (rows.ids.empty()) TRY(name_rows(rows));
        rows_ += rows.size();
        return ImportBatch{
            .ids = std::move(rows.ids),
            .vectors = std::move(rows.vectors),
            .documents = std::move(rows.documents),
            .behind = {.file = part_, .position = source_->position(), .rows = rows_},
            .share = share()};
    }
}

/// By the list of ids, else by number.
Result<void> ImportRows::name_rows(SourceRows& rows) {
    const std::uint64_t first = parts_[part_].first_number;
    rows.ids.reserve(rows.size());
    for (const std::uint64_t number : rows.numbers) {
        if (!ids_) {
            rows.ids.push_back(fmt::format("{}", first + number));
            continue;
        }
        TRY(ids_->skip_to(first + number));
        std::string id = TRY(ids_->next());
        rows.ids.push_back(std::move(id));
    }
    return {};
}

double ImportRows::share() const {
    if (size_bytes_ == 0) return 1;
    double bytes = 0;
    for (std::size_t part = 0; part < part_; ++part) {
        bytes += static_cast<double>(parts_[part].size_bytes);
    }
    const double read = source_->end() == 0 ? 1
                                            : static_cast<double>(source_->position()) /
                                                  static_cast<double>(source_->end());
    bytes += read * static_cast<double>(parts_[part_].size_bytes);
    return bytes / static_cast<double>(size_bytes_);
}

namespace {

/// Of a folder, what its objects take.
Result<std::uint64_t> size_of_source(const FileSystem& files, const std::string& path) {
    FileStatus status = TRY(files.status_following(path));
    if (status.kind == FileKind::kDirectory) {
        status = TRY(files.status_following(join_path(path, "obj")));
    }
    return status.size_bytes;
}

}  // namespace
}  // namespace sokkuri::service
