#include "base/npy.h"

#include "base/atomic_file.h"
#include "base/check.h"
#include "base/shown_text.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <limits>

namespace sokkuri {
namespace {

static_assert(std::endian::native == std::endian::little, "values are used as they lie in files");

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kWrittenHeaderBytes = 128;
constexpr std::size_t kDimensionsMax = 32;

/// Reads {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), } in any order of its keys.
class LiteralReader {
 public:
    explicit LiteralReader(std::string_view text) : rest_(text) {}
    Result<NpyArray> read();

 private:
    Result<void> member(NpyArray& literal);
    Result<void> expect(char mark);
    Result<std::string> quoted();
    Result<bool> truth();
    Result<std::vector<std::uint64_t>> tuple();
    bool takes(std::string_view word);
    void skip_spaces();

    std::string_view rest_;
};

/// The literal's text and where the data begins.
struct Framed {
    std::string_view text;
    std::size_t data_at = 0;
};
Result<Framed> unframe(std::span<const std::byte> start);
Result<NpyElement> element_named(const std::string& descr);
std::string shape_text(std::span<const std::uint64_t> shape);
float float_of_half(std::uint16_t half);
template <typename T>
void convert_from(const std::byte* values, std::span<float> out);

}  // namespace

std::string_view descr_of(NpyElement element) {
    constexpr std::array<std::string_view, 5> kNames = {"<f2", "<f4", "<f8", "|i1", "|u1"};
    return kNames[static_cast<std::size_t>(element)];
}

std::size_t size_of(NpyElement element) {
    constexpr std::array<std::size_t, 5> kSizes = {2, 4, 8, 1, 1};
    return kSizes[static_cast<std::size_t>(element)];
}

Result<NpyHeader> parse_npy_header(std::span<const std::byte> start, std::uint64_t file_size) {
    const NpyArray literal = TRY(parse_npy_array(start));
    NpyHeader header{.data_at = literal.data_at};
    header.element = TRY(element_named(literal.descr));
    if (literal.is_fortran) {
        return fail(ErrorCode::kUnsupported, "Fortran order: save it in C order");
    }
    if (literal.shape.size() != 2 || literal.shape[1] == 0) {
        return fail(ErrorCode::kUnsupported,
                    "shape {}: a matrix is wanted, rows by columns, of at least one column",
                    shape_text(literal.shape));
    }
    header.rows = literal.shape[0];
    header.columns = literal.shape[1];
    std::size_t values = 0;
    if (__builtin_mul_overflow(header.rows, header.columns, &values) ||
        __builtin_mul_overflow(values, size_of(header.element), &header.data_size) ||
        header.data_size > file_size - header.data_at) {
        return fail(ErrorCode::kCorruption, "{} of {} do not fit into the {} bytes of the file",
                    shape_text(literal.shape), literal.descr, file_size);
    }
    return header;
}

Result<NpyArray> parse_npy_array(std::span<const std::byte> start) {
    const Framed framed = TRY(unframe(start));
    NpyArray array = TRY(LiteralReader(framed.text).read());
    array.data_at = framed.data_at;
    return array;
}

Result<NpyMatrix> NpyMatrix::open(FileSystem& files, const std::string& path) {
    const auto open_mapped = [&]() -> Result<NpyMatrix> {
        const auto file = TRY(files.open(path, OpenMode::kRead));
        const std::uint64_t size = TRY(file->size_bytes());
        std::vector<std::byte> start(std::min<std::uint64_t>(size, kNpyHeaderBytesMax));
        const std::size_t read = TRY(file->read_at(0, start));
        start.resize(read);
        const NpyHeader header = TRY(parse_npy_header(start, size));
        if (header.data_size == 0) return NpyMatrix(header, nullptr);
        auto region = TRY(file->map(header.data_at, header.data_size, MapAccess::kRead));
        return NpyMatrix(header, std::move(region));
    };
    return in_context(shown_text(path), open_mapped());
}

std::optional<std::span<const float>> NpyMatrix::floats() const {
    if (header_.element != NpyElement::kFloat32) return std::nullopt;
    if (region_ == nullptr) return std::span<const float>();
    const std::byte* data = std::as_const(*region_).bytes().data();
    if (reinterpret_cast<std::uintptr_t>(data) % alignof(float) != 0) return std::nullopt;
    return std::span(reinterpret_cast<const float*>(data), header_.rows * header_.columns);
}

void NpyMatrix::convert(std::size_t first, std::span<float> out) const {
    CHECK(out.size() % columns() == 0 && first + out.size() / columns() <= rows());
    if (out.empty()) return;
    const std::byte* values =
        std::as_const(*region_).bytes().data() + first * columns() * size_of(header_.element);
    npy_to_floats(header_.element, values, out);
}

void npy_to_floats(NpyElement element, const std::byte* values, std::span<float> floats) {
    switch (element) {
        case NpyElement::kFloat16:
            for (std::size_t i = 0; i < floats.size(); ++i) {
                std::uint16_t half = 0;
                std::memcpy(&half, values + i * sizeof(half), sizeof(half));
                floats[i] = float_of_half(half);
            }
            return;
        case NpyElement::kFloat32:
            return convert_from<float>(values, floats);
        case NpyElement::kFloat64:
            return convert_from<double>(values, floats);
        case NpyElement::kInt8:
            return convert_from<std::int8_t>(values, floats);
        case NpyElement::kUint8:
            return convert_from<std::uint8_t>(values, floats);
    }
}

std::string npy_header(std::string_view descr, std::span<const std::uint64_t> shape) {
    std::string text("\x93NUMPY\x01\x00", 8);
    constexpr std::size_t kLength = kWrittenHeaderBytes - 10;
    text += static_cast<char>(kLength & 0xffU);
    text += static_cast<char>(kLength >> 8U);
    text += fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': {}, }}", descr,
                        shape_text(shape));
    CHECK(text.size() < kWrittenHeaderBytes);
    text.resize(kWrittenHeaderBytes - 1, ' ');
    text += '\n';
    return text;
}

Result<void> write_npy(FileSystem& files, const std::string& path,
                       std::span<const std::uint64_t> shape, std::span<const std::int64_t> values) {
    std::uint64_t wanted = 1;
    for (const std::uint64_t extent : shape) {
        wanted *= extent;
    }
    CHECK(wanted == values.size());
    AtomicFile file = TRY(AtomicFile::create(files, path));
    const std::string header = npy_header("<i8", shape);
    TRY(file.append(std::as_bytes(std::span(header))));
    TRY(file.append(std::as_bytes(values)));
    return file.commit();
}

namespace {

Result<Framed> unframe(std::span<const std::byte> start) {
    const std::string_view bytes(reinterpret_cast<const char*>(start.data()), start.size());
    if (bytes.substr(0, kMagic.size()) != kMagic) {
        return fail(ErrorCode::kInvalidArgument,
                    "no NumPy file: it does not begin with \\x93NUMPY");
    }
    const auto cut_off = [&] {
        return fail(ErrorCode::kCorruption, "cut off inside its header, after {} bytes",
                    bytes.size());
    };
    if (bytes.size() < 12) return cut_off();
    const auto byte = [&](std::size_t i) {
        return std::size_t{static_cast<unsigned char>(bytes[i])};
    };
    const std::size_t major = byte(6);
    if (major < 1 || major > 3 || byte(7) != 0) {
        return fail(ErrorCode::kUnsupported, "NumPy format version {}.{}; 1.0 to 3.0 are known",
                    major, byte(7));
    }
    const std::size_t text_at = major == 1 ? 10 : 12;
    std::size_t length = byte(8) | byte(9) << 8U;
    if (major > 1) length |= byte(10) << 16U | byte(11) << 24U;
    if (length > kNpyHeaderBytesMax - text_at) {
        return fail(ErrorCode::kUnsupported, "a header of {} bytes; at most {} are read", length,
                    kNpyHeaderBytesMax - text_at);
    }
    if (bytes.size() - text_at < length) return cut_off();
    return Framed{bytes.substr(text_at, length), text_at + length};
}

Result<NpyElement> element_named(const std::string& descr) {
    for (const NpyElement element : {NpyElement::kFloat16, NpyElement::kFloat32,
                                     NpyElement::kFloat64, NpyElement::kInt8, NpyElement::kUint8}) {
        // NumPy writes '|' for single bytes; others write '<'.
        const std::string_view known = descr_of(element);
        if (descr == known) return element;
        if (known[0] == '|' && descr.size() == 3 && descr[0] == '<' &&
            descr.substr(1) == known.substr(1)) {
            return element;
        }
    }
    return fail(ErrorCode::kUnsupported,
                "elements of {}; float16, float32, float64, int8 and uint8 in little-endian order "
                "are read",
                shown_text(descr));
}

Result<NpyArray> LiteralReader::read() {
    TRY(expect('{'));
    NpyArray literal;
    // Three keys, each once; a fourth is told by what follows them.
    for (int members = 0; members < 3; ++members) {
        TRY(member(literal));
        if (!takes(",") && members < 2) TRY(expect(','));
    }
    TRY(expect('}'));
    skip_spaces();
    if (!rest_.empty()) TRY(expect('\n'));
    if (literal.descr.empty()) {
        return fail(ErrorCode::kInvalidArgument, "its header names no 'descr'");
    }
    return literal;
}

Result<void> LiteralReader::member(NpyArray& literal) {
    const std::string key = TRY(quoted());
    TRY(expect(':'));
    if (key == "descr") {
        literal.descr = TRY(quoted());
    } else if (key == "fortran_order") {
        literal.is_fortran = TRY(truth());
    } else if (key == "shape") {
        literal.shape = TRY(tuple());
    } else {
        return fail(ErrorCode::kInvalidArgument, "its header has an unknown key '{}'",
                    shown_text(key));
    }
    return {};
}

Result<void> LiteralReader::expect(char mark) {
    if (takes(std::string_view(&mark, 1))) return {};
    const std::string found = rest_.empty() ? "its end" : shown_text(rest_.substr(0, 8));
    return fail(ErrorCode::kInvalidArgument, "its header has {} where {} belongs", found,
                mark == '\n' ? std::string("its end") : fmt::format("'{}'", mark));
}

Result<std::string> LiteralReader::quoted() {
    skip_spaces();
    if (rest_.starts_with('[')) {
        return fail(ErrorCode::kUnsupported, "elements are structures; plain numbers are read");
    }
    const char quote = rest_.starts_with('"') ? '"' : '\'';
    TRY(expect(quote));
    const std::size_t end = rest_.find(quote);
    if (end == std::string_view::npos) {
        return fail(ErrorCode::kInvalidArgument, "its header has a text without an end");
    }
    std::string text(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
    return text;
}

Result<bool> LiteralReader::truth() {
    if (takes("True")) return true;
    if (takes("False")) return false;
    return fail(ErrorCode::kInvalidArgument,
                "its header's 'fortran_order' is neither True nor False");
}

Result<std::vector<std::uint64_t>> LiteralReader::tuple() {
    TRY(expect('('));
    std::vector<std::uint64_t> extents;
    while (!takes(")")) {
        skip_spaces();
        std::uint64_t extent = 0;
        const auto [end, error] =
            std::from_chars(rest_.data(), rest_.data() + rest_.size(), extent);
        if (error != std::errc() || extents.size() == kDimensionsMax) {
            return fail(ErrorCode::kInvalidArgument,
                        "its header's 'shape' is no tuple of at most {} extents", kDimensionsMax);
        }
        rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
        extents.push_back(extent);
        if (takes(",")) continue;
        TRY(expect(')'));
        break;
    }
    return extents;
}

bool LiteralReader::takes(std::string_view word) {
    skip_spaces();
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
}

void LiteralReader::skip_spaces() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \n"), rest_.size()));
}

std::string shape_text(std::span<const std::uint64_t> shape) {
    std::string text = "(";
    for (std::size_t i = 0; i < shape.size(); ++i) {
        text += fmt::format("{}{}", i == 0 ? "" : " ", shape[i]);
        if (i + 1 < shape.size() || shape.size() == 1) text += ",";
    }
    return text + ")";
}

/// IEEE 754 binary16: one sign bit, five of the exponent, ten of the fraction.
float float_of_half(std::uint16_t half) {
    const std::uint32_t sign = (half & 0x8000U) << 16U;
    const std::uint32_t magnitude = half & 0x7fffU;
    if (magnitude >= 0x7c00U) {  // infinite or no number
        return std::bit_cast<float>(sign | 0x7f800000U | (magnitude & 0x3ffU) << 13U);
    }
    // Fraction and exponent in their new places, then the exponent's new bias as a factor: exact
    // for subnormal numbers too.
    const float scaled = std::bit_cast<float>(magnitude << 13U) * 0x1p112F;
    return std::bit_cast<float>(std::bit_cast<std::uint32_t>(scaled) | sign);
}

template <typename T>
void convert_from(const std::byte* values, std::span<float> out) {
    for (std::size_t i = 0; i < out.size(); ++i) {
        T value;
        std::memcpy(&value, values + i * sizeof(T), sizeof(T));
        out[i] = static_cast<float>(value);
    }
}

}  // namespace
}  // namespace sokkuri
