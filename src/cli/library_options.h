// Which library a command means: --in and --collection, or the nearest indexed folder at or above
// the working directory; and how its paths are written so that they can be used from there.
#pragma once

#include "cli/verb.h"
#include "service/library.h"

#include <string>
#include <vector>

namespace sokkuri::cli {

std::vector<Option> library_options();
Option collection_option();

/// Says how to index a folder that cannot be written to, when that may be what is wrong.
Error with_place_hint(const Error& error, const Settings& settings);

struct ChosenLibrary {
    service::Library library;
    std::string prefix;  // what to put before its relative paths: --in as given, "../", or nothing

    /// Bytes that name the file from the working directory; never starts with '-'.
    std::string usable_path(const std::string& path) const;
};

/// What the command names, unopened: --in and --collection, else the nearest indexed folder.
/// kNotFound says how to index.
Result<service::LibraryPlace> library_place(const Invocation& invocation);

/// For reading. kNotFound says how to index.
Result<ChosenLibrary> open_library(const Invocation& invocation);

/// The first list, then the others: tables of options are put together from parts.
std::vector<Option> joined(std::initializer_list<std::vector<Option>> lists);

}  // namespace sokkuri::cli
