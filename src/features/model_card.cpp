#include "features/model_card.h"

#include "base/hash.h"
#include "base/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

namespace sokkuri::features {
namespace {

constexpr std::size_t kCardBytesMax = 64U << 10;
constexpr std::size_t kNameLengthMax = 64;
constexpr std::size_t kTextLengthMax = 2048;
constexpr std::uint64_t kFormat = 1;
constexpr std::string_view kMembers[] = {
    "card",   "name", "file", "sha256",       "license",       "source",    "input_size", "resize",
    "layout", "mean", "std",  "input_tensor", "output_tensor", "dimension", "bands"};

/// Reads members of one object into fields; the first error stays and the rest is skipped.
class MemberReader {
 public:
    MemberReader(const JsonValue& object, bool must_exist)
        : object_(object), must_exist_(must_exist) {}

    template <typename Field, typename Convert>
    void read(std::string_view key, Field& field, Convert convert) {
        if (!status_) return;
        const JsonValue* value = object_.find(key);
        if (value == nullptr) {
            if (must_exist_) status_ = fail(ErrorCode::kInvalidArgument, "missing: {}", key);
            return;
        }
        auto converted = convert(*value);
        if (converted) {
            field = static_cast<Field>(*std::move(converted));
        } else {
            status_ = tl::unexpected(converted.error().with_context(key));
        }
    }

    template <typename Field, typename Convert>
    void read_optional(std::string_view key, Field& field, Convert convert) {
        if (object_.find(key) != nullptr) read(key, field, convert);
    }

    Result<void> status() const { return status_; }

 private:
    const JsonValue& object_;
    bool must_exist_;
    Result<void> status_;
};

Result<ModelCard> parse(std::string_view json, ModelCard card, bool must_exist);
Result<void> check_members(const JsonValue& root, std::span<const std::string_view> known);
Result<std::string> text_of(const JsonValue& value);
Result<std::uint32_t> count_of(const JsonValue& value);
Result<double> number_of(const JsonValue& value);
Result<std::array<float, 3>> triple_of(const JsonValue& value);
Result<Layout> layout_of(const JsonValue& value);
Result<void> read_resize(const JsonValue& value, ModelCard& card);
Result<Bands> bands_of(const JsonValue& value);
Result<void> validate_text(const ModelCard& card);
Result<void> validate_preprocessing(const ModelCard& card);
std::string_view name_of(ResizeRule rule);
void write_triple(JsonWriter& writer, std::string_view key, const std::array<float, 3>& values);

}  // namespace

Result<ModelCard> parse_model_card(std::string_view json) {
    return parse(json, ModelCard(), true);
}

Result<ModelCard> parse_model_card(std::string_view json, const ModelCard& defaults) {
    return parse(json, defaults, false);
}

Result<void> validate(const ModelCard& card) {
    TRY(validate_text(card));
    TRY(validate_preprocessing(card));
    if (card.dimension < 1 || card.dimension > kDimensionMax) {
        return fail(ErrorCode::kInvalidArgument, "dimension: {} is not between 1 and {}",
                    card.dimension, kDimensionMax);
    }
    const Bands& bands = card.bands;
    const bool falls = 1 >= bands.identical && bands.identical >= bands.near &&
                       bands.near >= bands.similar && bands.similar >= -1;
    if (!falls) {
        return fail(ErrorCode::kInvalidArgument,
                    "bands: 1 >= identical {} >= near {} >= similar {} >= -1 does not hold",
                    bands.identical, bands.near, bands.similar);
    }
    return {};
}

std::string to_json(const ModelCard& card) {
    std::string text;
    JsonWriter writer(text, JsonStyle::kPretty);
    writer.begin_object().member("card", kFormat).member("name", card.name);
    writer.member("file", card.file).member("sha256", card.sha256);
    writer.member("license", card.license).member("source", card.source);
    writer.member("input_size", card.input_size);
    writer.key("resize").begin_object().member("rule", name_of(card.resize_rule));
    if (card.resize_rule == ResizeRule::kCropThenResize) {
        writer.member("crop_fraction", card.crop_fraction);
    }
    if (card.resize_rule == ResizeRule::kResizeThenCrop) writer.member("size", card.resize_size);
    writer.end_object().member("layout", card.layout == Layout::kNchw ? "nchw" : "nhwc");
    write_triple(writer, "mean", card.mean);
    write_triple(writer, "std", card.std);
    writer.member("input_tensor", card.input_tensor).member("output_tensor", card.output_tensor);
    writer.member("dimension", card.dimension);
    writer.key("bands").begin_object().member("identical", card.bands.identical);
    writer.member("near", card.bands.near).member("similar", card.bands.similar).end_object();
    writer.end_object();
    return text + "\n";
}

bool is_model_name(std::string_view name) {
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '-' || c == '_';
    };
    return !name.empty() && name.size() <= kNameLengthMax && name.front() != '.' &&
           std::all_of(name.begin(), name.end(), fits);
}

std::string fingerprint(const ModelCard& card) {
    double parameter = 0;
    if (card.resize_rule == ResizeRule::kCropThenResize) parameter = card.crop_fraction;
    if (card.resize_rule == ResizeRule::kResizeThenCrop) parameter = card.resize_size;
    const std::string canonical =
        fmt::format("sokkuri model 1\n{}\n{}\n{} {}\n{}\n{} {} {}\n{} {} {}\n{}\n{}\n{}\n",
                    card.sha256, card.input_size, name_of(card.resize_rule), parameter,
                    card.layout == Layout::kNchw ? "nchw" : "nhwc", card.mean[0], card.mean[1],
                    card.mean[2], card.std[0], card.std[1], card.std[2], card.input_tensor,
                    card.output_tensor, card.dimension);
    return base64url(xxh128(std::as_bytes(std::span(canonical))));
}

namespace {

Result<ModelCard> parse(std::string_view json, ModelCard card, bool must_exist) {
    const JsonValue root = TRY(parse_json(json, {.size_bytes_max = kCardBytesMax, .depth_max = 4}));
    TRY(check_members(root, kMembers));
    std::uint64_t format = kFormat;
    MemberReader reader(root, must_exist);
    reader.read("card", format, [](const JsonValue& value) { return value.as_uint64(); });
    reader.read("name", card.name, text_of);
    reader.read("file", card.file, text_of);
    reader.read("sha256", card.sha256, text_of);
    reader.read_optional("license", card.license, text_of);
    reader.read_optional("source", card.source, text_of);
    reader.read("input_size", card.input_size, count_of);
    bool has_resize = false;
    reader.read("resize", has_resize, [&](const JsonValue& value) -> Result<bool> {
        TRY(read_resize(value, card));
        return true;
    });
    reader.read("layout", card.layout, layout_of);
    reader.read("mean", card.mean, triple_of);
    reader.read("std", card.std, triple_of);
    reader.read("input_tensor", card.input_tensor, text_of);
    reader.read("output_tensor", card.output_tensor, text_of);
    reader.read("dimension", card.dimension, count_of);
    reader.read_optional("bands", card.bands, bands_of);
    TRY(reader.status());
    if (format != kFormat) {
        return fail(ErrorCode::kUnsupported, "card: format {}; this program reads format {}",
                    format, kFormat);
    }
    TRY(validate(card));
    return card;
}

Result<void> check_members(const JsonValue& root, std::span<const std::string_view> known) {
    if (!root.is_object()) {
        return fail(ErrorCode::kInvalidArgument, "an object is expected, not {}",
                    sokkuri::name_of(root.kind()));
    }
    for (const auto& [key, value] : root.members()) {
        if (std::find(known.begin(), known.end(), key) == known.end()) {
            return fail(ErrorCode::kInvalidArgument, "unknown member: {}", key);
        }
    }
    return {};
}

Result<std::string> text_of(const JsonValue& value) {
    const std::string text = TRY(value.as_string());
    if (text.size() > kTextLengthMax || text.find('\0') != std::string::npos) {
        return fail(ErrorCode::kInvalidArgument, "{} bytes, at most {} without NUL are allowed",
                    text.size(), kTextLengthMax);
    }
    return text;
}

Result<std::uint32_t> count_of(const JsonValue& value) {
    const std::uint64_t count = TRY(value.as_uint64());
    if (count > UINT32_MAX) return fail(ErrorCode::kInvalidArgument, "{} is out of range", count);
    return static_cast<std::uint32_t>(count);
}

Result<double> number_of(const JsonValue& value) {
    return value.as_double();
}

Result<std::array<float, 3>> triple_of(const JsonValue& value) {
    if (!value.is_array() || value.items().size() != 3) {
        return fail(ErrorCode::kInvalidArgument, "three numbers are expected: red, green, blue");
    }
    std::array<float, 3> numbers{};
    for (std::size_t channel = 0; channel < 3; ++channel) {
        const double number = TRY(value.items()[channel].as_double());
        numbers[channel] = static_cast<float>(number);
    }
    return numbers;
}

Result<Layout> layout_of(const JsonValue& value) {
    const std::string name = TRY(value.as_string());
    if (name == "nchw") return Layout::kNchw;
    if (name == "nhwc") return Layout::kNhwc;
    return fail(ErrorCode::kInvalidArgument, "\"{}\" is neither nchw nor nhwc", name);
}

Result<void> read_resize(const JsonValue& value, ModelCard& card) {
    static constexpr std::string_view kKnown[] = {"rule", "crop_fraction", "size"};
    TRY(check_members(value, kKnown));
    std::string rule;
    MemberReader reader(value, true);
    reader.read("rule", rule, text_of);
    if (rule == "crop-then-resize") {
        card.resize_rule = ResizeRule::kCropThenResize;
        reader.read("crop_fraction", card.crop_fraction, number_of);
    } else if (rule == "resize-then-crop") {
        card.resize_rule = ResizeRule::kResizeThenCrop;
        reader.read("size", card.resize_size, count_of);
    } else if (rule == "stretch") {
        card.resize_rule = ResizeRule::kStretch;
    } else if (reader.status()) {
        return fail(ErrorCode::kInvalidArgument,
                    "rule: \"{}\" is none of crop-then-resize, resize-then-crop, stretch", rule);
    }
    return reader.status();
}

Result<Bands> bands_of(const JsonValue& value) {
    static constexpr std::string_view kKnown[] = {"identical", "near", "similar"};
    TRY(check_members(value, kKnown));
    Bands bands;
    MemberReader reader(value, true);
    reader.read("identical", bands.identical, number_of);
    reader.read("near", bands.near, number_of);
    reader.read("similar", bands.similar, number_of);
    TRY(reader.status());
    return bands;
}

Result<void> validate_text(const ModelCard& card) {
    if (!is_model_name(card.name)) {
        return fail(
            ErrorCode::kInvalidArgument,
            "name: \"{}\" is not 1 to {} letters, digits, '.', '-' and '_', the first no '.'",
            card.name, kNameLengthMax);
    }
    const bool is_plain = !card.file.empty() && card.file.size() <= 255 && card.file != "." &&
                          card.file != ".." && card.file.find('/') == std::string::npos;
    if (!is_plain) {
        return fail(ErrorCode::kInvalidArgument,
                    "file: \"{}\" is not the name of a file beside the card", card.file);
    }
    const bool is_hash = card.sha256.size() == 64 &&
                         card.sha256.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (!is_hash) {
        return fail(ErrorCode::kInvalidArgument,
                    "sha256: \"{}\" is not 64 hexadecimal digits (0-9a-f)", card.sha256);
    }
    if (card.input_tensor.empty()) return fail(ErrorCode::kInvalidArgument, "input_tensor: empty");
    if (card.output_tensor.empty())
        return fail(ErrorCode::kInvalidArgument, "output_tensor: empty");
    return {};
}

Result<void> validate_preprocessing(const ModelCard& card) {
    if (card.input_size < kInputSizeMin || card.input_size > kInputSizeMax) {
        return fail(ErrorCode::kInvalidArgument, "input_size: {} is not between {} and {}",
                    card.input_size, kInputSizeMin, kInputSizeMax);
    }
    if (!(card.crop_fraction > 0.01 && card.crop_fraction <= 1)) {
        return fail(ErrorCode::kInvalidArgument,
                    "resize: crop_fraction: {} is not above 0.01 and at most 1",
                    card.crop_fraction);
    }
    const bool crops_last = card.resize_rule == ResizeRule::kResizeThenCrop;
    if (crops_last &&
        (card.resize_size < card.input_size || card.resize_size > 2 * kInputSizeMax)) {
        return fail(ErrorCode::kInvalidArgument,
                    "resize: size: {} is not between input_size {} and {}", card.resize_size,
                    card.input_size, 2 * kInputSizeMax);
    }
    for (std::size_t channel = 0; channel < 3; ++channel) {
        if (!(std::abs(card.mean[channel]) <= 1000)) {
            return fail(ErrorCode::kInvalidArgument, "mean: {} is not between -1000 and 1000",
                        card.mean[channel]);
        }
        if (!(card.std[channel] >= 1e-6F && card.std[channel] <= 1e6F)) {
            return fail(ErrorCode::kInvalidArgument, "std: {} is not between 1e-6 and 1e6",
                        card.std[channel]);
        }
    }
    return {};
}

std::string_view name_of(ResizeRule rule) {
    switch (rule) {
        case ResizeRule::kCropThenResize:
            return "crop-then-resize";
        case ResizeRule::kResizeThenCrop:
            return "resize-then-crop";
        case ResizeRule::kStretch:
            return "stretch";
    }
    return "";
}

void write_triple(JsonWriter& writer, std::string_view key, const std::array<float, 3>& values) {
    std::string text;  // on one line, although the rest is pretty
    for (const float value : values) {
        text += fmt::format("{}{}", text.empty() ? "[" : ", ", value);
    }
    writer.key(key).raw(text + "]");
}

}  // namespace
}  // namespace sokkuri::features
