#include "cli/library_options.h"

#include <algorithm>

namespace sokkuri::cli {
namespace {

/// From `from` up to its ancestor `to` (both canonical): "", "../", "../../", …
std::string way_up(std::string_view from, std::string_view to);

}  // namespace

std::vector<Option> library_options() {
    return {
        {.name = "in",
         .kind = ValueKind::kFolder,
         .value_name = "FOLDER",
         .help =
             "The indexed folder; without it, the nearest one at or above the working directory"},
        collection_option()};
}

Option collection_option() {
    return {.name = "collection",
            .kind = ValueKind::kFolder,
            .value_name = "DIR",
            .help =
                "Where .sokkuri lies, for folders that cannot hold it; without it, in the folder "
                "itself"};
}

Error with_place_hint(const Error& error, const Settings& settings) {
    if (error.code() != ErrorCode::kIo || settings.has("collection")) return error;
    return Error(error.code(),
                 error.message() + "; an index can lie outside of its folder: --collection DIR");
}

std::string ChosenLibrary::usable_path(const std::string& path) const {
    if (path.starts_with('/')) return path;
    const std::string usable = join_path(prefix, path);
    return usable.starts_with('-') ? "./" + usable : usable;
}

Result<service::LibraryPlace> library_place(const Invocation& invocation) {
    service::LibraryPlace place{.folder = invocation.settings.text("in"),
                                .collection_directory = invocation.settings.text("collection")};
    if (!place.folder.empty() || !place.collection_directory.empty()) return place;
    const std::string here = TRY(invocation.files.canonical("."));
    place.folder = TRY(service::Library::find_above(invocation.files, here));
    return place;
}

Result<ChosenLibrary> open_library(const Invocation& invocation) {
    const std::string& collection = invocation.settings.text("collection");
    std::string folder = invocation.settings.text("in");
    std::string prefix = folder;
    if (folder.empty() && collection.empty()) {
        const std::string here = TRY(invocation.files.canonical("."));
        folder = TRY(service::Library::find_above(invocation.files, here));
        prefix = way_up(here, folder);
    }
    service::Library library = TRY(service::Library::open(invocation.files, folder, collection,
                                                          service::LibraryAccess::kRead));
    if (folder.empty()) prefix = library.folder();
    return ChosenLibrary{std::move(library), std::move(prefix)};
}

std::vector<Option> joined(std::initializer_list<std::vector<Option>> lists) {
    std::vector<Option> all;
    for (const std::vector<Option>& list : lists) {
        all.insert(all.end(), list.begin(), list.end());
    }
    return all;
}

namespace {

std::string way_up(std::string_view from, std::string_view to) {
    const auto depth = [](std::string_view path) {
        return path == "/" ? 0 : std::ranges::count(path, '/');
    };
    std::string way;
    for (auto level = depth(from) - depth(to); level > 0; --level) {
        way += "../";
    }
    return way;
}

}  // namespace
}  // namespace sokkuri::cli
