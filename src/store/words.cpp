#include "store/words.h"

#include "store/spellings.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace sokkuri::store {
namespace {

enum class Script { kNone, kSpaced, kUnspaced };

struct Block {
    char32_t first;
    char32_t last;
};

// Scripts without spaces between words; U+3005 to U+3007 are the iteration mark and its like.
constexpr Block kUnspaced[] = {
    {0x0E00, 0x0E7F}, {0x3005, 0x3007}, {0x3041, 0x3096}, {0x3099, 0x309F},  {0x30A1, 0x30FA},
    {0x30FC, 0x30FF}, {0x3105, 0x312F}, {0x31A0, 0x31BF}, {0x31F0, 0x31FF},  {0x3400, 0x4DBF},
    {0x4E00, 0x9FFF}, {0xAC00, 0xD7AF}, {0xF900, 0xFAFF}, {0x20000, 0x323AF}};
// Signs and spaces beyond ASCII.
constexpr Block kSigns[] = {{0x0080, 0x00A9}, {0x00AB, 0x00B4}, {0x00B6, 0x00B9}, {0x00BB, 0x00BF},
                            {0x00D7, 0x00D7}, {0x00F7, 0x00F7}, {0x2000, 0x206F}, {0x20A0, 0x2BFF},
                            {0x2E00, 0x3004}, {0x3008, 0x3040}, {0x3097, 0x3098}, {0x30A0, 0x30A0},
                            {0x30FB, 0x30FB}, {0x3200, 0x33FF}, {0xD800, 0xF8FF}, {0xFE10, 0xFE6F},
                            {0xFEFF, 0xFEFF}, {0xFF00, 0xFFFF}, {0xFFFE, 0xFFFF}};
// U+FF66 to U+FF9D, half-width katakana, in order.
constexpr char32_t kHalfWidthFirst = 0xFF66;
constexpr std::u32string_view kFullWidth =
    U"ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモ"
    U"ヤ"
    U"ユヨラリルレロワン";
constexpr char32_t kHalfWidthVoiced = 0xFF9E;
constexpr char32_t kHalfWidthSemiVoiced = 0xFF9F;

char32_t next_letter(std::string_view& rest);
/// Calls `add(letter, script, begins_word)` with each letter of a word, folded.
template <typename Add>
void scan(std::string_view text, Add add);
std::size_t size_of_letter(std::string_view text, std::size_t at);
bool is_in(std::u32string_view set, char32_t letter);
template <std::size_t count>
bool is_in(const Block (&blocks)[count], char32_t letter);
Script script_of(char32_t letter);
char32_t folded(char32_t letter);
bool voice(char32_t& letter, char32_t mark);
void append_utf8(std::string& text, char32_t letter);

}  // namespace

std::vector<Word> words_of(std::string_view text) {
    std::vector<Word> words;
    scan(text, [&](char32_t letter, Script script, bool begins_word) {
        if (begins_word) {
            words.push_back(
                {script == Script::kSpaced ? Word::Kind::kWhole : Word::Kind::kRun, {}});
        }
        words.back().letters.push_back(letter);
    });
    return words;
}

const std::vector<FoldedWords::Part>& FoldedWords::of(std::string_view text) {
    folded_.clear();
    parts_.clear();
    folded_.reserve(2 * text.size());  // more than any folded text takes: views stay valid
    scan(text, [&](char32_t letter, Script script, bool begins_word) {
        const std::size_t start = folded_.size();
        append_utf8(folded_, letter);
        const char* const bytes = folded_.data() + start;
        const std::size_t size = folded_.size() - start;
        if (begins_word) {
            parts_.push_back(
                {script == Script::kSpaced ? Word::Kind::kWhole : Word::Kind::kRun, {bytes, size}});
            return;
        }
        std::string_view& letters = parts_.back().letters;
        letters = {letters.data(), letters.size() + size};
    });
    return parts_;
}

void visit_tokens(const FoldedWords::Part& word,
                  const std::function<void(std::string_view token)>& visit) {
    if (word.kind == Word::Kind::kWhole) {
        visit(word.letters);
        return;
    }
    const std::string_view run = word.letters;
    for (std::size_t at = 0; at < run.size();) {
        const std::size_t size = size_of_letter(run, at);
        const std::size_t next = at + size;
        visit(run.substr(at, size));
        if (next < run.size()) visit(run.substr(at, size + size_of_letter(run, next)));
        at = next;
    }
}

void visit_pairs(std::string_view run,
                 const std::function<void(std::string_view pair, std::size_t place)>& visit) {
    std::size_t place = 0;
    for (std::size_t at = 0; at < run.size();) {
        const std::size_t size = size_of_letter(run, at);
        const std::size_t next = at + size;
        if (next < run.size()) {
            visit(run.substr(at, size + size_of_letter(run, next)), place);
        }
        ++place;
        at = next;
    }
}

bool is_told_by_token(const Word& word) {
    return word.kind == Word::Kind::kWhole || word.letters.size() <= 2;
}

bool is_long_run(const FoldedWords::Part& word) {
    if (word.kind == Word::Kind::kWhole) return false;
    const auto begins_letter = [](char byte) {
        return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
    };
    return std::count_if(word.letters.begin(), word.letters.end(), begins_letter) > 2;
}

std::string utf8_of(std::u32string_view letters) {
    std::string text;
    for (const char32_t letter : letters)
        append_utf8(text, letter);
    return text;
}

bool contains(const std::vector<Word>& words, const Word& word) {
    const std::u32string folded = fully_folded(word.letters);
    return std::any_of(words.begin(), words.end(), [&](const Word& other) {
        if (other.kind != word.kind) return false;
        if (word.kind == Word::Kind::kWhole) return fully_folded(other.letters) == folded;
        return other.letters.find(word.letters) != std::u32string::npos;
    });
}

namespace {

template <typename Add>
void scan(std::string_view text, Add add) {
    Script last = Script::kNone;
    while (!text.empty()) {
        char32_t letter = folded(next_letter(text));
        const Script script = script_of(letter);
        if (script == Script::kUnspaced && !text.empty() && text.front() == '\xEF') {
            std::string_view behind = text;
            if (voice(letter, next_letter(behind))) text = behind;
        }
        if (script != Script::kNone) add(letter, script, script != last);
        last = script;
    }
}

/// Of text that append_utf8 has written.
std::size_t size_of_letter(std::string_view text, std::size_t at) {
    const auto lead = static_cast<unsigned char>(text[at]);
    return lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

/// The first code point, taken off; 0 for a byte that begins none.
char32_t next_letter(std::string_view& rest) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(rest[i]); };
    const unsigned char lead = byte(0);
    const std::size_t length = lead < 0x80             ? 1
                               : (lead & 0xE0) == 0xC0 ? 2
                               : (lead & 0xF0) == 0xE0 ? 3
                               : (lead & 0xF8) == 0xF0 ? 4
                                                       : 0;
    if (length == 0 || length > rest.size()) {
        rest.remove_prefix(1);
        return 0;
    }
    char32_t letter = length == 1 ? lead : lead & (0x7FU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0) != 0x80) {
            rest.remove_prefix(1);
            return 0;
        }
        letter = letter << 6U | (byte(i) & 0x3FU);
    }
    rest.remove_prefix(length);
    return letter;
}

bool is_in(std::u32string_view set, char32_t letter) {
    return set.find(letter) != std::u32string_view::npos;
}

template <std::size_t count>
bool is_in(const Block (&blocks)[count], char32_t letter) {
    return std::any_of(std::begin(blocks), std::end(blocks), [letter](const Block& block) {
        return letter >= block.first && letter <= block.last;
    });
}

Script script_of(char32_t letter) {
    if (letter < 0x80) {
        const bool is_word = (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z');
        return is_word ? Script::kSpaced : Script::kNone;
    }
    // The most frequent ones, also in kUnspaced.
    if (letter >= 0x4E00 && letter <= 0x9FFF) return Script::kUnspaced;
    if (letter >= 0x30A1 && letter <= 0x30FA) return Script::kUnspaced;
    if (is_in(kUnspaced, letter)) return Script::kUnspaced;
    return is_in(kSigns, letter) ? Script::kNone : Script::kSpaced;
}

/// Lower case for Latin, Greek and Cyrillic; one width for each letter.
char32_t folded(char32_t letter) {
    if (letter >= 0xFF01 && letter <= 0xFF5E) letter -= 0xFF01 - 0x21;
    if (letter >= 'A' && letter <= 'Z') return letter + 32;
    if (letter < 0xC0) return letter;
    if (letter <= 0xDE) return letter == 0xD7 ? letter : letter + 32;
    const bool is_even_upper =
        (letter >= 0x100 && letter <= 0x137 && letter != 0x130) ||
        (letter >= 0x14A && letter <= 0x177) || (letter >= 0x1E00 && letter <= 0x1E95) ||
        (letter >= 0x1EA0 && letter <= 0x1EFF) || (letter >= 0x460 && letter <= 0x481);
    if (is_even_upper) return letter | 1U;
    const bool is_odd_upper =
        (letter >= 0x139 && letter <= 0x148) || (letter >= 0x179 && letter <= 0x17E);
    if (is_odd_upper) return letter + (letter & 1U);
    if (letter >= 0x391 && letter <= 0x3A9) return letter + 32;
    if (letter == 0x3C2) return 0x3C3;  // final sigma
    if (letter >= 0x410 && letter <= 0x42F) return letter + 32;
    if (letter >= 0x400 && letter <= 0x40F) return letter + 80;
    if (letter >= kHalfWidthFirst && letter < kHalfWidthFirst + kFullWidth.size()) {
        return kFullWidth[letter - kHalfWidthFirst];
    }
    return letter;
}

/// A half-width mark behind a letter: ｶﾞ is ガ. False where the letter takes none.
bool voice(char32_t& letter, char32_t mark) {
    constexpr std::u32string_view kVoiced = U"カキクケコサシスセソタチツテトハヒフヘホ";
    constexpr std::u32string_view kSemiVoiced = U"ハヒフヘホ";
    if (mark == kHalfWidthSemiVoiced && is_in(kSemiVoiced, letter)) {
        letter += 2;
        return true;
    }
    if (mark != kHalfWidthVoiced) return false;
    if (letter == U'ウ') {
        letter = U'ヴ';
        return true;
    }
    if (!is_in(kVoiced, letter)) return false;
    ++letter;
    return true;
}

void append_utf8(std::string& text, char32_t letter) {
    const auto add = [&](char32_t byte) { text.push_back(static_cast<char>(byte)); };
    if (letter < 0x80) {
        add(letter);
        return;
    }
    if (letter < 0x800) {
        add(0xC0U | letter >> 6U);
    } else if (letter < 0x10000) {
        add(0xE0U | letter >> 12U);
        add(0x80U | (letter >> 6U & 0x3FU));
    } else {
        add(0xF0U | letter >> 18U);
        add(0x80U | (letter >> 12U & 0x3FU));
        add(0x80U | (letter >> 6U & 0x3FU));
    }
    add(0x80U | (letter & 0x3FU));
}

}  // namespace
}  // namespace sokkuri::store
