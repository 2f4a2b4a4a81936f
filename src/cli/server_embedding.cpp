#include "cli/server_embedding.h"

#include "cli/model_options.h"
#include "cli/server_link.h"

#include <memory>
#include <utility>

namespace sokkuri::cli {
namespace {

/// Opened by the first picture that needs it.
class Embedder {
 public:
    Embedder(std::string socket, std::string home)
        : socket_(std::move(socket)), home_(std::move(home)) {}

    Result<std::vector<float>> embed(std::span<const std::byte> picture) {
        if (!link_) {
            ServerLink link = TRY(ServerLink::open({.socket = socket_}));
            const ServerLink::Served served = TRY(link.find_collection(home_));
            collection_ = served.name;
            link_.emplace(std::move(link));
        }
        ServerLink::Embedding embedding = TRY(link_->embed(collection_, picture));
        return std::move(embedding.vector);
    }

 private:
    std::string socket_;
    std::string home_;
    std::string collection_;
    std::optional<ServerLink> link_;
};

bool leaves_all_to_the_collection(const Settings& settings);

}  // namespace

service::EmbedElsewhere server_embedding(const Invocation& invocation,
                                         const ChosenLibrary& chosen) {
    if (!leaves_all_to_the_collection(invocation.settings)) return nullptr;
    const auto writer = service::Library::writer(
        invocation.files,
        {.folder = chosen.library.folder(), .collection_directory = chosen.library.home()});
    if (!writer || !*writer || (*writer)->socket.empty()) return nullptr;
    const auto embedder = std::make_shared<Embedder>((*writer)->socket, chosen.library.home());
    return [embedder](std::span<const std::byte> picture) { return embedder->embed(picture); };
}

namespace {

bool leaves_all_to_the_collection(const Settings& settings) {
    for (const std::vector<Option>& options : {model_options(), limit_options()}) {
        for (const Option& option : options) {
            if (settings.text(option.name) != option.fallback) return false;
        }
    }
    return true;
}

}  // namespace
}  // namespace sokkuri::cli
