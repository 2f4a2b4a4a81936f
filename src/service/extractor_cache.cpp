#include "service/extractor_cache.h"

#include <optional>
#include <utility>

namespace sokkuri::service {
namespace {

/// Everything that decides what is loaded.
std::string key_of(const features::Model& model, const ModelChoice& choice);

}  // namespace

Result<std::shared_ptr<features::Extractor>> ExtractorCache::get(const features::Model& model,
                                                                 const ModelChoice& choice) {
    const std::string key = key_of(model, choice);
    std::promise<Loaded> promise;
    std::optional<std::shared_future<Loaded>> known;
    {
        auto models = models_.lock();
        const auto found = models->find(key);
        if (found != models->end()) {
            known = found->second;
        } else {
            if (models->size() >= kModelsMax) models->clear();
            models->emplace(key, promise.get_future().share());
        }
    }
    if (known) return known->get();
    auto extractor = load_extractor(model, choice, features::Urgency::kInteractive);
    if (!extractor) {
        models_.lock()->erase(key);
        promise.set_value(tl::unexpected(extractor.error()));
        return tl::unexpected(std::move(extractor).error());
    }
    const std::shared_ptr<features::Extractor> shared = std::move(*extractor);
    promise.set_value(shared);
    return shared;
}

namespace {

std::string key_of(const features::Model& model, const ModelChoice& choice) {
    return fmt::format("{} {} {} {}", features::fingerprint(model.card),
                       static_cast<int>(choice.precision), choice.threads, model.directory);
}

}  // namespace
}  // namespace sokkuri::service
