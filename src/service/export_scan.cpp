#include "service/export_scan.h"

#include "service/document_vectors.h"
#include "service/vector_fields.h"

#include <utility>
#include <vector>

namespace sokkuri::service {
namespace {

using collection::FieldSpec;

Result<std::vector<std::string>> other_fields(const Library& library, const std::string& exported);

}  // namespace

Result<ExportScan> ExportScan::begin(const Library& library, const ExportScope& scope) {
    collection::ScanRequest request{.documents = scope.documents};
    FieldSpec field = TRY(field_meant(library, scope.field));
    request.field = std::move(field.name);
    const bool has_documents = scope.documents == collection::Documents::kInclude;
    if (has_documents && scope.vectors_in_documents) {
        request.further = TRY(other_fields(library, request.field));
    }
    auto scan = TRY(library.collection().begin_scan(request));
    return ExportScan(std::move(scan));
}

Result<const ExportedRow*> ExportScan::next(std::size_t records_max) {
    for (std::size_t records = 0; records < records_max; ++records) {
        const collection::ScannedRecord* scanned = TRY(scan_->next());
        is_done_ = scanned == nullptr;
        if (is_done_) return nullptr;
        if (scanned->vector.empty()) {
            ++without_vector_;
            continue;
        }
        row_ = {.id = scanned->record.id,
                .document = scanned->record.document,
                .vector = scanned->vector};
        if (!scanned->further.empty()) {
            document_ = with_vectors(scanned->record.document, scanned->further);
            row_.document = document_;
        }
        return &row_;
    }
    return nullptr;
}

namespace {

Result<std::vector<std::string>> other_fields(const Library& library, const std::string& exported) {
    std::vector<std::string> names;
    const std::vector<FieldSpec> fields = TRY(fields_of(library));
    for (const FieldSpec& field : fields) {
        if (field.name != exported) names.push_back(field.name);
    }
    return names;
}

}  // namespace
}  // namespace sokkuri::service
