#include "image/jpeg_trap.h"
#include "image/thumbnail.h"

#include <algorithm>
#include <cstdlib>

namespace sokkuri::image {

namespace {

constexpr std::size_t kRgbBytes = 3;
constexpr int kQualityMin = 1;
constexpr int kQualityMax = 100;

/// One picture on its way through libjpeg. Owns the compressed bytes, which libjpeg allocates.
class Compressor {
 public:
    Compressor() = default;
    ~Compressor();
    Compressor(const Compressor&) = delete;
    Compressor& operator=(const Compressor&) = delete;

    Result<std::vector<std::byte>> compress(const Picture& picture, int quality);

 private:
    void write_rows(const Picture& picture);

    JpegTrap trap_;
    jpeg_compress_struct info_{};
    unsigned char* bytes_ = nullptr;
    unsigned long size_bytes_ = 0;
};

}  // namespace

Result<std::vector<std::byte>> encode_jpeg(const Picture& picture, int quality) {
    const auto [width, height] = picture.size;
    if (quality < kQualityMin || quality > kQualityMax) {
        return fail(ErrorCode::kInvalidArgument, "JPEG quality {} is not within {} … {}", quality,
                    kQualityMin, kQualityMax);
    }
    if (width == 0 || height == 0 || std::max(width, height) > JPEG_MAX_DIMENSION ||
        picture.rgb.size() != kRgbBytes * width * height) {
        return fail(ErrorCode::kInvalidArgument,
                    "{}x{} pixels in {} bytes cannot become a JPEG file", width, height,
                    picture.rgb.size());
    }
    Compressor compressor;
    return compressor.compress(picture, quality);
}

namespace {

Compressor::~Compressor() {
    jpeg_destroy_compress(&info_);
    std::free(bytes_);
}

Result<std::vector<std::byte>> Compressor::compress(const Picture& picture, int quality) {
    info_.err = trap_.manager();
    const bool has_written = trap_.attempt([&] {
        jpeg_create_compress(&info_);
        jpeg_mem_dest(&info_, &bytes_, &size_bytes_);
        info_.image_width = picture.size.width;
        info_.image_height = picture.size.height;
        info_.input_components = kRgbBytes;
        info_.in_color_space = JCS_RGB;
        jpeg_set_defaults(&info_);  // YCbCr, 4:2:0, baseline
        jpeg_set_quality(&info_, quality, TRUE);
        jpeg_start_compress(&info_, TRUE);
        write_rows(picture);
        jpeg_finish_compress(&info_);
    });
    if (!has_written) return fail(ErrorCode::kInternal, "encode JPEG: {}", trap_.message());
    const auto* first = reinterpret_cast<const std::byte*>(bytes_);
    return std::vector<std::byte>(first, first + size_bytes_);
}

/// Runs inside an attempt: nothing here may need a destructor.
void Compressor::write_rows(const Picture& picture) {
    const std::size_t row_bytes = kRgbBytes * picture.size.width;
    while (info_.next_scanline < info_.image_height) {
        // libjpeg only reads the row, but does not say so.
        JSAMPROW row = const_cast<JSAMPROW>(&picture.rgb[row_bytes * info_.next_scanline]);
        jpeg_write_scanlines(&info_, &row, 1);
    }
}

}  // namespace

}  // namespace sokkuri::image
