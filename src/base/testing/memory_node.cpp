#include "base/testing/memory_node.h"

#include "base/check.h"

#include <algorithm>
#include <cstring>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sokkuri::testing {
namespace {

constexpr std::size_t kSectorBytes = 512;

using Content = std::vector<std::byte>;

/// Which of a row of changes a crash leaves.
std::vector<bool> kept_changes(MemoryNode::Random& random, std::size_t count);
void apply(const ContentChange& change, Content& content);
void apply_torn(const ContentChange& change, MemoryNode::Random& random, Content& content);

class MemoryRegion final : public MappedRegion {
 public:
    MemoryRegion(std::byte* start, std::size_t mapped_bytes, std::size_t skipped_bytes)
        : start_(start), mapped_bytes_(mapped_bytes), skipped_bytes_(skipped_bytes) {}
    MemoryRegion(const MemoryRegion&) = delete;
    MemoryRegion& operator=(const MemoryRegion&) = delete;
    ~MemoryRegion() override { munmap(start_, mapped_bytes_); }
    std::span<std::byte> bytes() override {
        return {start_ + skipped_bytes_, mapped_bytes_ - skipped_bytes_};
    }

 private:
    std::byte* start_;
    std::size_t mapped_bytes_;
    std::size_t skipped_bytes_;
};

}  // namespace

MemoryNode::MemoryNode(FileKind kind, std::uint64_t inode) : kind_(kind), inode_(inode) {
    if (kind_ != FileKind::kRegular) return;
    descriptor_ = memfd_create("sokkuri-test", MFD_CLOEXEC);
    CHECK(descriptor_ >= 0);
}

MemoryNode::~MemoryNode() {
    if (descriptor_ >= 0) close(descriptor_);
}

std::size_t MemoryNode::read(std::uint64_t offset, std::span<std::byte> out) const {
    std::size_t done = 0;
    while (done < out.size()) {
        const ssize_t count = pread(descriptor_, out.data() + done, out.size() - done,
                                    static_cast<off_t>(offset + done));
        CHECK(count >= 0);
        if (count == 0) break;
        done += static_cast<std::size_t>(count);
    }
    return done;
}

void MemoryNode::write(std::uint64_t offset, std::span<const std::byte> bytes) {
    unsynced_.push_back({offset, Content(bytes.begin(), bytes.end())});
    while (!bytes.empty()) {
        const ssize_t count =
            pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        CHECK(count > 0);
        bytes = bytes.subspan(static_cast<std::size_t>(count));
        offset += static_cast<std::uint64_t>(count);
    }
}

void MemoryNode::truncate(std::uint64_t size_bytes) {
    unsynced_.push_back({size_bytes, std::nullopt});
    CHECK(ftruncate(descriptor_, static_cast<off_t>(size_bytes)) == 0);
}

std::uint64_t MemoryNode::size_bytes() const {
    if (descriptor_ < 0) return 0;
    struct stat status;
    CHECK(fstat(descriptor_, &status) == 0);
    return static_cast<std::uint64_t>(status.st_size);
}

void MemoryNode::sync() {
    for (const ContentChange& change : unsynced_) {
        apply(change, synced_);
    }
    unsynced_.clear();
}

std::unique_ptr<MappedRegion> MemoryNode::map(std::uint64_t offset, std::size_t length,
                                              MapAccess access) {
    if (access == MapAccess::kReadWrite) was_mapped_for_writing_ = true;
    const auto page_bytes = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    const auto skipped = static_cast<std::size_t>(offset % page_bytes);
    const int protection = access == MapAccess::kRead ? PROT_READ : PROT_READ | PROT_WRITE;
    void* start = mmap(nullptr, length + skipped, protection, MAP_SHARED, descriptor_,
                       static_cast<off_t>(offset - skipped));
    CHECK(start != MAP_FAILED);
    return std::make_unique<MemoryRegion>(static_cast<std::byte*>(start), length + skipped,
                                          skipped);
}

void MemoryNode::set_entry(const std::string& name, Pointer node) {
    if (node) {
        entries_[name] = node;
    } else {
        entries_.erase(name);
    }
    unsynced_entries_.push_back({name, std::move(node)});
}

void MemoryNode::sync_entries() {
    synced_entries_ = entries_;
    unsynced_entries_.clear();
}

MemoryNode::Pointer MemoryNode::after_crash(Random& random, Survivors& survivors) const {
    Pointer& survivor = survivors[this];
    if (survivor) return survivor;
    const Pointer made = std::make_shared<MemoryNode>(kind_, inode_);
    survivor = made;
    if (kind_ == FileKind::kRegular) {
        crash_content(random, *made);
    } else {
        crash_entries(random, survivors, *made);
    }
    return made;
}

void MemoryNode::crash_content(Random& random, MemoryNode& survivor) const {
    Content content = synced_;
    const bool is_as_mapped = was_mapped_for_writing_ && random() % 2 == 0;
    if (is_as_mapped) {
        content.resize(static_cast<std::size_t>(size_bytes()));
        read(0, content);
    } else {
        const std::vector<bool> kept = kept_changes(random, unsynced_.size());
        for (std::size_t i = 0; i < unsynced_.size(); ++i) {
            if (kept[i]) {
                apply(unsynced_[i], content);
            } else if (random() % 4 == 0) {
                apply_torn(unsynced_[i], random, content);
            }
        }
    }
    survivor.write(0, content);
    survivor.sync();
}

void MemoryNode::crash_entries(Random& random, Survivors& survivors, MemoryNode& survivor) const {
    std::map<std::string, Pointer> entries = synced_entries_;
    const std::vector<bool> kept = kept_changes(random, unsynced_entries_.size());
    for (std::size_t i = 0; i < unsynced_entries_.size(); ++i) {
        const auto& [name, node] = unsynced_entries_[i];
        if (kept[i] && node) entries[name] = node;
        if (kept[i] && !node) entries.erase(name);
    }
    for (const auto& [name, node] : entries) {
        survivor.set_entry(name, node->after_crash(random, survivors));
    }
    survivor.sync_entries();
}

namespace {

std::vector<bool> kept_changes(MemoryNode::Random& random, std::size_t count) {
    std::vector<bool> kept(count, false);
    const std::size_t first_dropped = random() % (count + 1);
    const auto manner = random() % 4;
    for (std::size_t i = 0; i < count; ++i) {
        switch (manner) {
            case 0:
                break;
            case 1:
                kept[i] = true;
                break;
            case 2:
                kept[i] = i < first_dropped;
                break;
            default:
                kept[i] = random() % 2 == 0;
                break;
        }
    }
    return kept;
}

void apply(const ContentChange& change, Content& content) {
    const auto offset = static_cast<std::size_t>(change.offset);
    if (!change.bytes) {
        content.resize(offset);
        return;
    }
    if (content.size() < offset + change.bytes->size()) {
        content.resize(offset + change.bytes->size());
    }
    std::copy(change.bytes->begin(), change.bytes->end(),
              content.begin() + static_cast<std::ptrdiff_t>(offset));
}

void apply_torn(const ContentChange& change, MemoryNode::Random& random, Content& content) {
    if (!change.bytes) return;
    std::size_t done = 0;
    while (done < change.bytes->size()) {
        const auto offset = static_cast<std::size_t>(change.offset) + done;
        const std::size_t count =
            std::min(kSectorBytes - offset % kSectorBytes, change.bytes->size() - done);
        const auto first = change.bytes->begin() + static_cast<std::ptrdiff_t>(done);
        if (random() % 2 == 0) {
            apply({offset, Content(first, first + static_cast<std::ptrdiff_t>(count))}, content);
        }
        done += count;
    }
}

}  // namespace
}  // namespace sokkuri::testing
