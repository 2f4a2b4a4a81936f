// Whatever fails and wherever a kill or a power cut strikes: the store opens, has every
// acknowledged record with its very vector, and never half a change. Method: the steps of a
// collection's life on a file system that fails at, or is cut off from, its n-th operation, for
// every n; then a power cut that loses what was not synced; then everything is compared with a
// std::map. A change that was not acknowledged may be there whole or not at all.
#include "base/testing/faulty_file_system.h"
#include "base/testing/memory_file_system.h"
#include "store/catalog.h"
#include "store/vector_file.h"
#include "store/write_lock.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <map>
#include <optional>
#include <random>
#include <set>

namespace sokkuri::store {
namespace {

using testing::Fault;
using testing::FaultEffect;
using testing::FaultyFileSystem;
using testing::MemoryFileSystem;

constexpr std::uint32_t kDimension = 3;
constexpr std::uint32_t kRowsPerChunk = 4;  // so that a few records fill several chunks

struct Item {
    std::string document;
    std::vector<float> vector;  // empty: none
    std::uint64_t version = 0;

    bool operator==(const Item&) const = default;
};
using Model = std::map<std::string, Item>;

/// Records put and ids removed in one transaction.
struct Change {
    Model puts;
    std::vector<std::string> removals;
};

Model after(Model model, const Change& change) {
    for (const std::string& id : change.removals) {
        model.erase(id);
    }
    for (const auto& [id, item] : change.puts) {
        const std::uint64_t version = model.contains(id) ? model[id].version + 1 : 1;
        model[id] = item;
        model[id].version = version;
    }
    return model;
}

std::span<const std::byte> bytes_of(const std::vector<float>& vector) {
    return std::as_bytes(std::span(vector));
}

FieldRow field_row() {
    return {.name = "f", .dimension = kDimension, .rows_per_chunk = kRowsPerChunk};
}

/// An open store, used as the collection uses it.
class Session {
 public:
    static Result<std::unique_ptr<Session>> open(FileSystem& files) {
        TRY(create_directories(files, "/c"));
        std::unique_ptr<Session> session(new Session(files));
        session->lock_ = TRY(WriteLock::acquire(files, "/c/lock", {.pid = 1, .since_s = 1}));
        auto catalog = Catalog::open(files, "/c/catalog.db", CatalogAccess::kWrite);
        if (!catalog && catalog.error().code() == ErrorCode::kNotFound) {
            catalog = Catalog::open(files, "/c/catalog.db", CatalogAccess::kCreate);
        }
        session->catalog_ = TRY(std::move(catalog));
        const std::unique_ptr<ReadTransaction> read = TRY(session->catalog_->begin_read());
        const std::vector<FieldRow> fields = TRY(read->fields());
        if (!fields.empty()) return session;
        const std::unique_ptr<WriteTransaction> write = TRY(session->catalog_->begin_write());
        TRY(write->add_field(field_row()));
        TRY(write->commit());
        return session;
    }

    Result<Generation> apply(const Change& change) {
        auto applied = try_to_apply(change);
        if (!applied) writer_.reset();
        return applied;
    }

    /// What a reader sees now; every checksum, tombstone and vector checked.
    Result<Model> read() {
        const std::unique_ptr<ReadTransaction> read = TRY(catalog_->begin_read());
        const std::unique_ptr<VectorReader> vectors =
            TRY(VectorReader::open(*files_, "/c/fields/0", field_row()));
        const Slot committed = TRY(read->committed_slots(0));
        const std::vector<Extent> extents = TRY(read->extents(0));
        TRY(vectors->verify(extents));
        const std::vector<Slot> tombstones = TRY(read->tombstones(0));
        const std::vector<RecordRow> records = TRY(read->records_from(0, 10'000));
        Model model;
        std::set<Slot> slots(tombstones.begin(), tombstones.end());
        for (const RecordRow& record : records) {
            Item item{.document = record.document, .vector = {}, .version = record.version};
            const std::optional<Slot> slot = TRY(read->slot_of_record(0, record.number));
            if (slot) {
                EXPECT_TRUE(slots.insert(*slot).second) << "slot " << *slot << " is used twice";
                item.vector.resize(kDimension);
                const std::span<const std::byte> row = TRY(vectors->row(*slot));
                std::memcpy(item.vector.data(), row.data(), row.size());
            }
            model[record.id] = item;
        }
        EXPECT_EQ(slots.size(), committed) << "a slot is neither a record's nor a tombstone";
        EXPECT_EQ(read->record_count().value(), model.size());
        generation_ = read->generation();
        return model;
    }

    Generation generation() const { return generation_; }

 private:
    explicit Session(FileSystem& files) : files_(&files) {}

    Result<Generation> try_to_apply(const Change& change) {
        const std::unique_ptr<WriteTransaction> write = TRY(catalog_->begin_write());
        if (!writer_) {
            const std::unique_ptr<ReadTransaction> read = TRY(catalog_->begin_read());
            const Slot committed = TRY(read->committed_slots(0));
            writer_ = TRY(VectorWriter::open(*files_, "/c/fields/0", field_row(), committed));
        }
        std::vector<std::byte> rows;
        for (const auto& [id, item] : change.puts) {
            const auto bytes = bytes_of(item.vector);
            rows.insert(rows.end(), bytes.begin(), bytes.end());
        }
        Slot slot = 0;
        if (!rows.empty()) {
            const Extent extent = TRY(writer_->append(rows));
            TRY(writer_->sync());
            TRY(write->add_extent(0, extent));
            slot = extent.first_slot;
        }
        for (const std::string& id : change.removals) {
            TRY(write->remove_record(id));
        }
        for (const auto& [id, item] : change.puts) {
            const PutRow row = TRY(write->put_record(id, item.document, {}));
            if (item.vector.empty()) {
                TRY(write->clear_vector(0, row.number));
            } else {
                TRY(write->set_vector(0, row.number, slot++));
            }
        }
        return write->commit();
    }

    FileSystem* files_;
    std::unique_ptr<WriteLock> lock_;
    std::unique_ptr<Catalog> catalog_;
    std::unique_ptr<VectorWriter> writer_;
    Generation generation_ = 0;
};

Change random_change(std::mt19937_64& random) {
    Change change;
    const std::size_t puts = random() % 4;
    for (std::size_t i = 0; i < puts; ++i) {
        Item item{.document = std::string(random() % 3'000, static_cast<char>('a' + random() % 26)),
                  .vector = {},
                  .version = 0};
        for (std::uint32_t component = 0; component < kDimension && i != 3; ++component) {
            item.vector.push_back(static_cast<float>(random() % 1'000'000));
        }
        change.puts[std::to_string(random() % 12)] = item;
    }
    if (random() % 2 == 0) change.removals.push_back(std::to_string(random() % 12));
    return change;
}

/// A collection's life on a failing file system, and what it must look like all the time.
class Life {
 public:
    explicit Life(std::uint64_t seed) : random_(seed) {}

    /// Some changes, with a clean close and a new start now and then. Goes on after a failure, as a
    /// server does, unless nothing works any more.
    void live(int changes, FaultEffect effect) {
        for (int i = 0; i < changes; ++i) {
            if (i % 4 == 3) session_.reset();
            const bool had_failed = files_.has_failed();
            if (had_failed && effect != FaultEffect::kFailOnce) break;
            const bool is_done = change_once();
            if (files_.is_cut_off()) break;
            EXPECT_TRUE(is_done || (files_.has_failed() && !had_failed))
                << "change " << i << ": one failure must not lead to another";
        }
        session_.reset();
    }

    void set_fault(const Fault& fault) { files_.set_fault(fault); }
    std::uint64_t operations() const { return files_.operations(); }
    bool has_failed() const { return files_.has_failed(); }
    void lose_power(std::uint64_t seed) {
        session_.reset();
        memory_.crash(seed);
    }

    /// On a file system that works again.
    void check() {
        session_.reset();
        files_.set_fault({});
        EXPECT_TRUE(change_once());
        session_.reset();
        EXPECT_TRUE(change_once());
        session_.reset();
        EXPECT_TRUE(open());
        session_.reset();
    }

 private:
    /// False when something failed.
    bool change_once() {
        const Change change = random_change(random_);
        if (!open()) return false;
        const auto applied = session_->apply(change);
        if (!applied) {
            doubtful_.push_back(after(current_, change));
            // Nobody sees any of it.
            const auto seen = session_->read();
            EXPECT_TRUE(!seen || *seen == current_);
            return false;
        }
        current_ = after(current_, change);
        doubtful_.clear();
        EXPECT_GT(*applied, generation_);
        generation_ = *applied;
        return true;
    }

    /// Opens if need be. A change that failed is there whole or not at all, and that is settled by
    /// opening.
    bool open() {
        if (session_) return true;
        auto opened = Session::open(files_);
        EXPECT_TRUE(opened || files_.has_failed()) << opened.error().message();
        if (!opened) return false;
        const auto seen = (*opened)->read();
        EXPECT_TRUE(seen || files_.has_failed()) << seen.error().message();
        if (!seen) return false;
        const bool is_known =
            *seen == current_ || std::count(doubtful_.begin(), doubtful_.end(), *seen) > 0;
        EXPECT_TRUE(is_known) << "a record was lost, or half a change is there";
        EXPECT_GE((*opened)->generation(), generation_);
        current_ = *seen;
        doubtful_.clear();
        generation_ = (*opened)->generation();
        session_ = std::move(*opened);
        return true;
    }

    std::mt19937_64 random_;
    MemoryFileSystem memory_;
    FaultyFileSystem files_{memory_};
    std::unique_ptr<Session> session_;
    Model current_;                // acknowledged, or seen after an opening
    std::vector<Model> doubtful_;  // current_ with a change that failed since
    Generation generation_ = 0;
};

constexpr int kChanges = 12;
constexpr std::uint64_t kLifeSeed = 1;

std::uint64_t operations_of_a_life() {
    Life life(kLifeSeed);
    life.set_fault({});
    life.live(kChanges, FaultEffect::kFailOnce);
    return life.operations();
}

/// Sanitizers make it slow: there every seventh operation will do.
std::uint64_t step() {
#ifdef SOKKURI_SANITIZED
    return 7;
#else
    return 1;
#endif
}

TEST(StoreCrash, SurvivesEachOperationFailingOnce) {
    const std::uint64_t operations = operations_of_a_life();
    for (std::uint64_t at = 0; at < operations && !::testing::Test::HasFailure(); at += step()) {
        SCOPED_TRACE(fmt::format("operation {} of {}", at, operations));
        Life life(kLifeSeed);
        life.set_fault({.at = at});
        life.live(kChanges, FaultEffect::kFailOnce);
        life.check();
        life.lose_power(at);
        life.check();
    }
    std::printf("%d operations failed, each once\n", static_cast<int>(operations));
}

TEST(StoreCrash, SurvivesADiskThatIsFullFromEachOperationOn) {
    const std::uint64_t operations = operations_of_a_life();
    for (std::uint64_t at = 0; at < operations && !::testing::Test::HasFailure(); at += step()) {
        SCOPED_TRACE(fmt::format("operation {} of {}", at, operations));
        Life life(kLifeSeed);
        life.set_fault(
            {.at = at, .effect = FaultEffect::kRefuseChanges, .code = ErrorCode::kExhausted});
        life.live(kChanges, FaultEffect::kRefuseChanges);
        life.check();
    }
}

/// Seed 0 is a kill only: what was written is there.
void kill_and_check(std::uint64_t at, std::uint64_t operations, std::uint64_t seed) {
    SCOPED_TRACE(fmt::format("operation {} of {}, seed {}", at, operations, seed));
    Life life(kLifeSeed);
    life.set_fault({.at = at, .effect = FaultEffect::kCutOff});
    life.live(kChanges, FaultEffect::kCutOff);
    if (seed > 0) life.lose_power(seed * operations + at);
    life.check();
}

TEST(StoreCrash, SurvivesAKillAtEachOperation) {
    const std::uint64_t operations = operations_of_a_life();
    for (std::uint64_t at = 0; at < operations && !::testing::Test::HasFailure(); at += step()) {
        kill_and_check(at, operations, 0);
    }
}

TEST(StoreCrash, SurvivesAPowerCutAtEachOperation) {
    const std::uint64_t operations = operations_of_a_life();
    for (std::uint64_t at = 0; at < operations && !::testing::Test::HasFailure(); at += step()) {
        kill_and_check(at, operations, 1);
    }
}

/// A commit that failed half-way must not come back when power is lost while the next change is
/// being written.
TEST(StoreCrash, SurvivesAPowerCutSoonAfterAFailure) {
    const std::uint64_t operations = operations_of_a_life();
    std::mt19937_64 random(kLifeSeed);
    for (std::uint64_t at = 0; at < operations && !::testing::Test::HasFailure(); at += step()) {
        const std::uint64_t cut_off_at = at + 1 + random() % 40;
        SCOPED_TRACE(fmt::format("operation {} of {}, then {}", at, operations, cut_off_at));
        Life life(kLifeSeed);
        life.set_fault({.at = at, .cut_off_at = cut_off_at});
        life.live(kChanges, FaultEffect::kFailOnce);
        life.lose_power(at);
        life.check();
    }
}

/// Other lives, other faults, several power cuts in one life: for as long as SOKKURI_SOAK_SECONDS
/// says, else briefly.
TEST(StoreCrash, SoakSurvivesRandomLives) {
    const char* soak = std::getenv("SOKKURI_SOAK_SECONDS");
    const auto start = std::chrono::steady_clock::now();
    const auto length = std::chrono::seconds(soak == nullptr ? 1 : std::atoi(soak));
    std::uint64_t seed = soak == nullptr ? 1 : std::random_device()();
    for (; std::chrono::steady_clock::now() - start < length && !::testing::Test::HasFailure();
         ++seed) {
        SCOPED_TRACE(fmt::format("seed {}", seed));
        std::mt19937_64 random(seed);
        Life life(seed);
        for (int part = 0; part < 4; ++part) {
            const auto effect = static_cast<FaultEffect>(random() % 3);
            const std::uint64_t at = random() % 1'500;
            const std::uint64_t cut_off_at = random() % 2 == 0 ? Fault::kNever : at + random() % 60;
            life.set_fault({.at = at, .effect = effect, .cut_off_at = cut_off_at});
            life.live(static_cast<int>(random() % 40), effect);
            if (random() % 2 == 0) life.lose_power(random());
            life.check();
        }
    }
}

}  // namespace
}  // namespace sokkuri::store
