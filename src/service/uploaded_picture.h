// UploadedPicture: the vector of a picture that somebody sent, with a handle to ask by it again.
// The stored vector when an indexed file has the same bytes, that of an earlier upload of the same
// bytes, else a new one from the model. Used by query_vector.cpp. Safe from any number of threads.
#pragma once

#include "base/result.h"
#include "collection/collection.h"
#include "service/library.h"
#include "service/query_vector.h"

#include <cstddef>
#include <span>

namespace sokkuri::service {

Result<QueryVector> vector_of_upload(const Library& library, std::span<const std::byte> picture,
                                     const collection::FieldSpec& field,
                                     const EmbedOptions& options, SearchTimings& timings);

/// A picture that is broken is no corruption of ours, but a bad argument of who sent it.
template <typename T>
Result<T> as_sent(Result<T> result) {
    if (result || result.error().code() != ErrorCode::kCorruption) return result;
    return fail(ErrorCode::kInvalidArgument, "{}", result.error().message());
}

}  // namespace sokkuri::service
