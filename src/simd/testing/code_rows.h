// Rows of codes for the sweeps: guarded, unaligned, of any kind of values.
#pragma once

#include "simd/kernels.h"
#include "simd/testing/guarded_memory.h"

#include <cstdint>
#include <random>
#include <vector>

namespace sokkuri::simd::testing {

enum class Values {
    kRandom,
    kHigh,  // all 255, against 127
    kLow,   // all 255, against -128
};

inline constexpr Values kAllValues[] = {Values::kRandom, Values::kHigh, Values::kLow};

/// `count` rows, behind the last of which nothing can be read, and a query of `components`.
class RowsAndQuery {
 public:
    RowsAndQuery(std::size_t count, std::size_t size, std::size_t components, Values values)
        : random_(static_cast<unsigned>(count * 31 + size)),
          stride_(size + 5),
          size_(size),
          count_(count),
          rows_(bytes(count == 0 ? 0 : (count - 1) * stride_ + size, values)),
          query_(signed_bytes(components, values)),
          ordinals_(shuffled(count)) {}

    CodeRows in_order() { return {rows_.data(), stride_, size_, nullptr, count_}; }
    CodeRows shuffled() { return {rows_.data(), stride_, size_, ordinals_.data(), count_}; }
    std::int8_t* query() { return query_.data(); }
    std::uint8_t* row(std::size_t i) { return rows_.data() + i * stride_; }

    /// Gives every row a bias in its last four bytes; the query must be made zero there.
    void set_biases() {
        std::normal_distribution<float> normal(0, 1000);
        for (std::size_t i = 0; i < count_; ++i) {
            const float bias = normal(random_);
            std::memcpy(row(i) + size_ - sizeof(bias), &bias, sizeof(bias));
        }
    }

 private:
    std::vector<std::uint8_t> bytes(std::size_t size, Values values) {
        std::vector<std::uint8_t> all(size, 255);
        for (std::uint8_t& byte : all) {
            if (values == Values::kRandom) byte = static_cast<std::uint8_t>(random_());
        }
        return all;
    }

    std::vector<std::int8_t> signed_bytes(std::size_t size, Values values) {
        std::vector<std::int8_t> all(size, values == Values::kHigh ? 127 : -128);
        for (std::int8_t& byte : all) {
            if (values == Values::kRandom) byte = static_cast<std::int8_t>(random_());
        }
        return all;
    }

    std::vector<std::uint32_t> shuffled(std::size_t count) {
        std::vector<std::uint32_t> all(count);
        for (std::uint32_t& ordinal : all) {
            ordinal = static_cast<std::uint32_t>(random_() % count);
        }
        return all;
    }

    std::mt19937 random_;
    std::size_t stride_;
    std::size_t size_;
    std::size_t count_;
    Guarded<std::uint8_t> rows_;
    Guarded<std::int8_t> query_;
    Guarded<std::uint32_t> ordinals_;
};

}  // namespace sokkuri::simd::testing
