#include "collection/groups.h"

#include <utility>

namespace sokkuri::collection {
namespace {

Result<void> check_range(std::string_view name, std::size_t number, std::size_t first,
                         std::size_t last);
Filter files_directly_in(const std::string& path, const std::string& directory);
/// With the signs of patterns taken as they are.
std::string literally(const std::string& text);

}  // namespace

Result<void> GroupsRequest::validate() const {
    TRY(validate_path(by.path));
    TRY(check_range("offset", offset, 0, kGroupsMax));
    TRY(check_range("limit", limit, 1, kGroupsListedMax));
    return check_range("examples", examples, 0, kGroupExamplesMax);
}

Result<void> GroupName::validate() const {
    return validate_path(by.path);
}

Result<void> SimilarGroupsRequest::validate() const {
    TRY(group.validate());
    TRY(check_range("k", k, 1, kGroupsListedMax));
    TRY(check_range("offset", offset, 0, kGroupsMax));
    return check_range("examples", examples, 0, kGroupExamplesMax);
}

Filter members_filter(const GroupBy& by, const store::AttributeValue& value) {
    const auto* directory = std::get_if<std::string>(&value);
    if (by.part == GroupBy::Part::kDirectory && directory != nullptr) {
        return files_directly_in(by.path, *directory);
    }
    return {TermsFilter{.path = by.path, .values = {value}}};
}

namespace {

Result<void> check_range(std::string_view name, std::size_t number, std::size_t first,
                         std::size_t last) {
    if (number >= first && number <= last) return {};
    return fail(ErrorCode::kInvalidArgument, "{} {}: must be {} to {}", name, number, first, last);
}

Filter files_directly_in(const std::string& path, const std::string& directory) {
    const std::string start = directory == kTopDirectory ? "" : literally(directory) + "/";
    BoolFilter clauses{.should_min = 0};
    clauses.must.push_back({WildcardFilter{.path = path, .pattern = start + "*"}});
    clauses.must_not.push_back({WildcardFilter{.path = path, .pattern = start + "*/*"}});
    return {std::move(clauses)};
}

std::string literally(const std::string& text) {
    std::string pattern;
    for (const char letter : text) {
        if (letter == '*' || letter == '?' || letter == '\\') pattern += '\\';
        pattern += letter;
    }
    return pattern;
}

}  // namespace
}  // namespace sokkuri::collection
