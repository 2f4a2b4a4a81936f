#include "service/model_switch.h"

#include "service/field_filling.h"
#include "service/picture_document.h"
#include "service/stopwatch.h"
#include "service/vector_fields.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

namespace sokkuri::service {
namespace {

using collection::FieldSpec;

/// Pictures that come while others are embedded make another round; they get fewer with each.
constexpr int kRoundsMax = 100;

Result<void> require_pictures(const Library& library, const FieldSpec& field);
/// That a model can look at: a file that was indexed, or a picture that is kept whole.
Result<bool> has_picture(const Library& library, const collection::Record& record);
Error would_lose(std::uint64_t count, const std::string& first);
Result<void> prepare_next(Library& library, const FieldSpec& next);
Result<void> build_index(const Library& library, const SwitchRequest& request,
                         const std::stop_token& stop);
/// Whether it could be done: nothing has come that the new field lacks.
Result<bool> take_over(const Library& library, const FieldSpec& field, const FieldSpec& next,
                       const std::set<std::string>& failed);
/// Of an item without a picture: one may have come since the switch began.
Result<void> require_no_vector(const Library& library, const FieldSpec& field,
                               const std::string& id);
FillRequest fill_request(const SwitchRequest& request, const std::string& field);

}  // namespace

Result<IngestReport> switch_model(Library& library, const SwitchRequest& request,
                                  const ProgressSink& progress, const std::stop_token& stop) {
    const Stopwatch watch;
    const FieldSpec field = TRY(field_meant(library, ""));
    TRY(model_of(field));
    const features::Model model = TRY(choose_model(library.files(), request.model, std::nullopt));
    IngestReport report{.model = model.card.name};
    report.found = TRY(library.collection().count());
    report.unchanged = report.found;
    if (features::fingerprint(model.card) == field.fingerprint) return report;
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
        report.replaced += filled.filled;
        report.failures = std::move(filled.failures);
        if (!filled.precision.empty()) report.precision = filled.precision;
        report.was_interrupted = filled.was_interrupted;
        if (!report.was_interrupted) {
            const auto built = build_index(library, request, stop);
            report.was_interrupted = !built && built.error().code() == ErrorCode::kCancelled;
        }
        report.unchanged = report.found - std::min(report.found, report.replaced);
        report.seconds = watch.ms() / 1'000;
        if (report.was_interrupted) return report;
        std::set<std::string> failed;
        for (const FailedFile& failure : report.failures)
            failed.insert(failure.path);
        const bool is_done =
            TRY(library.in_turn([&] { return take_over(library, field, next, failed); }));
        if (is_done) return report;
    }
    return fail(ErrorCode::kUnavailable,
                "pictures came faster than model {} could look at them, {} times over",
                model.card.name, kRoundsMax);
}

namespace {

/// Vectors that were given cannot be made anew.
Result<void> require_pictures(const Library& library, const FieldSpec& field) {
    std::uint64_t count = 0;
    std::string first;
    std::optional<Error> error;
    TRY(library.collection().scan({.field = field.name},
                                  [&](const collection::ScannedRecord& scanned) {
                                      if (scanned.vector.empty()) return true;
                                      const auto is_picture = has_picture(library, scanned.record);
                                      if (!is_picture) error = is_picture.error();
                                      if (is_picture && !*is_picture && count++ == 0)
                                          first = scanned.record.id;
                                      return !error;
                                  }));
    if (error) return tl::unexpected(*error);
    if (count == 0) return {};
    return tl::unexpected(would_lose(count, first));
}

Result<bool> has_picture(const Library& library, const collection::Record& record) {
    const auto file = file_of(record.document);
    if (!file || !file->content) return false;
    // Of a thumbnail alone no model could say what the picture would have said.
    if (file->path.empty()) return library.keeping() == PictureKeeping::kOriginals;
    // An imported document may speak of a file that never was here.
    const auto known = TRY(library.workspace().file_of_id(record.id));
    return known.has_value();
}

Error would_lose(std::uint64_t count, const std::string& first) {
    return Error(
        ErrorCode::kConflict,
        fmt::format(
            "{} items have a vector and no picture ({:?} is the first): another model would cost "
            "them their vector; remove them, or keep such vectors in a field of their own",
            count, first));
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
                       const std::set<std::string>& failed) {
    std::string cursor;
    do {
        const collection::RecordPage page =
            TRY(library.collection().page_without(next.name, cursor, collection::kPageRecordsMax));
        for (const collection::Record& record : page.records) {
            const bool is_picture = TRY(has_picture(library, record));
            if (!is_picture) {
                TRY(require_no_vector(library, field, record.id));
                continue;
            }
            const auto file = TRY(file_of(record.document));
            if (!failed.contains(file.path.empty() ? record.id : file.path)) return false;
        }
        cursor = page.next;
    } while (!cursor.empty());
    TRY(library.collection().replace_field(field.name, next.name));
    return true;
}

Result<void> require_no_vector(const Library& library, const FieldSpec& field,
                               const std::string& id) {
    const auto vector = library.collection().vector_of(id, field.name);
    if (vector) return tl::unexpected(would_lose(1, id));
    if (vector.error().code() == ErrorCode::kNotFound) return {};
    return tl::unexpected(vector.error());
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
