// How fast is a search of one segment, at which recall? Against exact search in the same segment,
// one thread: per width of the pool, per filter (random ones, and rows far from the query), and
// where the time of a query goes.
//
//     bench_segment_search FILE.npy [--rows N] [--queries N] [--k K] [--rounds N] [--segment FILE]
//                          [--without-filters] [--only-filters] [--correlated N]
//
// Filters by distance: N queries (default 20), against an exact scan of the rows that pass.
// The first N rows (default: all but 2,000) become a segment, those after them are the queries.
// Raw rows stay in the mapped file, as a collection has them. --segment keeps what was built, and
// takes it when it is there.
#include "index/segment_search.h"

#include "base/npy.h"
#include "index/approximate_search.h"
#include "index/graph_search.h"
#include "index/re_rank.h"
#include "index/segment_builder.h"
#include "segment_filters.h"
#include "simd/dispatch.h"
#include "store/segment_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

namespace {

using namespace sokkuri;
using namespace sokkuri::bench;

void measure_widths(const Bench& bench) {
    fmt::print("\n{:28} {:>9} {:>9} {:>9} {:>8} {:>8}\n", "one thread", "QPS", "p50 us", "p99 us",
               "recall", "scored");
    for (const std::size_t ef : {16, 24, 32, 40, 48, 64, 96, 128, 256}) {
        const SegmentQuery shared{.k = bench.settings.k,
                                  .effort = {.kind = Effort::Kind::kEf, .ef = ef}};
        print(fmt::format("ef {}", ef), measure(bench, shared, bench.truth, bench.settings.rounds));
    }
    for (const double recall : {0.9, 0.95, 0.99, 0.995, 0.999}) {
        const SegmentQuery shared{.k = bench.settings.k, .effort = {.recall = recall}};
        print(fmt::format("recall {}", recall),
              measure(bench, shared, bench.truth, bench.settings.rounds));
    }
}

void measure_batches(const Bench& bench) {
    for (const std::size_t lanes : {1U, 2U}) {
        ThreadPool threads(lanes);
        for (const std::size_t ef : {48U, 64U}) {
            const SegmentQuery shared{.k = bench.settings.k,
                                      .effort = {.kind = Effort::Kind::kEf, .ef = ef}};
            double best = 0;
            for (int round = 0; round < bench.settings.rounds; ++round) {
                const double taken = seconds_of([&] {
                    search_segment(*bench.segment, bench.rows, bench.queries, shared, &threads);
                });
                best = std::max(best, static_cast<double>(bench.count()) / taken);
            }
            fmt::print("batch, {} thread(s), ef {:3}      {:9.0f}\n", lanes, ef, best);
        }
    }
}

/// The steps of approximate_search.cpp, one after the other over all queries.
void measure_steps(const Bench& bench, std::size_t ef) {
    const SegmentParts& parts = bench.segment->parts();
    const QueryEncoder& encoder = bench.segment->query_encoder();
    const simd::Kernels& kernels = bench.segment->kernels();
    std::vector<SearchScratch> each(bench.count());
    const auto step = [&](const char* name, const std::function<void(std::size_t)>& work) {
        const double taken = seconds_of([&] {
            for (std::size_t i = 0; i < bench.count(); ++i)
                work(i);
        });
        fmt::print("  {:12} {:6.2f} us\n", name, 1e6 * taken / static_cast<double>(bench.count()));
    };
    for (SearchScratch& scratch : each)
        scratch.mapped.resize(parts.space.dimension());
    fmt::print("\nsteps of a query, ef {}\n", ef);
    step("map",
         [&](std::size_t i) { parts.space.map_query(bench.query(i), each[i].mapped.data()); });
    for (int warm = 0; warm < 2; ++warm) {
        step("full code",
             [&](std::size_t i) { encoder.encode_full_fast(each[i].mapped, each[i].full); });
        step("project",
             [&](std::size_t i) { encoder.encode_head_fast(each[i].full, each[i].head); });
    }
    GraphScratch shared;
    step("entries", [&](std::size_t i) {
        choose_entries({bench.segment->landmark_heads(), parts.model.layout, parts.landmarks},
                       each[i].head, kernels, shared);
        each[i].graph.entries = shared.entries;
    });
    std::size_t expansions = 0;
    std::size_t scored = 0;
    step("traverse", [&](std::size_t i) {
        const GraphEffort effort = search_graph(
            {parts.heads, parts.model.layout, parts.links},
            {.query = each[i].head, .ef = ef, .entries = each[i].graph.entries}, kernels, shared);
        expansions += effort.expansions;
        scored += effort.nodes_scored;
        for (const Candidate& one : shared.found) {
            each[i].candidates.push_back(one.ordinal);
            each[i].candidate_scores.push_back(one.score);
        }
    });
    std::vector<Neighbor> found;
    const SlotFilter filter;
    step("re-rank", [&](std::size_t i) {
        const Decider decider(parts.space.metric, bench.query(i), kernels);
        found.clear();
        re_rank({*bench.segment, bench.rows, decider, filter, bench.settings.k, 1e300}, each[i],
                found);
        keep_nearest(found, bench.settings.k);
    });
    fmt::print("  {:.1f} expansions, {:.1f} scored\n",
               static_cast<double>(expansions) / static_cast<double>(bench.count()),
               static_cast<double>(scored) / static_cast<double>(bench.count()));
}

Result<SegmentImage> load_image(const std::string& path) {
    const auto file = TRY(store::SegmentFile::open(posix_file_system(), path));
    SegmentImage image;
    for (const store::FileSection& section : file->sections()) {
        TRY(image.add(section.name, section.bytes));
    }
    return image;
}

Result<std::shared_ptr<const Segment>> make_segment(const RawRows& rows, const Settings& settings,
                                                    const simd::Kernels& kernels,
                                                    ThreadPool& threads) {
    if (!settings.segment_file.empty()) {
        const auto kept = load_image(settings.segment_file);
        if (kept) return kept->open(kernels);
    }
    std::vector<Slot> slots(rows.count());
    std::iota(slots.begin(), slots.end(), 0);
    const SegmentImage image = TRY(build_segment({.metric = Metric::kCosine,
                                                  .rows = rows,
                                                  .slots = slots,
                                                  .kernels = kernels,
                                                  .threads = threads}));
    if (!settings.segment_file.empty()) {
        std::vector<store::FileSection> sections;
        for (const Section& section : image.views()) {
            sections.push_back({section.name, section.bytes});
        }
        TRY(store::write_segment_file(posix_file_system(), settings.segment_file, sections));
    }
    return image.open(kernels);
}

Result<void> run(const Settings& settings) {
    const NpyMatrix matrix = TRY(NpyMatrix::open(posix_file_system(), settings.file));
    const auto floats = matrix.floats();
    if (!floats) return fail(ErrorCode::kUnsupported, "{}: not float32", settings.file);
    const std::size_t dimension = matrix.columns();
    const std::size_t rows = settings.rows == 0 ? matrix.rows() - 2000 : settings.rows;
    const std::size_t queries = std::min(settings.queries, matrix.rows() - rows);
    Bench bench{settings,
                RawRows::of_matrix(floats->first(rows * dimension), dimension),
                floats->subspan(rows * dimension, queries * dimension),
                nullptr,
                {}};
    const simd::Kernels& kernels = *TRY(simd::chosen_kernels());
    ThreadPool threads(0);
    const auto start = std::chrono::steady_clock::now();
    bench.segment = TRY(make_segment(bench.rows, settings, kernels, threads));
    const std::chrono::duration<double> built = std::chrono::steady_clock::now() - start;
    const HeadLayout layout = bench.segment->parts().model.layout;
    fmt::print("{} rows of {}, kernels {}, head {} bits x {} lines, kappa {}, made in {:.1f} s\n",
               rows, dimension, kernels.name, layout.bits, layout.lines,
               bench.segment->parts().model.kappa, built.count());
    const SegmentQuery exact{.k = settings.k, .effort = {.kind = Effort::Kind::kExact}};
    bench.truth = search_segment(*bench.segment, bench.rows, bench.queries, exact, &threads);
    if (settings.has_widths) {
        measure_widths(bench);
        measure_batches(bench);
        measure_steps(bench, 64);
    }
    if (!settings.has_filters) return {};
    measure_random_filters(bench);
    measure_correlated_filters(bench);
    return {};
}

}  // namespace

int main(int argc, char** argv) {
    Settings settings;
    for (int i = 1; i < argc; ++i) {
        const std::string name = argv[i];
        const auto number = [&] { return i + 1 < argc ? std::strtoul(argv[++i], nullptr, 10) : 0; };
        if (name == "--rows")
            settings.rows = number();
        else if (name == "--queries")
            settings.queries = number();
        else if (name == "--k")
            settings.k = number();
        else if (name == "--rounds")
            settings.rounds = static_cast<int>(number());
        else if (name == "--segment" && i + 1 < argc)
            settings.segment_file = argv[++i];
        else if (name == "--correlated")
            settings.correlated_queries = number();
        else if (name == "--only-filters")
            settings.has_widths = false;
        else if (name == "--without-filters")
            settings.has_filters = false;
        else
            settings.file = name;
    }
    const auto result = run(settings);
    if (!result) fmt::print(stderr, "{}\n", result.error().message());
    return result ? 0 : 1;
}
