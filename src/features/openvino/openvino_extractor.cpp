#include "features/openvino/openvino_extractor.h"

#include "base/check.h"
#include "base/guarded.h"
#include "features/openvino/catching.h"
#include "features/openvino/network.h"

#include <openvino/runtime/infer_request.hpp>
#include <openvino/runtime/properties.hpp>

#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <exception>
#include <optional>
#include <utility>
#include <vector>

namespace sokkuri::features::openvino {
namespace {

struct Job {
    image::Picture picture;
    EmbeddingCallback done;
};

/// One of OpenVINO's requests and what it is busy with.
struct Slot {
    ov::InferRequest request;
    EmbeddingCallback done;
};

class OpenvinoExtractor final : public Extractor {
 public:
    OpenvinoExtractor(const ModelCard& card, Network network)
        : card_(card), network_(std::move(network)) {}
    OpenvinoExtractor(const OpenvinoExtractor&) = delete;
    OpenvinoExtractor& operator=(const OpenvinoExtractor&) = delete;
    ~OpenvinoExtractor() override { drain(); }

    /// Makes the requests; apart from the constructor because it can fail.
    Result<void> start();

    const ModelCard& card() const override { return card_; }
    Precision precision() const override { return network_.precision; }
    std::uint32_t requests_in_flight_max() const override {
        return static_cast<std::uint32_t>(slots_.size());
    }
    void submit(image::Picture prepared, Urgency urgency, EmbeddingCallback done) override;
    void drain() override;

 private:
    struct State {
        std::vector<Slot*> idle;
        std::deque<Job> interactive;
        std::deque<Job> bulk;
        std::size_t unfinished = 0;  // submitted, callback not yet returned
    };

    void run(Slot& slot, Job job);
    void finish(Slot& slot, const Result<void>& outcome);
    std::optional<Job> next_job(State& state);
    void settle(const EmbeddingCallback& done, Result<Embedding> result);
    Result<Embedding> output_of(Slot& slot, const Result<void>& outcome) const;

    const ModelCard card_;
    Network network_;
    std::vector<std::unique_ptr<Slot>> slots_;
    Guarded<State> state_;
    std::condition_variable room_;
    std::condition_variable finished_;
};

Result<void> outcome_of(const std::exception_ptr& failure);
Result<Embedding> copy_output(ov::InferRequest& request, std::uint32_t dimension);

}  // namespace

Result<std::unique_ptr<Extractor>> load_extractor(const ModelCard& card,
                                                  const std::string& directory,
                                                  const ExtractorOptions& options) {
    return catching(
        ErrorCode::kInternal, "cannot load", [&]() -> Result<std::unique_ptr<Extractor>> {
            Network network = TRY(open_network(card, directory, options, InputKind::kPicture));
            auto extractor = std::make_unique<OpenvinoExtractor>(card, std::move(network));
            TRY(extractor->start());
            return extractor;
        });
}

Result<Embedding> infer_tensor(const ModelCard& card, const std::string& directory,
                               Precision precision, std::span<const float> tensor) {
    return catching(ErrorCode::kInternal, "cannot infer", [&]() -> Result<Embedding> {
        const ExtractorOptions options{
            .precision = precision, .cache_directories = {}, .tuned_for = Urgency::kInteractive};
        Network network = TRY(open_network(card, directory, options, InputKind::kTensor));
        ov::InferRequest request = network.compiled.create_infer_request();
        ov::Tensor input = request.get_input_tensor();
        if (input.get_size() != tensor.size()) {
            return fail(ErrorCode::kInvalidArgument, "tensor: {} numbers, the model takes {}",
                        tensor.size(), input.get_size());
        }
        std::copy(tensor.begin(), tensor.end(), input.data<float>());
        request.infer();
        return copy_output(request, card.dimension);
    });
}

namespace {

Result<void> OpenvinoExtractor::start() {
    std::uint32_t count =
        std::max(1U, network_.compiled.get_property(ov::optimal_number_of_infer_requests));
    const auto mode = network_.compiled.get_property(ov::hint::performance_mode);
    // Two for each stream: the next one is there when one ends, without waiting for our callback to
    // get a core that decoders are busy on.
    if (mode == ov::hint::PerformanceMode::THROUGHPUT) count *= 2;
    auto state = state_.lock();
    for (std::uint32_t i = 0; i < count; ++i) {
        slots_.push_back(std::make_unique<Slot>());
        Slot& slot = *slots_.back();
        slot.request = network_.compiled.create_infer_request();
        slot.request.set_callback([this, &slot](const std::exception_ptr& failure) {
            finish(slot, outcome_of(failure));
        });
        state->idle.push_back(&slot);
    }
    return {};
}

void OpenvinoExtractor::submit(image::Picture prepared, Urgency urgency, EmbeddingCallback done) {
    const std::uint32_t side = card_.input_size;
    // Anything else would be a caller that did not use prepare().
    CHECK(prepared.size == (image::Size{side, side}) &&
          prepared.rgb.size() == std::size_t{3} * side * side);
    Job job{std::move(prepared), std::move(done)};
    Slot* slot = nullptr;
    {
        auto state = state_.lock();
        std::deque<Job>& queue =
            urgency == Urgency::kInteractive ? state->interactive : state->bulk;
        room_.wait(state.lock(), [&] { return queue.size() < slots_.size(); });
        if (state->idle.empty()) {
            queue.push_back(std::move(job));
            ++state->unfinished;
            return;
        }
        ++state->unfinished;
        slot = state->idle.back();
        state->idle.pop_back();
    }
    run(*slot, std::move(job));
}

void OpenvinoExtractor::drain() {
    auto state = state_.lock();
    finished_.wait(state.lock(), [&] { return state->unfinished == 0; });
}

void OpenvinoExtractor::run(Slot& slot, Job job) {
    slot.done = std::move(job.done);
    const Result<void> started = catching(ErrorCode::kInternal, "inference", [&]() -> Result<void> {
        std::memcpy(slot.request.get_input_tensor().data<std::uint8_t>(), job.picture.rgb.data(),
                    job.picture.rgb.size());
        slot.request.start_async();
        return {};
    });
    if (!started) finish(slot, started);
}

/// On a thread of OpenVINO. The slot goes on with the next job before the caller hears of this one,
/// so that no core waits for a callback.
void OpenvinoExtractor::finish(Slot& slot, const Result<void>& outcome) {
    Result<Embedding> result = output_of(slot, outcome);
    const EmbeddingCallback done = std::exchange(slot.done, nullptr);
    std::optional<Job> next;
    {
        auto state = state_.lock();
        next = next_job(*state);
        if (!next) state->idle.push_back(&slot);
    }
    if (next) {
        room_.notify_all();
        run(slot, *std::move(next));
    }
    settle(done, std::move(result));
}

std::optional<Job> OpenvinoExtractor::next_job(State& state) {
    std::deque<Job>& queue = state.interactive.empty() ? state.bulk : state.interactive;
    if (queue.empty()) return std::nullopt;
    std::optional<Job> job(std::move(queue.front()));
    queue.pop_front();
    return job;
}

void OpenvinoExtractor::settle(const EmbeddingCallback& done, Result<Embedding> result) {
    done(std::move(result));
    // Notified under the lock: once it is released with nothing unfinished, the destructor may take
    // us away.
    auto state = state_.lock();
    --state->unfinished;
    finished_.notify_all();
}

Result<Embedding> OpenvinoExtractor::output_of(Slot& slot, const Result<void>& outcome) const {
    TRY(outcome);
    return catching(ErrorCode::kInternal, "inference", [&]() -> Result<Embedding> {
        return copy_output(slot.request, card_.dimension);
    });
}

Result<void> outcome_of(const std::exception_ptr& failure) {
    return catching(ErrorCode::kInternal, "inference", [&]() -> Result<void> {
        if (failure) std::rethrow_exception(failure);
        return {};
    });
}

Result<Embedding> copy_output(ov::InferRequest& request, std::uint32_t dimension) {
    const ov::Tensor output = request.get_output_tensor();
    if (output.get_size() != dimension) {
        return fail(ErrorCode::kInternal, "the model gave {} numbers instead of {}",
                    output.get_size(), dimension);
    }
    const float* first = output.data<const float>();
    Embedding embedding(first, first + dimension);
    const bool is_finite = std::all_of(embedding.begin(), embedding.end(),
                                       [](float value) { return std::isfinite(value); });
    if (!is_finite)
        return fail(ErrorCode::kUnsupported, "the model gave values that are no numbers");
    return embedding;
}

}  // namespace
}  // namespace sokkuri::features::openvino
