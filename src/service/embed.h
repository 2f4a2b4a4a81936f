// Embed: the vectors of any picture files, for people who go on with them elsewhere. Those of a
// collection: export.h.
#pragma once

#include "base/result.h"
#include "image/decode.h"
#include "service/library.h"
#include "service/model_choice.h"
#include "service/search.h"

#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace sokkuri::service {

struct EmbedRequest {
    std::vector<std::string> pictures;
    ModelChoice model;
    image::DecodeLimits limits;
};

/// The model's raw output (not normalized) for one picture, or why there is none.
struct EmbeddedPicture {
    std::string picture;
    Result<std::vector<float>> vector;
};

/// Calls `take` once for each picture, in the order asked. Return false from it to stop.
Result<void> embed(FileSystem& files, const EmbedRequest& request,
                   const std::function<bool(const EmbeddedPicture&)>& take);

/// The vector of a picture that somebody sent, by the collection's model.
struct EmbeddedUpload {
    std::vector<float> vector;  // the model's raw output (not normalized)
    std::string model;
    SearchTimings timings;  // without search
};

/// As search of ByUpload, but no stored vector is used.
Result<EmbeddedUpload> embed_upload(const Library& library, const ByUpload& upload,
                                    const ModelChoice& choice, const image::DecodeLimits& limits);

}  // namespace sokkuri::service
