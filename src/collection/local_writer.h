// LocalWriter: the writing half of a local collection. Every change is one transaction: vectors
// appended and synced first, then the catalog commits. Used from one thread.
#pragma once

#include "base/file_system.h"
#include "base/result.h"
#include "collection/collection.h"
#include "collection/compaction.h"
#include "collection/load_plan.h"
#include "store/attribute_queries.h"
#include "store/block_check.h"
#include "store/catalog.h"
#include "store/vector_file.h"

#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace sokkuri::collection {

enum class VectorsOfPut {
    kReplace,  // fields that the put does not carry lose their vector
    kKeep,     // documents only; every record must exist
};

class LocalWriter {
 public:
    /// `catalog` outlives the writer.
    LocalWriter(FileSystem& files, std::string directory, store::Catalog& catalog)
        : files_(files), directory_(std::move(directory)), catalog_(catalog) {}

    Result<void> add_field(const FieldSpec& field);
    Result<void> drop_field(const std::string& name);
    Result<void> replace_field(const std::string& name, const std::string& by);
    Result<std::vector<PutOutcome>> put(std::span<const PutRecord> records, VectorsOfPut vectors);
    Result<LoadOutcome> load(const LoadBatch& batch);
    Result<std::vector<PatchOutcome>> patch(std::span<const PatchRecord> patches);
    Result<void> put_vectors(std::span<const PutVectors> puts);
    Result<std::size_t> remove(std::span<const std::string> ids);
    Result<void> remove_if(const std::string& id, std::uint64_t version);
    /// store::WriteTransaction::extend_attribute, committed.
    Result<store::AttributeIndex> extend_attribute(const store::AttributeSource& source,
                                                   std::uint64_t records_max);
    Result<store::AttributeIndex> extend_attribute(const store::AttributeSlice& slice);
    /// store::WriteTransaction::replace_segments, committed.
    Result<void> replace_segments(std::span<const store::SegmentNumber> replaced,
                                  const store::SegmentRow& added);
    Result<CompactReport> compact(const CompactRequest& request);
    /// lost_vectors.h
    Result<void> drop_lost_vectors();

 private:
    /// A field and its file, opened at the first put.
    struct OpenField {
        store::FieldRow row;
        store::Slot committed = 0;
        std::unique_ptr<store::VectorWriter> writer;
        std::unique_ptr<store::VectorReader> reader;  // at the first load
        std::unique_ptr<store::BlockCheck> blocks;    // when it is first needed
    };
    static constexpr store::Slot kNoSlot = std::numeric_limits<store::Slot>::max();
    static constexpr store::Slot kTakenAway = kNoSlot - 1;
    /// Where the vectors of a put went: slot of record r in field f, kNoSlot or kTakenAway.
    struct Placed {
        std::vector<std::vector<store::Slot>> slots;  // [field][record]
        std::vector<store::Extent> extents;           // [field]; no rows: nothing appended
    };

    using VectorsOfRecords = std::vector<std::span<const FieldVector>>;  // [record]

    Result<void> load_fields();
    Result<std::vector<FieldSpec>> specs() const;
    Result<store::FieldNumber> number_of(const std::string& field) const;
    Result<void> validate(std::span<const PutRecord> records, VectorsOfPut vectors) const;
    Result<std::vector<PutOutcome>> put_valid(store::WriteTransaction& transaction,
                                              std::span<const PutRecord> records,
                                              VectorsOfPut vectors);
    Result<void> put_valid(store::WriteTransaction& transaction, std::span<const PutVectors> puts);
    Result<std::vector<PatchOutcome>> patch_valid(store::WriteTransaction& transaction,
                                                  std::span<const PatchRecord> patches);
    Result<Placed> append_vectors(const VectorsOfRecords& records);
    Result<void> add_extents(store::WriteTransaction& transaction, const Placed& placed) const;
    Result<void> commit(store::WriteTransaction& transaction, const Placed& placed);
    Result<std::vector<PutOutcome>> put_rows(store::WriteTransaction& transaction,
                                             std::span<const PutRecord> records,
                                             const Placed& placed, VectorsOfPut vectors);
    Result<OpenField*> field_named(std::string_view name);
    Result<LoadOutcome> load_valid(store::WriteTransaction& transaction, const LoadBatch& batch,
                                   OpenField& field);
    Result<LoadPlan> plan_batch(const LoadBatch& batch, OpenField& field);
    /// Where a batch's vectors go.
    struct PlacedLoad {
        store::FieldNumber field = 0;
        store::Slot first_slot = 0;
        const Placed& further;  // of the rows that have some in other fields
    };
    Result<void> write_rows(store::WriteTransaction& transaction, const LoadBatch& batch,
                            LoadPlan& plan, const PlacedLoad& placed);
    Result<void> set_vectors(store::WriteTransaction& transaction, const Placed& placed,
                             std::size_t place, store::RecordNumber record);
    Result<Placed> append_further(const LoadBatch& batch);
    Result<void> open_writer(OpenField& field);
    void forget_fields();
    /// After a failure only the catalog knows how far the fields reach (a commit may fail and yet
    /// be done): the next put asks it, and its writers overwrite what was appended in vain. Also
    /// when memory runs out on the way.
    class FieldsInDoubt {
     public:
        explicit FieldsInDoubt(LocalWriter& writer) : writer_(writer) {}
        ~FieldsInDoubt() {
            if (!is_settled_) writer_.forget_fields();
        }
        FieldsInDoubt(const FieldsInDoubt&) = delete;
        FieldsInDoubt& operator=(const FieldsInDoubt&) = delete;

        void settle() { is_settled_ = true; }

     private:
        LocalWriter& writer_;
        bool is_settled_ = false;
    };

    FileSystem& files_;
    const std::string directory_;
    store::Catalog& catalog_;
    std::vector<OpenField> fields_;
    bool fields_are_loaded_ = false;
};

}  // namespace sokkuri::collection
