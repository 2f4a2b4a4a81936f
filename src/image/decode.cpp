#include "image/decode.h"

#include "image/bounds.h"
#include "image/decoder_module.h"
#include "image/jpeg_decoder.h"
#include "image/stated_size.h"

namespace sokkuri::image {

namespace {

Result<void> check_statement(std::span<const std::byte> file, Format format,
                             const DecodeLimits& limits);

}  // namespace

Result<Decoded> decode(std::span<const std::byte> file, const DecodeOptions& options) {
    if (file.empty()) return fail(ErrorCode::kCorruption, "an empty file");
    if (file.size() > options.limits.file_bytes_max) {
        return fail(ErrorCode::kExhausted, "a file of {} bytes is larger than file_bytes_max, {}",
                    file.size(), options.limits.file_bytes_max);
    }
    const Format format = sniff(file);
    TRY(in_context(name_of(format), check_statement(file, format, options.limits)));
    const auto decode_by = [&](const char* module) {
        return decode_in_module(module, {.file = file, .format = format, .options = options});
    };
    switch (format) {
        case Format::kUnknown:
            return fail(ErrorCode::kUnsupported, "not a picture in a format that we read");
        case Format::kJpeg:
            return in_context("jpeg", decode_jpeg(file, options));
        case Format::kBmp:
            return in_context("bmp", decode_by("bmp"));
        default:
            return in_context(name_of(format), decode_by("vips"));
    }
}

namespace {

/// Refuses a size that the first bytes claim before any decoder sees the file.
Result<void> check_statement(std::span<const std::byte> file, Format format,
                             const DecodeLimits& limits) {
    const std::optional<StatedSize> stated = stated_size(file, format);
    if (!stated) return {};
    const Size size = TRY(checked_size(stated->width, stated->height, limits));
    constexpr std::uint64_t kRgbBytes = 3;
    return check_memory(kRgbBytes * size.width * size.height, limits);
}

}  // namespace

}  // namespace sokkuri::image
