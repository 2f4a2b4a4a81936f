// The recipe: walk ∥ read and hash ∥ decode and prepare ∥ infer ∥ write, one thread or a few each,
// bounded queues between them. The threads share the cores without a schedule of ours: inference
// and decoding both wait for work or room, so whichever is behind gets the processor.
#include "service/ingest.h"

#include "base/bounded_queue.h"
#include "base/guarded.h"
#include "base/out_of_memory.h"
#include "service/field_filling.h"
#include "service/folder_walk.h"
#include "service/ingest_plan.h"
#include "service/ingest_progress.h"
#include "service/ingest_writer.h"
#include "service/picture_embedder.h"
#include "service/vector_fields.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <optional>
#include <thread>
#include <utility>

namespace sokkuri::service {
namespace {

constexpr std::size_t kWalkedFilesMax = 1'024;  // found and not yet read
constexpr std::chrono::milliseconds kProgressInterval{200};
constexpr std::uint32_t kDecodersMax = 256;

Result<std::optional<features::ModelCard>> model_of_pictures(
    const collection::Collection& collection);
Result<void> prepare_field(collection::Collection& collection, const features::ModelCard& card);
/// The fields of further models, which see a picture once it is there; and the pictures' own, for
/// those that have lost their vector, or came while there was none to be had.
Result<void> fill_fields(const Library& library, const IngestRequest& request, IngestReport& report,
                         const std::stop_token& stop);
std::int64_t now_ns();

class IngestRun {
 public:
    IngestRun(const Library& library, const IngestRequest& request, features::Model model);

    Result<IngestReport> run(const ProgressSink& progress, std::stop_token stop);

 private:
    void walk();
    void read();
    void write();

    Result<void> read_files();
    Result<void> handle(const WalkedFile& file);
    Result<void> embed(PictureToEmbed picture);
    Result<void> settle(FileChange change);
    Result<void> remove_missing();
    void finish_embedding(const PictureToEmbed& picture, Result<EmbeddedFile> embedded);

    void abort(Error error);
    bool is_stopping() const { return stop_.stop_requested(); }

    const Library& library_;
    const IngestRequest& request_;
    const features::Model model_;
    const std::string fingerprint_ = features::fingerprint(model_.card);

    std::stop_source stop_;  // by the caller's wish or by a failure
    Guarded<std::optional<Error>> failure_;
    IngestTally tally_;
    BoundedQueue<WalkedFile> walked_{kWalkedFilesMax};
    bool walk_is_complete_ = false;  // written before `walked_` closes, read after
    IngestPlan plan_;
    IngestWriter writer_;
    std::shared_ptr<features::Extractor> extractor_;  // loaded with the first picture that needs it
    std::chrono::duration<double> load_time_{0};
    std::optional<PictureEmbedder> embedder_;
    bool was_interrupted_ = false;  // the reader's; read when it has ended

    Guarded<bool> is_finished_{false};
    std::condition_variable finished_;
};

}  // namespace

Result<void> IngestRequest::validate() const {
    if (batch_rows < 1 || batch_rows > collection::kPutRecordsMax) {
        return fail(ErrorCode::kInvalidArgument, "batch_rows = {}: must be 1 to {}", batch_rows,
                    collection::kPutRecordsMax);
    }
    if (decoders > kDecodersMax) {
        return fail(ErrorCode::kInvalidArgument, "decoders = {}: must be 0 to {}", decoders,
                    kDecodersMax);
    }
    return {};
}

Result<IngestReport> ingest(Library& library, const IngestRequest& request,
                            const ProgressSink& progress, std::stop_token stop) {
    TRY(request.validate());
    if (library.access() != LibraryAccess::kWrite) {
        return fail(ErrorCode::kUnsupported, "{}: opened for reading only", library.place());
    }
    TRY(require_folder(library));
    const auto indexed_with = TRY(model_of_pictures(library.collection()));
    features::Model model = TRY(choose_model(library.files(), request.model, indexed_with));
    if (!indexed_with) TRY(prepare_field(library.collection(), model.card));
    IngestReport report = TRY(IngestRun(library, request, std::move(model)).run(progress, stop));
    if (!report.was_interrupted) TRY(fill_fields(library, request, report, stop));
    return report;
}

Result<void> require_folder(const Library& library) {
    if (!library.folder().empty()) return {};
    return fail(ErrorCode::kUnsupported,
                "{}: a collection without a folder of pictures: there is nothing to index",
                library.home());
}

namespace {

IngestRun::IngestRun(const Library& library, const IngestRequest& request, features::Model model)
    : library_(library),
      request_(request),
      model_(std::move(model)),
      plan_(library, {.file_bytes_max = request.limits.file_bytes_max,
                      .missing = request.missing,
                      .started_ns = now_ns()}),
      writer_(library,
              {.rows_max = request.batch_rows,
               .age_max = std::chrono::milliseconds(request.batch_age_ms)},
              tally_) {}

Result<IngestReport> IngestRun::run(const ProgressSink& progress, std::stop_token stop) {
    const std::stop_callback on_stop(stop, [this] { stop_.request_stop(); });
    {
        const std::jthread walker([this] { walk(); });
        const std::jthread reader([this] { read(); });
        const std::jthread writer([this] { write(); });
        auto is_finished = is_finished_.lock();
        while (!finished_.wait_for(is_finished.lock(), kProgressInterval,
                                   [&] { return *is_finished; })) {
            // The sink may be slow: nobody else is to wait for it.
            is_finished.lock().unlock();
            if (progress) progress(tally_.progress());
            is_finished.lock().lock();
        }
    }
    if (auto failure = failure_.lock(); *failure) return tl::unexpected(**failure);
    if (progress) progress(tally_.progress());
    IngestReport report = tally_.report();
    report.was_interrupted = was_interrupted_;
    report.load_seconds = load_time_.count();
    report.model = model_.card.name;
    if (extractor_) report.precision = name_of(extractor_->precision());
    return report;
}

void IngestRun::walk() {
    const auto pass_on = [this](WalkedFile file) {
        if (is_stopping()) return false;
        tally_.count_found();
        return walked_.push(std::move(file));
    };
    const auto walked = or_out_of_memory(
        [&] { return walk_folder(library_.files(), library_.folder(), WalkLimits{}, pass_on); });
    if (!walked) {
        abort(walked.error());
    } else if (!is_stopping()) {
        tally_.finish_walk(walked->links_left_out);
        walk_is_complete_ = true;
    }
    walked_.close();
}

void IngestRun::read() {
    auto outcome = or_out_of_memory([this] { return read_files(); });
    walked_.close();
    if (!outcome) abort(std::move(outcome).error());
    if (is_stopping() && embedder_) embedder_->cancel();
    if (embedder_) embedder_->drain();
    if (is_stopping() || !walk_is_complete_) {
        was_interrupted_ = true;
    } else if (auto removed = or_out_of_memory([this] { return remove_missing(); }); !removed) {
        abort(std::move(removed).error());
    }
    writer_.close();
}

void IngestRun::write() {
    auto written = or_out_of_memory([this] { return writer_.run(); });
    if (!written) {
        writer_.close();  // nobody waits for room
        abort(std::move(written).error());
    }
    *is_finished_.lock() = true;
    finished_.notify_all();
}

Result<void> IngestRun::read_files() {
    while (auto file = walked_.pop()) {
        if (is_stopping()) return {};
        TRY(handle(*file));
    }
    return {};
}

Result<void> IngestRun::handle(const WalkedFile& file) {
    PlannedFile planned = TRY(plan_.plan(file));
    if (auto* change = std::get_if<FileChange>(&planned)) return settle(std::move(*change));
    return embed(std::get<PictureToEmbed>(std::move(planned)));
}

Result<void> IngestRun::embed(PictureToEmbed picture) {
    if (!embedder_) {
        const auto started = std::chrono::steady_clock::now();
        extractor_ =
            TRY(library_.extractors().get(model_, request_.model, features::Urgency::kBulk));
        load_time_ = std::chrono::steady_clock::now() - started;
        embedder_.emplace(
            *extractor_, EmbedderOptions{.limits = request_.limits, .decoders = request_.decoders});
    }
    std::vector<std::byte> bytes = std::move(picture.bytes);
    embedder_->submit(std::move(bytes),
                      [this, picture = std::move(picture)](Result<EmbeddedFile> embedded) {
                          finish_embedding(picture, std::move(embedded));
                      });
    return {};
}

Result<void> IngestRun::settle(FileChange change) {
    if (!change.writes_something()) {
        tally_.settle(change);
        return {};
    }
    // Refused only when the writer has failed, which it says itself.
    static_cast<void>(writer_.push(std::move(change)));
    return {};
}

void IngestRun::finish_embedding(const PictureToEmbed& picture, Result<EmbeddedFile> embedded) {
    if (embedded) {
        tally_.count_embedded();
        FileChange change = change_of(picture, std::move(*embedded));
        change.put->vectors.front().fingerprint = fingerprint_;
        static_cast<void>(writer_.push(std::move(change)));
        return;
    }
    const ErrorCode code = embedded.error().code();
    if (code == ErrorCode::kCancelled) return;
    if (code == ErrorCode::kUnavailable) return abort(std::move(embedded).error());
    static_cast<void>(writer_.push(change_of(picture, embedded.error())));
}

Result<void> IngestRun::remove_missing() {
    // A disk that went away in mid-run looks like a folder in which everything was deleted.
    TRY(library_.files().status(library_.folder()));
    IngestPlan::Missing missing = TRY(plan_.finish());
    tally_.count_kept_missing(missing.kept);
    for (FileChange& change : missing.changes)
        TRY(settle(std::move(change)));
    return {};
}

void IngestRun::abort(Error error) {
    {
        auto failure = failure_.lock();
        if (!*failure) *failure = std::move(error);
    }
    stop_.request_stop();
}

/// Other fields may be there before the pictures' own.
Result<std::optional<features::ModelCard>> model_of_pictures(
    const collection::Collection& collection) {
    const std::vector<collection::FieldSpec> fields = TRY(collection.fields());
    const bool is_there =
        std::ranges::find(fields, kPictureField, &collection::FieldSpec::name) != fields.end();
    if (!is_there) return std::nullopt;
    return indexed_model(collection);
}

Result<void> prepare_field(collection::Collection& collection, const features::ModelCard& card) {
    return collection.add_field({.name = kPictureField,
                                 .dimension = card.dimension,
                                 .metric = index::Metric::kCosine,
                                 .model = features::to_json(card),
                                 .fingerprint = features::fingerprint(card)});
}

Result<void> fill_fields(const Library& library, const IngestRequest& request, IngestReport& report,
                         const std::stop_token& stop) {
    const std::vector<collection::FieldSpec> fields = TRY(library.collection().fields());
    for (const collection::FieldSpec& field : fields) {
        const bool has_model = !field.fingerprint.empty() && !field.name.ends_with(kNextSuffix);
        if (!has_model || report.was_interrupted) continue;
        const bool is_own = field.name == kPictureField;
        FillReport filled = TRY(fill_field(library,
                                           {.field = field.name,
                                            .model = request.model,
                                            .limits = request.limits,
                                            .decoders = request.decoders,
                                            .batch_rows = request.batch_rows},
                                           nullptr, stop));
        report.was_interrupted = filled.was_interrupted;
        if (is_own) {
            report.replaced += filled.filled;
            report.unchanged -= std::min(report.unchanged, filled.filled);
            if (report.precision.empty()) report.precision = filled.precision;
        }
        for (FailedFile& failure : filled.failures) {
            if (!is_own) failure.reason = fmt::format("field {}: {}", field.name, failure.reason);
            report.failures.push_back(std::move(failure));
        }
    }
    std::ranges::stable_sort(report.failures, {}, &FailedFile::path);
    return {};
}

std::int64_t now_ns() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

}  // namespace
}  // namespace sokkuri::service
