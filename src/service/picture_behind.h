// PictureBehind: what an item shows, as far as that is not its sender's to say: a file that was
// indexed, or a picture that sokkuri keeps. Documents that came with an import may speak of files
// and pictures that are not here, and make their items neither. Used by guarded_load, put_item,
// field_filling and model_switch. Safe from any number of threads.
#pragma once

#include "base/result.h"
#include "collection/collection.h"
#include "service/library.h"

namespace sokkuri::service {

enum class PictureBehind { kNone, kFile, kOriginal, kThumbnail };

/// Looks at the document, at what was seen of files, and at whether the picture is kept; a file
/// itself is not looked at: it may have vanished since. A document that cannot be read is kNone.
Result<PictureBehind> picture_behind(const Library& library, const collection::Record& record);

}  // namespace sokkuri::service
