#include "service/verify.h"

#include "base/hash.h"
#include "service/kept_picture_check.h"
#include "service/rendered_pictures.h"

#include <algorithm>

namespace sokkuri::service {
namespace {

constexpr const char* kDirectoryName = ".sokkuri";
constexpr const char* kCatalog = "catalog.db";
constexpr const char* kWorkspace = "workspace.db";
constexpr const char* kPictures = "pictures";
constexpr const char* kThumbnails = "thumbs";
constexpr std::uint64_t kFileBytesMax = 1U << 30;  // of a picture
constexpr std::size_t kContentDigits = 32;
constexpr std::string_view kThumbnailEnding = "-thumbnail";  // picture_store.h

using collection::Finding;

/// A folder of folders of files that name their content.
struct Kept {
    FileSystem& files;
    const std::string& directory;  // `.sokkuri`
    const char* folder;
    const collection::VerifyOptions& options;
};

/// `look`: empty when the file is whole, else what to report.
template <typename Look>
Result<void> check_files(const Kept& kept, collection::VerifyReport& report, Look look);
std::optional<Finding> look_at_picture(const std::string& file, const std::string& name,
                                       const Result<std::vector<std::byte>>& bytes);
std::optional<Finding> look_at_thumbnail(const std::string& file, const std::string& name,
                                         const Result<std::vector<std::byte>>& bytes);
/// Whether the pictures are there that items show.
Result<void> check_items(FileSystem& files, const std::string& directory,
                         const collection::VerifyOptions& options,
                         collection::VerifyReport& report);
Error not_indexed(const Error& error, const std::string& directory);
bool is_thumbnail(const Finding& finding);

}  // namespace

Result<collection::VerifyReport> verify(FileSystem& files, const LibraryPlace& place,
                                        const collection::VerifyOptions& options) {
    const std::string directory = TRY(directory_of(files, place));
    auto report = collection::verify_local_collection(files, directory, options);
    if (!report) return tl::unexpected(not_indexed(report.error(), directory));
    if (!files.status_following(join_path(directory, kWorkspace))) {
        report->findings.push_back({Finding::Kind::kDamage, kWorkspace,
                                    "is missing: `sokkuri index` makes it anew from a folder of "
                                    "pictures, `sokkuri serve` for a collection without one"});
    }
    TRY(check_files({files, directory, kPictures, options}, *report, look_at_picture));
    TRY(check_items(files, directory, options, *report));
    TRY(check_files({files, directory, kThumbnails, options}, *report, look_at_thumbnail));
    return report;
}

Result<void> repair(FileSystem& files, const LibraryPlace& place,
                    const collection::VerifyReport& report) {
    const std::string directory = TRY(directory_of(files, place));
    TRY(remove_damaged_thumbnails(files, directory, report));
    return collection::repair_local_collection(files, directory, without_thumbnails(report));
}

Result<void> remove_damaged_thumbnails(FileSystem& files, const std::string& directory,
                                       const collection::VerifyReport& report) {
    for (const Finding& finding : report.findings) {
        if (!is_thumbnail(finding) || finding.kind != Finding::Kind::kRebuilt) continue;
        const auto removed = files.remove_file(join_path(directory, finding.file));
        // The cache drops what is old by itself.
        if (!removed && removed.error().code() != ErrorCode::kNotFound) return removed;
    }
    return {};
}

collection::VerifyReport without_thumbnails(const collection::VerifyReport& report) {
    collection::VerifyReport rest = report;
    std::erase_if(rest.findings, is_thumbnail);
    return rest;
}

std::string_view name_of(Finding::Kind kind) {
    switch (kind) {
        case Finding::Kind::kDamage:
            return "damaged";
        case Finding::Kind::kRebuilt:
            return "rebuildable";
        case Finding::Kind::kNote:
            break;
    }
    return "note";
}

Result<std::string> directory_of(const FileSystem& files, const LibraryPlace& place) {
    const bool is_inside = place.collection_directory.empty();
    const std::string& home = is_inside ? place.folder : place.collection_directory;
    const std::string canonical = TRY(files.canonical(home));
    return join_path(canonical, kDirectoryName);
}

namespace {

template <typename Look>
Result<void> check_files(const Kept& kept, collection::VerifyReport& report, Look look) {
    const std::string folder = join_path(kept.directory, kept.folder);
    const auto folders = kept.files.list(folder);
    for (const DirectoryEntry& inner : folders.value_or(std::vector<DirectoryEntry>())) {
        const auto entries = kept.files.list(join_path(folder, inner.name));
        for (const DirectoryEntry& entry : entries.value_or(std::vector<DirectoryEntry>())) {
            if (kept.options.stop.stop_requested()) {
                return fail(ErrorCode::kCancelled, "verify: stopped");
            }
            // Cut off while it was written: nobody has heard of it.
            if (entry.kind != FileKind::kRegular || entry.name.ends_with(".tmp")) continue;
            const std::string file = fmt::format("{}/{}/{}", kept.folder, inner.name, entry.name);
            if (kept.options.progress) kept.options.progress(file);
            const auto bytes =
                read_file(kept.files, join_path(kept.directory, file), kFileBytesMax);
            // Removed meanwhile.
            if (!bytes && bytes.error().code() == ErrorCode::kNotFound) continue;
            ++report.files;
            if (bytes) report.bytes += bytes->size();
            if (auto finding = look(file, entry.name, bytes)) {
                report.findings.push_back(std::move(*finding));
            }
        }
    }
    return {};
}

std::optional<Finding> look_at_picture(const std::string& file, const std::string& name,
                                       const Result<std::vector<std::byte>>& bytes) {
    if (!bytes) return Finding{Finding::Kind::kDamage, file, bytes.error().message()};
    if (name.ends_with(kThumbnailEnding)) {
        if (is_whole_rendered_picture(*bytes)) return std::nullopt;
        return Finding{Finding::Kind::kDamage, file, "checksum mismatch"};
    }
    if (name.size() != kContentDigits) {
        return Finding{Finding::Kind::kNote, file, "is none of ours"};
    }
    const std::string content = hex(xxh128(*bytes));
    if (content == name) return std::nullopt;
    return Finding{Finding::Kind::kDamage, file,
                   fmt::format("content is {}, not what its name says", content)};
}

std::optional<Finding> look_at_thumbnail(const std::string& file, const std::string& /*name*/,
                                         const Result<std::vector<std::byte>>& bytes) {
    if (!bytes) return Finding{Finding::Kind::kRebuilt, file, bytes.error().message()};
    if (is_whole_rendered_picture(*bytes)) return std::nullopt;
    return Finding{Finding::Kind::kRebuilt, file, "checksum mismatch"};
}

Result<void> check_items(FileSystem& files, const std::string& directory,
                         const collection::VerifyOptions& options,
                         collection::VerifyReport& report) {
    const auto is_of_catalog = [](const Finding& finding) {
        return finding.kind == Finding::Kind::kDamage && finding.file == kCatalog;
    };
    // Then nobody knows what items there should be.
    if (std::ranges::any_of(report.findings, is_of_catalog)) return {};
    if (options.progress) options.progress(kCatalog);
    auto checked = check_kept_pictures(files, directory, options.stop, report);
    if (checked || checked.error().code() != ErrorCode::kCorruption) return checked;
    report.findings.push_back({Finding::Kind::kDamage, kCatalog, checked.error().message()});
    return {};
}

bool is_thumbnail(const Finding& finding) {
    return finding.file.starts_with(kThumbnails);
}

Error not_indexed(const Error& error, const std::string& directory) {
    if (error.code() != ErrorCode::kNotFound) return error;
    return Error(ErrorCode::kNotFound,
                 fmt::format("{}: no collection: run `sokkuri index`", directory));
}

}  // namespace
}  // namespace sokkuri::service
