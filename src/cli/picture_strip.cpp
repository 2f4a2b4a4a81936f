#include "cli/picture_strip.h"

#include "base/module.h"

namespace sokkuri::cli {

Result<std::string> draw_strip(const std::vector<std::optional<image::Picture>>& pictures,
                               const StripLayout& layout) {
    void* const symbol = TRY(module_symbol("draw", "sokkuri_draw_strip"));
    const auto draw = reinterpret_cast<DrawStrip>(symbol);
    std::string text;
    draw(pictures, layout, text);
    return text;
}

}  // namespace sokkuri::cli
