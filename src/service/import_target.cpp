#include "service/import_target.h"

#include "service/document_vectors.h"
#include "service/guarded_load.h"
#include "service/main_field.h"
#include "service/vector_fields.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace sokkuri::service {
namespace {

using collection::FieldSpec;

Result<DocumentOutcome> put_in_turn(const Library& library, std::vector<NamedDocument> documents);

}  // namespace

Result<LibraryTarget> LibraryTarget::open(const Library& library) {
    if (library.access() == LibraryAccess::kWrite) return LibraryTarget(library);
    return fail(ErrorCode::kUnsupported, "{}: opened for reading only", library.place());
}

Result<std::optional<FieldSpec>> LibraryTarget::find_field(const std::string& name) {
    if (name.empty()) return main_field(library_.collection());
    const std::vector<FieldSpec> fields = TRY(library_.collection().fields());
    const auto found = std::ranges::find(fields, name, &FieldSpec::name);
    return found == fields.end() ? std::nullopt : std::optional(*found);
}

Result<void> LibraryTarget::make_field(const FieldSpec& field) {
    return library_.collection().add_field(field);
}

Result<collection::LoadOutcome> LibraryTarget::load(const collection::LoadBatch& batch) {
    if (batch.documents.empty()) {
        return library_.in_turn([&] { return load_guarded(library_, batch); });
    }
    const std::vector<FieldSpec> fields = TRY(fields_of(library_));
    std::vector<std::string> documents(batch.documents.begin(), batch.documents.end());
    const auto further = TRY(cut_vectors(documents, fields));
    collection::LoadBatch cut = batch;
    cut.documents = documents;
    cut.further = further;
    return library_.in_turn([&] { return load_guarded(library_, cut); });
}

Result<std::optional<std::string>> LibraryTarget::mark(const std::string& name) {
    return library_.collection().load_mark(name);
}

Result<void> LibraryTarget::forget_mark(const std::string& field, const std::string& name) {
    TRY(load({.field = field, .mark = collection::LoadMark{.name = name}}));
    return {};
}

Result<DocumentOutcome> LibraryTarget::put_documents(std::vector<NamedDocument> documents) {
    if (documents.size() > kDocumentsPutMax) {
        return fail(ErrorCode::kExhausted, "{} documents at once: at most {}", documents.size(),
                    kDocumentsPutMax);
    }
    return library_.in_turn([&] { return put_in_turn(library_, std::move(documents)); });
}

namespace {

Result<DocumentOutcome> put_in_turn(const Library& library, std::vector<NamedDocument> documents) {
    std::vector<std::string> ids;
    std::vector<std::string> texts;
    for (NamedDocument& named : documents) {
        ids.push_back(std::move(named.id));
        texts.push_back(std::move(named.document));
    }
    const std::vector<FieldSpec> fields = TRY(fields_of(library));
    auto vectors = TRY(cut_vectors(texts, fields));
    vectors.resize(ids.size());
    const auto known = TRY(library.collection().get(ids));
    const auto stored = library.collection().begin_comparison();
    DocumentOutcome outcome;
    std::vector<collection::PutRecord> changed;
    std::set<std::string_view> before;  // ids of rows that change something
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (!known[i]) {
            ++outcome.unmatched;
            continue;
        }
        std::string document = TRY(guarded_document(library, *known[i], texts[i], vectors[i]));
        // A row that says what was there must not lose against an earlier one of the same id.
        const bool is_first = !before.contains(ids[i]);
        if (is_first) vectors[i] = TRY(stored->changed(ids[i], std::move(vectors[i])));
        if (is_first && known[i]->document == document && vectors[i].empty()) {
            ++outcome.unchanged;
            continue;
        }
        before.insert(ids[i]);
        changed.push_back({.id = ids[i],
                           .document = std::move(document),
                           .vectors = std::move(vectors[i]),
                           .others = collection::OtherVectors::kKeep});
    }
    outcome.changed = changed.size();
    if (!changed.empty()) TRY(library.collection().put(changed));
    return outcome;
}

}  // namespace
}  // namespace sokkuri::service
