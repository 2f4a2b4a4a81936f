// AttributeSource: what of a document an attribute index holds. Extraction is the same for the
// writer that fills an index and for the reader that goes through documents without one. Pure.
#pragma once

#include "base/json.h"
#include "store/attribute_value.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sokkuri::store {

/// Numbers as in the catalog.
enum class AttributeKind : std::uint8_t {
    kValues = 1,    // the scalars themselves
    kDates = 2,     // DateSpan::first of texts that are dates
    kWords = 3,     // index_tokens of texts
    kPresence = 4,  // true when there is a value at the path or below; at "": always
};

struct AttributeSource {
    std::string path;  // members by dots; arrays are gone through
    AttributeKind kind = AttributeKind::kValues;

    bool operator==(const AttributeSource&) const = default;
};

/// Scalars but null at `path`, in the order of the document. A member's name may itself hold dots.
std::vector<const JsonValue*> scalars_at(const JsonValue& document, std::string_view path);

/// What the index of `source` holds of the document: ascending, each once.
std::vector<AttributeValue> values_of(const JsonValue& document, const AttributeSource& source);

}  // namespace sokkuri::store
