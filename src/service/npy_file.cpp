#include "service/npy_file.h"

#include "base/check.h"
#include "base/npy.h"

#include <array>
#include <utility>

namespace sokkuri::service {

Result<NpyFile> NpyFile::create(FileSystem& files, const std::string& path,
                                std::uint32_t dimension) {
    AtomicFile file = TRY(AtomicFile::create(files, path));
    const std::string header = npy_header("<f4", std::array<std::uint64_t, 2>{0, dimension});
    TRY(file.append(std::as_bytes(std::span(header))));
    return NpyFile(std::move(file), dimension);
}

Result<void> NpyFile::append(std::span<const float> row) {
    CHECK(row.size() == dimension_);
    ++rows_;
    return file_.append(std::as_bytes(row));
}

Result<void> NpyFile::settle() {
    const std::string header = npy_header("<f4", std::array<std::uint64_t, 2>{rows_, dimension_});
    TRY(file_.overwrite(0, std::as_bytes(std::span(header))));
    return file_.settle();
}

Result<void> NpyFile::finish() {
    TRY(settle());
    return commit();
}

}  // namespace sokkuri::service
