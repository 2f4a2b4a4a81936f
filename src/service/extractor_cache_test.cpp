#include "service/extractor_cache.h"

#include "service/testing/picture_folder.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace sokkuri::service {
namespace {

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
            threads.emplace_back([&] { extractor = cache.get(model_, choice_).value(); });
        }
    }
    for (const auto& extractor : got) {
        EXPECT_EQ(extractor, got.front());
    }
}

TEST_F(ExtractorCacheOfSmallModel, TellsPrecisionsApart) {
    ExtractorCache cache;
    const auto one = cache.get(model_, choice_).value();
    choice_.precision = features::Precision::kF32;
    choice_.threads = 1;
    EXPECT_NE(cache.get(model_, choice_).value(), one);
}

TEST_F(ExtractorCacheOfSmallModel, DoesNotKeepErrors) {
    ExtractorCache cache;
    features::Model missing = model_;
    missing.directory += "-missing";
    EXPECT_FALSE(cache.get(missing, choice_));
    EXPECT_FALSE(cache.get(missing, choice_));
    EXPECT_TRUE(cache.get(model_, choice_));
}

}  // namespace
}  // namespace sokkuri::service
