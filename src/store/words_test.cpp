// Words against a plain reading: a text contains a word when its tokens do, or (for runs of three
// letters and more) when the word's pairs stand side by side.
#include "store/words.h"

#include <fmt/format.h>
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
    EXPECT_TRUE(text_has("Lange Straße", "STRASSE"));
    EXPECT_TRUE(text_has("LANGE STRASSE", "straße"));
    EXPECT_FALSE(text_has("Lange Strase", "straße"));
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

std::string random_text(std::mt19937& random, std::size_t longest) {
    static constexpr std::u32string_view kAlphabet = U"ab 赤靴東京ー。1ガカﾊﾞﾟＡé😀\u3099\u0301ｶ한ก";
    std::u32string text;
    for (std::size_t n = random() % longest + 1; n > 0; --n)
        text.push_back(kAlphabet[random() % kAlphabet.size()]);
    return utf8_of(text);
}

std::vector<std::string> tokens_of(std::string_view text) {
    std::vector<std::string> tokens;
    FoldedWords words;
    for (const FoldedWords::Part& word : words.of(text))
        visit_tokens(word, [&](std::string_view token) { tokens.emplace_back(token); });
    std::sort(tokens.begin(), tokens.end());
    return tokens;
}

TEST(Words, FoldsToTheSameInUtf8) {
    std::mt19937 random(12);
    FoldedWords folded;
    for (int round = 0; round < 5'000; ++round) {
        const std::string text = random_text(random, 12);
        const std::vector<Word> words = words_of(text);
        const std::vector<FoldedWords::Part>& parts = folded.of(text);
        ASSERT_EQ(parts.size(), words.size()) << text;
        for (std::size_t i = 0; i < parts.size(); ++i) {
            ASSERT_EQ(parts[i].kind, words[i].kind) << text;
            ASSERT_EQ(parts[i].letters, utf8_of(words[i].letters)) << text;
        }
    }
}

TEST(Words, AreToldByOneTokenOrByTheirPairs) {
    std::mt19937 random(11);
    FoldedWords folded;
    int phrases = 0;
    for (int round = 0; round < 5'000; ++round) {
        const std::string text = random_text(random, 12);
        const std::vector<std::string> tokens = tokens_of(text);
        for (const Word& word : words_of(random_text(random, 4))) {
            const std::string letters = utf8_of(word.letters);
            const bool has_word = contains(words_of(text), word);
            if (is_told_by_token(word)) {
                ASSERT_EQ(std::binary_search(tokens.begin(), tokens.end(), letters), has_word)
                    << text;
                continue;
            }
            ++phrases;
            bool is_in_run = false;
            for (const FoldedWords::Part& part : folded.of(text)) {
                is_in_run = is_in_run || (is_long_run(part) &&
                                          part.letters.find(letters) != std::string_view::npos);
            }
            ASSERT_EQ(is_in_run, has_word) << text;
        }
    }
    EXPECT_GT(phrases, 300);
}

TEST(Words, KnowThePlacesOfTheirPairs) {
    std::vector<std::string> pairs;
    visit_pairs("東京a", [&](std::string_view pair, std::size_t place) {
        pairs.push_back(fmt::format("{}{}", pair, place));
    });
    EXPECT_EQ(pairs, (std::vector<std::string>{"東京0", "京a1"}));
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
