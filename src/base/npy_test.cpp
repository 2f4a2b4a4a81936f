// Goal: matrices of every type that is read give their values; headers that lie, lack something or
// speak of what we do not read are refused with a reason, whatever their bytes.
#include "base/npy.h"

#include "base/testing/memory_file_system.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <random>

namespace sokkuri {
namespace {

/// A file of that header literal (version 1.0, no padding) and data.
std::string file_of(const std::string& literal, const std::string& data = "",
                    const std::string& version = std::string("\x01\x00", 2)) {
    std::string text = "\x93NUMPY" + version;
    for (std::size_t i = 0; i < (version[0] == 1 ? 2U : 4U); ++i) {
        text += static_cast<char>(literal.size() >> (8 * i) & 0xffU);
    }
    return text + literal + data;
}

std::string literal(const std::string& descr, const std::string& shape) {
    return "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }\n";
}

Result<NpyHeader> parse(const std::string& file) {
    return parse_npy_header(std::as_bytes(std::span(file)), file.size());
}

Result<NpyMatrix> open(const std::string& file) {
    testing::MemoryFileSystem files;
    auto handle = files.open("m.npy", OpenMode::kCreate);
    EXPECT_TRUE((*handle)->write_at(0, std::as_bytes(std::span(file))));
    return NpyMatrix::open(files, "m.npy");
}

template <typename T>
std::string bytes_of(std::vector<T> values) {
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

void expect_values(const std::string& file, const std::vector<float>& wanted) {
    const auto matrix = open(file);
    ASSERT_TRUE(matrix) << matrix.error().message();
    ASSERT_EQ(matrix->rows() * matrix->columns(), wanted.size());
    std::vector<float> values(wanted.size());
    matrix->convert(0, values);
    EXPECT_EQ(values, wanted);
    if (matrix->rows() < 2) return;
    std::vector<float> last(matrix->columns());
    matrix->convert(matrix->rows() - 1, last);
    EXPECT_TRUE(std::equal(last.begin(), last.end(), wanted.end() - std::ssize(last)));
}

TEST(NpyMatrix, GivesTheValuesOfEveryTypeItReads) {
    const std::vector<float> wanted = {1, -2, 0, 100, 7, -128};
    expect_values(file_of(literal("<f4", "(2, 3)"), bytes_of<float>(wanted)), wanted);
    expect_values(file_of(literal("<f8", "(3, 2)"), bytes_of<double>({1, -2, 0, 100, 7, -128})),
                  wanted);
    expect_values(
        file_of(literal("|i1", "(6, 1)"), bytes_of<std::int8_t>({1, -2, 0, 100, 7, -128})), wanted);
    expect_values(file_of(literal("|u1", "(1, 3)"), bytes_of<std::uint8_t>({0, 127, 255})),
                  {0, 127, 255});
    expect_values(file_of(literal("<f2", "(1, 6)"),
                          bytes_of<std::uint16_t>({0x3c00, 0xc000, 0, 0x5640, 0x0001, 0xfbff})),
                  {1, -2, 0, 100, 0x1p-24F, -65504});
    EXPECT_TRUE(open(file_of(literal("<f4", "(0, 3)"))));
}

TEST(NpyMatrix, KeepsInfinitiesAndNotANumberOfFloat16) {
    const auto matrix =
        open(file_of(literal("<f2", "(1, 3)"), bytes_of<std::uint16_t>({0x7c00, 0xfc00, 0x7e00})));
    std::vector<float> values(3);
    matrix->convert(0, values);
    EXPECT_EQ(values[0], INFINITY);
    EXPECT_EQ(values[1], -INFINITY);
    EXPECT_TRUE(std::isnan(values[2]));
}

TEST(NpyMatrix, GivesFloatsInPlaceOnlyWhereTheyAreAligned) {
    const std::string data = bytes_of<float>({1, 2, 3});
    std::string padded = literal("<f4", "(3, 1)");
    padded.insert(padded.size() - 1, (64 - (10 + padded.size()) % 64) % 64, ' ');
    const auto aligned = open(file_of(padded, data));
    ASSERT_TRUE(aligned->floats());
    EXPECT_EQ((*aligned->floats())[2], 3);
    EXPECT_FALSE(open(file_of(literal("|i1", "(3, 1)"), "abc"))->floats());
}

TEST(NpyHeader, IsReadInEveryVersionAndOrderOfKeys) {
    for (const char version : {'\x01', '\x02', '\x03'}) {
        const auto header = parse(
            file_of(literal("<f4", "(2, 3)"), std::string(24, 'x'), std::string{version, '\0'}));
        ASSERT_TRUE(header) << header.error().message();
        EXPECT_EQ(header->rows, 2U);
        EXPECT_EQ(header->columns, 3U);
    }
    EXPECT_TRUE(
        parse(file_of("{\"shape\":(1,2),'fortran_order':False,\"descr\":'<f4'}", "12345678")));
}

TEST(NpyHeader, RefusesWithAReasonWhatItDoesNotRead) {
    const std::string data(24, 'x');
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"", "no NumPy file"},
        {"PK\x03\x04 an archive", "no NumPy file"},
        {"\x93NUMPY", "cut off"},
        {file_of(literal("<f4", "(2, 3)"), data, std::string("\x04\x00", 2)), "version 4.0"},
        {file_of(literal(">f4", "(2, 3)"), data), "elements of >f4"},
        {file_of(literal("<c8", "(2, 3)"), data), "elements of <c8"},
        {file_of("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (6,)}", data),
         "structures"},
        {file_of("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }", data), "Fortran"},
        {file_of(literal("<f4", "(6,)"), data), "shape (6,)"},
        {file_of(literal("<f4", "(1, 2, 3)"), data), "shape (1, 2, 3)"},
        {file_of(literal("<f4", "(2, 0)"), data), "shape (2, 0)"},
        {file_of(literal("<f4", "(2, -3)"), data), "'shape'"},
        {file_of(literal("<f4", "(7, 1)"), data), "do not fit"},
        {file_of(literal("<f4", "(4611686018427387905, 4)"), data), "do not fit"},
        {file_of(literal("<f4", "(99999999999999999999, 4)"), data), "'shape'"},
        {file_of("{'descr': '<f4', 'fortran_order': False}", data), "header"},
        {file_of("{'descr': '<f4', 'descr': '<f4', 'shape': (2, 3)", data), "header"},
        {file_of("{'fortran_order': False, 'shape': (2, 3), 'shape': (2, 3)}", data), "'descr'"},
        {file_of("__import__('os').abort()", data), "header"},
    };
    for (const auto& [file, reason] : cases) {
        const auto header = parse(file);
        ASSERT_FALSE(header) << file;
        EXPECT_NE(header.error().message().find(reason), std::string::npos)
            << header.error().message();
    }
}

TEST(NpyHeader, SurvivesFlippedAndMissingBytes) {
    const std::string good = file_of(literal("<f4", "(2, 3)"), std::string(24, 'x'));
    for (std::size_t length = 0; length < good.size(); ++length) {
        EXPECT_FALSE(parse(good.substr(0, length))) << length;
    }
    std::mt19937 random(5);
    for (int round = 0; round < 20'000; ++round) {
        std::string bad = good;
        for (int flips = 0; flips < 3; ++flips) {
            bad[random() % (bad.size() - 24)] = static_cast<char>(random());
        }
        const auto header = parse(bad);
        EXPECT_LE(header ? header->data_at + header->data_size : 0, bad.size());
    }
}

TEST(WriteNpy, WritesWhatNumpyReads) {
    testing::MemoryFileSystem files;
    const std::vector<std::int64_t> values = {1, -1, 3, 4, 5, 6};
    ASSERT_TRUE(write_npy(files, "ids.npy", std::vector<std::uint64_t>{1, 3, 2}, values));
    const auto bytes = read_file(files, "ids.npy", 1'000);
    ASSERT_EQ(bytes->size(), 128 + 48U);
    const std::string head(reinterpret_cast<const char*>(bytes->data()), 128);
    EXPECT_EQ(head.substr(0, 10), std::string("\x93NUMPY\x01\x00\x76\x00", 10));
    EXPECT_EQ(head.substr(10, 63),
              "{'descr': '<i8', 'fortran_order': False, 'shape': (1, 3, 2), } ");
    EXPECT_EQ(head.back(), '\n');
    EXPECT_EQ(std::memcmp(bytes->data() + 128, values.data(), 48), 0);
    EXPECT_EQ(npy_header("<f4", std::vector<std::uint64_t>{7}).substr(10, 57),
              "{'descr': '<f4', 'fortran_order': False, 'shape': (7,), }");
}

}  // namespace
}  // namespace sokkuri
