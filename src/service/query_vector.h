// QueryVector: what a query asks by, as a vector: an item's own, that of an indexed file with the
// same bytes, an earlier query's, or a new one from the model. Used by search and embed. Safe from
// any number of threads.
#pragma once

#include "base/result.h"
#include "collection/collection.h"
#include "image/picture.h"
#include "service/library.h"
#include "service/search.h"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace sokkuri::service {

struct QueryVector {
    std::vector<float> values;
    std::string item_id;  // empty: no item of the collection
    std::string handle;   // of ByUpload and ByQuery
};

/// kNotFound for items and handles that do not exist, kConflict for a model that does not fit, and
/// what decoding answers.
Result<QueryVector> query_vector(const Library& library, const SearchQuery& query,
                                 const collection::FieldSpec& field, SearchTimings& timings);

/// A picture that went through the model that the collection was indexed with.
struct EmbeddedQuery {
    std::vector<float> values;
    image::Picture picture;  // upright, perhaps shrunk
    image::Size original;
    features::ModelCard card;
};

struct EmbedOptions {
    ModelChoice model;
    image::DecodeLimits limits;
    std::string field = {};  // whose model is meant; empty: the main one's
};

/// Loads the model, if need be, while the picture is being decoded: together they are nearly all of
/// a cold start. A collection without pictures answers by `choice` or the default model.
Result<EmbeddedQuery> embed_query(const Library& library, std::span<const std::byte> picture,
                                  const EmbedOptions& options, SearchTimings& timings);

}  // namespace sokkuri::service
