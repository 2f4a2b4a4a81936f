// ServedLibrary: opening a library as a server has it: for writing, with indexes that are built in
// the background, and the models of all its libraries in one place. Used by libraries.h.
#pragma once

#include "base/result.h"
#include "service/library.h"
#include "service/model_choice.h"

#include <memory>
#include <string>

namespace sokkuri::service {

/// `socket`: named in its lock. As Library::open.
Result<Library> open_to_serve(FileSystem& files, const LibraryPlace& place,
                              const std::string& socket,
                              const std::shared_ptr<ExtractorCache>& extractors);

/// Likewise of a folder that somebody has named: of a collection without a folder of pictures, too;
/// and for reading alone, with a warning, where nothing can be written (a CD, an export of somebody
/// else's).
Result<Library> open_folder_to_serve(FileSystem& files, const LibraryPlace& place,
                                     const std::string& socket,
                                     const std::shared_ptr<ExtractorCache>& extractors);

/// Loads the model that queries to it will need first: of one that pictures may come to.
Result<void> load_model(const Library& library, const ModelChoice& choice);

}  // namespace sokkuri::service
