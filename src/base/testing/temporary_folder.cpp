#include "base/testing/temporary_folder.h"

#include "base/check.h"
#include "base/file_system.h"

#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace sokkuri::testing {

TemporaryFolder::TemporaryFolder() {
    std::string pattern = std::filesystem::temp_directory_path() / "sokkuri-test-XXXXXX";
    CHECK(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;  // what stays behind is the system's to clean
    std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryFolder::path(std::string_view name) const {
    return join_path(path_, name);
}

}  // namespace sokkuri::testing
