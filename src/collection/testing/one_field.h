// OneField: an empty collection of one vector field "v" in a folder of its own. What fails on the
// way ends the program.
#pragma once

#include "base/check.h"
#include "base/testing/temporary_directory.h"
#include "collection/local_collection.h"

#include <cstdint>
#include <memory>

namespace sokkuri::collection::testing {

class OneField {
 public:
    explicit OneField(std::uint32_t dimension) {
        auto opened = open_local_collection(posix_file_system(), folder_.path() + "/.sokkuri",
                                            {.access = LocalOptions::Access::kCreate});
        CHECK(opened.has_value());
        collection_ = std::move(*opened);
        CHECK(collection_->add_field({.name = "v", .dimension = dimension}).has_value());
    }

    Collection& collection() const { return *collection_; }

 private:
    sokkuri::testing::TemporaryDirectory folder_;
    std::unique_ptr<Collection> collection_;  // goes before its folder
};

}  // namespace sokkuri::collection::testing
