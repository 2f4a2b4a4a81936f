// The bytes of a head row (HeadLayout) and the codes in it, one a byte. Pure functions: safe from
// any number of threads.
#pragma once

#include "index/head_model.h"

#include <cstdint>

namespace sokkuri::index {

/// `row`: layout.row_bytes(), from `codes`: layout.places(), zero where there is no component. The
/// last 4 bytes, the bias, come out as zeros.
void pack_head(const HeadLayout& layout, const std::uint8_t* codes, std::uint8_t* row);

/// The other way round; where the bias is, codes are zero.
void unpack_head(const HeadLayout& layout, const std::uint8_t* row, std::uint8_t* codes);

/// out[i] = (code of component i − center) · step, for all components; each is rounded once.
void decode_head(const HeadModel& model, const std::uint8_t* codes, float* out);

}  // namespace sokkuri::index
