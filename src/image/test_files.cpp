#include "image/test_files.h"

#include "base/check.h"
#include "base/file_system.h"

#include <vips/vips.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>

namespace sokkuri::image {

namespace {

constexpr std::uint64_t kFileBytesMax = 1ULL << 30;

VipsInterpretation interpretation_of(const std::string& nick) {
    return static_cast<VipsInterpretation>(
        vips_enum_from_nick("test", VIPS_TYPE_INTERPRETATION, nick.c_str()));
}

}  // namespace

FileBytes saved(const Samples& samples, const std::string& suffix) {
    CHECK(VIPS_INIT("image_test") == 0);
    using Image = std::unique_ptr<VipsImage, decltype(&g_object_unref)>;
    const Image memory(
        vips_image_new_from_memory(samples.bytes.data(), samples.bytes.size(),
                                   static_cast<int>(samples.size.width),
                                   static_cast<int>(samples.size.height), samples.bands,
                                   samples.bits == 16 ? VIPS_FORMAT_USHORT : VIPS_FORMAT_UCHAR),
        &g_object_unref);
    CHECK(memory != nullptr);
    VipsImage* tagged = nullptr;
    CHECK(vips_copy(memory.get(), &tagged, "interpretation", interpretation_of(samples.meaning),
                    nullptr) == 0);
    const Image image(tagged, &g_object_unref);
    void* buffer = nullptr;
    std::size_t size_bytes = 0;
    CHECK(vips_image_write_to_buffer(image.get(), suffix.c_str(), &buffer, &size_bytes, nullptr) ==
          0);
    const std::unique_ptr<void, decltype(&g_free)> owned(buffer, &g_free);
    const auto* first = static_cast<const std::byte*>(buffer);
    return FileBytes(first, first + size_bytes);
}

FileBytes saved(const Picture& picture, const std::string& suffix) {
    return saved({.size = picture.size, .bytes = std::as_bytes(std::span(picture.rgb))}, suffix);
}

bool can_save(const std::string& suffix) {
    CHECK(VIPS_INIT("image_test") == 0);
    const bool can = vips_foreign_find_save_buffer(suffix.c_str()) != nullptr;
    vips_error_clear();
    return can;
}

std::string test_data() {
    const char* folder = std::getenv("SOKKURI_TEST_DATA");
    return folder != nullptr ? folder : SOKKURI_SOURCE_DIR "/../shared/data";
}

std::vector<std::string> files_below(const std::string& folder) {
    std::vector<std::string> files;
    std::error_code missing;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, missing)) {
        if (entry.is_regular_file()) files.push_back(entry.path().native());
    }
    std::ranges::sort(files);
    return files;
}

FileBytes bytes_of(const std::string& path) {
    Result<FileBytes> bytes = read_file(posix_file_system(), path, kFileBytesMax);
    CHECK(bytes);
    return *std::move(bytes);
}

}  // namespace sokkuri::image
