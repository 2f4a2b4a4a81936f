#include "collection/validation.h"

#include <gtest/gtest.h>

namespace sokkuri::collection {
namespace {

ErrorCode code_of(const Result<void>& result) {
    return result ? ErrorCode::kInternal : result.error().code();
}

TEST(Validation, IdsAreOneTo512BytesWithoutNul) {
    EXPECT_TRUE(validate_id("a"));
    EXPECT_TRUE(validate_id(std::string(kIdBytesMax, 'x')));
    EXPECT_TRUE(validate_id("\xff any bytes"));
    EXPECT_EQ(code_of(validate_id("")), ErrorCode::kInvalidArgument);
    EXPECT_EQ(code_of(validate_id(std::string(kIdBytesMax + 1, 'x'))), ErrorCode::kInvalidArgument);
    EXPECT_EQ(code_of(validate_id(std::string_view("a\0b", 3))), ErrorCode::kInvalidArgument);
}

TEST(Validation, DocumentsAreJsonObjects) {
    EXPECT_TRUE(validate_document("a", R"({"b": [1, 2]})"));
    for (const char* document : {"", "[]", "3", "{", R"({"a": })", R"("text")"}) {
        EXPECT_EQ(code_of(validate_document("a", document)), ErrorCode::kInvalidArgument)
            << document;
    }
    const std::string large = R"({"a": ")" + std::string(kDocumentBytesMax, 'x') + "\"}";
    EXPECT_EQ(code_of(validate_document("a", large)), ErrorCode::kInvalidArgument);
}

TEST(Validation, FieldsHaveANameAndABoundedDimension) {
    EXPECT_TRUE(validate_field({.name = "picture_2-b", .dimension = kDimensionMax}));
    EXPECT_EQ(code_of(validate_field({.name = "", .dimension = 1})), ErrorCode::kInvalidArgument);
    EXPECT_EQ(code_of(validate_field({.name = "../x", .dimension = 1})),
              ErrorCode::kInvalidArgument);
    EXPECT_EQ(code_of(validate_field({.name = "a", .dimension = 0})), ErrorCode::kInvalidArgument);
    EXPECT_EQ(code_of(validate_field({.name = "a", .dimension = kDimensionMax + 1})),
              ErrorCode::kInvalidArgument);
}

TEST(Validation, ARecordHasOneVectorAField) {
    const std::vector<FieldSpec> fields{{.name = "picture", .dimension = 2}};
    const PutRecord once{.id = "a", .vectors = {{"picture", {1, 2}}}};
    EXPECT_TRUE(validate_put({&once, 1}, fields));
    const PutRecord twice{.id = "a", .vectors = {{"picture", {1, 2}}, {"", {1, 2}}}};
    EXPECT_EQ(code_of(validate_put({&twice, 1}, fields)), ErrorCode::kInvalidArgument);
    const PutRecord elsewhere{.id = "a", .vectors = {{"sound", {1, 2}}}};
    EXPECT_EQ(code_of(validate_put({&elsewhere, 1}, fields)), ErrorCode::kNotFound);
}

}  // namespace
}  // namespace sokkuri::collection
