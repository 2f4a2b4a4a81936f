// How many records a second are durable, put one by one and in batches, in this process: what the
// server and the command line stand on. Records as an indexed picture has them. For
// bench/writing.py. Prints a line of JSON for each size of batch.
//
//     bench_puts FOLDER [SECONDS [DIMENSION]]      default 5 1280; FOLDER must not exist
#include "collection/local_collection.h"
#include "latencies.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace sokkuri;
using namespace sokkuri::collection;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kBatches[] = {1, 10, 100, 1'000};
constexpr std::size_t kDocumentBytes = 300;

struct Plan {
    std::string folder;
    double seconds = 5;  // of each size of batch
    std::uint32_t dimension = 1280;
};

PutRecord record_number(std::size_t number, const Plan& plan, std::mt19937& random) {
    std::uniform_real_distribution<float> component(-1, 1);
    std::vector<float> values(plan.dimension);
    for (float& value : values) {
        value = component(random);
    }
    return {.id = fmt::format("record-{:015}", number),
            .document = fmt::format(R"({{"number":{},"text":"{}"}})", number,
                                    std::string(kDocumentBytes, 'x')),
            .vectors = {{.field = "picture", .values = std::move(values)}}};
}

Result<void> measure(Collection& collection, const Plan& plan, std::size_t batch) {
    std::mt19937 random(1);
    bench::Latencies latencies;
    std::size_t records = 0;
    double seconds = 0;
    while (seconds < plan.seconds) {
        std::vector<PutRecord> puts;
        for (std::size_t i = 0; i < batch; ++i) {
            // Ids of one size of batch lie beside those of another.
            puts.push_back(record_number(batch * 1'000'000'000 + records + i, plan, random));
        }
        const auto start = Clock::now();
        TRY(collection.put(puts));
        const auto taken = Clock::now() - start;
        latencies.add(taken);
        seconds += std::chrono::duration<double>(taken).count();
        records += batch;
    }
    fmt::print(
        "{{\"batch\":{},\"records_per_second\":{:.0f},\"megabytes_per_second\":{:.1f},{}}}\n",
        batch, static_cast<double>(records) / seconds,
        static_cast<double>(records * plan.dimension * sizeof(float)) / 1e6 / seconds,
        latencies.json(seconds));
    return {};
}

Result<void> run(const Plan& plan) {
    FileSystem& files = posix_file_system();
    if (files.status(plan.folder)) {
        return fail(ErrorCode::kAlreadyExists, "{}: exists", plan.folder);
    }
    TRY(create_directories(files, plan.folder));
    const auto collection = TRY(open_local_collection(files, plan.folder + "/.sokkuri",
                                                      {.access = LocalOptions::Access::kCreate}));
    TRY(collection->add_field({.name = "picture", .dimension = plan.dimension}));
    for (const std::size_t batch : kBatches) {
        TRY(measure(*collection, plan, batch));
    }
    return {};
}

}  // namespace

int main(int count, char** words) {
    if (count < 2) {
        std::fprintf(stderr, "usage: bench_puts FOLDER [SECONDS [DIMENSION]]\n");
        return 2;
    }
    Plan plan{.folder = words[1]};
    if (count > 2) plan.seconds = std::atof(words[2]);
    if (count > 3) plan.dimension = static_cast<std::uint32_t>(std::atoi(words[3]));
    const auto done = run(plan);
    if (done) return 0;
    std::fprintf(stderr, "bench_puts: %s\n", done.error().message().c_str());
    return 1;
}
