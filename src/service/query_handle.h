// Query handles: an uploaded picture's vector and a small preview, kept for a while so that links
// to its results survive a reload, also of the server. In workspace.db; bounded and expiring. Safe
// from any number of threads.
#pragma once

#include "base/result.h"
#include "image/picture.h"
#include "service/library.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace sokkuri::service {

inline constexpr std::size_t kQueryHandlesMax = 2'000;  // the oldest go first
inline constexpr std::int64_t kQueryHandleSeconds = 7 * 24 * 3600;
inline constexpr std::uint32_t kQueryPreviewSide = 640;

struct QueryHandle {
    std::string id;  // 22 base64url characters: of the picture's content
    std::int64_t created_s = 0;
    std::int64_t expires_s = 0;
    image::Size size;         // of the picture as uploaded, upright; zero for a vector
    std::string item_id;      // of an indexed file with the very same content, or empty
    std::string fingerprint;  // of the model that made the vector
    std::string model;        // its name; empty for a vector of the user's own
};

/// kNotFound when it has expired or never was.
Result<QueryHandle> find_query(const Library& library, const std::string& id);
/// JPEG, longer side at most kQueryPreviewSide.
Result<std::vector<std::byte>> query_preview(const Library& library, const std::string& id);

/// The kNotFound of both.
Error no_such_query(const std::string& id);

}  // namespace sokkuri::service
