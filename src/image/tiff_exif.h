// The directories of a TIFF file that EXIF is made of, wherever in the file they lie: writers often
// put them behind the pixels. Used by photograph.cpp. Pure.
#pragma once

#include <string>
#include <string_view>

namespace sokkuri::image {

/// A TIFF structure of its own with the first directory, that of EXIF and that of places, and such
/// values as fit into 512 bytes; empty when `file` begins as no TIFF. What leads out of the file is
/// left out. At most some 300 kB, however large the file is (libexif reads the first 64 of them).
std::string exif_of_tiff(std::string_view file);

}  // namespace sokkuri::image
