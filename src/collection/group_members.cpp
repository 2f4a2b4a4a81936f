#include "collection/group_members.h"

#include "store/attribute_gathering.h"
#include "store/attribute_queries.h"
#include "store/record_set.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace sokkuri::collection {
namespace {

using store::AttributeValue;
using store::RecordNumber;

/// Fewer documents than this are gone through without wishing for an index.
constexpr std::uint64_t kUnindexedMin = 1'024;

/// The members of all groups, as they are found: records ascending.
class Gathering {
 public:
    explicit Gathering(const GroupBy& by)
        : by_(by),
          source_{by.path, by.part == GroupBy::Part::kDirectory ? store::AttributeKind::kDirectories
                                                                : store::AttributeKind::kValues} {}

    Result<GroupMembers> run(store::ReadTransaction& transaction);

 private:
    Result<std::optional<store::AttributeIndex>> index_of(
        const store::AttributeQueries& queries) const;
    Result<void> add_index(const store::AttributeQueries& queries,
                           const store::AttributeIndex& index);
    Result<void> add_documents(const store::AttributeQueries& queries, RecordNumber from);
    void add(AttributeValue value, RecordNumber record);
    bool is_within_bounds() const {
        return members_.records.size() <= kGroupsMax && count_ <= kGroupMembersMax &&
               text_bytes_ <= kGroupTextBytesMax;
    }
    std::vector<RecordNumber>& records_with(AttributeValue value);
    Result<void> check() const;

    const GroupBy& by_;
    const store::AttributeSource source_;
    GroupMembers members_;
    std::size_t count_ = 0;
    std::size_t text_bytes_ = 0;  // of the values
};

}  // namespace

Result<GroupMembers> group_members(store::ReadTransaction& transaction, const GroupBy& by) {
    return Gathering(by).run(transaction);
}

namespace {

Result<GroupMembers> Gathering::run(store::ReadTransaction& transaction) {
    const store::AttributeQueries& queries = transaction.attributes();
    const std::uint64_t end = transaction.record_numbers_end();
    const auto index = TRY(index_of(queries));
    const std::uint64_t built_to = index ? index->built_to : 0;
    if (built_to > 0) TRY(add_index(queries, *index));
    if (built_to + kUnindexedMin <= end) members_.wanted.push_back(source_);
    if (built_to < end) TRY(add_documents(queries, static_cast<RecordNumber>(built_to)));
    return std::move(members_);
}

Result<std::optional<store::AttributeIndex>> Gathering::index_of(
    const store::AttributeQueries& queries) const {
    const std::vector<store::AttributeIndex> indexes = TRY(queries.indexes());
    const auto found = std::find_if(
        indexes.begin(), indexes.end(),
        [this](const store::AttributeIndex& index) { return index.source == source_; });
    return found == indexes.end() ? std::nullopt : std::optional(*found);
}

Result<void> Gathering::add_index(const store::AttributeQueries& queries,
                                  const store::AttributeIndex& index) {
    const auto add_block = [this](const AttributeValue& value, std::uint32_t block,
                                  std::span<const std::uint16_t> offsets) {
        std::vector<RecordNumber>& records = records_with(value);
        const std::size_t first = block * store::RecordSet::kBlockRecords;
        for (const std::uint16_t offset : offsets)
            records.push_back(static_cast<RecordNumber>(first + offset));
        count_ += offsets.size();
        return is_within_bounds();
    };
    TRY(queries.visit(index, add_block));
    return check();
}

Result<void> Gathering::add_documents(const store::AttributeQueries& queries, RecordNumber from) {
    store::DocumentValues documents;
    const auto visit = [&](RecordNumber record, std::string_view document) {
        for (AttributeValue& value : documents.of(source_, document))
            add(std::move(value), record);
        return is_within_bounds();
    };
    TRY(queries.visit_documents(from, visit));
    return check();
}

/// A record is in a group once, however many of its values lead there.
void Gathering::add(AttributeValue value, RecordNumber record) {
    std::vector<RecordNumber>& records = records_with(std::move(value));
    if (!records.empty() && records.back() == record) return;
    records.push_back(record);
    ++count_;
}

std::vector<RecordNumber>& Gathering::records_with(AttributeValue value) {
    const auto [entry, is_new] = members_.records.try_emplace(std::move(value));
    const auto* text = std::get_if<std::string>(&entry->first);
    if (is_new && text != nullptr) text_bytes_ += text->size();
    return entry->second;
}

Result<void> Gathering::check() const {
    if (text_bytes_ > kGroupTextBytesMax) {
        return fail(ErrorCode::kExhausted,
                    "groups by {}: the different values have more than {} bytes", by_.path,
                    kGroupTextBytesMax);
    }
    if (members_.records.size() > kGroupsMax) {
        return fail(ErrorCode::kExhausted, "groups by {}: more than {} different values", by_.path,
                    kGroupsMax);
    }
    if (count_ <= kGroupMembersMax) return {};
    return fail(ErrorCode::kExhausted, "groups by {}: more than {} members", by_.path,
                kGroupMembersMax);
}

}  // namespace
}  // namespace sokkuri::collection
