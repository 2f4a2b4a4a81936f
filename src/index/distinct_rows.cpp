#include "index/distinct_rows.h"

#include "base/hash.h"

#include <algorithm>
#include <cstring>

namespace sokkuri::index {

namespace {

constexpr std::size_t kBlockRows = 1'024;

struct HashedSlot {
    std::uint64_t hash = 0;
    Slot slot = 0;
    Slot first = 0;  // the smallest slot with the same row: the name of the group

    auto operator<=>(const HashedSlot&) const = default;
};

struct HashedRows {
    std::vector<HashedSlot> held;
    std::vector<Slot> loose;
};

HashedRows hash_rows(const L2Space& space, const RawRows& rows, std::span<const Slot> slots,
                     ThreadPool& threads);
/// Sets `first` in a run of equal hashes. Different rows of one hash are next to impossible by
/// chance; by design they cost time, no more.
void name_groups(const RawRows& rows, std::span<HashedSlot> run);
bool are_equal(const RawRows& rows, Slot a, Slot b);

}  // namespace

DistinctRows find_distinct_rows(const L2Space& space, const RawRows& rows,
                                std::span<const Slot> slots, ThreadPool& threads) {
    DistinctRows distinct;
    std::vector<HashedSlot> held;
    {
        HashedRows hashed = hash_rows(space, rows, slots, threads);
        held = std::move(hashed.held);
        distinct.loose = std::move(hashed.loose);
    }
    std::ranges::sort(held);
    for (auto run = held.begin(); run != held.end();) {
        const auto end = std::find_if(
            run, held.end(), [&](const HashedSlot& other) { return other.hash != run->hash; });
        name_groups(rows, {run, end});
        run = end;
    }
    std::ranges::sort(held, [](const HashedSlot& a, const HashedSlot& b) {
        return a.first != b.first ? a.first < b.first : a.slot < b.slot;
    });
    distinct.slots.reserve(held.size());
    for (std::size_t i = 0; i < held.size(); ++i) {
        distinct.slots.push_back(held[i].slot);
        const bool is_last = i + 1 == held.size() || held[i + 1].first != held[i].first;
        if (is_last) distinct.ends.push_back(static_cast<std::uint32_t>(i + 1));
    }
    return distinct;
}

std::vector<Slot> DistinctRows::first_slots() const {
    std::vector<Slot> firsts;
    firsts.reserve(count());
    for (std::size_t i = 0; i < count(); ++i) {
        firsts.push_back(group(i).front());
    }
    return firsts;
}

namespace {

HashedRows hash_rows(const L2Space& space, const RawRows& rows, std::span<const Slot> slots,
                     ThreadPool& threads) {
    std::vector<HashedRows> blocks((slots.size() + kBlockRows - 1) / kBlockRows);
    threads.for_each(blocks.size(), [&](std::size_t block) {
        std::vector<float> mapped(space.dimension());
        const std::size_t first = block * kBlockRows;
        const std::size_t count = std::min(kBlockRows, slots.size() - first);
        for (const Slot slot : slots.subspan(first, count)) {
            if (!space.map_row(rows[slot], mapped.data())) {
                blocks[block].loose.push_back(slot);
                continue;
            }
            const std::uint64_t hash = xxh64(std::as_bytes(rows.row(slot)));
            blocks[block].held.push_back({hash, slot, slot});
        }
    });
    HashedRows all;
    all.held.reserve(slots.size());
    for (const HashedRows& block : blocks) {
        all.held.insert(all.held.end(), block.held.begin(), block.held.end());
        all.loose.insert(all.loose.end(), block.loose.begin(), block.loose.end());
    }
    return all;
}

void name_groups(const RawRows& rows, std::span<HashedSlot> run) {
    std::vector<Slot> firsts;
    for (HashedSlot& hashed : run) {
        const auto same = std::ranges::find_if(
            firsts, [&](Slot first) { return are_equal(rows, first, hashed.slot); });
        if (same != firsts.end()) {
            hashed.first = *same;
            continue;
        }
        firsts.push_back(hashed.slot);
    }
}

bool are_equal(const RawRows& rows, Slot a, Slot b) {
    return std::memcmp(rows[a], rows[b], rows.dimension() * sizeof(float)) == 0;
}

}  // namespace

}  // namespace sokkuri::index
