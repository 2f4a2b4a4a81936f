// A short life of a collection, sealing, merging and compacting included, with every single file
// operation failing once, and with the power cut at every one: what was acknowledged is there and
// found, what was refused is not, what was in flight is there whole or not at all, and the
// collection goes on. Methods as in SQLite's own tests (docs/decisions/0004).
#include "base/testing/faulty_file_system.h"
#include "base/testing/memory_file_system.h"
#include "collection/local_collection.h"
#include "index/distance.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>

namespace sokkuri::collection {
namespace {

using testing::FaultEffect;
using testing::FaultyFileSystem;
using testing::MemoryFileSystem;
using Access = LocalOptions::Access;

constexpr std::uint32_t kDimension = 96;
constexpr const char* kDirectory = "/pictures/.sokkuri";

/// All that a collection says, by id.
struct Said {
    std::string document;
    std::uint64_t version = 0;
    std::vector<float> vector;

    bool operator==(const Said&) const = default;
};
using State = std::map<std::string, Said>;

/// A step changes the collection, or the model of what it must say then.
struct Step {
    const char* name;
    std::function<bool(Collection&)> run;
    std::function<void(State&)> apply;
};

std::vector<float> filled(float value) {
    return std::vector<float>(kDimension, value);
}

/// Three rows are enough for a segment.
LocalOptions writing() {
    LocalOptions options{.access = Access::kCreate, .search_threads = 1};
    options.keeper.limits.tail_rows_min = 2;
    options.keeper.threads = 1;
    return options;
}

bool put(Collection& collection, std::vector<PutRecord> records) {
    return collection.put(records).has_value();
}

void apply_put(State& state, const std::string& id, const std::string& document, float value) {
    Said& said = state[id];
    said = {document, said.version + 1, filled(value)};
}

PutRecord record(const char* id, const char* document, float value) {
    return PutRecord{.id = id, .document = document, .vectors = {{"picture", filled(value)}}};
}

/// Puts, loads, changes, removals.
std::vector<Step> first_steps() {
    return {
        {"add a field",
         [](Collection& c) {
             return c
                 .add_field(
                     {.name = "picture", .dimension = kDimension, .metric = index::Metric::kL2})
                 .has_value();
         },
         [](State&) {}},
        {"put two",
         [](Collection& c) {
             return put(c, {record("a", R"({"n":1})", 1), record("b", "{}", 2)});
         },
         [](State& s) { apply_put(s, "a", R"({"n":1})", 1), apply_put(s, "b", "{}", 2); }},
        {"replace one and put one",
         [](Collection& c) {
             return put(c, {record("a", R"({"n":2})", 3), record("c", "{}", 4)});
         },
         [](State& s) { apply_put(s, "a", R"({"n":2})", 3), apply_put(s, "c", "{}", 4); }},
        {"change a document",
         [](Collection& c) {
             const PutRecord change{.id = "b", .document = R"({"moved":true})"};
             return c.put_documents({&change, 1}).has_value();
         },
         [](State& s) { s["b"].document = R"({"moved":true})", ++s["b"].version; }},
        {"remove one",
         [](Collection& c) {
             const std::string id = "a";
             return c.remove({&id, 1}).has_value();
         },
         [](State& s) { s.erase("a"); }},
        {"load one that is there and one that is not",
         [](Collection& c) {
             const std::vector<std::string> ids{"b", "f"};
             std::vector<float> vectors = filled(8);
             vectors.insert(vectors.end(), kDimension, 9.0F);
             return c.load({.field = "picture", .ids = ids, .vectors = vectors}).has_value();
         },
         [](State& s) { apply_put(s, "b", s["b"].document, 8), apply_put(s, "f", "{}", 9); }},
    };
}

/// Seals, a merge, a compaction, and changes between them.
std::vector<Step> later_steps() {
    const Step seal{"seal", [](Collection& c) { return c.optimize({}).has_value(); },
                    [](State&) {}};
    const Step compact{"compact", [](Collection& c) { return c.compact({}).has_value(); },
                       [](State&) {}};
    return {
        seal,
        {"put it again", [](Collection& c) { return put(c, {record("a", "{}", 5)}); },
         [](State& s) { apply_put(s, "a", "{}", 5); }},
        {"put two more",
         [](Collection& c) {
             return put(c, {record("d", "{}", 6), record("e", "{}", 7)});
         },
         [](State& s) { apply_put(s, "d", "{}", 6), apply_put(s, "e", "{}", 7); }},
        seal,  // takes the first segment along
        {"remove another",
         [](Collection& c) {
             const std::string id = "c";
             return c.remove({&id, 1}).has_value();
         },
         [](State& s) { s.erase("c"); }},
        compact,
        {"put after compacting", [](Collection& c) { return put(c, {record("g", "{}", 10)}); },
         [](State& s) { apply_put(s, "g", "{}", 10); }},
    };
}

std::vector<Step> life() {
    std::vector<Step> steps = first_steps();
    for (Step& step : later_steps()) {
        steps.push_back(std::move(step));
    }
    return steps;
}

/// Missing steps (a refused put) make later ones fail on their own: changing "b" before there is
/// one.
bool is_possible(const Step& step, const State& state, bool has_field) {
    const std::string_view name = step.name;
    if (name == "change a document" || name.starts_with("load")) return state.contains("b");
    return !name.starts_with("put") && !name.starts_with("replace") ? true : has_field;
}

/// As a sort of float64 distances has them, whether segments answer or rows are scanned.
void expect_finds_all(const Collection& collection, const State& state) {
    std::vector<float> query = filled(1);
    query[0] = -3;
    std::vector<std::pair<double, std::string>> truth;
    for (const auto& [id, said] : state) {
        truth.emplace_back(index::exact_distance(index::Metric::kL2, query, said.vector), id);
    }
    std::sort(truth.begin(), truth.end());
    for (const auto kind : {index::Effort::Kind::kExact, index::Effort::Kind::kRecall}) {
        const auto found = collection.search({.query = query, .k = 100, .effort = {.kind = kind}});
        ASSERT_TRUE(found) << found.error().message();
        ASSERT_EQ(found->hits.size(), truth.size());
        for (std::size_t i = 0; i < truth.size(); ++i) {
            EXPECT_EQ(found->hits[i].id, truth[i].second);
            EXPECT_EQ(found->hits[i].distance, static_cast<float>(truth[i].first));
        }
    }
}

std::optional<State> read_all(FileSystem& files) {
    const auto collection = open_local_collection(files, kDirectory, {.search_threads = 1});
    if (!collection) {
        ADD_FAILURE() << collection.error().message();
        return std::nullopt;
    }
    State state;
    const auto scanned = (*collection)->scan({}, [&](const ScannedRecord& r) {
        state[r.record.id] = {r.record.document, r.record.version,
                              std::vector<float>(r.vector.begin(), r.vector.end())};
        return true;
    });
    EXPECT_TRUE(scanned) << scanned.error().message();
    if ((*collection)->fields()->empty()) return state;
    expect_finds_all(**collection, state);
    return state;
}

struct Outcome {
    State acknowledged;
    State with_step_in_flight;  // when the last step failed
    bool was_created = false;
};

/// Lives until the first failure, or through it.
Outcome live(FaultyFileSystem& files, bool stop_at_failure) {
    Outcome outcome;
    auto collection = open_local_collection(files, kDirectory, writing());
    if (!collection && !stop_at_failure) {
        collection = open_local_collection(files, kDirectory, writing());
        EXPECT_TRUE(collection) << collection.error().message();
    }
    if (!collection) return outcome;
    outcome.was_created = true;
    bool has_field = false;
    for (const Step& step : life()) {
        if (!is_possible(step, outcome.acknowledged, has_field)) continue;
        outcome.with_step_in_flight = outcome.acknowledged;
        step.apply(outcome.with_step_in_flight);
        const bool is_done = step.run(**collection);
        EXPECT_TRUE(is_done || files.has_failed()) << step.name;
        if (!is_done && stop_at_failure) return outcome;
        if (!is_done) continue;
        has_field = has_field || std::string_view(step.name) == "add a field";
        outcome.acknowledged = outcome.with_step_in_flight;
    }
    return outcome;
}

std::uint64_t operations_of_a_life() {
    MemoryFileSystem memory;
    FaultyFileSystem files(memory);
    live(files, true);
    return files.operations();
}

/// SOKKURI_EVERY_BYTE=1 goes through every single operation; sanitizers make it slow.
std::uint64_t step() {
    if (std::getenv("SOKKURI_EVERY_BYTE") != nullptr) return 1;
#ifdef SOKKURI_SANITIZED
    return 7;
#else
    return 3;
#endif
}

void expect_it_goes_on(FileSystem& files) {
    auto collection = open_local_collection(files, kDirectory, writing());
    ASSERT_TRUE(collection) << collection.error().message();
    ASSERT_TRUE(
        (*collection)
            ->add_field(
                {.name = "picture", .dimension = kDimension, .metric = index::Metric::kL2}));
    const PutRecord record{.id = "later", .vectors = {{"picture", filled(9)}}};
    ASSERT_TRUE((*collection)->put({&record, 1}));
    EXPECT_EQ((*collection)->vector_of("later", "picture").value(), filled(9));
}

TEST(LocalCollectionCrash, AnyOperationMayFailOnce) {
    const std::uint64_t operations = operations_of_a_life();
    ASSERT_GT(operations, 50U);
    for (std::uint64_t n = 0; n < operations; n += step()) {
        SCOPED_TRACE(n);
        MemoryFileSystem memory;
        FaultyFileSystem files(memory);
        files.set_fault({.at = n});
        const Outcome outcome = live(files, false);
        const auto state = read_all(memory);
        ASSERT_TRUE(state);
        EXPECT_EQ(*state, outcome.acknowledged);
        expect_it_goes_on(memory);
    }
}

TEST(LocalCollectionCrash, ThePowerMayGoAtAnyOperation) {
    const std::uint64_t operations = operations_of_a_life();
    for (std::uint64_t n = 0; n < operations; n += step()) {
        for (const std::uint64_t seed : {1U, 2U}) {
            SCOPED_TRACE(fmt::format("operation {}, seed {}", n, seed));
            MemoryFileSystem memory;
            FaultyFileSystem files(memory);
            files.set_fault({.at = n, .effect = FaultEffect::kCutOff});
            const Outcome outcome = live(files, true);
            memory.crash(seed);
            if (outcome.was_created) {
                const auto state = read_all(memory);
                ASSERT_TRUE(state);
                EXPECT_TRUE(*state == outcome.acknowledged ||
                            *state == outcome.with_step_in_flight);
            }
            expect_it_goes_on(memory);
        }
    }
}

}  // namespace
}  // namespace sokkuri::collection
