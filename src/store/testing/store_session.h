// StoreSession: catalog, vector files and write lock used together as the collection uses them,
// with a std::map to compare with. For the tests of store alone. One thread.
#pragma once

#include "base/file_system.h"
#include "store/catalog.h"
#include "store/vector_file.h"
#include "store/write_lock.h"

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace sokkuri::store::testing {

struct Item {
    std::string document;
    std::vector<float> vector;  // empty: none
    std::uint64_t version = 0;

    bool operator==(const Item&) const = default;
};
using Model = std::map<std::string, Item>;

/// Records put and ids removed in one transaction; removals go first.
struct Change {
    Model puts;
    std::vector<std::string> removals;
};

/// The model with the change applied.
Model after(Model model, const Change& change);
/// At most four records; few ids, so that they meet again.
Change random_change(std::mt19937_64& random);

class StoreSession {
 public:
    /// Makes the store in `directory` when it is missing.
    static Result<std::unique_ptr<StoreSession>> open(FileSystem& files,
                                                      const std::string& directory);

    Result<Generation> apply(const Change& change);

    /// What a reader sees now. Verifies checksums, and that every slot is one record's or a
    /// tombstone.
    Result<Model> read();
    /// Of the last `read`.
    Generation generation() const { return generation_; }

 private:
    StoreSession(FileSystem& files, std::string directory)
        : files_(&files), directory_(std::move(directory)) {}

    std::string field_directory() const { return join_path(directory_, "fields/0"); }
    Result<Generation> try_to_apply(const Change& change);
    Result<Slot> append(const Change& change, WriteTransaction& write);

    FileSystem* files_;
    const std::string directory_;
    std::unique_ptr<WriteLock> lock_;
    std::unique_ptr<Catalog> catalog_;
    std::unique_ptr<VectorWriter> writer_;
    Generation generation_ = 0;
};

}  // namespace sokkuri::store::testing
