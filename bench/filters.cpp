// What filters cost: records with documents like a shop's, an attribute index for each path built
// as the keeper does, then filters of every selectivity, as they are asked first and as the cache
// answers them again, as they are and after a change; facets; a change and what it costs with
// indexes present.
//
//     bench_filters FOLDER [RECORDS]      default 1000000; FOLDER must not exist
#include "collection/attribute_keeper.h"
#include "collection/facets.h"
#include "collection/filter_cache.h"
#include "collection/filter_text.h"
#include "store/attribute_queries.h"
#include "store/catalog.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace sokkuri;
using collection::Filter;
using collection::FilterCache;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kBatch = 50'000;
constexpr int kTimes = 9;

struct Plan {
    std::string folder;
    std::uint64_t records = 1'000'000;
};

double milliseconds_since(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// Of this process, all threads: what a machine that has more to do leaves out of account.
double processor_milliseconds() {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

std::string document_of(std::uint64_t number, std::mt19937_64& random) {
    static constexpr const char* kWords[] = {"赤い",         "白い",   "革の",   "スニーカー",
                                             "ハンドバッグ", "summer", "winter", "shoes",
                                             "coat",         "ring"};
    return fmt::format(
        R"({{"path":"shop/{:03}/{:09}.jpg","width":800,"height":600,"category":"c{}",)"
        R"("price":{:.2f},"stock":{},"tags":["t{}","t{}"],"listed":"2024-{:02}-{:02}T12:00:00Z",)"
        R"("title":"{}{} {} No. {}"}})",
        number % 500, number, random() % 100, static_cast<double>(random() % 10'000'000) / 100,
        random() % 2 == 0 ? "true" : "false", random() % 1'000, random() % 1'000, random() % 12 + 1,
        random() % 28 + 1, kWords[random() % 3], kWords[3 + random() % 2], kWords[5 + random() % 5],
        number);
}

Result<void> fill(store::Catalog& catalog, const Plan& plan) {
    std::mt19937_64 random(1);
    const auto start = Clock::now();
    for (std::uint64_t first = 0; first < plan.records; first += kBatch) {
        const auto write = TRY(catalog.begin_write());
        for (std::uint64_t i = first; i < std::min(plan.records, first + kBatch); ++i) {
            TRY(write->put_record(fmt::format("record-{:015}", i), document_of(i, random), {}));
        }
        TRY(write->commit());
    }
    fmt::print("put               {:9.0f} ms\n", milliseconds_since(start));
    return {};
}

/// The catalog's file and its log.
std::uint64_t size_bytes(const Plan& plan) {
    std::uint64_t bytes = 0;
    for (const char* name : {"/catalog.db", "/catalog.db-wal"}) {
        const auto status = posix_file_system().status(plan.folder + name);
        if (status) bytes += status->size_bytes;
    }
    return bytes;
}

/// Runs `extend` in a write transaction of its own; `longest` of them, in milliseconds.
template <typename Extend>
Result<store::AttributeIndex> in_turn(store::Catalog& catalog, double& longest, Extend extend) {
    const auto start = Clock::now();
    const auto write = TRY(catalog.begin_write());
    store::AttributeIndex index = TRY(extend(*write));
    TRY(write->commit());
    longest = std::max(longest, milliseconds_since(start));
    return index;
}

/// Every part of the index is a commit of its own.
Result<void> build(store::Catalog& catalog, const Plan& plan,
                   const store::AttributeSource& source) {
    const auto start = Clock::now();
    const double processor_start = processor_milliseconds();
    const std::uint64_t before = size_bytes(plan);
    double longest = 0;
    const auto by_reading = [&](const store::AttributeSource& asked, std::uint64_t records_max) {
        return in_turn(catalog, longest, [&](store::WriteTransaction& write) {
            return write.extend_attribute(asked, records_max);
        });
    };
    const auto by_slice = [&](const store::AttributeSlice& slice) {
        return in_turn(catalog, longest, [&](store::WriteTransaction& write) {
            return write.extend_attribute(slice);
        });
    };
    TRY(collection::build_attribute_index(catalog, source,
                                          {.by_reading = by_reading, .by_slice = by_slice}, {}));
    fmt::print(
        "index {:>10} {} {:9.0f} ms, {:.0f} of a processor, longest write {:.0f} ms, {} MB\n",
        source.path.empty() ? "(all)" : source.path, static_cast<int>(source.kind),
        milliseconds_since(start), processor_milliseconds() - processor_start, longest,
        (size_bytes(plan) - before) >> 20U);
    return {};
}

Result<void> measure(store::Catalog& catalog, const std::string& text) {
    const Filter filter = TRY(collection::filter_of_text(text));
    std::vector<double> first;
    std::vector<double> again;
    std::size_t count = 0;
    for (int i = 0; i < kTimes; ++i) {
        FilterCache cache;
        const auto transaction = TRY(catalog.begin_read());
        const auto start = Clock::now();
        count = TRY(cache.of(*transaction, filter, nullptr))->count;
        first.push_back(milliseconds_since(start));
        const auto cached = Clock::now();
        TRY(cache.of(*transaction, filter, nullptr));
        again.push_back(milliseconds_since(cached));
    }
    fmt::print("{:>8} records {:9.3f} ms, cached {:7.4f} ms  {}\n", count, median(first),
               median(again), text);
    return {};
}

/// A kept answer, asked again after each of some changes of a record.
Result<void> measure_repair(store::Catalog& catalog, const Plan& plan, const std::string& text) {
    const Filter filter = TRY(collection::filter_of_text(text));
    FilterCache cache;
    std::mt19937_64 random(3);
    std::vector<double> times;
    for (int i = 0; i <= kTimes; ++i) {
        const auto transaction = TRY(catalog.begin_read());
        const auto start = Clock::now();
        TRY(cache.of(*transaction, filter, nullptr));
        if (i > 0) times.push_back(milliseconds_since(start));
        const std::uint64_t number = random() % plan.records;
        const auto write = TRY(catalog.begin_write());
        TRY(write->put_record(fmt::format("record-{:015}", number), document_of(number, random),
                              {}));
        TRY(write->commit());
    }
    fmt::print("after a put       {:9.3f} ms  {}\n", median(times), text);
    return {};
}

Result<void> measure_facet(store::Catalog& catalog, const std::string& path) {
    const auto transaction = TRY(catalog.begin_read());
    const auto start = Clock::now();
    const auto outcome = TRY(collection::count_facets(*transaction, {{path, 10}}, nullptr));
    fmt::print("facet {:>10}  {:9.1f} ms, {} values\n", path, milliseconds_since(start),
               outcome.facets[0].values);
    return {};
}

/// A batch of changed documents.
Result<void> measure_changes(store::Catalog& catalog, const Plan& plan) {
    std::mt19937_64 random(2);
    const auto start = Clock::now();
    constexpr std::uint64_t kChanges = 1'000;
    const auto write = TRY(catalog.begin_write());
    for (std::uint64_t i = 0; i < kChanges; ++i) {
        const std::uint64_t number = random() % plan.records;
        TRY(write->put_record(fmt::format("record-{:015}", number), document_of(number, random),
                              {}));
    }
    TRY(write->commit());
    fmt::print("{} changed in one batch {:9.1f} ms\n", kChanges, milliseconds_since(start));
    return {};
}

Result<void> run(const Plan& plan) {
    FileSystem& files = posix_file_system();
    TRY(create_directories(files, plan.folder));
    const auto catalog = TRY(
        store::Catalog::open(files, plan.folder + "/catalog.db", store::CatalogAccess::kCreate));
    TRY(fill(*catalog, plan));
    TRY(measure(*catalog, "category=c7"));  // through all documents
    TRY(measure_changes(*catalog, plan));
    using Kind = store::AttributeKind;
    for (const store::AttributeSource& source :
         std::vector<store::AttributeSource>{{"category", Kind::kValues},
                                             {"price", Kind::kValues},
                                             {"stock", Kind::kValues},
                                             {"tags", Kind::kValues},
                                             {"listed", Kind::kDates},
                                             {"title", Kind::kWords},
                                             {"title", Kind::kRuns},
                                             {"path", Kind::kDirectories},
                                             {"", Kind::kPresence}}) {
        TRY(build(*catalog, plan, source));
    }
    for (const std::string text :
         {"price<0.1",
          "price<10",
          "price<100",
          "price<1000",
          "price<10000",
          "price<50000",
          "category=c7",
          "category in c1,c2,c3,c4,c5,c6,c7,c8,c9,c10",
          "stock=true",
          "stock!=true",
          "tags=t1",
          "listed>=2024-07",
          "listed<=2024-01",
          "title~shoes",
          "title~赤い",
          "title~スニーカー",
          "title~革のスニーカー",
          "title~いハンド",
          "title~カーハン",
          "title~123456",
          R"({"bool":{"must":[{"term":{"stock":true}},{"range":{"price":{"lt":1000}}}],)"
          R"("must_not":{"term":{"category":"c7"}}}})"}) {
        TRY(measure(*catalog, text));
    }
    for (const std::string text : {"price<50000", "title~スニーカー"})
        TRY(measure_repair(*catalog, plan, text));
    for (const std::string path : {"category", "tags", "price"})
        TRY(measure_facet(*catalog, path));
    return measure_changes(*catalog, plan);
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 2) {
        fmt::print(stderr, "usage: bench_filters FOLDER [RECORDS]\n");
        return 2;
    }
    Plan plan{.folder = arguments[1]};
    if (count > 2) plan.records = std::strtoull(arguments[2], nullptr, 10);
    const auto done = run(plan);
    if (!done) fmt::print(stderr, "{}\n", done.error().message());
    return done ? 0 : 1;
}
