// Whatever fails and wherever a kill or a power cut strikes: the store opens, has every
// acknowledged record with its very vector, and never half a change. Method: the steps of a
// collection's life on a file system that fails at, or is cut off from, its n-th operation, for
// every n; then a power cut that loses what was not synced; then everything is compared with a
// std::map. A change that was not acknowledged may be there whole or not at all.
#include "base/testing/faulty_file_system.h"
#include "base/testing/memory_file_system.h"
#include "store/testing/store_session.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <random>

namespace sokkuri::store {
namespace {

using sokkuri::testing::Fault;
using sokkuri::testing::FaultEffect;
using sokkuri::testing::FaultyFileSystem;
using sokkuri::testing::MemoryFileSystem;
using testing::after;
using testing::Change;
using testing::Model;
using testing::random_change;
using testing::StoreSession;

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
        auto opened = StoreSession::open(files_, "/c");
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
    std::unique_ptr<StoreSession> session_;
    Model current_;                // acknowledged, or seen after an opening
    std::vector<Model> doubtful_;  // current_ with a change that failed since
    Generation generation_ = 0;
};

constexpr int kChanges = 8;
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
            {.at = at, .effect = FaultEffect::kRefuseChanges, .code = ErrorCode::kNoSpace});
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
    int lives = 0;
    for (; std::chrono::steady_clock::now() - start < length && !::testing::Test::HasFailure();
         ++seed, ++lives) {
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
    std::printf("%d lives of four faults each\n", lives);
}

}  // namespace
}  // namespace sokkuri::store
