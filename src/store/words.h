// Words of a text, as `match` finds them. Two kinds of writing: words between spaces and signs,
// folded to lower case; and runs of scripts that write without spaces (Japanese, Chinese, Korean,
// Thai), in which any part may be asked for. Full-width letters are as good as ASCII ones and
// half-width katakana as good as full-width ones. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sokkuri::store {

/// One word or run, folded, as code points.
struct Word {
    enum class Kind { kWhole, kRun };
    Kind kind = Kind::kWhole;
    std::u32string letters;
};

/// In the order of the text, which is UTF-8; bytes that are not are passed over.
std::vector<Word> words_of(std::string_view text);

/// What a text is indexed by: its words; of runs every letter and every two neighbors. Sorted,
/// each once.
std::vector<std::string> index_tokens(std::string_view text);

/// The tokens that a text has which contains `word`. Enough (nothing needs to be checked in the
/// text) for whole words and for runs of up to two letters.
std::vector<std::string> tokens_of(const Word& word);
bool is_told_by_tokens(const Word& word);

/// Whether a text with these words contains `word`.
bool contains(const std::vector<Word>& words, const Word& word);

}  // namespace sokkuri::store
