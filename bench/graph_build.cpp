// How long does a graph take, stage by stage, and how good is it? The file's last rows are held out
// as queries; recall@10 is against a float64 scan, after re-ranking what the heads found.
//
//     bench_graph_build FILE.npy [QUERIES [THREADS]]      default 1000 queries, all cores
#include "base/file_system.h"
#include "base/npy.h"
#include "index/arena.h"
#include "index/codes.h"
#include "index/distance.h"
#include "index/exact_scan.h"
#include "index/graph_builder.h"
#include "index/graph_landmarks.h"
#include "index/graph_search.h"
#include "index/head_trainer.h"
#include "simd/dispatch.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <numeric>
#include <string>
#include <sys/resource.h>
#include <vector>

namespace {

using namespace sokkuri;
using namespace sokkuri::index;

constexpr std::size_t kNeighbors = 10;

double seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

/// Of the whole process.
double processor_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto of = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
    };
    return of(usage.ru_utime) + of(usage.ru_stime);
}

/// Prints what each stage took when the next begins.
class Stopwatch {
 public:
    ~Stopwatch() { begin(""); }
    void begin(const std::string& stage) {
        if (!stage_.empty()) {
            fmt::print("{:24} {:8.2f} s {:8.2f} s of processors\n", stage_, seconds() - wall_,
                       processor_seconds() - processor_);
        }
        stage_ = stage;
        wall_ = seconds();
        processor_ = processor_seconds();
    }

 private:
    std::string stage_;
    double wall_ = 0;
    double processor_ = 0;
};

struct Input {
    RawRows rows;
    std::span<const float> queries;
    const simd::Kernels& kernels;
    ThreadPool& threads;
};

struct Encoded {
    L2Space space;
    HeadModel model;
    Arena heads;  // by slot at first, then by ordinal

    GraphNodes nodes() { return {heads.as<std::uint8_t>(), model}; }
};

Result<Encoded> encode(const Input& input, Stopwatch& watch) {
    watch.begin("training");
    std::vector<Slot> slots(input.rows.count());
    std::iota(slots.begin(), slots.end(), 0U);
    Encoded encoded;
    encoded.space = L2Space::fit(Metric::kCosine, input.rows, slots);
    encoded.model = train_head({.rows = input.rows,
                                .slots = slots,
                                .space = encoded.space,
                                .kernels = input.kernels,
                                .threads = input.threads});
    fmt::print("head: {} bits, {} lines, kappa {}\n", encoded.model.layout.bits,
               encoded.model.layout.lines, encoded.model.kappa);
    watch.begin("encoding heads");
    const std::size_t row = encoded.model.layout.row_bytes();
    encoded.heads = TRY(Arena::create(slots.size() * row));
    const std::size_t blocks = (slots.size() + RowEncoder::kBlockRows - 1) / RowEncoder::kBlockRows;
    input.threads.for_each(blocks, [&](std::size_t block) {
        RowEncoder encoder(encoded.space, encoded.model, input.kernels);
        std::vector<HeadBounds> bounds(RowEncoder::kBlockRows);
        std::vector<const float*> raw;
        std::vector<RowEncoder::Target> targets;
        for (std::size_t i = block * RowEncoder::kBlockRows;
             i < slots.size() && raw.size() < RowEncoder::kBlockRows; ++i) {
            targets.push_back(
                {encoded.heads.as<std::uint8_t>().data() + i * row, &bounds[raw.size()], nullptr});
            raw.push_back(input.rows[i]);
        }
        encoder.encode(raw, targets);
    });
    return encoded;
}

Result<void> reorder(Encoded& encoded, std::span<const std::uint32_t> order) {
    const std::size_t row = encoded.model.layout.row_bytes();
    Arena moved = TRY(Arena::create(encoded.heads.bytes().size()));
    for (std::size_t i = 0; i < order.size(); ++i) {
        std::memcpy(moved.bytes().data() + i * row, encoded.heads.bytes().data() + order[i] * row,
                    row);
    }
    encoded.heads = std::move(moved);
    return {};
}

std::vector<std::vector<Neighbor>> true_neighbors(const Input& input) {
    const ExactScan scan{.k = kNeighbors, .kernels = &input.kernels, .threads = &input.threads};
    const RowsView view{{input.rows[0], input.rows.count() * input.rows.dimension()}, 0};
    return nearest_rows_of_each(scan, input.queries, input.rows.dimension(), {&view, 1});
}

struct Tried {
    double recall = 0;
    double scored = 0;
    double microseconds = 0;  // of the graph search alone
};

/// One query after the other on one thread.
Tried search_all(const Input& input, Encoded& encoded, const Graph& graph,
                 std::span<const std::uint32_t> order, std::size_t ef,
                 std::span<const std::vector<Neighbor>> truth) {
    const QueryEncoder encoder(encoded.space, encoded.model, input.kernels);
    const LandmarkHeads landmarks(encoded.nodes(), graph.landmarks);
    const GraphView view{encoded.nodes().heads, encoded.model.layout, graph.links};
    const std::size_t dimension = input.rows.dimension();
    std::vector<float> mapped(encoded.space.dimension());
    FullQuery full;
    HeadQuery query;
    GraphScratch scratch;
    Tried tried;
    for (std::size_t q = 0; q < truth.size(); ++q) {
        const std::span<const float> raw = input.queries.subspan(q * dimension, dimension);
        if (!encoded.space.map_query(raw, mapped.data())) continue;
        encoder.encode_full(mapped, full);
        encoder.encode_head_fast(full, query);
        const double start = seconds();
        choose_entries(landmarks.view(), query, input.kernels, scratch);
        const std::vector<Ordinal> entries = scratch.entries;
        const GraphEffort effort = search_graph(
            view, {.query = query, .ef = ef, .entries = entries}, input.kernels, scratch);
        tried.microseconds += 1e6 * (seconds() - start);
        tried.scored += static_cast<double>(effort.nodes_scored);
        for (const Candidate& found : scratch.found) {
            const double distance =
                exact_distance(Metric::kCosine, raw, input.rows.row(order[found.ordinal]));
            const bool is_true = distance <= truth[q][kNeighbors - 1].distance;
            tried.recall += is_true ? 1.0 / kNeighbors : 0;
        }
    }
    const auto queries = static_cast<double>(truth.size());
    return {tried.recall / queries, tried.scored / queries, tried.microseconds / queries};
}

Result<void> run(const Input& input) {
    std::vector<std::uint32_t> order;
    Graph graph;
    Encoded encoded;
    {
        Stopwatch watch;
        encoded = TRY(encode(input, watch));
        const GraphBuild build{.kernels = input.kernels,
                               .threads = input.threads,
                               .on_stage = [&](const char* stage) { watch.begin(stage); }};
        watch.begin("partition");
        Partition partition = partition_nodes(encoded.nodes(), build);
        watch.begin("reordering heads");
        TRY(reorder(encoded, partition.order));
        graph = TRY(build_graph(encoded.nodes(), partition, build));
        order = std::move(partition.order);
    }
    const auto used = std::count_if(graph.links.begin(), graph.links.end(),
                                    [](std::uint32_t link) { return link != kNoOrdinal; });
    fmt::print("links a node {:.1f}, unreachable {}, landmarks {}\n",
               static_cast<double>(used) / static_cast<double>(order.size()),
               count_unreachable(graph), graph.landmarks.size());
    const auto truth = true_neighbors(input);
    fmt::print("{:>4} {:>8} {:>8} {:>8}\n", "ef", "recall", "scored", "us");
    for (const std::size_t ef : {16, 32, 48, 64, 96, 128}) {
        const Tried tried = search_all(input, encoded, graph, order, ef, truth);
        fmt::print("{:4} {:8.4f} {:8.0f} {:8.1f}\n", ef, tried.recall, tried.scored,
                   tried.microseconds);
    }
    return {};
}

Result<void> run(const std::string& path, std::size_t queries, std::size_t thread_count) {
    const NpyMatrix matrix = TRY(NpyMatrix::open(posix_file_system(), path));
    const auto values = matrix.floats();
    if (!values || matrix.rows() <= queries) {
        return fail(ErrorCode::kInvalidArgument, "{}: more than {} rows of float32 are needed",
                    path, queries);
    }
    const simd::Kernels* kernels = TRY(simd::chosen_kernels());
    ThreadPool threads(thread_count);
    const std::size_t rows = matrix.rows() - queries;
    fmt::print("{} rows of {}, {}, {} threads\n", rows, matrix.columns(), kernels->name,
               threads.threads());
    const Input input{RawRows::of_matrix(values->first(rows * matrix.columns()), matrix.columns()),
                      values->subspan(rows * matrix.columns()), *kernels, threads};
    return run(input);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        fmt::print(stderr, "usage: bench_graph_build FILE.npy [QUERIES [THREADS]]\n");
        return 2;
    }
    const std::size_t queries = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 1'000;
    const auto result = run(argv[1], queries, argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 0);
    if (!result) fmt::print(stderr, "{}\n", result.error().message());
    return result ? 0 : 1;
}
