// PictureEmbedder: from the bytes of picture files to vectors, with decoding and inference going on
// side by side: a few threads decode and prepare, the extractor runs several requests. What waits
// is bounded in number and bytes. Used by ingest and embed. `submit`, `drain` and `cancel` from any
// thread; answers come from other threads and in any order.
#pragma once

#include "base/guarded.h"
#include "base/result.h"
#include "features/extractor.h"
#include "image/decode.h"
#include "image/photograph.h"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace sokkuri::service {

struct EmbedderOptions {
    image::DecodeLimits limits;
    std::uint32_t decoders = 0;  // threads; 0: as many as the machine has cores
    std::size_t waiting_files_max = 32;
    std::uint64_t waiting_bytes_max = 256ULL << 20;  // one larger file may wait alone
};

struct EmbeddedFile {
    image::Size size;  // upright, of the picture as stored
    image::Format format = image::Format::kUnknown;
    image::Photograph photograph;
    image::Picture preview;
    std::vector<float> vector;  // the model's raw output
};

class PictureEmbedder {
 public:
    /// kUnavailable when the program failed and not the file (no inference, no decoder library);
    /// kCancelled after `cancel`; kInternal when there was no memory for this one just then;
    /// anything else is the file's own fault. Must be quick. Where memory runs out in it, it is
    /// called once more, with kUnavailable.
    using Done = std::function<void(Result<EmbeddedFile>)>;

    /// `extractor` outlives this.
    PictureEmbedder(features::Extractor& extractor, const EmbedderOptions& options);
    /// Cancels what waits, waits for what is in flight.
    ~PictureEmbedder();
    PictureEmbedder(const PictureEmbedder&) = delete;
    PictureEmbedder& operator=(const PictureEmbedder&) = delete;

    /// Waits for room; `done` is called exactly once.
    void submit(std::vector<std::byte> file, Done done);
    /// Waits until everything that was submitted has been answered.
    void drain();
    /// Answers what waits with kCancelled; what is being decoded or embedded is finished.
    void cancel();

 private:
    using SharedDone = std::shared_ptr<const Done>;  // handed on without taking memory
    struct Job {
        std::vector<std::byte> file;
        SharedDone done;
    };
    struct State {
        std::deque<Job> waiting;
        std::uint64_t waiting_bytes = 0;
        std::uint64_t unanswered = 0;
        bool is_closing = false;
    };

    void end_decoders();
    void work();
    std::optional<Job> take();
    void run(Job job);
    Result<void> decode_and_submit(Job& job);
    void answer(const Done& done, Result<EmbeddedFile> result);

    features::Extractor& extractor_;
    const EmbedderOptions options_;
    Guarded<State> state_;
    std::condition_variable room_;
    std::condition_variable filled_;
    std::condition_variable answered_;
    std::vector<std::jthread> decoders_;
};

}  // namespace sokkuri::service
