// Import and export through a library on disk: what goes in comes out bit by bit in every format,
// documents and ids included; a run that is stopped is gone on with; what does not fit is refused
// before a row is written.
#include "service/import.h"

#include "base/npy.h"
#include "base/testing/temporary_directory.h"
#include "service/export.h"
#include "service/npy_file.h"
#include "service/opened_picture.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <random>
#include <span>

namespace sokkuri::service {
namespace {

constexpr std::uint32_t kDimension = 6;

struct Item {
    std::string document;
    std::vector<float> vector;

    bool operator==(const Item&) const = default;
};
using Items = std::map<std::string, Item>;

class Import : public ::testing::Test {
 protected:
    std::string path(const std::string& name) const { return folder_.path() + "/" + name; }
    FileSystem& files() { return posix_file_system(); }

    Library open(const std::string& name) {
        EXPECT_TRUE(create_directories(files(), path(name)));
        auto library = Library::open(files(), path(name), "", LibraryAccess::kWrite);
        EXPECT_TRUE(library) << library.error().message();
        return std::move(*library);
    }
    void write(const std::string& name, std::string_view text) {
        ASSERT_TRUE(replace_file(files(), path(name), std::as_bytes(std::span(text))));
    }
    void write_npy(const std::string& name, std::span<const float> vectors) {
        auto file = NpyFile::create(files(), path(name), kDimension);
        for (std::size_t at = 0; at < vectors.size(); at += kDimension) {
            ASSERT_TRUE(file->append(vectors.subspan(at, kDimension)));
        }
        ASSERT_TRUE(file->finish());
    }
    ImportReport import(const Library& library, const ImportRequest& request) {
        const auto report = import_vectors(library, request, nullptr, {});
        EXPECT_TRUE(report) << report.error().message();
        return report.value_or(ImportReport{});
    }
    std::string refusal(const Library& library, const ImportRequest& request) {
        const auto report = import_vectors(library, request, nullptr, {});
        return report ? std::string() : report.error().message();
    }

    testing::TemporaryDirectory folder_;
};

/// Also values that are easily lost: −0, the smallest, the largest, ones that decimals round.
std::vector<float> random_rows(std::size_t rows, std::uint32_t seed) {
    std::mt19937 random(seed);
    std::vector<float> values(rows * kDimension);
    for (float& value : values) {
        value = std::ldexp(static_cast<float>(random() % 16'777'216),
                           static_cast<int>(random() % 40) - 50);
        if (random() % 20 == 0) value = -0.0F;
        if (random() % 50 == 0) value = std::numeric_limits<float>::denorm_min();
        if (random() % 50 == 0) value = -std::numeric_limits<float>::max();
    }
    return values;
}

/// As bits: −0 is not 0.
Items items_of(const Library& library) {
    Items items;
    const auto scanned = library.collection().scan({}, [&](const auto& scanned_record) {
        std::vector<float> vector(scanned_record.vector.begin(), scanned_record.vector.end());
        for (float& value : vector) {
            if (std::signbit(value) && value == 0) value = 12345.0F;
        }
        items[scanned_record.record.id] = {scanned_record.record.document, vector};
        return true;
    });
    EXPECT_TRUE(scanned) << scanned.error().message();
    return items;
}

std::string documents_of(std::size_t rows) {
    std::string lines;
    for (std::size_t row = 0; row < rows; ++row) {
        lines += fmt::format(
            "{{ \"id\":\"item {}\",\"price\" : {}.50,\"id\":7,\"tags\":[\"あ\",-1e{}]}}\n", row,
            row, row);
    }
    return lines;
}

std::string ids_of(std::size_t rows) {
    std::string lines;
    for (std::size_t row = 0; row < rows; ++row) {
        lines += fmt::format("item {}\n", row);
    }
    return lines;
}

TEST_F(Import, VectorsInsideDocumentsComeBackBitByBit) {
    constexpr std::size_t kRows = 50;
    const auto add_fields = [](const Library& library) {
        for (const char* name : {"own", "crop"})
            ASSERT_TRUE(library.collection().add_field({.name = name, .dimension = kDimension}));
    };
    write_npy("own.npy", random_rows(kRows, 5));
    const std::vector<float> crops = random_rows(kRows, 6);
    Library first = open("first");
    add_fields(first);
    std::string ids;
    for (std::size_t i = 0; i < kRows; ++i)
        ids += fmt::format("item {}\n", i);
    write("ids.txt", ids);
    import(first,
           {.from = {.files = {path("own.npy")}, .ids_file = path("ids.txt")}, .field = "own"});
    std::vector<collection::PutVectors> puts;
    for (std::size_t i = 0; i < kRows; i += 2) {
        const auto row = std::span(crops).subspan(i * kDimension, kDimension);
        puts.push_back({.id = fmt::format("item {}", i),
                        .vectors = {{.field = "crop", .values = {row.begin(), row.end()}}}});
    }
    ASSERT_TRUE(first.collection().put_vectors(puts));
    ASSERT_TRUE(export_vectors(first, {.field = "own",
                                       .npy_file = path("out.npy"),
                                       .ids_file = path("out.txt"),
                                       .metadata_file = path("out.jsonl"),
                                       .vectors_in_documents = true}));
    Library second = open("second");
    add_fields(second);
    const ImportReport report =
        import(second, {.from = {.files = {path("out.npy")}, .ids_file = path("out.txt")},
                        .metadata_file = path("out.jsonl"),
                        .field = "own"});
    EXPECT_EQ(report.outcome.created, kRows);
    for (std::size_t i = 0; i < kRows; ++i) {
        const std::string id = fmt::format("item {}", i);
        const auto crop = second.collection().vector_of(id, "crop");
        ASSERT_EQ(crop.has_value(), i % 2 == 0);
        EXPECT_EQ(second.collection().get(std::span(&id, 1))->front()->document, "{}");
        if (!crop) continue;
        const auto row = std::span(crops).subspan(i * kDimension, kDimension);
        EXPECT_EQ(std::memcmp(crop->data(), row.data(), row.size_bytes()), 0);
    }
}

/// "a0", "a1", … as NumPy keeps them.
std::string id_array(std::size_t rows, char first) {
    constexpr std::size_t kCharacters = 4;
    std::string bytes =
        npy_header(fmt::format("<U{}", kCharacters), std::array<std::uint64_t, 1>{rows});
    for (std::size_t row = 0; row < rows; ++row) {
        const std::string id = fmt::format("{}{}", first, row);
        for (std::size_t i = 0; i < kCharacters; ++i) {
            bytes += i < id.size() ? id[i] : '\0';
            bytes.append(3, '\0');
        }
    }
    return bytes;
}

TEST_F(Import, TakesAMatrixWithIdsAndDocuments) {
    const std::vector<float> vectors = random_rows(50, 1);
    write_npy("v.npy", vectors);
    write("ids.txt", ids_of(50));
    write("meta.jsonl", documents_of(55));
    const Library library = open("shop");
    const ImportReport report =
        import(library, {.from = {.files = {path("v.npy")}, .ids_file = path("ids.txt")},
                         .metadata_file = path("meta.jsonl"),
                         .batch_bytes = 7 * kDimension * sizeof(float)});
    EXPECT_EQ(report.rows, 50U);
    EXPECT_EQ(report.outcome.created, 50U);
    EXPECT_EQ(report.documents, 50U);
    EXPECT_EQ(report.unmatched, 5U);
    const auto vector = library.collection().vector_of("item 7", kPictureField);
    ASSERT_TRUE(vector) << vector.error().message();
    EXPECT_TRUE(std::equal(vector->begin(), vector->end(), vectors.begin() + 7 * kDimension));
    EXPECT_EQ(items_of(library)["item 7"].document,
              R"({ "price" : 7.50,"id":7,"tags":["あ",-1e7]})");
    const ImportReport again =
        import(library, {.from = {.files = {path("v.npy")}, .ids_file = path("ids.txt")}});
    EXPECT_EQ(again.outcome.unchanged, 50U);
    EXPECT_EQ(again.resumed, 0U);
}

TEST_F(Import, EveryFormatComesBackBitByBit) {
    const std::size_t rows = kShardRows + 40;
    write_npy("v.npy", random_rows(rows, 2));
    write("ids.txt", ids_of(rows));
    write("meta.jsonl", documents_of(rows));
    const Library library = open("first");
    import(library, {.from = {.files = {path("v.npy")}, .ids_file = path("ids.txt")},
                     .metadata_file = path("meta.jsonl")});
    const ExportRequest request{.npy_file = path("o.npy"),
                                .fvecs_file = path("o.fvecs"),
                                .raw_file = path("o.f32"),
                                .ndjson_file = path("o.ndjson"),
                                .shards_folder = path("shards"),
                                .ids_file = path("o.txt"),
                                .metadata_file = path("o.jsonl")};
    const auto report = export_vectors(library, request);
    ASSERT_TRUE(report) << report.error().message();
    EXPECT_EQ(report->rows, rows);
    ASSERT_TRUE(export_vectors(library, {.ids_file = path("o.ids.npy")}));
    const Items expected = items_of(library);
    ASSERT_EQ(expected.size(), rows);
    const std::vector<std::vector<std::string>> imports = {
        {"o.npy", "o.txt"}, {"o.fvecs", "o.ids.npy"}, {"o.f32", "o.txt"}, {"o.ndjson", ""}};
    for (const auto& names : imports) {
        SCOPED_TRACE(names.front());
        const Library other = open("from " + names.front());
        ImportRequest back{.from = {.files = {path(names.front())}}};
        if (!names.back().empty()) back.from.ids_file = path(names.back());
        if (!names.back().empty()) back.metadata_file = path("o.jsonl");
        import(other, back);
        EXPECT_TRUE(items_of(other) == expected);
    }
    const Library other = open("from shards");
    import(other, {.from = {.files =
                            { path("shards/0000.features.npy"),
                              path("shards/0001.features.npy") }},
                   .metadata_file = path("o.jsonl")});
    EXPECT_TRUE(items_of(other) == expected);
}

TEST_F(Import, GoesOnWhereItWasStopped) {
    const std::size_t rows = 100;
    write_npy("v.npy", random_rows(rows, 3));
    write_npy("w.npy", random_rows(rows, 4));
    const Library library = open("shop");
    const ImportRequest request{.from = {.files = {path("v.npy"), path("w.npy")}},
                                .batch_bytes = 8 * kDimension * sizeof(float)};
    std::uint64_t done = 0;
    for (int run = 0; run < 50 && done < 2 * rows; ++run) {
        std::stop_source stop;
        std::size_t batches = 0;
        const auto count = [&](const ImportProgress&) {
            if (++batches == 3) stop.request_stop();
        };
        const auto report = import_vectors(library, request, count, stop.get_token());
        ASSERT_TRUE(report) << report.error().message();
        EXPECT_EQ(report->resumed, done);
        EXPECT_EQ(report->outcome.created, report->rows - report->resumed);
        EXPECT_EQ(report->was_interrupted, report->rows < 2 * rows || batches == 3);
        done = report->rows;
    }
    EXPECT_EQ(done, 2 * rows);
    const Library whole = open("whole");
    import(whole, request);
    EXPECT_TRUE(items_of(whole) == items_of(library));
    EXPECT_TRUE(items_of(library).contains("199"));
}

TEST_F(Import, BeginsAnewWhereTheFieldOrAFileIsAnother) {
    write_npy("0.features.npy", random_rows(40, 7));
    write("0.object_ids.npy", id_array(40, 'a'));
    const ImportRequest request{.from = {.files = {path("0.features.npy")}},
                                .batch_bytes = 8 * kDimension * sizeof(float)};
    const auto stopped_after_one = [&](const Library& library) {
        std::stop_source stop;
        const auto report = import_vectors(
            library, request, [&](const ImportProgress&) { stop.request_stop(); },
            stop.get_token());
        EXPECT_TRUE(report && report->was_interrupted && report->rows == 8);
    };
    const Library library = open("shop");
    stopped_after_one(library);
    ASSERT_TRUE(library.collection().drop_field(kPictureField));
    EXPECT_EQ(import(library, request).resumed, 0U);
    EXPECT_TRUE(library.collection().vector_of("a0", kPictureField));
    const Library other = open("other");
    stopped_after_one(other);
    write("0.object_ids.npy", id_array(40, 'b'));
    EXPECT_EQ(import(other, request).resumed, 0U) << "its rows are called otherwise";
    EXPECT_TRUE(other.collection().vector_of("b0", kPictureField));
}

TEST_F(Import, RefusesTheNameOfAFieldThatModelSwitchesUse) {
    write_npy("v.npy", random_rows(1, 8));
    const Library library = open("shop");
    EXPECT_NE(refusal(library, {.from = {.files = {path("v.npy")}}, .field = "picture-next"})
                  .find("-next"),
              std::string::npos);
}

TEST_F(Import, ADocumentsPathLeadsNowhereWhereThereIsNoFolder) {
    ASSERT_TRUE(create_directories(files(), path("home")));
    const Library library =
        Library::open(files(), {.folder = path("home"), .pictures = PictureSource::kAsMade},
                      {.access = LibraryAccess::kWrite})
            .value();
    ASSERT_TRUE(library.folder().empty());
    write("v.ndjson", "{\"id\":\"a\",\"vector\":[1,2],\"document\":{\"path\":\"" +
                          path("v.ndjson").substr(1) + "\"}}");
    import(library, {.from = {.files = { path("v.ndjson") } }});
    const auto opened = open_picture(library, "a");
    ASSERT_FALSE(opened);
    EXPECT_NE(opened.error().message().find("without a folder"), std::string::npos)
        << opened.error().message();
}

TEST_F(Import, ShardsOfTwoExportsNeverMix) {
    const Library library = open("shop");
    write_npy("v.npy", random_rows(3, 9));
    import(library, {.from = {.files = { path("v.npy") } }});
    ASSERT_TRUE(create_directories(files(), path("shards")));
    write("shards/0007.features.npy", "of another export");
    const auto refused = export_vectors(library, {.shards_folder = path("shards")});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kAlreadyExists);
    EXPECT_NE(refused.error().message().find("0007.features.npy"), std::string::npos);
    EXPECT_FALSE(files().status(path("shards/0000.features.npy")));
}

TEST_F(Import, FindsDocumentsInAnyOrder) {
    const std::size_t rows = 300;
    write_npy("v.npy", random_rows(rows, 5));
    std::string lines;
    for (std::size_t row = rows; row-- > 0;) {
        lines += fmt::format("{},{}\n", row, row * 2);
    }
    write("meta.csv", "id,count\n" + lines + "0,\n");
    const Library library = open("shop");
    import(library, {.from = {.files = { path("v.npy") }}, .metadata_file = path("meta.csv")});
    const Items items = items_of(library);
    EXPECT_EQ(items.at("299").document, R"({"count":598})");
    EXPECT_EQ(items.at("0").document, "{}");
}

TEST_F(Import, RefusesWhatDoesNotFitBeforeARowIsWritten) {
    write_npy("v.npy", random_rows(10, 6));
    write("few.txt", ids_of(9));
    write("gaps.txt", "a\n\nb\nc\nd\ne\nf\ng\nh\ni\n");
    write("odd.ndjson", "{\"id\":\"a\",\"vector\":[1,2]}\n");
    const Library library = open("shop");
    EXPECT_NE(refusal(library, {.from = {.files = {path("v.npy")}, .ids_file = path("few.txt")}})
                  .find("9 ids for 10 rows"),
              std::string::npos);
    EXPECT_NE(refusal(library, {.from = {.files = {path("v.npy"), path("odd.ndjson")}}})
                  .find("dimension 2"),
              std::string::npos);
    EXPECT_NE(refusal(library, {.from = {.files = {path("none.npy")}}}).find("none.npy"),
              std::string::npos);
    EXPECT_EQ(library.collection().count().value(), 0U);
    EXPECT_NE(refusal(library, {.from = {.files = {path("v.npy")}, .ids_file = path("gaps.txt")}})
                  .find("id 1 is empty"),
              std::string::npos);
    EXPECT_EQ(library.collection().count().value(), 0U);
    import(library, {.from = {.files = { path("v.npy") } }});
    EXPECT_NE(refusal(library, {.from = {.files = {path("odd.ndjson")}}}).find("has 6"),
              std::string::npos);
    EXPECT_NE(refusal(library, {.from = {.files = {path("v.npy")}, .metric = index::Metric::kL2}})
                  .find("cosine"),
              std::string::npos);
}

TEST_F(Import, ExportNamesTheIdThatAFormatCannotHold) {
    const Library library = open("shop");
    ASSERT_TRUE(library.collection().add_field({.name = kPictureField, .dimension = kDimension}));
    const std::vector<std::string> ids = {"two\nlines"};
    const std::vector<float> vectors(kDimension, 1.0F);
    ASSERT_TRUE(library.collection().load({.ids = ids, .vectors = vectors}));
    const auto refused =
        export_vectors(library, {.npy_file = path("o.npy"), .ids_file = path("o.txt")});
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message().find("two\\nlines"), std::string::npos);
    EXPECT_FALSE(files().status(path("o.npy")));
    EXPECT_TRUE(export_vectors(library, {.npy_file = path("o.npy"), .ids_file = path("i.npy")}));
    const Library other = open("other");
    import(other, {.from = {.files = {path("o.npy")}, .ids_file = path("i.npy") }});
    EXPECT_TRUE(items_of(other) == items_of(library));
}

}  // namespace
}  // namespace sokkuri::service
