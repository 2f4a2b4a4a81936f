// Everything at once: writers that put, load, patch and remove whole groups of records, readers of
// every kind, and seals, compactions, backups, verifications and fields that come and go under
// them. Whoever looks sees each group as one change has left it, and every writer its own change.
// Made for ThreadSanitizer. SOKKURI_SOAK_SECONDS says how long; else a number of changes.
#include "base/testing/temporary_directory.h"
#include "collection/backup.h"
#include "collection/filter_text.h"
#include "collection/local_collection.h"
#include "collection/testing/record_groups.h"
#include "collection/testing/segment_folder.h"
#include "collection/verify.h"
#include "index/distance.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <thread>

namespace sokkuri::collection {
namespace {

using testing::Groups;
using testing::GroupState;
using testing::GroupView;
using testing::ids_of;
using testing::kGroupField;
using testing::kMembers;
using testing::records_of;
using testing::vector_of;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kWriters = 2;
constexpr std::size_t kReaders = 3;
constexpr std::size_t kGroups = 24;
constexpr std::uint64_t kChangesBriefly = 60;

/// What all threads share.
struct Load {
    std::string folder;
    std::unique_ptr<Collection> collection;
    std::optional<Clock::time_point> end;  // else after so many changes
    std::atomic<std::size_t> writers_left{kWriters};
    std::atomic<std::uint64_t> changes{0};
    std::atomic<std::uint64_t> reads{0};
    std::atomic<std::uint64_t> upkeeps{0};

    bool goes_on() const { return writers_left > 0 && !::testing::Test::HasFailure(); }
};

// What readers do.

Groups scan_all(const Collection& collection) {
    GroupView view;
    const auto scanned = collection.scan({.field = kGroupField}, [&](const ScannedRecord& row) {
        const std::vector<float> expected = vector_of(view.add(row.record.id, row.record.document));
        EXPECT_EQ(std::vector<float>(row.vector.begin(), row.vector.end()), expected)
            << row.record.id;
        return true;
    });
    EXPECT_TRUE(scanned) << scanned.error().message();
    EXPECT_EQ(view.fault_of_whole_groups(), "");
    return view.groups();
}

/// Each hit is as far as the vector of its document says, nearest first.
GroupView expect_true_distances(const SearchRequest& request, const SearchAnswer& answer) {
    GroupView view;
    float last = 0;
    for (const Hit& hit : answer.hits) {
        const double distance = index::exact_distance(index::Metric::kL2, request.query,
                                                      vector_of(view.add(hit.id, hit.document)));
        EXPECT_EQ(hit.distance, static_cast<float>(distance)) << hit.id;
        EXPECT_LE(last, hit.distance);
        last = hit.distance;
    }
    EXPECT_EQ(view.fault(), "");
    return view;
}

void search_a_group(const Collection& collection, std::mt19937_64& random) {
    const std::size_t group = random() % kGroups;
    const SearchRequest request{.field = kGroupField,
                                .query = vector_of({.group = random() % kGroups}),
                                .k = 2 * kMembers,
                                .filter = filter_of_text(fmt::format("group={}", group)).value(),
                                .effort = {index::Effort::Kind::kExact}};
    const auto answer = collection.search(request);
    ASSERT_TRUE(answer) << answer.error().message();
    const GroupView view = expect_true_distances(request, *answer);
    EXPECT_EQ(view.fault_of_whole_groups(), "");
    EXPECT_EQ(view.groups().size(), view.groups().count(group)) << "of others";
}

void search_all(const Collection& collection, std::mt19937_64& random) {
    const SearchRequest request{
        .field = kGroupField, .query = vector_of({.group = random() % kGroups}), .k = 20};
    const auto answer = collection.search(request);
    ASSERT_TRUE(answer) << answer.error().message();
    EXPECT_EQ(answer->hits.size(), std::min<std::uint64_t>(request.k, answer->rows_searched));
    expect_true_distances(request, *answer);
}

void search_many(const Collection& collection, std::mt19937_64& random) {
    const std::vector<std::vector<float>> queries(
        3, vector_of({.group = random() % kGroups, .number = 50}));
    const auto answers = collection.search_many({.field = kGroupField, .k = 30}, queries);
    ASSERT_TRUE(answers) << answers.error().message();
    ASSERT_EQ(answers->size(), queries.size());
    for (const SearchAnswer& answer : *answers) {
        EXPECT_EQ(testing::hits_of(answer), testing::hits_of(answers->front()));
        EXPECT_EQ(answer.generation, answers->front().generation);
    }
}

void summarize(const Collection& collection, std::mt19937_64& random) {
    SummaryRequest request{.facets = {{.path = "group", .values_max = kGroups}}};
    if (random() % 2 == 0) {
        request.filter = filter_of_text(fmt::format("round>={}", random() % 100)).value();
    }
    const auto summary = collection.summarize(request);
    ASSERT_TRUE(summary) << summary.error().message();
    for (const FacetCount& count : summary->facets.at(0).counts) {
        EXPECT_EQ(count.records, kMembers);
    }
    EXPECT_EQ(summary->records, kMembers * summary->facets[0].values);
}

/// What is there of the group, whole or not at all.
Groups get_group(const Collection& collection, std::size_t group) {
    GroupView view;
    const auto records = collection.get(ids_of(group));
    EXPECT_TRUE(records) << records.error().message();
    for (const auto& record : *records) {
        if (record) view.add(record->id, record->document);
    }
    EXPECT_EQ(view.fault_of_whole_groups(), "");
    return view.groups();
}

/// Pages are of different moments: each can be held against itself alone.
void walk_pages(const Collection& collection) {
    std::string cursor;
    do {
        const auto page = collection.page(cursor, 50);
        ASSERT_TRUE(page) << page.error().message();
        GroupView view;
        for (const Record& record : page->records) {
            view.add(record.id, record.document);
        }
        EXPECT_EQ(view.fault(), "");
        cursor = page->next;
    } while (!cursor.empty());
}

void sample_and_count(const Collection& collection, std::mt19937_64& random) {
    const auto sample = collection.sample({.count = 10, .seed = random()});
    ASSERT_TRUE(sample) << sample.error().message();
    GroupView view;
    for (const Record& record : *sample) {
        view.add(record.id, record.document);
    }
    EXPECT_EQ(view.fault(), "");
    const auto count = collection.count();
    ASSERT_TRUE(count) << count.error().message();
    EXPECT_EQ(*count % kMembers, 0U);
    const auto stats = collection.stats();
    ASSERT_TRUE(stats) << stats.error().message();
    EXPECT_EQ(stats->records % kMembers, 0U);
}

void read_once(const Collection& collection, std::mt19937_64& random) {
    const std::uint64_t kind = random() % 9;
    if (kind == 0) return static_cast<void>(scan_all(collection));
    if (kind == 1) return static_cast<void>(get_group(collection, random() % kGroups));
    if (kind == 2) return search_a_group(collection, random);
    if (kind == 3) return search_many(collection, random);
    if (kind == 4) return summarize(collection, random);
    if (kind == 5) return walk_pages(collection);
    if (kind == 6) return sample_and_count(collection, random);
    search_all(collection, random);
}

/// Even ones ask the writer's own collection, odd ones one that they open for themselves, again
/// and again.
void read_while_it_goes_on(Load& load, std::size_t number) {
    std::mt19937_64 random(number + 1'000);
    std::unique_ptr<Collection> own;
    do {
        if (number % 2 == 1 && (!own || random() % 50 == 0)) {
            auto opened = open_local_collection(posix_file_system(), load.folder, {});
            ASSERT_TRUE(opened) << opened.error().message();
            own = std::move(*opened);
        }
        read_once(own ? *own : *load.collection, random);
        ++load.reads;
    } while (load.goes_on());
}

// What writers do.

class Writer {
 public:
    Writer(Load& load, std::size_t number) : load_(load), number_(number), random_(number) {}

    void write_while_it_goes_on() {
        for (std::uint64_t round = 1; load_.goes_on() && !is_over(round); ++round) {
            const std::size_t group = random_() % (kGroups / kWriters) * kWriters + number_;
            change(group, round);
            ++load_.changes;
            see_own_change(group);
        }
        --load_.writers_left;
    }
    const Groups& groups() const { return groups_; }

 private:
    bool is_over(std::uint64_t round) const {
        return load_.end ? Clock::now() >= *load_.end : round > kChangesBriefly;
    }

    void change(std::size_t group, std::uint64_t round) {
        const auto known = groups_.find(group);
        const std::uint64_t kind = known == groups_.end() ? random_() % 4 : random_() % 10;
        const GroupState renewed{round, round};
        const GroupState amended{round, known == groups_.end() ? 0 : known->second.vector_round};
        if (kind <= 1)
            return keep(group, renewed, load_.collection->put(records_of(group, renewed)));
        if (kind <= 5) return keep(group, renewed, put_as_matrix(group, renewed));
        if (kind <= 7) return keep(group, amended, patch(group, round));
        if (kind == 8) {
            return keep(group, amended,
                        load_.collection->put_documents(records_of(group, amended)));
        }
        const auto removed = load_.collection->remove(ids_of(group));
        EXPECT_TRUE(removed) << removed.error().message();
        EXPECT_EQ(removed.value_or(0), kMembers);
        groups_.erase(known);
    }

    template <typename Outcome>
    void keep(std::size_t group, const GroupState& state, const Outcome& outcome) {
        EXPECT_TRUE(outcome) << outcome.error().message();
        groups_[group] = state;
    }

    Result<LoadOutcome> put_as_matrix(std::size_t group, const GroupState& state) const {
        std::vector<std::string> documents;
        std::vector<float> matrix;
        for (const PutRecord& record : records_of(group, state)) {
            documents.push_back(record.document);
            const std::vector<float>& row = record.vectors[0].values;
            matrix.insert(matrix.end(), row.begin(), row.end());
        }
        const std::vector<std::string> ids = ids_of(group);
        LoadBatch batch;
        batch.field = kGroupField;
        batch.ids = ids;
        batch.vectors = matrix;
        batch.documents = documents;
        return load_.collection->load(batch);
    }

    Result<std::vector<PatchOutcome>> patch(std::size_t group, std::uint64_t round) const {
        std::vector<PatchRecord> patches;
        for (std::string& id : ids_of(group)) {
            patches.push_back(
                {.id = std::move(id), .patch = fmt::format(R"({{"round":{}}})", round)});
        }
        return load_.collection->patch(patches);
    }

    /// The very next read knows it.
    void see_own_change(std::size_t group) const {
        const auto own = groups_.find(group);
        EXPECT_EQ(get_group(*load_.collection, group),
                  own == groups_.end() ? Groups{} : Groups{*own});
    }

    Load& load_;
    const std::size_t number_;
    std::mt19937_64 random_;
    Groups groups_;  // as acknowledged
};

// What else goes on.

void expect_whole(const std::string& folder, VerifyOptions::Depth depth) {
    const auto report = verify_local_collection(posix_file_system(), folder, {.depth = depth});
    ASSERT_TRUE(report) << report.error().message();
    for (const Finding& finding : report->findings) {
        EXPECT_EQ(finding.kind, Finding::Kind::kNote) << finding.file << ": " << finding.what;
    }
}

void back_up_and_look(const Load& load) {
    const std::string target = load.folder + "-copy";
    const auto report = back_up_local_collection(posix_file_system(), load.folder, target, {});
    ASSERT_TRUE(report) << report.error().message();
    const auto copy = open_local_collection(posix_file_system(), target, {});
    ASSERT_TRUE(copy) << copy.error().message();
    EXPECT_EQ(scan_all(**copy).size() * kMembers, report->records);
}

/// A field that comes, gets vectors of whatever is there, and goes.
void pass_a_field(Collection& collection) {
    const FieldSpec field{.name = "passing", .dimension = 2, .metric = index::Metric::kL2};
    EXPECT_TRUE(collection.add_field(field));
    std::vector<PutVectors> puts;
    for (std::string& id : ids_of(0)) {
        puts.push_back({.id = std::move(id), .vectors = {{.field = field.name, .values = {1, 2}}}});
    }
    const auto put = collection.put_vectors(puts);
    // Their writer may have removed them.
    EXPECT_TRUE(put || put.error().code() == ErrorCode::kNotFound) << put.error().message();
    EXPECT_TRUE(collection.drop_field(field.name));
}

void keep_up_while_it_goes_on(Load& load) {
    for (std::uint64_t turn = 0; turn == 0 || load.goes_on(); ++turn) {
        const auto built = load.collection->optimize({});
        EXPECT_TRUE(built) << built.error().message();
        if (turn % 3 == 0) {
            const auto compacted = load.collection->compact({});
            EXPECT_TRUE(compacted) << compacted.error().message();
        }
        if (turn % 3 == 1) back_up_and_look(load);
        if (turn % 3 == 2) pass_a_field(*load.collection);
        expect_whole(load.folder, VerifyOptions::Depth::kChecksums);
        ++load.upkeeps;
    }
}

std::unique_ptr<Collection> open_served(const std::string& folder) {
    LocalOptions options{.access = LocalOptions::Access::kCreate, .search_threads = 2};
    options.keeper = testing::small_keeper();
    options.keeper.sealing = KeeperOptions::Sealing::kInBackground;
    options.keeper.segments = KeeperOptions::Segments::kInMemory;
    auto opened = open_local_collection(posix_file_system(), folder, options);
    EXPECT_TRUE(opened) << opened.error().message();
    const FieldSpec field{
        .name = kGroupField, .dimension = testing::kGroupDimension, .metric = index::Metric::kL2};
    EXPECT_TRUE((*opened)->add_field(field));
    return std::move(*opened);
}

TEST(MixedLoad, EverybodySeesWholeChangesWhateverGoesOnBesideThem) {
    const sokkuri::testing::TemporaryDirectory place;
    Load load;
    load.folder = join_path(place.path(), ".sokkuri");
    load.collection = open_served(load.folder);
    const auto start = Clock::now();
    if (const char* soak = std::getenv("SOKKURI_SOAK_SECONDS")) {
        load.end = start + std::chrono::seconds(std::atoi(soak));
    }
    std::vector<Writer> writers;
    for (std::size_t number = 0; number < kWriters; ++number) {
        writers.emplace_back(load, number);
    }
    {
        std::vector<std::jthread> threads;
        for (Writer& writer : writers) {
            threads.emplace_back([&writer] { writer.write_while_it_goes_on(); });
        }
        for (std::size_t number = 0; number < kReaders; ++number) {
            threads.emplace_back([&load, number] { read_while_it_goes_on(load, number); });
        }
        threads.emplace_back([&load] { keep_up_while_it_goes_on(load); });
    }
    Groups acknowledged;
    for (const Writer& writer : writers) {
        acknowledged.insert(writer.groups().begin(), writer.groups().end());
    }
    EXPECT_EQ(scan_all(*load.collection), acknowledged);
    load.collection.reset();
    EXPECT_EQ(scan_all(*open_local_collection(posix_file_system(), load.folder, {}).value()),
              acknowledged);
    expect_whole(load.folder, VerifyOptions::Depth::kDeep);
    std::printf("%.0f s: %lu changes of %zu records each, %lu reads, %lu rounds of upkeep\n",
                std::chrono::duration<double>(Clock::now() - start).count(), load.changes.load(),
                kMembers, load.reads.load(), load.upkeeps.load());
}

}  // namespace
}  // namespace sokkuri::collection
