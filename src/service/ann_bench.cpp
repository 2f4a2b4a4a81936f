#include "service/ann_bench.h"

#include "base/npy.h"
#include "index/segment_builder.h"
#include "index/segment_search.h"
#include "service/process_memory.h"
#include "service/vector_matrix.h"
#include "simd/dispatch.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <numeric>
#include <random>

namespace sokkuri::service {
namespace {

constexpr std::size_t kThreadsMax = 1024;
constexpr std::size_t kNeighborsMax = 100'000;

/// Rows, queries and everything that is made of them.
struct Bench {
    const AnnBenchRequest& request;
    ThreadPool& builders;
    ThreadPool& searchers;
    const simd::Kernels& kernels;
    VectorMatrix base;
    VectorMatrix queries;
    index::RawRows rows;
    std::shared_ptr<const index::Segment> segment;
    std::optional<index::Bitmap> allowed;
    std::optional<index::PreparedFilter> prepared;
    std::vector<std::vector<index::Neighbor>> truth;  // with ties of the k-th
};

class Stopwatch {
 public:
    double seconds() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    }

 private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

Result<void> check_shapes(const Bench& bench);
Result<std::shared_ptr<const index::Segment>> build(const Bench& bench);
index::Bitmap random_rows(std::size_t rows, double fraction, std::uint64_t seed);
index::SegmentQuery query_of(const Bench& bench, const index::Effort& effort);
Result<void> find_truth(Bench& bench);
Result<AnnSetting> measure(const Bench& bench, const index::Effort& effort,
                           std::vector<std::int64_t>& ids);
double recall_of(const Bench& bench, std::span<const index::SegmentAnswer> answers);
void say(const Bench& bench, std::string_view stage);

}  // namespace

Result<void> AnnBenchRequest::validate() const {
    if (k == 0 || k > kNeighborsMax) {
        return fail(ErrorCode::kInvalidArgument, "k = {}: 1 to {}", k, kNeighborsMax);
    }
    for (const std::size_t count : {threads, build_threads}) {
        if (count > 0 && count <= kThreadsMax) continue;
        return fail(ErrorCode::kInvalidArgument, "{} threads: 1 to {}", count, kThreadsMax);
    }
    if (filter_fraction && !(*filter_fraction > 0 && *filter_fraction <= 1)) {
        return fail(ErrorCode::kInvalidArgument, "filter fraction {}: above 0, at most 1",
                    *filter_fraction);
    }
    for (const index::Effort& effort : efforts) {
        if (effort.kind == index::Effort::Kind::kRecall &&
            !(effort.recall > 0 && effort.recall <= 1)) {
            return fail(ErrorCode::kInvalidArgument, "recall {}: above 0, at most 1",
                        effort.recall);
        }
        if (effort.kind == index::Effort::Kind::kEf && effort.ef == 0) {
            return fail(ErrorCode::kInvalidArgument, "ef = 0: it is at least 1");
        }
    }
    return {};
}

Result<AnnBenchReport> bench_ann(FileSystem& files, const AnnBenchRequest& request) {
    TRY(request.validate());
    const simd::Kernels* kernels = TRY(simd::chosen_kernels());
    AnonymousPeak own_peak;
    ThreadPool builders(request.build_threads);
    ThreadPool searchers(request.threads);
    const Stopwatch loading;
    VectorMatrix base = TRY(VectorMatrix::load(files, request.base_file, builders));
    VectorMatrix queries = TRY(VectorMatrix::load(files, request.queries_file, builders));
    Bench bench{.request = request,
                .builders = builders,
                .searchers = searchers,
                .kernels = *kernels,
                .base = std::move(base),
                .queries = std::move(queries)};
    TRY(check_shapes(bench));
    bench.rows = index::RawRows::of_matrix(bench.base.values(), bench.base.dimension());
    AnnBenchReport report{.rows = bench.base.rows(),
                          .dimension = bench.base.dimension(),
                          .queries = bench.queries.rows(),
                          .kernels = kernels->name,
                          .load_s = loading.seconds()};
    const Stopwatch building;
    bench.segment = TRY(build(bench));
    report.build_s = building.seconds();
    report.index_bytes = bench.segment->size_bytes();
    const auto calibration = bench.segment->parts().calibration;
    report.calibration.assign(calibration.begin(), calibration.end());
    if (request.filter_fraction) {
        bench.allowed = random_rows(report.rows, *request.filter_fraction, request.seed);
        bench.prepared.emplace(*bench.segment, query_of(bench, {}).filter);
    }
    report.allowed_rows = bench.allowed ? bench.allowed->count() : report.rows;
    const Stopwatch deciding;
    TRY(find_truth(bench));
    report.truth_s = deciding.seconds();
    std::vector<std::int64_t> ids;
    for (const index::Effort& effort : request.efforts) {
        report.settings.push_back(TRY(measure(bench, effort, ids)));
    }
    if (!request.ids_file.empty()) {
        const std::array<std::uint64_t, 3> shape = {request.efforts.size(), report.queries,
                                                    request.k};
        TRY(write_npy(files, request.ids_file, shape, ids));
    }
    const ProcessMemory memory = TRY(process_memory());
    report.peak_bytes = memory.peak_bytes;
    report.peak_own_bytes = std::max(own_peak.bytes(), memory.anonymous_bytes);
    return report;
}

namespace {

Result<void> check_shapes(const Bench& bench) {
    const AnnBenchRequest& request = bench.request;
    if (bench.base.rows() == 0) {
        return fail(ErrorCode::kInvalidArgument, "{}: it has no rows", request.base_file);
    }
    if (bench.base.rows() >= index::kNodesMax) {
        return fail(ErrorCode::kInvalidArgument, "{}: {} rows; at most {}", request.base_file,
                    bench.base.rows(), index::kNodesMax - 1);
    }
    if (bench.queries.rows() == 0) {
        return fail(ErrorCode::kInvalidArgument, "{}: it has no rows", request.queries_file);
    }
    if (bench.queries.dimension() != bench.base.dimension()) {
        return fail(ErrorCode::kInvalidArgument, "{}: dimension {}; {} has {}",
                    request.queries_file, bench.queries.dimension(), request.base_file,
                    bench.base.dimension());
    }
    return {};
}

Result<std::shared_ptr<const index::Segment>> build(const Bench& bench) {
    std::vector<index::Slot> slots(bench.base.rows());
    std::iota(slots.begin(), slots.end(), index::Slot{0});
    index::BuildOptions options{.seed = bench.request.seed, .stop = bench.request.stop};
    if (bench.request.progress) {
        options.progress = [&](double share, const char* stage) {
            bench.request.progress(share, stage);
        };
    }
    const index::SegmentImage image = TRY(index::build_segment({.metric = bench.request.metric,
                                                                .rows = bench.rows,
                                                                .slots = slots,
                                                                .kernels = bench.kernels,
                                                                .threads = bench.builders},
                                                               options));
    return image.open(bench.kernels);
}

index::Bitmap random_rows(std::size_t rows, double fraction, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    // 53 bits of the generator: the same rows with every standard library.
    const auto drawn = [&] { return static_cast<double>(random() >> 11U) * 0x1p-53; };
    index::Bitmap allowed;
    for (std::size_t row = 0; row < rows; ++row) {
        if (drawn() < fraction) allowed.set(static_cast<index::Slot>(row));
    }
    return allowed;
}

index::SegmentQuery query_of(const Bench& bench, const index::Effort& effort) {
    index::SegmentQuery query{.k = bench.request.k, .effort = effort};
    if (bench.allowed) {
        query.filter = {.allowed = &*bench.allowed, .allowed_count = bench.allowed->count()};
    }
    if (bench.prepared) query.prepared = &*bench.prepared;
    return query;
}

Result<void> find_truth(Bench& bench) {
    say(bench, "exact answers");
    const index::SegmentQuery exact = query_of(bench, {.kind = index::Effort::Kind::kExact});
    const AnnWork work{.segment = *bench.segment,
                       .rows = bench.rows,
                       .queries = bench.queries.values(),
                       .shared = exact,
                       .calls = AnnCalls::kBatch,
                       .stop = bench.request.stop};
    AnnRun run = TRY(run_queries(work, bench.builders));
    for (index::SegmentAnswer& answer : run.answers) {
        bench.truth.push_back(std::move(answer.neighbors));
    }
    return {};
}

Result<AnnSetting> measure(const Bench& bench, const index::Effort& effort,
                           std::vector<std::int64_t>& ids) {
    say(bench, "searching");
    const index::SegmentQuery query = query_of(bench, effort);
    const AnnWork work{.segment = *bench.segment,
                       .rows = bench.rows,
                       .queries = bench.queries.values(),
                       .shared = query,
                       .calls = bench.request.calls,
                       .stop = bench.request.stop};
    const AnnRun run = TRY(best_run(work, bench.searchers));
    for (const index::SegmentAnswer& answer : run.answers) {
        for (std::size_t i = 0; i < bench.request.k; ++i) {
            ids.push_back(i < answer.neighbors.size() ? std::int64_t{answer.neighbors[i].slot}
                                                      : std::int64_t{-1});
        }
    }
    const index::SearchReport& first = run.answers.front().report;
    return AnnSetting{.effort = effort,
                      .recall = recall_of(bench, run.answers),
                      .queries_per_second = run.queries_per_second(),
                      .p50_ms = run.percentile_ms(0.5),
                      .p99_ms = run.percentile_ms(0.99),
                      .ef = first.ef,
                      .recall_expected = first.recall_expected};
}

double recall_of(const Bench& bench, std::span<const index::SegmentAnswer> answers) {
    double sum = 0;
    for (std::size_t i = 0; i < answers.size(); ++i) {
        const std::vector<index::Neighbor>& truth = bench.truth[i];
        const std::size_t wanted = std::min(bench.request.k, truth.size());
        if (wanted == 0) {
            sum += 1;
            continue;
        }
        const double farthest = truth[wanted - 1].distance;
        const std::span found(answers[i].neighbors);
        const auto right = std::ranges::count_if(
            found.first(std::min(found.size(), wanted)),
            [&](const index::Neighbor& neighbor) { return neighbor.distance <= farthest; });
        sum += static_cast<double>(right) / static_cast<double>(wanted);
    }
    return sum / static_cast<double>(answers.size());
}

void say(const Bench& bench, std::string_view stage) {
    if (bench.request.progress) bench.request.progress(0, stage);
}

}  // namespace
}  // namespace sokkuri::service
