#include "service/items.h"

#include <algorithm>
#include <utility>

namespace sokkuri::service {
namespace {

/// Beyond a page's bytes so many documents may be read.
constexpr std::size_t kItemsReadAtOnce = 32;

Item item_of(collection::Record record);
std::vector<Item> items_of(std::vector<collection::Record> records);

}  // namespace

Result<Item> get_item(const Library& library, const std::string& id) {
    auto records = TRY(library.collection().get(std::span(&id, 1)));
    if (!records.empty() && records.front()) return item_of(std::move(*records.front()));
    return fail(ErrorCode::kNotFound, "item {:?}: there is none", id);
}

Result<ItemPage> list_items(const Library& library, const std::string& cursor, std::size_t limit) {
    if (limit < 1 || limit > kItemPageMax) {
        return fail(ErrorCode::kInvalidArgument, "limit {}: must be 1 to {}", limit, kItemPageMax);
    }
    ItemPage whole{.items = {}, .next = cursor};
    std::size_t bytes = 0;
    do {
        const std::size_t wanted = std::min(limit - whole.items.size(), kItemsReadAtOnce);
        collection::RecordPage page = TRY(library.collection().page(whole.next, wanted));
        for (collection::Record& record : page.records) {
            bytes += record.document.size();
            whole.items.push_back(item_of(std::move(record)));
        }
        whole.next = std::move(page.next);
    } while (!whole.next.empty() && whole.items.size() < limit && bytes < kItemPageBytesMax);
    return whole;
}

Result<std::vector<Item>> sample_items(const Library& library,
                                       const collection::SampleRequest& request) {
    std::vector<collection::Record> records = TRY(library.collection().sample(request));
    return items_of(std::move(records));
}

Result<std::vector<Item>> find_items_by_name(const Library& library, const std::string& text,
                                             std::size_t limit) {
    if (limit < 1 || limit > kItemPageMax) {
        return fail(ErrorCode::kInvalidArgument, "limit {}: must be 1 to {}", limit, kItemPageMax);
    }
    const std::vector<collection::FileState> files =
        TRY(library.workspace().files_named(library.root(), text, limit));
    std::vector<std::string> ids;
    if (library.folder().empty()) ids.push_back(text);
    for (const collection::FileState& file : files)
        ids.push_back(file.id);
    auto records = TRY(library.collection().get(ids));
    std::vector<Item> items;
    for (std::optional<collection::Record>& record : records) {
        if (record) items.push_back(item_of(std::move(*record)));  // else removed in between
    }
    return items;
}

namespace {

Item item_of(collection::Record record) {
    return {.id = std::move(record.id),
            .document = std::move(record.document),
            .version = record.version,
            .seq = record.seq};
}

std::vector<Item> items_of(std::vector<collection::Record> records) {
    std::vector<Item> items;
    items.reserve(records.size());
    for (collection::Record& record : records)
        items.push_back(item_of(std::move(record)));
    return items;
}

}  // namespace
}  // namespace sokkuri::service
