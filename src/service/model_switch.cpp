#include "service/model_switch.h"

#include "base/shown_text.h"
#include "service/field_filling.h"
#include "service/picture_behind.h"
#include "service/picture_document.h"
#include "service/stopwatch.h"
#include "service/vector_fields.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace sokkuri::service {
namespace {

using collection::FieldSpec;

/// Pictures that come while others are embedded make another round; they get fewer with each.
constexpr int kRoundsMax = 100;

/// Items that have a vector, and would have none of the new model.
struct Losses {
    std::uint64_t count = 0;
    std::string first;  // its id
    std::string reason;

    void add(const collection::Record& record, const std::string& why);
    /// kConflict when there are any.
    Result<void> refuse() const;
};
/// Why pictures could not be looked at, by path or id.
using Failures = std::map<std::string, std::string>;

Result<void> require_pictures(const Library& library, const FieldSpec& field);
/// Why no model can look at the record's picture; empty where one can: at a file that was indexed
/// and is there, or at a picture that is kept whole.
Result<std::string> why_unseen(const Library& library, const collection::Record& record);
std::string name_of_item(const collection::Record& record);
Result<void> prepare_next(Library& library, const FieldSpec& next);
Result<void> build_index(const Library& library, const SwitchRequest& request,
                         const std::stop_token& stop);
/// Whether it could be done: nothing has come that the new field lacks.
Result<bool> take_over(const Library& library, const FieldSpec& field, const FieldSpec& next,
                       const Failures& failures);
Result<bool> has_vector(const Library& library, const FieldSpec& field, const std::string& id);
Failures failures_of(const IngestReport& report);
void count_filled(FillReport filled, IngestReport& report);
FillRequest fill_request(const SwitchRequest& request, const std::string& field);

}  // namespace

Result<IngestReport> switch_model(Library& library, const SwitchRequest& request,
                                  const ProgressSink& progress, const std::stop_token& stop) {
    const Stopwatch watch;
    if (library.access() != LibraryAccess::kWrite) {
        return fail(ErrorCode::kUnsupported, "{}: opened for reading only", library.place());
    }
    const FieldSpec field = TRY(field_meant(library, ""));
    TRY(model_of(field));
    const features::Model model = TRY(choose_model(library.files(), request.model, std::nullopt));
    IngestReport report{.model = model.card.name};
    report.found = TRY(library.collection().count());
    report.unchanged = report.found;
    if (features::fingerprint(model.card) == field.fingerprint) {
        FillReport missing =
            TRY(fill_field(library, fill_request(request, field.name), progress, stop));
        count_filled(std::move(missing), report);
        report.seconds = watch.ms() / 1'000;
        return report;
    }
    TRY(require_pictures(library, field));
    const FieldSpec next{.name = field.name + std::string(kNextSuffix),
                         .dimension = model.card.dimension,
                         .metric = field.metric,
                         .model = features::to_json(model.card),
                         .fingerprint = features::fingerprint(model.card)};
    TRY(prepare_next(library, next));
    for (int round = 0; round < kRoundsMax; ++round) {
        FillReport filled =
            TRY(fill_field(library, fill_request(request, next.name), progress, stop));
        count_filled(std::move(filled), report);
        if (!report.was_interrupted) {
            const auto built = build_index(library, request, stop);
            report.was_interrupted = !built && built.error().code() == ErrorCode::kCancelled;
        }
        report.seconds = watch.ms() / 1'000;
        if (report.was_interrupted) return report;
        const Failures failures = failures_of(report);
        const bool is_done =
            TRY(library.in_turn([&] { return take_over(library, field, next, failures); }));
        if (is_done) return report;
    }
    return fail(ErrorCode::kUnavailable,
                "pictures came faster than model {} could look at them, {} times over",
                model.card.name, kRoundsMax);
}

namespace {

void Losses::add(const collection::Record& record, const std::string& why) {
    if (count++ > 0) return;
    first = record.id;
    const std::string name = name_of_item(record);
    reason = name == first ? why : fmt::format("{}: {}", name, why);
}

Result<void> Losses::refuse() const {
    if (count == 0) return {};
    return fail(ErrorCode::kConflict,
                "{} items have a vector and no picture that another model could look at ({:?} is "
                "the first: {}): they would lose their vector, so the old model stays; bring the "
                "pictures back, or index, which forgets files that are gone; vectors of your own "
                "can be kept in a field of their own",
                count, first, shown_text(reason));
}

/// Vectors that were given cannot be made anew, nor those of files that are not there now.
Result<void> require_pictures(const Library& library, const FieldSpec& field) {
    Losses losses;
    std::optional<Error> error;
    TRY(library.collection().scan({.field = field.name},
                                  [&](const collection::ScannedRecord& scanned) {
                                      if (scanned.vector.empty()) return true;
                                      const auto why = why_unseen(library, scanned.record);
                                      if (!why) error = why.error();
                                      if (why && !why->empty()) losses.add(scanned.record, *why);
                                      return !error;
                                  }));
    if (error) return tl::unexpected(*error);
    return losses.refuse();
}

Result<std::string> why_unseen(const Library& library, const collection::Record& record) {
    const PictureBehind behind = TRY(picture_behind(library, record));
    if (behind == PictureBehind::kOriginal) return std::string();
    // Of a thumbnail alone no model could say what the picture would have said.
    if (behind == PictureBehind::kThumbnail) return std::string("only a thumbnail of it is kept");
    if (behind == PictureBehind::kNone) return std::string("it has no picture here");
    const DocumentFile file = TRY(file_of(record.document));
    const auto status = library.files().status_following(join_path(library.folder(), file.path));
    const bool has_vanished = !status && status.error().code() == ErrorCode::kNotFound;
    return std::string(has_vanished ? "its file has vanished" : "");
}

std::string name_of_item(const collection::Record& record) {
    const auto file = file_of(record.document);
    return file && !file->path.empty() ? file->path : record.id;
}

/// An earlier run for the same model has left what it had done.
Result<void> prepare_next(Library& library, const FieldSpec& next) {
    const std::vector<FieldSpec> fields = TRY(library.collection().fields());
    const auto left = std::ranges::find(fields, next.name, &FieldSpec::name);
    const bool is_other = left != fields.end() && (left->fingerprint != next.fingerprint ||
                                                   left->dimension != next.dimension);
    if (is_other) TRY(library.collection().drop_field(next.name));
    return library.collection().add_field(next);
}

/// Without it searches are as right, only slower: a failure is no reason to stay with the old
/// model.
Result<void> build_index(const Library& library, const SwitchRequest& request,
                         const std::stop_token& stop) {
    return library.collection().optimize({.progress = request.index_progress, .stop = stop});
}

Result<bool> take_over(const Library& library, const FieldSpec& field, const FieldSpec& next,
                       const Failures& failures) {
    Losses losses;
    bool is_complete = true;
    std::string cursor;
    do {
        const collection::RecordPage page =
            TRY(library.collection().page_without(next.name, cursor, collection::kPageRecordsMax));
        for (const collection::Record& record : page.records) {
            std::string why = TRY(why_unseen(library, record));
            const auto failure = failures.find(name_of_item(record));
            if (why.empty() && failure != failures.end()) why = failure->second;
            if (why.empty()) is_complete = false;
            if (why.empty()) continue;
            const bool loses = TRY(has_vector(library, field, record.id));
            if (loses) losses.add(record, why);
        }
        cursor = page.next;
    } while (!cursor.empty());
    TRY(losses.refuse());
    if (is_complete) TRY(library.collection().replace_field(field.name, next.name));
    return is_complete;
}

Result<bool> has_vector(const Library& library, const FieldSpec& field, const std::string& id) {
    const auto vector = library.collection().vector_of(id, field.name);
    if (vector) return true;
    if (vector.error().code() == ErrorCode::kNotFound) return false;
    return tl::unexpected(vector.error());
}

Failures failures_of(const IngestReport& report) {
    Failures failures;
    for (const FailedFile& failure : report.failures)
        failures.emplace(failure.path, failure.reason);
    return failures;
}

void count_filled(FillReport filled, IngestReport& report) {
    report.replaced += filled.filled;
    report.unchanged = report.found - std::min(report.found, report.replaced);
    report.failures = std::move(filled.failures);
    if (!filled.precision.empty()) report.precision = std::move(filled.precision);
    report.was_interrupted = filled.was_interrupted;
}

FillRequest fill_request(const SwitchRequest& request, const std::string& field) {
    return {.field = field,
            .model = request.model,
            .limits = request.limits,
            .decoders = request.decoders,
            .batch_rows = request.batch_rows};
}

}  // namespace
}  // namespace sokkuri::service
