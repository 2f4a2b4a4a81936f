// Each format, written here byte by byte as its makers write it, must give back the rows that went
// in, from any place on, in pieces of any size; and no cut-off or flipped byte may do more than
// give an error or other numbers.
#include "service/vector_source.h"

#include "base/npy.h"
#include "base/testing/memory_file_system.h"

#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <functional>
#include <map>
#include <random>
#include <span>

namespace sokkuri::service {
namespace {

using testing::MemoryFileSystem;

constexpr std::uint32_t kDimension = 5;
constexpr std::size_t kRows = 23;

/// What a source must say.
struct Expected {
    std::vector<std::uint64_t> numbers;
    std::vector<std::string> ids;
    std::vector<float> vectors;
    std::vector<std::string> documents;

    bool operator==(const Expected&) const = default;
};

std::vector<float> row_of(std::uint64_t number) {
    std::vector<float> row(kDimension);
    for (std::size_t i = 0; i < row.size(); ++i) {
        row[i] = static_cast<float>((number * 7 + i * 3) % 32);
    }
    return row;
}

void add_row(Expected& expected, std::uint64_t number) {
    const std::vector<float> row = row_of(number);
    expected.numbers.push_back(number);
    expected.vectors.insert(expected.vectors.end(), row.begin(), row.end());
}

Expected plain_rows() {
    Expected expected;
    for (std::uint64_t number = 0; number < kRows; ++number) {
        add_row(expected, number);
    }
    return expected;
}

template <typename T>
void append(std::string& bytes, T value) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

template <typename T>
void append_big(std::string& bytes, T value) {
    std::string little;
    append(little, value);
    bytes.append(little.rbegin(), little.rend());
}

void write(FileSystem& files, const std::string& path, std::string_view bytes) {
    const auto written = replace_file(files, path, std::as_bytes(std::span(bytes)));
    ASSERT_TRUE(written) << written.error().message();
}

/// Some files, how they are opened, and what is in them.
struct Made {
    std::map<std::string, std::string> files;
    SourceFile source;
    Expected expected;
};

Made made_npy() {
    Made made{.source = {.path = "/a.npy"}, .expected = plain_rows()};
    std::string& bytes = made.files["/a.npy"];
    bytes = npy_header("<f4", std::array<std::uint64_t, 2>{kRows, kDimension});
    for (const float value : made.expected.vectors) {
        append(bytes, value);
    }
    return made;
}

Made made_shard() {
    Made made{.source = {.path = "/0000.features.npy"}, .expected = plain_rows()};
    std::string& bytes = made.files["/0000.features.npy"];
    bytes = npy_header("<f8", std::array<std::uint64_t, 2>{kRows, kDimension});
    for (const float value : made.expected.vectors) {
        append(bytes, static_cast<double>(value));
    }
    std::string& ids = made.files["/0000.object_ids.npy"];
    ids = npy_header("<U4", std::array<std::uint64_t, 1>{kRows});
    for (std::uint64_t number = 0; number < kRows; ++number) {
        // A letter of three bytes of UTF-8, one of two, one of four: no two ids alike.
        const std::array<std::uint32_t, 4> points = {
            0x3042, 0xe9, 0x1f600 + static_cast<std::uint32_t>(number), number % 2 == 0 ? 0U : 'x'};
        for (const std::uint32_t point : points) {
            append(ids, point);
        }
        made.expected.ids.push_back(fmt::format(
            "あé\xf0\x9f\x98{}{}", static_cast<char>(0x80 + number), number % 2 == 0 ? "" : "x"));
    }
    return made;
}

Made made_fvecs() {
    Made made{.source = {.path = "/a.fvecs"}, .expected = plain_rows()};
    std::string& bytes = made.files["/a.fvecs"];
    for (std::uint64_t number = 0; number < kRows; ++number) {
        append(bytes, std::int32_t{kDimension});
        for (const float value : row_of(number)) {
            append(bytes, value);
        }
    }
    return made;
}

Made made_bvecs() {
    Made made{.source = {.path = "/a.bvecs"}, .expected = plain_rows()};
    std::string& bytes = made.files["/a.bvecs"];
    for (std::uint64_t number = 0; number < kRows; ++number) {
        append(bytes, std::int32_t{kDimension});
        for (const float value : row_of(number)) {
            append(bytes, static_cast<std::uint8_t>(value));
        }
    }
    return made;
}

Made made_raw() {
    Made made{.source = {.path = "/fvecs.bin", .rows = kRows}, .expected = plain_rows()};
    for (const float value : made.expected.vectors) {
        append(made.files["/fvecs.bin"], value);
    }
    return made;
}

Made made_ndjson() {
    Made made{.source = {.path = "/a.ndjson"}, .expected = plain_rows()};
    for (std::uint64_t number = 0; number < kRows; ++number) {
        const std::string document =
            number % 3 == 0 ? "" : fmt::format(R"({{ "z":1.50, "a":[{}]}})", number);
        const std::string id = number % 2 == 0 ? fmt::format("{}", number) : "r\\u0041";
        made.files["/a.ndjson"] +=
            fmt::format(R"({{"vector":[{}],{} "id":{}{}{}}})", fmt::join(row_of(number), ","), " ",
                        number % 2 == 0 ? id : "\"" + id + fmt::format("{}\"", number),
                        document.empty() ? "" : ",\"document\": ", document);
        made.files["/a.ndjson"] += number % 5 == 0 ? "\r\n\n" : "\n";
        made.expected.ids.push_back(number % 2 == 0 ? id : fmt::format("rA{}", number));
        made.expected.documents.push_back(document);
    }
    return made;
}

/// Items, two of them never given; then a node of a tree, and the root.
Made made_annoy() {
    Made made{.source = {.path = "/a.ann", .dimension = kDimension}};
    std::string& bytes = made.files["/a.ann"];
    for (std::uint64_t number = 0; number < kRows; ++number) {
        const bool is_given = number != 3 && number != kRows - 2;
        append(bytes, std::int32_t{is_given ? 1 : 0});
        append(bytes, is_given ? 2.5F : 0.0F);
        append(bytes, std::int32_t{0});
        for (const float value : row_of(number)) {
            append(bytes, is_given ? value : 0.0F);
        }
        if (is_given) add_row(made.expected, number);
    }
    for (const std::int32_t descendants : {9, 14, static_cast<std::int32_t>(kRows)}) {
        append(bytes, descendants);
        for (std::size_t i = 0; i < 2 + kDimension; ++i) {
            append(bytes, static_cast<std::int32_t>(i));
        }
    }
    return made;
}

Made made_gannoy_tree() {
    Made made{.source = {.path = "/shop.tree"}};
    constexpr std::int32_t kTrees = 2;
    std::string& meta = made.files["/shop.meta"];
    for (const std::int32_t number : {kTrees, static_cast<std::int32_t>(kDimension), 4, 7, 9}) {
        append_big(meta, number);
    }
    std::string& bytes = made.files["/shop.tree"];
    for (std::uint64_t number = 0; number < kRows; ++number) {
        const bool is_free = number == 4;
        const bool is_leaf = number % 6 != 5;
        bytes += is_free ? '\x01' : '\0';
        append_big(bytes, std::int32_t{is_leaf ? 1 : 3});
        append_big(bytes, static_cast<std::int32_t>(1'000 + number));
        for (std::int32_t i = 0; i < kTrees + 2; ++i) {
            append_big(bytes, i);
        }
        for (const float value : row_of(number)) {
            append_big(bytes, std::bit_cast<std::uint64_t>(static_cast<double>(value)));
        }
        if (is_free || !is_leaf) continue;
        add_row(made.expected, number);
        made.expected.ids.push_back(fmt::format("{}", 1'000 + number));
    }
    return made;
}

/// Object 0 is never one; one was removed, one has lost its key.
Made made_gannoy_ngt() {
    Made made{.source = {.path = "/hoge"}};
    made.files["/hoge/prf"] = fmt::format(
        "DatabaseType\tMemory\nDimension\t{}\nDistanceType\tAngle\nObjectType\tFloat-4\n",
        kDimension);
    made.files["/hoge/tre"] = "";
    made.files["/hoge/grp"] = "";
    std::string& bytes = made.files["/hoge/obj"];
    append(bytes, std::uint64_t{kRows});
    for (std::uint64_t number = 0; number < kRows; ++number) {
        const bool is_there = number != 0 && number != 7;
        bytes += is_there ? '+' : '-';
        if (!is_there) continue;
        for (const float value : row_of(number)) {
            append(bytes, value);
        }
        if (number == 9) continue;
        made.files["/hoge.map"] += fmt::format("{},{}\n", 500 + number, number);
        add_row(made.expected, number);
        made.expected.ids.push_back(fmt::format("{}", 500 + number));
    }
    return made;
}

std::vector<Made> all_made() {
    return {made_npy(),    made_shard(), made_fvecs(),       made_bvecs(),     made_raw(),
            made_ndjson(), made_annoy(), made_gannoy_tree(), made_gannoy_ngt()};
}

void write_all(FileSystem& files, const Made& made) {
    ASSERT_TRUE(create_directories(files, "/hoge"));
    for (const auto& [path, bytes] : made.files) {
        write(files, path, bytes);
    }
}

/// From `position` on, with what lies before left out.
Result<Expected> read_from(VectorSource& source, std::uint64_t position, std::size_t rows_max) {
    TRY(source.seek(position));
    Expected read;
    for (;;) {
        SourceRows rows = TRY(source.next(rows_max));
        EXPECT_LE(rows.size(), rows_max);
        EXPECT_EQ(rows.vectors.size(), rows.size() * source.dimension());
        EXPECT_TRUE(rows.ids.empty() || rows.ids.size() == rows.size());
        EXPECT_TRUE(rows.documents.empty() || rows.documents.size() == rows.size());
        if (rows.size() == 0) return read;
        const auto add = [](auto& all, auto& more) {
            all.insert(all.end(), more.begin(), more.end());
        };
        add(read.numbers, rows.numbers);
        add(read.ids, rows.ids);
        add(read.vectors, rows.vectors);
        add(read.documents, rows.documents);
    }
}

TEST(VectorSource, GivesBackTheRowsOfEveryFormat) {
    for (const Made& made : all_made()) {
        SCOPED_TRACE(made.source.path);
        MemoryFileSystem files;
        write_all(files, made);
        const auto source = open_vector_source(files, made.source);
        ASSERT_TRUE(source) << source.error().message();
        EXPECT_EQ((*source)->dimension(), kDimension);
        EXPECT_EQ((*source)->has_ids(), !made.expected.ids.empty());
        for (const std::size_t rows_max : {1U, 4U, 1'000U}) {
            const auto read = read_from(**source, 0, rows_max);
            ASSERT_TRUE(read) << read.error().message();
            EXPECT_EQ(read->ids, made.expected.ids);
            EXPECT_EQ(read->vectors, made.expected.vectors);
            EXPECT_EQ(read->documents, made.expected.documents);
            EXPECT_EQ((*source)->position(), (*source)->end());
        }
    }
}

TEST(VectorSource, GoesOnWhereItWas) {
    for (const Made& made : all_made()) {
        SCOPED_TRACE(made.source.path);
        MemoryFileSystem files;
        write_all(files, made);
        auto source = std::move(*open_vector_source(files, made.source));
        const std::size_t first = source->next(6)->size();
        const std::uint64_t position = source->position();
        auto anew = std::move(*open_vector_source(files, made.source));
        const auto rest = read_from(*anew, position, 4);
        ASSERT_TRUE(rest) << rest.error().message();
        const auto expected = std::vector<float>(
            made.expected.vectors.begin() + static_cast<std::ptrdiff_t>(first * kDimension),
            made.expected.vectors.end());
        EXPECT_EQ(rest->vectors, expected);
        EXPECT_FALSE(source->seek(source->end() + 1));
    }
}

/// Opens and reads all; whatever comes of it.
void read_whatever(const Made& made) {
    MemoryFileSystem files;
    write_all(files, made);
    auto source = open_vector_source(files, made.source);
    if (!source) {
        EXPECT_FALSE(source.error().message().empty());
        return;
    }
    std::size_t rows = 0;
    for (;;) {
        const auto read = (*source)->next(7);
        if (!read) return;
        if (read->size() == 0) break;
        rows += read->size();
        ASSERT_LE(rows, 100'000U);
    }
}

TEST(VectorSource, SurvivesCutOffAndFlippedBytes) {
    std::mt19937 random(11);
    for (const Made& made : all_made()) {
        SCOPED_TRACE(made.source.path);
        for (const auto& [path, bytes] : made.files) {
            for (int round = 0; round < 60 && !bytes.empty(); ++round) {
                Made broken = made;
                std::string& changed = broken.files[path];
                // Mostly where headers are.
                const std::size_t at =
                    random() %
                    (round % 2 == 0 ? std::min<std::size_t>(bytes.size(), 40) : bytes.size());
                if (round % 3 == 0) {
                    changed.resize(at);
                } else {
                    changed[at] = static_cast<char>(random());
                }
                read_whatever(broken);
            }
            Made missing = made;
            missing.files.erase(path);
            read_whatever(missing);
        }
    }
}

TEST(VectorSource, SaysWhatIsMissing) {
    MemoryFileSystem files;
    write(files, "/a.xyz", "1");
    write(files, "/a.f32", std::string(40, 'x'));
    write(files, "/a.ann", std::string(64, '\0'));
    const auto message = [&](const SourceFile& file) {
        const auto source = open_vector_source(files, file);
        return source ? std::string() : source.error().message();
    };
    EXPECT_NE(message({.path = "/a.xyz"}).find("npy, fvecs"), std::string::npos);
    EXPECT_NE(message({.path = "/a.f32"}).find("dimension"), std::string::npos);
    EXPECT_NE(message({.path = "/a.f32", .dimension = 3}).find("whole number"), std::string::npos);
    EXPECT_NE(message({.path = "/a.ann"}).find("dimension"), std::string::npos);
    EXPECT_NE(message({.path = "/a.ann", .dimension = 13}).find("Annoy"), std::string::npos);
}

}  // namespace
}  // namespace sokkuri::service
