// PictureFolder: a folder of pictures of a test's own, drawn from seeds, indexed with a small real
// model, and compared record by record. For tests only. Belongs to one thread.
#pragma once

#include "base/testing/temporary_directory.h"
#include "service/ingest.h"
#include "service/library.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

namespace sokkuri::service::testing {

/// The folder with the small model, made with the first call; empty where the test data is not.
const std::string& models_folder();
/// What to tell GTEST_SKIP then.
std::string missing_data();

/// All that a collection says of one picture.
struct IndexedPicture {
    std::string id;
    std::string document;
    std::vector<float> vector;

    bool operator==(const IndexedPicture&) const = default;
};
using IndexedPictures = std::map<std::string, IndexedPicture>;  // by path

IndexedPictures indexed_pictures(const Library& library);

class PictureFolder {
 public:
    PictureFolder();

    const std::string& path() const { return path_; }
    std::string path(const std::string& name) const { return path_ + "/" + name; }

    /// A JPEG that differs with every seed. Its time lies `age` back: beyond any doubt about
    /// clocks.
    void draw(const std::string& name, unsigned seed,
              std::chrono::seconds age = std::chrono::hours(10)) const;
    void write(const std::string& name, const std::string& bytes,
               std::chrono::seconds age = std::chrono::hours(10)) const;
    void move(const std::string& from, const std::string& to) const;
    /// With the time of the original.
    void copy(const std::string& from, const std::string& to) const;
    void remove(const std::string& name) const;

    IngestRequest request() const;
    /// Ingests with `request`, through `files`. Failing is a failure of the test: it aborts.
    IngestReport index(const IngestRequest& request, FileSystem& files, std::stop_token stop) const;
    IngestReport index(const IngestRequest& request) const;
    IngestReport index() const { return index(request()); }

    Library open(LibraryAccess access = LibraryAccess::kRead) const;
    IndexedPictures pictures() const { return indexed_pictures(open()); }

 private:
    sokkuri::testing::TemporaryDirectory directory_;
    std::string path_;  // canonical
};

}  // namespace sokkuri::service::testing
