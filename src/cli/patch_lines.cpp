#include "cli/patch_lines.h"

#include "base/json_line.h"
#include "cli/answer_members.h"

#include <fmt/format.h>

namespace sokkuri::cli {
namespace {

using Failures = std::vector<service::PatchReport::Failure>;

Result<Failures> read_failures(const JsonValue& answer, std::string_view name, std::size_t count);

}  // namespace

std::string patch_lines(std::span<const service::ItemPatch> patches) {
    std::string text;
    for (const service::ItemPatch& patch : patches) {
        JsonWriter json(text);
        json.begin_object();
        if (!patch.id.empty()) json.member("id", patch.id);
        if (!patch.path.empty()) json.member("path", patch.path);
        json.key("document").raw(json_on_one_line(patch.patch)).end_object();
        text += '\n';
    }
    return text;
}

Result<service::PatchReport> read_patch_report(const JsonValue& answer, std::size_t count) {
    service::PatchReport report;
    report.changed = TRY(read_count(answer, "changed"));
    report.unchanged = TRY(read_count(answer, "unchanged"));
    report.missing = TRY(read_failures(answer, "missing", count));
    report.refused = TRY(read_failures(answer, "refused", count));
    return report;
}

namespace {

Result<Failures> read_failures(const JsonValue& answer, std::string_view name, std::size_t count) {
    const JsonValue* list = TRY(answer.at(name));
    Failures failures;
    for (const JsonValue& one : list->items()) {
        const std::uint64_t line = TRY(read_count(one, "line"));
        const JsonValue* reason = TRY(one.at("reason"));
        if (line < 1 || line > count) {
            return fail(ErrorCode::kInvalidArgument, "{}: line {} of {}", name, line, count);
        }
        failures.push_back({static_cast<std::size_t>(line - 1), std::string(reason->text())});
    }
    return failures;
}

}  // namespace
}  // namespace sokkuri::cli
