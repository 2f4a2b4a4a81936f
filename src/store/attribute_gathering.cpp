#include "store/attribute_gathering.h"

#include "store/date_text.h"

#include <utility>

namespace sokkuri::store {

std::vector<AttributeValue> DocumentValues::of(const AttributeSource& source,
                                               std::optional<std::string_view> document) {
    if (!document) return {};
    if (source.path.empty()) return values_of(JsonValue(), source);
    const auto json = parsed(source, *document);
    if (!json) return {};
    return values_of(*json, source);
}

std::optional<JsonValue> DocumentValues::parsed(const AttributeSource& source,
                                                std::string_view document) {
    auto json =
        reader_.parse(document, [&](std::string_view name) { return leads_to(source.path, name); });
    if (!json) return std::nullopt;
    return *std::move(json);
}

void AttributeGathering::add(RecordNumber record, std::string_view document) {
    const auto offset = static_cast<std::uint16_t>(record % block_records(source_.kind));
    const bool is_by_scalars = source_.kind == AttributeKind::kValues ||
                               source_.kind == AttributeKind::kDates ||
                               source_.kind == AttributeKind::kWords;
    if (is_by_scalars) {
        const auto json = documents_.parsed(source_, document);
        if (!json) return;
        for (const JsonValue* scalar : scalars_at(*json, source_.path))
            add_scalar(*scalar, offset);
        return;
    }
    std::vector<AttributeValue> values = documents_.of(source_, document);
    if (source_.kind == AttributeKind::kRuns) {
        add_runs(std::move(values), offset);
        return;
    }
    for (const AttributeValue& value : values)
        add_number(values_.number_of(value), offset);
}

bool AttributeGathering::is_full() const {
    return gathered_.size() * sizeof(Gathered) + values_.size_bytes() >= kBytesMax;
}

/// As values_of has it, without making lists of texts.
void AttributeGathering::add_scalar(const JsonValue& scalar, std::uint16_t offset) {
    if (source_.kind == AttributeKind::kWords) {
        for (const FoldedWords::Part& word : words_.of(scalar.text())) {
            visit_tokens(word, [&](std::string_view token) {
                add_number(values_.number_of_text(token), offset);
            });
        }
        return;
    }
    if (source_.kind == AttributeKind::kDates) {
        const auto date = parse_date(scalar.text());
        if (date) add_number(values_.number_of_text(date->first), offset);
        return;
    }
    if (scalar.is_string()) {
        add_number(values_.number_of_text(scalar.text()), offset);
        return;
    }
    const auto value = attribute_value_of(scalar);
    if (value) add_number(values_.number_of(*value), offset);
}

void AttributeGathering::add_number(std::uint32_t number, std::uint16_t offset) {
    if (last_seen_.size() <= number) last_seen_.resize(values_.size());
    if (last_seen_[number] == offset + 1U) return;
    last_seen_[number] = offset + 1U;
    gathered_.push_back({number, offset, 0});
}

void AttributeGathering::add_runs(std::vector<AttributeValue> runs, std::uint16_t offset) {
    visit_places(runs, [&](std::string_view pair, std::uint32_t letter) {
        gathered_.push_back({values_.number_of_text(pair), offset, letter});
    });
}

std::vector<PostedValue> AttributeGathering::take_postings() {
    const std::vector<std::uint32_t> count = counts();
    std::vector<PostedValue> postings(values_.size());
    std::vector<std::uint32_t> place(values_.size());  // of each value, in order
    std::uint32_t next = 0;
    for (const std::uint32_t number : values_.in_order()) {
        postings[next].value = values_.take(number);
        postings[next].offsets.reserve(count[number]);
        place[number] = next++;
    }
    for (const Gathered& one : gathered_)
        postings[place[one.value]].offsets.push_back(one.offset);
    clear();
    return postings;
}

std::vector<PostedPlaces> AttributeGathering::take_places() {
    const std::vector<std::uint32_t> count = counts();
    std::vector<PostedPlaces> places(values_.size());
    std::vector<std::uint32_t> place(values_.size());
    std::uint32_t next = 0;
    for (const std::uint32_t number : values_.in_order()) {
        places[next].pair = std::get<std::string>(values_.take(number));
        places[next].places.reserve(count[number]);
        place[number] = next++;
    }
    for (const Gathered& one : gathered_)
        places[place[one.value]].places.push_back({one.offset, one.letter});
    clear();
    return places;
}

std::vector<std::uint32_t> AttributeGathering::counts() const {
    std::vector<std::uint32_t> counts(values_.size());
    for (const Gathered& one : gathered_)
        ++counts[one.value];
    return counts;
}

void AttributeGathering::clear() {
    values_ = {};
    gathered_.clear();
    last_seen_.clear();
}

std::uint32_t block_records(AttributeKind kind) {
    return kind == AttributeKind::kRuns ? kPlaceBlockRecords : RecordSet::kBlockRecords;
}

void visit_places(const std::vector<AttributeValue>& runs,
                  const std::function<void(std::string_view pair, std::uint32_t letter)>& visit) {
    std::uint32_t start = 0;
    for (const AttributeValue& run : runs) {
        std::uint32_t end = start;
        visit_pairs(std::get<std::string>(run), [&](std::string_view pair, std::size_t place) {
            end = start + static_cast<std::uint32_t>(place) + 1;  // its second letter
            visit(pair, start + static_cast<std::uint32_t>(place));
        });
        start = end + 1 + kLettersBetweenRuns;
    }
}

}  // namespace sokkuri::store
