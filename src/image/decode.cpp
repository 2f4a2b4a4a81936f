#include "image/decode.h"

#include "image/decoder_module.h"
#include "image/jpeg_decoder.h"

namespace sokkuri::image {

Result<Decoded> decode(std::span<const std::byte> file, const DecodeOptions& options) {
    if (file.empty()) return fail(ErrorCode::kCorruption, "an empty file");
    if (file.size() > options.limits.file_bytes_max) {
        return fail(ErrorCode::kExhausted, "a file of {} bytes is larger than file_bytes_max, {}",
                    file.size(), options.limits.file_bytes_max);
    }
    const Format format = sniff(file);
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

}  // namespace sokkuri::image
