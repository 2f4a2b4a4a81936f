// Libraries: the collections that one server serves, each under a name. Opened once at start, all
// for writing; they live as long as this. Safe from any number of threads.
#pragma once

#include "base/file_system.h"
#include "base/result.h"
#include "service/library.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sokkuri::service {

struct LibraryPlace {
    std::string folder;                // of pictures
    std::string collection_directory;  // empty: inside `folder`
};

class Libraries {
 public:
    struct Entry {
        std::string name;
        Library library;
    };

    /// `socket`: where this process listens for others that want to write (named in the locks).
    /// kConflict while another process writes to one of them. Two folders of one name get "-2", ….
    static Result<std::unique_ptr<Libraries>> open(FileSystem& files,
                                                   const std::vector<LibraryPlace>& places,
                                                   const std::string& socket);

    const std::vector<std::unique_ptr<Entry>>& all() const { return entries_; }
    /// kNotFound names the ones that there are.
    Result<Library*> find(std::string_view name) const;

 private:
    std::vector<std::unique_ptr<Entry>> entries_;
};

/// A collection's default name: the last part of a folder's path by OpenSearch's rules for index
/// names (lower case, none of \ / * ? " < > | space , # :, no leading - _ +, at most 255 bytes);
/// "pictures" when nothing is left.
std::string slug_of(std::string_view folder);

}  // namespace sokkuri::service
