#include "cli/collection_reader.h"

#include "cli/server_embedding.h"
#include "service/preview.h"
#include "service/sample.h"

#include <utility>

namespace sokkuri::cli {
namespace {

/// A library of this machine, opened for reading.
class LocalReader final : public CollectionReader {
 public:
    LocalReader(ChosenLibrary chosen, service::EmbedElsewhere embed_elsewhere)
        : chosen_(std::move(chosen)), embed_elsewhere_(std::move(embed_elsewhere)) {}

    Result<service::SearchAnswer> search(const service::SearchQuery& query) override {
        service::SearchQuery asked = query;
        asked.embed_elsewhere = embed_elsewhere_;
        return service::search(chosen_.library, asked);
    }
    Result<service::GroupsAnswer> groups(const service::GroupsQuery& query) override {
        return service::list_groups(chosen_.library, query);
    }
    Result<service::SimilarGroupsAnswer> similar_groups(
        const service::SimilarGroupsQuery& query) override {
        return service::similar_groups(chosen_.library, query);
    }
    Result<service::LibraryStats> stats() override { return service::stats(chosen_.library); }
    Result<collection::Summary> summarize(const collection::SummaryRequest& request) override {
        return chosen_.library.collection().summarize(request);
    }
    Result<std::vector<service::FailedFile>> failures(const std::string& after_path,
                                                      std::size_t limit) override {
        return service::failures(chosen_.library, after_path, limit);
    }
    Result<std::vector<std::string>> pick_varied(std::size_t count) override {
        return service::pick_varied(chosen_.library, count);
    }
    Result<std::string> file_of(const std::string& id) override {
        const auto state = TRY(chosen_.library.workspace().file_of_id(id));
        return state ? chosen_.usable_path(state->path) : std::string();
    }
    Result<image::Picture> preview(const std::string& id, std::uint32_t longer_side_max,
                                   const image::DecodeLimits& limits) override {
        return service::preview_of_item(chosen_.library, id, longer_side_max, limits);
    }
    std::string usable_path(const std::string& path) const override {
        return chosen_.usable_path(path);
    }

 private:
    const ChosenLibrary chosen_;
    const service::EmbedElsewhere embed_elsewhere_;
};

}  // namespace

Option server_option() {
    return {.name = "server",
            .kind = ValueKind::kText,
            .value_name = "URL",
            .help =
                "Go through this server, http://localhost:7171 for example: what names a folder "
                "then names one of its collections"};
}

Result<std::unique_ptr<CollectionReader>> open_reader(const Invocation& invocation,
                                                      QueryPictures pictures) {
    if (invocation.settings.has("server")) return server_reader(invocation, pictures);
    ChosenLibrary chosen = TRY(open_library(invocation));
    service::EmbedElsewhere elsewhere = nullptr;
    if (pictures == QueryPictures::kEmbedded) elsewhere = server_embedding(invocation, chosen);
    return std::make_unique<LocalReader>(std::move(chosen), std::move(elsewhere));
}

}  // namespace sokkuri::cli
