// Known answers, hostile files, and what the extractor promises about order and threads.
#include "features/extractor.h"

#include "base/file_system.h"
#include "base/guarded.h"
#include "base/sha256.h"
#include "base/testing/temporary_directory.h"
#include "features/compiled_model.h"
#include "features/openvino/entry.h"
#include "features/testing/onnx_writer.h"
#include "features/testing/test_data.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <string_view>
#include <thread>

namespace sokkuri::features {
namespace {

using testing::cosine;
using testing::largest_difference;
using testing::read_npy;

std::string write_model(const std::string& directory, const std::string& bytes) {
    const auto written = replace_file(posix_file_system(), join_path(directory, "model.onnx"),
                                      std::as_bytes(std::span(bytes)));
    EXPECT_TRUE(written) << written.error().message();
    return sha256_hex(std::as_bytes(std::span(bytes)));
}

/// The card of testing::small_classifier, written into `directory`.
ModelCard small_model(const std::string& directory) {
    ModelCard card;
    card.name = "small";
    card.file = "model.onnx";
    card.sha256 = write_model(directory, testing::small_classifier(32).bytes());
    card.input_size = 32;
    card.mean = {0.5F, 0.4F, 0.3F};
    card.std = {0.2F, 0.25F, 0.5F};
    card.input_tensor = "picture";
    card.output_tensor = "flat";
    card.dimension = 8;
    return card;
}

image::Picture noise(std::uint32_t side, unsigned seed) {
    std::mt19937 random(seed);
    image::Picture picture{.size = {side, side},
                           .rgb = std::vector<std::uint8_t>(3U * side * side)};
    for (std::uint8_t& value : picture.rgb) {
        value = static_cast<std::uint8_t>(random());
    }
    return picture;
}

/// What the network itself wants for `picture`: normalized floats, channels first.
std::vector<float> normalized(const image::Picture& picture, const ModelCard& card) {
    const std::size_t pixels = std::size_t{card.input_size} * card.input_size;
    std::vector<float> tensor(3 * pixels);
    for (std::size_t i = 0; i < 3 * pixels; ++i) {
        const std::size_t channel = i % 3;
        const float value = static_cast<float>(picture.rgb[i]) / 255.0F;
        tensor[channel * pixels + i / 3] = (value - card.mean[channel]) / card.std[channel];
    }
    return tensor;
}

/// Compares one card's model with reference rows: every input row gives the output row of the same
/// number.
void expect_known_answers(const ModelCard& card, const std::string& directory,
                          const std::string& input_file, const std::string& output_file) {
    const std::string check = testing::test_data_folder() + "/models/check/";
    const auto inputs = read_npy(check + input_file);
    const auto outputs = read_npy(check + output_file);
    ASSERT_TRUE(inputs && outputs);
    const openvino::Entry* entry = openvino::entry().value();
    const std::size_t size = std::size_t{3} * card.input_size * card.input_size;
    ASSERT_GE(inputs->values.size(), size);
    for (std::size_t row = 0; row < inputs->values.size() / size; ++row) {
        const std::span<const float> input = std::span(inputs->values).subspan(row * size, size);
        const auto first =
            outputs->values.begin() + static_cast<std::ptrdiff_t>(row * card.dimension);
        const std::vector<float> expected(first, first + card.dimension);
        const auto f32 = entry->infer_tensor(card, directory, Precision::kF32, input);
        ASSERT_TRUE(f32) << f32.error().message();
        EXPECT_LE(largest_difference(*f32, expected), 1e-3F) << input_file << " row " << row;
        const auto best = entry->infer_tensor(card, directory, Precision::kAuto, input);
        ASSERT_TRUE(best) << best.error().message();
        EXPECT_GE(cosine(*best, expected), 0.998) << input_file << " row " << row;
    }
}

TEST(Extractor, GivesTheKnownAnswersOfTheDefaultModel) {
    if (!testing::exists(testing::test_data_folder())) GTEST_SKIP() << "test data not found";
    const auto card = testing::default_model_card();
    ASSERT_TRUE(card) << card.error().message();
    expect_known_answers(*card, testing::default_model_folder(), "efficientnet_lite0_input.npy",
                         "efficientnet_lite0_embedding.npy");
}

TEST(Extractor, GivesTheKnownAnswersOfSqueezenet) {
    if (!testing::exists(testing::test_data_folder())) GTEST_SKIP() << "test data not found";
    auto card = testing::card_of_test_model("squeezenet1.1.onnx");
    ASSERT_TRUE(card) << card.error().message();
    card->output_tensor = "logits";  // the reference outputs are class scores
    card->dimension = 1000;
    for (const std::string number : {"0", "1", "2"}) {
        expect_known_answers(*card, testing::test_data_folder() + "/models",
                             "squeezenet1.1_input_" + number + ".npy",
                             "squeezenet1.1_output_" + number + ".npy");
    }
}

TEST(Extractor, NormalizesPicturesAsTheCardSays) {
    const sokkuri::testing::TemporaryDirectory directory;
    const ModelCard card = small_model(directory.path());
    const auto extractor = Extractor::load(card, directory.path(), {.precision = Precision::kF32});
    ASSERT_TRUE(extractor) << extractor.error().message();
    const openvino::Entry* entry = openvino::entry().value();
    for (unsigned seed = 0; seed < 5; ++seed) {
        const image::Picture picture = noise(32, seed);
        const auto expected =
            entry->infer_tensor(card, directory.path(), Precision::kF32, normalized(picture, card));
        const auto embedding = (*extractor)->embed(picture);
        ASSERT_TRUE(embedding && expected);
        EXPECT_LE(largest_difference(*embedding, *expected), 1e-4F);
    }
}

Error error_of_load(const ModelCard& card, const std::string& directory) {
    const auto extractor = Extractor::load(card, directory, {});
    EXPECT_FALSE(extractor);
    return extractor ? Error(ErrorCode::kInternal, "none") : extractor.error();
}

TEST(Extractor, SaysWhatIsWrongWithAModelOrItsCard) {
    const sokkuri::testing::TemporaryDirectory directory;
    const ModelCard good = small_model(directory.path());
    const auto refuses = [&](auto change, ErrorCode code, std::string_view word) {
        ModelCard card = good;
        change(card);
        const Error error = error_of_load(card, directory.path());
        EXPECT_EQ(error.code(), code) << error.message();
        EXPECT_NE(error.message().find(word), std::string::npos) << error.message();
    };
    refuses([](ModelCard& card) { card.sha256[0] = card.sha256[0] == 'a' ? 'b' : 'a'; },
            ErrorCode::kCorruption, "SHA-256 is");
    refuses([](ModelCard& card) { card.file = "other.onnx"; }, ErrorCode::kNotFound, "other.onnx");
    refuses([](ModelCard& card) { card.output_tensor = "nothing"; }, ErrorCode::kUnsupported,
            "output_tensor nothing: the model has no such tensor");
    refuses([](ModelCard& card) { card.input_tensor = "nothing"; }, ErrorCode::kUnsupported,
            "input_tensor nothing");
    refuses([](ModelCard& card) { card.dimension = 9; }, ErrorCode::kInvalidArgument,
            "flat gives 8 numbers, the card says dimension 9");
    refuses([](ModelCard& card) { card.input_size = 64; }, ErrorCode::kInvalidArgument,
            "the card says [1,3,64,64]");
    refuses([](ModelCard& card) { card.layout = Layout::kNhwc; }, ErrorCode::kInvalidArgument,
            "the card says [1,32,32,3]");
    refuses([](ModelCard& card) { card.output_tensor = ""; }, ErrorCode::kInvalidArgument,
            "output_tensor: empty");
}

TEST(Extractor, RefusesFilesThatAreNoModels) {
    const sokkuri::testing::TemporaryDirectory directory;
    ModelCard card = small_model(directory.path());
    const std::string good = testing::small_classifier(32).bytes();
    for (const std::string& bytes :
         {std::string(), std::string("not a model\n"), std::string(100'000, '\0'),
          good.substr(0, 10), good.substr(0, good.size() / 2), good.substr(0, good.size() - 1),
          std::string("\x08\x08")}) {
        card.sha256 = write_model(directory.path(), bytes);
        const Error error = error_of_load(card, directory.path());
        EXPECT_TRUE(error.code() == ErrorCode::kCorruption ||
                    error.code() == ErrorCode::kUnsupported)
            << error.message();
        EXPECT_LE(error.message().size(), 600U) << error.message();
    }
}

TEST(Extractor, RefusesModelsWhoseWeightsAreInOtherFiles) {
    const sokkuri::testing::TemporaryDirectory directory;
    ModelCard card = small_model(directory.path());
    testing::OnnxWriter model("elsewhere");
    model.input("picture", {-1, 3, 32, 32})
        .weights_elsewhere("kernel", {8, 3, 3, 3}, "weights.bin")
        .node("Conv", {"picture", "kernel"}, "convolved")
        .node("GlobalAveragePool", {"convolved"}, "pooled")
        .node("Flatten", {"pooled"}, "flat")
        .output("flat", {-1, 8});
    card.sha256 = write_model(directory.path(), model.bytes());
    const Error error = error_of_load(card, directory.path());
    EXPECT_EQ(error.code(), ErrorCode::kUnsupported);
    EXPECT_NE(error.message().find("weights are in other files"), std::string::npos)
        << error.message();
}

TEST(Extractor, SurvivesFlippedBytesAndCuts) {
    const sokkuri::testing::TemporaryDirectory directory;
    ModelCard card = small_model(directory.path());
    const std::string good = testing::small_classifier(32).bytes();
    std::mt19937 random(5);
    for (int round = 0; round < 60; ++round) {
        std::string bytes = good;
        // Weights are most of the file; the interesting bytes are the few around them.
        for (int flips = 0; flips < 3; ++flips) {
            const std::size_t place = random() % bytes.size();
            bytes[place] = static_cast<char>(bytes[place] ^ (1 << random() % 8));
        }
        if (round % 5 == 0) bytes.resize(random() % bytes.size());
        card.sha256 = write_model(directory.path(), bytes);
        if (const auto extractor = Extractor::load(card, directory.path(), {})) {
            (void)(*extractor)->embed(noise(32, 1));
        }
    }
}

/// Loads the default model for one request at a time.
std::unique_ptr<Extractor> default_extractor(Urgency tuned_for) {
    const auto card = testing::default_model_card();
    EXPECT_TRUE(card) << card.error().message();
    auto extractor = Extractor::load(
        *card, testing::default_model_folder(),
        {.cache_directories = compiled_model_directories(testing::default_model_folder()),
         .tuned_for = tuned_for});
    EXPECT_TRUE(extractor) << extractor.error().message();
    return *std::move(extractor);
}

TEST(Extractor, InteractiveRequestsOvertakeWaitingBulkOnes) {
    const std::unique_ptr<Extractor> extractor = default_extractor(Urgency::kInteractive);
    ASSERT_EQ(extractor->requests_in_flight_max(), 1U);
    Guarded<std::vector<std::string>> order;
    const auto note = [&](const char* name) {
        return [&order, name](const Result<Embedding>& embedding) {
            EXPECT_TRUE(embedding);
            order.lock()->push_back(name);
        };
    };
    // One inference takes several milliseconds, the three calls microseconds.
    extractor->submit(noise(224, 1), Urgency::kBulk, note("running"));
    extractor->submit(noise(224, 2), Urgency::kBulk, note("waiting"));
    extractor->submit(noise(224, 3), Urgency::kInteractive, note("interactive"));
    extractor->drain();
    EXPECT_EQ(*order.lock(), (std::vector<std::string>{"running", "interactive", "waiting"}));
}

TEST(Extractor, DrainAndDestructionWaitForEveryCallback) {
    const sokkuri::testing::TemporaryDirectory directory;
    const ModelCard card = small_model(directory.path());
    auto extractor = *Extractor::load(card, directory.path(), {});
    std::atomic<int> done = 0;
    const auto count = [&](const Result<Embedding>&) {
        std::this_thread::yield();
        ++done;
    };
    for (int i = 0; i < 200; ++i) {
        extractor->submit(noise(32, 1), Urgency::kBulk, count);
    }
    extractor->drain();
    EXPECT_EQ(done, 200);
    for (int i = 0; i < 50; ++i) {
        extractor->submit(noise(32, 1), i % 2 == 0 ? Urgency::kBulk : Urgency::kInteractive, count);
    }
    extractor.reset();
    EXPECT_EQ(done, 250);
}

TEST(Extractor, AnswersEachOfManyThreadsWithItsOwnPicture) {
    const sokkuri::testing::TemporaryDirectory directory;
    const ModelCard card = small_model(directory.path());
    const auto extractor = *Extractor::load(card, directory.path(), {.precision = Precision::kF32});
    std::vector<Embedding> expected;
    for (unsigned seed = 0; seed < 8; ++seed) {
        expected.push_back(*extractor->embed(noise(32, seed)));
    }
    std::vector<std::jthread> threads;
    for (unsigned seed = 0; seed < 8; ++seed) {
        threads.emplace_back([&, seed] {
            for (int i = 0; i < 100; ++i) {
                const auto embedding = extractor->embed(noise(32, seed));
                ASSERT_TRUE(embedding);
                EXPECT_LE(largest_difference(*embedding, expected[seed]), 1e-6F);
            }
        });
    }
}

TEST(Extractor, ReportsThePrecisionInForce) {
    const sokkuri::testing::TemporaryDirectory directory;
    const ModelCard card = small_model(directory.path());
    for (const Precision asked : {Precision::kAuto, Precision::kF32, Precision::kBf16}) {
        const auto extractor = *Extractor::load(card, directory.path(), {.precision = asked});
        EXPECT_NE(extractor->precision(), Precision::kAuto);
        if (asked == Precision::kF32) {
            EXPECT_EQ(extractor->precision(), Precision::kF32);
        }
    }
    EXPECT_EQ(parse_precision("bf16").value(), Precision::kBf16);
    EXPECT_FALSE(parse_precision("f16"));
}

std::vector<std::string> files_in(const std::string& directory) {
    std::vector<std::string> names;
    const auto entries = posix_file_system().list(directory).value();
    for (const DirectoryEntry& entry : entries) {
        names.push_back(join_path(directory, entry.name));
    }
    return names;
}

TEST(Extractor, GivesTheSameVectorsFromAKeptCompiledModel) {
    const sokkuri::testing::TemporaryDirectory directory;
    const ModelCard card = small_model(directory.path());
    const ExtractorOptions options{.cache_directories = {join_path(directory.path(), "kept")}};
    const Embedding first =
        *(*Extractor::load(card, directory.path(), options))->embed(noise(32, 1));
    ASSERT_EQ(files_in(join_path(directory.path(), "kept")).size(), 1U);
    for (const Urgency urgency : {Urgency::kBulk, Urgency::kInteractive}) {
        ExtractorOptions again = options;
        again.tuned_for = urgency;
        const auto extractor = Extractor::load(card, directory.path(), again);
        ASSERT_TRUE(extractor);
        EXPECT_LE(largest_difference(*(*extractor)->embed(noise(32, 1)), first), 1e-6F);
    }
    EXPECT_EQ(files_in(join_path(directory.path(), "kept")).size(), 1U);
}

TEST(Extractor, HealsABrokenCompiledModelSilently) {
    const sokkuri::testing::TemporaryDirectory directory;
    const ModelCard card = small_model(directory.path());
    const ExtractorOptions options{.cache_directories = {join_path(directory.path(), "kept")}};
    const Embedding first =
        *(*Extractor::load(card, directory.path(), options))->embed(noise(32, 1));
    const std::string kept = files_in(join_path(directory.path(), "kept")).at(0);
    const std::vector<std::byte> good = *read_file(posix_file_system(), kept, 64U << 20);
    for (const std::size_t cut : {std::size_t{0}, std::size_t{100}, good.size() - 1}) {
        const std::span<const std::byte> broken = std::span(good).first(cut);
        ASSERT_TRUE(replace_file(posix_file_system(), kept, broken));
        const auto extractor = Extractor::load(card, directory.path(), options);
        ASSERT_TRUE(extractor) << extractor.error().message();
        EXPECT_LE(largest_difference(*(*extractor)->embed(noise(32, 1)), first), 1e-6F);
        // Made again, and not byte by byte the same: OpenVINO notes in it what it likes.
        const std::vector<std::byte> healed = *read_file(posix_file_system(), kept, 64U << 20);
        EXPECT_FALSE(std::equal(healed.begin(), healed.end(), broken.begin(), broken.end()));
    }
}

TEST(Extractor, DoesNotHideAChangedModelFileBehindItsCompiledModel) {
    const sokkuri::testing::TemporaryDirectory directory;
    const ModelCard card = small_model(directory.path());
    const ExtractorOptions options{.cache_directories = {join_path(directory.path(), "kept")}};
    ASSERT_TRUE(Extractor::load(card, directory.path(), options));
    write_model(directory.path(), "something else");
    const auto extractor = Extractor::load(card, directory.path(), options);
    ASSERT_FALSE(extractor);
    EXPECT_EQ(extractor.error().code(), ErrorCode::kCorruption);
}

}  // namespace
}  // namespace sokkuri::features
