#include "service/picture_embedder.h"

#include "base/out_of_memory.h"
#include "features/preprocess.h"
#include "image/thumbnail.h"
#include "service/picture_document.h"

#include <algorithm>
#include <utility>

namespace sokkuri::service {
namespace {

/// A picture that is ready for the model, and what is known of it by then.
struct PreparedFile {
    EmbeddedFile file;  // but the vector
    image::Picture input;
};

Result<PreparedFile> prepare_file(const std::vector<std::byte>& bytes,
                                  const features::ModelCard& card,
                                  const image::DecodeLimits& limits);
Result<std::vector<float>> checked(Result<features::Embedding> embedding, const std::string& model);

}  // namespace

PictureEmbedder::PictureEmbedder(features::Extractor& extractor, const EmbedderOptions& options)
    : extractor_(extractor), options_(options) {
    const std::uint32_t cores = std::max(1U, std::thread::hardware_concurrency());
    const std::uint32_t threads = options.decoders > 0 ? options.decoders : cores;
    try {
        for (std::uint32_t i = 0; i < threads; ++i) {
            decoders_.emplace_back([this] { work(); });
        }
    } catch (...) {
        end_decoders();  // those that could be started would wait for ever
        throw;
    }
}

PictureEmbedder::~PictureEmbedder() {
    cancel();
    end_decoders();
    drain();
}

void PictureEmbedder::end_decoders() {
    state_.lock()->is_closing = true;
    filled_.notify_all();
    decoders_.clear();  // joins
}

void PictureEmbedder::submit(std::vector<std::byte> file, Done done) {
    Job job{std::move(file), std::make_shared<const Done>(std::move(done))};
    const std::size_t size_bytes = job.file.size();
    auto state = state_.lock();
    room_.wait(state.lock(), [&] {
        return state->waiting.empty() ||
               (state->waiting.size() < options_.waiting_files_max &&
                state->waiting_bytes + size_bytes <= options_.waiting_bytes_max);
    });
    state->waiting.push_back(std::move(job));
    state->waiting_bytes += size_bytes;
    ++state->unanswered;
    filled_.notify_one();
}

void PictureEmbedder::drain() {
    auto state = state_.lock();
    answered_.wait(state.lock(), [&] { return state->unanswered == 0; });
}

void PictureEmbedder::cancel() {
    std::deque<Job> cancelled;
    {
        auto state = state_.lock();
        cancelled.swap(state->waiting);
        state->waiting_bytes = 0;
    }
    room_.notify_all();
    for (Job& job : cancelled) {
        answer(*job.done, tl::unexpected(Error(ErrorCode::kCancelled, "cancelled")));
    }
}

void PictureEmbedder::work() {
    while (auto job = take())
        run(std::move(*job));
}

std::optional<PictureEmbedder::Job> PictureEmbedder::take() {
    auto state = state_.lock();
    filled_.wait(state.lock(), [&] { return state->is_closing || !state->waiting.empty(); });
    if (state->waiting.empty()) return std::nullopt;
    std::optional<Job> job(std::move(state->waiting.front()));
    state->waiting.pop_front();
    state->waiting_bytes -= job->file.size();
    room_.notify_one();
    return job;
}

/// The next file may need less memory, and this one may find more another time.
void PictureEmbedder::run(Job job) {
    const auto submitted =
        or_out_of_memory([&] { return decode_and_submit(job); }, ErrorCode::kInternal);
    if (!submitted) answer(*job.done, tl::unexpected(submitted.error()));
}

Result<void> PictureEmbedder::decode_and_submit(Job& job) {
    PreparedFile prepared = TRY(prepare_file(job.file, extractor_.card(), options_.limits));
    job.file = {};
    extractor_.submit(std::move(prepared.input), features::Urgency::kBulk,
                      [this, done = job.done,
                       file = std::move(prepared.file)](Result<features::Embedding> embedding) {
                          const auto embed = [&]() -> Result<EmbeddedFile> {
                              EmbeddedFile embedded = file;
                              embedded.vector =
                                  TRY(checked(std::move(embedding), extractor_.card().name));
                              return embedded;
                          };
                          answer(*done, or_out_of_memory(embed, ErrorCode::kInternal));
                      });
    return {};
}

void PictureEmbedder::answer(const Done& done, Result<EmbeddedFile> result) {
    const auto tell = [&]() -> Result<void> {
        done(std::move(result));
        return {};
    };
    const auto told = or_out_of_memory(tell, ErrorCode::kUnavailable);
    if (!told) done(tl::unexpected(told.error()));
    // Notified under the lock: who drains may destroy this as soon as it is let go.
    auto state = state_.lock();
    if (--state->unanswered == 0) answered_.notify_all();
}

namespace {

Result<PreparedFile> prepare_file(const std::vector<std::byte>& bytes,
                                  const features::ModelCard& card,
                                  const image::DecodeLimits& limits) {
    PreparedFile prepared;
    const image::Decoded decoded =
        TRY(image::decode(bytes, features::decode_options(card, limits)));
    prepared.file.size = decoded.original;
    prepared.file.format = decoded.format;
    prepared.file.photograph = image::photograph_of(bytes, decoded.format);
    prepared.file.preview = image::shrink_roughly(decoded.picture, kPreviewSide);
    prepared.input = TRY(features::prepare(decoded.picture, decoded.original, card));
    return prepared;
}

/// A model that does not run is in the way of every file, and no fault of this one; an output that
/// is not finite (kUnsupported) is.
Result<std::vector<float>> checked(Result<features::Embedding> embedding,
                                   const std::string& model) {
    if (embedding || embedding.error().code() == ErrorCode::kUnsupported) return embedding;
    return fail(ErrorCode::kUnavailable, "model {}: {}", model, embedding.error().message());
}

}  // namespace
}  // namespace sokkuri::service
