// What a RowSet holds.
#pragma once

#include "index/bitmap.h"

#include <sokkuri/index.h>

namespace sokkuri {

struct RowSet::Body {
    index::Bitmap rows;
};

}  // namespace sokkuri
