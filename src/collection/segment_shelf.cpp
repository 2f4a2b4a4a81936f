#include "collection/segment_shelf.h"

#include "base/hash.h"
#include "base/log.h"
#include "index/segment_image.h"
#include "store/segment_file.h"

#include <vector>

namespace sokkuri::collection {

namespace {

Result<std::shared_ptr<const store::SegmentFile>> open_file(FileSystem& files,
                                                            const std::string& path);
/// Every checksum compared on the way.
Result<std::shared_ptr<index::SegmentImage>> read_sections(const store::SegmentFile& file,
                                                           const std::string& path);

}  // namespace

SegmentShelf::Opened SegmentShelf::of(const store::SegmentRow& row, const FieldSpec& field) {
    {
        const auto shelf = shelf_.lock();
        const auto known = shelf->opened.find(row.file);
        if (known != shelf->opened.end()) return known->second;
        if (shelf->damaged.contains(row.file)) return {};
    }
    auto opened = open(row, field);
    const auto shelf = shelf_.lock();
    if (!opened) {
        if (shelf->unusable.insert(row.file).second) {
            LOG(kWarn, "event=segment_unusable field={:?} reason={:?}", field.name,
                opened.error().message());
        }
        return {};
    }
    // Rejected meanwhile.
    if (shelf->damaged.contains(row.file)) return {};
    // Another thread may have been first.
    return shelf->opened.try_emplace(row.file, Opened{std::move(*opened), false}).first->second;
}

Result<void> SegmentShelf::load(const store::SegmentRow& row, const FieldSpec& field) {
    const std::string path = join_path(directory_, row.file);
    const std::shared_ptr<const store::SegmentFile> file = TRY(open_file(files_, path));
    const auto copy = read_sections(*file, path);
    if (!copy && copy.error().code() == ErrorCode::kCorruption) reject(row.file);
    if (!copy) return tl::unexpected(copy.error());
    std::shared_ptr<const index::Segment> segment =
        TRY(index::Segment::open((*copy)->views(), *copy, kernels_,
                                 {.check = index::Check::kLengths, .slots_end = row.end_slot()}));
    TRY(check_segment(*segment, row, field));
    put(row.file, std::move(segment));
    return {};
}

Result<void> SegmentShelf::verify(const store::SegmentRow& row) {
    const std::shared_ptr<const store::SegmentFile> file =
        TRY(open_file(files_, join_path(directory_, row.file)));
    auto verified = file->verify();
    if (!verified && verified.error().code() == ErrorCode::kCorruption) reject(row.file);
    return verified;
}

void SegmentShelf::put(const std::string& file, std::shared_ptr<const index::Segment> segment) {
    const auto shelf = shelf_.lock();
    shelf->opened[file] = {std::move(segment), true};
}

void SegmentShelf::keep_only(const std::set<std::string>& files) {
    std::map<std::string, Opened> gone;  // freed without the lock
    const auto shelf = shelf_.lock();
    for (auto entry = shelf->opened.begin(); entry != shelf->opened.end();) {
        const auto next = std::next(entry);
        if (!files.contains(entry->first)) gone.insert(shelf->opened.extract(entry));
        entry = next;
    }
}

void SegmentShelf::reject(const std::string& file) {
    const auto shelf = shelf_.lock();
    shelf->damaged.insert(file);
    shelf->opened.erase(file);
}

Result<std::shared_ptr<const index::Segment>> SegmentShelf::open(const store::SegmentRow& row,
                                                                 const FieldSpec& field) const {
    const std::string path = join_path(directory_, row.file);
    const std::shared_ptr<const store::SegmentFile> file = TRY(open_file(files_, path));
    std::vector<index::Section> sections;
    for (const store::FileSection& section : file->sections()) {
        sections.push_back({section.name, section.bytes});
    }
    auto segment = index::Segment::open(
        sections, file, kernels_, {.check = index::Check::kLengths, .slots_end = row.end_slot()});
    if (!segment) return tl::unexpected(segment.error().with_context(path));
    TRY(check_segment(**segment, row, field));
    return segment;
}

Result<void> check_segment(const index::Segment& segment, const store::SegmentRow& row,
                           const FieldSpec& field) {
    const index::L2Space& space = segment.parts().space;
    if (space.metric == field.metric && space.raw_dimension == field.dimension &&
        segment.rows() == row.live) {
        return {};
    }
    return fail(ErrorCode::kCorruption,
                "{}: {} rows of {} components under {}, not {} of {} under {}", row.file,
                segment.rows(), space.raw_dimension, index::name_of(space.metric), row.live,
                field.dimension, index::name_of(field.metric));
}

namespace {

/// A file that the catalog names is there, or something is wrong.
Result<std::shared_ptr<const store::SegmentFile>> open_file(FileSystem& files,
                                                            const std::string& path) {
    auto file = store::SegmentFile::open(files, path);
    if (!file && file.error().code() == ErrorCode::kNotFound) {
        return fail(ErrorCode::kCorruption, "{}: is missing", path);
    }
    return file;
}

Result<std::shared_ptr<index::SegmentImage>> read_sections(const store::SegmentFile& file,
                                                           const std::string& path) {
    auto copy = std::make_shared<index::SegmentImage>();
    for (std::size_t i = 0; i < file.sections().size(); ++i) {
        const store::FileSection& section = file.sections()[i];
        TRY(copy->add(section.name, section.bytes));
        if (xxh64(copy->views().back().bytes) != file.checksum(i)) {
            return fail(ErrorCode::kCorruption, "{}: section \"{}\": checksum mismatch", path,
                        section.name);
        }
    }
    return copy;
}

}  // namespace

}  // namespace sokkuri::collection
