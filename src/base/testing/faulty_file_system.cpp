#include "base/testing/faulty_file_system.h"

#include "base/guarded.h"

#include <new>

namespace sokkuri::testing {
namespace {

enum class Kind { kReads, kChanges };

}  // namespace

/// The count of operations and the fault to come.
class FaultyFileSystem::Faults {
 public:
    void set(const Fault& fault) { *state_.lock() = {fault, 0, false}; }
    std::uint64_t operations() const { return state_.lock()->operations; }
    bool has_failed() const { return state_.lock()->has_failed; }
    bool is_cut_off() const {
        auto state = state_.lock();
        return is_cut_off(state->fault, state->operations);
    }

    /// One operation: an error when it is to fail.
    Result<void> count(Kind kind, std::string_view what) {
        auto state = state_.lock();
        const std::uint64_t number = state->operations++;
        if (!fails(state->fault, number, kind)) return {};
        state->has_failed = true;
        if (state->fault.effect == FaultEffect::kNoMemory) throw std::bad_alloc();
        return fail(state->fault.code, "{}: fault at operation {}", what, number);
    }

    /// For what does not count but cannot be done any more.
    Result<void> check_not_cut_off(std::string_view what) const {
        auto state = state_.lock();
        if (!is_cut_off(state->fault, state->operations)) return {};
        return fail(state->fault.code, "{}: cut off", what);
    }

 private:
    struct State {
        Fault fault;
        std::uint64_t operations = 0;
        bool has_failed = false;
    };

    /// Whether operations from `number` on are beyond the end.
    static bool is_cut_off(const Fault& fault, std::uint64_t number) {
        return number > fault.cut_off_at ||
               (fault.effect == FaultEffect::kCutOff && number > fault.at);
    }

    static bool fails(const Fault& fault, std::uint64_t number, Kind kind) {
        if (number >= fault.cut_off_at) return true;
        switch (fault.effect) {
            case FaultEffect::kFailOnce:
            case FaultEffect::kNoMemory:
                return number == fault.at;
            case FaultEffect::kCutOff:
                return number >= fault.at;
            case FaultEffect::kRefuseChanges:
                return number >= fault.at && kind == Kind::kChanges;
        }
        return false;
    }

    mutable Guarded<State> state_;
};

class FaultyFileSystem::FaultyFile final : public File {
 public:
    FaultyFile(std::shared_ptr<Faults> faults, std::unique_ptr<File> file)
        : faults_(std::move(faults)), file_(std::move(file)) {}

    Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> out) const override {
        TRY(faults_->count(Kind::kReads, "read"));
        return file_->read_at(offset, out);
    }

    Result<void> write_at(std::uint64_t offset, std::span<const std::byte> bytes) override {
        const bool was_cut_off = !faults_->check_not_cut_off("write");
        const auto counted = faults_->count(Kind::kChanges, "write");
        if (counted) return file_->write_at(offset, bytes);
        // Half of it is written, but nothing more once everything fails.
        if (!was_cut_off) TRY(file_->write_at(offset, bytes.first(bytes.size() / 2)));
        return counted;
    }

    Result<void> truncate(std::uint64_t size_bytes) override {
        TRY(faults_->count(Kind::kChanges, "truncate"));
        return file_->truncate(size_bytes);
    }

    Result<void> sync() override {
        TRY(faults_->count(Kind::kChanges, "sync"));
        return file_->sync();
    }

    Result<std::uint64_t> size_bytes() const override {
        TRY(faults_->count(Kind::kReads, "size"));
        return file_->size_bytes();
    }

    Result<FileStatus> status() const override {
        TRY(faults_->count(Kind::kReads, "status"));
        return file_->status();
    }

    Result<std::string> location() const override {
        TRY(faults_->count(Kind::kReads, "location"));
        return file_->location();
    }

    Result<bool> try_lock(std::uint64_t offset, std::uint64_t length, LockKind kind) override {
        TRY(faults_->count(Kind::kReads, "lock"));
        return file_->try_lock(offset, length, kind);
    }

    Result<void> unlock(std::uint64_t offset, std::uint64_t length) override {
        TRY(faults_->check_not_cut_off("unlock"));
        return file_->unlock(offset, length);
    }

    Result<bool> is_locked_elsewhere(std::uint64_t offset, std::uint64_t length) const override {
        TRY(faults_->count(Kind::kReads, "lock state"));
        return file_->is_locked_elsewhere(offset, length);
    }

    Result<std::unique_ptr<MappedRegion>> map(std::uint64_t offset, std::size_t length,
                                              MapAccess access) override {
        TRY(faults_->count(Kind::kReads, "map"));
        return file_->map(offset, length, access);
    }

 private:
    const std::shared_ptr<Faults> faults_;
    const std::unique_ptr<File> file_;
};

FaultyFileSystem::FaultyFileSystem(FileSystem& files)
    : files_(&files), faults_(std::make_shared<Faults>()) {}

FaultyFileSystem::~FaultyFileSystem() = default;

void FaultyFileSystem::set_fault(const Fault& fault) {
    faults_->set(fault);
}

std::uint64_t FaultyFileSystem::operations() const {
    return faults_->operations();
}

bool FaultyFileSystem::has_failed() const {
    return faults_->has_failed();
}

bool FaultyFileSystem::is_cut_off() const {
    return faults_->is_cut_off();
}

Result<std::unique_ptr<File>> FaultyFileSystem::open(std::string_view path, OpenMode mode) {
    TRY(faults_->count(mode == OpenMode::kRead ? Kind::kReads : Kind::kChanges, "open"));
    std::unique_ptr<File> file = TRY(files_->open(path, mode));
    return std::make_unique<FaultyFile>(faults_, std::move(file));
}

Result<FileStatus> FaultyFileSystem::status(std::string_view path) const {
    TRY(faults_->count(Kind::kReads, "status"));
    return files_->status(path);
}

Result<FileStatus> FaultyFileSystem::status_following(std::string_view path) const {
    TRY(faults_->count(Kind::kReads, "status"));
    return files_->status_following(path);
}

Result<std::vector<DirectoryEntry>> FaultyFileSystem::list(std::string_view path) const {
    TRY(faults_->count(Kind::kReads, "list"));
    return files_->list(path);
}

Result<std::string> FaultyFileSystem::canonical(std::string_view path) const {
    TRY(faults_->count(Kind::kReads, "resolve"));
    return files_->canonical(path);
}

Result<void> FaultyFileSystem::create_directory(std::string_view path) {
    TRY(faults_->count(Kind::kChanges, "create directory"));
    return files_->create_directory(path);
}

Result<void> FaultyFileSystem::rename(std::string_view from, std::string_view to) {
    TRY(faults_->count(Kind::kChanges, "rename"));
    return files_->rename(from, to);
}

Result<void> FaultyFileSystem::remove_file(std::string_view path) {
    TRY(faults_->count(Kind::kChanges, "remove"));
    return files_->remove_file(path);
}

Result<void> FaultyFileSystem::remove_directory(std::string_view path) {
    TRY(faults_->count(Kind::kChanges, "remove directory"));
    return files_->remove_directory(path);
}

Result<void> FaultyFileSystem::sync_directory(std::string_view path) {
    TRY(faults_->count(Kind::kChanges, "sync directory"));
    return files_->sync_directory(path);
}

}  // namespace sokkuri::testing
