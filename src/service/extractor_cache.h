// ExtractorCache: the models that this process has loaded, each once, so that only the first who
// asks pays for it. Held by Library, or shared by all libraries of a server; used by search, embed
// and ingest. Safe from any number of threads: who asks for a model that is being loaded waits for
// that load. Keeps a few; what is in use outlives being dropped.
#pragma once

#include "base/guarded.h"
#include "base/result.h"
#include "features/extractor.h"
#include "service/model_choice.h"

#include <chrono>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <string>

namespace sokkuri::service {

/// What models are tuned for.
enum class ExtractorTuning {
    kByUrgency,  // each use its own: a command that runs once, and does one thing
    kShared,     // one for all: a server; throughput, with interactive requests first
};

class ExtractorCache {
 public:
    using Clock = std::function<std::chrono::steady_clock::time_point()>;

    /// Models kept; one more and all others are dropped. A library has one model, so more than one
    /// means that precision or threads were asked for in several ways.
    static constexpr std::size_t kModelsMax = 4;
    /// Not asked for and not in use for that long: unloaded.
    static constexpr std::chrono::seconds kIdleMax{600};

    explicit ExtractorCache(ExtractorTuning tuning = ExtractorTuning::kByUrgency,
                            Clock clock = std::chrono::steady_clock::now);

    /// Errors are not kept. Shared ones are loaded on a thread of low priority, which the threads
    /// that they compute on inherit: what needs no model goes before what does.
    Result<std::shared_ptr<features::Extractor>> get(const features::Model& model,
                                                     const ModelChoice& choice,
                                                     features::Urgency urgency);

    /// Unloads what has been idle for too long. Also done by `get`.
    void sweep();

 private:
    using Loaded = Result<std::shared_ptr<features::Extractor>>;
    struct Entry {
        std::shared_future<Loaded> loaded;
        std::chrono::steady_clock::time_point last_use;
    };
    using Entries = std::map<std::string, Entry>;

    Loaded load(const features::Model& model, const ModelChoice& choice,
                features::Urgency urgency) const;
    /// The last owner frees what it takes out, outside of the lock.
    Entries take_idle(std::chrono::seconds idle);

    const ExtractorTuning tuning_;
    const Clock clock_;
    Guarded<Entries> models_;
};

}  // namespace sokkuri::service
