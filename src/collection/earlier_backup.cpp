#include "collection/earlier_backup.h"

#include "store/catalog_identity.h"

#include <algorithm>

namespace sokkuri::collection {

namespace {

/// Few edits of its own that the collection has edited too hide no others.
constexpr std::size_t kNewestRecords = 16;

}  // namespace

Result<EarlierBackup> EarlierBackup::read(FileSystem& files, const std::string& directory) {
    EarlierBackup earlier;
    earlier.directory_ = directory;
    const auto catalog = store::Catalog::open(files, join_path(directory, "catalog.db"),
                                              store::CatalogAccess::kRead);
    if (!catalog && catalog.error().code() == ErrorCode::kNotFound) return earlier;
    if (!catalog) return tl::unexpected(catalog.error());
    const auto transaction = TRY((*catalog)->begin_read());
    earlier.generation_ = transaction->generation();
    earlier.id_ = TRY(transaction->mark(store::kCatalogIdMark));
    const std::uint64_t records = TRY(transaction->record_count());
    earlier.is_empty_ = records == 0;
    earlier.newest_ = TRY(transaction->newest_records(kNewestRecords));
    std::vector<store::FieldRow> fields = TRY(transaction->fields());
    for (store::FieldRow& field : fields) {
        std::vector<store::Extent> extents = TRY(transaction->extents(field.number));
        earlier.is_empty_ = earlier.is_empty_ && extents.empty();
        earlier.fields_.push_back({std::move(field), std::move(extents)});
    }
    return earlier;
}

Result<void> EarlierBackup::check(store::ReadTransaction& source) const {
    const std::optional<std::string> source_id = TRY(source.mark(store::kCatalogIdMark));
    if (id_ && id_ != source_id) {
        return fail(ErrorCode::kConflict,
                    "{}: holds another collection, not an earlier backup of this one; choose "
                    "another folder",
                    directory_);
    }
    if (generation_ > source.generation()) {
        return fail(ErrorCode::kConflict,
                    "{}: holds generation {}, this collection is at {}: it is no earlier backup of "
                    "it; choose another folder",
                    directory_, generation_, source.generation());
    }
    TRY(check_records(source));
    bool has_rows = false;
    const std::vector<store::FieldRow> fields = TRY(source.fields());
    for (const store::FieldRow& field : fields) {
        const std::vector<store::Extent> extents = TRY(source.extents(field.number));
        const store::Slot rows = TRY(rows_of(field, extents));
        has_rows = has_rows || rows > 0;
    }
    if (id_ || is_empty_ || has_rows) return {};
    return fail(ErrorCode::kConflict,
                "{}: nothing in it proves that it is an earlier backup of this collection; choose "
                "another folder",
                directory_);
}

/// A restored backup that was written to has the same id, and so has what it is copied over by.
Result<void> EarlierBackup::check_records(store::ReadTransaction& source) const {
    for (const store::RecordRow& earlier : newest_) {
        const std::optional<store::RecordRow> now = TRY(source.record(earlier.id));
        if (!now || now->seq > earlier.seq) continue;  // removed or changed since
        const bool is_same = now->seq == earlier.seq && now->version == earlier.version &&
                             now->document == earlier.document;
        if (is_same) continue;
        return fail(ErrorCode::kConflict,
                    "{}: its record \"{}\" was changed, but not in this collection: it has gone on "
                    "by itself and is no earlier backup; choose another folder",
                    directory_, earlier.id);
    }
    return {};
}

Result<store::Slot> EarlierBackup::rows_of(const store::FieldRow& field,
                                           std::span<const store::Extent> extents) const {
    const auto earlier = std::ranges::find_if(
        fields_, [&](const Field& other) { return other.row.number == field.number; });
    if (earlier == fields_.end()) return 0;
    const bool is_laid_out_alike = earlier->row.dimension == field.dimension &&
                                   earlier->row.element == field.element &&
                                   earlier->row.rows_per_chunk == field.rows_per_chunk;
    const auto is_same = [](const store::Extent& a, const store::Extent& b) {
        return a.first_slot == b.first_slot && a.rows == b.rows && a.checksum == b.checksum;
    };
    const bool is_beginning =
        earlier->extents.size() <= extents.size() &&
        std::equal(earlier->extents.begin(), earlier->extents.end(), extents.begin(), is_same);
    if (!is_laid_out_alike || !is_beginning) {
        return fail(ErrorCode::kConflict,
                    "{}: holds vectors of field \"{}\" that this collection never had: it is no "
                    "earlier backup of it; choose another folder",
                    directory_, field.name);
    }
    if (earlier->extents.empty()) return 0;
    return earlier->extents.back().first_slot + earlier->extents.back().rows;
}

}  // namespace sokkuri::collection
