#include "service/opened_picture.h"

#include "base/hash.h"
#include "service/rendered_pictures.h"

#include <algorithm>
#include <array>
#include <utility>

namespace sokkuri::service {
namespace {

constexpr std::size_t kSniffedBytes = 64;
constexpr std::size_t kReadStepBytes = 64 * 1024;

Result<std::unique_ptr<File>> open_file(const Library& library, const std::string& path);
Result<void> open_kept(const Library& library, const std::string& id, OpenedPicture& picture);
Result<void> check_kept(const OpenedPicture& picture, std::span<const std::byte> bytes);
bool is_servable(std::string_view relative_path);
Result<image::Format> format_of(const File& file);
Error no_picture(const std::string& what, std::string_view why);

}  // namespace

Result<OpenedPicture> open_picture(const Library& library, const std::string& id) {
    const auto records = TRY(library.collection().get(std::span(&id, 1)));
    if (records.empty() || !records.front()) {
        return fail(ErrorCode::kNotFound, "item {:?}: there is none", id);
    }
    OpenedPicture picture;
    picture.document = TRY(file_of(records.front()->document));
    const std::string& path = picture.document.path;
    if (path.empty()) {
        TRY(open_kept(library, id, picture));
    } else {
        picture.file = TRY(open_file(library, path));
    }
    const std::string& what = path.empty() ? id : path;
    picture.status = TRY(picture.file->status());
    if (picture.status.kind != FileKind::kRegular) {
        return tl::unexpected(no_picture(what, "it is no regular file"));
    }
    picture.format = TRY(format_of(*picture.file));
    if (picture.format == image::Format::kUnknown) {
        return tl::unexpected(no_picture(what, "it is no picture any more"));
    }
    picture.name = path.substr(path.rfind('/') + 1);
    if (path.empty()) picture.name = fmt::format("picture.{}", image::name_of(picture.format));
    return picture;
}

std::optional<Hash128> OpenedPicture::known_content() const {
    const bool is_kept = document.path.empty();  // those are named by their content
    return is_kept || document.describes(status) ? document.content : std::nullopt;
}

Result<std::vector<std::byte>> read_picture(const OpenedPicture& picture,
                                            std::uint64_t size_bytes_max) {
    std::vector<std::byte> bytes;
    std::size_t filled = 0;
    // A file may grow while it is read.
    do {
        if (filled > size_bytes_max || picture.status.size_bytes > size_bytes_max) {
            return fail(ErrorCode::kExhausted, "{}: larger than the {} bytes allowed", picture.name,
                        size_bytes_max);
        }
        const auto expected = static_cast<std::size_t>(picture.status.size_bytes);
        bytes.resize(std::max(filled + kReadStepBytes, expected + 1));
        const std::size_t more =
            TRY(picture.file->read_at(filled, std::span(bytes).subspan(filled)));
        filled += more;
    } while (filled == bytes.size());
    bytes.resize(filled);
    TRY(check_kept(picture, bytes));
    return bytes;
}

namespace {

/// What was opened is checked, not its name: a link that is put in its place at any moment leads to
/// an answer or to a refusal, never outside.
Result<std::unique_ptr<File>> open_file(const Library& library, const std::string& path) {
    if (library.folder().empty()) {
        return tl::unexpected(no_picture(path, "the collection is one without a folder"));
    }
    if (!is_servable(path)) return tl::unexpected(no_picture(path, "nothing there is served"));
    auto opened = library.files().open(join_path(library.folder(), path), OpenMode::kRead);
    if (!opened && opened.error().code() == ErrorCode::kNotFound) {
        return tl::unexpected(no_picture(path, "its file has vanished"));
    }
    // No longer readable, a link to itself, …: nothing that asking for it again would help.
    if (!opened && opened.error().code() == ErrorCode::kIo) {
        return tl::unexpected(no_picture(path, "its file cannot be opened"));
    }
    std::unique_ptr<File> file = TRY(std::move(opened));
    const std::string location = TRY(file->location());
    const std::string inside = library.folder() == "/" ? "/" : library.folder() + '/';
    const bool is_inside = location.starts_with(inside) &&
                           is_servable(std::string_view(location).substr(inside.size()));
    if (is_inside) return file;
    return tl::unexpected(no_picture(path, "it now lies outside of the folder"));
}

Result<void> open_kept(const Library& library, const std::string& id, OpenedPicture& picture) {
    const std::optional<Hash128>& content = picture.document.content;
    if (!content) return tl::unexpected(no_picture(id, "it came without one"));
    auto opened = library.pictures().open(*content);
    picture.is_thumbnail = !opened && opened.error().code() == ErrorCode::kNotFound;
    if (picture.is_thumbnail) opened = library.pictures().open_thumbnail(*content);
    if (!opened && opened.error().code() == ErrorCode::kNotFound) {
        return tl::unexpected(no_picture(id, "it is not kept here"));
    }
    picture.file = TRY(std::move(opened));
    return {};
}

/// One that sokkuri keeps is named by what it holds, or has a checksum.
Result<void> check_kept(const OpenedPicture& picture, std::span<const std::byte> bytes) {
    if (!picture.document.path.empty()) return {};
    const bool is_whole = picture.is_thumbnail ? is_whole_rendered_picture(bytes)
                                               : xxh128(bytes) == picture.document.content;
    if (is_whole) return {};
    const std::string path = TRY(picture.file->location());
    return fail(ErrorCode::kCorruption, "{}: is damaged: its content is not what its name says",
                path);
}

/// Below the folder by its text alone, and nothing hidden, as the walk has it: `.sokkuri` is.
bool is_servable(std::string_view relative_path) {
    while (!relative_path.empty()) {
        const std::size_t slash = std::min(relative_path.find('/'), relative_path.size());
        const std::string_view name = relative_path.substr(0, slash);
        if (name.empty() || name.starts_with('.')) return false;
        if (slash == relative_path.size()) return true;
        relative_path.remove_prefix(slash + 1);
    }
    return false;
}

Result<image::Format> format_of(const File& file) {
    std::array<std::byte, kSniffedBytes> start{};
    const std::size_t filled = TRY(file.read_at(0, start));
    return image::sniff(std::span(start).first(filled));
}

Error no_picture(const std::string& what, std::string_view why) {
    return Error(ErrorCode::kNotFound, fmt::format("picture of {:?}: {}", what, why));
}

}  // namespace
}  // namespace sokkuri::service
