#include "service/guarded_load.h"

#include "service/main_field.h"
#include "service/picture_behind.h"
#include "service/picture_document.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace sokkuri::service {
namespace {

using collection::FieldVector;
using collection::LoadBatch;
using collection::Record;

constexpr std::size_t kLookedAtOnce = 1'000;

Result<bool> may_show_something(const Library& library);
/// The documents of `batch` as they are to be put.
Result<std::vector<std::string>> guarded_documents(const Library& library, const LoadBatch& batch);
/// The name of the main field; empty when there is none yet.
Result<std::string> main_name(const Library& library);
bool has_vector(std::span<const FieldVector> vectors, const std::string& field);
Error is_file(const Record& record);

}  // namespace

Result<collection::LoadOutcome> load_guarded(const Library& library, const LoadBatch& batch) {
    const bool may_show = TRY(may_show_something(library));
    if (!may_show) return library.collection().load(batch);
    const std::vector<std::string> documents = TRY(guarded_documents(library, batch));
    LoadBatch guarded = batch;
    guarded.documents = documents;
    return library.collection().load(guarded);
}

Result<void> require_own_vectors(const Library& library, const Record& known,
                                 std::span<const FieldVector> vectors) {
    if (vectors.empty()) return {};
    const PictureBehind shown = TRY(picture_behind(library, known));
    if (shown != PictureBehind::kFile) return {};
    const std::string main = TRY(main_name(library));
    if (has_vector(vectors, main)) return tl::unexpected(is_file(known));
    return {};
}

Result<std::string> guarded_document(const Library& library, const Record& known,
                                     std::string_view users, std::span<const FieldVector> vectors) {
    const PictureBehind shown = TRY(picture_behind(library, known));
    if (shown == PictureBehind::kNone) return std::string(users);
    TRY(require_own_vectors(library, known, vectors));
    return with_members(known.document, users);
}

namespace {

/// Costs next to nothing where vectors are all that there is.
Result<bool> may_show_something(const Library& library) {
    // Where pictures are kept (picture_store.h); made with the first of them.
    const auto kept = library.files().status(join_path(library.directory(), "pictures"));
    if (kept || kept.error().code() != ErrorCode::kNotFound) return true;
    const auto files = TRY(library.workspace().files_after(library.root(), "", 1));
    return !files.empty();
}

Result<std::vector<std::string>> guarded_documents(const Library& library, const LoadBatch& batch) {
    std::vector<std::string> documents(batch.documents.begin(), batch.documents.end());
    const std::string main = TRY(main_name(library));
    const bool is_main = batch.field.empty() || batch.field == main;
    for (std::size_t first = 0; first < batch.ids.size(); first += kLookedAtOnce) {
        const auto ids =
            batch.ids.subspan(first, std::min(kLookedAtOnce, batch.ids.size() - first));
        const auto known = TRY(library.collection().get(ids));
        for (std::size_t i = 0; i < ids.size(); ++i) {
            if (!known[i]) continue;
            const std::size_t row = first + i;
            const PictureBehind shown = TRY(picture_behind(library, *known[i]));
            const bool gets_main =
                is_main || (!batch.further.empty() && has_vector(batch.further[row], main));
            if (shown == PictureBehind::kFile && gets_main)
                return tl::unexpected(is_file(*known[i]));
            const bool has_document = !documents.empty() && !documents[row].empty();
            if (shown == PictureBehind::kNone || !has_document) continue;
            documents[row] = TRY(with_members(known[i]->document, documents[row]));
        }
    }
    return documents;
}

Result<std::string> main_name(const Library& library) {
    const auto main = TRY(main_field(library.collection()));
    return main ? main->name : std::string();
}

bool has_vector(std::span<const FieldVector> vectors, const std::string& field) {
    return std::ranges::find(vectors, field, &FieldVector::field) != vectors.end();
}

Error is_file(const Record& record) {
    const auto file = file_of(record.document);
    return Error(ErrorCode::kConflict,
                 fmt::format("item {:?}: is the file {:?}, and looks like what that holds",
                             record.id, file ? file->path : std::string()));
}

}  // namespace
}  // namespace sokkuri::service
