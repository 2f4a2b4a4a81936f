#include "collection/slot_records.h"

#include <algorithm>
#include <bit>

namespace sokkuri::collection {
namespace {

using Chunk = SlotTable::Chunk;

Result<std::shared_ptr<const SlotTable>> extended(const std::shared_ptr<const SlotTable>& table,
                                                  store::ReadTransaction& transaction,
                                                  store::FieldNumber field, store::Slot committed);
void find_runs(Chunk& chunk);

}  // namespace

Result<std::shared_ptr<const SlotTable>> SlotRecords::of(store::ReadTransaction& transaction,
                                                         store::FieldNumber field,
                                                         store::Slot committed) {
    std::shared_ptr<const SlotTable> known;
    {
        const auto tables = tables_.lock();
        const auto found = tables->find(field);
        if (found != tables->end()) known = found->second;
    }
    const store::Generation generation = transaction.generation();
    // What has died since is missing in a newer table.
    if (known != nullptr && known->generation > generation) {
        return extended(nullptr, transaction, field, committed);
    }
    if (known != nullptr && known->end >= committed) return known;
    std::shared_ptr<const SlotTable> table = TRY(extended(known, transaction, field, committed));
    const std::vector<store::FieldRow> fields = TRY(transaction.fields());
    std::vector<std::shared_ptr<const SlotTable>> forgotten;  // freed without the lock
    const auto tables = tables_.lock();
    std::erase_if(*tables, [&](auto& entry) {
        const auto is_it = [&](const store::FieldRow& row) { return row.number == entry.first; };
        const bool was_dropped = entry.second->generation <= generation &&
                                 std::none_of(fields.begin(), fields.end(), is_it);
        if (was_dropped) forgotten.push_back(std::move(entry.second));
        return was_dropped;
    });
    std::shared_ptr<const SlotTable>& kept = (*tables)[field];
    if (kept == nullptr || kept->end < table->end) kept = table;
    return table;
}

index::Bitmap slots_of_records(const SlotTable& table, const store::RecordSet& records,
                               store::Slot committed, const index::Bitmap& dead) {
    index::Bitmap slots;
    for (std::size_t word = 0; word * 64 < committed; ++word) {
        const std::size_t first = word * 64;
        const Chunk& chunk = *table.chunks[first / SlotTable::kChunkSlots];
        const std::size_t offset = first % SlotTable::kChunkSlots;
        const store::RecordNumber run = chunk.runs[offset / 64];
        std::uint64_t bits = 0;
        if (run != SlotTable::kNobody) {
            bits = records.bits_from(run);
        } else {
            const std::size_t end = std::min(offset + 64, chunk.records.size());
            for (std::size_t i = offset; i < end; ++i) {
                bits |= std::uint64_t{records.test(chunk.records[i]) ? 1U : 0U} << (i - offset);
            }
        }
        bits &= ~dead.word(word);
        // The table may reach further than this generation.
        if (committed - first < 64) bits &= ~(~std::uint64_t{0} << (committed - first));
        for (; bits != 0; bits &= bits - 1) {
            slots.set(static_cast<index::Slot>(first) +
                      static_cast<index::Slot>(std::countr_zero(bits)));
        }
    }
    return slots;
}

namespace {

/// A table that reaches to `committed`, sharing the chunks of `table` that are full.
Result<std::shared_ptr<const SlotTable>> extended(const std::shared_ptr<const SlotTable>& table,
                                                  store::ReadTransaction& transaction,
                                                  store::FieldNumber field, store::Slot committed) {
    auto longer = std::make_shared<SlotTable>();
    if (table != nullptr) *longer = *table;
    const store::Slot from = longer->end;
    const auto rows = TRY(transaction.attributes().slot_records(field, from));
    longer->end = committed;
    longer->generation = transaction.generation();
    auto row = rows.begin();
    for (std::size_t first = from / SlotTable::kChunkSlots * SlotTable::kChunkSlots;
         first < committed; first += SlotTable::kChunkSlots) {
        auto chunk = std::make_shared<Chunk>();
        const std::size_t number = first / SlotTable::kChunkSlots;
        if (number < longer->chunks.size()) chunk->records = longer->chunks[number]->records;
        chunk->records.resize(static_cast<std::size_t>(
                                  std::min<store::Slot>(committed - first, SlotTable::kChunkSlots)),
                              SlotTable::kNobody);
        for (; row != rows.end() && row->slot < first + chunk->records.size(); ++row) {
            if (row->record >= transaction.record_numbers_end()) {
                return fail(ErrorCode::kCorruption,
                            "catalog: field {}: slot {} of record {}; numbers end at {}", field,
                            row->slot, row->record, transaction.record_numbers_end());
            }
            chunk->records[static_cast<std::size_t>(row->slot - first)] = row->record;
        }
        find_runs(*chunk);
        longer->chunks.resize(std::max(longer->chunks.size(), number + 1));
        longer->chunks[number] = std::move(chunk);
    }
    return longer;
}

void find_runs(Chunk& chunk) {
    chunk.runs.assign((chunk.records.size() + 63) / 64, SlotTable::kNobody);
    for (std::size_t first = 0; first + 64 <= chunk.records.size(); first += 64) {
        bool is_run = chunk.records[first] < SlotTable::kNobody - 64;
        for (std::size_t i = 1; i < 64; ++i)
            is_run = is_run && chunk.records[first + i] == chunk.records[first] + i;
        if (is_run) chunk.runs[first / 64] = chunk.records[first];
    }
}

}  // namespace
}  // namespace sokkuri::collection
