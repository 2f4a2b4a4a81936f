// Which keys the configuration file may have: made from the table of verbs.
#pragma once

#include "cli/config_file.h"

namespace sokkuri::cli {

/// Every verb's table, and at the top ("") the options of all of them.
ConfigKeys config_keys();

}  // namespace sokkuri::cli
