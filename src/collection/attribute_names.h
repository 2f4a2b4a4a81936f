// AttributeNames: what the path of an attribute means in this collection where it is not what
// documents say: the folder of each item's file. Filters, counts by value, order and group caps
// read paths by it alike. Part of collection/local_collection.h. Plain values.
#pragma once

#include "store/attribute_source.h"

#include <string>
#include <string_view>

namespace sokkuri::collection {

struct AttributeNames {
    /// This attribute is the directory of the path at `directory_of` (store::directory_of), a text,
    /// whatever documents say. Empty: there is none.
    std::string directory;
    std::string directory_of;

    bool is_directory(std::string_view path) const {
        return !directory.empty() && path == directory;
    }
    /// Where the values of the path come from.
    store::AttributeSource source_of(const std::string& path) const {
        if (is_directory(path)) return {directory_of, store::AttributeKind::kDirectories};
        return {path, store::AttributeKind::kValues};
    }
};

}  // namespace sokkuri::collection
