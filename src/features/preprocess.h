// From a picture file to what a model wants to see, exactly as its card says. Pure; safe from any
// number of threads.
#pragma once

#include "base/result.h"
#include "features/model_card.h"
#include "image/decode.h"
#include "image/resize.h"

namespace sokkuri::features {

/// How far a decoder may shrink a picture so that `prepare` still loses nothing that can be
/// measured.
image::DecodeOptions decode_options(const ModelCard& card, const image::DecodeLimits& limits);

/// The part of a picture that the model sees, in pixels of the original.
image::Crop model_crop(image::Size original, const ModelCard& card);

/// Crops and resizes to input_size × input_size. `original` is the upright size of the stored
/// picture: crops are computed on it, so that a shrunk decode sees the same part. Mean and std are
/// applied inside the extractor.
Result<image::Picture> prepare(const image::Picture& picture, image::Size original,
                               const ModelCard& card);

}  // namespace sokkuri::features
