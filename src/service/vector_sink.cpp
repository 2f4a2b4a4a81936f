#include "service/vector_sink.h"

#include "base/atomic_file.h"
#include "base/json.h"
#include "base/json_line.h"
#include "base/npy.h"
#include "base/shown_text.h"
#include "service/export.h"
#include "service/npy_file.h"

#include <array>
#include <optional>
#include <utility>
#include <vector>

namespace sokkuri::service {
namespace {

class NpySink final : public VectorSink {
 public:
    explicit NpySink(NpyFile file) : file_(std::move(file)) {}
    Result<void> append(const ExportedRow& row) override { return file_.append(row.vector); }
    Result<void> finish() override { return file_.finish(); }

 private:
    NpyFile file_;
};

class RowsSink final : public VectorSink {
 public:
    RowsSink(AtomicFile file, RowHead head) : file_(std::move(file)), head_(head) {}
    Result<void> append(const ExportedRow& row) override;
    Result<void> finish() override { return file_.commit(); }

 private:
    AtomicFile file_;
    const RowHead head_;
};

/// A line for each row.
class LinesSink final : public VectorSink {
 public:
    using Line = Result<std::string> (*)(const ExportedRow&);

    LinesSink(AtomicFile file, Line line) : file_(std::move(file)), line_(line) {}
    Result<void> append(const ExportedRow& row) override;
    Result<void> finish() override { return file_.commit(); }

 private:
    AtomicFile file_;
    const Line line_;
};

/// NumPy's array of texts: UTF-32, filled up with zeros.
class IdArraySink final : public VectorSink {
 public:
    IdArraySink(AtomicFile file, std::size_t characters_max)
        : file_(std::move(file)), characters_max_(characters_max) {}

    static Result<IdArraySink> create(FileSystem& files, const std::string& path,
                                      std::size_t characters_max);
    Result<void> append(const ExportedRow& row) override { return append_id(row.id); }
    Result<void> append_id(std::string_view id);
    Result<void> finish() override;

 private:
    std::string header() const;

    AtomicFile file_;
    const std::size_t characters_max_;
    std::uint64_t rows_ = 0;
};

/// How the two files of a shard end.
constexpr std::string_view kShardVectors = ".features.npy";
constexpr std::string_view kShardIds = ".object_ids.npy";

class ShardsSink final : public VectorSink {
 public:
    ShardsSink(FileSystem& files, std::string folder, std::uint32_t dimension)
        : files_(files), folder_(std::move(folder)), dimension_(dimension) {}
    Result<void> append(const ExportedRow& row) override;
    /// The last shard; without a row an empty one, so that there is something to import.
    Result<void> finish() override;

 private:
    Result<void> begin_shard();
    Result<void> finish_shard();
    std::string path_of(std::string_view ending) const {
        return join_path(folder_, fmt::format("{:04}{}", shard_, ending));
    }

    FileSystem& files_;
    const std::string folder_;
    const std::uint32_t dimension_;
    std::uint64_t shard_ = 0;
    std::optional<NpyFile> vectors_;
    std::vector<std::string> ids_;  // of this shard: how wide they are is known at its end
};

Result<std::string> id_line(const ExportedRow& row);
Result<std::string> ndjson_line(const ExportedRow& row);
Result<std::string> metadata_line(const ExportedRow& row);
Result<void> require_utf8(std::string_view id);
/// Shards that are there already would be read as one export with the new ones.
Result<void> require_no_shards(const FileSystem& files, const std::string& folder);
void append_utf32(std::vector<std::uint32_t>& points, std::string_view utf8);

}  // namespace

Result<SinkPointer> make_npy_sink(FileSystem& files, const std::string& path,
                                  std::uint32_t dimension) {
    NpyFile file = TRY(NpyFile::create(files, path, dimension));
    return std::make_unique<NpySink>(std::move(file));
}

Result<SinkPointer> make_rows_sink(FileSystem& files, const std::string& path, RowHead head) {
    AtomicFile file = TRY(AtomicFile::create(files, path));
    return std::make_unique<RowsSink>(std::move(file), head);
}

Result<SinkPointer> make_ndjson_sink(FileSystem& files, const std::string& path) {
    AtomicFile file = TRY(AtomicFile::create(files, path));
    return std::make_unique<LinesSink>(std::move(file), ndjson_line);
}

Result<SinkPointer> make_shards_sink(FileSystem& files, const std::string& folder,
                                     std::uint32_t dimension) {
    TRY(create_directories(files, folder));
    TRY(require_no_shards(files, folder));
    return std::make_unique<ShardsSink>(files, folder, dimension);
}

Result<SinkPointer> make_ids_sink(FileSystem& files, const std::string& path) {
    AtomicFile file = TRY(AtomicFile::create(files, path));
    return std::make_unique<LinesSink>(std::move(file), id_line);
}

Result<SinkPointer> make_id_array_sink(FileSystem& files, const std::string& path,
                                       std::size_t characters_max) {
    IdArraySink sink = TRY(IdArraySink::create(files, path, characters_max));
    return std::make_unique<IdArraySink>(std::move(sink));
}

Result<SinkPointer> make_metadata_sink(FileSystem& files, const std::string& path) {
    AtomicFile file = TRY(AtomicFile::create(files, path));
    return std::make_unique<LinesSink>(std::move(file), metadata_line);
}

Result<std::size_t> characters_of(std::string_view id) {
    TRY(require_utf8(id));
    std::vector<std::uint32_t> points;
    append_utf32(points, id);
    return points.size();
}

namespace {

Result<void> RowsSink::append(const ExportedRow& row) {
    if (head_ == RowHead::kDimension) {
        const auto dimension = static_cast<std::int32_t>(row.vector.size());
        TRY(file_.append(std::as_bytes(std::span(&dimension, 1))));
    }
    return file_.append(std::as_bytes(row.vector));
}

Result<void> LinesSink::append(const ExportedRow& row) {
    std::string line = TRY(line_(row));
    line += '\n';
    return file_.append(std::as_bytes(std::span(line)));
}

Result<IdArraySink> IdArraySink::create(FileSystem& files, const std::string& path,
                                        std::size_t characters_max) {
    AtomicFile file = TRY(AtomicFile::create(files, path));
    IdArraySink sink(std::move(file), characters_max);
    const std::string header = sink.header();
    TRY(sink.file_.append(std::as_bytes(std::span(header))));
    return sink;
}

Result<void> IdArraySink::append_id(std::string_view id) {
    TRY(require_utf8(id));
    std::vector<std::uint32_t> points;
    append_utf32(points, id);
    if (points.size() > characters_max_) {
        return fail(ErrorCode::kConflict,
                    "id {:?}: {} characters, the longest had {} when the export began; try again",
                    id, points.size(), characters_max_);
    }
    points.resize(characters_max_);
    ++rows_;
    return file_.append(std::as_bytes(std::span(points)));
}

Result<void> IdArraySink::finish() {
    const std::string text = header();
    TRY(file_.overwrite(0, std::as_bytes(std::span(text))));
    return file_.commit();
}

std::string IdArraySink::header() const {
    return npy_header(fmt::format("<U{}", characters_max_), std::array<std::uint64_t, 1>{rows_});
}

Result<void> ShardsSink::append(const ExportedRow& row) {
    if (!vectors_) TRY(begin_shard());
    TRY(vectors_->append(row.vector));
    ids_.emplace_back(row.id);
    if (ids_.size() < kShardRows) return {};
    return finish_shard();
}

Result<void> ShardsSink::finish() {
    if (shard_ == 0 && !vectors_) TRY(begin_shard());
    if (!vectors_) return {};
    return finish_shard();
}

Result<void> ShardsSink::begin_shard() {
    NpyFile file = TRY(NpyFile::create(files_, path_of(kShardVectors), dimension_));
    vectors_.emplace(std::move(file));
    return {};
}

/// The ids first: where there are vectors there are their ids.
Result<void> ShardsSink::finish_shard() {
    std::size_t longest = 1;
    for (const std::string& id : ids_) {
        const std::size_t characters = TRY(characters_of(id));
        longest = std::max(longest, characters);
    }
    IdArraySink ids = TRY(IdArraySink::create(files_, path_of(kShardIds), longest));
    for (const std::string& id : ids_) {
        TRY(ids.append_id(id));
    }
    TRY(ids.finish());
    TRY(vectors_->finish());
    vectors_.reset();
    ids_.clear();
    ++shard_;
    return {};
}

Result<std::string> id_line(const ExportedRow& row) {
    if (row.id.find('\n') == std::string_view::npos && !row.id.ends_with('\r')) {
        return std::string(row.id);
    }
    return fail(ErrorCode::kUnsupported,
                "id {:?}: holds a line end and cannot stand in a file of one id a line: write the "
                "ids to a .npy, or everything as JSON lines",
                row.id);
}

Result<std::string> ndjson_line(const ExportedRow& row) {
    TRY(require_utf8(row.id));
    std::string line;
    JsonWriter json(line);
    json.begin_object().member("id", row.id).key("vector").begin_array();
    for (const float value : row.vector) {
        json.value(value);
    }
    json.end_array().key("document").raw(json_on_one_line(row.document)).end_object();
    return line;
}

/// The document with its id right before its first member, so that what is left without it is the
/// text as it was.
Result<std::string> metadata_line(const ExportedRow& row) {
    TRY(require_utf8(row.id));
    const std::string document = json_on_one_line(row.document);
    const std::size_t first = document.find_first_not_of(" \t", document.find('{') + 1);
    const bool has_members = document[first] != '}';
    const std::size_t at = has_members ? first : document.find('{') + 1;
    std::string line = document.substr(0, at);
    JsonWriter json(line);
    line += "\"id\":";
    json.value(row.id);
    if (has_members) line += ',';
    line += document.substr(at);
    return line;
}

/// JSON is UTF-8, and so are NumPy's texts.
Result<void> require_utf8(std::string_view id) {
    if (is_utf8(id)) return {};
    return fail(ErrorCode::kUnsupported,
                "id {:?}: is not UTF-8: only a text file of ids can hold it", id);
}

Result<void> require_no_shards(const FileSystem& files, const std::string& folder) {
    const std::vector<DirectoryEntry> entries = TRY(files.list(folder));
    for (const DirectoryEntry& entry : entries) {
        if (!entry.name.ends_with(kShardVectors) && !entry.name.ends_with(kShardIds)) continue;
        return fail(ErrorCode::kAlreadyExists,
                    "{}: holds shards already ({}): two exports would mix; name another folder, or "
                    "remove them",
                    shown_text(folder), shown_text(entry.name));
    }
    return {};
}

void append_utf32(std::vector<std::uint32_t>& points, std::string_view utf8) {
    for (std::size_t at = 0; at < utf8.size();) {
        const auto first = static_cast<unsigned char>(utf8[at]);
        const std::size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
        std::uint32_t point = length == 1 ? first : first & (0xffU >> (length + 1));
        for (std::size_t i = 1; i < length; ++i) {
            point = point << 6U | (static_cast<unsigned char>(utf8[at + i]) & 0x3fU);
        }
        points.push_back(point);
        at += length;
    }
}

}  // namespace
}  // namespace sokkuri::service
