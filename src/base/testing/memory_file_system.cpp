#include "base/testing/memory_file_system.h"

#include "base/check.h"

#include <algorithm>

namespace sokkuri::testing {
namespace {

/// "/a/./b/../c" → a, c.
std::vector<std::string> components_of(std::string_view path);

}  // namespace

struct MemoryFileSystem::State {
    struct Lock {
        const OpenFile* owner = nullptr;
        const MemoryNode* node = nullptr;
        std::uint64_t offset = 0;
        std::uint64_t end = 0;
        LockKind kind = LockKind::kShared;
    };

    MemoryNode::Pointer root = std::make_shared<MemoryNode>(FileKind::kDirectory, 1);
    std::uint64_t next_inode = 2;
    std::vector<Lock> locks;
    std::map<const MemoryNode*, std::int64_t> modified_ns;  // a clock that counts changes
    std::int64_t now_ns = 1;

    void touch(const MemoryNode& node) { modified_ns[&node] = now_ns++; }
    void unlock(const OpenFile& owner, std::uint64_t offset, std::uint64_t end);
    bool is_refused(const OpenFile& owner, const MemoryNode& node, const Lock& wanted) const;
};

/// A name in a directory, and what is there now.
struct MemoryFileSystem::Place {
    MemoryNode::Pointer directory;
    std::string name;
    MemoryNode::Pointer node;  // null: nothing
};

class MemoryFileSystem::OpenFile final : public File {
 public:
    OpenFile(std::shared_ptr<Guarded<State>> state, MemoryNode::Pointer node, OpenMode mode,
             std::string location)
        : state_(std::move(state)),
          node_(std::move(node)),
          mode_(mode),
          location_(std::move(location)) {}
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    ~OpenFile() override { state_->lock()->unlock(*this, 0, UINT64_MAX); }

    Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> out) const override {
        if (node_->kind() != FileKind::kRegular) return fail(ErrorCode::kIo, "is a directory");
        return node_->read(offset, out);
    }

    Result<void> write_at(std::uint64_t offset, std::span<const std::byte> bytes) override {
        TRY(check_writable());
        auto state = state_->lock();
        node_->write(offset, bytes);
        state->touch(*node_);
        return {};
    }

    Result<void> truncate(std::uint64_t size_bytes) override {
        TRY(check_writable());
        auto state = state_->lock();
        node_->truncate(size_bytes);
        state->touch(*node_);
        return {};
    }

    Result<void> sync() override {
        auto state = state_->lock();
        node_->sync();
        return {};
    }

    Result<std::uint64_t> size_bytes() const override { return node_->size_bytes(); }

    Result<FileStatus> status() const override {
        auto state = state_->lock();
        return FileStatus{.kind = node_->kind(),
                          .size_bytes = node_->size_bytes(),
                          .modified_ns = state->modified_ns[node_.get()],
                          .inode = node_->inode(),
                          .device = 1};
    }

    /// As it was opened: without links there is no other way, and renames are not followed.
    Result<std::string> location() const override { return location_; }

    Result<bool> try_lock(std::uint64_t offset, std::uint64_t length, LockKind kind) override {
        if (kind == LockKind::kExclusive) TRY(check_writable());
        auto state = state_->lock();
        const State::Lock wanted{this, node_.get(), offset, offset + length, kind};
        if (state->is_refused(*this, *node_, wanted)) return false;
        state->unlock(*this, offset, offset + length);
        state->locks.push_back(wanted);
        return true;
    }

    Result<void> unlock(std::uint64_t offset, std::uint64_t length) override {
        state_->lock()->unlock(*this, offset, offset + length);
        return {};
    }

    Result<bool> is_locked_elsewhere(std::uint64_t offset, std::uint64_t length) const override {
        auto state = state_->lock();
        const State::Lock wanted{this, node_.get(), offset, offset + length, LockKind::kExclusive};
        return state->is_refused(*this, *node_, wanted);
    }

    Result<std::unique_ptr<MappedRegion>> map(std::uint64_t offset, std::size_t length,
                                              MapAccess access) override {
        if (length == 0) return fail(ErrorCode::kInvalidArgument, "map: no bytes");
        if (access == MapAccess::kReadWrite) TRY(check_writable());
        auto state = state_->lock();
        return node_->map(offset, length, access);
    }

 private:
    Result<void> check_writable() const {
        if (mode_ == OpenMode::kRead) return fail(ErrorCode::kIo, "file is open for reading only");
        return {};
    }

    const std::shared_ptr<Guarded<State>> state_;
    const MemoryNode::Pointer node_;
    const OpenMode mode_;
    const std::string location_;
};

MemoryFileSystem::MemoryFileSystem() : state_(std::make_shared<Guarded<State>>()) {}

MemoryFileSystem::~MemoryFileSystem() = default;

void MemoryFileSystem::crash(std::uint64_t seed) {
    auto state = state_->lock();
    MemoryNode::Random random(seed);
    MemoryNode::Survivors survivors;
    state->root = state->root->after_crash(random, survivors);
    state->modified_ns.clear();
}

Result<std::unique_ptr<File>> MemoryFileSystem::open(std::string_view path, OpenMode mode) {
    auto state = state_->lock();
    Place place = TRY(find(*state, path));
    const bool may_create = mode == OpenMode::kCreate || mode == OpenMode::kCreateNew;
    if (place.node && mode == OpenMode::kCreateNew) {
        return fail(ErrorCode::kAlreadyExists, "open {}: file exists", path);
    }
    if (!place.node && !may_create)
        return fail(ErrorCode::kNotFound, "open {}: no such file", path);
    if (place.node && place.node->kind() == FileKind::kDirectory && mode != OpenMode::kRead) {
        return fail(ErrorCode::kIo, "open {}: is a directory", path);
    }
    if (!place.node) {
        place.node = std::make_shared<MemoryNode>(FileKind::kRegular, state->next_inode++);
        place.directory->set_entry(place.name, place.node);
        state->touch(*place.node);
    }
    std::string location;
    for (const std::string& component : components_of(path))
        location += "/" + component;
    return std::make_unique<OpenFile>(state_, place.node, mode, std::move(location));
}

Result<FileStatus> MemoryFileSystem::status(std::string_view path) const {
    auto state = state_->lock();
    const MemoryNode::Pointer node = TRY(find_existing(*state, path));
    return FileStatus{.kind = node->kind(),
                      .size_bytes = node->size_bytes(),
                      .modified_ns = state->modified_ns[node.get()],
                      .inode = node->inode(),
                      .device = 1};
}

Result<FileStatus> MemoryFileSystem::status_following(std::string_view path) const {
    return status(path);
}

Result<std::vector<DirectoryEntry>> MemoryFileSystem::list(std::string_view path) const {
    auto state = state_->lock();
    const MemoryNode::Pointer node = TRY(find_existing(*state, path));
    if (node->kind() != FileKind::kDirectory) {
        return fail(ErrorCode::kNotFound, "list {}: not a directory", path);
    }
    std::vector<DirectoryEntry> entries;
    for (const auto& [name, entry] : node->entries()) {
        entries.push_back({name, entry->kind()});
    }
    return entries;
}

Result<std::string> MemoryFileSystem::canonical(std::string_view path) const {
    auto state = state_->lock();
    TRY(find_existing(*state, path));
    std::string canonical;
    for (const std::string& component : components_of(path)) {
        canonical += "/" + component;
    }
    return canonical.empty() ? "/" : canonical;
}

Result<void> MemoryFileSystem::create_directory(std::string_view path) {
    auto state = state_->lock();
    const Place place = TRY(find(*state, path));
    if (!place.node) {
        place.directory->set_entry(
            place.name, std::make_shared<MemoryNode>(FileKind::kDirectory, state->next_inode++));
        return {};
    }
    if (place.node->kind() == FileKind::kDirectory) return {};
    return fail(ErrorCode::kAlreadyExists, "create directory {}: file exists", path);
}

Result<void> MemoryFileSystem::rename(std::string_view from, std::string_view to) {
    auto state = state_->lock();
    const Place source = TRY(find(*state, from));
    const Place target = TRY(find(*state, to));
    if (!source.node) return fail(ErrorCode::kNotFound, "rename {}: no such file", from);
    if (target.node && target.node->kind() == FileKind::kDirectory) {
        return fail(ErrorCode::kIo, "rename {} to {}: is a directory", from, to);
    }
    if (source.node == target.node) return {};
    target.directory->set_entry(target.name, source.node);
    source.directory->set_entry(source.name, nullptr);
    return {};
}

Result<void> MemoryFileSystem::remove_file(std::string_view path) {
    return remove(path, FileKind::kRegular);
}

Result<void> MemoryFileSystem::remove_directory(std::string_view path) {
    return remove(path, FileKind::kDirectory);
}

Result<void> MemoryFileSystem::sync_directory(std::string_view path) {
    auto state = state_->lock();
    const MemoryNode::Pointer node = TRY(find_existing(*state, path));
    if (node->kind() != FileKind::kDirectory) {
        return fail(ErrorCode::kNotFound, "sync directory {}: not a directory", path);
    }
    node->sync_entries();
    return {};
}

/// kNotFound when a directory on the way does not exist.
Result<MemoryFileSystem::Place> MemoryFileSystem::find(State& state, std::string_view path) {
    std::vector<std::string> components = components_of(path);
    if (components.empty()) return Place{state.root, ".", state.root};
    const std::string last = components.back();
    components.pop_back();
    MemoryNode::Pointer directory = state.root;
    for (const std::string& component : components) {
        const auto found = directory->entries().find(component);
        if (found == directory->entries().end() || found->second->kind() != FileKind::kDirectory) {
            return fail(ErrorCode::kNotFound, "{}: {} is no directory", path, component);
        }
        directory = found->second;
    }
    const auto found = directory->entries().find(last);
    return Place{directory, last, found == directory->entries().end() ? nullptr : found->second};
}

Result<MemoryNode::Pointer> MemoryFileSystem::find_existing(State& state, std::string_view path) {
    const Place place = TRY(find(state, path));
    if (place.node) return place.node;
    return fail(ErrorCode::kNotFound, "{}: no such file", path);
}

Result<void> MemoryFileSystem::remove(std::string_view path, FileKind kind) {
    auto state = state_->lock();
    const Place place = TRY(find(*state, path));
    if (!place.node) return fail(ErrorCode::kNotFound, "remove {}: no such file", path);
    if (place.node->kind() != kind || !place.node->entries().empty()) {
        return fail(ErrorCode::kIo, "remove {}: of another kind, or not empty", path);
    }
    place.directory->set_entry(place.name, nullptr);
    return {};
}

/// What lies outside the range stays locked.
void MemoryFileSystem::State::unlock(const OpenFile& owner, std::uint64_t offset,
                                     std::uint64_t end) {
    std::vector<Lock> left;
    for (const Lock& lock : locks) {
        if (lock.owner != &owner || lock.end <= offset || lock.offset >= end) {
            left.push_back(lock);
            continue;
        }
        Lock before = lock;
        before.end = std::min(lock.end, offset);
        Lock behind = lock;
        behind.offset = std::max(lock.offset, end);
        if (before.offset < before.end) left.push_back(before);
        if (behind.offset < behind.end) left.push_back(behind);
    }
    locks = std::move(left);
}

bool MemoryFileSystem::State::is_refused(const OpenFile& owner, const MemoryNode& node,
                                         const Lock& wanted) const {
    return std::any_of(locks.begin(), locks.end(), [&](const Lock& lock) {
        return lock.owner != &owner && lock.node == &node && lock.offset < wanted.end &&
               wanted.offset < lock.end &&
               (lock.kind == LockKind::kExclusive || wanted.kind == LockKind::kExclusive);
    });
}

namespace {

std::vector<std::string> components_of(std::string_view path) {
    std::vector<std::string> components;
    while (!path.empty()) {
        const std::string_view component = path.substr(0, path.find('/'));
        path.remove_prefix(std::min(path.size(), component.size() + 1));
        if (component.empty() || component == ".") continue;
        if (component == "..") {
            if (!components.empty()) components.pop_back();
            continue;
        }
        components.emplace_back(component);
    }
    return components;
}

}  // namespace
}  // namespace sokkuri::testing
