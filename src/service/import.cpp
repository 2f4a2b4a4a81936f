#include "service/import.h"

#include "base/bounded_queue.h"
#include "base/hash.h"
#include "base/out_of_memory.h"
#include "base/shown_text.h"
#include "service/document_feed.h"
#include "service/picture_document.h"
#include "service/source_files.h"
#include "service/stopwatch.h"
#include "service/vector_fields.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace sokkuri::service {
namespace {

using collection::FieldSpec;

constexpr std::size_t kBatchesReadAhead = 1;  // beside the one being read and the one being written

Result<FieldSpec> make_field(ImportTarget& target, const ImportRequest& request,
                             const ImportRows& rows);

/// The same for the same request over the same files, as far as their sizes and times tell.
Result<std::string> mark_name(const FileSystem& files, const ImportRequest& request);

/// One run of an import: what it works on, and what it has done so far.
class ImportRun {
 public:
    ImportRun(ImportTarget& target, std::string field, ImportRows rows, std::size_t text_bytes_max)
        : target_(target),
          field_(std::move(field)),
          rows_(std::move(rows)),
          text_bytes_max_(text_bytes_max) {}

    /// Goes on where an earlier run of that mark has ended.
    Result<void> open(FileSystem& files, std::string mark, const std::string& metadata_file);
    Result<void> run(std::size_t batch_rows, const ImportSink& progress,
                     const std::stop_token& stop);
    const ImportReport& report() const { return report_; }

 private:
    using BatchOrEnd = Result<std::optional<ImportBatch>>;

    Result<void> write_all(BoundedQueue<BatchOrEnd>& read, const ImportSink& progress,
                           const std::stop_token& stop);
    Result<void> write(ImportBatch batch);
    Result<void> load(collection::LoadBatch part, std::vector<std::string> documents);
    Result<void> settle_documents(std::vector<std::string>& documents) const;
    Result<void> write_rest(const std::stop_token& stop);
    Result<void> write_documents(std::vector<NamedDocument> documents);

    ImportTarget& target_;
    const std::string field_;
    ImportRows rows_;
    const std::size_t text_bytes_max_;  // of documents at once
    std::string mark_;
    std::optional<DocumentFeed> documents_;
    Stopwatch watch_;
    ImportReport report_;
};

}  // namespace

Result<void> ImportRequest::validate() const {
    TRY(check_field_name(field));
    if (batch_bytes >= 1 && batch_bytes <= kImportBatchBytesMax) return {};
    return fail(ErrorCode::kInvalidArgument, "batch_bytes {}: must be 1 to {}", batch_bytes,
                kImportBatchBytesMax);
}

Result<void> ImportRequest::check_files(FileSystem& files) const {
    TRY(ImportRows::open(files, from));
    if (!metadata_file.empty()) TRY(DocumentFeed::open(files, metadata_file));
    return {};
}

Result<ImportReport> import_vectors(const Library& library, const ImportRequest& request,
                                    const ImportSink& progress, const std::stop_token& stop) {
    TRY(request.validate());
    LibraryTarget target = TRY(LibraryTarget::open(library));
    return import_vectors(library.files(), target, request, progress, stop);
}

Result<ImportReport> import_vectors(FileSystem& files, ImportTarget& target,
                                    const ImportRequest& request, const ImportSink& progress,
                                    const std::stop_token& stop) {
    TRY(request.validate());
    const Stopwatch watch;
    const std::optional<FieldSpec> known = TRY(target.find_field(request.field));
    ImportFiles from = request.from;
    if (from.dimension == 0 && known) from.dimension = known->dimension;
    from.text_bytes_max = request.batch_bytes;
    ImportRows rows = TRY(ImportRows::open(files, from));
    const FieldSpec field = known ? *known : TRY(make_field(target, request, rows));
    if (rows.dimension() != field.dimension) {
        return fail(ErrorCode::kInvalidArgument,
                    "{}: dimension {}, but field \"{}\" of the collection has {}",
                    shown_text(request.from.files.front()), rows.dimension(), field.name,
                    field.dimension);
    }
    if (request.from.metric && *request.from.metric != field.metric) {
        return fail(ErrorCode::kInvalidArgument, "metric {}: field \"{}\" of the collection has {}",
                    index::name_of(*request.from.metric), field.name, index::name_of(field.metric));
    }
    const std::size_t row_bytes = field.dimension * sizeof(float);
    const std::size_t batch_rows = std::clamp<std::size_t>(
        static_cast<std::size_t>(request.batch_bytes) / row_bytes, 1, collection::kLoadRecordsMax);
    const std::string mark = TRY(mark_name(files, request));
    ImportRun run(target, field.name, std::move(rows), request.batch_bytes);
    TRY(run.open(files, mark, request.metadata_file));
    TRY(run.run(batch_rows, progress, stop));
    ImportReport report = run.report();
    report.dimension = field.dimension;
    report.field = field.name;
    report.seconds = watch.ms() / 1'000;
    return report;
}

namespace {

Result<FieldSpec> make_field(ImportTarget& target, const ImportRequest& request,
                             const ImportRows& rows) {
    FieldSpec field;
    field.name = request.field.empty() ? kPictureField : request.field;
    field.dimension = rows.dimension();
    field.metric = request.from.metric.value_or(rows.metric().value_or(index::Metric::kCosine));
    TRY(target.make_field(field));
    return field;
}

Result<std::string> mark_name(const FileSystem& files, const ImportRequest& request) {
    const ImportFiles& from = request.from;
    std::string told = fmt::format("{} {} {} {}", request.field, from.dimension,
                                   from.format ? name_of(*from.format) : "",
                                   from.metric ? name_of(*from.metric) : "");
    std::vector<std::string> paths;
    for (const std::string& file : from.files) {
        for (std::string& read : files_of_source(files, file))
            paths.push_back(std::move(read));
    }
    for (const std::string& path : {from.ids_file, request.metadata_file}) {
        if (!path.empty()) paths.push_back(path);
    }
    for (const std::string& path : paths) {
        const std::string canonical = TRY(files.canonical(path));
        const FileStatus status = TRY(files.status_following(canonical));
        told += fmt::format("\n{} {} {}", status.size_bytes, status.modified_ns, canonical);
    }
    return "import " + hex(xxh128(std::as_bytes(std::span(told))));
}

Result<void> ImportRun::open(FileSystem& files, std::string mark,
                             const std::string& metadata_file) {
    mark_ = std::move(mark);
    if (!metadata_file.empty()) {
        DocumentFeed feed = TRY(DocumentFeed::open(files, metadata_file));
        documents_.emplace(std::move(feed));
    }
    const auto value = TRY(target_.mark(mark_));
    const auto place = value ? ImportPlace::parse(*value) : std::nullopt;
    // A mark that leads nowhere costs a second look at every row, and no more.
    if (!place || !rows_.seek(*place)) return rows_.seek({});
    report_.rows = place->rows;
    report_.resumed = place->rows;
    return {};
}

Result<void> ImportRun::run(std::size_t batch_rows, const ImportSink& progress,
                            const std::stop_token& stop) {
    BoundedQueue<BatchOrEnd> read(kBatchesReadAhead);
    std::jthread reader([&] {
        for (;;) {
            BatchOrEnd batch = or_out_of_memory([&] { return rows_.next(batch_rows); });
            const bool is_last = !batch || !*batch;
            if (!read.push(std::move(batch)) || is_last) return;
        }
    });
    const auto written = or_out_of_memory([&] { return write_all(read, progress, stop); });
    read.close();  // the reader may be waiting for room
    TRY(std::move(written));
    reader.join();
    if (!report_.was_interrupted && documents_) TRY(write_rest(stop));
    // From now on the same import begins anew.
    return report_.was_interrupted ? Result<void>() : target_.forget_mark(field_, mark_);
}

Result<void> ImportRun::write_all(BoundedQueue<BatchOrEnd>& read, const ImportSink& progress,
                                  const std::stop_token& stop) {
    for (;;) {
        const Stopwatch waiting;
        std::optional<ImportBatch> batch = TRY(*read.pop());
        report_.reading_seconds += waiting.ms() / 1'000;
        if (!batch) return {};
        const double share = batch->share;
        TRY(write(std::move(*batch)));
        if (progress) {
            progress({.rows = report_.rows,
                      .vector_bytes = report_.vector_bytes,
                      .share = share,
                      .seconds = watch_.ms() / 1'000});
        }
        if (!stop.stop_requested()) continue;
        report_.was_interrupted = true;
        return {};
    }
}

/// In parts where the metadata brings more than fits at once; the mark goes with the last of them.
Result<void> ImportRun::write(ImportBatch batch) {
    const std::span<const std::string> ids(batch.ids);
    const std::span<const float> vectors(batch.vectors);
    const std::size_t dimension = vectors.size() / ids.size();
    for (std::size_t first = 0; first < ids.size();) {
        std::vector<std::string> documents = std::move(batch.documents);
        std::size_t count = ids.size();
        if (documents_) {
            documents = TRY(documents_->documents_for(ids.subspan(first), text_bytes_max_));
            report_.documents += static_cast<std::uint64_t>(std::ranges::count_if(
                documents, [](const std::string& document) { return !document.empty(); }));
            count = documents.size();
        }
        collection::LoadBatch part{
            .field = field_,
            .ids = ids.subspan(first, count),
            .vectors = vectors.subspan(first * dimension, count * dimension)};
        first += count;
        if (first == ids.size()) {
            part.mark = collection::LoadMark{.name = mark_, .value = batch.behind.text()};
        }
        TRY(load(part, std::move(documents)));
    }
    report_.rows = batch.behind.rows;
    report_.vector_bytes += vectors.size_bytes();
    return {};
}

Result<void> ImportRun::load(collection::LoadBatch part, std::vector<std::string> documents) {
    TRY(settle_documents(documents));
    part.documents = documents;
    const collection::LoadOutcome outcome = TRY(target_.load(part));
    report_.outcome += outcome;
    return {};
}

/// What a document says of a file must be such that it can be looked for.
Result<void> ImportRun::settle_documents(std::vector<std::string>& documents) const {
    for (std::string& document : documents) {
        if (document.empty() || file_of(document)) continue;
        document = TRY(without_claims(document));
    }
    return {};
}

/// Documents whose rows came long before them, and those of records that were there already.
Result<void> ImportRun::write_rest(const std::stop_token& stop) {
    for (;;) {
        std::vector<NamedDocument> documents =
            TRY(documents_->rest(kDocumentsPutMax, text_bytes_max_));
        if (documents.empty()) return {};
        TRY(write_documents(std::move(documents)));
        report_.was_interrupted = stop.stop_requested();
        if (report_.was_interrupted) return {};
    }
}

Result<void> ImportRun::write_documents(std::vector<NamedDocument> documents) {
    std::vector<std::string> texts;
    for (NamedDocument& named : documents)
        texts.push_back(std::move(named.document));
    TRY(settle_documents(texts));
    for (std::size_t i = 0; i < documents.size(); ++i)
        documents[i].document = std::move(texts[i]);
    const DocumentOutcome outcome = TRY(target_.put_documents(std::move(documents)));
    report_.documents += outcome.changed + outcome.unchanged;
    report_.unmatched += outcome.unmatched;
    return {};
}

}  // namespace
}  // namespace sokkuri::service
