// zimg's filter graphs: how to get from a window of one picture to another size. Building one takes
// longer than resizing a small photograph with it (0.2 ms against 0.15), and pictures come in few
// sizes, so the last ones are kept for all threads.
#pragma once

#include "base/result.h"
#include "image/resize.h"

#include <memory>

struct zimg_filter_graph;

namespace sokkuri::image {

/// A window of a picture, the crop inside it in the window's pixels, and the size that the crop
/// gets.
struct ResizeShape {
    Size window;
    Crop crop;
    Size target;

    bool operator==(const ResizeShape&) const = default;
};

using ResizeGraph = std::shared_ptr<const zimg_filter_graph>;

/// A graph from three 8-bit planes to three; may be used by several threads at a time.
/// kInternal, with zimg's reason, when zimg cannot.
Result<ResizeGraph> resize_graph(const ResizeShape& shape);

/// zimg's reason for its last failure on this thread.
tl::unexpected<Error> zimg_failure();

}  // namespace sokkuri::image
