// Which way up a photograph is (EXIF tag 0x0112) and turning it upright. Values 1–8 as in EXIF 2.3
// §4.6.4 A; 1 is upright, 5–8 swap width and height.
#pragma once

#include "image/picture.h"

namespace sokkuri::image {

/// Of the upright picture.
Size upright_size(Size stored, int orientation);

/// Turns pixels as stored upright.
Picture turned_upright(Picture stored, int orientation);

}  // namespace sokkuri::image
