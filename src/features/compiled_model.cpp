#include "features/compiled_model.h"

#include "base/hash.h"

#include <fmt/format.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <unistd.h>

namespace sokkuri::features {
namespace {

constexpr std::array<char, 8> kMagic{'s', 'o', 'k', 'k', 'u', 'r', 'i', 'C'};
constexpr std::uint32_t kFormat = 1;
constexpr std::uint64_t kAlignment =
    4096;  // of the form in the file, so that it is aligned in memory, too
constexpr std::uint64_t kFileBytesMax = 8ULL << 30;

/// The first bytes of a file, as docs/formats/compiled-model.md draws them; the key's text follows.
/// Little-endian.
struct Header {
    std::array<char, 8> magic = kMagic;
    std::uint32_t format = kFormat;
    std::uint32_t key_length = 0;
    std::uint64_t form_offset = 0;
    std::uint64_t form_bytes = 0;
    std::uint64_t form_checksum = 0;
};
static_assert(sizeof(Header) == 40);

std::string text_of(const CompiledModelKey& key);
std::string file_prefix(const CompiledModelKey& key);
std::string file_name(const CompiledModelKey& key);
Result<std::unique_ptr<CompiledModel>> read_form(FileSystem& files, const std::string& path,
                                                 const CompiledModelKey& key);
Result<void> write_form(FileSystem& files, const std::string& directory,
                        const CompiledModelKey& key, std::span<const std::byte> bytes);
void drop_older(FileSystem& files, const std::string& directory, const CompiledModelKey& key);

}  // namespace

std::vector<std::string> compiled_model_directories(const std::string& model_directory) {
    std::vector<std::string> directories{join_path(model_directory, ".compiled")};
    const char* cache = std::getenv("XDG_CACHE_HOME");
    const char* home = std::getenv("HOME");
    if (cache != nullptr && *cache == '/') {  // the specification: relative paths are ignored
        directories.push_back(join_path(cache, "sokkuri/compiled"));
    } else if (home != nullptr && *home == '/') {
        directories.push_back(join_path(home, ".cache/sokkuri/compiled"));
    }
    return directories;
}

std::unique_ptr<CompiledModel> find_compiled_model(FileSystem& files,
                                                   const std::vector<std::string>& directories,
                                                   const CompiledModelKey& key) {
    for (const std::string& directory : directories) {
        auto form = read_form(files, join_path(directory, file_name(key)), key);
        if (form) return *std::move(form);
    }
    return nullptr;
}

bool keep_compiled_model(FileSystem& files, const std::vector<std::string>& directories,
                         const CompiledModelKey& key, std::span<const std::byte> bytes) {
    for (const std::string& directory : directories) {
        if (!write_form(files, directory, key, bytes)) continue;
        drop_older(files, directory, key);
        return true;
    }
    return false;
}

namespace {

std::string text_of(const CompiledModelKey& key) {
    return fmt::format("{}\n{}\n{}\n", key.model, key.variant, key.machine);
}

std::string file_prefix(const CompiledModelKey& key) {
    return fmt::format("{}-{}-", key.model, key.variant);
}

std::string file_name(const CompiledModelKey& key) {
    const std::string text = text_of(key);
    return file_prefix(key) + base64url(xxh128(std::as_bytes(std::span(text)))) + ".model";
}

Result<std::unique_ptr<CompiledModel>> read_form(FileSystem& files, const std::string& path,
                                                 const CompiledModelKey& key) {
    const std::unique_ptr<File> file = TRY(files.open(path, OpenMode::kRead));
    const std::uint64_t size = TRY(file->size_bytes());
    const auto broken = [&] { return fail(ErrorCode::kCorruption, "{}: broken", path); };
    if (size < sizeof(Header) || size > kFileBytesMax) return broken();
    std::unique_ptr<MappedRegion> region = TRY(file->map(0, size, MapAccess::kRead));
    const std::span<const std::byte> all = std::as_const(*region).bytes();
    Header header;
    std::memcpy(&header, all.data(), sizeof header);
    const std::string expected = text_of(key);
    const bool fits = header.magic == kMagic && header.format == kFormat &&
                      header.key_length == expected.size() &&
                      header.form_offset >= sizeof header + expected.size() &&
                      header.form_offset % kAlignment == 0 && header.form_offset <= size &&
                      header.form_bytes == size - header.form_offset;
    if (!fits) return broken();
    if (std::memcmp(all.data() + sizeof header, expected.data(), expected.size()) != 0)
        return broken();
    const auto form = all.subspan(header.form_offset);
    if (xxh64(form) != header.form_checksum) return broken();
    return std::make_unique<CompiledModel>(std::move(region), form);
}

Result<void> write_form(FileSystem& files, const std::string& directory,
                        const CompiledModelKey& key, std::span<const std::byte> bytes) {
    TRY(create_directories(files, directory));
    const std::string text = text_of(key);
    Header header;
    header.key_length = static_cast<std::uint32_t>(text.size());
    header.form_offset = (sizeof header + text.size() + kAlignment - 1) / kAlignment * kAlignment;
    header.form_bytes = bytes.size();
    header.form_checksum = xxh64(bytes);
    const std::string path = join_path(directory, file_name(key));
    static std::atomic<unsigned> writes = 0;  // threads of one process must not share a file
    const std::string temporary = fmt::format("{}.{}-{}", path, getpid(), ++writes);
    const auto write = [&]() -> Result<void> {
        const std::unique_ptr<File> file = TRY(files.open(temporary, OpenMode::kCreate));
        TRY(file->truncate(0));
        TRY(file->write_at(0, std::as_bytes(std::span(&header, 1))));
        TRY(file->write_at(sizeof header, std::as_bytes(std::span(text))));
        TRY(file->write_at(header.form_offset, bytes));
        // Not synced: a form that a power cut tore fails its checksum and is made again.
        return files.rename(temporary, path);
    };
    const Result<void> written = write();
    if (!written) (void)files.remove_file(temporary);
    return written;
}

void drop_older(FileSystem& files, const std::string& directory, const CompiledModelKey& key) {
    const auto entries = files.list(directory);
    if (!entries) return;
    for (const DirectoryEntry& entry : *entries) {
        if (entry.name.starts_with(file_prefix(key)) && entry.name != file_name(key)) {
            (void)files.remove_file(join_path(directory, entry.name));
        }
    }
}

}  // namespace
}  // namespace sokkuri::features
