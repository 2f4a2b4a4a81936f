#include "features/extractor.h"

#include "features/openvino/entry.h"

#include <future>
#include <memory>

namespace sokkuri::features {

Result<std::unique_ptr<Extractor>> Extractor::load(const ModelCard& card,
                                                   const std::string& directory,
                                                   const ExtractorOptions& options) {
    TRY(validate(card));
    const openvino::Entry* entry = TRY(openvino::entry());
    return in_context("model " + card.name, entry->load_extractor(card, directory, options));
}

Result<Embedding> Extractor::embed(image::Picture prepared) {
    // Shared: `set_value` may still be touching the promise when `get` has returned.
    const auto promise = std::make_shared<std::promise<Result<Embedding>>>();
    std::future<Result<Embedding>> future = promise->get_future();
    submit(std::move(prepared), Urgency::kInteractive,
           [promise](Result<Embedding> result) { promise->set_value(std::move(result)); });
    return future.get();
}

}  // namespace sokkuri::features
