// Embeds query pictures in the server that holds the folder: its model is loaded already, which is
// most of what a search from the command line waits for. The search itself stays here.
#pragma once

#include "cli/library_options.h"
#include "cli/verb.h"
#include "service/search.h"

namespace sokkuri::cli {

/// Empty when nobody serves that folder, or when a model, precision or limit was asked for that
/// the server need not share. Fails where the caller then loads a model itself. `chosen` outlives
/// it.
service::EmbedElsewhere server_embedding(const Invocation& invocation, const ChosenLibrary& chosen);

}  // namespace sokkuri::cli
