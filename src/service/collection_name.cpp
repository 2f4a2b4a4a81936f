#include "service/collection_name.h"

#include "base/json.h"
#include "base/shown_text.h"

#include <algorithm>
#include <clocale>
#include <cwctype>

namespace sokkuri::service {
namespace {

constexpr std::string_view kForbidden = "\\/*?\"<>| ,#:";
constexpr std::string_view kForbiddenFirst = "-_+";
constexpr std::string_view kReserved = ".sokkuri";
constexpr std::string_view kFallbackName = "pictures";

bool is_control(char letter);
bool is_dots(std::string_view name);
std::string cut_to(std::string text, std::size_t size_max);
std::string lower_case(std::string_view text);
void append_utf8(wint_t letter, std::string& text);

}  // namespace

Result<void> validate_collection_name(std::string_view name) {
    const auto refuse = [&](std::string_view why) -> Result<void> {
        return fail(ErrorCode::kInvalidArgument, "collection name \"{}\": {}", shown_text(name),
                    why);
    };
    if (name.empty()) return refuse("must not be empty");
    if (name.size() > kCollectionNameBytesMax) {
        return fail(ErrorCode::kInvalidArgument, "collection name of {} bytes: at most {}",
                    name.size(), kCollectionNameBytesMax);
    }
    if (!is_utf8(name)) return refuse("must be UTF-8");
    if (is_dots(name)) return refuse("must not be . or ..");
    if (kForbiddenFirst.find(name.front()) != std::string_view::npos) {
        return refuse("must not begin with -, _ or +");
    }
    if (name.starts_with(kReserved)) return refuse("must not begin with .sokkuri");
    if (std::ranges::any_of(name, is_control)) return refuse("must have no control characters");
    if (name.find_first_of(kForbidden) != std::string_view::npos) {
        return refuse(R"(must have none of \ / * ? " < > | space , # :)");
    }
    if (lower_case(name) != name) return refuse("must be in lower case");
    return {};
}

std::string slug_of(std::string_view folder) {
    while (folder.ends_with('/'))
        folder.remove_suffix(1);
    const std::size_t slash = folder.rfind('/');
    std::string slug =
        lower_case(utf8_text(slash == std::string_view::npos ? folder : folder.substr(slash + 1)));
    std::ranges::replace_if(
        slug,
        [](char letter) {
            return is_control(letter) || kForbidden.find(letter) != std::string_view::npos;
        },
        '-');
    slug.erase(0, std::min(slug.find_first_not_of(kForbiddenFirst), slug.size()));
    slug = cut_to(std::move(slug), kCollectionNameBytesMax);
    return validate_collection_name(slug) ? slug : std::string(kFallbackName);
}

std::string free_name(const std::string& wanted,
                      const std::function<bool(const std::string&)>& is_taken) {
    std::string name = wanted;
    for (std::size_t number = 2; is_taken(name); ++number) {
        const std::string ending = fmt::format("-{}", number);
        name = cut_to(wanted, kCollectionNameBytesMax - ending.size()) + ending;
    }
    return name;
}

namespace {

/// The first bytes, not inside a character of UTF-8.
std::string cut_to(std::string text, std::size_t size_max) {
    if (text.size() <= size_max) return text;
    std::size_t size = size_max;
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80)
        --size;
    text.resize(size);
    return text;
}

bool is_control(char letter) {
    return static_cast<unsigned char>(letter) < ' ' || letter == '\x7f';
}

bool is_dots(std::string_view name) {
    return name == "." || name == "..";
}

/// Each character by Unicode's simple mapping; `text` is UTF-8.
std::string lower_case(std::string_view text) {
    static const locale_t kUnicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    std::string lower;
    for (std::size_t at = 0; at < text.size();) {
        const auto first = static_cast<unsigned char>(text[at]);
        const std::size_t size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
        wint_t letter = size == 1 ? first : first & (0x7FU >> size);
        for (std::size_t i = 1; i < size && at + i < text.size(); ++i) {
            letter = letter << 6U | (static_cast<unsigned char>(text[at + i]) & 0x3FU);
        }
        at += size;
        append_utf8(kUnicode == nullptr ? letter : towlower_l(letter, kUnicode), lower);
    }
    return lower;
}

void append_utf8(wint_t letter, std::string& text) {
    const auto tail = [&](unsigned shift) {
        text += static_cast<char>(0x80U | (letter >> shift & 0x3FU));
    };
    if (letter < 0x80) {
        text += static_cast<char>(letter);
    } else if (letter < 0x800) {
        text += static_cast<char>(0xC0U | letter >> 6U);
        tail(0);
    } else if (letter < 0x10000) {
        text += static_cast<char>(0xE0U | letter >> 12U);
        tail(6);
        tail(0);
    } else {
        text += static_cast<char>(0xF0U | letter >> 18U);
        tail(12);
        tail(6);
        tail(0);
    }
}

}  // namespace
}  // namespace sokkuri::service
