#include "image/resize_graph.h"

#include "base/guarded.h"

#include <zimg.h>

#include <algorithm>
#include <array>
#include <list>

namespace sokkuri::image {

namespace {

/// About 25 KB each for photographs of everyday size.
constexpr std::size_t kGraphsMax = 512;

struct Entry {
    ResizeShape shape;
    ResizeGraph graph;
};

/// Most recently used first.
using Entries = std::list<Entry>;

ResizeGraph kept_graph(Entries& entries, const ResizeShape& shape);
Result<ResizeGraph> built_graph(const ResizeShape& shape);

}  // namespace

Result<ResizeGraph> resize_graph(const ResizeShape& shape) {
    static Guarded<Entries> kept;
    if (ResizeGraph graph = kept_graph(*kept.lock(), shape)) return graph;
    ResizeGraph graph = TRY(built_graph(shape));
    auto entries = kept.lock();
    entries->push_front({.shape = shape, .graph = graph});
    if (entries->size() > kGraphsMax) entries->pop_back();
    return graph;
}

tl::unexpected<Error> zimg_failure() {
    std::array<char, 256> reason{};
    zimg_get_last_error(reason.data(), reason.size());
    zimg_clear_last_error();
    return fail(ErrorCode::kInternal, "zimg: {}", reason.data());
}

namespace {

ResizeGraph kept_graph(Entries& entries, const ResizeShape& shape) {
    const auto found = std::ranges::find(entries, shape, &Entry::shape);
    if (found == entries.end()) return nullptr;
    entries.splice(entries.begin(), entries, found);
    return found->graph;
}

Result<ResizeGraph> built_graph(const ResizeShape& shape) {
    zimg_image_format from;
    zimg_image_format_default(&from, ZIMG_API_VERSION);
    from.width = shape.window.width;
    from.height = shape.window.height;
    from.pixel_type = ZIMG_PIXEL_BYTE;
    from.color_family = ZIMG_COLOR_RGB;
    from.matrix_coefficients = ZIMG_MATRIX_RGB;
    from.pixel_range = ZIMG_RANGE_FULL;
    zimg_image_format to = from;
    to.width = shape.target.width;
    to.height = shape.target.height;
    from.active_region = {.left = shape.crop.left,
                          .top = shape.crop.top,
                          .width = shape.crop.width,
                          .height = shape.crop.height};
    zimg_graph_builder_params params;
    zimg_graph_builder_params_default(&params, ZIMG_API_VERSION);
    params.resample_filter = ZIMG_RESIZE_BICUBIC;
    params.filter_param_a = 0;    // B of Mitchell and Netravali's family
    params.filter_param_b = 0.5;  // C: the negative of the usual a
    // Not ZIMG_CPU_AUTO_64B: zimg 3.0.4 then gets some sizes wrong (resize_test finds them).
    params.cpu_type = ZIMG_CPU_AUTO;
    zimg_filter_graph* graph = zimg_filter_graph_build(&from, &to, &params);
    if (graph == nullptr) return zimg_failure();
    return ResizeGraph(graph, [](const zimg_filter_graph* owned) {
        zimg_filter_graph_free(const_cast<zimg_filter_graph*>(owned));
    });
}

}  // namespace

}  // namespace sokkuri::image
