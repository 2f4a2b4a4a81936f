// Items: records as people and programs address them one by one: get, list, sample, find by name,
// put, forget. Used by http. Safe from any number of threads.
#pragma once

#include "base/result.h"
#include "image/decode.h"
#include "service/item_condition.h"
#include "service/library.h"
#include "service/model_choice.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sokkuri::service {

struct Item {
    std::string id;
    std::string document;  // JSON
    std::uint64_t version = 0;
    std::uint64_t seq = 0;
    std::vector<collection::FieldVector> vectors = {};  // for those who ask (item_vectors.h)
};

/// By id alone; kNotFound.
Result<Item> get_item(const Library& library, const std::string& id);

struct ItemPage {
    std::vector<Item> items;
    std::string next;  // cursor of the next page; empty: this was the last
};

inline constexpr std::size_t kItemPageMax = 1'000;
/// Of documents: a page that has so many is full.
inline constexpr std::size_t kItemPageBytesMax = std::size_t{32} << 20;

/// In the order in which the records came, at most `limit` (1 to kItemPageMax), fewer where their
/// documents are large: then, too, `next` goes on. `cursor` is empty or the `next` of an earlier
/// page; kInvalidArgument when it is none. Costs O(limit).
Result<ItemPage> list_items(const Library& library, const std::string& cursor, std::size_t limit);

/// As collection::Collection::sample.
Result<std::vector<Item>> sample_items(const Library& library,
                                       const collection::SampleRequest& request);

/// Items whose path holds `text` (bytes; ASCII letters in either case), by path; at most `limit`.
/// Where items have no paths (a collection without a folder), the one with that id.
Result<std::vector<Item>> find_items_by_name(const Library& library, const std::string& text,
                                             std::size_t limit);

/// A vector of the user's own with the picture that it stands for: the picture is kept and shown,
/// and no model looks at it.
struct PictureWithVector {
    std::vector<std::byte> picture;
    std::vector<float> vector;
};

/// A picture's bytes, a vector of the user's own, or both, for the item to be found by.
using ItemSource =
    std::variant<std::monostate, std::vector<std::byte>, std::vector<float>, PictureWithVector>;

struct PutItemRequest {
    std::string id;
    std::optional<std::string> document;  // JSON object; its members join those of the picture
    ItemSource source;                    // none: only the document changes; the item must exist
    std::vector<collection::FieldVector> vectors = {};  // in further fields, by their names
    ItemCondition condition;
    ModelChoice model;
    image::DecodeLimits limits;
};

struct PutItemAnswer {
    Item item;
    bool was_created = false;
    bool is_refused = false;  // the condition does not hold: `item` is what is there, if anything
};

/// A picture is decoded, embedded and kept in the collection's folder (picture_store.h): whole, or
/// a thumbnail of it (Library::keeping). Vectors are those of the main field (main_field.h); the
/// first one makes it. kUnsupported for a picture alone where that field has no model. Items that
/// are files of the indexed folder take a new document but no new picture: kConflict.
Result<PutItemAnswer> put_item(Library& library, const PutItemRequest& request);

/// Removes the item. If it is a file, the file is left alone and its path is remembered as
/// excluded, so that later runs of ingest pass it by. kNotFound. False, and nothing is removed,
/// when the condition does not hold.
Result<bool> forget_item(Library& library, const std::string& id,
                         const ItemCondition& condition = {});

}  // namespace sokkuri::service
