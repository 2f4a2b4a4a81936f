#include "library/row_set.h"

#include "library/outcome.h"
#include "library/vector_index.h"

#include <bit>

namespace sokkuri {
namespace {

Result<void> check_row(std::uint64_t row) {
    if (row < library::kRowsMax) return {};
    return fail(ErrorCode::kInvalidArgument, "row {}: an index takes {}", row, library::kRowsMax);
}

}  // namespace

RowSet::RowSet(std::shared_ptr<const Body> body) : body_(std::move(body)) {}

Outcome<RowSet> RowSet::of_rows(std::span<const Row> rows) {
    return library::outcome_of<RowSet>([&]() -> Result<RowSet> {
        auto body = std::make_shared<Body>();
        for (const Row row : rows) {
            TRY(check_row(row));
            body->rows.set(row);
        }
        return RowSet(std::move(body));
    });
}

Outcome<RowSet> RowSet::of_bits(std::span<const std::uint64_t> words) {
    return library::outcome_of<RowSet>([&]() -> Result<RowSet> {
        auto body = std::make_shared<Body>();
        for (std::size_t at = 0; at < words.size(); ++at) {
            for (std::uint64_t word = words[at]; word != 0; word &= word - 1) {
                const std::uint64_t row = at * 64 + static_cast<unsigned>(std::countr_zero(word));
                TRY(check_row(row));
                body->rows.set(static_cast<Row>(row));
            }
        }
        return RowSet(std::move(body));
    });
}

std::shared_ptr<const index::PreparedFilter> RowSet::Body::prepared_for(
    const library::IndexState& state) const {
    if (state.segment == nullptr) return nullptr;
    {
        const auto prepared = prepared_.lock();
        const bool is_known =
            prepared->segment.lock() == state.segment && prepared->dead.lock() == state.dead;
        if (!is_known) {
            *prepared = {.segment = state.segment, .dead = state.dead};
            return nullptr;
        }
        if (prepared->filter != nullptr) return prepared->filter;
    }
    // Not under the lock: two searches may both make it, and the same.
    const index::SlotFilter filter{.left_out = state.dead->empty() ? nullptr : state.dead.get(),
                                   .allowed = &rows,
                                   .allowed_count = rows.count()};
    auto made = std::make_shared<const index::PreparedFilter>(*state.segment, filter);
    const auto prepared = prepared_.lock();
    if (prepared->segment.lock() == state.segment && prepared->dead.lock() == state.dead) {
        prepared->filter = made;
    }
    return made;
}

std::size_t RowSet::count() const {
    return body_->rows.count();
}

}  // namespace sokkuri
