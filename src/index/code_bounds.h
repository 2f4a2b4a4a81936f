// What codes prove about distances: lower bounds of D in the L2 space (l2_space.h), with every
// rounding on the safe side. HeadBound is the study's B3 (head and tail norm), FullBound its B1;
// BallQuery takes B3 to the centers of balls.
// Values: safe from any number of threads. The geometry is codes.h's; here is the arithmetic.
#pragma once

#include "index/codes.h"
#include "index/head_model.h"
#include "simd/kernels.h"

#include <cstddef>
#include <cstdint>

namespace sokkuri::index {

/// A query against balls (balls.h): out of reach are those with
///   |ẑ_q − ĉ|² + (tail − center's tail)² > (reach + radius)²,
/// by the first plane.
struct BallQuery {
    float constant = 0;
    float constant_slack = 0;
    float multiplier = 0;
    float tail = 0;
    float reach = 0;
};

inline constexpr std::size_t kBallsMax = 64;

/// Balls side by side: centers' dots with the first plane, and their columns.
struct BallRows {
    const std::int32_t* dots = nullptr;
    const float* norms_squared = nullptr;
    const float* tails = nullptr;
    const float* radii = nullptr;
    std::size_t count = 0;  // at most kBallsMax
};

/// Bit i: ball i may hold a row whose D is at most the reach that `query` was made for. NaN may.
std::uint64_t balls_within(const BallRows& rows, const BallQuery& query);

class HeadBound {
 public:
    HeadBound() = default;
    HeadBound(const HeadModel& model, const HeadQuery& query);

    /// For kernels.rows_within, by the first plane: every row whose D is at most `reach` survives.
    simd::BoundQuery coarse(double reach) const;

    /// The same of balls.
    BallQuery balls(double reach) const;

    /// By both planes, `dot` being 128 · dot(codes) + dot(fine): false only if D is beyond `reach`.
    bool may_reach(double reach, const HeadBounds& row, double dot) const;

    /// D is at least this, by the first plane; 0 where nothing is known of the row's tail.
    double coarse_lower(const HeadBounds& row, std::int32_t dot) const;

    /// About D², by the first plane and the tails: to choose rows that are worth a look.
    double estimate(const HeadBounds& row, std::int32_t dot) const;

 private:
    double multiplier_ = 0;
    // |ẑ_q|² and what the center of the codes adds, first plane and both.
    double coarse_constant_ = 0;
    double coarse_magnitude_ = 0;
    double constant_ = 0;
    double magnitude_ = 0;
    double coarse_error_ = 0;
    double error_ = 0;
    double tail_ = 0;
    double tail_slack_ = 0;
};

class FullBound {
 public:
    FullBound() = default;
    explicit FullBound(const FullQuery& query);

    /// D is at least this, by the first plane; `dot` = dot(codes).
    double coarse_lower(const FullMeta& row, double dot) const {
        return lower_of(coarse_, row, dot);
    }
    /// The same by both planes, nearly always more; `dot` = 128 · dot(codes) + dot(fine).
    double lower(const FullMeta& row, double dot) const { return lower_of(both_, row, dot); }

 private:
    struct Planes {
        double norm_squared = 0;
        double sum = 0;
        double step = 0;
        double error = 0;
    };
    static double lower_of(const Planes& planes, const FullMeta& row, double dot);

    Planes coarse_;
    Planes both_;
};

}  // namespace sokkuri::index
