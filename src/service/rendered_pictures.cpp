#include "service/rendered_pictures.h"

#include "base/hash.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <exception>
#include <new>
#include <optional>
#include <tuple>
#include <unistd.h>
#include <utility>

namespace sokkuri::service {
namespace {

constexpr std::uint64_t kPictureBytesMax = 64U << 20;  // one that is larger is not ours
constexpr std::string_view kEnding = ".jpg";
constexpr std::size_t kChecksumBytes = 8;  // behind the picture

std::string name_of(const RenderedPictures::Key& key);

}  // namespace

RenderedPictures::RenderedPictures(FileSystem& files, std::string directory, Keeping keeping)
    : files_(files), directory_(std::move(directory)), keeping_(keeping) {}

void RenderedPictures::bound_to(std::uint64_t bytes_max) {
    index_.lock()->bytes_max = bytes_max;
}

Result<RenderedPictures::SharedBytes> RenderedPictures::get(
    const Key& key, const std::function<Result<Bytes>()>& make) {
    const std::string name = name_of(key);
    std::promise<Result<SharedBytes>> promise;
    std::optional<Made> being_made;
    {
        auto making = making_.lock();
        const auto found = making->find(name);
        if (found != making->end()) {
            being_made = found->second;
        } else {
            making->emplace(name, promise.get_future().share());
        }
    }
    if (being_made) return being_made->get();
    try {
        Result<SharedBytes> made = load_or_make(name, make);
        making_.lock()->erase(name);
        promise.set_value(made);
        return made;
    } catch (const std::bad_alloc&) {
        making_.lock()->erase(name);
        promise.set_exception(std::current_exception());
        throw;
    }
}

Result<RenderedPictures::SharedBytes> RenderedPictures::load_or_make(
    const std::string& name, const std::function<Result<Bytes>()>& make) {
    if (SharedBytes loaded = load(name)) return loaded;
    Bytes bytes = TRY(make());
    if (keeping_ == Keeping::kOnDisk) keep(name, bytes);
    return std::make_shared<const Bytes>(std::move(bytes));
}

/// Null when there is none that is whole.
RenderedPictures::SharedBytes RenderedPictures::load(const std::string& name) {
    auto bytes = read_file(files_, path_of(name), kPictureBytesMax);
    if (!bytes || !is_whole_rendered_picture(*bytes)) return nullptr;
    bytes->resize(bytes->size() - kChecksumBytes);
    index_.lock()->touch(name);
    return std::make_shared<const Bytes>(std::move(*bytes));
}

void RenderedPictures::keep(const std::string& name, const Bytes& bytes) {
    load_index();
    if (!write(name, bytes)) return;
    std::vector<std::string> dropped;
    {
        auto index = index_.lock();
        index->add({name, bytes.size()});
        dropped = index->drop_oldest();
    }
    for (const std::string& old : dropped)
        static_cast<void>(files_.remove_file(path_of(old)));
}

/// Whole or not at all, but not synced: what a power cut leaves broken is found out by `load`.
Result<void> RenderedPictures::write(const std::string& name, const Bytes& bytes) {
    static std::atomic<std::uint64_t> next{0};
    const std::string path = path_of(name);
    TRY(create_directories(files_, path.substr(0, path.rfind('/'))));
    const std::string temporary = fmt::format("{}.{}-{}.tmp", path, getpid(), next++);
    {
        const std::unique_ptr<File> file = TRY(files_.open(temporary, OpenMode::kCreateNew));
        const auto written = file->write_at(0, with_checksum(bytes));
        if (!written) {
            static_cast<void>(files_.remove_file(temporary));
            return written;
        }
    }
    return files_.rename(temporary, path);
}

/// Once: what is there, oldest last. Files that are not ours to name are left alone.
void RenderedPictures::load_index() {
    if (index_.lock()->is_loaded) return;
    std::vector<std::tuple<std::int64_t, std::string, std::uint64_t>> found;
    const auto folders = files_.list(directory_);
    for (const DirectoryEntry& folder : folders.value_or(std::vector<DirectoryEntry>())) {
        const std::string path = join_path(directory_, folder.name);
        const auto entries = files_.list(path);
        for (const DirectoryEntry& entry : entries.value_or(std::vector<DirectoryEntry>())) {
            const auto status = files_.status(join_path(path, entry.name));
            if (!status || status->kind != FileKind::kRegular) continue;
            // Left behind by a kill.
            if (entry.name.ends_with(".tmp")) {
                static_cast<void>(files_.remove_file(join_path(path, entry.name)));
            } else if (entry.name.ends_with(kEnding) && entry.name.starts_with(folder.name)) {
                found.emplace_back(status->modified_ns, entry.name, status->size_bytes);
            }
        }
    }
    std::sort(found.begin(), found.end());
    auto index = index_.lock();
    if (index->is_loaded) return;
    index->is_loaded = true;
    for (auto& [modified_ns, name, size_bytes] : found)
        index->add({std::move(name), size_bytes});
}

std::string RenderedPictures::path_of(const std::string& name) const {
    return fmt::format("{}/{}/{}", directory_, name.substr(0, 2), name);
}

void RenderedPictures::Index::add(Entry entry) {
    const auto known = by_name.find(entry.name);
    if (known != by_name.end()) {
        size_bytes -= known->second->size_bytes;
        entries.erase(known->second);
        by_name.erase(known);
    }
    size_bytes += entry.size_bytes;
    entries.push_front(std::move(entry));
    by_name.emplace(entries.front().name, entries.begin());
}

void RenderedPictures::Index::touch(const std::string& name) {
    const auto known = by_name.find(name);
    if (known != by_name.end()) entries.splice(entries.begin(), entries, known->second);
}

std::vector<std::string> RenderedPictures::Index::drop_oldest() {
    std::vector<std::string> dropped;
    while (size_bytes > bytes_max && entries.size() > 1) {
        size_bytes -= entries.back().size_bytes;
        by_name.erase(entries.back().name);
        dropped.push_back(std::move(entries.back().name));
        entries.pop_back();
    }
    return dropped;
}

std::vector<std::byte> with_checksum(std::span<const std::byte> jpeg) {
    std::vector<std::byte> file(jpeg.begin(), jpeg.end());
    const std::uint64_t checksum = xxh64(jpeg);
    const auto trailer = std::as_bytes(std::span(&checksum, 1));
    file.insert(file.end(), trailer.begin(), trailer.end());
    return file;
}

bool is_whole_rendered_picture(std::span<const std::byte> file) {
    if (file.size() <= kChecksumBytes) return false;
    const std::span<const std::byte> jpeg = file.first(file.size() - kChecksumBytes);
    std::uint64_t checksum = 0;
    std::memcpy(&checksum, file.data() + jpeg.size(), sizeof checksum);
    return xxh64(jpeg) == checksum;
}

namespace {

std::string name_of(const RenderedPictures::Key& key) {
    return fmt::format("{}-{}-{}{}", hex(key.content), key.side, key.quality, kEnding);
}

}  // namespace
}  // namespace sokkuri::service
