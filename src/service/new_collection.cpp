#include "service/new_collection.h"

#include "service/vector_fields.h"

#include <algorithm>

namespace sokkuri::service {
namespace {

using collection::FieldSpec;

Result<std::vector<FieldSpec>> specs_of(FileSystem& files, const NewCollection& wanted);
Result<FieldSpec> spec_of(FileSystem& files, const NewField& field,
                          const std::string& models_folder);
Result<void> check_same(const Library& library, const NewCollection& wanted,
                        const std::vector<FieldSpec>& specs);
std::string described(const FieldSpec& field);

}  // namespace

Result<MadeCollection> make_collection(Libraries& libraries, const NewCollection& wanted) {
    const std::vector<FieldSpec> specs = TRY(specs_of(libraries.files(), wanted));
    auto made = libraries.make(wanted.name, [&](Library& library) -> Result<void> {
        for (const FieldSpec& spec : specs)
            TRY(library.collection().add_field(spec));
        return library.keep(wanted.keeping.value_or(PictureKeeping::kOriginals));
    });
    if (made) return MadeCollection{.library = std::move(*made), .was_created = true};
    if (made.error().code() != ErrorCode::kAlreadyExists) return tl::unexpected(made.error());
    auto there = TRY(libraries.find(wanted.name));
    TRY(check_same(*there, wanted, specs));
    return MadeCollection{.library = std::move(there)};
}

namespace {

Result<std::vector<FieldSpec>> specs_of(FileSystem& files, const NewCollection& wanted) {
    std::vector<FieldSpec> specs;
    for (const NewField& field : wanted.fields) {
        if (std::ranges::count(wanted.fields, field.name, &NewField::name) > 1) {
            return fail(ErrorCode::kInvalidArgument, "field {:?}: is there twice", field.name);
        }
        TRY(check_field_name(field.name));
        FieldSpec spec = TRY(in_context(fmt::format("field {:?}", field.name),
                                        spec_of(files, field, wanted.models_folder)));
        specs.push_back(std::move(spec));
    }
    return specs;
}

Result<FieldSpec> spec_of(FileSystem& files, const NewField& field,
                          const std::string& models_folder) {
    FieldSpec spec{.name = field.name, .metric = field.metric};
    if (field.model.empty()) {
        if (!field.dimension) {
            return fail(ErrorCode::kInvalidArgument,
                        "a dimension is needed where no model says what vectors are like");
        }
        spec.dimension = *field.dimension;
        return spec;
    }
    const ModelChoice choice{.name = field.model, .models_folder = models_folder};
    const features::Model model = TRY(choose_model(files, choice, std::nullopt));
    spec.dimension = model.card.dimension;
    spec.model = features::to_json(model.card);
    spec.fingerprint = features::fingerprint(model.card);
    if (!field.dimension || *field.dimension == spec.dimension) return spec;
    return fail(ErrorCode::kInvalidArgument, "dimension {}: model {} makes vectors of {}",
                *field.dimension, field.model, spec.dimension);
}

Result<void> check_same(const Library& library, const NewCollection& wanted,
                        const std::vector<FieldSpec>& specs) {
    const std::vector<FieldSpec> there = TRY(fields_of(library));
    const auto differs = [&](const std::string& in_what) {
        return fail(ErrorCode::kAlreadyExists, "collection {:?}: is there already, {}", wanted.name,
                    in_what);
    };
    for (const FieldSpec& spec : specs) {
        const auto known = std::ranges::find(there, spec.name, &FieldSpec::name);
        if (known == there.end()) return differs(fmt::format("without {}", described(spec)));
        const bool is_same = known->dimension == spec.dimension && known->metric == spec.metric &&
                             known->fingerprint == spec.fingerprint;
        if (!is_same) {
            return differs(fmt::format("with {}, not {}", described(*known), described(spec)));
        }
    }
    if (!specs.empty() && specs.size() != there.size()) {
        return differs(fmt::format("with {} fields, not {}", there.size(), specs.size()));
    }
    if (!wanted.keeping || library.keeping() == *wanted.keeping) return {};
    return differs(wanted.keeping == PictureKeeping::kOriginals ? "and keeps no pictures"
                                                                : "and keeps pictures");
}

std::string described(const FieldSpec& field) {
    return fmt::format("field {:?} of dimension {}, metric {}{}{}", field.name, field.dimension,
                       index::name_of(field.metric),
                       field.fingerprint.empty() ? ", no model" : ", model fingerprint ",
                       field.fingerprint);
}

}  // namespace
}  // namespace sokkuri::service
