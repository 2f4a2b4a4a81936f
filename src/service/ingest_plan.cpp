#include "service/ingest_plan.h"

#include "service/picture_document.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace sokkuri::service {
namespace {

using collection::FileState;
using collection::PutRecord;
using collection::Record;

/// A file may change twice within one tick of its file system's clock (FAT: two seconds), and the
/// second change does not show in its time. Times this young when a run begins are not trusted.
constexpr std::int64_t kClockTickNs = 2'000'000'000;
/// Recorded instead of a time that is not trusted: equals no real one, so the next run looks at the
/// content.
constexpr std::int64_t kUntrustedTime = std::numeric_limits<std::int64_t>::min();
/// Files with one content that are looked at to find a vector or a move.
constexpr std::size_t kTwinsMax = 64;
/// Paths that come back with their first content after their record has moved away: each time
/// another id.
constexpr std::uint32_t kIdsTriedMax = 1'000;

std::string derived_id(const FileState& file, std::uint32_t attempt);
bool was_read(const FileState& file);
FileChange untouched(const FileState& known);

}  // namespace

IngestPlan::IngestPlan(const Library& library, const PlanOptions& options)
    : library_(library),
      options_(options),
      known_(library.workspace(), library.root(),
             [this](FileState file) { missing_.push_back(std::move(file)); }),
      excluded_(library.workspace(), library.root()) {}

Result<PlannedFile> IngestPlan::plan(const WalkedFile& file) {
    Known known = TRY(known_.advance_to(file.path));
    // Back again after we saw that it was gone: its record belongs to another path by now.
    if (known && moved_from_.contains(file.path)) known.reset();
    if (file.is_folder()) TRY(known_.skip_inside(file.path));
    const bool is_excluded = TRY(excluded_.advance_to(file.path));
    if (is_excluded) return FileChange{.outcome = FileOutcome::kExcluded, .path = file.path};
    const FileState seen{.root = library_.root(),
                         .path = file.path,
                         .size_bytes = file.status.size_bytes,
                         .modified_ns = trusted_time(file.status.modified_ns)};
    if (file.problem) return failure(seen, known, file.problem->message());
    if (file.status.kind != FileKind::kRegular) return failure(seen, known, "not a regular file");
    return plan_regular(file, known);
}

Result<PlannedFile> IngestPlan::plan_regular(const WalkedFile& file, const Known& known) {
    const FileStatus& status = file.status;
    const bool is_same = known && known->size_bytes == status.size_bytes &&
                         known->modified_ns == status.modified_ns && was_read(*known);
    if (is_same) return untouched(*known);

    Content content{.state = {.root = library_.root(),
                              .path = file.path,
                              .size_bytes = status.size_bytes,
                              .modified_ns = trusted_time(status.modified_ns)},
                    .modified_ns = status.modified_ns};
    const std::string path = join_path(library_.folder(), file.path);
    auto bytes = read_file(library_.files(), path, options_.file_bytes_max);
    const auto after = library_.files().status_following(path);
    if (!after && after.error().code() == ErrorCode::kNotFound) {
        if (known) missing_.push_back(*known);
        return FileChange{.outcome = FileOutcome::kVanished, .path = file.path};
    }
    if (!bytes) return failure(content.state, known, bytes.error().message());
    // Written to while we read: what we have may be half of it.
    const bool has_changed = !after || after->size_bytes != status.size_bytes ||
                             after->modified_ns != status.modified_ns ||
                             bytes->size() != status.size_bytes;
    if (has_changed) content.state.modified_ns = kUntrustedTime;
    content.bytes = std::move(*bytes);
    content.state.size_bytes = content.bytes.size();
    content.state.content = xxh128(content.bytes);
    return plan_content(std::move(content), known);
}

Result<PlannedFile> IngestPlan::plan_content(Content content, const Known& known) {
    std::optional<FileChange> change = TRY(touch(content, known));
    if (change) return std::move(*change);

    const std::vector<FileState> twins =
        TRY(library_.workspace().files_of_content(content.state.content, kTwinsMax));
    if (!known) {
        change = TRY(move(content, twins));
        if (change) return std::move(*change);
    }
    content.state.id = TRY(free_id(content.state, known));
    const bool has_record = known && known->failure.empty() && known->id == content.state.id;
    const FileOutcome outcome = has_record ? FileOutcome::kReplaced : FileOutcome::kAdded;
    change = TRY(copy(content, content.state.id, twins));
    if (change) {
        change->outcome = outcome;
        return std::move(*change);
    }
    return PictureToEmbed{.bytes = std::move(content.bytes),
                          .state = std::move(content.state),
                          .modified_ns = content.modified_ns,
                          .outcome = outcome,
                          .has_record = has_record};
}

/// The content that we know, seen at another time.
Result<std::optional<FileChange>> IngestPlan::touch(const Content& content, const Known& known) {
    const bool is_same = known && was_read(*known) && known->content == content.state.content;
    if (!is_same) return std::nullopt;
    FileChange change = untouched(*known);
    change.state = content.state;
    change.state->id = known->id;
    change.state->failure = known->failure;
    if (!known->failure.empty()) return change;

    const std::optional<Record> record = TRY(record_of(known->id, known->content));
    if (!record) return std::nullopt;  // not in the collection any more: embed it again
    std::string renewed = TRY(with_file(record->document, known->path, content.modified_ns));
    if (renewed != record->document) {
        change.put_document = PutRecord{
            .id = known->id, .document = std::move(renewed), .if_version = record->version};
    }
    return change;
}

Result<std::optional<FileChange>> IngestPlan::move(const Content& content,
                                                   const std::vector<FileState>& twins) {
    for (const FileState& twin : twins) {
        if (moved_from_.contains(twin.path) || !is_gone(twin)) continue;
        const std::optional<Record> record = TRY(record_of(twin.id, twin.content));
        if (!record) continue;
        FileChange change{.outcome = FileOutcome::kMoved, .path = content.state.path};
        std::string renewed =
            TRY(with_file(record->document, content.state.path, content.modified_ns));
        change.put_document =
            PutRecord{.id = twin.id, .document = std::move(renewed), .if_version = record->version};
        change.state = content.state;
        change.state->id = twin.id;
        change.forgotten = FileState{.root = twin.root, .path = twin.path};
        moved_from_.insert(twin.path);
        return change;
    }
    return std::nullopt;
}

/// A record with the vector of another file of the same content.
Result<std::optional<FileChange>> IngestPlan::copy(const Content& content, const std::string& id,
                                                   const std::vector<FileState>& twins) {
    for (const FileState& twin : twins) {
        auto vector = library_.collection().vector_of(twin.id, kPictureField);
        if (!vector && vector.error().code() == ErrorCode::kNotFound) continue;
        std::vector<float> values = TRY(std::move(vector));
        // Asked after the vector: a record changes its content at most once in a run, so the vector
        // is of this content if the document still is.
        const std::optional<Record> record = TRY(record_of(twin.id, twin.content));
        if (!record) continue;
        FileChange change{.path = content.state.path};
        // What people say of the twin, they say of the twin.
        std::string own = TRY(with_members(record->document, "{}"));
        own = TRY(with_file(own, content.state.path, content.modified_ns));
        change.put = PutRecord{.id = id, .document = std::move(own)};
        change.put->vectors.push_back({.field = kPictureField, .values = std::move(values)});
        change.state = content.state;
        change.state->id = id;
        return change;
    }
    return std::nullopt;
}

FileChange IngestPlan::failure(const FileState& seen, const Known& known,
                               const std::string& reason) const {
    const bool is_known = known && known->failure == reason;
    FileChange change{.outcome = is_known ? FileOutcome::kKnownFailure : FileOutcome::kFailed,
                      .path = seen.path,
                      .failure = reason};
    if (is_known) return change;
    change.state = seen;
    change.state->failure = reason;
    if (known) change.state->id = known->id;
    if (known && known->failure.empty()) change.removed_id = known->id;
    return change;
}

Result<IngestPlan::Missing> IngestPlan::finish() {
    TRY(known_.finish());
    Missing result;
    for (FileState& file : missing_) {
        if (moved_from_.contains(file.path)) continue;
        const bool is_indexed = file.failure.empty();
        if (is_indexed && options_.missing == MissingFiles::kKeep) {
            ++result.kept;
            continue;
        }
        FileChange change{.outcome = is_indexed ? FileOutcome::kRemoved : FileOutcome::kForgotten,
                          .path = file.path};
        if (is_indexed) change.removed_id = file.id;
        change.forgotten = FileState{.root = file.root, .path = std::move(file.path)};
        result.changes.push_back(std::move(change));
    }
    missing_.clear();
    return result;
}

/// The record, if it is there and of that content.
Result<std::optional<Record>> IngestPlan::record_of(const std::string& id,
                                                    const Hash128& content) const {
    auto records = TRY(library_.collection().get(std::span(&id, 1)));
    if (records.empty() || !records.front()) return std::nullopt;
    const auto file = file_of(records.front()->document);
    if (!file || file->content != content) return std::nullopt;
    return std::move(records.front());
}

/// The id that the file has had, or the one that follows from path and content; another one when a
/// moved file has taken it along.
Result<std::string> IngestPlan::free_id(const FileState& file, const Known& known) const {
    for (std::uint32_t attempt = 0; attempt < kIdsTriedMax; ++attempt) {
        const bool tries_own = attempt == 0 && known && !known->id.empty();
        std::string id = tries_own ? known->id : derived_id(file, attempt);
        const std::optional<FileState> owner = TRY(library_.workspace().file_of_id(id));
        if (!owner || (owner->root == file.root && owner->path == file.path)) return id;
    }
    return fail(ErrorCode::kExhausted, "{}: {} ids are taken", file.path, kIdsTriedMax);
}

bool IngestPlan::is_gone(const FileState& file) const {
    const auto status = library_.files().status(join_path(library_.folder(), file.path));
    return !status && status.error().code() == ErrorCode::kNotFound;
}

std::int64_t IngestPlan::trusted_time(std::int64_t modified_ns) const {
    return modified_ns < options_.started_ns - kClockTickNs ? modified_ns : kUntrustedTime;
}

FileChange change_of(const PictureToEmbed& picture, EmbeddedFile embedded) {
    FileChange change{.outcome = picture.outcome, .path = picture.state.path};
    change.put = PutRecord{.id = picture.state.id,
                           .document = to_json({.path = picture.state.path,
                                                .size = embedded.size,
                                                .format = embedded.format,
                                                .size_bytes = picture.state.size_bytes,
                                                .modified_ns = picture.modified_ns,
                                                .content = picture.state.content,
                                                .photograph = std::move(embedded.photograph),
                                                .preview = std::move(embedded.preview)})};
    change.put->vectors.push_back({.field = kPictureField, .values = std::move(embedded.vector)});
    change.state = picture.state;
    return change;
}

FileChange change_of(const PictureToEmbed& picture, const Error& failure) {
    FileChange change{
        .outcome = FileOutcome::kFailed, .path = picture.state.path, .failure = failure.message()};
    // No fault of the file: it is tried again next time, and keeps its record until then.
    const bool is_ours = failure.code() == ErrorCode::kInternal;
    if (is_ours && picture.has_record) return change;
    change.state = picture.state;
    change.state->failure = failure.message();
    if (is_ours) change.state->content = {};  // as one that was never read
    if (picture.has_record) change.removed_id = picture.state.id;
    return change;
}

namespace {

std::string derived_id(const FileState& file, std::uint32_t attempt) {
    std::string key = file.path;
    key += '\0';
    key.append(reinterpret_cast<const char*>(file.content.data()), file.content.size());
    if (attempt > 0) key += fmt::format("#{}", attempt);
    return base64url(xxh128(std::as_bytes(std::span(key))));
}

bool was_read(const FileState& file) {
    return file.content != Hash128{};
}

FileChange untouched(const FileState& known) {
    return {.outcome = known.failure.empty() ? FileOutcome::kUnchanged : FileOutcome::kKnownFailure,
            .path = known.path,
            .failure = known.failure};
}

}  // namespace
}  // namespace sokkuri::service
