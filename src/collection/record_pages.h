// RecordPages: records of one generation by their numbers: page by page in the order in which they
// came, some by their ids, or a few drawn by chance. Used by local_collection.cpp; each call within
// one read transaction. All of them: local_scan.h.
#pragma once

#include "base/result.h"
#include "collection/collection.h"
#include "collection/snapshot.h"
#include "store/catalog.h"
#include "store/record_set.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace sokkuri::collection {

/// As Collection::get.
Result<std::vector<std::optional<Record>>> records_with_ids(store::ReadTransaction& transaction,
                                                            std::span<const std::string> ids);

/// As Collection::vector_of.
Result<std::vector<float>> vector_of_record(store::ReadTransaction& transaction,
                                            const Snapshot& snapshot, const std::string& id,
                                            const std::string& field_name);

/// As Collection::page; of the records without a vector in field `without`, when that is said. A
/// cursor is the number of the record to go on from, in decimal.
Result<RecordPage> page_of_records(store::ReadTransaction& transaction, const std::string& cursor,
                                   std::size_t limit,
                                   std::optional<store::FieldNumber> without = std::nullopt);

/// As Collection::sample.
Result<std::vector<Record>> sample_of_records(store::ReadTransaction& transaction,
                                              std::size_t count, std::uint64_t seed);

/// The same among `records`. O(words of the set + count).
Result<std::vector<Record>> sample_of_records(store::ReadTransaction& transaction,
                                              const store::RecordSet& records, std::size_t count,
                                              std::uint64_t seed);

/// As the interface has it.
Record record_of(store::RecordRow row);

}  // namespace sokkuri::collection
