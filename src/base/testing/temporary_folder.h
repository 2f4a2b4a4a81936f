// TemporaryFolder: a folder of the real file system for one test, removed with everything in it at
// its end.
#pragma once

#include <string>
#include <string_view>

namespace sokkuri::testing {

class TemporaryFolder {
 public:
    /// Aborts the test program when there is no place for it.
    TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder();

    const std::string& path() const { return path_; }
    /// Of a file in it.
    std::string path(std::string_view name) const;

 private:
    std::string path_;
};

}  // namespace sokkuri::testing
