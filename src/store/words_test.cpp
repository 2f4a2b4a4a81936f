// Words against a plain reading: a text contains a word when its tokens do, and (for runs of three
// letters and more) the letters stand side by side.
#include "store/words.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace sokkuri::store {
namespace {

bool text_has(std::string_view text, std::string_view asked) {
    const std::vector<Word> words = words_of(text);
    const std::vector<Word> wanted = words_of(asked);
    EXPECT_FALSE(wanted.empty()) << asked;
    return std::all_of(wanted.begin(), wanted.end(),
                       [&](const Word& word) { return contains(words, word); });
}

TEST(Words, MatchesWholeWordsOfSpacedScripts) {
    EXPECT_TRUE(text_has("Red shoes, size 42", "shoes"));
    EXPECT_TRUE(text_has("Red shoes, size 42", "RED"));
    EXPECT_TRUE(text_has("Red shoes, size 42", "42"));
    EXPECT_FALSE(text_has("Hundred shoes", "red"));
    EXPECT_TRUE(text_has("CAFÉ Ärger", "café"));
    EXPECT_TRUE(text_has("ΟΔΟΣ Москва", "οδος"));
    EXPECT_TRUE(text_has("ΟΔΟΣ Москва", "МОСКВА"));
}

TEST(Words, MatchesAnyPartOfScriptsWithoutSpaces) {
    EXPECT_TRUE(text_has("東京都の赤い靴", "東京"));
    EXPECT_TRUE(text_has("東京都の赤い靴", "京都"));
    EXPECT_TRUE(text_has("東京都の赤い靴", "靴"));
    EXPECT_TRUE(text_has("白いスニーカー新品", "スニーカー"));
    EXPECT_FALSE(text_has("白いスニーカー新品", "スニカー"));
    EXPECT_FALSE(text_has("赤い。靴", "い靴"));
    EXPECT_TRUE(text_has("Nike赤スニーカー27cm", "nike"));
    EXPECT_TRUE(text_has("Nike赤スニーカー27cm", "27cm"));
}

TEST(Words, FoldsWidths) {
    EXPECT_TRUE(text_has("ＮＩＫＥ　２７", "nike"));
    EXPECT_TRUE(text_has("ﾊﾞｯｸﾞ", "バッグ"));
    EXPECT_TRUE(text_has("ﾍﾟﾝ", "ペン"));
    EXPECT_TRUE(text_has("バッグ", "ﾊﾞｯｸﾞ"));
}

TEST(Words, FindsByTokensWhatItContains) {
    std::mt19937 random(11);
    const std::u32string alphabet = U"ab 赤靴東京ー。1";
    const auto random_text = [&](std::size_t longest) {
        std::u32string text;
        for (std::size_t n = random() % longest + 1; n > 0; --n)
            text.push_back(alphabet[random() % alphabet.size()]);
        std::string utf8;
        for (const char32_t letter : text) {
            if (letter < 0x80) {
                utf8.push_back(static_cast<char>(letter));
                continue;
            }
            utf8.push_back(static_cast<char>(0xE0U | letter >> 12U));
            utf8.push_back(static_cast<char>(0x80U | (letter >> 6U & 0x3FU)));
            utf8.push_back(static_cast<char>(0x80U | (letter & 0x3FU)));
        }
        return utf8;
    };
    for (int round = 0; round < 5'000; ++round) {
        const std::string text = random_text(12);
        const std::vector<std::string> tokens = index_tokens(text);
        ASSERT_TRUE(std::is_sorted(tokens.begin(), tokens.end()));
        for (const Word& word : words_of(random_text(4))) {
            const std::vector<std::string> wanted = tokens_of(word);
            const bool has_tokens =
                std::all_of(wanted.begin(), wanted.end(), [&](const std::string& token) {
                    return std::binary_search(tokens.begin(), tokens.end(), token);
                });
            const bool has_word = contains(words_of(text), word);
            ASSERT_TRUE(!has_word || has_tokens) << text;
            ASSERT_TRUE(!is_told_by_tokens(word) || has_word == has_tokens) << text;
        }
    }
}

TEST(Words, SurvivesBytesThatAreNoText) {
    std::mt19937 random(5);
    for (int round = 0; round < 5'000; ++round) {
        std::string bytes(random() % 20, '\0');
        for (char& byte : bytes)
            byte = static_cast<char>(random());
        for (const Word& word : words_of(bytes))
            ASSERT_FALSE(word.letters.empty());
    }
}

}  // namespace
}  // namespace sokkuri::store
