#include "service/extractor_cache.h"

#include "service/testing/picture_folder.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace sokkuri::service {
namespace {

using features::Urgency;
using std::chrono::seconds;

class ExtractorCacheOfSmallModel : public ::testing::Test {
 protected:
    void SetUp() override {
        if (testing::models_folder().empty()) GTEST_SKIP() << testing::missing_data();
        choice_ = testing::PictureFolder().request().model;
        model_ = choose_model(posix_file_system(), choice_, std::nullopt).value();
    }

    ModelChoice choice_;
    features::Model model_;
};

TEST_F(ExtractorCacheOfSmallModel, LoadsOnceForAllThreads) {
    ExtractorCache cache;
    std::vector<std::shared_ptr<features::Extractor>> got(4);
    {
        std::vector<std::jthread> threads;
        for (auto& extractor : got) {
            threads.emplace_back(
                [&] { extractor = cache.get(model_, choice_, Urgency::kInteractive).value(); });
        }
    }
    for (const auto& extractor : got) {
        EXPECT_EQ(extractor, got.front());
    }
}

TEST_F(ExtractorCacheOfSmallModel, TellsPrecisionsApart) {
    ExtractorCache cache;
    const auto one = cache.get(model_, choice_, Urgency::kInteractive).value();
    choice_.precision = features::Precision::kF32;
    choice_.threads = 1;
    EXPECT_NE(cache.get(model_, choice_, Urgency::kInteractive).value(), one);
}

TEST_F(ExtractorCacheOfSmallModel, DoesNotKeepErrors) {
    ExtractorCache cache;
    features::Model missing = model_;
    missing.directory += "-missing";
    EXPECT_FALSE(cache.get(missing, choice_, Urgency::kInteractive));
    EXPECT_FALSE(cache.get(missing, choice_, Urgency::kInteractive));
    EXPECT_TRUE(cache.get(model_, choice_, Urgency::kInteractive));
}

TEST_F(ExtractorCacheOfSmallModel, TunesByUrgencyUnlessShared) {
    ExtractorCache of_command;
    EXPECT_NE(of_command.get(model_, choice_, Urgency::kInteractive).value(),
              of_command.get(model_, choice_, Urgency::kBulk).value());
    ExtractorCache of_server(ExtractorTuning::kShared);
    EXPECT_EQ(of_server.get(model_, choice_, Urgency::kInteractive).value(),
              of_server.get(model_, choice_, Urgency::kBulk).value());
}

TEST_F(ExtractorCacheOfSmallModel, UnloadsWhatIsIdleAndNothingElse) {
    auto now = std::chrono::steady_clock::time_point();
    ExtractorCache cache(ExtractorTuning::kShared, [&] { return now; });
    auto used = cache.get(model_, choice_, Urgency::kBulk).value();
    const std::weak_ptr<features::Extractor> watched = used;
    now += ExtractorCache::kIdleMax;
    cache.sweep();
    EXPECT_FALSE(watched.expired());
    used.reset();
    now += ExtractorCache::kIdleMax - seconds(1);
    cache.sweep();
    EXPECT_FALSE(watched.expired()) << "in use a moment ago";
    now += seconds(1);
    cache.sweep();
    EXPECT_TRUE(watched.expired());
    EXPECT_TRUE(cache.get(model_, choice_, Urgency::kBulk));
}

}  // namespace
}  // namespace sokkuri::service
