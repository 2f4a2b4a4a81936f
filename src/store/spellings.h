// The ways to write one word that `match` takes for the same, but words.h does not fold together: ß
// is ss, and some Latin letters have capitals of their own (Ư, Ș, Ÿ). Indexes hold words as words.h
// folds them, so a search asks for every way. Pure.
#pragma once

#include "store/words.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sokkuri::store {

/// Beyond these a word is found as it is written.
inline constexpr std::size_t kSpelledLettersMax = 64;
inline constexpr std::size_t kSpellingsMax = 64;

/// The same for every way to write a word.
std::u32string fully_folded(std::u32string_view letters);

/// Of a whole word, folded: as UTF-8, each once, at least one.
std::vector<std::string> spellings_of(const Word& word);

}  // namespace sokkuri::store
