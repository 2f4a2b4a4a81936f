// VectorCheck: the vector files of a field against what the catalog says of them: block by block,
// where they end, and what lies beyond. The part of verify.cpp that looks at vectors; changes
// nothing. Belongs to one thread.
#pragma once

#include "base/file_system.h"
#include "base/result.h"
#include "collection/verify.h"
#include "store/catalog.h"

#include <cstdint>
#include <string>

namespace sokkuri::collection {

/// Whom a check tells what it looks at and finds. Files are relative to the collection's folder.
class VectorCheckSink {
 public:
    virtual ~VectorCheckSink() = default;
    /// kCancelled when the check is to stop.
    virtual Result<void> begin(const std::string& file) = 0;
    virtual Result<void> go_on() = 0;  // likewise
    virtual void find(Finding::Kind kind, const std::string& file, const Error& error) = 0;
    virtual void add_bytes(std::uint64_t bytes) = 0;
};

struct CheckedVectors {
    FileSystem& files;
    const std::string& directory;  // of the collection
    store::ReadTransaction& transaction;
    const store::FieldRow& field;
};

/// Fails only where the catalog cannot be read, and with kCancelled. O(bytes of the vectors).
Result<void> check_vectors(const CheckedVectors& vectors, VectorCheckSink& sink);

}  // namespace sokkuri::collection
