// JSON lines: {"id": "…", "vector": […], "document": {…}}, one record a line. The document is kept
// as it is written.
#include "base/json.h"
#include "base/json_members.h"
#include "base/line_reader.h"
#include "base/shown_text.h"
#include "collection/collection.h"
#include "service/ndjson_record.h"
#include "service/vector_source.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace sokkuri::service {
namespace {

class NdjsonSource final : public VectorSource {
 public:
    NdjsonSource(LineReader lines, std::size_t text_bytes_max)
        : lines_(std::move(lines)), text_bytes_max_(text_bytes_max) {}

    /// Reads the first record, which says what all of them are like.
    Result<void> open();

    std::uint32_t dimension() const override { return dimension_; }
    bool has_ids() const override { return true; }
    std::uint64_t numbers_end() const override { return 0; }
    Result<SourceRows> next(std::size_t rows_max) override;
    std::uint64_t position() const override { return lines_.offset(); }
    std::uint64_t end() const override { return lines_.size_bytes(); }
    Result<void> seek(std::uint64_t position) override;

 private:
    Result<std::optional<NdjsonRecord>> read();

    LineReader lines_;
    const std::size_t text_bytes_max_;  // of one `next`
    std::uint32_t dimension_ = 0;
    std::uint64_t next_number_ = 0;
};

Result<void> read_member(const JsonMember& text, const JsonValue& value, NdjsonRecord& record);

}  // namespace

Result<std::unique_ptr<VectorSource>> open_ndjson_source(FileSystem& files,
                                                         const SourceFile& file) {
    LineReader lines = TRY(LineReader::open(files, file.path, kNdjsonLineBytesMax));
    auto source = std::make_unique<NdjsonSource>(std::move(lines), file.text_bytes_max);
    TRY(source->open());
    return source;
}

Result<NdjsonRecord> parse_ndjson_record(std::string_view line) {
    const JsonValue tree = TRY(parse_json(line, {.size_bytes_max = kNdjsonLineBytesMax}));
    if (!tree.is_object()) {
        return fail(ErrorCode::kInvalidArgument, "an object is expected, not {}",
                    name_of(tree.kind()));
    }
    NdjsonRecord record;
    const std::vector<JsonMember> members = json_members(line);
    for (std::size_t i = 0; i < members.size(); ++i) {
        for (std::size_t before = 0; before < i; ++before) {
            if (members[before].name != members[i].name) continue;
            return fail(ErrorCode::kInvalidArgument, "member {:?} is there twice", members[i].name);
        }
        TRY(in_context(members[i].name, read_member(members[i], tree.members()[i].second, record)));
    }
    if (record.id.empty()) return fail(ErrorCode::kInvalidArgument, "no id, or an empty one");
    if (record.vector.empty()) return fail(ErrorCode::kInvalidArgument, "no vector");
    return record;
}

Result<std::vector<float>> vector_of_json(const JsonValue& value) {
    const JsonArray& items = value.items();
    if (items.empty() || items.size() > collection::kDimensionMax) {
        return fail(ErrorCode::kInvalidArgument, "must be an array of 1 to {} numbers",
                    collection::kDimensionMax);
    }
    std::vector<float> vector;
    vector.reserve(items.size());
    for (const JsonValue& item : items) {
        const auto number = item.as_double();
        if (!number) {
            return fail(ErrorCode::kInvalidArgument, "component {}: {}", vector.size(),
                        number.error().message());
        }
        if (std::abs(*number) >= kBeyondFloat) {
            return fail(ErrorCode::kInvalidArgument, "component {}: {} is beyond float32",
                        vector.size(), *number);
        }
        vector.push_back(static_cast<float>(*number));
    }
    return vector;
}

namespace {

Result<void> NdjsonSource::open() {
    const auto first = TRY(read());
    if (!first) {
        return fail(ErrorCode::kInvalidArgument, "{}: holds no record", shown_text(lines_.path()));
    }
    dimension_ = static_cast<std::uint32_t>(first->vector.size());
    lines_.seek(0);
    return {};
}

Result<SourceRows> NdjsonSource::next(std::size_t rows_max) {
    SourceRows rows;
    std::size_t text_bytes = 0;
    while (rows.numbers.size() < rows_max && text_bytes < text_bytes_max_) {
        auto record = TRY(read());
        if (!record) break;
        if (record->vector.size() != dimension_) {
            return fail(ErrorCode::kInvalidArgument,
                        "{}: line {}: a vector of {} components; the first has {}",
                        shown_text(lines_.path()), lines_.line(), record->vector.size(),
                        dimension_);
        }
        rows.vectors.insert(rows.vectors.end(), record->vector.begin(), record->vector.end());
        text_bytes += record->id.size() + record->document.size();
        rows.ids.push_back(std::move(record->id));
        rows.documents.push_back(std::move(record->document));
        rows.numbers.push_back(next_number_++);
    }
    return rows;
}

Result<void> NdjsonSource::seek(std::uint64_t position) {
    if (position > lines_.size_bytes()) {
        return fail(ErrorCode::kInvalidArgument, "{}: byte {}: it has {}",
                    shown_text(lines_.path()), position, lines_.size_bytes());
    }
    lines_.seek(position);
    return {};
}

/// The next line that is not empty.
Result<std::optional<NdjsonRecord>> NdjsonSource::read() {
    for (;;) {
        const auto line = TRY(lines_.next());
        if (!line) return std::nullopt;
        if (line->find_first_not_of(" \t") == std::string_view::npos) continue;
        auto record = parse_ndjson_record(*line);
        if (record) return std::move(*record);
        return tl::unexpected(record.error().with_context(
            fmt::format("{}: line {}", shown_text(lines_.path()), lines_.line())));
    }
}

Result<void> read_member(const JsonMember& text, const JsonValue& value, NdjsonRecord& record) {
    if (text.name == "id") {
        if (value.is_number()) {
            record.id = text.value;  // as it is written: 7 is "7"
        } else {
            record.id = TRY(value.as_string());
        }
        return {};
    }
    if (text.name == "vector") {
        record.vector = TRY(vector_of_json(value));
        return {};
    }
    if (text.name == "document") {
        if (!value.is_object()) {
            return fail(ErrorCode::kInvalidArgument, "an object is expected, not {}",
                        name_of(value.kind()));
        }
        record.document = text.value;
        return {};
    }
    return fail(ErrorCode::kInvalidArgument, "unknown; a record has id, vector and document");
}

}  // namespace
}  // namespace sokkuri::service
