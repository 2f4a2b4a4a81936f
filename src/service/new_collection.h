// NewCollection: a collection as somebody asks for it: its fields of vectors, and what is kept of
// its pictures. Used by http. Safe from any number of threads.
#pragma once

#include "base/result.h"
#include "index/metric.h"
#include "service/libraries.h"
#include "service/model_choice.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sokkuri::service {

/// Of a model, or of vectors of the user's own, which need a dimension.
struct NewField {
    std::string name = kPictureField;
    std::string model;  // on this machine's shelf; empty: none
    std::optional<std::uint32_t> dimension;
    index::Metric metric = index::Metric::kCosine;
};

struct NewCollection {
    std::string name;
    /// None: the first picture or vector says what the first field is like.
    std::vector<NewField> fields;
    /// Empty: what one that is there keeps, and originals for a new one.
    std::optional<PictureKeeping> keeping = {};
    std::string models_folder;  // to look for models in before the standard places
};

struct MadeCollection {
    std::shared_ptr<Library> library;
    bool was_created = false;  // false: it was there, as asked for
};

/// kAlreadyExists when there is one of that name that is otherwise; says in what. Also what
/// Libraries::make, Collection::add_field and features::ModelShelf::find answer.
Result<MadeCollection> make_collection(Libraries& libraries, const NewCollection& wanted);

}  // namespace sokkuri::service
