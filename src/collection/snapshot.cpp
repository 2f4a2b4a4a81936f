#include "collection/snapshot.h"

#include "collection/validation.h"

#include <algorithm>
#include <limits>

namespace sokkuri::collection {

Result<const FieldSnapshot*> Snapshot::field(std::string_view name) const {
    std::vector<std::string_view> names;
    for (const FieldSnapshot& field : fields) {
        names.push_back(field.spec.name);
    }
    const std::size_t position = TRY(find_field(names, name));
    return &fields[position];
}

Result<std::shared_ptr<const Snapshot>> Snapshots::of(store::ReadTransaction& transaction) {
    const auto known = [&]() -> std::shared_ptr<const Snapshot> {
        const auto recent = recent_.lock();
        for (const auto& snapshot : *recent) {
            if (snapshot->generation == transaction.generation()) return snapshot;
        }
        return nullptr;
    }();
    if (known != nullptr) return known;

    std::shared_ptr<const Snapshot> loaded = TRY(load(transaction));
    const auto recent = recent_.lock();
    recent->insert(recent->begin(), loaded);
    if (recent->size() > kKept) recent->pop_back();
    return loaded;
}

Result<std::shared_ptr<const Snapshot>> Snapshots::load(store::ReadTransaction& transaction) {
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->generation = transaction.generation();
    const std::vector<store::FieldRow> rows = TRY(transaction.fields());
    for (const store::FieldRow& row : rows) {
        auto field = load_field(transaction, row);
        if (!field) {
            return tl::unexpected(
                field.error().with_context(fmt::format("field \"{}\"", row.name)));
        }
        snapshot->fields.push_back(std::move(*field));
    }
    return snapshot;
}

Result<FieldSnapshot> Snapshots::load_field(store::ReadTransaction& transaction,
                                            const store::FieldRow& row) {
    FieldSnapshot field;
    field.spec = TRY(spec_of(row));
    field.number = row.number;
    field.committed = TRY(transaction.committed_slots(row.number));
    if (field.committed > std::numeric_limits<index::Slot>::max()) {
        return fail(ErrorCode::kExhausted, "{} slots: at most {} can be searched", field.committed,
                    std::numeric_limits<index::Slot>::max());
    }
    const std::vector<store::Slot> dead = TRY(transaction.tombstones(row.number));
    field.tombstones = dead.size();
    for (const store::Slot slot : dead) {
        field.dead.set(static_cast<index::Slot>(slot));
    }
    field.reader = TRY(reader_of(row));
    const std::vector<store::MappedRows> mapped = TRY(field.reader->rows(field.committed));
    for (const store::MappedRows& chunk : mapped) {
        // Rows of float32 start at a multiple of 4 bytes in a page-aligned map.
        field.rows.push_back({{reinterpret_cast<const float*>(chunk.bytes.data()),
                               chunk.bytes.size() / sizeof(float)},
                              static_cast<index::Slot>(chunk.first_slot)});
    }
    return field;
}

Result<std::shared_ptr<store::VectorReader>> Snapshots::reader_of(const store::FieldRow& row) {
    const auto is_of_field = [&row](const auto& entry) { return entry.first == row.number; };
    {
        const auto readers = readers_.lock();
        const auto found = std::find_if(readers->begin(), readers->end(), is_of_field);
        if (found != readers->end()) return found->second;
    }
    std::shared_ptr<store::VectorReader> opened =
        TRY(store::VectorReader::open(files_, field_directory(directory_, row.number), row));
    const auto readers = readers_.lock();
    const auto raced = std::find_if(readers->begin(), readers->end(), is_of_field);
    if (raced != readers->end()) return raced->second;
    readers->emplace_back(row.number, opened);
    return opened;
}

std::string field_directory(const std::string& collection_directory, store::FieldNumber field) {
    return fmt::format("{}/fields/{}", collection_directory, field);
}

Result<FieldSpec> spec_of(const store::FieldRow& row) {
    if (row.element != store::ElementType::kF32) {
        return fail(ErrorCode::kUnsupported, "field \"{}\": its elements are not float32",
                    row.name);
    }
    FieldSpec spec;
    spec.name = row.name;
    spec.dimension = row.dimension;
    spec.metric = TRY(index::parse_metric(row.metric));
    spec.model = row.model;
    spec.fingerprint = row.fingerprint;
    return spec;
}

}  // namespace sokkuri::collection
