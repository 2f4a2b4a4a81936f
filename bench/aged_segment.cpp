// What does age cost? A segment loses half of its rows and gets three tenths of them anew, in five
// rounds with a merge after each, as a collection merges; beside it a segment that was built over
// the same rows at once. Recall of both at the same widths, and what the rounds took.
//
//     bench_aged_segment FILE.npy [--rows N] [--queries N] [--threads N]
//
// The first N rows (default 100,000) are the start, the next 0.3 · N the updates, those after them
// the queries.
#include "base/npy.h"
#include "index/segment_builder.h"
#include "index/segment_search.h"
#include "simd/dispatch.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace sokkuri;
using namespace sokkuri::index;

constexpr std::size_t kRounds = 5;
constexpr double kDeleted = 0.5;  // of the rows, over all rounds
constexpr double kUpdated = 0.3;

struct Settings {
    std::string file;
    std::size_t rows = 100'000;
    std::size_t queries = 1'000;
    std::size_t threads = 0;
};

struct Bench {
    RawRows rows;
    std::span<const float> queries;
    const simd::Kernels& kernels;
    ThreadPool& threads;

    SegmentBuild build_of(std::span<const Slot> slots) const {
        return {.metric = Metric::kCosine,
                .rows = rows,
                .slots = slots,
                .kernels = kernels,
                .threads = threads};
    }
    std::span<const float> query(std::size_t i) const {
        return queries.subspan(i * rows.dimension(), rows.dimension());
    }
};

class Timer {
 public:
    double seconds() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    }

 private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

std::vector<std::vector<Neighbor>> truth_of(const Bench& bench, const Segment& segment) {
    const SegmentQuery exact{.effort = {.kind = Effort::Kind::kExact}};
    std::vector<std::vector<Neighbor>> truth;
    for (SegmentAnswer& answer :
         search_segment(segment, bench.rows, bench.queries, exact, &bench.threads)) {
        truth.push_back(std::move(answer.neighbors));
    }
    return truth;
}

double recall_of(const Bench& bench, const Segment& segment, const Effort& effort,
                 const std::vector<std::vector<Neighbor>>& truth) {
    constexpr std::size_t kWanted = 10;
    std::size_t found = 0;
    for (std::size_t i = 0; i < truth.size(); ++i) {
        const SegmentQuery one{.vector = bench.query(i), .k = kWanted, .effort = effort};
        const auto answer = search_segment(segment, bench.rows, one, nullptr).neighbors;
        const auto hits = std::ranges::count_if(answer, [&](const Neighbor& neighbor) {
            return neighbor.distance <= truth[i][kWanted - 1].distance;
        });
        found += std::min<std::size_t>(kWanted, static_cast<std::size_t>(hits));
    }
    return static_cast<double>(found) / static_cast<double>(kWanted * truth.size());
}

/// Rows that live, and one round of changes to them.
struct Age {
    std::vector<Slot> living;
    Bitmap dead;
    Slot next = 0;  // row that the next update brings

    /// Returns the rows that came.
    std::vector<Slot> pass(std::size_t deleted, std::size_t updated, std::mt19937_64& random) {
        std::ranges::shuffle(living, random);
        for (std::size_t i = 0; i < deleted + updated; ++i) {
            dead.set(living.back());
            living.pop_back();
        }
        std::vector<Slot> came(updated);
        std::iota(came.begin(), came.end(), next);
        next += static_cast<Slot>(updated);
        living.insert(living.end(), came.begin(), came.end());
        return came;
    }
};

Result<std::shared_ptr<const Segment>> aged(const Bench& bench, std::size_t count, Age& age) {
    const SegmentImage image = TRY(build_segment(bench.build_of(age.living)));
    std::shared_ptr<const Segment> segment = TRY(image.open(bench.kernels));
    std::mt19937_64 random(1);
    const auto per_round = [&](double share) {
        return static_cast<std::size_t>(share * static_cast<double>(count / kRounds));
    };
    for (std::size_t round = 0; round < kRounds; ++round) {
        const std::vector<Slot> came = age.pass(per_round(kDeleted), per_round(kUpdated), random);
        const Timer timer;
        const MergeSource source{.segment = segment.get(), .dead = &age.dead};
        const SegmentImage merged =
            TRY(merge_segments(std::span(&source, 1), bench.build_of(came)));
        segment = TRY(merged.open(bench.kernels));
        fmt::print("round {}: {} rows live, merged in {:.1f} s\n", round + 1, age.living.size(),
                   timer.seconds());
    }
    return segment;
}

Result<void> run(const Settings& settings) {
    const NpyMatrix matrix = TRY(NpyMatrix::open(posix_file_system(), settings.file));
    const auto floats = matrix.floats();
    if (!floats) return fail(ErrorCode::kUnsupported, "{}: not float32", settings.file);
    const std::size_t dimension = matrix.columns();
    const std::size_t all =
        settings.rows + static_cast<std::size_t>(kUpdated * static_cast<double>(settings.rows));
    if (all + settings.queries > matrix.rows()) {
        return fail(ErrorCode::kInvalidArgument, "{}: {} rows, {} are needed", settings.file,
                    matrix.rows(), all + settings.queries);
    }
    ThreadPool threads(settings.threads);
    const Bench bench{RawRows::of_matrix(floats->first(all * dimension), dimension),
                      floats->subspan(all * dimension, settings.queries * dimension),
                      *TRY(simd::chosen_kernels()), threads};
    Age age{.living = std::vector<Slot>(settings.rows),
            .dead = {},
            .next = static_cast<Slot>(settings.rows)};
    std::iota(age.living.begin(), age.living.end(), 0);
    const std::shared_ptr<const Segment> old = TRY(aged(bench, settings.rows, age));

    std::ranges::sort(age.living);
    const Timer timer;
    const SegmentImage image = TRY(build_segment(bench.build_of(age.living)));
    const std::shared_ptr<const Segment> fresh = TRY(image.open(bench.kernels));
    fmt::print("built at once in {:.1f} s\n\n{:12} {:>8} {:>8}\n", timer.seconds(), "recall@10",
               "aged", "fresh");
    const auto truth = truth_of(bench, *fresh);
    const auto print = [&](const std::string& name, const Effort& effort) {
        fmt::print("{:12} {:8.4f} {:8.4f}\n", name, recall_of(bench, *old, effort, truth),
                   recall_of(bench, *fresh, effort, truth));
    };
    for (const std::size_t ef : {16, 24, 48, 64, 128}) {
        print(fmt::format("ef {}", ef), {.kind = Effort::Kind::kEf, .ef = ef});
    }
    for (const double recall : {0.9, 0.99, 0.999}) {
        print(fmt::format("asked {}", recall), {.recall = recall});
    }
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
        else if (name == "--threads")
            settings.threads = number();
        else
            settings.file = name;
    }
    const auto result = run(settings);
    if (!result) fmt::print(stderr, "{}\n", result.error().message());
    return result ? 0 : 1;
}
