#include "collection/lost_vectors.h"

#include "base/log.h"
#include "collection/snapshot.h"
#include "store/vector_file.h"

#include <algorithm>
#include <vector>

namespace sokkuri::collection {

namespace {

/// What is lost of one field.
struct LostVectors {
    store::FieldRow field;
    store::Slot committed = 0;
    std::vector<store::SlotRun> slots;
};

Result<std::vector<LostVectors>> find_lost(FileSystem& files, const std::string& directory,
                                           store::ReadTransaction& transaction);
Result<void> drop(const LostVectors& lost, store::ReadTransaction& reading,
                  store::WriteTransaction& transaction);

}  // namespace

Result<void> drop_lost_vectors(FileSystem& files, const std::string& directory,
                               store::Catalog& catalog) {
    std::vector<LostVectors> cut_off;
    {
        const auto transaction = TRY(catalog.begin_write());
        const auto reading = TRY(catalog.begin_read());
        cut_off = TRY(find_lost(files, directory, *reading));
        if (cut_off.empty()) return {};
        for (const LostVectors& lost : cut_off) {
            TRY(drop(lost, *reading, *transaction));
        }
        // Before the files get longer: zeros are nobody's vector at any moment.
        TRY(transaction->commit());
    }
    for (const LostVectors& lost : cut_off) {
        TRY(store::fill_lost_rows(files, field_directory(directory, lost.field.number), lost.field,
                                  lost.committed));
    }
    return {};
}

namespace {

Result<std::vector<LostVectors>> find_lost(FileSystem& files, const std::string& directory,
                                           store::ReadTransaction& transaction) {
    std::vector<LostVectors> cut_off;
    std::vector<store::FieldRow> fields = TRY(transaction.fields());
    for (store::FieldRow& field : fields) {
        const auto reader =
            TRY(store::VectorReader::open(files, field_directory(directory, field.number), field));
        const store::Slot committed = TRY(transaction.committed_slots(field.number));
        auto slots = reader->lost_slots(committed);
        if (!slots) {
            // Of a file that is missing or none of ours nothing is left to go on with.
            if (slots.error().code() != ErrorCode::kCorruption)
                return tl::unexpected(slots.error());
            continue;
        }
        if (!slots->empty()) cut_off.push_back({std::move(field), committed, std::move(*slots)});
    }
    return cut_off;
}

Result<void> drop(const LostVectors& lost, store::ReadTransaction& reading,
                  store::WriteTransaction& transaction) {
    const store::FieldNumber field = lost.field.number;
    const std::vector<store::Slot> dead = TRY(reading.tombstones(field));
    for (const store::SlotRun& run : lost.slots) {
        for (store::Slot slot = run.first; slot < run.end; ++slot) {
            if (std::ranges::binary_search(dead, slot)) continue;
            const auto records = TRY(reading.records_of_slots(field, {&slot, 1}));
            TRY(transaction.clear_vector(field, records.front()));
            const auto record = TRY(reading.record(records.front()));
            LOG(kWarn, "event=vector_dropped field={:?} id={:?}", lost.field.name,
                record ? record->id : std::string());
        }
    }
    return {};
}

}  // namespace

}  // namespace sokkuri::collection
