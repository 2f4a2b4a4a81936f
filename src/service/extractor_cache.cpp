#include "service/extractor_cache.h"

#include "base/out_of_memory.h"
#include "base/thread_priority.h"

#include <optional>
#include <thread>
#include <utility>

namespace sokkuri::service {
namespace {

/// Everything that decides what is loaded.
std::string key_of(const features::Model& model, const ModelChoice& choice,
                   features::Urgency tuned_for);
bool is_in_use(const std::shared_future<Result<std::shared_ptr<features::Extractor>>>& loaded);

}  // namespace

ExtractorCache::ExtractorCache(ExtractorTuning tuning, Clock clock)
    : tuning_(tuning), clock_(std::move(clock)) {}

Result<std::shared_ptr<features::Extractor>> ExtractorCache::get(const features::Model& model,
                                                                 const ModelChoice& choice,
                                                                 features::Urgency urgency) {
    const auto tuned_for = tuning_ == ExtractorTuning::kShared ? features::Urgency::kBulk : urgency;
    const std::string key = key_of(model, choice, tuned_for);
    std::promise<Loaded> promise;
    std::optional<std::shared_future<Loaded>> known;
    sweep();
    Entries dropped;
    {
        auto models = models_.lock();
        const auto found = models->find(key);
        if (found != models->end()) {
            found->second.last_use = clock_();
            known = found->second.loaded;
        } else {
            if (models->size() >= kModelsMax) dropped.swap(*models);
            models->emplace(key, Entry{promise.get_future().share(), clock_()});
        }
    }
    if (known) return known->get();
    // Whoever waits for the same model is told in any case.
    const auto load_it = [&] { return load(model, choice, tuned_for); };
    Loaded loaded = or_out_of_memory(load_it, ErrorCode::kUnavailable);
    if (!loaded) models_.lock()->erase(key);
    promise.set_value(loaded);
    return loaded;
}

void ExtractorCache::sweep() {
    take_idle(kIdleMax);
}

ExtractorCache::Entries ExtractorCache::take_idle(std::chrono::seconds idle) {
    Entries taken;
    const auto now = clock_();
    auto models = models_.lock();
    for (auto entry = models->begin(); entry != models->end();) {
        const auto next = std::next(entry);
        if (is_in_use(entry->second.loaded)) {
            entry->second.last_use = now;
        } else if (now - entry->second.last_use >= idle) {
            taken.insert(models->extract(entry));
        }
        entry = next;
    }
    return taken;
}

ExtractorCache::Loaded ExtractorCache::load(const features::Model& model, const ModelChoice& choice,
                                            features::Urgency urgency) const {
    if (tuning_ == ExtractorTuning::kByUrgency) return load_extractor(model, choice, urgency);
    Loaded loaded;
    std::jthread([&] {
        lower_thread_priority();
        const auto load_it = [&] { return load_extractor(model, choice, urgency); };
        loaded = or_out_of_memory(load_it, ErrorCode::kUnavailable);
    }).join();
    return loaded;
}

namespace {

std::string key_of(const features::Model& model, const ModelChoice& choice,
                   features::Urgency tuned_for) {
    return fmt::format("{} {} {} {} {}", features::fingerprint(model.card),
                       static_cast<int>(choice.precision), choice.threads,
                       static_cast<int>(tuned_for), model.directory);
}

bool is_in_use(const std::shared_future<Result<std::shared_ptr<features::Extractor>>>& loaded) {
    if (loaded.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return true;
    const auto& extractor = loaded.get();
    return extractor && extractor->use_count() > 1;
}

}  // namespace
}  // namespace sokkuri::service
