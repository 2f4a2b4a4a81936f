#include "cli/picture_strip.h"

#include "base/module.h"

#include <algorithm>
#include <cmath>

namespace sokkuri::cli {

std::uint32_t rows_needed(const std::vector<std::optional<image::Picture>>& pictures,
                          const StripLayout& layout) {
    const double box_width = layout.picture_columns * layout.cell_width_px;
    const double box_height = layout.picture_rows * layout.cell_height_px;
    double tallest = 1;
    for (const std::optional<image::Picture>& picture : pictures) {
        if (!picture || picture->size.width == 0) continue;
        const double height = box_width * picture->size.height / picture->size.width;
        tallest = std::max(tallest, std::min(height, box_height));
    }
    return static_cast<std::uint32_t>(std::ceil(tallest / layout.cell_height_px));
}

Result<std::string> draw_strip(const std::vector<std::optional<image::Picture>>& pictures,
                               const StripLayout& layout) {
    void* const symbol = TRY(module_symbol("draw", "sokkuri_draw_strip"));
    const auto draw = reinterpret_cast<DrawStrip>(symbol);
    std::string text;
    draw(pictures, layout, text);
    return text;
}

}  // namespace sokkuri::cli
