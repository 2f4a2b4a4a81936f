// How fast is a search of one segment, at which recall? Against exact search in the same segment,
// one thread: per width of the pool, per filter (random ones, and rows far from the query), and
// where the time of a query goes.
//
//     bench_segment_search FILE.npy [--rows N] [--queries N] [--k K] [--rounds N] [--segment FILE]
//                          [--without-filters]
//
// The first N rows (default: all but 2,000) become a segment, those after them are the queries.
// Raw rows stay in the mapped file, as a collection has them. --segment keeps what was built, and
// takes it when it is there.
#include "index/segment_search.h"

#include "base/npy.h"
#include "index/approximate_search.h"
#include "index/exact_scan.h"
#include "index/filtered_search.h"
#include "index/re_rank.h"
#include "index/segment_builder.h"
#include "simd/dispatch.h"
#include "store/segment_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <numeric>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace sokkuri;
using namespace sokkuri::index;

struct Settings {
    std::string file;
    std::size_t rows = 0;
    std::size_t queries = 1000;
    std::size_t k = 10;
    int rounds = 5;
    std::string segment_file;
    bool has_filters = true;
};

/// What is measured: a segment, the queries and the true neighbors of each.
struct Bench {
    const Settings& settings;
    RawRows rows;
    std::span<const float> queries;
    std::shared_ptr<const Segment> segment;
    std::vector<SegmentAnswer> truth;

    std::size_t count() const { return queries.size() / rows.dimension(); }
    std::span<const float> query(std::size_t i) const {
        return queries.subspan(i * rows.dimension(), rows.dimension());
    }
};

double seconds_of(const std::function<void()>& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double recall_of(const std::vector<Neighbor>& found, const std::vector<Neighbor>& truth,
                 std::size_t k) {
    const std::size_t wanted = std::min(k, truth.size());
    if (wanted == 0) return 1;
    const auto hits = std::ranges::count_if(
        found, [&](const Neighbor& one) { return one.distance <= truth[wanted - 1].distance; });
    return std::min(1.0, static_cast<double>(hits) / static_cast<double>(wanted));
}

struct Measured {
    double qps = 0;
    double p50_us = 0;
    double p99_us = 0;
    double recall = 0;
    double nodes = 0;
    SearchReport::Path path = SearchReport::Path::kGraph;
};

/// One query after the other; of each the best of all rounds, so that what else the machine does
/// counts little.
Measured measure(const Bench& bench, const SegmentQuery& shared,
                 const std::vector<SegmentAnswer>& truth, int rounds) {
    std::vector<SegmentAnswer> answers(truth.size());
    std::vector<double> taken(truth.size(), 1e9);
    for (int round = 0; round < rounds; ++round) {
        for (std::size_t i = 0; i < truth.size(); ++i) {
            SegmentQuery one = shared;
            one.vector = bench.query(i);
            taken[i] = std::min(taken[i], seconds_of([&] {
                                    answers[i] =
                                        search_segment(*bench.segment, bench.rows, one, nullptr);
                                }));
        }
    }
    Measured best;
    best.qps = static_cast<double>(taken.size()) / std::accumulate(taken.begin(), taken.end(), 0.0);
    std::ranges::sort(taken);
    best.p50_us = 1e6 * taken[taken.size() / 2];
    best.p99_us = 1e6 * taken[taken.size() * 99 / 100];
    for (std::size_t i = 0; i < truth.size(); ++i) {
        best.recall += recall_of(answers[i].neighbors, truth[i].neighbors, shared.k);
        best.nodes += static_cast<double>(answers[i].report.nodes_scored);
    }
    best.recall /= static_cast<double>(truth.size());
    best.nodes /= static_cast<double>(truth.size());
    best.path = answers.back().report.path;
    return best;
}

void print(const std::string& name, const Measured& measured) {
    static constexpr const char* kPaths[] = {"graph", "filtered graph", "filtered scan",
                                             "exact bounds", "exact rows"};
    fmt::print("{:28} {:9.0f} {:9.1f} {:9.1f} {:8.4f} {:8.0f}  {}\n", name, measured.qps,
               measured.p50_us, measured.p99_us, measured.recall, measured.nodes,
               kPaths[static_cast<std::size_t>(measured.path)]);
}

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
        for (const Candidate& one : shared.found)
            each[i].candidates.push_back(one.ordinal);
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

std::vector<SegmentAnswer> exact_answers(const Bench& bench, SegmentQuery shared,
                                         std::size_t count) {
    shared.effort.kind = Effort::Kind::kExact;
    std::vector<SegmentAnswer> answers;
    for (std::size_t i = 0; i < count; ++i) {
        shared.vector = bench.query(i);
        answers.push_back(search_segment(*bench.segment, bench.rows, shared, nullptr));
    }
    return answers;
}

void measure_filters(const Bench& bench) {
    fmt::print("\n{:28} {:>9} {:>9} {:>9} {:>8} {:>8}\n", "filters, recall .99", "QPS", "p50 us",
               "p99 us", "recall", "scored");
    std::mt19937_64 random(1);
    for (const double share : {0.0001, 0.001, 0.01, 0.03, 0.1, 0.3, 0.5, 0.9}) {
        std::bernoulli_distribution passes(share);
        Bitmap allowed;
        for (Slot slot = 0; slot < bench.rows.count(); ++slot) {
            if (passes(random)) allowed.set(slot);
        }
        SegmentQuery shared{.k = bench.settings.k,
                            .filter = {.allowed = &allowed, .allowed_count = allowed.count()}};
        const auto truth = exact_answers(bench, shared, std::min<std::size_t>(bench.count(), 200));
        print(fmt::format("random {:g} %", 100 * share), measure(bench, shared, truth, 3));
        const PreparedFilter prepared(*bench.segment, shared.filter);
        shared.prepared = &prepared;
        print(fmt::format("random {:g} % prepared", 100 * share), measure(bench, shared, truth, 3));
        // Each way, whatever the cost model thinks: what search_cost.cpp is made from.
        for (const Way way : {Way::kGraph, Way::kPassingGraph, Way::kMatchingCodes}) {
            SegmentQuery one = shared;
            double recall = 0;
            double taken = 0;
            for (std::size_t i = 0; i < truth.size(); ++i) {
                one.vector = bench.query(i);
                SearchPlan plan = plan_search(*bench.segment, bench.rows, one, 1);
                plan.way = way;
                if (plan.shape.ef == 0 || widened(plan.shape.ef, share) > kWidthMax) continue;
                std::optional<SegmentAnswer> answer;
                taken += seconds_of(
                    [&] { answer = search_approximately(*bench.segment, bench.rows, one, plan); });
                if (answer) {
                    recall += recall_of(answer->neighbors, truth[i].neighbors, one.k);
                }
            }
            const auto count = static_cast<double>(truth.size());
            fmt::print("    way {}  {:8.1f} us  recall {:.4f}\n", static_cast<int>(way),
                       1e6 * taken / count, recall / count);
        }
    }
}

/// Only the rows farthest from each query pass.
void measure_far_filters(const Bench& bench) {
    fmt::print("\n{:28} {:>12} {:>12} {:>8}\n", "far filters, recall .99", "search us", "scan us",
               "recall");
    const std::size_t count = std::min<std::size_t>(bench.count(), 10);
    for (const double share : {0.001, 0.01, 0.1, 0.5}) {
        double searching = 0;
        double scanning = 0;
        double recall = 0;
        for (std::size_t i = 0; i < count; ++i) {
            SegmentQuery asked{.vector = bench.query(i),
                               .k = bench.rows.count(),
                               .effort = {.kind = Effort::Kind::kExact}};
            const auto all = search_segment(*bench.segment, bench.rows, asked, nullptr).neighbors;
            Bitmap far;
            std::vector<Slot> slots;
            const auto first =
                static_cast<std::size_t>(static_cast<double>(all.size()) * (1 - share));
            for (std::size_t r = first; r < all.size(); ++r)
                slots.push_back(all[r].slot);
            std::ranges::sort(slots);
            for (const Slot slot : slots)
                far.set(slot);
            asked.k = bench.settings.k;
            asked.effort = {};
            asked.filter = {.allowed = &far, .allowed_count = slots.size()};
            SegmentAnswer answer;
            const ExactScan scan{.metric = bench.segment->parts().space.metric,
                                 .query = asked.vector,
                                 .k = asked.k,
                                 .kernels = &bench.segment->kernels()};
            std::vector<Neighbor> truth;
            scanning += seconds_of([&] { truth = nearest_rows(scan, bench.rows, slots); });
            searching += seconds_of(
                [&] { answer = search_segment(*bench.segment, bench.rows, asked, nullptr); });
            recall += recall_of(answer.neighbors, truth, asked.k);
        }
        const auto times = static_cast<double>(count);
        fmt::print("{:28} {:12.1f} {:12.1f} {:8.4f}\n", fmt::format("farthest {:g} %", 100 * share),
                   1e6 * searching / times, 1e6 * scanning / times, recall / times);
    }
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
    measure_widths(bench);
    measure_batches(bench);
    measure_steps(bench, 64);
    if (!settings.has_filters) return {};
    measure_filters(bench);
    measure_far_filters(bench);
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
        else if (name == "--without-filters")
            settings.has_filters = false;
        else
            settings.file = name;
    }
    const auto result = run(settings);
    if (!result) fmt::print(stderr, "{}\n", result.error().message());
    return result ? 0 : 1;
}
