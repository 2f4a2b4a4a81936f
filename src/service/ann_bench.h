// AnnBench: builds the vector index over a matrix, searches it at several settings, and says what
// that cost and how good the answers were, measured against its own exact search. The recipe behind
// `sokkuri bench ann`; nothing is kept of the index.
#pragma once

#include "base/file_system.h"
#include "base/result.h"
#include "index/effort.h"
#include "index/metric.h"
#include "index/segment.h"
#include "service/ann_timing.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace sokkuri::service {

struct AnnBenchRequest {
    std::string base_file;     // .npy, rows × dimension
    std::string queries_file;  // .npy, queries × dimension
    index::Metric metric = index::Metric::kCosine;
    std::size_t k = 10;
    std::size_t threads = 1;        // of searches
    std::size_t build_threads = 1;  // and of reading the rows and finding the exact answers
    std::vector<index::Effort> efforts;
    AnnCalls calls = AnnCalls::kSingle;
    std::optional<double> filter_fraction;  // in (0, 1]: of the rows, at random, may be returned
    std::uint64_t seed = 1;                 // of the index and of the filter
    std::string ids_file;  // .npy, int64 [settings, queries, k], -1 where there are fewer; empty:
                           // not written
    std::function<void(double share, std::string_view stage)> progress = nullptr;
    std::stop_token stop;

    Result<void> validate() const;
};

struct AnnSetting {
    index::Effort effort;
    double recall =
        0;  // mean over queries; a returned row that is exactly as far as the k-th counts
    double queries_per_second = 0;  // of the best run (ann_timing.h), as are the latencies
    double p50_ms = 0;
    double p99_ms = 0;
    std::size_t ef = 0;                     // of the first query's search; 0: exact
    std::optional<double> recall_expected;  // by calibration, of the first query
};

struct AnnBenchReport {
    std::size_t rows = 0;
    std::size_t dimension = 0;
    std::size_t queries = 0;
    std::size_t allowed_rows = 0;  // by the filter
    std::string kernels;
    double load_s = 0;                 // reading and checking the rows
    double build_s = 0;                // from rows in memory to the first search
    double truth_s = 0;                // the exact answers
    std::uint64_t index_bytes = 0;     // codes and links: resident, rows are not
    std::uint64_t peak_bytes = 0;      // resident at most, with the mapped rows
    std::uint64_t peak_own_bytes = 0;  // the same without them
    std::vector<AnnSetting> settings;  // in the order of the request
    std::vector<index::CalibrationPoint> calibration;

    double bytes_per_vector() const {
        return rows == 0 ? 0 : static_cast<double>(index_bytes) / static_cast<double>(rows);
    }
};

/// kInvalidArgument names what is wrong with a request or a file: dimensions that differ, no rows,
/// numbers that are not finite. k beyond the rows is no error: fewer come.
Result<AnnBenchReport> bench_ann(FileSystem& files, const AnnBenchRequest& request);

}  // namespace sokkuri::service
