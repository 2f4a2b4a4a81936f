// Libraries: the collections that one server serves, each under a name. Opened once at start, all
// for writing; they live as long as this, and share the models that they load. Safe from any number
// of threads.
#pragma once

#include "base/file_system.h"
#include "base/result.h"
#include "service/library.h"

#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace sokkuri::service {

class Libraries {
 public:
    struct Entry {
        std::string name;
        Library library;
    };

    /// `socket`: where this process listens for others that want to write (named in the locks).
    /// kConflict while another process writes to one of them, kInvalidArgument when one is named
    /// twice. Two folders of one name get "-2", ….
    static Result<std::unique_ptr<Libraries>> open(FileSystem& files,
                                                   const std::vector<LibraryPlace>& places,
                                                   const std::string& socket);
    /// Waits for `warm_up`.
    ~Libraries();

    const std::vector<std::unique_ptr<Entry>>& all() const { return entries_; }
    /// kNotFound names the ones that there are.
    Result<Library*> find(std::string_view name) const;

    /// Loads, in the background, the models that queries will need first. Once.
    void warm_up(const ModelChoice& choice);
    /// Unloads models that nobody has used for a while. Jobs call it from time to time.
    void sweep();

 private:
    Libraries();

    std::shared_ptr<ExtractorCache> extractors_;
    std::vector<std::unique_ptr<Entry>> entries_;
    std::jthread warming_;  // last: joined first
};

/// A collection's default name: the last part of a folder's path by OpenSearch's rules for index
/// names (lower case, none of \ / * ? " < > | space , # :, no leading - _ +, at most 255 bytes);
/// "pictures" when nothing is left.
std::string slug_of(std::string_view folder);

}  // namespace sokkuri::service
