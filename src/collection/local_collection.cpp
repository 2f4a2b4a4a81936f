#include "collection/local_collection.h"

#include "base/log.h"
#include "base/serial_worker.h"
#include "base/thread_pool.h"
#include "collection/attribute_keeper.h"
#include "collection/field_files.h"
#include "collection/index_keeper.h"
#include "collection/index_report.h"
#include "collection/local_comparison.h"
#include "collection/local_groups.h"
#include "collection/local_scan.h"
#include "collection/local_search.h"
#include "collection/local_writer.h"
#include "collection/lost_catalog.h"
#include "collection/old_files.h"
#include "collection/readable_catalog.h"
#include "collection/record_pages.h"
#include "collection/segment_shelf.h"
#include "collection/snapshot.h"
#include "collection/validation.h"
#include "simd/dispatch.h"
#include "store/catalog.h"
#include "store/catalog_identity.h"
#include "store/write_lock.h"

#include <algorithm>
#include <chrono>
#include <unistd.h>

namespace sokkuri::collection {

namespace {

constexpr const char* kLockName = "lock";
constexpr std::size_t kWritesQueuedMax = 64;

/// What only a collection opened for writing has. The worker's thread alone touches the writer.
struct WriteHalf {
    std::unique_ptr<store::WriteLock> lock;
    std::unique_ptr<LocalWriter> writer;
    SerialWorker worker{kWritesQueuedMax};
};

class LocalCollection final : public Collection {
 public:
    LocalCollection(FileSystem& files, std::string directory, const simd::Kernels& kernels,
                    const LocalOptions& options)
        : files_(files),
          directory_(std::move(directory)),
          kernels_(kernels),
          threads_(options.search_threads),
          shelf_(files, directory_, kernels),
          snapshots_(files, directory_, shelf_, tails_),
          search_(snapshots_, kernels_, threads_, {options.names, wanted()}),
          groups_(snapshots_, kernels_, threads_, wanted()) {}

    ~LocalCollection() override;

    Result<void> open(const LocalOptions& options);

    Capabilities capabilities() const override {
        return {.conditional_put = true, .pinned_scan = true, .exact_search = true};
    }
    Result<std::vector<FieldSpec>> fields() const override;
    Result<void> add_field(const FieldSpec& field) override {
        return write([&](LocalWriter& writer) { return writer.add_field(field); });
    }
    Result<void> drop_field(const std::string& name) override;
    Result<void> replace_field(const std::string& name, const std::string& by) override;
    Result<std::vector<PutOutcome>> put(std::span<const PutRecord> records) override {
        return write(
            [&](LocalWriter& writer) { return writer.put(records, VectorsOfPut::kReplace); });
    }
    Result<LoadOutcome> load(const LoadBatch& batch) override {
        return write([&](LocalWriter& writer) { return writer.load(batch); });
    }
    Result<std::optional<std::string>> load_mark(const std::string& name) const override {
        const auto transaction = TRY(catalog_->begin_read());
        return transaction->mark("load " + name);
    }
    Result<std::string> identity() const override {
        const auto transaction = TRY(catalog_->begin_read());
        return store::history_of(*transaction);
    }
    Result<std::vector<PutOutcome>> put_documents(std::span<const PutRecord> records) override {
        return write([&](LocalWriter& writer) { return writer.put(records, VectorsOfPut::kKeep); });
    }
    Result<std::vector<PatchOutcome>> patch(std::span<const PatchRecord> patches) override {
        return write([&](LocalWriter& writer) { return writer.patch(patches); });
    }
    Result<void> put_vectors(std::span<const PutVectors> puts) override {
        return write([&](LocalWriter& writer) { return writer.put_vectors(puts); });
    }
    Result<std::size_t> remove(std::span<const std::string> ids) override {
        return write([&](LocalWriter& writer) { return writer.remove(ids); });
    }
    Result<void> remove_if(const std::string& id, std::uint64_t version) override {
        return write([&](LocalWriter& writer) { return writer.remove_if(id, version); });
    }
    Result<std::vector<std::optional<Record>>> get(
        std::span<const std::string> ids) const override {
        const auto transaction = TRY(catalog_->begin_read());
        return records_with_ids(*transaction, ids);
    }
    Result<std::vector<float>> vector_of(const std::string& id,
                                         const std::string& field) const override;
    std::unique_ptr<VectorComparison> begin_comparison() const override {
        return std::make_unique<LocalComparison>(*catalog_, snapshots_);
    }
    Result<SearchAnswer> search(const SearchRequest& request) const override {
        const auto transaction = TRY(catalog_->begin_read());
        return search_.search(*transaction, request);
    }
    Result<std::vector<SearchAnswer>> search_many(
        const SearchRequest& shared, std::span<const std::vector<float>> queries) const override;
    Result<void> optimize(const OptimizeRequest& request) override;
    Result<CompactReport> compact(const CompactRequest& request) override;
    Result<void> scan(const ScanRequest& request, const ScanVisitor& visit) const override;
    Result<std::unique_ptr<RecordScan>> begin_scan(const ScanRequest& request) const override;
    Result<RecordPage> page(const std::string& cursor, std::size_t limit) const override {
        const auto transaction = TRY(catalog_->begin_read());
        return page_of_records(*transaction, cursor, limit);
    }
    Result<RecordPage> page_without(const std::string& field, const std::string& cursor,
                                    std::size_t limit) const override;
    Result<std::vector<Record>> sample(const SampleRequest& request) const override {
        const auto transaction = TRY(catalog_->begin_read());
        return search_.sample(*transaction, request);
    }
    Result<Summary> summarize(const SummaryRequest& request) const override {
        const auto transaction = TRY(catalog_->begin_read());
        return search_.summarize(*transaction, request);
    }
    Result<GroupPage> groups(const GroupsRequest& request) const override {
        const auto transaction = TRY(catalog_->begin_read());
        return groups_.list(*transaction, request);
    }
    Result<SimilarGroups> similar_groups(const SimilarGroupsRequest& request) const override {
        const auto transaction = TRY(catalog_->begin_read());
        return groups_.similar(*transaction, request);
    }
    Result<std::vector<float>> vector_of_group(const GroupName& group) const override {
        const auto transaction = TRY(catalog_->begin_read());
        return groups_.vector_of(*transaction, group);
    }
    Result<std::uint64_t> count() const override {
        const auto transaction = TRY(catalog_->begin_read());
        return transaction->record_count();
    }
    Result<CollectionStats> stats() const override;

 private:
    Result<void> open_for_reading(const std::string& path);
    Result<void> become_writer(const std::string& socket);
    void start_keepers(const KeeperOptions& options);
    /// Who is told of indexes that questions would use.
    FilterCache::Wanted wanted() {
        return [this](const auto& sources) {
            if (attribute_keeper_ != nullptr) attribute_keeper_->want(sources);
        };
    }
    template <typename Job>
    std::invoke_result_t<Job, LocalWriter&> write(Job job);
    template <typename Job>
    std::invoke_result_t<Job, LocalWriter&> in_turn(Job job);

    FileSystem& files_;
    const std::string directory_;
    const simd::Kernels& kernels_;
    mutable ThreadPool threads_;
    mutable SegmentShelf shelf_;
    mutable TailCodes tails_;
    mutable Snapshots snapshots_;
    mutable LocalSearch search_;
    mutable LocalGroups groups_;
    std::unique_ptr<store::PrivateCopy> private_copy_;  // of the catalog; null: it is read itself
    std::unique_ptr<store::Catalog> catalog_;
    std::unique_ptr<WriteHalf> write_half_;  // after the catalog: the writer goes first
    std::unique_ptr<OldFiles> old_files_;    // of a writer, as what follows
    std::unique_ptr<IndexKeeper> keeper_;    // last: they work on all of these
    std::unique_ptr<AttributeKeeper> attribute_keeper_;
};

}  // namespace

Result<std::unique_ptr<Collection>> open_local_collection(FileSystem& files,
                                                          const std::string& directory,
                                                          const LocalOptions& options) {
    const simd::Kernels* kernels = TRY(simd::chosen_kernels());
    auto collection = std::make_unique<LocalCollection>(files, directory, *kernels, options);
    TRY(collection->open(options));
    return collection;
}

Result<std::optional<CollectionWriter>> writer_of_local_collection(FileSystem& files,
                                                                   const std::string& directory) {
    const auto holder = TRY(store::WriteLock::holder(files, join_path(directory, kLockName)));
    if (!holder) return std::nullopt;
    return CollectionWriter{.pid = holder->pid, .socket = holder->socket};
}

namespace {

Result<void> LocalCollection::open(const LocalOptions& options) {
    const std::string path = join_path(directory_, "catalog.db");
    TRY(refuse_lost_catalog(files_, directory_));
    if (options.access == LocalOptions::Access::kRead) return open_for_reading(path);
    const bool may_create = options.access == LocalOptions::Access::kCreate;
    if (may_create) TRY(create_directories(files_, directory_));
    TRY(become_writer(options.socket));
    using store::CatalogAccess;
    catalog_ = TRY(store::Catalog::open(
        files_, path, may_create ? CatalogAccess::kCreate : CatalogAccess::kWrite));
    write_half_->writer = std::make_unique<LocalWriter>(files_, directory_, *catalog_);
    // What a kill has left behind.
    {
        const auto transaction = TRY(catalog_->begin_read());
        remove_leftovers(files_, directory_, *transaction);
    }
    start_keepers(options.keeper);
    old_files_->let_go();
    return {};
}

Result<void> LocalCollection::open_for_reading(const std::string& path) {
    ReadableCatalog readable = TRY(ReadableCatalog::open(files_, path));
    private_copy_ = std::move(readable.copy);
    catalog_ = std::move(readable.catalog);
    return {};
}

LocalCollection::~LocalCollection() {
    attribute_keeper_.reset();
    keeper_.reset();  // reads no more: what it has read may go
    old_files_.reset();
}

Result<void> LocalCollection::become_writer(const std::string& socket) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const store::LockHolder self{
        .pid = getpid(),
        .since_s = std::chrono::duration_cast<std::chrono::seconds>(now).count(),
        .socket = socket};
    write_half_ = std::make_unique<WriteHalf>();
    write_half_->lock =
        TRY(store::WriteLock::acquire(files_, join_path(directory_, kLockName), self));
    return {};
}

template <typename Job>
std::invoke_result_t<Job, LocalWriter&> LocalCollection::write(Job job) {
    if (write_half_ == nullptr) {
        return fail(ErrorCode::kUnsupported, "{}: opened for reading only", directory_);
    }
    auto outcome = in_turn(std::move(job));
    if (outcome) {
        keeper_->changed();
        attribute_keeper_->changed();
    }
    return outcome;
}

/// Files are written and removed by their paths: never where another collection was put meanwhile.
template <typename Job>
std::invoke_result_t<Job, LocalWriter&> LocalCollection::in_turn(Job job) {
    return write_half_->worker.run([&]() -> std::invoke_result_t<Job, LocalWriter&> {
        TRY(write_half_->lock->check_place());
        return job(*write_half_->writer);
    });
}

void LocalCollection::start_keepers(const KeeperOptions& options) {
    const auto attempt_in_turn = [this](const std::function<Result<bool>()>& attempt) {
        return in_turn([&](LocalWriter&) { return attempt(); });
    };
    old_files_ =
        std::make_unique<OldFiles>(files_, directory_, *catalog_, snapshots_, attempt_in_turn);
    const auto check_place = [this] { return write_half_->lock->check_place(); };
    const auto commit = [this](std::span<const store::SegmentNumber> replaced,
                               const store::SegmentRow& added) -> Result<void> {
        TRY(in_turn([&](LocalWriter& writer) { return writer.replace_segments(replaced, added); }));
        old_files_->let_go_segments();
        return {};
    };
    keeper_ = std::make_unique<IndexKeeper>(
        KeptCollection{files_, directory_, kernels_, *catalog_, snapshots_, shelf_, tails_,
                       check_place, commit},
        options);
    const auto extend = [this](const auto&... what) {
        return in_turn([&](LocalWriter& writer) { return writer.extend_attribute(what...); });
    };
    const AttributeKeeper::Extend extends{.by_reading = extend, .by_slice = extend};
    attribute_keeper_ = std::make_unique<AttributeKeeper>(*catalog_, extends, options.sealing);
}

Result<std::vector<FieldSpec>> LocalCollection::fields() const {
    const auto transaction = TRY(catalog_->begin_read());
    const std::vector<store::FieldRow> rows = TRY(transaction->fields());
    std::vector<FieldSpec> specs;
    for (const store::FieldRow& row : rows) {
        FieldSpec spec = TRY(spec_of(row));
        specs.push_back(std::move(spec));
    }
    return specs;
}

Result<void> LocalCollection::drop_field(const std::string& name) {
    TRY(write([&](LocalWriter& writer) { return writer.drop_field(name); }));
    old_files_->let_go();
    return {};
}

Result<void> LocalCollection::replace_field(const std::string& name, const std::string& by) {
    TRY(write([&](LocalWriter& writer) { return writer.replace_field(name, by); }));
    old_files_->let_go();
    return {};
}

Result<std::vector<float>> LocalCollection::vector_of(const std::string& id,
                                                      const std::string& field_name) const {
    const auto transaction = TRY(catalog_->begin_read());
    const std::shared_ptr<const Snapshot> snapshot = TRY(snapshots_.of(*transaction));
    return vector_of_record(*transaction, *snapshot, id, field_name);
}

Result<std::vector<SearchAnswer>> LocalCollection::search_many(
    const SearchRequest& shared, std::span<const std::vector<float>> queries) const {
    const auto transaction = TRY(catalog_->begin_read());
    return search_.search(*transaction, shared, queries);
}

Result<void> LocalCollection::optimize(const OptimizeRequest& request) {
    if (keeper_ == nullptr) {
        return fail(ErrorCode::kUnsupported, "{}: opened for reading only", directory_);
    }
    if (std::ranges::any_of(request.damaged, is_vector_file)) {
        TRY(write([](LocalWriter& writer) { return writer.drop_lost_vectors(); }));
    }
    // Vectors do not wait for attributes that could not be indexed.
    const auto caught_up = attribute_keeper_->catch_up(request.stop);
    TRY(keeper_->optimize(request));
    return caught_up;
}

Result<CompactReport> LocalCollection::compact(const CompactRequest& request) {
    const std::uint64_t before = TRY(bytes_on_disk(files_, directory_));
    CompactReport report = TRY(write([&](LocalWriter& writer) { return writer.compact(request); }));
    snapshots_.forget();
    // The vectors have moved, whatever becomes of this: the keeper goes on with it.
    if (const auto built = optimize({.progress = request.progress, .stop = request.stop}); !built) {
        report.add_later_error("the index was not built", built.error());
    }
    old_files_->let_go();
    const auto now = catalog_->begin_read();
    const std::uint64_t old = now ? bytes_of_old_fields(files_, directory_, **now) : 0;
    report.bytes_before = before;
    report.bytes_after = bytes_on_disk(files_, directory_).value_or(before);
    report.bytes_after -= std::min(old, report.bytes_after);
    return report;
}

Result<void> LocalCollection::scan(const ScanRequest& request, const ScanVisitor& visit) const {
    const auto scan = TRY(begin_scan(request));
    for (;;) {
        const ScannedRecord* scanned = TRY(scan->next());
        if (scanned == nullptr || !visit(*scanned)) return {};
    }
}

Result<std::unique_ptr<RecordScan>> LocalCollection::begin_scan(const ScanRequest& request) const {
    auto transaction = TRY(catalog_->begin_read());
    auto snapshot = TRY(snapshots_.of(*transaction));
    return LocalScan::begin(std::move(transaction), std::move(snapshot), request);
}

Result<RecordPage> LocalCollection::page_without(const std::string& field_name,
                                                 const std::string& cursor,
                                                 std::size_t limit) const {
    const auto transaction = TRY(catalog_->begin_read());
    const std::shared_ptr<const Snapshot> snapshot = TRY(snapshots_.of(*transaction));
    const FieldSnapshot* field = TRY(snapshot->field(field_name));
    return page_of_records(*transaction, cursor, limit, field->number);
}

Result<CollectionStats> LocalCollection::stats() const {
    const auto transaction = TRY(catalog_->begin_read());
    const std::shared_ptr<const Snapshot> snapshot = TRY(snapshots_.of(*transaction));
    CollectionStats stats;
    stats.records = TRY(transaction->record_count());
    stats.generation = snapshot->generation;
    stats.bytes_on_disk = TRY(bytes_on_disk(files_, directory_));
    stats.fields = field_stats_of(*snapshot, keeper_.get());
    return stats;
}

}  // namespace

}  // namespace sokkuri::collection
