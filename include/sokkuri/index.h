// sokkuri::Index: the nearest of many vectors, exactly or to a recall that you name. The whole of
// the C++ library; it needs only the standard library. docs/library.md shows it in use.
//
// Threads: any number may search, save and ask for stats while one changes the index (add, remove,
// compact; several take turns). A search sees the rows of the moment when it began and never waits
// for a change. Nothing throws. Vectors are rows of `dimension` finite floats, one after another.
// Memory: about 1.6 kB a row of 1280 floats for codes and links, beside the rows (see plan()).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#pragma GCC visibility push(default)
namespace sokkuri {

/// Numbered from 0 as they came, never used twice: at most 2^31 − 2, of 1 to 16,000 components.
using Row = std::uint32_t;

enum class Metric {
    kCosine,        // 1 − cos, from 0 to 2; a zero vector is at 1 from everything
    kL2,            // Euclidean, not squared
    kInnerProduct,  // −dot: smaller is nearer here, too
    kL1,            // sum of absolute differences; always exact
    kLinf,          // largest absolute difference; always exact
    kHamming,       // bits that differ; components are bytes, 0 to 255; always exact
};

struct Failure {
    /// kUnsupported: of another version, or SOKKURI_SIMD names what this CPU lacks.
    enum class Kind { kInvalid, kExhausted, kCorruption, kUnsupported, kIo, kCancelled, kInternal };
    Kind kind = Kind::kInvalid;
    std::string message;  // names the thing, the value and the bound
};

/// A value, or why there is none. Reading the one that is not there ends the program.
template <typename T>
class [[nodiscard]] Outcome {
 public:
    Outcome(T value) : content_(std::move(value)) {}
    Outcome(Failure failure) : content_(std::move(failure)) {}
    explicit operator bool() const noexcept { return content_.index() == 0; }
    T& operator*() noexcept { return std::get<0>(content_); }
    const T& operator*() const noexcept { return std::get<0>(content_); }
    T* operator->() noexcept { return &std::get<0>(content_); }
    const T* operator->() const noexcept { return &std::get<0>(content_); }
    const Failure& failure() const noexcept { return std::get<1>(content_); }

 private:
    std::variant<T, Failure> content_;
};
struct Done {};

/// count × dimension floats, row by row; borrowed for the length of a call.
struct RowsView {
    const float* values = nullptr;
    std::size_t count = 0;
    std::size_t dimension = 0;
};

struct Effort {
    enum class Kind { kRecall, kExact, kEf };
    Kind kind = Kind::kRecall;
    double share = 0.99;     // kRecall
    std::size_t width = 64;  // kEf
    /// Mean recall@k against an exact search, above 0, at most 1. Its width was measured at build;
    /// what no width reaches is searched exactly.
    static Effort recall(double share) { return {.share = share}; }
    /// The answer of a float64 scan of all rows, ties by row number; not its time.
    static Effort exact() { return {.kind = Kind::kExact}; }
    /// Width of the graph search, at least 1, for those who tune it themselves.
    static Effort ef(std::size_t width) { return {.kind = Kind::kEf, .width = width}; }
};

/// Rows that may be found: made once, used by any number of searches in any thread. Others (also
/// rows added later) are left out. Copies share memory.
class RowSet {
 public:
    static Outcome<RowSet> of_rows(std::span<const Row> rows);
    /// Row r is bit r mod 64 of word r div 64.
    static Outcome<RowSet> of_bits(std::span<const std::uint64_t> words);
    std::size_t count() const;

 private:
    friend class Index;
    struct Body;
    explicit RowSet(std::shared_ptr<const Body> body);
    std::shared_ptr<const Body> body_;
};

struct Search {
    std::size_t k = 10;                 // at least 1
    std::optional<Effort> effort = {};  // empty: IndexOptions::recall
    std::optional<RowSet> among = {};   // min(k, those that live) come, however few
    double distance_max = std::numeric_limits<double>::infinity();  // radius, inclusive
};

struct Neighbor {
    Row row = 0;
    double distance = 0;  // decided in float64
};

struct Answer {
    std::vector<Neighbor> neighbors;        // nearest first, ties by row
    std::optional<double> recall_expected;  // as measured at build; 1: exact; empty: not known
};

/// Its own memory, or what it was given, which then must stay as it is as long as the index.
enum class Keep { kCopy, kBorrow };

struct IndexOptions {
    Metric metric = Metric::kCosine;  // of build
    double recall = 0.99;             // of searches that ask for nothing else
    std::size_t threads = 0;          // of build, compact, exact and many; 0: as many as cores
    Keep rows = Keep::kCopy;          // of build and load; rows of a file always stay in its map
    Keep codes = Keep::kCopy;         // of load: into huge pages, or where they lie
    std::uint64_t memory_max = 0;     // bytes for codes, links and building them; 0: no limit
    std::uint64_t seed = 1;           // the same seed and rows: the same index, for any threads
    std::function<void(double share, const char* stage)> progress = nullptr;
    std::stop_token stop = {};  // of build and compact
};

/// What an index of that size will take, before it is built.
struct MemoryPlan {
    std::uint64_t row_bytes = 0;       // the float32 rows
    std::uint64_t resident_bytes = 0;  // codes and links
    std::uint64_t build_bytes = 0;     // the same at the peak of building
};

/// Recall of graph search at a width, measured at build, and the lower end of its 95 % interval.
struct Measured {
    std::size_t k = 0, ef = 0;
    double recall = 0, recall_low = 0;
};

struct IndexStats {
    std::size_t dimension = 0;
    std::size_t rows = 0;     // numbers given
    std::size_t removed = 0;  // of them
    std::size_t in_tail = 0;  // what compact() will take in: searched by scan until then
    std::uint64_t row_bytes = 0;
    std::uint64_t code_bytes = 0;       // codes and links
    std::vector<Measured> calibration;  // empty below some 2,000 rows: every search is exact
};

class Index {
 public:
    /// From any count of rows, 0 too. About 60 s for a million rows of 1280 on two cores.
    static Outcome<Index> build(const RowsView& rows, const IndexOptions& options = {});
    static MemoryPlan plan(std::size_t rows, std::size_t dimension);

    /// The number of the first one. Every search that begins afterwards finds them.
    Outcome<Row> add(const RowsView& rows);
    /// How many of them were there. Numbers that were never given are refused.
    Outcome<std::size_t> remove(std::span<const Row> rows);
    /// Takes the tail into codes and graph, and gives back what removed rows took: codes, links,
    /// and blocks of rows (some MB) of which none is left. Numbers stay.
    Outcome<Done> compact();

    Outcome<Answer> search(std::span<const float> query, const Search& search = {}) const;
    /// One answer a query; exact ones share their passes over the codes.
    Outcome<std::vector<Answer>> search_many(const RowsView& queries,
                                             const Search& search = {}) const;
    /// By the weighted mean of 1 to 64 vectors (no weights: all 1; a negative one: away from it).
    Outcome<Answer> search_mean(const RowsView& vectors, std::span<const float> weights = {},
                                const Search& search = {}) const;
    /// By the smallest distance to any of 1 to 64 vectors.
    Outcome<Answer> search_any(const RowsView& vectors, const Search& search = {}) const;
    Outcome<std::vector<float>> row(Row number) const;
    IndexStats stats() const;

    /// One file, written whole or not at all (docs/formats/index-file.md).
    Outcome<Done> save(const std::string& path) const;
    /// The same bytes in pieces; `take` returns false when it cannot go on (kIo).
    Outcome<Done> save(const std::function<bool(std::span<const std::byte>)>& take) const;
    /// Everything is checked before it is believed: O(bytes). A file must not change afterwards.
    static Outcome<Index> load(const std::string& path, const IndexOptions& options = {});
    static Outcome<Index> load(std::span<const std::byte> bytes, const IndexOptions& options = {});

    Index(Index&& other) noexcept;
    Index& operator=(Index&& other) noexcept;
    ~Index();

 private:
    struct Body;
    explicit Index(std::unique_ptr<Body> body);
    std::unique_ptr<Body> body_;
};

}  // namespace sokkuri
#pragma GCC visibility pop
