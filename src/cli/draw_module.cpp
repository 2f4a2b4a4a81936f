// The module `draw`: the only file that knows libchafa.
#include "cli/picture_strip.h"

#include <chafa.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

namespace sokkuri::cli {
namespace {

struct Unref {
    void operator()(ChafaCanvas* canvas) const { chafa_canvas_unref(canvas); }
    void operator()(ChafaCanvasConfig* config) const { chafa_canvas_config_unref(config); }
    void operator()(ChafaSymbolMap* map) const { chafa_symbol_map_unref(map); }
    void operator()(ChafaTermInfo* info) const { chafa_term_info_unref(info); }
    void operator()(GString* text) const { g_string_free(text, TRUE); }
};
template <typename T>
using Owned = std::unique_ptr<T, Unref>;

/// All boxes and gaps as one picture; transparent where nothing is.
struct Raster {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::vector<std::uint8_t> rgba;
};

Raster compose(const std::vector<std::optional<image::Picture>>& pictures,
               const StripLayout& layout);
void place(const image::Picture& picture, std::uint32_t left, const StripLayout& layout,
           Raster& raster);
/// The pixel at a place given in the picture's own pixels, mixed from its four neighbors.
std::array<std::uint8_t, 3> mixed_pixel(const image::Picture& picture, double x, double y);
ChafaPixelMode pixel_mode_of(Protocol protocol, ChafaTermInfo* terminal);
ChafaCanvasMode canvas_mode_of(StripColors colors, ChafaTermInfo* terminal);
Owned<ChafaTermInfo> detect_terminal(const StripLayout& layout);
std::uint32_t columns_of(std::size_t pictures, const StripLayout& layout);
/// Makes room below, draws there, and ends below: pictures leave the cursor in different places on
/// different terminals.
std::string in_place(std::string_view drawing, std::uint32_t rows);

}  // namespace

extern "C" __attribute__((visibility("default"))) void sokkuri_draw_strip(
    const std::vector<std::optional<image::Picture>>& pictures, const StripLayout& layout,
    std::string& out) {
    const Owned<ChafaTermInfo> terminal = detect_terminal(layout);
    const ChafaPixelMode mode = pixel_mode_of(layout.protocol, terminal.get());
    const Owned<ChafaSymbolMap> symbols(chafa_symbol_map_new());
    chafa_symbol_map_add_by_tags(
        symbols.get(),
        static_cast<ChafaSymbolTags>(CHAFA_SYMBOL_TAG_SPACE | CHAFA_SYMBOL_TAG_BLOCK));
    const Owned<ChafaCanvasConfig> config(chafa_canvas_config_new());
    chafa_canvas_config_set_geometry(config.get(),
                                     static_cast<gint>(columns_of(pictures.size(), layout)),
                                     static_cast<gint>(layout.picture_rows));
    chafa_canvas_config_set_cell_geometry(config.get(), static_cast<gint>(layout.cell_width_px),
                                          static_cast<gint>(layout.cell_height_px));
    chafa_canvas_config_set_pixel_mode(config.get(), mode);
    chafa_canvas_config_set_canvas_mode(config.get(),
                                        canvas_mode_of(layout.colors, terminal.get()));
    chafa_canvas_config_set_symbol_map(config.get(), symbols.get());
    chafa_canvas_config_set_work_factor(config.get(), 0.9F);
    chafa_canvas_config_set_transparency_threshold(config.get(), 0.5F);
    chafa_canvas_config_set_dither_mode(config.get(), CHAFA_DITHER_MODE_NONE);
    const Owned<ChafaCanvas> canvas(chafa_canvas_new(config.get()));
    const Raster raster = compose(pictures, layout);
    chafa_canvas_draw_all_pixels(canvas.get(), CHAFA_PIXEL_RGBA8_UNASSOCIATED, raster.rgba.data(),
                                 static_cast<gint>(raster.width), static_cast<gint>(raster.height),
                                 static_cast<gint>(raster.width * 4));
    const Owned<GString> text(chafa_canvas_print(canvas.get(), terminal.get()));
    const std::string_view drawing(text->str, text->len);
    out = mode == CHAFA_PIXEL_MODE_SYMBOLS ? std::string(drawing) + "\n"
                                           : in_place(drawing, layout.picture_rows);
}

namespace {

Raster compose(const std::vector<std::optional<image::Picture>>& pictures,
               const StripLayout& layout) {
    Raster raster{.width = columns_of(pictures.size(), layout) * layout.cell_width_px,
                  .height = layout.picture_rows * layout.cell_height_px,
                  .rgba = {}};
    raster.rgba.assign(std::size_t{raster.width} * raster.height * 4, 0);
    std::uint32_t left = 0;
    for (const std::optional<image::Picture>& picture : pictures) {
        if (picture && !picture->rgb.empty()) place(*picture, left, layout, raster);
        left += (layout.picture_columns + layout.gap_columns) * layout.cell_width_px;
    }
    return raster;
}

void place(const image::Picture& picture, std::uint32_t left, const StripLayout& layout,
           Raster& raster) {
    const double box_width = layout.picture_columns * layout.cell_width_px;
    const double box_height = raster.height;
    const double scale = std::min(box_width / picture.size.width, box_height / picture.size.height);
    const auto width = static_cast<std::uint32_t>(
        std::max(1.0, std::min(box_width, std::round(picture.size.width * scale))));
    const auto height = static_cast<std::uint32_t>(
        std::max(1.0, std::min(box_height, std::round(picture.size.height * scale))));
    left += (static_cast<std::uint32_t>(box_width) - width) / 2;
    const std::uint32_t top = (raster.height - height) / 2;
    for (std::uint32_t y = 0; y < height; ++y) {
        for (std::uint32_t x = 0; x < width; ++x) {
            const auto pixel =
                mixed_pixel(picture, (x + 0.5) / scale - 0.5, (y + 0.5) / scale - 0.5);
            const std::size_t at = (std::size_t{top + y} * raster.width + left + x) * 4;
            std::ranges::copy(pixel, raster.rgba.begin() + static_cast<std::ptrdiff_t>(at));
            raster.rgba[at + 3] = 255;
        }
    }
}

std::array<std::uint8_t, 3> mixed_pixel(const image::Picture& picture, double x, double y) {
    const double right_most = picture.size.width - 1.0;
    const double bottom_most = picture.size.height - 1.0;
    x = std::clamp(x, 0.0, right_most);
    y = std::clamp(y, 0.0, bottom_most);
    const auto x0 = static_cast<std::size_t>(x);
    const auto y0 = static_cast<std::size_t>(y);
    const auto x1 = std::min(x0 + 1, static_cast<std::size_t>(right_most));
    const auto y1 = std::min(y0 + 1, static_cast<std::size_t>(bottom_most));
    const double right_share = x - static_cast<double>(x0);
    const double bottom_share = y - static_cast<double>(y0);
    std::array<std::uint8_t, 3> pixel{};
    for (std::size_t channel = 0; channel < 3; ++channel) {
        const auto value = [&](std::size_t column, std::size_t row) {
            return static_cast<double>(
                picture.rgb[(row * picture.size.width + column) * 3 + channel]);
        };
        const double above = std::lerp(value(x0, y0), value(x1, y0), right_share);
        const double below = std::lerp(value(x0, y1), value(x1, y1), right_share);
        pixel[channel] =
            static_cast<std::uint8_t>(std::lround(std::lerp(above, below, bottom_share)));
    }
    return pixel;
}

ChafaPixelMode pixel_mode_of(Protocol protocol, ChafaTermInfo* terminal) {
    switch (protocol) {
        case Protocol::kSymbols:
            return CHAFA_PIXEL_MODE_SYMBOLS;
        case Protocol::kSixel:
            return CHAFA_PIXEL_MODE_SIXELS;
        case Protocol::kKitty:
            return CHAFA_PIXEL_MODE_KITTY;
        case Protocol::kIterm:
            return CHAFA_PIXEL_MODE_ITERM2;
        case Protocol::kAuto:
            break;
    }
    const auto can = [&](ChafaTermSeq sequence) {
        return chafa_term_info_have_seq(terminal, sequence) == TRUE;
    };
    if (can(CHAFA_TERM_SEQ_BEGIN_KITTY_IMMEDIATE_IMAGE_V1)) return CHAFA_PIXEL_MODE_KITTY;
    if (can(CHAFA_TERM_SEQ_BEGIN_ITERM2_IMAGE)) return CHAFA_PIXEL_MODE_ITERM2;
    if (can(CHAFA_TERM_SEQ_BEGIN_SIXELS)) return CHAFA_PIXEL_MODE_SIXELS;
    return CHAFA_PIXEL_MODE_SYMBOLS;
}

ChafaCanvasMode canvas_mode_of(StripColors colors, ChafaTermInfo* terminal) {
    if (colors == StripColors::kNone) return CHAFA_CANVAS_MODE_FGBG;
    if (colors == StripColors::kTrue) return CHAFA_CANVAS_MODE_TRUECOLOR;
    const auto can = [&](ChafaTermSeq sequence) {
        return chafa_term_info_have_seq(terminal, sequence) == TRUE;
    };
    if (can(CHAFA_TERM_SEQ_SET_COLOR_FGBG_DIRECT)) return CHAFA_CANVAS_MODE_TRUECOLOR;
    if (can(CHAFA_TERM_SEQ_SET_COLOR_FGBG_256)) return CHAFA_CANVAS_MODE_INDEXED_240;
    return can(CHAFA_TERM_SEQ_SET_COLOR_FGBG_16) ? CHAFA_CANVAS_MODE_INDEXED_16
                                                 : CHAFA_CANVAS_MODE_FGBG;
}

/// The terminal of the environment, with what it lacks filled up so that every mode that was asked
/// for can be printed.
Owned<ChafaTermInfo> detect_terminal(const StripLayout& layout) {
    gchar** environment = g_get_environ();
    Owned<ChafaTermInfo> terminal(chafa_term_db_detect(chafa_term_db_get_default(), environment));
    g_strfreev(environment);
    const bool is_sure =
        layout.protocol == Protocol::kAuto && layout.colors == StripColors::kAsTerminal;
    if (!is_sure) {
        const Owned<ChafaTermInfo> fallback(
            chafa_term_db_get_fallback_info(chafa_term_db_get_default()));
        chafa_term_info_supplement(terminal.get(), fallback.get());
    }
    return terminal;
}

std::uint32_t columns_of(std::size_t pictures, const StripLayout& layout) {
    const auto count = static_cast<std::uint32_t>(std::max<std::size_t>(pictures, 1));
    return count * (layout.picture_columns + layout.gap_columns) - layout.gap_columns;
}

std::string in_place(std::string_view drawing, std::uint32_t rows) {
    return fmt::format(
        "{}\x1b[{}A\x1b"
        "7{}\x1b"
        "8\x1b[{}B",
        std::string(rows, '\n'), rows, drawing, rows);
}

}  // namespace
}  // namespace sokkuri::cli
