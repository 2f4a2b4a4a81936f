#include "service/model_choice.h"

#include "features/compiled_model.h"
#include "service/main_field.h"

namespace sokkuri::service {
Result<std::optional<features::ModelCard>> indexed_model(const collection::Collection& collection) {
    const std::optional<collection::FieldSpec> field = TRY(main_field(collection));
    if (!field) return std::nullopt;
    if (field->model.empty()) {
        return fail(
            ErrorCode::kUnsupported,
            "the collection has no model: its field {:?} holds vectors that were given, and "
            "no picture can be turned into one",
            field->name);
    }
    features::ModelCard card =
        TRY(in_context("model card of the collection", features::parse_model_card(field->model)));
    return card;
}

Result<features::Model> choose_model(FileSystem& files, const ModelChoice& choice,
                                     const std::optional<features::ModelCard>& indexed_with) {
    const features::ModelShelf shelf(files,
                                     features::ModelShelf::standard_folders(choice.models_folder));
    const bool is_own = choice.name.empty() && indexed_with;
    features::Model model = TRY(shelf.find(is_own ? indexed_with->name : choice.name));
    if (!indexed_with) return model;
    const std::string wanted = features::fingerprint(*indexed_with);
    const std::string found = features::fingerprint(model.card);
    if (found == wanted) return model;
    return fail(ErrorCode::kConflict,
                "the collection was indexed with model {} (fingerprint {}), and vectors of model "
                "{} (fingerprint {}) cannot be compared with its own",
                indexed_with->name, wanted, model.card.name, found);
}

Result<std::unique_ptr<features::Extractor>> load_extractor(const features::Model& model,
                                                            const ModelChoice& choice,
                                                            features::Urgency tuned_for) {
    const features::ExtractorOptions options{
        .precision = choice.precision,
        .threads = choice.threads,
        .cache_directories = features::compiled_model_directories(model.directory),
        .tuned_for = tuned_for};
    return features::Extractor::load(model.card, model.directory, options);
}

}  // namespace sokkuri::service
