#include "simd/testing/guarded_memory.h"
#include "simd/testing/kernel_sweeps.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace sokkuri::simd::testing {

namespace {

/// Of a bound against the squares that it is made of: some ten roundings of float32, with room.
constexpr double kSlack = 1e-4;

struct Bounds {
    explicit Bounds(std::size_t count);

    std::vector<std::uint32_t> within(const Kernels& table);
    /// Positive where the row must survive, negative where it must not, 0 where roundings decide.
    int verdict(std::size_t i);

    std::mt19937 random;
    std::size_t count;
    Guarded<std::int32_t> dots;
    Guarded<float> norms;
    Guarded<float> errors;
    Guarded<float> tails;
    BoundQuery query;
};

std::string check(const Kernels& table, Bounds& bounds);

}  // namespace

std::string sweep_bounds(const Kernels& table) {
    for (std::size_t count = 0; count <= 130; ++count) {
        Bounds bounds(count);
        for (const float limit : {-1.0F, 0.0F, 0.7F, 1.5F, 4.0F, INFINITY, NAN}) {
            bounds.query.limit_squared = limit;
            if (auto text = check(table, bounds); !text.empty()) return text;
        }
        for (float* value : {bounds.norms.data(), bounds.errors.data(), bounds.tails.data()}) {
            if (count > 0) value[count / 2] = NAN;
            bounds.query.limit_squared = 0;
            if (auto text = check(table, bounds); !text.empty()) return text;
        }
    }
    return "";
}

std::string sweep_hamming(const Kernels& table) {
    std::mt19937 random(11);
    for (const std::size_t size : lengths()) {
        for (const unsigned mask : {255U, 0U}) {  // random bytes, then all bits different
            std::vector<std::uint8_t> a(size);
            std::vector<std::uint8_t> b(size);
            for (std::size_t i = 0; i < size; ++i) {
                a[i] = static_cast<std::uint8_t>(random());
                b[i] = static_cast<std::uint8_t>(mask == 0 ? ~a[i] : random());
            }
            Guarded<std::uint8_t> left(a);
            Guarded<std::uint8_t> right(b);
            const std::vector<std::uint32_t> bits{table.hamming(left.data(), right.data(), size)};
            const std::vector<std::uint32_t> wanted{
                kScalarKernels.hamming(left.data(), right.data(), size)};
            auto text = difference("hamming, size " + std::to_string(size), bits, wanted);
            if (!text.empty()) return text;
        }
    }
    return "";
}

namespace {

std::string check(const Kernels& table, Bounds& bounds) {
    const std::vector<std::uint32_t> found = bounds.within(table);
    const std::vector<std::uint32_t> wanted = bounds.within(kScalarKernels);
    const std::string what = "rows_within, " + std::to_string(bounds.count) + " rows, limit " +
                             std::to_string(bounds.query.limit_squared);
    if (found != wanted) return what + ": other survivors than the oracle's";
    for (std::size_t i = 0; i < bounds.count; ++i) {
        const bool survives =
            std::binary_search(found.begin(), found.end(), static_cast<std::uint32_t>(i));
        const int verdict = bounds.verdict(i);
        if (verdict != 0 && survives != (verdict > 0)) {
            return what + ": wrong about row " + std::to_string(i);
        }
    }
    return "";
}

Bounds::Bounds(std::size_t rows)
    : random(static_cast<unsigned>(rows)),
      count(rows),
      dots(rows),
      norms(rows),
      errors(rows),
      tails(rows),
      query{.constant = 1,
            .constant_slack = 1,
            .multiplier = -2.0F / 10'000,
            .slack = 1e-5F,
            .error = 0.01F,
            .tail = 0.3F,
            .limit_squared = 0} {
    std::uniform_real_distribution<float> unit(0, 1);
    for (std::size_t i = 0; i < count; ++i) {
        dots.data()[i] = static_cast<std::int32_t>(random() % 20'000) - 10'000;
        norms.data()[i] = 0.5F + unit(random);
        errors.data()[i] = 0.1F * unit(random);
        tails.data()[i] = unit(random);
    }
}

std::vector<std::uint32_t> Bounds::within(const Kernels& table) {
    const BoundRows rows{norms.data(), errors.data(), tails.data()};
    Guarded<std::uint32_t> survivors(count);
    const std::size_t found = table.rows_within(dots.data(), rows, count, query, survivors.data());
    return std::vector<std::uint32_t>(survivors.data(), survivors.data() + found);
}

int Bounds::verdict(std::size_t i) {
    const double norm = norms.data()[i];
    const double squared = query.constant + norm +
                           static_cast<double>(query.multiplier) * dots.data()[i] -
                           query.slack * (query.constant_slack + norm);
    const double root = std::sqrt(squared < 0 ? 0 : squared);
    const double gap = root - query.error - errors.data()[i];
    const double tail = static_cast<double>(query.tail) - tails.data()[i];
    const double head = gap < 0 ? 0 : gap;
    const double excess = head * head + tail * tail - query.limit_squared;
    if (std::isnan(excess)) return 1;
    return excess > kSlack ? -1 : excess < -kSlack ? 1 : 0;
}

}  // namespace

}  // namespace sokkuri::simd::testing
