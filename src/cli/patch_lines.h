// Patches of many items as a server takes them (one JSON object a line), and its report read back.
// What a server says is checked like any other input. Pure.
#pragma once

#include "base/json.h"
#include "base/result.h"
#include "service/patch_item.h"

#include <span>
#include <string>

namespace sokkuri::cli {

std::string patch_lines(std::span<const service::ItemPatch> patches);

/// Of `count` patches. kInvalidArgument names the member that is missing or of another kind.
Result<service::PatchReport> read_patch_report(const JsonValue& answer, std::size_t count);

}  // namespace sokkuri::cli
