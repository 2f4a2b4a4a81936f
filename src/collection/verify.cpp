#include "collection/verify.h"

#include "collection/compaction.h"
#include "collection/field_files.h"
#include "collection/local_collection.h"
#include "collection/lost_catalog.h"
#include "collection/segment_shelf.h"
#include "collection/snapshot.h"
#include "collection/vector_check.h"
#include "collection/workspace_database.h"
#include "index/segment.h"
#include "simd/dispatch.h"
#include "store/catalog.h"
#include "store/catalog_check.h"
#include "store/private_copy.h"
#include "store/segment_file.h"

#include <algorithm>
#include <memory>
#include <span>

namespace sokkuri::collection {

namespace {

constexpr const char* kCatalogName = "catalog.db";
constexpr const char* kWorkspaceName = "workspace.db";
/// A compaction may take files away while we read: then everything is looked at once more.
constexpr int kLooksMax = 3;

/// One look at everything.
class Verification final : public VectorCheckSink {
 public:
    Verification(FileSystem& files, const std::string& directory, const VerifyOptions& options)
        : files_(files),
          directory_(directory),
          options_(options),
          catalog_({&files, join_path(directory, kCatalogName)}) {}

    Result<VerifyReport> run();
    /// At which the files were looked at; 0 when the catalog cannot be read.
    store::Generation generation() const { return generation_; }

 private:
    Result<void> check_catalog();
    Result<void> read_private_copy(const Error& reason);
    Result<void> check_workspace();
    Result<void> check_fields();
    Result<void> check_field(store::ReadTransaction& transaction, const store::FieldRow& field);
    Result<void> note_unknown_fields(store::ReadTransaction& transaction);
    Result<void> check_segment_file(const store::FieldRow& field, const store::SegmentRow& row);

    Result<void> begin(const std::string& file) override;
    void find(Finding::Kind kind, const std::string& file, const Error& error) override;
    Result<void> go_on() override;
    void add_bytes(std::uint64_t bytes) override { report_.bytes += bytes; }
    std::string relative(const std::string& text) const;

    FileSystem& files_;
    const std::string& directory_;
    const VerifyOptions& options_;
    /// The file that the catalog is read from.
    struct CatalogFile {
        FileSystem* files = nullptr;
        std::string path;
    };
    CatalogFile catalog_;
    std::unique_ptr<store::PrivateCopy> private_copy_;  // null: it is read itself
    VerifyReport report_;
    store::Generation generation_ = 0;
};

bool is_deep(const VerifyOptions& options) {
    return options.depth == VerifyOptions::Depth::kDeep;
}

/// Segments that can be made again from vectors; files of vectors, for what they have lost.
std::vector<std::string> rebuilt_files(const VerifyReport& report);
Result<store::Generation> generation_of(FileSystem& files, const std::string& directory);
/// Whether the segment has a row for each living slot of its run. `dead`: the field's, ascending.
Result<void> check_rows_of(const store::SegmentRow& row, std::span<const store::Slot> dead);

}  // namespace

bool VerifyReport::is_whole() const {
    return std::all_of(findings.begin(), findings.end(),
                       [](const Finding& finding) { return finding.kind == Finding::Kind::kNote; });
}

Result<VerifyReport> verify_local_collection(FileSystem& files, const std::string& directory,
                                             const VerifyOptions& options) {
    for (int look = 1;; ++look) {
        Verification verification(files, directory, options);
        VerifyReport report = TRY(verification.run());
        if (report.is_whole() || look == kLooksMax) return report;
        const auto now = generation_of(files, directory);
        if (!now || *now == verification.generation()) return report;
    }
}

Result<void> repair_collection(Collection& collection, const VerifyReport& report,
                               OptimizeRequest request) {
    request.damaged = rebuilt_files(report);
    return request.damaged.empty() ? Result<void>() : collection.optimize(request);
}

Result<void> repair_local_collection(FileSystem& files, const std::string& directory,
                                     const VerifyReport& report) {
    if (rebuilt_files(report).empty()) return {};
    const auto collection =
        TRY(open_local_collection(files, directory, {.access = LocalOptions::Access::kWrite}));
    return repair_collection(*collection, report, {});
}

namespace {

Result<VerifyReport> Verification::run() {
    TRY(check_catalog());
    // Without the catalog nobody knows what the files of fields should be.
    const bool is_catalog_whole = report_.is_whole();
    TRY(check_workspace());
    if (is_catalog_whole) {
        const auto checked = check_fields();
        if (!checked && checked.error().code() == ErrorCode::kCancelled) {
            return tl::unexpected(checked.error());
        }
        if (!checked) find(Finding::Kind::kDamage, kCatalogName, checked.error());
    }
    return report_;
}

Result<void> Verification::check_catalog() {
    TRY(begin(kCatalogName));
    if (const auto there = refuse_lost_catalog(files_, directory_); !there) {
        find(Finding::Kind::kDamage, kCatalogName, there.error());
        return {};
    }
    const auto depth =
        is_deep(options_) ? store::CatalogCheck::kMeaning : store::CatalogCheck::kChecksums;
    auto damage = store::check_catalog(*catalog_.files, catalog_.path, depth);
    if (!damage && store::PrivateCopy::may_help(damage.error())) {
        TRY(read_private_copy(damage.error()));
        damage = store::check_catalog(*catalog_.files, catalog_.path, depth);
    }
    if (!damage) return tl::unexpected(damage.error());
    for (const std::string& what : *damage) {
        report_.findings.push_back({Finding::Kind::kDamage, kCatalogName, relative(what)});
    }
    return {};
}

/// As who opens the collection for reading does (local_collection.cpp).
Result<void> Verification::read_private_copy(const Error& reason) {
    private_copy_ = TRY(store::PrivateCopy::make(files_, catalog_.path, reason));
    catalog_ = {&posix_file_system(), private_copy_->path()};
    report_.findings.push_back({Finding::Kind::kNote, kCatalogName,
                                "read with its log from a private copy: the log cannot be taken in "
                                "here"});
    return {};
}

Result<void> Verification::check_workspace() {
    if (!files_.status_following(join_path(directory_, kWorkspaceName))) return {};
    TRY(begin(kWorkspaceName));
    const auto damage = damaged_workspace(files_, directory_);
    if (!damage && damage.error().code() == ErrorCode::kNotFound) {
        find(Finding::Kind::kDamage, kWorkspaceName, damage.error());  // an empty shell
        return {};
    }
    if (!damage) return tl::unexpected(damage.error());
    for (const std::string& what : *damage) {
        report_.findings.push_back({Finding::Kind::kDamage, kWorkspaceName, relative(what)});
    }
    return {};
}

Result<void> Verification::check_fields() {
    const auto catalog =
        TRY(store::Catalog::open(*catalog_.files, catalog_.path, store::CatalogAccess::kRead));
    const auto transaction = TRY(catalog->begin_read());
    generation_ = transaction->generation();
    const std::vector<store::FieldRow> fields = TRY(transaction->fields());
    for (const store::FieldRow& field : fields) {
        TRY(check_field(*transaction, field));
    }
    return note_unknown_fields(*transaction);
}

Result<void> Verification::check_field(store::ReadTransaction& transaction,
                                       const store::FieldRow& field) {
    TRY(check_vectors({files_, directory_, transaction, field}, *this));
    const std::vector<store::SegmentRow> segments = TRY(transaction.segments(field.number));
    const std::vector<store::Slot> dead = TRY(transaction.tombstones(field.number));
    for (const store::SegmentRow& segment : segments) {
        TRY(begin(segment.file));
        auto checked = check_segment_file(field, segment);
        if (checked) checked = check_rows_of(segment, dead);
        if (!checked) find(Finding::Kind::kRebuilt, segment.file, checked.error());
    }
    return {};
}

/// As with rows beyond the mark: all of a field's rows, and the field itself.
Result<void> Verification::note_unknown_fields(store::ReadTransaction& transaction) {
    for (const std::string& folder : old_field_folders(files_, directory_, transaction)) {
        const std::uint64_t bytes = TRY(bytes_below(files_, folder));
        report_.bytes += bytes;
        report_.findings.push_back(
            {Finding::Kind::kNote, relative(folder),
             fmt::format("{} bytes of a field that the catalog does not know: it was dropped or "
                         "compacted, or the catalog's log was lost",
                         bytes)});
    }
    return {};
}

Result<void> Verification::check_segment_file(const store::FieldRow& field,
                                              const store::SegmentRow& row) {
    const std::shared_ptr<const store::SegmentFile> file =
        TRY(store::SegmentFile::open(files_, join_path(directory_, row.file)));
    report_.bytes += file->size_bytes();
    TRY(file->verify());
    std::vector<index::Section> sections;
    for (const store::FileSection& section : file->sections()) {
        sections.push_back({section.name, section.bytes});
    }
    const simd::Kernels* kernels = TRY(simd::chosen_kernels());
    const auto check = is_deep(options_) ? index::Check::kEverything : index::Check::kLengths;
    const auto segment = TRY(index::Segment::open(sections, file, *kernels,
                                                  {.check = check, .slots_end = row.end_slot()}));
    const FieldSpec spec = TRY(spec_of(field));
    return check_segment(*segment, row, spec);
}

Result<void> Verification::begin(const std::string& file) {
    TRY(go_on());
    if (options_.progress) options_.progress(file);
    ++report_.files;
    if (!file.ends_with(".db")) return {};
    const auto status = files_.status_following(join_path(directory_, file));
    if (status) report_.bytes += status->size_bytes;
    return {};
}

Result<void> Verification::go_on() {
    if (!options_.stop.stop_requested()) return {};
    return fail(ErrorCode::kCancelled, "verify: stopped");
}

void Verification::find(Finding::Kind kind, const std::string& file, const Error& error) {
    const std::string what = relative(error.message());
    const bool is_known =
        std::any_of(report_.findings.begin(), report_.findings.end(),
                    [&](const Finding& known) { return known.file == file && known.what == what; });
    if (!is_known) report_.findings.push_back({kind, file, what});
}

/// Paths of the collection's own files without its folder.
std::string Verification::relative(const std::string& text) const {
    std::string shorter = text;
    if (private_copy_ != nullptr) {
        const std::string copy = private_copy_->path();
        for (std::size_t at = shorter.find(copy); at != std::string::npos; at = shorter.find(copy))
            shorter.replace(at, copy.size(), kCatalogName);
    }
    const std::string folder = directory_ + "/";
    for (std::size_t at = shorter.find(folder); at != std::string::npos;
         at = shorter.find(folder, at)) {
        shorter.erase(at, folder.size());
    }
    return shorter;
}

std::vector<std::string> rebuilt_files(const VerifyReport& report) {
    std::vector<std::string> files;
    for (const Finding& finding : report.findings) {
        const bool may_be_cut_off =
            finding.kind == Finding::Kind::kDamage && is_vector_file(finding.file);
        if (finding.kind == Finding::Kind::kRebuilt || may_be_cut_off) {
            files.push_back(finding.file);
        }
    }
    return files;
}

Result<void> check_rows_of(const store::SegmentRow& row, std::span<const store::Slot> dead) {
    const auto first = std::ranges::lower_bound(dead, row.first_slot);
    const auto end = std::lower_bound(first, dead.end(), row.end_slot());
    const std::uint64_t live =
        row.rows - std::min<std::uint64_t>(row.rows, static_cast<std::uint64_t>(end - first));
    if (live <= row.live) return {};
    return fail(ErrorCode::kCorruption, "{}: {} rows for {} living slots", row.file, row.live,
                live);
}

Result<store::Generation> generation_of(FileSystem& files, const std::string& directory) {
    const auto catalog = TRY(store::Catalog::open(files, join_path(directory, kCatalogName),
                                                  store::CatalogAccess::kRead));
    const auto transaction = TRY(catalog->begin_read());
    return transaction->generation();
}

}  // namespace

}  // namespace sokkuri::collection
