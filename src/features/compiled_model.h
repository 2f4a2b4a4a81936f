// Compiled models: what the runtime made of a model for this machine, kept between runs so that the
// next start needs neither the model file nor its compilation (docs/formats/compiled-model.md). A
// cache: what is stale, broken or cannot be written is as good as absent, and is made again. Safe
// from any number of threads and processes.
#pragma once

#include "base/file_system.h"
#include "features/model_card.h"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace sokkuri::features {

/// Where a model's compiled forms are looked for and kept, best first: `.compiled` in its own
/// folder, then the cache folder of the user (XDG_CACHE_HOME/sokkuri/compiled, else HOME/.cache/…)
/// for models in a folder that is read-only.
std::vector<std::string> compiled_model_directories(const std::string& model_directory);

/// All that decides whether a compiled form may be used.
struct CompiledModelKey {
    std::string model;    // fingerprint
    std::string variant;  // precision: forms of different variants lie side by side
    std::string
        machine;  // runtime version, CPU, size and time of the model file: only the newest is kept
};

/// A compiled form in memory; `bytes` live as long as this.
class CompiledModel {
 public:
    CompiledModel(std::unique_ptr<MappedRegion> region, std::span<const std::byte> bytes)
        : region_(std::move(region)), bytes_(bytes) {}
    std::span<const std::byte> bytes() const { return bytes_; }

 private:
    std::unique_ptr<MappedRegion> region_;
    std::span<const std::byte> bytes_;
};

/// Null when no directory holds a form made for exactly this key with its checksum intact. Reads it
/// once (about 1 ms for 13 MB).
std::unique_ptr<CompiledModel> find_compiled_model(FileSystem& files,
                                                   const std::vector<std::string>& directories,
                                                   const CompiledModelKey& key);

/// Keeps the form in the first directory that can be written and drops older forms of the same
/// model and variant there. False when none can be written.
bool keep_compiled_model(FileSystem& files, const std::vector<std::string>& directories,
                         const CompiledModelKey& key, std::span<const std::byte> bytes);

}  // namespace sokkuri::features
