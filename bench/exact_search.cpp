// How fast is exact search in a segment, and how much does each stage leave to the next?
//
//     bench_exact_search FILE.npy [--queries N] [--lines L] [--bits B] [--rounds R] [--graph]
//
// FILE.npy: float32 rows, the last N of which (200) are the queries. Cosine, k 10; heads of L lines
// (2) of B bits (4); the best of R rounds (3). --graph: the segment gets one, and by its order
// balls; either way a seed is the answer itself, as a graph search would bring nearly all of it.
// Beside it a float32 scan.
#include "base/npy.h"
#include "index/exact_batch.h"
#include "index/exact_scan.h"
#include "index/segment_builder.h"
#include "simd/dispatch.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace {

using namespace sokkuri;
using namespace sokkuri::index;

struct Options {
    std::string file;
    std::size_t queries = 200;
    std::size_t rounds = 3;
    HeadLayout layout;
    bool has_graph = false;
};

struct Bench {
    const Options& options;
    const Segment& segment;
    const RawRows& rows;
    std::span<const float> queries;
    std::vector<std::vector<Neighbor>> answers;  // of each query

    std::size_t count() const { return queries.size() / rows.dimension(); }
    std::span<const float> query(std::size_t i) const {
        return queries.subspan(i * rows.dimension(), rows.dimension());
    }
};

double milliseconds_of(const std::function<void()>& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
        .count();
}

double best_of(std::size_t rounds, const std::function<void()>& work) {
    double best = 1e300;
    for (std::size_t i = 0; i < rounds; ++i) {
        best = std::min(best, milliseconds_of(work));
    }
    return best;
}

void print_row(const char* what, std::size_t threads, double ms,
               std::span<const SegmentAnswer> answers) {
    const auto mean = [&](std::size_t SearchReport::*member) {
        double sum = 0;
        for (const SegmentAnswer& answer : answers) {
            sum += static_cast<double>(answer.report.*member);
        }
        return sum / static_cast<double>(std::max<std::size_t>(1, answers.size()));
    };
    fmt::print("{:20} {:7} {:9.3f} {:9.0f} {:9.1f} {:9.1f} {:9.1f} {:9.1f}\n", what, threads, ms,
               mean(&SearchReport::nodes_scored), mean(&SearchReport::after_first_plane),
               mean(&SearchReport::after_heads), mean(&SearchReport::after_full_codes),
               mean(&SearchReport::rows_decided));
}

std::vector<SegmentAnswer> search_singly(const Bench& bench, bool is_seeded, ThreadPool* threads) {
    std::vector<SegmentAnswer> answers;
    for (std::size_t i = 0; i < bench.count(); ++i) {
        const std::span<const Neighbor> seed =
            is_seeded ? std::span<const Neighbor>(bench.answers[i]) : std::span<const Neighbor>();
        answers.push_back(
            exact_search(bench.segment, bench.rows, {.vector = bench.query(i)}, seed, threads));
    }
    return answers;
}

std::vector<SegmentAnswer> search_batch(const Bench& bench, bool is_seeded, ThreadPool* threads) {
    const std::span<const std::vector<Neighbor>> seeds =
        is_seeded ? std::span<const std::vector<Neighbor>>(bench.answers)
                  : std::span<const std::vector<Neighbor>>();
    return exact_search_batch(bench.segment, bench.rows, bench.queries, {}, seeds, threads);
}

using Search = std::vector<SegmentAnswer> (*)(const Bench&, bool, ThreadPool*);

void measure(const Bench& bench, const char* what, Search search, bool is_seeded) {
    for (const std::size_t threads : {1U, 2U}) {
        ThreadPool pool(threads);
        std::vector<SegmentAnswer> answers;
        const double ms =
            best_of(bench.options.rounds, [&] { answers = search(bench, is_seeded, &pool); });
        std::size_t wrong = 0;
        for (std::size_t i = 0; i < answers.size(); ++i) {
            wrong += answers[i].neighbors == bench.answers[i] ? 0 : 1;
        }
        print_row(what, threads, ms / static_cast<double>(bench.count()), answers);
        if (wrong > 0) fmt::print("WRONG: {} answers\n", wrong);
    }
}

/// The truth, and what it costs without codes.
void scan_floats(Bench& bench, std::span<const float> values) {
    const RowsView view{values, 0};
    for (const std::size_t threads : {1U, 2U}) {
        ThreadPool pool(threads);
        ExactScan scan{.kernels = &bench.segment.kernels(), .threads = &pool};
        const std::size_t queries = std::min<std::size_t>(3, bench.count());
        double ms = 0;
        for (std::size_t i = 0; i < queries; ++i) {
            scan.query = bench.query(i);
            ms += milliseconds_of([&] { nearest_rows(scan, {&view, 1}); });
        }
        print_row("float32 scan", threads, ms / static_cast<double>(queries), {});
    }
    ThreadPool pool(2);
    const ExactScan shared{.kernels = &bench.segment.kernels(), .threads = &pool};
    const double ms = milliseconds_of([&] {
        bench.answers =
            nearest_rows_of_each(shared, bench.queries, bench.rows.dimension(), {&view, 1});
    });
    print_row("float32 scan, batch", 2, ms / static_cast<double>(bench.count()), {});
}

Result<void> run(const Options& options) {
    const NpyMatrix matrix = TRY(NpyMatrix::open(posix_file_system(), options.file));
    const auto floats = matrix.floats();
    if (!floats || matrix.rows() <= options.queries) {
        return fail(ErrorCode::kInvalidArgument, "{}: not float32, or too few rows", options.file);
    }
    const std::size_t dimension = matrix.columns();
    const std::size_t count = matrix.rows() - options.queries;
    const std::span<const float> values = floats->first(count * dimension);
    const RawRows rows = RawRows::of_matrix(values, dimension);
    std::vector<Slot> slots(count);
    for (Slot slot = 0; slot < count; ++slot) {
        slots[slot] = slot;
    }
    const simd::Kernels* kernels = TRY(simd::chosen_kernels());
    ThreadPool threads(2);
    const auto build = [&] {
        return build_segment(
            {.rows = rows, .slots = slots, .kernels = *kernels, .threads = threads},
            {.graph_nodes_min = options.has_graph ? 2'000 : count + 1, .layout = options.layout});
    };
    const SegmentImage image = TRY(build());
    const std::shared_ptr<const Segment> segment = TRY(image.open(*kernels));
    fmt::print("{} rows of {}, heads of {} bytes with {} components of {} bits, {} queries, {}\n",
               count, dimension, options.layout.row_bytes(), segment->parts().model.components,
               options.layout.bits, options.queries, kernels->name);
    fmt::print("{:20} {:>7} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}\n", "a query", "threads", "ms",
               "scored", "plane 1", "plane 2", "full", "float64");
    Bench bench{.options = options,
                .segment = *segment,
                .rows = rows,
                .queries = floats->subspan(count * dimension)};
    scan_floats(bench, values);
    measure(bench, "single", search_singly, false);
    measure(bench, "single, seeded", search_singly, true);
    measure(bench, "batch", search_batch, false);
    measure(bench, "batch, seeded", search_batch, true);
    return {};
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    for (int i = 1; i < argc; ++i) {
        const std::string argument = argv[i];
        if (!argument.starts_with("--")) {
            options.file = argument;
            continue;
        }
        if (argument == "--graph") {
            options.has_graph = true;
            continue;
        }
        const std::size_t value = i + 1 < argc ? std::strtoul(argv[++i], nullptr, 10) : 0;
        if (argument == "--queries") options.queries = value;
        if (argument == "--rounds") options.rounds = value;
        if (argument == "--lines") options.layout.lines = static_cast<std::uint32_t>(value);
        if (argument == "--bits") options.layout.bits = static_cast<std::uint32_t>(value);
    }
    const auto result = run(options);
    if (!result) fmt::print(stderr, "{}\n", result.error().message());
    return result ? 0 : 1;
}
