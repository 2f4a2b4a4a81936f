#include "service/vector_fields.h"

#include "collection/validation.h"
#include "service/main_field.h"
#include "service/model_choice.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace sokkuri::service {
namespace {

using collection::FieldSpec;

Result<FieldSpec> find_field(std::vector<FieldSpec> fields, const std::string& name);
Result<FieldSpec> spec_of(const Library& library, const FieldRequest& request);
Result<void> require_writer(const Library& library);
std::string described(const FieldSpec& field);

}  // namespace

Result<FieldSpec> field_meant(const Library& library, const std::string& name) {
    if (name.empty()) {
        std::optional<FieldSpec> main = TRY(main_field(library.collection()));
        if (main) return std::move(*main);
        if (!library.folder().empty()) {
            return fail(ErrorCode::kNotFound, "{}: no picture has been indexed yet",
                        library.folder());
        }
        return fail(ErrorCode::kNotFound, "{}: no item has come yet", library.home());
    }
    std::vector<FieldSpec> fields = TRY(fields_of(library));
    return find_field(std::move(fields), name);
}

Result<std::vector<FieldSpec>> fields_of(const Library& library) {
    std::vector<FieldSpec> fields = TRY(library.collection().fields());
    std::erase_if(fields, [](const FieldSpec& field) { return field.name.ends_with(kNextSuffix); });
    return fields;
}

Result<features::ModelCard> model_of(const FieldSpec& field) {
    if (field.model.empty()) {
        return fail(ErrorCode::kUnsupported,
                    "field {}: holds vectors that were given, not made by a model", field.name);
    }
    return in_context(fmt::format("model card of field {}", field.name),
                      features::parse_model_card(field.model));
}

Result<std::vector<FieldDescription>> describe_fields(const Library& library) {
    const collection::CollectionStats stats = TRY(library.collection().stats());
    const std::optional<FieldSpec> main = TRY(main_field(library.collection()));
    std::vector<FieldDescription> described;
    for (const auto& field : stats.fields) {
        FieldDescription one{.spec = field.spec, .vectors = field.vectors};
        if (!field.spec.model.empty()) {
            features::ModelCard card = TRY(model_of(field.spec));
            one.model = std::move(card.name);
        }
        one.is_main = main && main->name == field.spec.name;
        described.push_back(std::move(one));
    }
    return described;
}

Result<bool> add_vector_field(Library& library, const FieldRequest& request) {
    TRY(require_writer(library));
    const FieldSpec spec = TRY(spec_of(library, request));
    const std::vector<FieldSpec> fields = TRY(library.collection().fields());
    const auto known = std::ranges::find(fields, spec.name, &FieldSpec::name);
    if (known == fields.end()) {
        TRY(library.collection().add_field(spec));
        return true;
    }
    const bool is_same = known->dimension == spec.dimension && known->metric == spec.metric &&
                         known->fingerprint == spec.fingerprint;
    if (is_same) return false;
    return fail(ErrorCode::kAlreadyExists, "field {:?}: is there with {}, not {}", spec.name,
                described(*known), described(spec));
}

Result<void> drop_vector_field(Library& library, const std::string& name) {
    TRY(require_writer(library));
    return library.in_turn([&]() -> Result<void> {
        const std::vector<FieldSpec> fields = TRY(library.collection().fields());
        const FieldSpec field = TRY(find_field(fields, name));
        const std::optional<FieldSpec> main = TRY(main_field(library.collection()));
        if (fields.size() > 1 && main && main->name == field.name) {
            return fail(ErrorCode::kConflict,
                        "field {:?}: is the one that is searched when none is named; drop the "
                        "others first",
                        field.name);
        }
        return library.collection().drop_field(field.name);
    });
}

Result<void> check_field_name(std::string_view name) {
    if (name == "true" || name == "*" || name.find(',') != std::string_view::npos) {
        return fail(ErrorCode::kInvalidArgument,
                    "field {:?}: vectors=* and vectors=true are all fields, and commas are between "
                    "names",
                    name);
    }
    if (!name.ends_with(kNextSuffix)) return {};
    return fail(ErrorCode::kInvalidArgument,
                "field {:?}: names that end in \"{}\" are for switching models", name, kNextSuffix);
}

namespace {

Result<FieldSpec> find_field(std::vector<FieldSpec> fields, const std::string& name) {
    const auto found = std::ranges::find(fields, name, &FieldSpec::name);
    if (found != fields.end()) return std::move(*found);
    return fail(ErrorCode::kNotFound, "field {:?}: there is none; there are: {}", name,
                fmt::join(collection::names_of(fields), ", "));
}

Result<FieldSpec> spec_of(const Library& library, const FieldRequest& request) {
    TRY(check_field_name(request.name));
    FieldSpec spec{.name = request.name, .metric = request.metric};
    if (request.model.empty()) {
        if (!request.dimension) {
            return fail(ErrorCode::kInvalidArgument, "field {:?}: a model or a dimension is needed",
                        request.name);
        }
        spec.dimension = *request.dimension;
        return spec;
    }
    const ModelChoice choice{.name = request.model, .models_folder = request.models_folder};
    const features::Model model = TRY(choose_model(library.files(), choice, std::nullopt));
    spec.dimension = model.card.dimension;
    spec.model = features::to_json(model.card);
    spec.fingerprint = features::fingerprint(model.card);
    if (!request.dimension || *request.dimension == spec.dimension) return spec;
    return fail(ErrorCode::kInvalidArgument, "field {:?}: dimension {}, but model {} makes {}",
                request.name, *request.dimension, request.model, spec.dimension);
}

Result<void> require_writer(const Library& library) {
    if (library.access() == LibraryAccess::kWrite) return {};
    return fail(ErrorCode::kUnsupported, "{}: opened for reading only", library.directory());
}

std::string described(const FieldSpec& field) {
    std::string text =
        fmt::format("dimension {}, metric {}", field.dimension, index::name_of(field.metric));
    if (field.fingerprint.empty()) return text + ", no model";
    const auto card = features::parse_model_card(field.model);
    return text +
           fmt::format(", model {} (fingerprint {})", card ? card->name : "?", field.fingerprint);
}

}  // namespace
}  // namespace sokkuri::service
