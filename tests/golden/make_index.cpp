// Makes the golden files of a new version of the index file (docs/formats/index-file.md), or of the
// segment inside (docs/formats/segment.md):
//     make_golden_index l1 tests/golden/index-1.sokkidx
//     make_golden_index cosine tests/golden/index-1-segment-1.sokkidx
// Rows of L1 are in the tail, all of them; under cosine they are in a segment. Two are removed.
#include <cstdio>
#include <sokkuri/index.h>
#include <string_view>

int main(int argument_count, char** arguments) {
    if (argument_count != 3) return 2;
    const bool is_cosine = std::string_view(arguments[1]) == "cosine";
    std::vector<float> values(30 * 4);
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = static_cast<float>(i * i % 31) / 4;
    }
    auto index = sokkuri::Index::build(
        {values.data(), 30, 4},
        {.metric = is_cosine ? sokkuri::Metric::kCosine : sokkuri::Metric::kL1});
    const sokkuri::Row gone[] = {3, 29};
    if (!index || !index->remove(gone)) return 1;
    const auto saved = index->save(arguments[2]);
    if (saved) return 0;
    std::fprintf(stderr, "make_golden_index: %s\n", saved.failure().message.c_str());
    return 1;
}
