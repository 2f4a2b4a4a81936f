// ExportScan: the rows of an export one by one, all of one generation. Used by export (files) and
// export_stream (answers). Belongs to one thread at a time.
#pragma once

#include "base/result.h"
#include "collection/collection.h"
#include "service/library.h"
#include "service/row_encoding.h"

#include <cstdint>
#include <memory>
#include <string>

namespace sokkuri::service {

struct ExportScope {
    std::string field;  // whose vectors; empty: the main one
    collection::Documents documents = collection::Documents::kInclude;
    bool vectors_in_documents = false;  // those of all other fields (document_vectors.h)
};

class ExportScan {
 public:
    /// kNotFound without such a field. `library` outlives the scan.
    static Result<ExportScan> begin(const Library& library, const ExportScope& scope);

    const collection::FieldSpec& field() const { return *scan_->field(); }
    std::uint64_t generation() const { return scan_->generation(); }
    /// Rows that there are in all.
    std::uint64_t rows() const { return scan_->vectors(); }
    /// Records passed by so far, because they have no vector in the field.
    std::uint64_t without_vector() const { return without_vector_; }

    /// The next row, valid until the next call; null behind the last one. Passes by at most
    /// `records_max` records: then null though there are more (`is_done`).
    Result<const ExportedRow*> next(std::size_t records_max);
    bool is_done() const { return is_done_; }

 private:
    explicit ExportScan(std::unique_ptr<collection::RecordScan> scan) : scan_(std::move(scan)) {}

    std::unique_ptr<collection::RecordScan> scan_;
    std::uint64_t without_vector_ = 0;
    bool is_done_ = false;
    std::string document_;
    ExportedRow row_;
};

}  // namespace sokkuri::service
