// Changing what is said of items, member by member (RFC 7396), one or many at once. An array of
// numbers under the name of a vector field is that field's vector, as in a put
// (document_vectors.h); no other vector is touched. What sokkuri says of a picture itself cannot be
// changed. Used by http and cli. Safe from any number of threads.
#pragma once

#include "base/result.h"
#include "service/item_condition.h"
#include "service/items.h"
#include "service/library.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace sokkuri::service {

struct PatchItemRequest {
    std::string id;
    std::string patch;  // JSON object; null removes a member
    ItemCondition condition;
};

struct PatchItemAnswer {
    Item item;
    bool is_refused = false;  // the condition does not hold: `item` is what is there
};

/// kNotFound; kInvalidArgument for a patch of what sokkuri says, that makes the document too large,
/// or with a vector that does not fit its field; kConflict for the vector that follows from a file.
/// A patch that changes nothing gives no new version.
Result<PatchItemAnswer> patch_item(Library& library, const PatchItemRequest& request);

struct ItemPatch {
    std::string id;    // empty: by path alone
    std::string path;  // asked first; relative to the folder or absolute
    std::string patch;
};

inline constexpr std::size_t kItemPatchesMax = 10'000;

struct PatchReport {
    struct Failure {
        std::size_t position = 0;  // among the patches
        std::string reason;
    };
    std::uint64_t changed = 0;
    std::uint64_t unchanged = 0;
    std::vector<Failure> missing;  // patches of no item
    std::vector<Failure> refused;
};

/// All that can be patched, in one commit; what cannot is told. Durable when it returns.
/// kInvalidArgument beyond kItemPatchesMax.
Result<PatchReport> patch_items(Library& library, std::span<const ItemPatch> patches);

}  // namespace sokkuri::service
