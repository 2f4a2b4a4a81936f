// Finds the nearest of 10,000 random vectors, some of which are removed again.
#include <cstdio>
#include <random>
#include <sokkuri/index.h>

int main() {
    constexpr std::size_t kRows = 10'000;
    constexpr std::size_t kDimension = 64;
    std::mt19937 random(1);
    std::normal_distribution<float> normal;
    std::vector<float> values(kRows * kDimension);
    for (float& value : values) {
        value = normal(random);
    }

    auto index = sokkuri::Index::build({values.data(), kRows, kDimension},
                                       {.metric = sokkuri::Metric::kCosine});
    if (!index) {
        std::fprintf(stderr, "nearest: %s\n", index.failure().message.c_str());
        return 1;
    }
    // The very vector of row 7; row 7 itself is taken out.
    const std::span query(values.data() + 7 * kDimension, kDimension);
    const sokkuri::Row seven[] = {7};
    if (!index->remove(seven)) return 1;
    const auto answer = index->search(query, {.k = 5, .effort = sokkuri::Effort::recall(0.99)});
    if (!answer) return 1;
    for (const sokkuri::Neighbor& neighbor : answer->neighbors) {
        std::printf("%u %.6f\n", neighbor.row, neighbor.distance);
    }
}
