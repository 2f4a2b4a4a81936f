// Extractor: a loaded model, from prepared pictures to embeddings. One per model in a process.
// Hides OpenVINO, which is opened when the first one loads. Safe from any number of threads.
#pragma once

#include "base/result.h"
#include "features/model_card.h"
#include "features/precision.h"
#include "image/picture.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace sokkuri::features {

enum class Urgency { kInteractive, kBulk };

struct ExtractorOptions {
    Precision precision = Precision::kAuto;  // bf16 where the CPU has it
    std::uint32_t threads = 0;               // 0: as many as the machine has cores
    /// Where compiled models are kept between runs, best first; usually
    /// compiled_model_directories(directory) of features/compiled_model.h. Empty: nowhere.
    std::vector<std::string> cache_directories;
    /// Latency: one picture at a time with all cores. Otherwise throughput: several requests in
    /// flight.
    Urgency tuned_for = Urgency::kBulk;
};

/// `dimension` floats, the model's raw output (not normalized). All finite.
using Embedding = std::vector<float>;
using EmbeddingCallback = std::function<void(Result<Embedding>)>;

class Extractor {
 public:
    virtual ~Extractor() = default;

    /// Reads and compiles the model. kNotFound, kCorruption (wrong sha256, not a model),
    /// kUnsupported (no such tensor).
    static Result<std::unique_ptr<Extractor>> load(const ModelCard& card,
                                                   const std::string& directory,
                                                   const ExtractorOptions& options);

    virtual const ModelCard& card() const = 0;
    /// The precision in force; never kAuto.
    virtual Precision precision() const = 0;
    /// Requests that run at the same time; as many more may wait per urgency, then `submit` waits.
    virtual std::uint32_t requests_in_flight_max() const = 0;

    /// Embeds a picture prepared by features/preprocess.h for this card (input_size × input_size).
    /// Calls back from another thread, exactly once; the callback must be quick and must not call
    /// `submit` or `drain`. Interactive requests overtake waiting bulk ones.
    virtual void submit(image::Picture prepared, Urgency urgency, EmbeddingCallback done) = 0;

    /// `submit` and wait.
    Result<Embedding> embed(image::Picture prepared);

    /// Waits until nothing is in flight or waiting.
    virtual void drain() = 0;
};

}  // namespace sokkuri::features
