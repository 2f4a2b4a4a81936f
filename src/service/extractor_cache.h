// ExtractorCache: the models that a library's queries have loaded, so that only the first one pays
// for it. Held by Library; used by search. Safe from any number of threads: who asks for a model
// that is being loaded waits for that load. Keeps a few; what is in use outlives being dropped.
#pragma once

#include "base/guarded.h"
#include "base/result.h"
#include "features/extractor.h"
#include "service/model_choice.h"

#include <future>
#include <map>
#include <memory>
#include <string>

namespace sokkuri::service {

class ExtractorCache {
 public:
    /// Models kept; one more and all others are dropped. A library has one model, so more than one
    /// means that precision or threads were asked for in several ways.
    static constexpr std::size_t kModelsMax = 4;

    /// Loads for single pictures (features::Urgency::kInteractive). Errors are not kept.
    Result<std::shared_ptr<features::Extractor>> get(const features::Model& model,
                                                     const ModelChoice& choice);

 private:
    using Loaded = Result<std::shared_ptr<features::Extractor>>;

    Guarded<std::map<std::string, std::shared_future<Loaded>>> models_;
};

}  // namespace sokkuri::service
