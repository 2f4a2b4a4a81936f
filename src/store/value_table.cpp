#include "store/value_table.h"

#include "base/hash.h"

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>
#include <span>

namespace sokkuri::store {
namespace {

constexpr std::size_t kSlotsMin = 1'024;

std::uint64_t hash_of(double number);
std::uint64_t hash_of(std::string_view text);
/// What a value sorts by unless two have the same: numbers alone by their doubles, texts by their
/// first bytes.
std::uint64_t rough_order(const AttributeValue& value);

}  // namespace

std::uint32_t ValueTable::number_of(const AttributeValue& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return number_of_text(*text);
    std::uint64_t hash = 0;
    if (const auto* flag = std::get_if<bool>(&value)) {
        hash = hash_of(*flag ? 1.0 : 0.0) + 1;
    } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
        hash = hash_of(static_cast<double>(*integer));
    } else {
        hash = hash_of(std::get<double>(value));
    }
    return find(
        hash, [&](const AttributeValue& known) { return compare(known, value) == 0; },
        [&] { return value; });
}

std::uint32_t ValueTable::number_of_text(std::string_view text) {
    return find(
        hash_of(text),
        [text](const AttributeValue& known) {
            const auto* other = std::get_if<std::string>(&known);
            return other != nullptr && *other == text;
        },
        [&] {
            text_bytes_ += text.size();
            return AttributeValue(std::string(text));
        });
}

std::vector<std::uint32_t> ValueTable::in_order() const {
    struct Key {
        std::size_t kind = 0;  // numbers, texts, booleans
        std::uint64_t rough = 0;
        std::uint32_t number = 0;
    };
    std::vector<Key> keys(entries_.size());
    for (std::uint32_t i = 0; i < keys.size(); ++i) {
        const AttributeValue& value = entries_[i].value;
        const bool is_text = std::holds_alternative<std::string>(value);
        keys[i] = {is_number(value) ? 0U : is_text ? 1U : 2U, rough_order(value), i};
    }
    std::sort(keys.begin(), keys.end(), [this](const Key& a, const Key& b) {
        if (a.kind != b.kind) return a.kind < b.kind;
        if (a.rough != b.rough) return a.rough < b.rough;
        return compare(entries_[a.number].value, entries_[b.number].value) < 0;
    });
    std::vector<std::uint32_t> numbers(keys.size());
    std::transform(keys.begin(), keys.end(), numbers.begin(),
                   [](const Key& key) { return key.number; });
    return numbers;
}

template <typename Same, typename Make>
std::uint32_t ValueTable::find(std::uint64_t hash, Same same, Make make) {
    if (2 * entries_.size() >= slots_.size()) grow();
    const std::size_t mask = slots_.size() - 1;
    std::size_t slot = static_cast<std::size_t>(hash) & mask;
    for (; slots_[slot] != 0; slot = (slot + 1) & mask) {
        const Entry& entry = entries_[slots_[slot] - 1];
        if (entry.hash == hash && same(entry.value)) return slots_[slot] - 1;
    }
    entries_.push_back({make(), hash});
    slots_[slot] = static_cast<std::uint32_t>(entries_.size());
    return slots_[slot] - 1;
}

void ValueTable::grow() {
    slots_.assign(std::max(kSlotsMin, 2 * slots_.size()), 0);
    const std::size_t mask = slots_.size() - 1;
    for (std::uint32_t i = 0; i < entries_.size(); ++i) {
        std::size_t slot = static_cast<std::size_t>(entries_[i].hash) & mask;
        while (slots_[slot] != 0)
            slot = (slot + 1) & mask;
        slots_[slot] = i + 1;
    }
}

namespace {

std::uint64_t hash_of(double number) {
    const double one_zero = number == 0 ? 0 : number;  // 0 and -0
    return xxh64(std::as_bytes(std::span(&one_zero, 1)));
}

std::uint64_t hash_of(std::string_view text) {
    return xxh64(std::as_bytes(std::span(text)));
}

std::uint64_t rough_order(const AttributeValue& value) {
    if (const auto* text = std::get_if<std::string>(&value)) {
        std::uint64_t order = 0;
        for (std::size_t i = 0; i < sizeof(order); ++i) {
            const char byte = i < text->size() ? (*text)[i] : '\0';
            order = order << 8U | static_cast<unsigned char>(byte);
        }
        return order;
    }
    if (const auto* flag = std::get_if<bool>(&value)) return *flag ? 1 : 0;
    const auto* integer = std::get_if<std::int64_t>(&value);
    const double number =
        integer != nullptr ? static_cast<double>(*integer) : std::get<double>(value);
    const auto bits = std::bit_cast<std::uint64_t>(number == 0 ? 0.0 : number);
    constexpr std::uint64_t kSign = std::uint64_t{1} << 63U;
    return (bits & kSign) != 0 ? ~bits : bits | kSign;
}

}  // namespace
}  // namespace sokkuri::store
