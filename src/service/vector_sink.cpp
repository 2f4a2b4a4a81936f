#include "service/vector_sink.h"

#include "base/atomic_file.h"
#include "base/shown_text.h"
#include "service/export.h"
#include "service/id_array_file.h"
#include "service/npy_file.h"

#include <utility>
#include <vector>

namespace sokkuri::service {
namespace {

class NpySink final : public VectorSink {
 public:
    explicit NpySink(NpyFile file) : file_(std::move(file)) {}
    Result<void> append(const ExportedRow& row) override { return file_.append(row.vector); }
    Result<void> settle() override { return file_.settle(); }
    Result<void> publish() override { return file_.commit(); }

 private:
    NpyFile file_;
};

class EncodedSink final : public VectorSink {
 public:
    EncodedSink(AtomicFile file, RowEncoding encoding)
        : file_(std::move(file)), encoding_(encoding) {}
    Result<void> append(const ExportedRow& row) override;
    Result<void> settle() override { return file_.settle(); }
    Result<void> publish() override { return file_.commit(); }

 private:
    AtomicFile file_;
    const RowEncoding encoding_;
    std::string bytes_;  // of the row at hand
};

class IdArraySink final : public VectorSink {
 public:
    explicit IdArraySink(IdArrayFile file) : file_(std::move(file)) {}
    Result<void> append(const ExportedRow& row) override { return file_.append(row.id); }
    Result<void> settle() override { return file_.settle(); }
    Result<void> publish() override { return file_.commit(); }

 private:
    IdArrayFile file_;
};

/// How the two files of a shard end.
constexpr std::string_view kShardVectors = ".features.npy";
constexpr std::string_view kShardIds = ".object_ids.npy";

class ShardsSink final : public VectorSink {
 public:
    ShardsSink(FileSystem& files, std::string folder, std::uint32_t dimension)
        : files_(files), folder_(std::move(folder)), dimension_(dimension) {}
    Result<void> append(const ExportedRow& row) override;
    /// Without a row there is an empty shard, so that there is something to import.
    Result<void> settle() override;
    Result<void> publish() override;

 private:
    struct Shard {
        NpyFile vectors;
        IdArrayFile ids;
    };

    Result<void> begin_shard();
    Result<void> settle_shard();
    std::string path_of(std::string_view ending) const {
        return join_path(folder_, fmt::format("{:04}{}", shards_.size(), ending));
    }

    FileSystem& files_;
    const std::string folder_;
    const std::uint32_t dimension_;
    std::vector<Shard> shards_;  // all but the last are settled, and keep no file open
    bool has_open_shard_ = false;
};

/// Shards that are there already would be read as one export with the new ones.
Result<void> require_no_shards(const FileSystem& files, const std::string& folder);

}  // namespace

Result<SinkPointer> make_npy_sink(FileSystem& files, const std::string& path,
                                  std::uint32_t dimension) {
    NpyFile file = TRY(NpyFile::create(files, path, dimension));
    return std::make_unique<NpySink>(std::move(file));
}

Result<SinkPointer> make_encoded_sink(FileSystem& files, const std::string& path,
                                      RowEncoding encoding) {
    AtomicFile file = TRY(AtomicFile::create(files, path));
    return std::make_unique<EncodedSink>(std::move(file), encoding);
}

Result<SinkPointer> make_shards_sink(FileSystem& files, const std::string& folder,
                                     std::uint32_t dimension) {
    TRY(create_directories(files, folder));
    TRY(require_no_shards(files, folder));
    return std::make_unique<ShardsSink>(files, folder, dimension);
}

Result<SinkPointer> make_id_array_sink(FileSystem& files, const std::string& path) {
    IdArrayFile file = TRY(IdArrayFile::create(files, path));
    return std::make_unique<IdArraySink>(std::move(file));
}

namespace {

Result<void> EncodedSink::append(const ExportedRow& row) {
    bytes_.clear();
    TRY(encoding_(row, bytes_));
    return file_.append(std::as_bytes(std::span(bytes_)));
}

Result<void> ShardsSink::append(const ExportedRow& row) {
    if (!has_open_shard_) TRY(begin_shard());
    Shard& shard = shards_.back();
    TRY(shard.vectors.append(row.vector));
    TRY(shard.ids.append(row.id));
    if (shard.vectors.rows() < kShardRows) return {};
    return settle_shard();
}

Result<void> ShardsSink::settle() {
    if (shards_.empty()) TRY(begin_shard());
    if (has_open_shard_) TRY(settle_shard());
    return {};
}

/// The ids first: where there are vectors there are their ids.
Result<void> ShardsSink::publish() {
    for (Shard& shard : shards_) {
        TRY(shard.ids.commit());
        TRY(shard.vectors.commit());
    }
    return {};
}

Result<void> ShardsSink::begin_shard() {
    NpyFile vectors = TRY(NpyFile::create(files_, path_of(kShardVectors), dimension_));
    IdArrayFile ids = TRY(IdArrayFile::create(files_, path_of(kShardIds)));
    shards_.push_back({std::move(vectors), std::move(ids)});
    has_open_shard_ = true;
    return {};
}

Result<void> ShardsSink::settle_shard() {
    TRY(shards_.back().ids.settle());
    TRY(shards_.back().vectors.settle());
    has_open_shard_ = false;
    return {};
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

}  // namespace
}  // namespace sokkuri::service
