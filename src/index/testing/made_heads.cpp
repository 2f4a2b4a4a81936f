#include "index/testing/made_heads.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>

namespace sokkuri::index::testing {

namespace {

std::vector<float> drawn(std::size_t size, std::mt19937& random) {
    std::normal_distribution<float> normal;
    std::vector<float> values(size);
    std::generate(values.begin(), values.end(), [&] { return normal(random); });
    return values;
}

}  // namespace

HeadModel model_of(const HeadLayout& layout) {
    HeadModel model;
    model.layout = layout;
    model.dimension = layout.capacity();
    model.components = layout.capacity();
    model.step = layout.bits == 4 ? 0.335F : 0.03F;
    return model;
}

std::vector<std::uint8_t> heads_of(const HeadModel& model, const Rows& rows) {
    const HeadLayout& layout = model.layout;
    std::vector<std::uint8_t> heads(rows.size() * layout.row_bytes());
    const int codes = 1 << layout.bits;
    for (std::size_t r = 0; r < rows.size(); ++r) {
        std::uint8_t* head = heads.data() + r * layout.row_bytes();
        float bias = 0;
        for (std::size_t i = 0; i < rows[r].size(); ++i) {
            const int code = std::clamp(
                static_cast<int>(std::floor(rows[r][i] / model.step)) + codes / 2, 0, codes - 1);
            const float value = (static_cast<float>(code) - model.center()) * model.step;
            bias += value * value;
            const std::size_t place = layout.place_of(i);
            if (layout.bits == 8) {
                head[place] = static_cast<std::uint8_t>(code);
                continue;
            }
            std::uint8_t& byte = head[place / 128 * 64 + place % 64];
            byte = static_cast<std::uint8_t>(byte | code << (place % 128 < 64 ? 0 : 4));
        }
        std::memcpy(head + layout.row_bytes() - sizeof(bias), &bias, sizeof(bias));
    }
    return heads;
}

Rows clustered_rows(const RowShape& shape, std::size_t centers, std::uint32_t seed) {
    constexpr std::size_t kDirections = 12;
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    Rows middles(centers);
    std::vector<Rows> directions(centers);
    for (std::size_t c = 0; c < centers; ++c) {
        middles[c] = drawn(shape.dimension, random);
        for (std::size_t d = 0; d < kDirections; ++d) {
            directions[c].push_back(drawn(shape.dimension, random));
        }
    }
    Rows rows(shape.count);
    for (std::vector<float>& row : rows) {
        const std::size_t c = random() % centers;
        row = middles[c];
        for (const std::vector<float>& direction : directions[c]) {
            const float along = 0.25F * normal(random);
            for (std::size_t i = 0; i < shape.dimension; ++i) {
                row[i] += along * direction[i];
            }
        }
    }
    return rows;
}

std::vector<NamedRows> odd_rows(const RowShape& shape) {
    const Rows clustered = clustered_rows(shape, 5, 3);
    Rows few = clustered;
    for (std::size_t i = 0; i < shape.count; ++i) {
        few[i] = clustered[i % 7];
    }
    Rows far = clustered;
    for (std::size_t i = 0; i < shape.count / 2; ++i) {
        for (float& value : far[i]) {
            value = 0.01F * value + (i % 2 == 0 ? 2.F : -2.F);
        }
    }
    std::mt19937 random(4);
    Rows noise(shape.count);
    std::generate(noise.begin(), noise.end(), [&] { return drawn(shape.dimension, random); });
    return {{"clustered", clustered},
            {"few different", few},
            {"far clusters", far},
            {"noise", noise},
            {"all equal", Rows(shape.count, std::vector<float>(shape.dimension, 0.5F))}};
}

}  // namespace sokkuri::index::testing
