// How many commits a second, and how long does opening take? Batches of 64 records with a document
// and a float vector each, as indexing makes them: append, sync, commit. Then the catalog is opened
// anew and asked for its first record.
//
//     bench_store_commit FOLDER [RECORDS [DIMENSION]]      default 100000 1280; FOLDER must not
//     exist
#include "base/file_system.h"
#include "store/catalog.h"
#include "store/vector_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

using namespace sokkuri;
using namespace sokkuri::store;

constexpr std::uint32_t kBatch = 64;
constexpr int kOpenings = 15;
constexpr std::size_t kDocumentBytes = 300;  // as an indexed picture has

struct Plan {
    std::string folder;
    std::uint32_t records = 100'000;
    std::uint32_t dimension = 1280;
};

double milliseconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
        .count();
}

double percentile(std::vector<double> values, double share) {
    std::sort(values.begin(), values.end());
    return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

Result<void> commit_batch(Catalog& catalog, VectorWriter& vectors, std::span<const float> rows,
                          std::uint32_t first) {
    const auto write = TRY(catalog.begin_write());
    const Extent extent = TRY(vectors.append(std::as_bytes(rows)));
    TRY(vectors.sync());
    TRY(write->add_extent(0, extent));
    for (std::uint32_t i = 0; i < extent.rows; ++i) {
        const std::string id = fmt::format("record-{:015}", first + i);
        const PutRow row =
            TRY(write->put_record(id, std::string(kDocumentBytes, ' '), std::nullopt));
        TRY(write->set_vector(0, row.number, extent.first_slot + i));
    }
    TRY(write->commit());
    return {};
}

Result<void> fill(const Plan& plan) {
    FileSystem& files = posix_file_system();
    TRY(create_directories(files, plan.folder));
    const auto catalog =
        TRY(Catalog::open(files, plan.folder + "/catalog.db", CatalogAccess::kCreate));
    const FieldRow field = {
        .name = "f",
        .dimension = plan.dimension,
        .metric = "cosine",
        .rows_per_chunk = rows_per_chunk_for(ElementType::kF32, plan.dimension)};
    {
        const auto write = TRY(catalog->begin_write());
        TRY(write->add_field(field));
        TRY(write->commit());
    }
    const auto vectors = TRY(VectorWriter::open(files, plan.folder + "/fields/0", field, 0));
    const std::vector<float> rows(std::size_t{kBatch} * plan.dimension, 0.5F);
    std::vector<double> commits_ms;
    const auto start = std::chrono::steady_clock::now();
    for (std::uint32_t first = 0; first < plan.records; first += kBatch) {
        const std::size_t count = std::min(kBatch, plan.records - first);
        const auto commit_start = std::chrono::steady_clock::now();
        TRY(commit_batch(*catalog, *vectors, std::span(rows).first(count * plan.dimension), first));
        commits_ms.push_back(milliseconds_since(commit_start));
    }
    const double seconds = milliseconds_since(start) / 1'000;
    fmt::print(
        "{} records of {} floats in commits of {}: {:.1f} commits/s, {:.0f} records/s; one "
        "commit {:.2f} ms (p50), {:.2f} ms (p99)\n",
        plan.records, plan.dimension, kBatch, static_cast<double>(commits_ms.size()) / seconds,
        plan.records / seconds, percentile(commits_ms, 0.5), percentile(commits_ms, 0.99));
    return {};
}

Result<void> measure_opening(const Plan& plan, CatalogAccess access) {
    std::vector<double> openings_ms;
    for (int i = 0; i < kOpenings; ++i) {
        const auto start = std::chrono::steady_clock::now();
        const auto catalog =
            TRY(Catalog::open(posix_file_system(), plan.folder + "/catalog.db", access));
        const auto read = TRY(catalog->begin_read());
        TRY(read->committed_slots(0));
        TRY(read->record(RecordNumber{0}));
        openings_ms.push_back(milliseconds_since(start));
    }
    fmt::print("opening for {}: {:.2f} ms (p50), {:.2f} ms (worst of {})\n",
               access == CatalogAccess::kRead ? "reading" : "writing", percentile(openings_ms, 0.5),
               percentile(openings_ms, 1), kOpenings);
    return {};
}

Result<void> run(const Plan& plan) {
    TRY(fill(plan));
    TRY(measure_opening(plan, CatalogAccess::kRead));
    return measure_opening(plan, CatalogAccess::kWrite);
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 2) {
        std::fprintf(stderr, "usage: bench_store_commit FOLDER [RECORDS [DIMENSION]]\n");
        return 2;
    }
    Plan plan{.folder = arguments[1]};
    if (count > 2) plan.records = static_cast<std::uint32_t>(std::atoi(arguments[2]));
    if (count > 3) plan.dimension = static_cast<std::uint32_t>(std::atoi(arguments[3]));
    const auto done = run(plan);
    if (!done) std::fprintf(stderr, "%s\n", done.error().message().c_str());
    return done ? 0 : 1;
}
