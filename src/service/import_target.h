// ImportTarget: where an import writes to: a library that is open here, or a collection of a server
// that somebody reaches otherwise. Used by import.h. Belongs to one thread.
#pragma once

#include "base/result.h"
#include "collection/collection.h"
#include "collection/load.h"
#include "service/document_feed.h"
#include "service/library.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sokkuri::service {

/// What became of documents that came without their rows.
struct DocumentOutcome {
    std::uint64_t changed = 0;
    std::uint64_t unchanged = 0;
    std::uint64_t unmatched = 0;  // no record has that id
};

class ImportTarget {
 public:
    virtual ~ImportTarget() = default;

    /// The field of that name, or the main one where it is empty; none: it is still to be made.
    virtual Result<std::optional<collection::FieldSpec>> find_field(const std::string& name) = 0;
    virtual Result<void> make_field(const collection::FieldSpec& field) = 0;
    /// As collection::Collection::load and load_mark. Vectors inside documents (document_vectors.h)
    /// are the target's to cut out.
    virtual Result<collection::LoadOutcome> load(const collection::LoadBatch& batch) = 0;
    virtual Result<std::optional<std::string>> mark(const std::string& name) = 0;
    virtual Result<void> forget_mark(const std::string& field, const std::string& name) = 0;
    /// Documents take the place of those of records that exist; vectors inside them likewise. At
    /// most kDocumentsPutMax.
    virtual Result<DocumentOutcome> put_documents(std::vector<NamedDocument> documents) = 0;
};

inline constexpr std::size_t kDocumentsPutMax = 1'000;

/// The target that a library is. kUnsupported when it is open for reading only.
class LibraryTarget final : public ImportTarget {
 public:
    /// Outlives the target.
    static Result<LibraryTarget> open(const Library& library);

    Result<std::optional<collection::FieldSpec>> find_field(const std::string& name) override;
    Result<void> make_field(const collection::FieldSpec& field) override;
    Result<collection::LoadOutcome> load(const collection::LoadBatch& batch) override;
    Result<std::optional<std::string>> mark(const std::string& name) override;
    Result<void> forget_mark(const std::string& field, const std::string& name) override;
    Result<DocumentOutcome> put_documents(std::vector<NamedDocument> documents) override;

 private:
    explicit LibraryTarget(const Library& library) : library_(library) {}

    const Library& library_;
};

}  // namespace sokkuri::service
