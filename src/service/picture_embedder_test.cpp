// Goal: a file for which there is no memory fails by itself, and the others go on. Method: a model
// that is none, and whose calls find no memory when they are told to.
#include "service/picture_embedder.h"

#include "image/thumbnail.h"
#include "service/ingest_plan.h"

#include <gtest/gtest.h>

#include <new>
#include <optional>

namespace sokkuri::service {
namespace {

constexpr std::uint32_t kSide = 16;

enum class NoMemory { kNever, kBeforeTheModel, kInTheModel };

/// One number for every picture, at once.
class SmallModel final : public features::Extractor {
 public:
    /// Once.
    void run_out_of_memory(NoMemory when) { when_ = when; }

    const features::ModelCard& card() const override {
        strike(NoMemory::kBeforeTheModel);
        return card_;
    }
    features::Precision precision() const override { return features::Precision::kF32; }
    std::uint32_t requests_in_flight_max() const override { return 1; }
    void submit(image::Picture /*prepared*/, features::Urgency /*urgency*/,
                features::EmbeddingCallback done) override {
        strike(NoMemory::kInTheModel);
        done(features::Embedding{1});
    }
    void drain() override {}

 private:
    void strike(NoMemory place) const {
        if (when_ != place) return;
        when_ = NoMemory::kNever;
        throw std::bad_alloc();
    }

    const features::ModelCard card_{.name = "small", .input_size = kSide, .dimension = 1};
    mutable NoMemory when_ = NoMemory::kNever;
};

std::vector<std::byte> small_jpeg() {
    const image::Picture gray{.size = {kSide, kSide},
                              .rgb = std::vector<std::uint8_t>(3 * kSide * kSide, 128)};
    return image::encode_jpeg(gray, 90).value();
}

/// Empty: no error.
using Answers = Guarded<std::vector<std::optional<ErrorCode>>>;

std::optional<ErrorCode> code_of(const Result<EmbeddedFile>& answer) {
    return answer ? std::nullopt : std::optional(answer.error().code());
}

TEST(PictureEmbedder, AnswersForTheFileThatFindsNoMemoryAndGoesOn) {
    for (const NoMemory when : {NoMemory::kBeforeTheModel, NoMemory::kInTheModel}) {
        SmallModel model;
        model.run_out_of_memory(when);
        Answers answers;
        PictureEmbedder embedder(model, {.decoders = 1});
        for (int file = 0; file < 3; ++file) {
            embedder.submit(small_jpeg(), [&](const Result<EmbeddedFile>& answer) {
                answers.lock()->push_back(code_of(answer));
            });
        }
        embedder.drain();
        const std::vector<std::optional<ErrorCode>> expected = {ErrorCode::kInternal, {}, {}};
        EXPECT_EQ(*answers.lock(), expected);
    }
}

TEST(PictureEmbedder, AnswersOnceMoreWhereTheAnswerFindsNoMemory) {
    SmallModel model;
    Answers answers;
    PictureEmbedder embedder(model, {.decoders = 1});
    embedder.submit(small_jpeg(), [&](const Result<EmbeddedFile>& answer) {
        answers.lock()->push_back(code_of(answer));
        if (answer) throw std::bad_alloc();
    });
    embedder.drain();
    const std::vector<std::optional<ErrorCode>> expected = {{}, ErrorCode::kUnavailable};
    EXPECT_EQ(*answers.lock(), expected);
}

/// As one that was never read: the state of a file that was, with its failure, would be believed.
TEST(PictureEmbedder, AFileThatFoundNoMemoryIsTriedAgain) {
    const PictureToEmbed picture{.state = {.path = "a.jpg", .content = xxh128(small_jpeg())}};
    const auto change = change_of(picture, Error(ErrorCode::kInternal, "out of memory"));
    EXPECT_EQ(change.state->content, Hash128{});
    const auto broken = change_of(picture, Error(ErrorCode::kCorruption, "it ends too soon"));
    EXPECT_EQ(broken.state->content, picture.state.content);
}

/// With its record would go what people said of it.
TEST(PictureEmbedder, AFileThatFoundNoMemoryKeepsItsRecord) {
    const PictureToEmbed picture{.state = {.path = "a.jpg", .id = "1"}, .has_record = true};
    const auto change = change_of(picture, Error(ErrorCode::kInternal, "out of memory"));
    EXPECT_EQ(change.outcome, FileOutcome::kFailed);
    EXPECT_TRUE(change.removed_id.empty() && !change.state);
    EXPECT_EQ(change_of(picture, Error(ErrorCode::kCorruption, "no picture")).removed_id, "1");
}

}  // namespace
}  // namespace sokkuri::service
