#include "collection/testing/record_groups.h"

#include <fmt/format.h>

#include <cinttypes>
#include <cmath>
#include <cstdio>

namespace sokkuri::collection::testing {

namespace {

std::string id_of(const Member& member) {
    return fmt::format("{}-{}", member.group, member.number);
}

std::string document_of(const Member& member) {
    return fmt::format(R"({{"group": {}, "number": {}, "round": {}, "vector_round": {}}})",
                       member.group, member.number, member.state.round, member.state.vector_round);
}

}  // namespace

std::vector<std::string> ids_of(std::size_t group) {
    std::vector<std::string> ids;
    for (std::size_t number = 0; number < kMembers; ++number) {
        ids.push_back(id_of({group, number}));
    }
    return ids;
}

std::vector<float> vector_of(const Member& member) {
    std::vector<float> values(kGroupDimension);
    for (std::size_t i = 0; i < kGroupDimension; ++i) {
        const auto place = static_cast<double>(member.group * kGroupDimension + i);
        const auto own = static_cast<double>(member.number + 100 * member.state.vector_round);
        values[i] = static_cast<float>(std::sin(place) + 0.1 * std::sin(own + place));
    }
    return values;
}

std::vector<PutRecord> records_of(std::size_t group, const GroupState& state) {
    std::vector<PutRecord> records;
    for (std::size_t number = 0; number < kMembers; ++number) {
        const Member member{group, number, state};
        records.push_back({.id = id_of(member), .document = document_of(member)});
        if (state.round == state.vector_round) {
            records.back().vectors = {{.field = kGroupField, .values = vector_of(member)}};
        }
    }
    return records;
}

Member GroupView::add(const std::string& id, const std::string& document) {
    Member member;
    GroupState& state = member.state;
    const int read = std::sscanf(document.c_str(),
                                 "{ \"group\" : %zu , \"number\" : %zu , \"round\" : %" SCNu64
                                 " , \"vector_round\" : %" SCNu64,
                                 &member.group, &member.number, &state.round, &state.vector_round);
    const bool is_new = numbers_[member.group].insert(member.number).second;
    const GroupState& known = groups_.try_emplace(member.group, state).first->second;
    if (read != 4 || id != id_of(member)) {
        fault_ = fmt::format("{} says {}", id, document);
    } else if (!is_new) {
        fault_ = fmt::format("{} is there twice", id);
    } else if (known != state) {
        fault_ =
            fmt::format("{} is of round {} with vectors of {}, others of its group of {} and {}",
                        id, state.round, state.vector_round, known.round, known.vector_round);
    }
    return member;
}

std::string GroupView::fault_of_whole_groups() const {
    for (const auto& [group, numbers] : numbers_) {
        if (numbers.size() == kMembers || !fault_.empty()) continue;
        return fmt::format("of group {} {} records are there, not {}", group, numbers.size(),
                           kMembers);
    }
    return fault_;
}

}  // namespace sokkuri::collection::testing
