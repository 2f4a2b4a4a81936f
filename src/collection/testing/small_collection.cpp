#include "collection/testing/small_collection.h"

#include "base/check.h"
#include "collection/verify.h"

#include <fmt/format.h>

#include <cmath>

namespace sokkuri::collection::testing {

namespace {

constexpr std::size_t kFirstRecords = 24;  // sealed
constexpr std::size_t kRecords = 40;

std::string found_by(const Collection& collection, std::size_t query);

}  // namespace

PutRecord small_record(std::size_t number, std::size_t round) {
    PutRecord record;
    record.id = fmt::format("record-{}", number);
    record.document =
        fmt::format(R"({{"number": {}, "round": {}, "name": "そっくり"}})", number, round);
    std::vector<float> values;
    for (std::uint32_t i = 0; i < kSmallDimension; ++i) {
        const auto seed = static_cast<double>(number * kSmallDimension + i + 1'000 * round);
        values.push_back(static_cast<float>(std::sin(seed * 12.9898)));
    }
    record.vectors = {{.field = "picture", .values = std::move(values)}};
    return record;
}

std::unique_ptr<Collection> open_small(FileSystem& files, const std::string& directory) {
    LocalOptions options{.access = LocalOptions::Access::kCreate, .search_threads = 1};
    options.keeper.limits.tail_rows_min = 16;
    options.keeper.threads = 1;
    auto collection = open_local_collection(files, directory, options).value();
    const auto added = collection->add_field(
        {.name = "picture", .dimension = kSmallDimension, .metric = index::Metric::kL2});
    CHECK(added.has_value());
    return collection;
}

void make_small(FileSystem& files, const std::string& directory) {
    const auto collection = open_small(files, directory);
    std::vector<PutRecord> records;
    for (std::size_t number = 0; number < kFirstRecords; ++number) {
        records.push_back(small_record(number));
    }
    CHECK(collection->put(records).has_value());
    CHECK(collection->optimize({}).has_value());
    records.clear();
    for (std::size_t number = kFirstRecords; number < kRecords; ++number) {
        records.push_back(small_record(number));
    }
    // One that is sealed gets another vector, one another document, two go.
    records.push_back(small_record(3, 1));
    CHECK(collection->put(std::span(records).first(8)).has_value());
    CHECK(collection->put(std::span(records).subspan(8)).has_value());
    const PutRecord document{.id = "record-4", .document = "{}"};
    CHECK(collection->put_documents({&document, 1}).has_value());
    const std::vector<std::string> gone{"record-5", "record-30"};
    CHECK(collection->remove(gone).value() == gone.size());
}

std::string everything_in(FileSystem& files, const std::string& directory) {
    const auto collection = open_local_collection(files, directory, {.search_threads = 1}).value();
    std::string all;
    const auto scanned = collection->scan({.field = "picture"}, [&](const ScannedRecord& row) {
        all += fmt::format("{} {} {}", row.record.id, row.record.document, row.record.version);
        for (const float value : row.vector) {
            all += fmt::format(" {}", value);
        }
        all += '\n';
        return true;
    });
    CHECK(scanned.has_value());
    for (const std::size_t query : {0U, 7U, 33U}) {
        all += found_by(*collection, query);
    }
    return all;
}

bool is_whole(FileSystem& files, const std::string& directory) {
    const auto report =
        verify_local_collection(files, directory, {.depth = VerifyOptions::Depth::kDeep});
    return report && report->is_whole() && report->findings.empty();
}

std::vector<std::string> files_below(const FileSystem& files, const std::string& directory) {
    std::vector<std::string> found;
    std::vector<std::string> folders{""};
    while (!folders.empty()) {
        const std::string folder = std::move(folders.back());
        folders.pop_back();
        const auto entries = files.list(folder.empty() ? directory : join_path(directory, folder));
        for (const DirectoryEntry& entry : entries.value_or(std::vector<DirectoryEntry>())) {
            const std::string name = join_path(folder, entry.name);
            if (entry.kind == FileKind::kDirectory) folders.push_back(name);
            const bool is_passing =
                name == "lock" || name.ends_with("-wal") || name.ends_with("-shm");
            if (entry.kind == FileKind::kRegular && !is_passing) found.push_back(name);
        }
    }
    return found;
}

namespace {

std::string found_by(const Collection& collection, std::size_t query) {
    SearchRequest request;
    request.field = "picture";
    request.query = small_record(query, 7).vectors[0].values;
    request.k = 12;
    const SearchAnswer answer = collection.search(request).value();
    std::string found = fmt::format("query {}:", query);
    for (const auto& hit : answer.hits) {
        found += fmt::format(" {} {}", hit.id, hit.distance);
    }
    return found + "\n";
}

}  // namespace

}  // namespace sokkuri::collection::testing
