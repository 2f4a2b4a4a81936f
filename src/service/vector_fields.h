// The vector fields of a collection as people address them: by name, each with its own metric,
// dimension and model; what is meant when none is named is the main field (main_field.h). Used by
// search, put, http and cli. Safe from any number of threads.
#pragma once

#include "base/result.h"
#include "collection/collection.h"
#include "features/model_card.h"
#include "service/library.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sokkuri::service {

/// What a model that is to take over a field's place is called until then (model_switch.h). Nobody
/// else may write there: those vectors are the main ones afterwards.
inline constexpr std::string_view kNextSuffix = "-next";

/// kInvalidArgument for a name that ends in kNextSuffix, or means something else where vectors are
/// asked for (item_vectors.h): people's fields have others.
Result<void> check_field_name(std::string_view name);

/// Those that people can write to and ask for: all but the one of a model that is to take over.
Result<std::vector<collection::FieldSpec>> fields_of(const Library& library);

/// One of these, by its name, or the main one when that is empty. kNotFound names those that there
/// are.
Result<collection::FieldSpec> field_meant(const Library& library, const std::string& name);

/// The card of the model that a field's vectors come from; kUnsupported when it holds vectors that
/// were given.
Result<features::ModelCard> model_of(const collection::FieldSpec& field);

struct FieldDescription {
    collection::FieldSpec spec;
    std::string model;  // its name; empty: vectors of people's own
    std::uint64_t vectors = 0;
    bool is_main = false;
};

Result<std::vector<FieldDescription>> describe_fields(const Library& library);

/// Of a model on this machine's shelf, or of vectors of people's own, which need a dimension.
struct FieldRequest {
    std::string name;
    std::string model;
    std::string models_folder;  // looked at before the standard places
    std::optional<std::uint32_t> dimension;
    index::Metric metric = index::Metric::kCosine;
};

/// True: it is new; its vectors come with the next run of ingest, or by putting them. False: it is
/// there as asked for. kAlreadyExists when one of that name is otherwise, saying both.
Result<bool> add_vector_field(Library& library, const FieldRequest& request);

/// With all of its vectors; also the one of a model that was to take over, which ends its switch.
/// kNotFound; kConflict for the main one while there are others, since
/// another field would be searched in its place unasked.
Result<void> drop_vector_field(Library& library, const std::string& name);

}  // namespace sokkuri::service
