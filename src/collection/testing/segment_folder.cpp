#include "collection/testing/segment_folder.h"

#include "base/check.h"
#include "index/distance.h"

#include <algorithm>

namespace sokkuri::collection::testing {

namespace {

using Kind = index::Effort::Kind;

constexpr std::size_t kClusters = 30;

std::size_t count_common(const Hits& a, const Hits& b);

}  // namespace

KeeperOptions small_keeper() {
    KeeperOptions options;
    options.limits.tail_rows_min = 100;
    options.limits.tail_rows_max = 300;
    options.limits.pause = std::chrono::milliseconds(0);
    options.build.graph_nodes_min = 200;
    options.build.calibration_queries = 60;
    return options;
}

void Oracle::put(const std::string& id, const std::vector<float>& vector) {
    const auto [entry, is_new] = records_.try_emplace(id);
    if (is_new) entry->second.number = next_number_++;
    entry->second.vector = vector;
}

Hits Oracle::nearest(const SearchRequest& request) const {
    struct Row {
        double distance;
        std::uint64_t number;
        const std::string* id;
    };
    std::vector<Row> rows;
    for (const auto& [id, record] : records_) {
        const auto& excluded = request.excluded_ids;
        if (std::find(excluded.begin(), excluded.end(), id) != excluded.end()) continue;
        const double distance = index::exact_distance(metric_, request.query, record.vector);
        if (request.distance_max && distance > *request.distance_max) continue;
        rows.push_back({distance, record.number, &id});
    }
    std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
        return a.distance != b.distance ? a.distance < b.distance : a.number < b.number;
    });
    Hits hits;
    for (std::size_t i = request.offset; i < std::min(rows.size(), request.offset + request.k);
         ++i) {
        hits.emplace_back(*rows[i].id, static_cast<float>(rows[i].distance));
    }
    return hits;
}

Vectors::Vectors(std::uint64_t seed) : random_(seed) {
    for (std::size_t i = 0; i < kClusters; ++i) {
        centers_.push_back(noise(1));
    }
}

std::vector<float> Vectors::next() {
    if (random_() % 10 == 0 && !last_.empty()) return last_;
    last_ = centers_[random_() % kClusters];
    const std::vector<float> difference = noise(0.3F);
    for (std::size_t i = 0; i < kDimension; ++i) {
        last_[i] += difference[i];
    }
    return last_;
}

std::vector<float> Vectors::noise(float size) {
    std::normal_distribution<float> normal(0, size);
    std::vector<float> values(kDimension);
    for (float& value : values) {
        value = normal(random_);
    }
    return values;
}

Hits hits_of(const SearchAnswer& answer) {
    Hits hits;
    for (const Hit& hit : answer.hits) {
        hits.emplace_back(hit.id, hit.distance);
    }
    return hits;
}

void put_some(Collection& collection, Oracle& oracle, Vectors& vectors, std::size_t count) {
    std::vector<PutRecord> records;
    for (std::size_t i = 0; i < count; ++i) {
        const std::string id = vectors.id();
        records.push_back({.id = id, .vectors = {{"picture", vectors.next()}}});
        oracle.put(id, records.back().vectors[0].values);
    }
    collection.put(records).value();
}

void remove_some(Collection& collection, Oracle& oracle, Vectors& vectors, std::size_t count) {
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < count; ++i) {
        ids.push_back(vectors.id());
        oracle.remove(ids.back());
    }
    collection.remove(ids).value();
}

std::string wrong_answer(const Collection& collection, const Oracle& oracle, Vectors& vectors,
                         Recall& recall) {
    SearchRequest request{.query = vectors.next(),
                          .k = 1 + static_cast<std::size_t>(vectors.number(30)),
                          .offset = static_cast<std::size_t>(vectors.number(3))};
    for (std::uint64_t i = vectors.number(3); i > 0; --i) {
        request.excluded_ids.push_back(vectors.id());
    }
    const Hits truth = oracle.nearest(request);
    const SearchAnswer approximate = collection.search(request).value();
    if (approximate.hits.size() != truth.size()) return "too few or too many hits";
    for (const Hit& hit : approximate.hits) {
        if (!oracle.has(hit.id)) return hit.id + ": was removed";
    }
    recall.found += count_common(hits_of(approximate), truth);
    recall.wanted += truth.size();

    request.effort.kind = Kind::kExact;
    const SearchAnswer exact = collection.search(request).value();
    if (hits_of(exact) != truth) return "not exact";
    if (exact.method.recall_expected != 1.0) return "exact, and says otherwise";
    if (truth.empty()) return "";
    request.effort = {};
    request.distance_max = static_cast<double>(truth[truth.size() / 2].second);
    const Hits near = hits_of(collection.search(request).value());
    return near == oracle.nearest(request) ? "" : "missed something within a radius";
}

std::unique_ptr<Collection> SegmentFolder::open(index::Metric metric,
                                                const KeeperOptions& keeper) const {
    auto opened = open_local_collection(
        posix_file_system(), directory(),
        {.access = LocalOptions::Access::kCreate, .search_threads = 2, .keeper = keeper});
    const FieldSpec field{.name = "picture", .dimension = kDimension, .metric = metric};
    CHECK(opened.value()->add_field(field));
    return std::move(*opened);
}

std::unique_ptr<Collection> SegmentFolder::open_for_reading() const {
    auto opened = open_local_collection(posix_file_system(), directory(), {});
    return std::move(opened.value());
}

std::vector<std::string> SegmentFolder::segment_files() const {
    std::vector<std::string> files;
    const auto entries = posix_file_system().list(segments_folder());
    if (!entries) return files;
    for (const DirectoryEntry& entry : *entries) {
        files.push_back(entry.name);
    }
    return files;
}

namespace {

std::size_t count_common(const Hits& a, const Hits& b) {
    return static_cast<std::size_t>(std::count_if(a.begin(), a.end(), [&](const auto& hit) {
        return std::find(b.begin(), b.end(), hit) != b.end();
    }));
}

}  // namespace

}  // namespace sokkuri::collection::testing
