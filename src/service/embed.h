// Embed: vectors out, for people who go on with them elsewhere: of any picture files, or all of a
// collection as npy.
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

struct ExportRequest {
    std::string npy_file;  // float32 [items, dimension], C order, raw vectors by record number
    std::string ids_file;  // one id a line in the same order; empty: not written
};

struct ExportReport {
    std::uint64_t items = 0;
    std::uint32_t dimension = 0;
};

Result<ExportReport> export_vectors(const Library& library, const ExportRequest& request);

}  // namespace sokkuri::service
