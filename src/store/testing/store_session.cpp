#include "store/testing/store_session.h"

#include <cstring>
#include <optional>
#include <set>

namespace sokkuri::store::testing {
namespace {

constexpr std::uint32_t kDimension = 3;
constexpr std::uint32_t kRowsPerChunk = 4;  // so that a few records fill several chunks
constexpr std::size_t kRecordsMax = 100'000;

FieldRow field_row() {
    return {.name = "f", .dimension = kDimension, .rows_per_chunk = kRowsPerChunk};
}

}  // namespace

Model after(Model model, const Change& change) {
    for (const std::string& id : change.removals) {
        model.erase(id);
    }
    for (const auto& [id, item] : change.puts) {
        const std::uint64_t version = model.contains(id) ? model[id].version + 1 : 1;
        model[id] = item;
        model[id].version = version;
    }
    return model;
}

Change random_change(std::mt19937_64& random) {
    Change change;
    const std::size_t puts = random() % 5;
    for (std::size_t i = 0; i < puts; ++i) {
        Item item;
        item.document = std::string(random() % 3'000, static_cast<char>('a' + random() % 26));
        const bool has_vector = random() % 4 != 0;
        for (std::uint32_t component = 0; component < kDimension && has_vector; ++component) {
            item.vector.push_back(static_cast<float>(random() % 1'000'000));
        }
        change.puts[std::to_string(random() % 12)] = item;
    }
    if (random() % 2 == 0) change.removals.push_back(std::to_string(random() % 12));
    return change;
}

Result<std::unique_ptr<StoreSession>> StoreSession::open(FileSystem& files,
                                                         const std::string& directory) {
    TRY(create_directories(files, directory));
    std::unique_ptr<StoreSession> session(new StoreSession(files, directory));
    session->lock_ =
        TRY(WriteLock::acquire(files, join_path(directory, "lock"), {.pid = 1, .since_s = 1}));
    const std::string path = join_path(directory, "catalog.db");
    auto catalog = Catalog::open(files, path, CatalogAccess::kWrite);
    if (!catalog && catalog.error().code() == ErrorCode::kNotFound) {
        catalog = Catalog::open(files, path, CatalogAccess::kCreate);
    }
    session->catalog_ = TRY(std::move(catalog));
    const std::unique_ptr<ReadTransaction> read = TRY(session->catalog_->begin_read());
    const std::vector<FieldRow> fields = TRY(read->fields());
    if (!fields.empty()) return session;
    const std::unique_ptr<WriteTransaction> write = TRY(session->catalog_->begin_write());
    TRY(write->add_field(field_row()));
    TRY(write->commit());
    return session;
}

Result<Generation> StoreSession::apply(const Change& change) {
    auto applied = try_to_apply(change);
    if (!applied) writer_.reset();
    return applied;
}

Result<Model> StoreSession::read() {
    const std::unique_ptr<ReadTransaction> read = TRY(catalog_->begin_read());
    const std::unique_ptr<VectorReader> vectors =
        TRY(VectorReader::open(*files_, field_directory(), field_row()));
    const std::vector<Extent> extents = TRY(read->extents(0));
    TRY(vectors->verify(extents));
    const std::vector<Slot> tombstones = TRY(read->tombstones(0));
    const std::vector<RecordRow> records = TRY(read->records_from(0, kRecordsMax));
    Model model;
    std::set<Slot> slots(tombstones.begin(), tombstones.end());
    for (const RecordRow& record : records) {
        Item item{.document = record.document, .vector = {}, .version = record.version};
        const std::optional<Slot> slot = TRY(read->slot_of_record(0, record.number));
        if (slot) {
            const std::span<const std::byte> row = TRY(vectors->row(*slot));
            item.vector.resize(kDimension);
            std::memcpy(item.vector.data(), row.data(), row.size());
            slots.insert(*slot);
        }
        model[record.id] = item;
    }
    const Slot committed = TRY(read->committed_slots(0));
    const std::uint64_t count = TRY(read->record_count());
    if (slots.size() != committed || count != model.size()) {
        return fail(ErrorCode::kInternal, "{} slots for {} rows, {} records counted as {}",
                    slots.size(), committed, model.size(), count);
    }
    generation_ = read->generation();
    return model;
}

Result<Generation> StoreSession::try_to_apply(const Change& change) {
    const std::unique_ptr<WriteTransaction> write = TRY(catalog_->begin_write());
    Slot slot = TRY(append(change, *write));
    for (const std::string& id : change.removals) {
        TRY(write->remove_record(id));
    }
    for (const auto& [id, item] : change.puts) {
        const PutRow row = TRY(write->put_record(id, item.document, {}));
        if (item.vector.empty()) {
            TRY(write->clear_vector(0, row.number));
        } else {
            TRY(write->set_vector(0, row.number, slot++));
        }
    }
    return write->commit();
}

/// The slot of the first vector of the change.
Result<Slot> StoreSession::append(const Change& change, WriteTransaction& write) {
    if (!writer_) {
        const std::unique_ptr<ReadTransaction> read = TRY(catalog_->begin_read());
        const Slot committed = TRY(read->committed_slots(0));
        writer_ = TRY(VectorWriter::open(*files_, field_directory(), field_row(), committed));
    }
    std::vector<float> rows;
    for (const auto& [id, item] : change.puts) {
        rows.insert(rows.end(), item.vector.begin(), item.vector.end());
    }
    if (rows.empty()) return 0;
    const Extent extent = TRY(writer_->append(std::as_bytes(std::span(rows))));
    TRY(writer_->sync());
    TRY(write.add_extent(0, extent));
    return extent.first_slot;
}

}  // namespace sokkuri::store::testing
