// What tests of segments share: vectors in clusters, an oracle that knows every record, and a
// folder with a collection whose limits are so small that some hundred rows go all the ways that a
// million go. What fails on the way throws. For the tests of collection alone.
#pragma once

#include "base/testing/temporary_directory.h"
#include "collection/local_collection.h"

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace sokkuri::collection::testing {

using Hits = std::vector<std::pair<std::string, float>>;

inline constexpr std::uint32_t kDimension = 24;

KeeperOptions small_keeper();

/// Records and their numbers in the order of their first put.
class Oracle {
 public:
    explicit Oracle(index::Metric metric) : metric_(metric) {}

    void put(const std::string& id, const std::vector<float>& vector);
    void remove(const std::string& id) { records_.erase(id); }
    bool has(const std::string& id) const { return records_.contains(id); }
    std::size_t size() const { return records_.size(); }
    /// A sort of float64 distances, ties by number.
    Hits nearest(const SearchRequest& request) const;

 private:
    struct Record {
        std::uint64_t number = 0;
        std::vector<float> vector;
    };
    index::Metric metric_;
    std::map<std::string, Record> records_;
    std::uint64_t next_number_ = 0;
};

/// Vectors in clusters, every now and then the very same one.
class Vectors {
 public:
    explicit Vectors(std::uint64_t seed);

    std::vector<float> next();
    std::uint64_t number(std::uint64_t end) { return random_() % end; }
    /// One of two thousand.
    std::string id() { return "id" + std::to_string(number(2'000)); }

 private:
    std::vector<float> noise(float size);

    std::mt19937_64 random_;
    std::vector<std::vector<float>> centers_;
    std::vector<float> last_;
};

/// Found and true ones over all queries so far.
struct Recall {
    std::size_t found = 0;
    std::size_t wanted = 0;

    double share() const { return static_cast<double>(found) / static_cast<double>(wanted); }
};

Hits hits_of(const SearchAnswer& answer);

/// To both.
void put_some(Collection& collection, Oracle& oracle, Vectors& vectors, std::size_t count);
void remove_some(Collection& collection, Oracle& oracle, Vectors& vectors, std::size_t count);

/// A random query: exactly and within a radius as the oracle says; by recall so many hits as the
/// oracle has, all of living records. Empty, or what was wrong.
std::string wrong_answer(const Collection& collection, const Oracle& oracle, Vectors& vectors,
                         Recall& recall);

class SegmentFolder {
 public:
    /// Made when missing, with a field "picture".
    std::unique_ptr<Collection> open(index::Metric metric, const KeeperOptions& keeper) const;
    std::unique_ptr<Collection> open_for_reading() const;
    std::string directory() const { return folder_.path() + "/.sokkuri"; }
    std::string segments_folder() const { return directory() + "/fields/0/segments"; }
    std::vector<std::string> segment_files() const;

 private:
    sokkuri::testing::TemporaryDirectory folder_;
};

}  // namespace sokkuri::collection::testing
