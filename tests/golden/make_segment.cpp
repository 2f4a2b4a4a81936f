// Makes the golden segment container of the format of its day: make_golden_segment FILE. What it
// writes is released bytes: once in the repository, a file segment-container-<version>.seg is never
// made anew, and src/store/segment_file_test.cpp opens it for ever.
#include "store/segment_file.h"

#include <cstdio>
#include <vector>

namespace {

using namespace sokkuri;
using namespace sokkuri::store;

std::vector<std::byte> patterned(std::size_t section, std::size_t size) {
    std::vector<std::byte> bytes(size);
    for (std::size_t i = 0; i < size; ++i) {
        bytes[i] = static_cast<std::byte>((section * 31 + i * 7 + i / 256) % 256);
    }
    return bytes;
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 2) return 2;
    const auto first = patterned(0, 300);
    const auto third = patterned(2, 4096);
    const auto last = patterned(3, 9001);
    const std::vector<FileSection> sections = {
        {"model", first}, {"empty", {}}, {"fifteen letters", third}, {"last", last}};
    const auto written = write_segment_file(posix_file_system(), arguments[1], sections);
    if (written) return 0;
    std::fprintf(stderr, "%s\n", written.error().message().c_str());
    return 1;
}
