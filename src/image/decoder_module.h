// The seam between this floor and the shared objects that hold heavy decoders (libvips,
// gdk-pixbuf), opened when a picture first needs one. A module exports one function,
// `kDecoderSymbol`, of type DecoderFunction. Both sides come from the same build, so C++ types
// cross; exceptions other than std::bad_alloc do not.
#pragma once

#include "base/result.h"
#include "image/decode.h"

#include <cstddef>
#include <span>
#include <string_view>

namespace sokkuri::image {

struct DecoderCall {
    std::span<const std::byte> file;
    Format format = Format::kUnknown;
    DecodeOptions options;
};

using DecoderFunction = void (*)(const DecoderCall& call, Result<Decoded>& result);

inline constexpr const char* kDecoderSymbol = "sokkuri_decode_picture";

/// Decodes in `libsokkuri_<module>.so`. kUnavailable, with the loader's reason, when that cannot be
/// opened.
Result<Decoded> decode_in_module(std::string_view module, const DecoderCall& call);

}  // namespace sokkuri::image
