#include "store/spellings.h"

#include <algorithm>
#include <iterator>
#include <optional>

namespace sokkuri::store {
namespace {

constexpr char32_t kSharpS = U'ß';
constexpr char32_t kCapitalSharpS = U'ẞ';
constexpr char32_t kCapitalYDiaeresis = U'Ÿ';
constexpr char32_t kYDiaeresis = U'ÿ';

/// Capitals and small letters in turn, beginning with a capital.
struct Pairs {
    char32_t first;
    char32_t last;
};

// Of Latin Extended-B, where the small letter follows its capital.
constexpr Pairs kPairs[] = {{0x0182, 0x0185}, {0x0187, 0x0188}, {0x018B, 0x018C}, {0x0191, 0x0192},
                            {0x0198, 0x0199}, {0x01A0, 0x01A5}, {0x01A7, 0x01A8}, {0x01AC, 0x01AD},
                            {0x01AF, 0x01B0}, {0x01B3, 0x01B6}, {0x01B8, 0x01B9}, {0x01BC, 0x01BD},
                            {0x01CD, 0x01DC}, {0x01DE, 0x01EF}, {0x01F4, 0x01F5}, {0x01F8, 0x021F},
                            {0x0222, 0x0233}, {0x023B, 0x023C}, {0x0241, 0x0242}, {0x0246, 0x024F}};

char32_t small_of(char32_t letter);
std::optional<char32_t> capital_of(char32_t letter);
const Pairs* pairs_with(char32_t letter);
/// Adds each of `starts` with `letter` behind it.
void extend(const std::vector<std::u32string>& starts, char32_t letter,
            std::vector<std::u32string>& longer);

}  // namespace

std::u32string fully_folded(std::u32string_view letters) {
    std::u32string folded;
    for (const char32_t letter : letters) {
        if (letter == kSharpS || letter == kCapitalSharpS) {
            folded += U"ss";
        } else {
            folded += small_of(letter);
        }
    }
    return folded;
}

std::vector<std::string> spellings_of(const Word& word) {
    const std::u32string letters = fully_folded(word.letters);
    if (letters.size() > kSpelledLettersMax) return {utf8_of(word.letters)};
    std::vector<std::vector<std::u32string>> ways = {{U""}};  // of the first i letters
    for (std::size_t i = 0; i < letters.size(); ++i) {
        std::vector<std::u32string> longer;
        extend(ways[i], letters[i], longer);
        if (const auto capital = capital_of(letters[i])) extend(ways[i], *capital, longer);
        if (i > 0 && letters[i - 1] == 's' && letters[i] == 's') {
            extend(ways[i - 1], kSharpS, longer);
            extend(ways[i - 1], kCapitalSharpS, longer);
        }
        if (longer.size() > kSpellingsMax) return {utf8_of(word.letters)};
        ways.push_back(std::move(longer));
    }
    std::vector<std::string> spellings;
    std::ranges::transform(ways.back(), std::back_inserter(spellings), utf8_of);
    return spellings;
}

namespace {

char32_t small_of(char32_t letter) {
    if (letter == kCapitalYDiaeresis) return kYDiaeresis;
    const Pairs* pairs = pairs_with(letter);
    const bool is_capital = pairs != nullptr && (letter - pairs->first) % 2 == 0;
    return is_capital ? letter + 1 : letter;
}

std::optional<char32_t> capital_of(char32_t letter) {
    if (letter == kYDiaeresis) return kCapitalYDiaeresis;
    if (pairs_with(letter) == nullptr) return std::nullopt;
    return letter - 1;
}

const Pairs* pairs_with(char32_t letter) {
    const auto found = std::ranges::find_if(kPairs, [letter](const Pairs& pairs) {
        return letter >= pairs.first && letter <= pairs.last;
    });
    return found == std::end(kPairs) ? nullptr : found;
}

void extend(const std::vector<std::u32string>& starts, char32_t letter,
            std::vector<std::u32string>& longer) {
    for (const std::u32string& start : starts) {
        longer.push_back(start);
        longer.back() += letter;
    }
}

}  // namespace
}  // namespace sokkuri::store
