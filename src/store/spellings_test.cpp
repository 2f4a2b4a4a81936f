#include "store/spellings.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace sokkuri::store {
namespace {

std::vector<std::string> spellings(std::string_view text) {
    const std::vector<Word> words = words_of(text);
    EXPECT_EQ(words.size(), 1U) << text;
    std::vector<std::string> found = spellings_of(words.front());
    std::sort(found.begin(), found.end());
    return found;
}

TEST(Spellings, AreTheSameForEveryWayToWriteAWord) {
    for (const char* text : {"STRASSE", "Straße", "STRAẞE", "strasse"}) {
        EXPECT_EQ(spellings(text), (std::vector<std::string>{"strasse", "straße", "straẞe"}));
    }
    EXPECT_EQ(spellings("NGƯỜI"), spellings("người"));
    EXPECT_EQ(spellings("ȘTIINȚĂ"), spellings("știință"));
    EXPECT_EQ(spellings("ŸS"), spellings("ÿs"));
    EXPECT_EQ(spellings("sßs").size(), 11U);
    EXPECT_EQ(spellings("sßs"), spellings("ẞß"));
    EXPECT_EQ(spellings("shoes"), std::vector<std::string>{"shoes"});
    EXPECT_EQ(spellings("Ж"), std::vector<std::string>{"ж"});
}

TEST(Spellings, AreFewWhateverTheWord) {
    EXPECT_EQ(spellings(std::string(40, 's')), std::vector<std::string>{std::string(40, 's')});
    std::string sharp;
    for (int i = 0; i < 100'000; ++i)
        sharp += "ß";
    EXPECT_EQ(spellings(sharp), std::vector<std::string>{sharp});
}

/// Each is one of the ways of any other, and folds to the same.
TEST(Spellings, HoldTheWordItselfAndEachOnce) {
    constexpr unsigned kSeed = 9;
    std::mt19937 random(kSeed);
    constexpr std::u32string_view kLetters = U"sßẞSaơƠÿŸǎǍȚț";
    for (int round = 0; round < 2'000; ++round) {
        std::u32string letters;
        for (std::size_t n = 1 + random() % 6; n > 0; --n)
            letters += kLetters[random() % kLetters.size()];
        const Word word = words_of(utf8_of(letters)).front();
        const std::vector<std::string> found = spellings(utf8_of(letters));
        ASSERT_LE(found.size(), kSpellingsMax);
        ASSERT_EQ(std::set<std::string>(found.begin(), found.end()).size(), found.size());
        ASSERT_TRUE(std::ranges::binary_search(found, utf8_of(word.letters))) << kSeed;
        if (found.size() == 1) continue;
        for (const std::string& other : found) {
            ASSERT_EQ(fully_folded(words_of(other).front().letters), fully_folded(word.letters));
            ASSERT_EQ(spellings(other), found) << other << " seed " << kSeed;
        }
    }
}

}  // namespace
}  // namespace sokkuri::store
