#include "service/known_files.h"

#include <iterator>
#include <utility>
#include <vector>

namespace sokkuri::service {
namespace {

constexpr std::size_t kPageFiles = 1'000;

}  // namespace

Result<std::optional<collection::FileState>> KnownFiles::advance_to(const std::string& path) {
    for (;;) {
        const collection::FileState* next = TRY(peek());
        if (next == nullptr || next->path > path) return std::nullopt;
        collection::FileState state = std::move(page_.front());
        page_.pop_front();
        if (state.path == path) return state;
        on_missing_(std::move(state));
    }
}

Result<void> KnownFiles::skip_inside(const std::string& folder) {
    for (;;) {
        const collection::FileState* next = TRY(peek());
        if (next == nullptr || !next->path.starts_with(folder)) return {};
        page_.pop_front();
    }
}

Result<void> KnownFiles::finish() {
    for (;;) {
        const collection::FileState* next = TRY(peek());
        if (next == nullptr) return {};
        on_missing_(std::move(page_.front()));
        page_.pop_front();
    }
}

Result<const collection::FileState*> KnownFiles::peek() {
    if (page_.empty() && !is_exhausted_) {
        std::vector<collection::FileState> page =
            TRY(workspace_.files_after(root_, last_read_, kPageFiles));
        is_exhausted_ = page.size() < kPageFiles;
        if (!page.empty()) last_read_ = page.back().path;
        page_.assign(std::make_move_iterator(page.begin()), std::make_move_iterator(page.end()));
    }
    return page_.empty() ? nullptr : &page_.front();
}

}  // namespace sokkuri::service
