#include "service/patch_item.h"

#include "base/json_merge.h"
#include "collection/validation.h"
#include "service/document_vectors.h"
#include "service/guarded_load.h"
#include "service/picture_document.h"
#include "service/search.h"
#include "service/vector_fields.h"

#include <optional>
#include <set>
#include <utility>

namespace sokkuri::service {
namespace {

using collection::FieldSpec;
using collection::PatchRecord;
using collection::Record;

Result<void> require_writer(const Library& library);
Result<PatchItemAnswer> patch_in_turn(const Library& library, const PatchItemRequest& request);
Result<PatchReport> patch_all_in_turn(const Library& library, std::span<const ItemPatch> patches);
Result<std::optional<Record>> find_item(const Library& library, const ItemPatch& patch);
/// As the collection will judge it, for a patch that is not to take others with it.
Result<PatchRecord> checked_patch(const Library& library, const Record& record,
                                  const std::string& patch, std::span<const FieldSpec> fields);

}  // namespace

Result<PatchItemAnswer> patch_item(Library& library, const PatchItemRequest& request) {
    TRY(require_writer(library));
    return library.in_turn([&] { return patch_in_turn(library, request); });
}

Result<PatchReport> patch_items(Library& library, std::span<const ItemPatch> patches) {
    TRY(require_writer(library));
    if (patches.size() > kItemPatchesMax) {
        return fail(ErrorCode::kInvalidArgument, "{} patches: at most {} at once", patches.size(),
                    kItemPatchesMax);
    }
    return library.in_turn([&] { return patch_all_in_turn(library, patches); });
}

namespace {

Result<void> require_writer(const Library& library) {
    if (library.access() == LibraryAccess::kWrite) return {};
    return fail(ErrorCode::kUnsupported, "{}: opened for reading only", library.directory());
}

Result<PatchItemAnswer> patch_in_turn(const Library& library, const PatchItemRequest& request) {
    auto records = TRY(library.collection().get(std::span(&request.id, 1)));
    std::optional<Record>& known = records.front();
    PatchItemAnswer answer;
    answer.is_refused = !request.condition.holds(known);
    if (!known && !answer.is_refused) {
        return fail(ErrorCode::kNotFound, "item {:?}: there is none", request.id);
    }
    if (known) answer.item = {known->id, known->document, known->version, known->seq};
    if (answer.is_refused) return answer;
    const std::vector<FieldSpec> fields = TRY(fields_of(library));
    PatchRecord patch = TRY(checked_patch(library, *known, request.patch, fields));
    patch.if_version = known->version;
    const auto stored = library.collection().begin_comparison();
    patch.vectors = TRY(stored->changed(known->id, std::move(patch.vectors)));
    auto outcomes = TRY(library.collection().patch(std::span(&patch, 1)));
    answer.item.document = std::move(outcomes.front().document);
    answer.item.version = outcomes.front().version;
    answer.item.seq = outcomes.front().seq;
    return answer;
}

Result<PatchReport> patch_all_in_turn(const Library& library, std::span<const ItemPatch> patches) {
    PatchReport report;
    std::vector<PatchRecord> wanted;
    std::set<std::string> seen;  // ids
    const std::vector<FieldSpec> fields = TRY(fields_of(library));
    const auto stored = library.collection().begin_comparison();
    for (std::size_t i = 0; i < patches.size(); ++i) {
        const std::optional<Record> record = TRY(find_item(library, patches[i]));
        if (!record) {
            const std::string& name = patches[i].path.empty() ? patches[i].id : patches[i].path;
            report.missing.push_back({i, fmt::format("{:?}: there is no such item", name)});
            continue;
        }
        auto patch = checked_patch(library, *record, patches[i].patch, fields);
        if (!patch) {
            report.refused.push_back({i, patch.error().message()});
            continue;
        }
        // Behind another patch of the same item, what is there now says nothing.
        if (seen.insert(record->id).second) {
            patch->vectors = TRY(stored->changed(record->id, std::move(patch->vectors)));
        }
        wanted.push_back(std::move(*patch));
    }
    const auto outcomes = TRY(library.collection().patch(wanted));
    for (const collection::PatchOutcome& outcome : outcomes)
        ++(outcome.was_changed ? report.changed : report.unchanged);
    return report;
}

/// By the path, since a row that has both may carry an id of somebody else's making.
Result<std::optional<Record>> find_item(const Library& library, const ItemPatch& patch) {
    for (const std::string& name : {patch.path, patch.id}) {
        if (name.empty()) continue;
        const auto id = resolve_item(library, {.id_or_path = name});
        if (!id && id.error().code() == ErrorCode::kNotFound) continue;
        if (!id) return tl::unexpected(id.error());
        auto records = TRY(library.collection().get(std::span(&*id, 1)));
        if (records.front()) return std::move(records.front());
    }
    return std::nullopt;
}

Result<PatchRecord> checked_patch(const Library& library, const Record& record,
                                  const std::string& patch, std::span<const FieldSpec> fields) {
    CutDocument cut = TRY(cut_patch(record.document, patch, fields));
    PatchRecord checked{.id = record.id};
    checked.patch = TRY(users_patch(record.document, cut.document));
    const std::string merged = TRY(merge_json(record.document, checked.patch));
    TRY(collection::validate_document(record.id, merged));
    TRY(collection::validate_vectors(record.id, cut.vectors, fields));
    TRY(require_own_vectors(library, record, cut.vectors));
    checked.vectors = std::move(cut.vectors);
    return checked;
}

}  // namespace
}  // namespace sokkuri::service
