#include "service/export.h"

#include <utility>

namespace sokkuri::service {
namespace {

/// Passed by between two looks whether to stop.
constexpr std::size_t kRecordsAtOnce = 4'096;

}  // namespace

bool ExportRequest::writes_something() const {
    return has_documents() || !(npy_file.empty() && fvecs_file.empty() && bvecs_file.empty() &&
                                raw_file.empty() && shards_folder.empty() && ids_file.empty());
}

ExportScope ExportRequest::scope() const {
    using collection::Documents;
    return {.field = field,
            .documents = has_documents() ? Documents::kInclude : Documents::kOmit,
            .vectors_in_documents = vectors_in_documents};
}

Result<ExportFiles> ExportFiles::open(FileSystem& files, const ExportRequest& request,
                                      std::uint32_t dimension) {
    if (!request.writes_something()) {
        return fail(ErrorCode::kInvalidArgument, "nothing to write: no file is named");
    }
    ExportFiles opened;
    const auto add = [&](Result<SinkPointer> sink) -> Result<void> {
        SinkPointer made = TRY(std::move(sink));
        opened.sinks_.push_back(std::move(made));
        return {};
    };
    const bool has_id_array = request.ids_file.ends_with(".npy");
    const std::pair<std::string_view, RowEncoding> encoded[] = {
        {request.fvecs_file, encode_fvecs},
        {request.bvecs_file, encode_bvecs},
        {request.raw_file, encode_floats},
        {request.ndjson_file, encode_ndjson},
        {has_id_array ? std::string_view() : request.ids_file, encode_id},
        {request.metadata_file, encode_metadata}};
    for (const auto& [path, encoding] : encoded) {
        if (!path.empty()) TRY(add(make_encoded_sink(files, std::string(path), encoding)));
    }
    if (!request.npy_file.empty()) TRY(add(make_npy_sink(files, request.npy_file, dimension)));
    if (!request.shards_folder.empty()) {
        TRY(add(make_shards_sink(files, request.shards_folder, dimension)));
    }
    if (has_id_array) TRY(add(make_id_array_sink(files, request.ids_file)));
    return opened;
}

Result<void> ExportFiles::append(const ExportedRow& row) {
    for (const SinkPointer& sink : sinks_) {
        TRY(sink->append(row));
    }
    return {};
}

Result<void> ExportFiles::finish() {
    for (const SinkPointer& sink : sinks_) {
        TRY(sink->settle());
    }
    for (const SinkPointer& sink : sinks_) {
        TRY(sink->publish());
    }
    return {};
}

Result<ExportReport> export_vectors(const Library& library, const ExportRequest& request,
                                    const std::stop_token& stop) {
    ExportScan scan = TRY(ExportScan::begin(library, request.scope()));
    ExportFiles files = TRY(ExportFiles::open(library.files(), request, scan.field().dimension));
    ExportReport report{.dimension = scan.field().dimension, .field = scan.field().name};
    for (;;) {
        if (stop.stop_requested()) return fail(ErrorCode::kCancelled, "the export was stopped");
        const ExportedRow* row = TRY(scan.next(kRecordsAtOnce));
        if (row == nullptr && scan.is_done()) break;
        if (row == nullptr) continue;
        TRY(files.append(*row));
        ++report.rows;
    }
    report.without_vector = scan.without_vector();
    TRY(files.finish());
    return report;
}

}  // namespace sokkuri::service
