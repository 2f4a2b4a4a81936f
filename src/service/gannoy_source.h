// What a gannoy database can be: the two files of its first version (NAME.meta, NAME.tree), or the
// folder of an NGT index with a map of keys beside it (NAME/, NAME.map). Used by gannoy_source.cpp.
#pragma once

#include "service/vector_source.h"

#include <memory>
#include <string>

namespace sokkuri::service {

/// `stem`: the path without ".meta" or ".tree".
Result<std::unique_ptr<VectorSource>> open_gannoy_tree(FileSystem& files, const std::string& stem);
/// `folder`: of an NGT index in memory form, with the files obj and prf.
Result<std::unique_ptr<VectorSource>> open_gannoy_ngt(FileSystem& files, const std::string& folder);

}  // namespace sokkuri::service
