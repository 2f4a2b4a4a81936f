// RenderedPictures: pictures as JPEG in the sizes that people look at, each made when first asked
// for and then kept in `.sokkuri/thumbs/` by content, side and quality. A cache: what cannot be
// read or written is made again, and the least recently used go first. Held by Library; used by
// picture_files. Safe from any number of threads: who asks for one that is being made waits for it.
#pragma once

#include "base/file_system.h"
#include "base/guarded.h"
#include "base/hash.h"
#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <list>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace sokkuri::service {

class RenderedPictures {
 public:
    using Bytes = std::vector<std::byte>;
    using SharedBytes = std::shared_ptr<const Bytes>;

    enum class Keeping { kOnDisk, kNowhere };

    struct Key {
        Hash128 content{};
        std::uint32_t side = 0;  // longer, in pixels
        int quality = 0;         // of the JPEG
    };

    RenderedPictures(FileSystem& files, std::string directory, Keeping keeping);

    /// All on disk.
    static constexpr std::uint64_t kBytesMax = 512ULL << 20;
    /// For tests: fewer.
    void bound_to(std::uint64_t bytes_max);

    /// From the disk, or by `make`. Fails only as `make` does.
    Result<SharedBytes> get(const Key& key, const std::function<Result<Bytes>()>& make);

 private:
    /// The files on disk, most recently used first.
    struct Entry {
        std::string name;
        std::uint64_t size_bytes = 0;
    };
    struct Index {
        bool is_loaded = false;
        std::uint64_t bytes_max = kBytesMax;
        std::uint64_t size_bytes = 0;
        std::list<Entry> entries;
        std::unordered_map<std::string, std::list<Entry>::iterator> by_name;

        void add(Entry entry);
        void touch(const std::string& name);
        /// What has to go so that the bound is kept.
        std::vector<std::string> drop_oldest();
    };
    using Made = std::shared_future<Result<SharedBytes>>;

    Result<SharedBytes> load_or_make(const std::string& name,
                                     const std::function<Result<Bytes>()>& make);
    SharedBytes load(const std::string& name);
    void keep(const std::string& name, const Bytes& bytes);
    Result<void> write(const std::string& name, const Bytes& bytes);
    void load_index();
    std::string path_of(const std::string& name) const;

    FileSystem& files_;
    const std::string directory_;
    const Keeping keeping_;
    Guarded<std::map<std::string, Made>> making_;
    Guarded<Index> index_;
};

/// What is written to disk of a rendered picture: it, and its checksum behind it, which those who
/// decode it do not look at.
std::vector<std::byte> with_checksum(std::span<const std::byte> jpeg);
/// Whether a file of thumbs/, or a thumbnail in pictures/, is what was written.
bool is_whole_rendered_picture(std::span<const std::byte> file);

}  // namespace sokkuri::service
