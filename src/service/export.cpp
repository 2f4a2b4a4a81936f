#include "service/export.h"

#include "service/document_vectors.h"
#include "service/main_field.h"
#include "service/vector_fields.h"
#include "service/vector_sink.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace sokkuri::service {
namespace {

using collection::FieldSpec;
using collection::ScannedRecord;

Result<FieldSpec> exported_field(const Library& library, const std::string& name);
Result<std::vector<SinkPointer>> open_sinks(const Library& library, const ExportRequest& request,
                                            const FieldSpec& field);
Result<std::size_t> longest_id(const Library& library, const FieldSpec& field);
bool needs_documents(const ExportRequest& request);
Result<std::vector<std::string>> fields_in_documents(const Library& library,
                                                     const ExportRequest& request,
                                                     const FieldSpec& exported);

}  // namespace

bool ExportRequest::writes_something() const {
    return !(npy_file.empty() && fvecs_file.empty() && raw_file.empty() && ndjson_file.empty() &&
             shards_folder.empty() && ids_file.empty() && metadata_file.empty());
}

Result<ExportReport> export_vectors(const Library& library, const ExportRequest& request,
                                    const std::stop_token& stop) {
    if (!request.writes_something()) {
        return fail(ErrorCode::kInvalidArgument, "nothing to write: no file is named");
    }
    const FieldSpec field = TRY(exported_field(library, request.field));
    const std::vector<SinkPointer> sinks = TRY(open_sinks(library, request, field));
    ExportReport report{.dimension = field.dimension, .field = field.name};
    Result<void> written;
    const auto append = [&](const ScannedRecord& scanned) {
        if (stop.stop_requested()) {
            written = fail(ErrorCode::kCancelled, "the export was stopped");
            return false;
        }
        if (scanned.vector.empty()) {
            ++report.without_vector;
            return true;
        }
        ++report.rows;
        const std::string document = with_vectors(scanned.record.document, scanned.further);
        for (const SinkPointer& sink : sinks) {
            written = sink->append({scanned.record.id, document, scanned.vector});
            if (!written) return false;
        }
        return true;
    };
    const auto documents =
        needs_documents(request) ? collection::Documents::kInclude : collection::Documents::kOmit;
    const std::vector<std::string> further = TRY(fields_in_documents(library, request, field));
    TRY(library.collection().scan({.field = field.name, .documents = documents, .further = further},
                                  append));
    TRY(std::move(written));
    for (const SinkPointer& sink : sinks) {
        TRY(sink->finish());
    }
    return report;
}

namespace {

Result<FieldSpec> exported_field(const Library& library, const std::string& name) {
    if (name.empty()) {
        const std::optional<FieldSpec> main = TRY(main_field(library.collection()));
        if (main) return *main;
        return fail(ErrorCode::kNotFound, "the collection is empty: there are no vectors");
    }
    const std::vector<FieldSpec> fields = TRY(library.collection().fields());
    const auto found = std::ranges::find(fields, name, &FieldSpec::name);
    if (found != fields.end()) return *found;
    return fail(ErrorCode::kNotFound, "field \"{}\": the collection has no such field", name);
}

Result<std::vector<SinkPointer>> open_sinks(const Library& library, const ExportRequest& request,
                                            const FieldSpec& field) {
    FileSystem& files = library.files();
    std::vector<SinkPointer> sinks;
    const auto add = [&](Result<SinkPointer> sink) -> Result<void> {
        SinkPointer opened = TRY(std::move(sink));
        sinks.push_back(std::move(opened));
        return {};
    };
    if (!request.npy_file.empty()) {
        TRY(add(make_npy_sink(files, request.npy_file, field.dimension)));
    }
    if (!request.fvecs_file.empty()) {
        TRY(add(make_rows_sink(files, request.fvecs_file, RowHead::kDimension)));
    }
    if (!request.raw_file.empty()) {
        TRY(add(make_rows_sink(files, request.raw_file, RowHead::kNone)));
    }
    if (!request.ndjson_file.empty()) TRY(add(make_ndjson_sink(files, request.ndjson_file)));
    if (!request.shards_folder.empty()) {
        TRY(add(make_shards_sink(files, request.shards_folder, field.dimension)));
    }
    if (request.ids_file.ends_with(".npy")) {
        const std::size_t characters = TRY(longest_id(library, field));
        TRY(add(make_id_array_sink(files, request.ids_file, characters)));
    } else if (!request.ids_file.empty()) {
        TRY(add(make_ids_sink(files, request.ids_file)));
    }
    if (!request.metadata_file.empty()) TRY(add(make_metadata_sink(files, request.metadata_file)));
    return sinks;
}

/// The array's element must be wide enough before the first id is written.
Result<std::size_t> longest_id(const Library& library, const FieldSpec& field) {
    std::size_t longest = 1;
    Result<void> counted;
    const auto visit = [&](const ScannedRecord& scanned) {
        if (scanned.vector.empty()) return true;
        const auto characters = characters_of(scanned.record.id);
        if (!characters) {
            counted = tl::unexpected(characters.error());
            return false;
        }
        longest = std::max(longest, *characters);
        return true;
    };
    TRY(library.collection().scan({.field = field.name, .documents = collection::Documents::kOmit},
                                  visit));
    TRY(std::move(counted));
    return longest;
}

bool needs_documents(const ExportRequest& request) {
    return !request.ndjson_file.empty() || !request.metadata_file.empty();
}

Result<std::vector<std::string>> fields_in_documents(const Library& library,
                                                     const ExportRequest& request,
                                                     const FieldSpec& exported) {
    std::vector<std::string> names;
    if (!request.vectors_in_documents || !needs_documents(request)) return names;
    const std::vector<FieldSpec> fields = TRY(fields_of(library));
    for (const FieldSpec& field : fields) {
        if (field.name != exported.name) names.push_back(field.name);
    }
    return names;
}

}  // namespace
}  // namespace sokkuri::service
