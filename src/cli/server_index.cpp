#include "cli/server_index.h"

#include "base/shown_text.h"
#include "cli/ingest_options.h"
#include "cli/server_link.h"
#include "service/library.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace sokkuri::cli {
namespace {

ServerLink::IndexWishes wishes_of(const Invocation& invocation, const ServerLink::Served& served);

}  // namespace

Result<service::IngestReport> index_through_server(const Invocation& invocation,
                                                   const HeldFolder& held,
                                                   const service::ProgressSink& progress,
                                                   const std::stop_token& stop) {
    FolderHolder holder = TRY(holder_of(invocation, held));
    TRY(check_server_choices(invocation, holder.served, ingest_options()));
    return in_context(holder.name,
                      holder.link.index(wishes_of(invocation, holder.served), progress, stop));
}

Result<service::MetadataReport> apply_metadata_through_server(const Invocation& invocation,
                                                              const HeldFolder& held,
                                                              service::MetadataFile& rows,
                                                              const std::stop_token& stop) {
    FolderHolder holder = TRY(holder_of(invocation, held));
    const auto sink = [&](std::span<const service::ItemPatch> patches) {
        return in_context(holder.name, holder.link.patch_items(holder.served.name, patches));
    };
    return service::apply_metadata(rows, sink, stop);
}

Result<HeldFolder> folder_at_server(const Settings& settings, const std::string& name) {
    if (settings.has("collection")) {
        return fail(ErrorCode::kUnsupported, "--collection and --server exclude each other");
    }
    return HeldFolder{.folder = name,
                      .conflict = Error(ErrorCode::kConflict, "the server answers no requests"),
                      .server = settings.text("server")};
}

Result<void> check_server_choices(const Invocation& invocation, const ServerLink::Served& served,
                                  const std::vector<Option>& options) {
    std::vector<std::string> passed_over;
    for (const Option& option : options) {
        const Setting& setting = invocation.settings.at(option.name);
        const bool is_followed = setting.text == option.fallback || setting.text.empty() ||
                                 (option.name == "model" && setting.text == served.model);
        if (is_followed || setting.origin == Origin::kDefault) continue;
        if (setting.origin == Origin::kFlag) {
            return fail(ErrorCode::kUnsupported,
                        "{} is for the server to choose while it serves this folder: leave it out, "
                        "or stop the server first",
                        option.flag());
        }
        passed_over.push_back(setting.place);
    }
    if (passed_over.empty() || invocation.settings.on("quiet")) return {};
    invocation.console.say("the server that holds the folder uses its own settings, not {}",
                           shown_text(fmt::format("{}", fmt::join(passed_over, ", "))));
    return {};
}

Result<FolderHolder> holder_of(const Invocation& invocation, const HeldFolder& held) {
    if (!held.server.empty()) {
        ServerAddress address = TRY(ServerAddress::parse(held.server));
        std::string name = address.shown();
        ServerLink link = TRY(ServerLink::open(std::move(address)));
        ServerLink::Served served = TRY(link.choose_collection(held.folder));
        return FolderHolder{std::move(link), std::move(served), std::move(name)};
    }
    const service::LibraryPlace place{
        .folder = held.folder, .collection_directory = invocation.settings.text("collection")};
    const auto writer = TRY(service::Library::writer(invocation.files, place));
    if (!writer || writer->socket.empty()) return tl::unexpected(held.conflict);
    const std::string home = TRY(invocation.files.canonical(
        place.collection_directory.empty() ? place.folder : place.collection_directory));
    const std::string name = fmt::format("process {}, which serves {}", writer->pid, held.folder);
    ServerLink link = TRY(ServerLink::open({.socket = writer->socket}));
    ServerLink::Served served = TRY(in_context(name, link.find_collection(home)));
    return FolderHolder{std::move(link), std::move(served), name};
}

namespace {

ServerLink::IndexWishes wishes_of(const Invocation& invocation, const ServerLink::Served& served) {
    const bool keeps = invocation.settings.on("keep-missing");
    return {.collection = served.name,
            .missing = keeps ? service::MissingFiles::kKeep : service::MissingFiles::kRemove};
}

}  // namespace
}  // namespace sokkuri::cli
