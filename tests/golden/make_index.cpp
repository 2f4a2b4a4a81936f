// Makes the golden file of a new version of the index file (docs/formats/index-file.md):
//     make_golden_index tests/golden/index-1.sokkidx
// Rows of L1, so that no segment is inside, whose format has a golden file of its own; with rows in
// the tail, all of them, and two removed ones.
#include <cstdio>
#include <sokkuri/index.h>

int main(int argument_count, char** arguments) {
    if (argument_count != 2) return 2;
    std::vector<float> values(30 * 4);
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = static_cast<float>(i * i % 31) / 4;
    }
    auto index = sokkuri::Index::build({values.data(), 30, 4}, {.metric = sokkuri::Metric::kL1});
    const sokkuri::Row gone[] = {3, 29};
    if (!index || !index->remove(gone)) return 1;
    const auto saved = index->save(arguments[1]);
    if (saved) return 0;
    std::fprintf(stderr, "make_golden_index: %s\n", saved.failure().message.c_str());
    return 1;
}
