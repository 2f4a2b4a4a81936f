// Photograph: what a camera has written into a picture file (EXIF): when, where, with what. libexif
// reads it; nothing is decoded. Files are hostile: what is out of range is left out. Safe from any
// number of threads.
#pragma once

#include "image/format.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace sokkuri::image {

struct Photograph {
    std::string make;  // of the camera; UTF-8, at most kPhotographTextMax bytes, as the others
    std::string model;
    std::string lens;
    std::string artist;
    std::string description;
    /// "2024-05-01T12:34:56", by the camera's clock; with "+09:00" behind where it says so.
    std::string taken;
    std::optional<double> exposure_s;
    std::optional<double> f_number;
    std::optional<double> focal_length_mm;
    std::optional<std::uint32_t> iso;
    std::optional<double> latitude;    // degrees, north is positive
    std::optional<double> longitude;   // degrees, east is positive
    std::optional<double> altitude_m;  // above the sea

    bool operator==(const Photograph&) const = default;
};

inline constexpr std::size_t kPhotographTextMax = 500;

/// Of a JPEG, PNG, WebP, TIFF, HEIF or AVIF file; nothing where there is nothing to read.
Photograph photograph_of(std::span<const std::byte> file, Format format);

}  // namespace sokkuri::image
