// Lost vectors: those whose rows lie beyond the end of a file that was cut off. Searches do without
// them (snapshot.h); this is how their records do, so that the file can be written to again.
#pragma once

#include "base/file_system.h"
#include "base/result.h"
#include "store/catalog.h"

#include <string>

namespace sokkuri::collection {

/// Records whose vectors are lost have none from now on; their ids are logged. The files are as
/// long as the catalog says again, with zeros that are nobody's. In the writer's turn; nothing
/// happens where nothing is lost. `directory`: of the collection. A kill in between leaves what the
/// next call finishes. Fields with a file that is missing or none of ours are passed over.
/// O(slots that are lost · log vectors).
Result<void> drop_lost_vectors(FileSystem& files, const std::string& directory,
                               store::Catalog& catalog);

}  // namespace sokkuri::collection
