// Which way up a photograph is (EXIF tag 0x0112) and turning it upright. Values 1–8 as in EXIF 2.3
// §4.6.4 A; 1 is upright, 5–8 swap width and height.
#pragma once

#include "image/picture.h"

#include <cstddef>
#include <span>

namespace sokkuri::image {

/// From an APP1 segment's content ("Exif\0\0" and a TIFF structure). 1 for everything that is not a
/// clear 2–8.
int orientation_of_exif(std::span<const std::byte> exif);

/// Of the upright picture.
Size upright_size(Size stored, int orientation);

/// Turns pixels as stored upright.
Picture turned_upright(Picture stored, int orientation);

}  // namespace sokkuri::image
