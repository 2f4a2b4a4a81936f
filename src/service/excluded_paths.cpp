#include "service/excluded_paths.h"

#include <iterator>
#include <utility>
#include <vector>

namespace sokkuri::service {
namespace {

constexpr std::size_t kPagePaths = 1'000;

}  // namespace

Result<bool> ExcludedPaths::advance_to(const std::string& path) {
    for (;;) {
        if (page_.empty() && !is_exhausted_) {
            std::vector<std::string> page =
                TRY(workspace_.excluded_after(root_, last_read_, kPagePaths));
            is_exhausted_ = page.size() < kPagePaths;
            if (!page.empty()) last_read_ = page.back();
            page_.assign(std::make_move_iterator(page.begin()),
                         std::make_move_iterator(page.end()));
        }
        if (page_.empty() || page_.front() > path) return false;
        const bool is_it = page_.front() == path;
        page_.pop_front();
        if (is_it) return true;
    }
}

}  // namespace sokkuri::service
