#include "service/load_items.h"

#include "base/npy.h"
#include "base/shown_text.h"
#include "service/document_vectors.h"
#include "service/guarded_load.h"
#include "service/main_field.h"
#include "service/ndjson_record.h"
#include "service/picture_document.h"
#include "service/vector_fields.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

namespace sokkuri::service {
namespace {

using collection::FieldSpec;

/// Takes the next line off `rest`, without its end; empty behind the last one.
std::optional<std::string_view> next_line(std::string_view& rest);
/// kInvalidArgument unless there are `count`.
Result<std::vector<std::string>> lines_of(std::string_view text, std::size_t count);
/// Answers are JSON, and could not name others.
Result<void> require_utf8(std::span<const std::string> ids);
Result<std::string> target_field(const Library& library, const std::string& name,
                                 std::uint32_t dimension);
/// kInvalidArgument for ids that no path of a request can name: they mean something else there.
Result<void> require_addressable(std::span<const std::string> ids);
/// Of a load whose last request has no items.
Result<collection::LoadOutcome> load_mark_alone(const Library& library, const std::string& field,
                                                const std::optional<collection::LoadMark>& mark);
Error too_many();

}  // namespace

Result<ItemsToLoad> parse_ndjson_items(std::string_view lines) {
    ItemsToLoad items;
    for (std::size_t number = 1; const auto line = next_line(lines); ++number) {
        if (line->find_first_not_of(" \t") == std::string_view::npos) continue;
        auto record = parse_ndjson_record(*line);
        if (!record) {
            return tl::unexpected(record.error().with_context(fmt::format("line {}", number)));
        }
        if (items.ids.empty()) items.dimension = static_cast<std::uint32_t>(record->vector.size());
        if (record->vector.size() != items.dimension) {
            return fail(ErrorCode::kInvalidArgument,
                        "line {}: a vector of {} components; the first has {}", number,
                        record->vector.size(), items.dimension);
        }
        if (items.ids.size() == kItemsLoadedMax) return tl::unexpected(too_many());
        items.vectors.insert(items.vectors.end(), record->vector.begin(), record->vector.end());
        items.ids.push_back(std::move(record->id));
        items.documents.push_back(std::move(record->document));
    }
    return items;
}

Result<ItemsToLoad> parse_npy_items(std::string_view matrix, std::string_view ids,
                                    std::string_view documents) {
    const auto bytes = std::as_bytes(std::span(matrix));
    const auto parsed =
        parse_npy_header(bytes.first(std::min(bytes.size(), kNpyHeaderBytesMax)), bytes.size());
    // Whatever is wrong with it: it is what was sent, not what we keep.
    if (!parsed) {
        return fail(ErrorCode::kInvalidArgument, "vectors: {}", parsed.error().message());
    }
    const NpyHeader header = *parsed;
    if (header.rows > kItemsLoadedMax) return tl::unexpected(too_many());
    if (header.columns > collection::kDimensionMax) {
        return fail(ErrorCode::kInvalidArgument, "vectors: dimension {}, must be 1 to {}",
                    header.columns, collection::kDimensionMax);
    }
    ItemsToLoad items;
    items.dimension = static_cast<std::uint32_t>(header.columns);
    items.ids = TRY(in_context("ids", lines_of(ids, header.rows)));
    if (!documents.empty()) {
        items.documents = TRY(in_context("documents", lines_of(documents, header.rows)));
    }
    items.vectors.resize(header.rows * header.columns);
    npy_to_floats(header.element, bytes.data() + header.data_at, items.vectors);
    TRY(require_utf8(items.ids));
    return items;
}

Result<collection::LoadOutcome> load_items(const Library& library, const std::string& field,
                                           ItemsToLoad items) {
    if (library.access() != LibraryAccess::kWrite) {
        return fail(ErrorCode::kUnsupported, "{}: opened for reading only", library.place());
    }
    if (items.ids.empty()) return load_mark_alone(library, field, items.mark);
    TRY(require_addressable(items.ids));
    // Which file or picture an item is, is not for those to say who send vectors.
    for (std::string& document : items.documents) {
        if (!document.empty()) document = TRY(without_claims(document));
    }
    const std::string target = TRY(target_field(library, field, items.dimension));
    const std::vector<FieldSpec> fields = TRY(fields_of(library));
    const auto further = TRY(cut_vectors(items.documents, fields));
    return library.in_turn([&] {
        return load_guarded(library, {.field = target,
                                      .ids = items.ids,
                                      .vectors = items.vectors,
                                      .documents = items.documents,
                                      .further = further,
                                      .mark = items.mark});
    });
}

namespace {

std::optional<std::string_view> next_line(std::string_view& rest) {
    if (rest.empty()) return std::nullopt;
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

Result<std::vector<std::string>> lines_of(std::string_view text, std::size_t count) {
    std::vector<std::string> lines;
    while (const auto line = next_line(text)) {
        lines.emplace_back(*line);
        if (lines.size() > count) break;
    }
    if (lines.size() == count) return lines;
    return fail(ErrorCode::kInvalidArgument, "{}{} for the {} rows of vectors",
                lines.size() > count ? "more than " : "", std::min(lines.size(), count), count);
}

Result<void> require_utf8(std::span<const std::string> ids) {
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (is_utf8(ids[i])) continue;
        return fail(ErrorCode::kInvalidArgument, "ids: line {}: {:?} is not UTF-8", i + 1, ids[i]);
    }
    return {};
}

Result<std::string> target_field(const Library& library, const std::string& name,
                                 std::uint32_t dimension) {
    std::optional<FieldSpec> field;
    if (name.empty()) {
        field = TRY(main_field(library.collection()));
    } else {
        field = TRY(field_meant(library, name));
    }
    if (field && field->dimension == dimension) return field->name;
    if (field) {
        return fail(ErrorCode::kInvalidArgument, "vectors of {} components, field \"{}\" has {}",
                    dimension, field->name, field->dimension);
    }
    auto added = library.collection().add_field({.name = kPictureField, .dimension = dimension});
    // Somebody else was faster: the load finds out whether theirs fits.
    if (!added && added.error().code() != ErrorCode::kAlreadyExists) {
        return tl::unexpected(added.error());
    }
    return kPictureField;
}

Result<void> require_addressable(std::span<const std::string> ids) {
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (ids[i] != "." && ids[i] != "..") continue;
        return fail(ErrorCode::kInvalidArgument,
                    "ids: row {}: {:?}: paths of requests cannot name it", i, ids[i]);
    }
    return {};
}

Result<collection::LoadOutcome> load_mark_alone(const Library& library, const std::string& field,
                                                const std::optional<collection::LoadMark>& mark) {
    if (!mark) return collection::LoadOutcome{};
    const FieldSpec target = TRY(field_meant(library, field));
    return library.in_turn(
        [&] { return library.collection().load({.field = target.name, .mark = mark}); });
}

Error too_many() {
    return Error(ErrorCode::kExhausted,
                 fmt::format("more than {} items in one request", kItemsLoadedMax));
}

}  // namespace
}  // namespace sokkuri::service
