// A program that only ingests, for tests that kill it: `ingest_child FOLDER MODELS_FOLDER`.
#include "service/ingest.h"

#include <cstdio>

int main(int count, char** words) {
    using namespace sokkuri;
    using namespace sokkuri::service;
    if (count != 3) return 2;
    auto library = Library::open(posix_file_system(), words[1], "", LibraryAccess::kWrite);
    if (!library) {
        std::fprintf(stderr, "%s\n", library.error().message().c_str());
        return 1;
    }
    const IngestRequest request{.model = {.name = "squeezenet1.1",
                                          .models_folder = words[2],
                                          .precision = features::Precision::kF32},
                                .batch_rows = 3};
    const auto report = ingest(*library, request, nullptr, {});
    if (report) return 0;
    std::fprintf(stderr, "%s\n", report.error().message().c_str());
    return 1;
}
