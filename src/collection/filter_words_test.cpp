// `match` against a plain definition that shares no code with it: texts and words are made of
// letters of a small table, which says what each is folded to and whether its script has spaces; a
// word is found as a whole, a run anywhere inside one. Latin, Japanese, Hangul, Thai, half and full
// width, emoji, combining marks and signs, mixed; without an index, while indexes are behind, and
// when they are whole; after changes and removals.
#include "base/json.h"
#include "base/testing/temporary_directory.h"
#include "collection/attribute_keeper.h"
#include "collection/filter_evaluation.h"
#include "store/catalog.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace sokkuri::collection {
namespace {

enum class Script { kNone, kWord, kRun };

struct Letter {
    const char* text;
    const char* folded;
    Script script;
};

// Half-width katakana with their marks are one letter here: the mark belongs to the letter.
constexpr Letter kLetters[] = {
    {"a", "a", Script::kWord},   {"B", "b", Script::kWord},
    {"7", "7", Script::kWord},   {"Ａ", "a", Script::kWord},
    {"７", "7", Script::kWord},  {"É", "é", Script::kWord},
    {"é", "é", Script::kWord},   {"Ω", "ω", Script::kWord},
    {"Ж", "ж", Script::kWord},   {"😀", "😀", Script::kWord},
    {"Ư", "ư", Script::kWord},   {"ư", "ư", Script::kWord},
    {"👟", "👟", Script::kWord},   {"e\u0301", "e\u0301", Script::kWord},
    {"東", "東", Script::kRun},  {"京", "京", Script::kRun},
    {"赤", "赤", Script::kRun},  {"い", "い", Script::kRun},
    {"ー", "ー", Script::kRun},  {"ス", "ス", Script::kRun},
    {"ｽ", "ス", Script::kRun},   {"バ", "バ", Script::kRun},
    {"ﾊﾞ", "バ", Script::kRun},  {"ﾊﾟ", "パ", Script::kRun},
    {"ハﾞ", "バ", Script::kRun}, {"カ\u3099", "カ\u3099", Script::kRun},
    {"ヴ", "ヴ", Script::kRun},  {"ｳﾞ", "ヴ", Script::kRun},
    {"々", "々", Script::kRun},  {"한", "한", Script::kRun},
    {"ก", "ก", Script::kRun},    {"𠮷", "𠮷", Script::kRun},
    {" ", " ", Script::kNone},   {"、", "、", Script::kNone},
    {"・", "・", Script::kNone}, {"　", "　", Script::kNone},
    {"!", "!", Script::kNone},   {"→", "→", Script::kNone},
};

/// Letters of one script that stand side by side, folded.
struct Piece {
    Script script = Script::kNone;
    std::string folded;
};

struct Text {
    std::string written;
    std::vector<Piece> pieces;  // of words and runs alone
};

Text random_text(std::mt19937& random, std::size_t longest) {
    Text text;
    Script last = Script::kNone;
    // Few letters a text, so that the same ones come again.
    const std::size_t from = random() % std::size(kLetters);
    const std::size_t width = random() % 3 == 0 ? std::size(kLetters) : 5;
    for (std::size_t n = random() % longest + 1; n > 0; --n) {
        const Letter& letter = kLetters[(from + random() % width) % std::size(kLetters)];
        text.written += letter.text;
        if (letter.script != Script::kNone) {
            if (letter.script != last) text.pieces.push_back({letter.script, ""});
            text.pieces.back().folded += letter.folded;
        }
        last = letter.script;
    }
    return text;
}

bool has_piece(const Text& text, const Piece& piece) {
    return std::any_of(text.pieces.begin(), text.pieces.end(), [&](const Piece& own) {
        if (own.script != piece.script) return false;
        if (piece.script == Script::kWord) return own.folded == piece.folded;
        return own.folded.find(piece.folded) != std::string::npos;
    });
}

bool holds(const std::vector<Text>& texts, const Text& asked, MatchFilter::Words words) {
    const auto is_there = [&](const Piece& piece) {
        return std::any_of(texts.begin(), texts.end(),
                           [&](const Text& text) { return has_piece(text, piece); });
    };
    if (asked.pieces.empty()) return false;
    if (words == MatchFilter::Words::kAny) {
        return std::any_of(asked.pieces.begin(), asked.pieces.end(), is_there);
    }
    return std::all_of(asked.pieces.begin(), asked.pieces.end(), is_there);
}

class FilterWords : public ::testing::Test {
 protected:
    void SetUp() override {
        catalog_ = store::Catalog::open(posix_file_system(), folder_.path() + "/catalog.db",
                                        store::CatalogAccess::kCreate)
                       .value();
    }

    void put(const std::string& id, const Text& text) {
        const auto write = catalog_->begin_write().value();
        std::string document;
        JsonWriter(document).begin_object().member("title", text.written).end_object();
        ASSERT_TRUE(write->put_record(id, document, {}));
        ASSERT_TRUE(write->commit());
        texts_[id] = {text};
    }

    std::set<std::string> found_by(const std::string& words) {
        const auto transaction = catalog_->begin_read().value();
        const auto found = evaluate(*transaction, Filter{MatchFilter{"title", words}}).value();
        std::set<std::string> ids;
        for (const auto& [id, texts] : texts_) {
            if (found.records.test(transaction->record(id).value()->number)) ids.insert(id);
        }
        return ids;
    }

    void put_some(std::size_t count) {
        const auto write = catalog_->begin_write().value();
        for (std::size_t i = 0; i < count; ++i) {
            const std::string id = fmt::format("{}", random_() % 150);
            if (random_() % 6 == 0) {
                ASSERT_TRUE(write->remove_record(id));
                texts_.erase(id);
                continue;
            }
            std::vector<Text> texts(random_() % 3 == 0 ? 2 : 1);
            std::string document;
            JsonWriter out(document);
            out.begin_object().key("title").begin_array();
            for (Text& text : texts) {
                text = random_text(random_, 14);
                out.value(text.written);
            }
            out.end_array().end_object();
            ASSERT_TRUE(write->put_record(id, document, {}));
            texts_[id] = std::move(texts);
        }
        ASSERT_TRUE(write->commit());
    }

    /// As the keeper of a writer does.
    void build_indexes() {
        const auto by_reading = [this](const store::AttributeSource& source, std::uint64_t count) {
            const auto write = catalog_->begin_write().value();
            auto index = write->extend_attribute(source, count);
            EXPECT_TRUE(write->commit());
            return index;
        };
        for (const auto kind : {store::AttributeKind::kWords, store::AttributeKind::kRuns}) {
            ASSERT_TRUE(build_attribute_index(*catalog_, {"title", kind},
                                              {.by_reading = by_reading, .by_slice = {}}, {}));
        }
    }

    /// Parts of texts that are there, and texts of chance.
    Text random_question() {
        if (random_() % 2 == 0 || texts_.empty()) return random_text(random_, 6);
        auto chosen = texts_.begin();
        std::advance(chosen, random_() % texts_.size());
        const std::vector<Piece>& pieces = chosen->second.front().pieces;
        if (pieces.empty()) return random_text(random_, 6);
        const Piece& piece = pieces[random_() % pieces.size()];
        // From one letter to another of the piece.
        std::vector<std::size_t> starts;
        for (std::size_t i = 0; i < piece.folded.size(); ++i) {
            if ((static_cast<unsigned char>(piece.folded[i]) & 0xC0U) != 0x80U) starts.push_back(i);
        }
        starts.push_back(piece.folded.size());
        const std::size_t first = random_() % (starts.size() - 1);
        const std::size_t end = first + 1 + random_() % (starts.size() - 1 - first);
        const std::string part = piece.folded.substr(starts[first], starts[end] - starts[first]);
        return {part, {{piece.script, part}}};
    }

    void ask_some(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            const Text asked = random_question();
            const auto words =
                random_() % 2 == 0 ? MatchFilter::Words::kAny : MatchFilter::Words::kAll;
            const Filter filter{
                MatchFilter{.path = "title", .text = asked.written, .words = words}};
            const auto transaction = catalog_->begin_read().value();
            const auto found = evaluate(*transaction, filter);
            ASSERT_TRUE(found) << found.error().message();
            for (const auto& [id, texts] : texts_) {
                const auto number = transaction->record(id).value()->number;
                const bool is_right = holds(texts, asked, words);
                matches_ += is_right ? 1 : 0;
                ASSERT_EQ(found->records.test(number), is_right)
                    << "\"" << asked.written << "\" in \"" << texts.front().written << "\"";
            }
            ASSERT_LE(found->records.count(), texts_.size());
        }
    }

    testing::TemporaryDirectory folder_;
    std::unique_ptr<store::Catalog> catalog_;
    std::mt19937 random_{8};
    std::map<std::string, std::vector<Text>> texts_;
    std::size_t matches_ = 0;
};

TEST_F(FilterWords, AreFoundInEverySpelling) {
    const std::set<std::string> written = {"Lange Straße", "STRASSE 7", "STRAẞE", "strasse"};
    for (const std::string& text : written)
        put(text, {text, {}});
    put("Strase", {"Strase", {}});
    for (const bool is_indexed : {false, true}) {
        if (is_indexed) build_indexes();
        for (const char* asked : {"STRASSE", "straße", "STRAẞE", "Strasse"})
            EXPECT_EQ(found_by(asked), written) << asked << is_indexed;
        EXPECT_EQ(found_by("strase"), std::set<std::string>{"Strase"});
    }
}

TEST_F(FilterWords, AreFoundAsThePlainDefinitionHasIt) {
    for (int round = 0; round < 9; ++round) {
        put_some(60);
        ask_some(60);
        if (round % 3 == 1) {
            build_indexes();
            ask_some(100);
        }
    }
    EXPECT_GT(matches_, 2'000U);
}

}  // namespace
}  // namespace sokkuri::collection
