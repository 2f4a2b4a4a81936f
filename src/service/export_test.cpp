// Goal: an export is one moment of the collection, the same bytes as a file and as a stream, and
// either whole or not there. Method: a library of vectors in which every fifth record has none;
// streams cut off and flipped at seeded places.
#include "service/export.h"

#include "base/json.h"
#include "base/testing/temporary_directory.h"
#include "service/export_stream.h"
#include "service/row_stream.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>

namespace sokkuri::service {
namespace {

constexpr std::uint32_t kDimension = 5;
constexpr std::size_t kRecords = 400;

struct Rows {
    std::vector<std::string> ids;
    std::vector<std::string> documents;
    std::vector<float> vectors;

    bool operator==(const Rows&) const = default;
};

class Export : public ::testing::Test {
 protected:
    Export() {
        EXPECT_TRUE(create_directories(posix_file_system(), path("shop")));
        auto opened = Library::open(posix_file_system(), path("shop"), "", LibraryAccess::kWrite);
        library_ = std::make_unique<Library>(std::move(opened.value()));
        for (const char* name : {"v", "crop"}) {
            EXPECT_TRUE(library_->collection().add_field({.name = name, .dimension = kDimension}));
        }
        put(0, kRecords, 0);
    }

    std::string path(const std::string& name) const { return folder_.path() + "/" + name; }
    /// Whole numbers from 0 to 255, so that all formats hold them.
    static std::vector<float> vector_of(std::size_t number, std::size_t round) {
        std::vector<float> vector;
        for (std::size_t i = 0; i < kDimension; ++i)
            vector.push_back(static_cast<float>((number * 31 + i * 7 + round * 3) % 256));
        return vector;
    }
    void put(std::size_t first, std::size_t end, std::size_t round) {
        std::vector<collection::PutRecord> records;
        for (std::size_t number = first; number < end; ++number) {
            collection::PutRecord record{.id = fmt::format("靴 {}", number),
                                         .document = fmt::format(R"({{"n" : {}.50}})", number)};
            if (number % 5 != 0) record.vectors.push_back({"v", vector_of(number, round)});
            if (number % 3 == 0) record.vectors.push_back({"crop", vector_of(number, 9)});
            records.push_back(std::move(record));
        }
        ASSERT_TRUE(library_->collection().put(records));
    }
    std::string streamed(const ExportStreamRequest& request) {
        auto stream = ExportStream::begin(*library_, request);
        EXPECT_TRUE(stream) << stream.error().message();
        const auto size = stream->size_bytes();
        std::string bytes;
        for (auto piece = stream->next().value(); piece; piece = stream->next().value()) {
            EXPECT_LT(piece->size(), 2 * ExportStream::kPieceBytes);
            bytes += *piece;
        }
        EXPECT_EQ(bytes.size(), size.value_or(bytes.size()));
        return bytes;
    }
    std::string file(const std::string& name) const {
        const auto bytes = read_file(posix_file_system(), path(name), 1U << 30);
        EXPECT_TRUE(bytes) << bytes.error().message();
        return bytes ? std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size())
                     : std::string();
    }
    std::size_t entries() const { return posix_file_system().list(folder_.path())->size(); }

    testing::TemporaryDirectory folder_;
    std::unique_ptr<Library> library_;
};

TEST_F(Export, IsTheSameBytesAsAStreamAndAsAFile) {
    const ExportRequest files{.field = "v",
                              .npy_file = path("npy"),
                              .fvecs_file = path("fvecs"),
                              .bvecs_file = path("bvecs"),
                              .raw_file = path("f32"),
                              .ndjson_file = path("ndjson"),
                              .ids_file = path("ids"),
                              .metadata_file = path("metadata"),
                              .vectors_in_documents = true};
    const auto report = export_vectors(*library_, files);
    ASSERT_TRUE(report) << report.error().message();
    EXPECT_EQ(report->rows, kRecords - kRecords / 5);
    EXPECT_EQ(report->without_vector, kRecords / 5);
    for (const ExportFormat format : kExportFormats) {
        if (format == ExportFormat::kRows) continue;
        SCOPED_TRACE(name_of(format));
        EXPECT_EQ(parse_export_format(name_of(format)), format);
        EXPECT_TRUE(
            file(std::string(name_of(format))) ==
            streamed({.format = format, .scope = {.field = "v", .vectors_in_documents = true}}));
    }
    EXPECT_NE(file("metadata").find("\"crop\":["), std::string::npos);
    EXPECT_EQ(parse_export_format("nothing"), std::nullopt);
}

Result<Rows> taken_apart(std::string_view bytes, std::mt19937& random, RowStreamEnd& end) {
    Rows rows;
    RowStreamReader reader({.head = [](const RowStreamHead&) -> Result<void> { return {}; },
                            .row = [&](const ExportedRow& row) -> Result<void> {
                                rows.ids.emplace_back(row.id);
                                rows.documents.emplace_back(row.document);
                                rows.vectors.insert(rows.vectors.end(), row.vector.begin(),
                                                    row.vector.end());
                                return {};
                            }});
    while (!bytes.empty()) {
        const std::size_t size = std::min<std::size_t>(bytes.size(), 1 + random() % 3'000);
        TRY(reader.feed(bytes.substr(0, size)));
        bytes.remove_prefix(size);
    }
    end = TRY(reader.end());
    return rows;
}

TEST_F(Export, StreamsRowsThatComeApartAgainOrAreSeenToBeCut) {
    constexpr unsigned kSeed = 5;
    SCOPED_TRACE(kSeed);
    std::mt19937 random(kSeed);
    const std::string bytes = streamed({.scope = {.field = "v"}});
    RowStreamEnd end;
    const auto rows = taken_apart(bytes, random, end);
    ASSERT_TRUE(rows) << rows.error().message();
    EXPECT_EQ(end.rows, rows->ids.size());
    EXPECT_EQ(end.without_vector, kRecords / 5);
    EXPECT_EQ(rows->ids.front(), "靴 1");
    EXPECT_EQ(rows->documents.front(), R"({"n" : 1.50})");
    const std::vector<float> first = vector_of(1, 0);
    EXPECT_TRUE(std::equal(first.begin(), first.end(), rows->vectors.begin()));
    const std::size_t behind_head = bytes.find('}') + 1;
    for (int round = 0; round < 200; ++round) {
        const std::string cut = bytes.substr(0, random() % bytes.size());
        const auto refused = taken_apart(cut, random, end);
        ASSERT_FALSE(refused) << cut.size();
        EXPECT_EQ(refused.error().code(), ErrorCode::kUnavailable) << refused.error().message();
        std::string flipped = bytes;
        const std::size_t at = behind_head + random() % (bytes.size() - behind_head);
        flipped[at] = static_cast<char>(flipped[at] ^ static_cast<char>(1 + random() % 255));
        const auto other = taken_apart(flipped, random, end);
        EXPECT_FALSE(other && *other == *rows && end.without_vector == kRecords / 5);
    }
    EXPECT_FALSE(taken_apart(bytes + "x", random, end));
    const std::string brief =
        streamed({.scope = {.field = "v", .documents = collection::Documents::kOmit}});
    EXPECT_EQ(taken_apart(brief, random, end)->documents.front(), "");
    EXPECT_EQ(taken_apart(brief, random, end)->vectors, rows->vectors);
}

TEST_F(Export, ThatBreaksOffSaysWhyInWholeCharacters) {
    for (const std::size_t before : {0U, 1U, 2U}) {
        std::string why(before, '.');
        while (why.size() < 5'000)
            why += "靴";
        std::string bytes = encode_head({.field = "v", .dimension = 4, .rows = 7});
        encode_failure(Error(ErrorCode::kIo, why), bytes);
        std::mt19937 random(1);
        RowStreamEnd end;
        const auto refused = taken_apart(bytes, random, end);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code(), ErrorCode::kUnavailable);
        EXPECT_NE(refused.error().message().find(why.substr(0, 4'000)), std::string::npos);
        EXPECT_TRUE(is_utf8(refused.error().message())) << before;
    }
}

TEST_F(Export, IsOneMomentWhateverIsWrittenMeanwhile) {
    std::mt19937 random(1);
    RowStreamEnd end;
    const ExportStreamRequest request{.scope = {.field = "v"}};
    const Rows before = taken_apart(streamed(request), random, end).value();
    auto stream = ExportStream::begin(*library_, request).value();
    std::string bytes = *stream.next().value();
    put(0, 200, 1);
    put(kRecords, kRecords + 100, 1);
    const std::vector<std::string> gone = {"靴 301", "靴 302"};
    ASSERT_TRUE(library_->collection().remove(gone));
    ASSERT_TRUE(library_->collection().compact({}));
    ASSERT_TRUE(library_->collection().drop_field("v"));
    for (auto piece = stream.next().value(); piece; piece = stream.next().value())
        bytes += *piece;
    EXPECT_TRUE(taken_apart(bytes, random, end).value() == before);
    const auto now = ExportStream::begin(*library_, request);
    ASSERT_FALSE(now);
    EXPECT_EQ(now.error().code(), ErrorCode::kNotFound);
}

TEST_F(Export, ThatFailsLeavesNoFileNotEvenAWholeShard) {
    const std::size_t rows = kShardRows + 10;
    std::vector<std::string> ids;
    for (std::size_t row = 0; row < rows; ++row)
        ids.push_back(fmt::format("many {}", row));
    ids.back() = "not \xff UTF-8";
    const std::vector<float> vectors(rows * kDimension, 0.5F);
    ASSERT_TRUE(library_->collection().load({.field = "v", .ids = ids, .vectors = vectors}));
    const std::size_t before = entries();
    const ExportRequest request{
        .field = "v", .npy_file = path("v.npy"), .shards_folder = path("shards")};
    const auto refused = export_vectors(*library_, request);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kUnsupported);
    EXPECT_NE(refused.error().message().find("not \\xff UTF-8"), std::string::npos)
        << refused.error().message();
    EXPECT_EQ(entries(), before + 1) << "the folder for shards";
    EXPECT_TRUE(posix_file_system().list(path("shards"))->empty());
    const auto bytes =
        export_vectors(*library_, {.field = "v", .bvecs_file = path("b"), .ids_file = path("i")});
    ASSERT_FALSE(bytes);
    EXPECT_NE(bytes.error().message().find("component is 0.5"), std::string::npos);
    EXPECT_EQ(entries(), before + 1);
    ASSERT_TRUE(library_->collection().remove({&ids.back(), 1}));
    ASSERT_TRUE(export_vectors(*library_, request));
    EXPECT_EQ(posix_file_system().list(path("shards"))->size(), 4U);
}

TEST_F(Export, FilesAppearTogether) {
    auto files = ExportFiles::open(
        posix_file_system(), {.npy_file = path("v.npy"), .ids_file = path("i.npy")}, kDimension);
    ASSERT_TRUE(files);
    const std::vector<float> vector(kDimension, 1.0F);
    ASSERT_TRUE(files->append({.id = "a", .vector = vector}));
    ASSERT_TRUE(files->append({.id = "あé", .vector = vector}));
    EXPECT_FALSE(posix_file_system().status(path("v.npy")));
    EXPECT_FALSE(posix_file_system().status(path("i.npy")));
    ASSERT_TRUE(files->finish());
    EXPECT_EQ(file("v.npy").size(), 128 + 2 * kDimension * sizeof(float));
    EXPECT_EQ(file("i.npy").size(), 128 + 2 * 2 * sizeof(std::uint32_t))
        << "as wide as the longest";
    EXPECT_FALSE(ExportFiles::open(posix_file_system(), {}, kDimension));
}

/// All formats at once, and as a stream; the damage lies in the second block.
TEST_F(Export, OfDamagedVectorsEndsAndLeavesNothing) {
    put(kRecords, kRecords + 100, 0);
    const auto flip = [&] {
        const auto chunk =
            posix_file_system()
                .open(path("shop/.sokkuri/fields/0/vectors/0000"), OpenMode::kReadWrite)
                .value();
        const std::uint64_t at = 4'096 + (kRecords * 4 / 5 + 70) * kDimension * sizeof(float);
        std::byte byte{};
        ASSERT_EQ(chunk->read_at(at, {&byte, 1}).value(), 1U);
        byte ^= std::byte{2};
        ASSERT_TRUE(chunk->write_at(at, {&byte, 1}));
    };
    ASSERT_TRUE(create_directories(posix_file_system(), path("out")));
    const ExportRequest request{.field = "v",
                                .npy_file = path("out/o.npy"),
                                .fvecs_file = path("out/o.fvecs"),
                                .raw_file = path("out/o.f32"),
                                .ndjson_file = path("out/o.ndjson"),
                                .shards_folder = path("out"),
                                .ids_file = path("out/o.txt"),
                                .metadata_file = path("out/o.jsonl")};
    flip();
    const auto refused = export_vectors(*library_, request);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kCorruption);
    const std::string& message = refused.error().message();
    EXPECT_NE(message.find("fields/0/vectors/0000: slots 320 to 399"), std::string::npos)
        << message;
    EXPECT_TRUE(posix_file_system().list(path("out"))->empty());
    auto stream =
        ExportStream::begin(*library_, {.format = ExportFormat::kF32, .scope = {.field = "v"}});
    ASSERT_TRUE(stream) << stream.error().message();
    auto piece = stream->next();
    while (piece && *piece)
        piece = stream->next();
    EXPECT_FALSE(piece) << "never whole";
    flip();
    EXPECT_TRUE(export_vectors(*library_, request));
}

TEST_F(Export, AsRowsSaysWhyItBreaksOff) {
    std::mt19937 random(7);
    constexpr std::size_t kBefore = kRecords - kRecords / 5;  // vectors
    constexpr std::size_t kLarge = 100;
    // More than a piece before the damage.
    const std::string document = fmt::format(R"({{"text":"{}"}})", std::string(4'000, 'x'));
    for (const std::size_t first : {10'000U, 20'000U}) {
        std::vector<collection::PutRecord> records;
        for (std::size_t i = first; i < first + kLarge; ++i) {
            records.push_back({.id = fmt::format("large {}", i),
                               .document = document,
                               .vectors = {{"v", vector_of(i, 0)}}});
        }
        ASSERT_TRUE(library_->collection().put(records));
    }
    const auto chunk = posix_file_system()
                           .open(path("shop/.sokkuri/fields/0/vectors/0000"), OpenMode::kReadWrite)
                           .value();
    const std::byte changed[] = {std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}};
    ASSERT_TRUE(
        chunk->write_at(4'096 + (kBefore + kLarge + 50) * kDimension * sizeof(float), changed));
    auto stream = ExportStream::begin(*library_, {.scope = {.field = "v"}}).value();
    std::string bytes;
    auto piece = stream.next();
    for (; piece && *piece; piece = stream.next())
        bytes += **piece;
    ASSERT_FALSE(piece) << "also whoever reads no rows is to see it";
    EXPECT_EQ(piece.error().code(), ErrorCode::kCorruption);
    RowStreamEnd end;
    const auto refused = taken_apart(bytes, random, end);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kUnavailable);
    const std::string& message = refused.error().message();
    EXPECT_NE(message.find("broken off behind 420 of 520 rows"), std::string::npos) << message;
    EXPECT_NE(message.find("slots 420 to 519"), std::string::npos) << message;
    for (std::size_t size = bytes.size() - 40; size < bytes.size(); ++size)
        EXPECT_FALSE(taken_apart(bytes.substr(0, size), random, end));
}

}  // namespace
}  // namespace sokkuri::service
