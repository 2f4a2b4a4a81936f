// Words of a text, as `match` finds them. Two kinds of writing: words between spaces and signs,
// folded to lower case; and runs of scripts that write without spaces (Japanese, Chinese, Korean,
// Thai), in which any part may be asked for. Full-width letters are as good as ASCII ones and
// half-width katakana as good as full-width ones. Pure.
#pragma once

#include <functional>
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

/// The same, each as UTF-8, in memory that is kept between texts. Not shared between threads.
class FoldedWords {
 public:
    struct Part {
        Word::Kind kind = Word::Kind::kWhole;
        std::string_view letters;
    };

    /// Valid until the next call.
    const std::vector<Part>& of(std::string_view text);

 private:
    std::string folded_;
    std::vector<Part> parts_;
};

/// Calls `visit` with what a text with that word is indexed by: the word; of a run every letter and
/// every two neighbors, some of them again and again.
void visit_tokens(const FoldedWords::Part& word,
                  const std::function<void(std::string_view token)>& visit);
/// Calls `visit` with every two neighbors of a run, and the place of the first among its letters.
void visit_pairs(std::string_view run,
                 const std::function<void(std::string_view pair, std::size_t place)>& visit);

/// A word is told by its one token, but for runs of three letters or more: pairs in their places
/// tell of these.
bool is_told_by_token(const Word& word);
bool is_long_run(const FoldedWords::Part& word);
std::string utf8_of(std::u32string_view letters);

/// Whether a text with these words contains `word`, a whole one in any of its spellings.
bool contains(const std::vector<Word>& words, const Word& word);

}  // namespace sokkuri::store
