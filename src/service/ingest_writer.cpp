#include "service/ingest_writer.h"

#include "service/picture_document.h"

#include <algorithm>
#include <utility>

namespace sokkuri::service {
namespace {

/// Changes without a vector are small: a thousand of them make a batch as good as 64 rows.
constexpr std::size_t kBatchChangesMax = 1'000;

}  // namespace

IngestWriter::IngestWriter(const Library& library, const BatchLimits& limits, IngestTally& tally)
    : library_(library),
      limits_(limits),
      tally_(tally),
      // Room for a second batch while the first one waits for the disk.
      queue_(2 * std::size_t{limits.rows_max} + 2) {}

Result<void> IngestWriter::run() {
    std::chrono::steady_clock::time_point deadline;
    for (;;) {
        auto change = batch_.empty() ? queue_.pop() : queue_.pop_until(deadline);
        const bool is_timeout = !change && !queue_.is_finished();
        if (!change && !is_timeout) break;
        if (change && batch_.empty()) {
            deadline = std::chrono::steady_clock::now() + limits_.age_max;
        }
        if (change) add(std::move(*change));
        if (!is_full() && std::chrono::steady_clock::now() < deadline) continue;
        auto committed = commit();
        if (committed) continue;
        queue_.close();
        return committed;
    }
    return commit();
}

bool IngestWriter::is_full() const {
    return batch_rows_ >= limits_.rows_max || batch_.size() >= kBatchChangesMax;
}

void IngestWriter::add(FileChange change) {
    if (change.put) ++batch_rows_;
    batch_.push_back(std::move(change));
}

Result<void> IngestWriter::commit() {
    if (batch_.empty()) return {};
    return library_.in_turn([this] { return commit_in_turn(); });
}

/// Items that people change and remove meanwhile stay as they are: a change that was made ready
/// before that is dropped.
Result<void> IngestWriter::commit_in_turn() {
    TRY(drop_excluded());
    TRY(drop_outdated());
    TRY(keep_what_people_say());
    std::vector<collection::PutRecord> puts;
    std::vector<collection::PutRecord> documents;
    std::vector<std::string> removed_ids;
    std::vector<collection::FileState> states;
    std::vector<collection::FileState> forgotten;
    for (FileChange& change : batch_) {
        if (change.put) puts.push_back(std::move(*change.put));
        if (change.put_document) documents.push_back(std::move(*change.put_document));
        if (!change.removed_id.empty()) removed_ids.push_back(std::move(change.removed_id));
        if (change.state) states.push_back(std::move(*change.state));
        if (change.forgotten) forgotten.push_back(std::move(*change.forgotten));
    }
    // The collection first: what the workspace says is indexed must be there.
    collection::Collection& collection = library_.collection();
    if (!puts.empty()) TRY(in_context("put", collection.put(puts)));
    if (!documents.empty()) TRY(in_context("put", collection.put_documents(documents)));
    if (!removed_ids.empty()) TRY(in_context("remove", collection.remove(removed_ids)));
    if (!states.empty() || !forgotten.empty()) {
        TRY(in_context("record", library_.workspace().record(states, forgotten)));
    }
    for (const FileChange& change : batch_)
        tally_.settle(change);
    batch_.clear();
    batch_rows_ = 0;
    return {};
}

Result<void> IngestWriter::drop_excluded() {
    std::vector<std::string> paths;
    for (const FileChange& change : batch_)
        paths.push_back(change.path);
    const std::vector<bool> are_excluded =
        TRY(library_.workspace().are_excluded(library_.root(), paths));
    drop(are_excluded, FileOutcome::kExcluded);
    return {};
}

/// A new document follows from the old one: no longer, where that is another by now.
Result<void> IngestWriter::drop_outdated() {
    std::vector<std::string> ids;
    for (const FileChange& change : batch_) {
        if (change.put_document) ids.push_back(change.put_document->id);
    }
    if (ids.empty()) return {};
    const auto records = TRY(library_.collection().get(ids));
    std::vector<bool> are_outdated;
    auto record = records.begin();
    for (const FileChange& change : batch_) {
        bool is_outdated = false;
        if (change.put_document) {
            const auto& based_on = change.put_document->if_version;
            is_outdated = !*record || (based_on && (*record)->version != *based_on);
            ++record;
        }
        are_outdated.push_back(is_outdated);
    }
    drop(are_outdated, FileOutcome::kVanished);
    return {};
}

/// A changed file is the same item: attributes stay, and so do vectors of people's own; what other
/// models have made of the old picture goes.
Result<void> IngestWriter::keep_what_people_say() {
    std::vector<std::string> ids;
    for (const FileChange& change : batch_) {
        if (change.put) ids.push_back(change.put->id);
    }
    if (ids.empty()) return {};
    const std::vector<collection::FieldSpec> fields = TRY(library_.collection().fields());
    const auto records = TRY(library_.collection().get(ids));
    auto record = records.begin();
    for (FileChange& change : batch_) {
        if (!change.put) continue;
        const std::optional<collection::Record>& known = *record++;
        if (!known) continue;
        change.put->document = TRY(with_members(change.put->document, known->document));
        change.put->others = collection::OtherVectors::kKeep;
        for (const collection::FieldSpec& field : fields) {
            const bool is_given = std::ranges::any_of(
                change.put->vectors, [&](const auto& given) { return given.field == field.name; });
            if (!is_given && !field.fingerprint.empty()) {
                change.put->vectors.push_back({.field = field.name});
            }
        }
    }
    return {};
}

void IngestWriter::drop(const std::vector<bool>& is_dropped, FileOutcome outcome) {
    std::vector<FileChange> kept;
    for (std::size_t i = 0; i < batch_.size(); ++i) {
        if (is_dropped[i]) {
            tally_.settle({.outcome = outcome, .path = std::move(batch_[i].path)});
        } else {
            kept.push_back(std::move(batch_[i]));
        }
    }
    batch_ = std::move(kept);
}

}  // namespace sokkuri::service
