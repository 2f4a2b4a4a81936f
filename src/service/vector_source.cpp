#include "service/vector_source.h"

#include "base/shown_text.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>

namespace sokkuri::service {
namespace {

constexpr std::array<std::string_view, 7> kNames = {"npy",    "fvecs", "bvecs", "f32",
                                                    "ndjson", "annoy", "gannoy"};

/// The ends of file names, in lower case.
constexpr std::array<std::pair<std::string_view, SourceFormat>, 12> kEndings = {{
    {".npy", SourceFormat::kNpy},
    {".fvecs", SourceFormat::kFvecs},
    {".bvecs", SourceFormat::kBvecs},
    {".f32", SourceFormat::kRaw},
    {".raw", SourceFormat::kRaw},
    {".bin", SourceFormat::kRaw},
    {".ndjson", SourceFormat::kNdjson},
    {".jsonl", SourceFormat::kNdjson},
    {".ann", SourceFormat::kAnnoy},
    {".annoy", SourceFormat::kAnnoy},
    {".tree", SourceFormat::kGannoy},
    {".meta", SourceFormat::kGannoy},
}};

std::string lower_case(std::string_view text);

}  // namespace

std::string_view name_of(SourceFormat format) {
    return kNames[static_cast<std::size_t>(format)];
}

Result<SourceFormat> parse_source_format(std::string_view name) {
    const auto found = std::ranges::find(kNames, name);
    if (found != kNames.end()) return static_cast<SourceFormat>(found - kNames.begin());
    return fail(ErrorCode::kInvalidArgument, "format {:?}: there are {}", name,
                fmt::join(kNames, ", "));
}

Result<SourceFormat> source_format_of(const FileSystem& files, const std::string& path) {
    const FileStatus status = TRY(files.status_following(path));
    if (status.kind == FileKind::kDirectory) {
        if (files.status_following(join_path(path, "obj"))) return SourceFormat::kGannoy;
        return fail(ErrorCode::kInvalidArgument,
                    "{}: a folder, but no NGT database of gannoy: no file \"obj\" in it",
                    shown_text(path));
    }
    const std::string name = lower_case(path);
    for (const auto& [ending, format] : kEndings) {
        if (name.ends_with(ending)) return format;
    }
    return fail(ErrorCode::kInvalidArgument, "{}: what is it? Name its format: {}",
                shown_text(path), fmt::join(kNames, ", "));
}

Result<std::unique_ptr<VectorSource>> open_vector_source(FileSystem& files,
                                                         const SourceFile& file) {
    SourceFormat format = SourceFormat::kNpy;
    if (file.format) {
        format = *file.format;
    } else {
        format = TRY(source_format_of(files, file.path));
    }
    switch (format) {
        case SourceFormat::kNpy:
            return open_npy_source(files, file.path);
        case SourceFormat::kFvecs:
        case SourceFormat::kBvecs:
            return open_vecs_source(files, file.path, format);
        case SourceFormat::kRaw:
            return open_raw_source(files, file);
        case SourceFormat::kNdjson:
            return open_ndjson_source(files, file);
        case SourceFormat::kAnnoy:
            return open_annoy_source(files, file);
        case SourceFormat::kGannoy:
            return open_gannoy_source(files, file.path);
    }
    return fail(ErrorCode::kInternal, "format {}: unknown", static_cast<int>(format));
}

namespace {

std::string lower_case(std::string_view text) {
    std::string lower(text);
    for (char& character : lower) {
        if (character >= 'A' && character <= 'Z') character += 'a' - 'A';
    }
    return lower;
}

}  // namespace
}  // namespace sokkuri::service
