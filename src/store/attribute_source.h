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
    kValues = 1,       // the scalars themselves
    kDates = 2,        // DateSpan::first of texts that are dates
    kWords = 3,        // tokens of texts (store/words.h)
    kPresence = 4,     // true when there is a value at the path or below; at "": always
    kRuns = 5,         // folded runs of texts, of three letters or more; indexed by pairs in places
    kDirectories = 6,  // directory_of texts
};
inline constexpr int kAttributeKindsEnd = 7;

struct AttributeSource {
    std::string path;  // members by dots; arrays are gone through
    AttributeKind kind = AttributeKind::kValues;

    bool operator==(const AttributeSource&) const = default;
};

inline constexpr const char* kTopDirectory = "/";

/// What is before the last '/' of a path; kTopDirectory without one.
std::string directory_of(std::string_view path);

/// Whether a path may go through a member of that name at the root of a document.
bool leads_to(std::string_view path, std::string_view name);

/// Scalars but null at `path`, in the order of the document. A member's name may itself hold dots.
std::vector<const JsonValue*> scalars_at(const JsonValue& document, std::string_view path);

/// What the index of `source` holds of the document: ascending, each once.
std::vector<AttributeValue> values_of(const JsonValue& document, const AttributeSource& source);

}  // namespace sokkuri::store
