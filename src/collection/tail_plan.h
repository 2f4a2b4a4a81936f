// The policy of coding tails: which rows get codes in memory next, and in which run. Pure.
//
// Codes are made a few rows at a time while rows come: what has none is scanned as floats by every
// query, which costs fifty times as much a row. They go into runs of limited length, so that room
// is given back bit by bit as the tail is sealed; a query is encoded for each, some .2 ms.
#pragma once

#include "store/catalog.h"

#include <cstdint>
#include <optional>

namespace sokkuri::collection {

struct CodeLimits {
    std::uint64_t rows_min = 1'000;           // fewer are scanned in a millisecond
    std::uint64_t training_rows_min = 4'000;  // where no segment has a model that could be used
    std::uint64_t training_rows_max = 8'192;
    std::uint64_t step_rows_max = 2'048;  // some 50 ms of a core
    std::uint64_t run_rows_max = 262'144;
    std::uint64_t rows_max = 0;  // of a field, in all runs: what memory suffices for
};

/// A field's tail, as far as the policy cares.
struct TailState {
    store::Slot sealed_end = 0;  // behind the last segment
    store::Slot committed = 0;
    store::Slot coded_first = 0;  // of all runs
    store::Slot coded_end = 0;
    store::Slot cut = 0;     // no run shall lie on both sides of it: a segment will end there
    std::uint64_t room = 0;  // rows that the last run can still take; 0 without a run
    bool has_model = false;  // of a segment, or learnt
};

/// Slots first … end - 1 get codes.
struct CodePlan {
    store::Slot first = 0;
    store::Slot end = 0;
    bool starts_run = false;  // else they go into the last one
};

/// Empty when all is well as it is.
std::optional<CodePlan> plan_codes(const TailState& state, const CodeLimits& limits);

}  // namespace sokkuri::collection
