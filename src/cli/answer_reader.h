// What a server answers to reading verbs, as the structs of service that the same verbs fill
// without one. Pure. A server of another version may say more: members that are not known are
// passed over.
#pragma once

#include "base/json.h"
#include "base/result.h"
#include "service/ingest.h"
#include "service/search.h"
#include "service/stats.h"

#include <string>
#include <string_view>
#include <vector>

namespace sokkuri::cli {

/// Schemas SearchAnswer, Collection, FacetsAnswer and FailureList (docs/api.md). kInvalidArgument
/// names what is missing or of the wrong kind.
Result<service::SearchAnswer> read_search_answer(const JsonValue& answer);
Result<service::LibraryStats> read_stats(const JsonValue& collection);
Result<collection::Summary> read_summary(const JsonValue& answer);
Result<std::vector<service::FailedFile>> read_failures(const JsonValue& answer);

}  // namespace sokkuri::cli
