// Goal: an import holds no more at a time than its batches may have, whatever its files hold.
// Method: a target that only counts what it is given, and rows whose ids and documents are large
// while their vectors are small.
#include "base/testing/temporary_directory.h"
#include "service/import.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace sokkuri::service {
namespace {

constexpr std::size_t kBatchBytes = 64U << 10;
constexpr std::size_t kDocumentBytes = 5'000;
constexpr std::size_t kRows = 200;

class CountingTarget final : public ImportTarget {
 public:
    Result<std::optional<collection::FieldSpec>> find_field(const std::string& /*name*/) override {
        return std::nullopt;
    }
    Result<void> make_field(const collection::FieldSpec& /*field*/) override { return {}; }
    Result<collection::LoadOutcome> load(const collection::LoadBatch& batch) override {
        std::size_t bytes = 0;
        for (const std::string& id : batch.ids) {
            bytes += id.size();
            ids.insert(id);
        }
        for (const std::string& document : batch.documents) {
            bytes += document.size();
            documents += document.empty() ? 0 : 1;
        }
        largest = std::max(largest, bytes);
        marks += batch.mark ? 1 : 0;
        ++batches;
        is_mark_last = batch.mark.has_value();
        return collection::LoadOutcome{.created = batch.ids.size()};
    }
    Result<std::optional<std::string>> mark(const std::string& /*name*/) override {
        return std::nullopt;
    }
    Result<void> forget_mark(const std::string& /*field*/, const std::string& /*name*/) override {
        return {};
    }
    Result<DocumentOutcome> put_documents(std::vector<NamedDocument> put) override {
        std::size_t bytes = 0;
        for (const NamedDocument& named : put)
            bytes += named.id.size() + named.document.size();
        largest_put = std::max(largest_put, bytes);
        return DocumentOutcome{.changed = put.size()};
    }

    std::set<std::string> ids;
    std::size_t documents = 0;
    std::size_t largest = 0;
    std::size_t largest_put = 0;  // of documents alone
    std::size_t batches = 0;
    std::size_t marks = 0;
    bool is_mark_last = false;
};

class ImportMemory : public ::testing::Test {
 protected:
    std::string write(const std::string& name, const std::string& text) {
        const std::string path = folder_.path() + "/" + name;
        EXPECT_TRUE(replace_file(posix_file_system(), path, std::as_bytes(std::span(text))));
        return path;
    }
    static std::string document() {
        return R"({"text":")" + std::string(kDocumentBytes - 11, 'x') + R"("})";
    }
    static std::string id_of(std::size_t row) {
        return fmt::format("{:0>{}}", row, collection::kIdBytesMax);
    }
    static CountingTarget imported(const ImportRequest& request) {
        CountingTarget target;
        const auto report = import_vectors(posix_file_system(), target, request, nullptr, {});
        EXPECT_TRUE(report) << report.error().message();
        EXPECT_EQ(report->rows, kRows);
        EXPECT_EQ(target.ids.size(), kRows);
        EXPECT_TRUE(target.is_mark_last);
        return target;
    }

 private:
    sokkuri::testing::TemporaryDirectory folder_;
};

TEST_F(ImportMemory, OfJsonLinesIsBoundedByTheirDocuments) {
    std::string lines;
    for (std::size_t row = 0; row < kRows; ++row) {
        lines +=
            fmt::format(R"({{"id":"{}","vector":[1,2],"document":{}}})", row, document()) + '\n';
    }
    ImportRequest request{.batch_bytes = kBatchBytes};
    request.from.files = {write("rows.ndjson", lines)};
    const CountingTarget target = imported(request);
    EXPECT_LE(target.largest, kBatchBytes + kDocumentBytes + 3);
    EXPECT_EQ(target.documents, kRows);
    EXPECT_EQ(target.marks, target.batches) << "each can be gone on behind";
    EXPECT_LE(target.batches, kRows * kDocumentBytes / kBatchBytes + 1) << "and is no smaller";
}

TEST_F(ImportMemory, OfMetadataIsBoundedByTheirDocuments) {
    std::string metadata;
    for (std::size_t row = 0; row < kRows; ++row) {
        std::string own = document();
        metadata += fmt::format(R"({{"id":"{}",)", row) + own.substr(1) + '\n';
    }
    const std::vector<float> vectors(kRows * 2, 1.0F);
    ImportRequest request{.batch_bytes = kBatchBytes};
    request.from.files = {
        write("rows.f32", std::string(reinterpret_cast<const char*>(vectors.data()),
                                      vectors.size() * sizeof(float)))};
    request.from.dimension = 2;
    request.metadata_file = write("metadata.jsonl", metadata);
    const CountingTarget target = imported(request);
    EXPECT_LE(target.largest, kBatchBytes + kDocumentBytes + 3 * kRows);
    EXPECT_EQ(target.documents, kRows);
    EXPECT_EQ(target.marks, 1U) << "with the last part of the batch";
}

TEST_F(ImportMemory, OfDocumentsWithoutTheirRowsIsBoundedByThem) {
    std::string lines;
    std::string metadata;
    for (std::size_t row = 0; row < kRows; ++row) {
        lines += fmt::format(R"({{"id":"{}","vector":[1,2]}})", row) + '\n';
        metadata += fmt::format(R"({{"id":"other {}",)", row) + document().substr(1) + '\n';
    }
    ImportRequest request{.batch_bytes = kBatchBytes};
    request.from.files = {write("rows.ndjson", lines)};
    request.metadata_file = write("metadata.jsonl", metadata);
    const CountingTarget target = imported(request);
    EXPECT_GT(target.largest_put, kDocumentBytes);
    EXPECT_LE(target.largest_put, kBatchBytes + kDocumentBytes + collection::kIdBytesMax);
}

TEST_F(ImportMemory, OfAListOfIdsIsBoundedByThem) {
    std::string names;
    for (std::size_t row = 0; row < kRows; ++row)
        names += id_of(row) + '\n';
    const std::vector<float> vectors(kRows * 2, 1.0F);
    ImportRequest request{.batch_bytes = kBatchBytes};
    request.from.files = {
        write("rows.f32", std::string(reinterpret_cast<const char*>(vectors.data()),
                                      vectors.size() * sizeof(float)))};
    request.from.ids_file = write("names.txt", names);
    const CountingTarget target = imported(request);
    EXPECT_LE(target.largest, kBatchBytes);
    EXPECT_GT(target.batches, 1U);
}

}  // namespace
}  // namespace sokkuri::service
