// GuardedLoad: loading many rows without taking away what sokkuri says of files and of pictures
// that it keeps. Used by bulk requests, imports and patches, in turn (Library::in_turn).
#pragma once

#include "base/result.h"
#include "collection/collection.h"
#include "collection/load.h"
#include "service/library.h"

#include <span>
#include <string>
#include <string_view>

namespace sokkuri::service {

/// As Collection::load, but an item that is a file keeps the vector that follows from it:
/// kConflict, naming both, for one in the main field; and what sokkuri says of an item's picture
/// stays, before the members that the new document has. An item with a picture that is kept gets
/// the vector, and keeps the picture. Looks at the records that exist, if any of the library's can
/// be such an item.
Result<collection::LoadOutcome> load_guarded(const Library& library,
                                             const collection::LoadBatch& batch);

/// kConflict, naming both, when `known` is a file and one of `vectors` goes into the main field:
/// that one follows from the file.
Result<void> require_own_vectors(const Library& library, const collection::Record& known,
                                 std::span<const collection::FieldVector> vectors);

/// What `known` says when `users` is to be its document and `vectors` come with it: what sokkuri
/// says of a file or of a picture that it keeps stays. kInvalidArgument when `users` is no JSON
/// object, kConflict for a vector in the main field of a file.
Result<std::string> guarded_document(const Library& library, const collection::Record& known,
                                     std::string_view users,
                                     std::span<const collection::FieldVector> vectors);

}  // namespace sokkuri::service
