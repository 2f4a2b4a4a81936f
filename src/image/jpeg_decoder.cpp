#include "image/jpeg_decoder.h"

#include "image/bounds.h"
#include "image/exif.h"
#include "image/jpeg_trap.h"
#include "image/orientation.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace sokkuri::image {

namespace {

constexpr std::size_t kRgbBytes = 3;
constexpr std::size_t kCmykBytes = 4;
constexpr int kBlockSide = DCTSIZE;
constexpr int kExifMarker = JPEG_APP0 + 1;
constexpr unsigned kMarkerBytesMax = 0xFFFF;

/// Real progressive files have some ten scans; each costs a pass over all coefficients, so a tiny
/// file with thousands of empty scans would keep a core busy for minutes. libjpeg-turbo's own
/// fuzzers stop at this number.
constexpr int kScansMax = 500;

/// One picture on its way through libjpeg. The steps must be called in order.
class Decompressor {
 public:
    explicit Decompressor(const DecodeOptions& options)
        : options_(options), deadline_(options.limits) {}
    ~Decompressor() { jpeg_destroy_decompress(&info_); }
    Decompressor(const Decompressor&) = delete;
    Decompressor& operator=(const Decompressor&) = delete;

    Result<void> read_header(std::span<const std::byte> file);
    Result<void> start();
    Result<Picture> read_pixels();

    Size stored_size() const { return stored_; }
    int orientation() const;

 private:
    /// libjpeg calls it now and then while it reads scans and rows.
    struct Progress {
        jpeg_progress_mgr manager;  // first, so that libjpeg's pointer to it is a pointer to this
        Decompressor* owner;
    };

    static void watch(j_common_ptr info);
    Result<void> choose_colors();
    void choose_scale();
    std::uint64_t memory_bytes() const;
    void read_rows(Picture& picture);
    void read_cmyk_rows(Picture& picture, std::vector<JSAMPLE>& cmyk);
    Error error() const;

    const DecodeOptions& options_;
    Deadline deadline_;
    JpegTrap trap_;
    Progress progress_{};
    jpeg_decompress_struct info_{};
    Size stored_;
    enum class Stop { kNo, kDeadline, kScans, kEndOfFile } stop_ = Stop::kNo;
};

void mix_cmyk(const JSAMPLE* cmyk, std::uint8_t* rgb, std::size_t pixels);

}  // namespace

Result<Decoded> decode_jpeg(std::span<const std::byte> file, const DecodeOptions& options) {
    Decompressor decompressor(options);
    TRY(decompressor.read_header(file));
    TRY(decompressor.start());
    Picture stored = TRY(decompressor.read_pixels());
    const int orientation = decompressor.orientation();
    return Decoded{.picture = turned_upright(std::move(stored), orientation),
                   .original = upright_size(decompressor.stored_size(), orientation),
                   .format = Format::kJpeg};
}

namespace {

Result<void> Decompressor::read_header(std::span<const std::byte> file) {
    info_.err = trap_.manager();
    const bool has_read = trap_.attempt([&] {
        jpeg_create_decompress(&info_);
        jpeg_mem_src(&info_, reinterpret_cast<const unsigned char*>(file.data()), file.size());
        jpeg_save_markers(&info_, kExifMarker, kMarkerBytesMax);
        jpeg_read_header(&info_, TRUE);
    });
    // A size beyond the limits is the better reason, even where the rest of the header is missing.
    if (!has_read && info_.image_width == 0) return tl::unexpected(error());
    stored_ = TRY(checked_size(info_.image_width, info_.image_height, options_.limits));
    if (!has_read) return tl::unexpected(error());
    return choose_colors();
}

Result<void> Decompressor::start() {
    choose_scale();
    TRY(check_memory(memory_bytes(), options_.limits));
    progress_.manager.progress_monitor = &watch;
    progress_.owner = this;
    info_.progress = &progress_.manager;
    const bool has_started = trap_.attempt([&] { jpeg_start_decompress(&info_); });
    if (!has_started) return tl::unexpected(error());
    return {};
}

Result<Picture> Decompressor::read_pixels() {
    Picture picture{.size = {.width = info_.output_width, .height = info_.output_height},
                    .rgb = {}};
    // Only reserved here: rows become memory when they are read, so a header that lies costs
    // nothing, and no row leaves the cache between its zeros and its pixels.
    picture.rgb.reserve(kRgbBytes * info_.output_width * info_.output_height);
    std::vector<JSAMPLE> cmyk;
    const bool is_cmyk = info_.out_color_space == JCS_CMYK;
    if (is_cmyk) cmyk.resize(kCmykBytes * info_.output_width);
    const bool has_read = trap_.attempt([&] {
        if (is_cmyk) return read_cmyk_rows(picture, cmyk);
        read_rows(picture);
    });
    if (!has_read) return tl::unexpected(error());
    if (trap_.has_ended_early()) {
        return fail(ErrorCode::kCorruption,
                    "the file ends before the picture does, at row {} of {}", info_.output_scanline,
                    info_.output_height);
    }
    return picture;
}

int Decompressor::orientation() const {
    constexpr std::string_view kExifPrefix("Exif\0\0", 6);
    for (const jpeg_marker_struct* marker = info_.marker_list; marker != nullptr;
         marker = marker->next) {
        const std::string_view content(reinterpret_cast<const char*>(marker->data),
                                       marker->data_length);
        if (marker->marker != kExifMarker || !content.starts_with(kExifPrefix)) continue;
        return orientation_of_exif(std::as_bytes(std::span(content)));
    }
    return 1;
}

void Decompressor::watch(j_common_ptr info) {
    Decompressor& self = *reinterpret_cast<Progress*>(info->progress)->owner;
    if (self.info_.input_scan_number > kScansMax) self.stop_ = Stop::kScans;
    if (self.deadline_.has_passed()) self.stop_ = Stop::kDeadline;
    if (self.trap_.has_ended_early()) self.stop_ = Stop::kEndOfFile;
    // The code does not matter: `error` looks at stop_ first.
    if (self.stop_ != Stop::kNo) info->err->error_exit(info);
}

Result<void> Decompressor::choose_colors() {
    switch (info_.jpeg_color_space) {
        case JCS_GRAYSCALE:
        case JCS_RGB:
        case JCS_YCbCr:
            info_.out_color_space = JCS_RGB;
            return {};
        case JCS_CMYK:
        case JCS_YCCK:
            info_.out_color_space = JCS_CMYK;
            return {};
        default:
            return fail(ErrorCode::kUnsupported, "a JPEG of {} color components",
                        info_.num_components);
    }
}

/// The smallest of 1/8, 1/4, 1/2 and 1 that keeps `shorter_side_min`. libjpeg-turbo also knows the
/// other eighths, but without SIMD: 3/8 takes longer than 1/2.
void Decompressor::choose_scale() {
    info_.scale_num = 1;
    info_.scale_denom = 1;
    const std::uint32_t shorter = std::min(stored_.width, stored_.height);
    for (const unsigned denominator : {8U, 4U, 2U}) {
        const std::uint32_t shrunk = (shorter + denominator - 1) / denominator;
        if (options_.shorter_side_min == 0 || shrunk < options_.shorter_side_min) continue;
        info_.scale_denom = denominator;
        break;
    }
    jpeg_calc_output_dimensions(&info_);
}

/// What libjpeg and we hold at the end: coefficients of the whole picture where scans come one
/// after the other, the pixels, and the turned pixels beside them.
std::uint64_t Decompressor::memory_bytes() const {
    constexpr std::uint64_t kCopies = 2;
    std::uint64_t bytes = kCopies * kRgbBytes * info_.output_width * info_.output_height;
    // jpeg_has_multiple_scans wants a non-const pointer only for its state check.
    if (jpeg_has_multiple_scans(const_cast<j_decompress_ptr>(&info_)) != TRUE) return bytes;
    for (int i = 0; i < info_.num_components; ++i) {
        const jpeg_component_info& component = info_.comp_info[i];
        bytes += std::uint64_t{component.width_in_blocks} * component.height_in_blocks *
                 kBlockSide * kBlockSide * sizeof(JCOEF);
    }
    return bytes;
}

/// Runs inside an attempt: nothing here may need a destructor.
void Decompressor::read_rows(Picture& picture) {
    constexpr std::size_t kRowsAtOnce = 16;  // two rows of blocks of a 4:2:0 picture
    std::array<JSAMPROW, kRowsAtOnce> rows;
    const std::size_t row_bytes = kRgbBytes * info_.output_width;
    while (info_.output_scanline < info_.output_height && !trap_.has_ended_early()) {
        const auto count =
            std::min<JDIMENSION>(kRowsAtOnce, info_.output_height - info_.output_scanline);
        picture.rgb.resize(row_bytes * (info_.output_scanline + count));
        for (JDIMENSION i = 0; i < count; ++i) {
            rows[i] = &picture.rgb[row_bytes * (info_.output_scanline + i)];
        }
        jpeg_read_scanlines(&info_, rows.data(), count);
    }
}

/// Runs inside an attempt: nothing here may need a destructor.
void Decompressor::read_cmyk_rows(Picture& picture, std::vector<JSAMPLE>& cmyk) {
    const std::size_t row_bytes = kRgbBytes * info_.output_width;
    while (info_.output_scanline < info_.output_height && !trap_.has_ended_early()) {
        picture.rgb.resize(row_bytes * (info_.output_scanline + 1));
        std::uint8_t* rgb = &picture.rgb[row_bytes * info_.output_scanline];
        JSAMPROW row = cmyk.data();
        jpeg_read_scanlines(&info_, &row, 1);
        // Adobe writes ink upside down (255 is none), and nearly all who write CMYK JPEG do as
        // Adobe.
        if (info_.saw_Adobe_marker == FALSE) {
            for (JSAMPLE& ink : cmyk)
                ink = static_cast<JSAMPLE>(MAXJSAMPLE - ink);
        }
        mix_cmyk(cmyk.data(), rgb, info_.output_width);
    }
}

Error Decompressor::error() const {
    if (stop_ == Stop::kDeadline) return deadline_.error();
    if (stop_ == Stop::kScans) {
        return Error(ErrorCode::kExhausted,
                     fmt::format("more than scans_max, {}, progressive scans", kScansMax));
    }
    if (trap_.has_ended_early()) {
        return Error(ErrorCode::kCorruption,
                     fmt::format("the file ends before the picture does, at row {} of {}",
                                 info_.output_scanline, info_.output_height));
    }
    return Error(ErrorCode::kCorruption, trap_.message());
}

/// `cmyk` holds what is left of the light by each ink (255: no ink).
void mix_cmyk(const JSAMPLE* cmyk, std::uint8_t* rgb, std::size_t pixels) {
    for (std::size_t i = 0; i < pixels; ++i) {
        const unsigned black = cmyk[kCmykBytes * i + 3];
        for (std::size_t channel = 0; channel < kRgbBytes; ++channel) {
            const unsigned product = cmyk[kCmykBytes * i + channel] * black;
            rgb[kRgbBytes * i + channel] =
                static_cast<std::uint8_t>((product + MAXJSAMPLE / 2) / MAXJSAMPLE);
        }
    }
}

}  // namespace

}  // namespace sokkuri::image
