#include "service/kept_picture_check.h"

#include "base/hash.h"
#include "collection/field_files.h"
#include "collection/local_collection.h"
#include "collection/workspace.h"
#include "service/picture_document.h"

#include <algorithm>
#include <map>
#include <memory>
#include <vector>

namespace sokkuri::service {
namespace {

using collection::Finding;
using collection::Record;

constexpr const char* kPictures = "pictures";
constexpr const char* kThumbnailEnding = "-thumbnail";  // picture_store.h
constexpr std::size_t kNamedItemsMax = 3;               // of one picture
constexpr std::size_t kSharersMax = 1'000;  // items of one picture among which one is looked for

/// A picture that is not what it was, or not there.
struct Lost {
    std::string why;                 // empty: it is a finding already
    std::vector<std::string> items;  // the first ones that show it
    bool was_kept = false;           // certainly; else a document may have been imported
};

class KeptPictureCheck {
 public:
    KeptPictureCheck(FileSystem& files, const std::string& directory, const std::stop_token& stop)
        : files_(files), directory_(directory), stop_(stop) {}

    Result<void> run(collection::VerifyReport& report);

 private:
    void expect_known(const collection::VerifyReport& report);
    Result<void> look_at(const Record& record);
    std::string why_lost(const std::string& file) const;
    Result<bool> is_as_it_was(const Record& record) const;
    bool is_kept(const std::string& id, const Hash128& content) const;
    void tell(collection::VerifyReport& report) const;

    FileSystem& files_;
    const std::string& directory_;
    const std::stop_token& stop_;
    std::unique_ptr<collection::Collection> collection_;
    std::unique_ptr<collection::Workspace> workspace_;  // null: it cannot be read
    std::map<std::string, Lost> lost_;                  // by file, relative to the folder
};

std::string file_of_content(const Hash128& content);
/// The content of the picture whose document this is; empty for files and for items without one.
std::optional<Hash128> kept_content(const std::string& document);
std::string whose(const Lost& lost);

}  // namespace

Result<void> check_kept_pictures(FileSystem& files, const std::string& directory,
                                 const std::stop_token& stop, collection::VerifyReport& report) {
    return KeptPictureCheck(files, directory, stop).run(report);
}

Result<void> require_kept_pictures(FileSystem& files, const std::string& directory,
                                   const std::stop_token& stop) {
    const bool has_folder = TRY(collection::is_there(files, join_path(directory, kPictures)));
    if (!has_folder) {
        const auto workspace =
            collection::Workspace::open(files, directory, collection::WorkspaceAccess::kRead);
        const bool has_none = !workspace || (*workspace)->kept_pictures().is_empty().value_or(true);
        if (has_none) return {};
    }
    collection::VerifyReport report;
    TRY(check_kept_pictures(files, directory, stop, report));
    for (const Finding& finding : report.findings) {
        if (finding.kind == Finding::Kind::kNote) continue;
        return fail(ErrorCode::kCorruption, "{}: {}", join_path(directory, finding.file),
                    finding.what);
    }
    return {};
}

namespace {

Result<void> KeptPictureCheck::run(collection::VerifyReport& report) {
    collection_ = TRY(collection::open_local_collection(files_, directory_, {.search_threads = 1}));
    auto workspace =
        collection::Workspace::open(files_, directory_, collection::WorkspaceAccess::kRead);
    if (workspace) workspace_ = std::move(*workspace);
    expect_known(report);
    std::string cursor;
    do {
        if (stop_.stop_requested()) return fail(ErrorCode::kCancelled, "verify: stopped");
        collection::RecordPage page = TRY(collection_->page(cursor, collection::kPageRecordsMax));
        for (const Record& record : page.records)
            TRY(look_at(record));
        cursor = std::move(page.next);
    } while (!cursor.empty());
    tell(report);
    return {};
}

/// Damaged ones, of which only the files have been looked at.
void KeptPictureCheck::expect_known(const collection::VerifyReport& report) {
    for (const Finding& finding : report.findings) {
        if (finding.kind != Finding::Kind::kDamage || !finding.file.starts_with(kPictures))
            continue;
        lost_.try_emplace(finding.file);
    }
}

Result<void> KeptPictureCheck::look_at(const Record& record) {
    const std::optional<Hash128> content = kept_content(record.document);
    if (!content) return {};
    const std::string file = file_of_content(*content);
    std::string why;
    auto known = lost_.lower_bound(file);  // a thumbnail's name begins alike
    if (known == lost_.end() || !known->first.starts_with(file)) {
        why = why_lost(file);
        if (why.empty()) return {};
        // A picture goes after its last item.
        const bool is_still_shown = TRY(is_as_it_was(record));
        if (!is_still_shown) return {};
        known = lost_.emplace(file, Lost{.why = std::move(why)}).first;
    }
    Lost& lost = known->second;
    if (!lost.was_kept) lost.was_kept = is_kept(record.id, *content);
    if (lost.items.size() <= kNamedItemsMax) lost.items.push_back(record.id);
    return {};
}

/// Empty when it is there, or a thumbnail in its stead.
std::string KeptPictureCheck::why_lost(const std::string& file) const {
    std::string why;
    for (const char* ending : {"", kThumbnailEnding}) {
        const auto status = files_.status(join_path(directory_, file + ending));
        if (status) return "";
        const bool is_missing = status.error().code() == ErrorCode::kNotFound;
        if (why.empty() || !is_missing) why = is_missing ? "is missing" : status.error().message();
    }
    return why;
}

Result<bool> KeptPictureCheck::is_as_it_was(const Record& record) const {
    const auto now = TRY(collection_->get(std::span(&record.id, 1)));
    return now.front() && now.front()->version == record.version;
}

/// Of a picture that came with the item, workspace.db knows.
bool KeptPictureCheck::is_kept(const std::string& id, const Hash128& content) const {
    if (workspace_ == nullptr) return false;
    const auto known = workspace_->kept_pictures().of_content(content, kSharersMax);
    if (!known) return false;
    return known->size() == kSharersMax ||
           std::ranges::any_of(*known, [&](const auto& picture) { return picture.id == id; });
}

void KeptPictureCheck::tell(collection::VerifyReport& report) const {
    std::size_t unknown = 0;
    const Lost* first_unknown = nullptr;
    for (const auto& [file, lost] : lost_) {
        if (lost.why.empty()) {
            for (Finding& finding : report.findings) {
                if (finding.file == file && !lost.items.empty()) finding.what += "; " + whose(lost);
            }
        } else if (lost.was_kept) {
            report.findings.push_back(
                {Finding::Kind::kDamage, file, lost.why + "; " + whose(lost)});
        } else {
            ++unknown;
            if (first_unknown == nullptr) first_unknown = &lost;
        }
    }
    if (unknown == 0) return;
    report.findings.push_back(
        {Finding::Kind::kNote, kPictures,
         fmt::format(
             "{} pictures that documents speak of are not here, as that of item \"{}\": the "
             "documents were imported, or pictures were lost with workspace.db",
             unknown, first_unknown->items.front())});
}

std::string file_of_content(const Hash128& content) {
    const std::string name = hex(content);
    return fmt::format("{}/{}/{}", kPictures, name.substr(0, 2), name);
}

std::optional<Hash128> kept_content(const std::string& document) {
    // Most documents need not be read.
    if (document.find("\"content\"") == std::string::npos) return std::nullopt;
    const auto file = file_of(document);
    if (!file || !file->path.empty()) return std::nullopt;
    return file->content;
}

std::string whose(const Lost& lost) {
    std::string names;
    for (std::size_t i = 0; i < std::min(lost.items.size(), kNamedItemsMax); ++i) {
        names += fmt::format("{} \"{}\"", i == 0 ? "the picture of item" : ",", lost.items[i]);
    }
    return names + (lost.items.size() > kNamedItemsMax ? " and more items" : "");
}

}  // namespace
}  // namespace sokkuri::service
