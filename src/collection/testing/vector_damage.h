// A small collection in memory whose vector files are about to be damaged.
#pragma once

#include "base/check.h"
#include "base/testing/memory_file_system.h"
#include "collection/testing/small_collection.h"
#include "collection/verify.h"

#include <span>
#include <string>
#include <vector>

namespace sokkuri::collection::testing {

inline constexpr const char* kDirectory = "/pictures/.sokkuri";
inline constexpr const char* kVectors = "fields/0/vectors/0000";
/// Records 24 to 31 came together; 30 was removed.
inline constexpr std::size_t kOfOneBlock[] = {24, 25, 26, 27, 28, 29, 31};
inline constexpr std::uint64_t kRowBytes = kSmallDimension * sizeof(float);

inline std::string text_of(const VerifyReport& report) {
    std::string text;
    for (const Finding& finding : report.findings) {
        text += fmt::format("{} {}: {}\n", finding.kind == Finding::Kind::kNote ? "note" : "damage",
                            finding.file, finding.what);
    }
    return text;
}

class DamagedVectors {
 protected:
    DamagedVectors() { make_small(files_, kDirectory); }

    /// One bit of the vector in that slot.
    void flip(std::size_t slot) {
        const auto chunk =
            files_.open(join_path(kDirectory, kVectors), OpenMode::kReadWrite).value();
        const std::uint64_t at = 4'096 + slot * kRowBytes + 3;
        std::byte byte{};
        CHECK(chunk->read_at(at, {&byte, 1}).value() == 1);
        byte ^= std::byte{1};
        CHECK(chunk->write_at(at, {&byte, 1}));
    }
    VerifyReport verified() {
        return verify_local_collection(files_, kDirectory, {.depth = VerifyOptions::Depth::kDeep})
            .value();
    }
    /// The vectors that make_small gave to these records, once more.
    Result<LoadOutcome> load_again(Collection& collection, std::span<const std::size_t> numbers) {
        std::vector<std::string> ids;
        std::vector<float> vectors;
        for (const std::size_t number : numbers) {
            const PutRecord record = small_record(number, number == 3 ? 1 : 0);
            ids.push_back(record.id);
            const std::vector<float>& values = record.vectors[0].values;
            vectors.insert(vectors.end(), values.begin(), values.end());
        }
        return collection.load({.field = "picture", .ids = ids, .vectors = vectors});
    }

    sokkuri::testing::MemoryFileSystem files_;
};

}  // namespace sokkuri::collection::testing
