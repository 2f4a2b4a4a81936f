// ForwardingFileSystem: another file system with a say in what happens when a file is opened or a
// folder listed: it may vanish, change or refuse just then. For tests only. As safe between threads
// as its hooks are.
#pragma once

#include "base/file_system.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sokkuri::testing {

class ForwardingFileSystem final : public FileSystem {
 public:
    /// Called with the path before the operation; an error is answered instead of it.
    using Hook = std::function<Result<void>(const std::string& path)>;

    explicit ForwardingFileSystem(FileSystem& files) : files_(files) {}

    void on_read(Hook hook) { on_read_ = std::move(hook); }
    /// Of any kind of opening but that.
    void on_write(Hook hook) { on_write_ = std::move(hook); }
    void on_list(Hook hook) { on_list_ = std::move(hook); }

    Result<std::unique_ptr<File>> open(std::string_view path, OpenMode mode) override {
        if (mode == OpenMode::kRead && on_read_) TRY(on_read_(std::string(path)));
        if (mode != OpenMode::kRead && on_write_) TRY(on_write_(std::string(path)));
        return files_.open(path, mode);
    }
    Result<std::vector<DirectoryEntry>> list(std::string_view path) const override {
        if (on_list_) TRY(on_list_(std::string(path)));
        return files_.list(path);
    }
    Result<FileStatus> status(std::string_view path) const override { return files_.status(path); }
    Result<FileStatus> status_following(std::string_view path) const override {
        return files_.status_following(path);
    }
    Result<std::string> canonical(std::string_view path) const override {
        return files_.canonical(path);
    }
    Result<void> create_directory(std::string_view path) override {
        return files_.create_directory(path);
    }
    Result<void> rename(std::string_view from, std::string_view to) override {
        return files_.rename(from, to);
    }
    Result<void> remove_file(std::string_view path) override { return files_.remove_file(path); }
    Result<void> remove_directory(std::string_view path) override {
        return files_.remove_directory(path);
    }
    Result<void> sync_directory(std::string_view path) override {
        return files_.sync_directory(path);
    }

 private:
    FileSystem& files_;
    Hook on_read_;
    Hook on_write_;
    Hook on_list_;
};

}  // namespace sokkuri::testing
