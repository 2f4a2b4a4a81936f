// The one thing that we ask of EXIF: which way up a photograph is. libexif reads it.
// Safe from any number of threads.
#pragma once

#include <cstddef>
#include <span>

namespace sokkuri::image {

/// From an APP1 segment's content ("Exif\0\0" and a TIFF structure), as image/orientation.h has it.
/// 1 (upright) for everything that is not a clear 2–8.
int orientation_of_exif(std::span<const std::byte> exif);

}  // namespace sokkuri::image
