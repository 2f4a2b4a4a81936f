#include "service/libraries.h"

#include "base/hash.h"
#include "base/log.h"
#include "base/remove_tree.h"
#include "base/shown_text.h"
#include "service/collection_name.h"
#include "service/main_field.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace sokkuri::service {
namespace {

constexpr std::string_view kReserved = ".sokkuri";
/// A folder in which a collection is being made; one that a kill has left is no collection.
constexpr std::string_view kNewPrefix = ".sokkuri-new-";
/// What `.sokkuri` is renamed to before it is removed: from then on it is none.
constexpr std::string_view kDroppedEnding = ".dropped";

Result<void> finish_dropping(FileSystem& files, const std::string& home, bool is_in_data);
/// kCorruption and the like unless all that its catalog speaks of is there.
Result<void> check_whole(FileSystem& files, const LibraryPlace& place);
Result<void> load_model(const Library& library, const ModelChoice& choice);

}  // namespace

Libraries::Libraries(FileSystem& files, std::string socket, std::unique_ptr<DataFolder> data)
    : files_(files),
      socket_(std::move(socket)),
      data_(std::move(data)),
      extractors_(std::make_shared<ExtractorCache>(ExtractorTuning::kShared)) {}

Libraries::~Libraries() = default;

Result<std::unique_ptr<Libraries>> Libraries::open(FileSystem& files,
                                                   const std::vector<LibraryPlace>& places,
                                                   const std::string& socket,
                                                   const std::string& data) {
    std::unique_ptr<DataFolder> data_folder;
    if (!data.empty()) data_folder = TRY(DataFolder::open(files, data, socket));
    std::unique_ptr<Libraries> libraries(new Libraries(files, socket, std::move(data_folder)));
    for (const LibraryPlace& place : places)
        TRY(libraries->add_folder(place));
    TRY(libraries->open_data());
    return libraries;
}

std::vector<Libraries::EntryPointer> Libraries::all() const {
    return state_.lock()->entries;
}

Result<std::shared_ptr<Library>> Libraries::find(std::string_view name) const {
    const auto state = state_.lock();
    std::string known;
    for (const EntryPointer& entry : state->entries) {
        if (entry->name == name) return std::shared_ptr<Library>(entry, &entry->library);
        known += fmt::format("{}{}", known.empty() ? "" : ", ", entry->name);
    }
    return fail(ErrorCode::kNotFound, "collection {:?}: there is none; there are: {}", name,
                known.empty() ? "none" : known);
}

Result<std::shared_ptr<Library>> Libraries::make(
    const std::string& name, const std::function<Result<void>(Library& library)>& fill) {
    TRY(validate_collection_name(name));
    if (data_ == nullptr) {
        return fail(ErrorCode::kUnsupported,
                    "collection {:?}: this server has no folder for new collections; start it with "
                    "--data DIR",
                    name);
    }
    TRY(claim(name));
    auto made = make_library(name, fill);
    if (!made) {
        release(name);
        return tl::unexpected(made.error());
    }
    const auto entry = std::make_shared<Entry>(name, std::move(*made));
    entry->is_in_data = true;
    add(entry);
    release(name);
    LOG(kInfo, "event=collection_made collection={}", name);
    return std::shared_ptr<Library>(entry, &entry->library);
}

Result<void> Libraries::drop(const std::string& name, const std::function<void()>& once_hidden) {
    EntryPointer entry = TRY(hide(name));
    once_hidden();
    const std::string home = entry->library.home();
    const bool is_in_data = entry->is_in_data;
    const LibraryPlace place{.folder = entry->library.folder(),
                             .collection_directory = home,
                             .pictures = PictureSource::kAsMade};
    std::future<void> ended = entry->ending.promise.get_future();
    entry.reset();
    ended.wait();
    auto removed =
        files_.rename(join_path(home, kReserved),
                      join_path(home, std::string(kReserved) + std::string(kDroppedEnding)));
    if (removed) removed = files_.sync_directory(home);
    if (removed) {
        LOG(kInfo, "event=collection_dropped collection={}", name);
        removed = finish_dropping(files_, home, is_in_data);
    } else if (auto again = open_library(place)) {
        const auto kept = std::make_shared<Entry>(name, std::move(*again));
        kept->is_in_data = is_in_data;
        add(kept);
    }
    release(name);
    return removed;
}

Result<void> Libraries::look(const std::function<void(const std::string& name)>& once_gone) {
    if (data_ == nullptr) return {};
    for (const std::string& name : forget_gone()) {
        LOG(kInfo, "event=collection_gone collection={}", name);
        once_gone(name);
    }
    std::set<std::string> known;
    for (const EntryPointer& entry : all())
        known.insert(entry->library.home());
    const std::vector<std::string> settled = TRY(data_->look(known));
    for (const std::string& folder : settled) {
        const auto adopted = adopt(folder);
        if (adopted) continue;
        LOG(kWarn, "event=collection_not_served folder={:?} reason={:?}", folder,
            adopted.error().message());
        data_->put_off(folder);
    }
    return {};
}

/// Those in the data folder whose catalog is there no more. Who has one keeps it.
std::vector<std::string> Libraries::forget_gone() {
    std::vector<std::string> gone;
    for (const EntryPointer& entry : all()) {
        const auto status = files_.status(join_path(entry->library.directory(), "catalog.db"));
        const bool is_there = status || status.error().code() != ErrorCode::kNotFound;
        if (is_there || !entry->is_in_data) continue;
        const auto state = state_.lock();
        if (std::erase(state->entries, entry) > 0) gone.push_back(entry->name);
    }
    return gone;
}

Result<void> Libraries::adopt(const std::string& folder) {
    const std::string name = free_name(slug_of(folder));
    // Whoever makes or drops it now goes first.
    if (const auto claimed = claim(name); !claimed) return {};
    const auto open_it = [&]() -> Result<void> {
        const LibraryPlace place{.folder = folder, .pictures = PictureSource::kAsMade};
        TRY(finish_dropping(files_, folder, true));
        if (!DataFolder::is_collection(files_, folder)) return {};
        TRY(check_whole(files_, place));
        Library library = TRY(open_library(place));
        const auto entry = std::make_shared<Entry>(name, std::move(library));
        entry->is_in_data = true;
        add(entry);
        LOG(kInfo, "event=collection_found collection={} folder={:?}", name, folder);
        return {};
    };
    auto opened = open_it();
    release(name);
    return opened;
}

void Libraries::warm_up(const ModelChoice& choice) {
    if (warming_.joinable()) return;
    warming_ = std::jthread([this, choice](const std::stop_token& stop) {
        std::vector<std::weak_ptr<Entry>> entries;
        for (const EntryPointer& entry : all())
            entries.push_back(entry);
        for (const std::weak_ptr<Entry>& held : entries) {
            const EntryPointer entry = held.lock();
            if (stop.stop_requested()) return;
            if (!entry) continue;
            if (const auto loaded = load_model(entry->library, choice); !loaded) {
                LOG(kWarn, "event=model_not_loaded collection={} reason={:?}", entry->name,
                    loaded.error().message());
            }
        }
    });
}

void Libraries::sweep() {
    extractors_->sweep();
}

Result<void> Libraries::open_data() {
    if (data_ == nullptr) return {};
    const std::vector<DirectoryEntry> entries = TRY(files_.list(data_->path()));
    for (const DirectoryEntry& found : entries) {
        if (found.kind != FileKind::kDirectory) continue;
        const std::string folder = join_path(data_->path(), found.name);
        if (found.name.starts_with(kNewPrefix)) TRY(remove_tree(files_, folder));
        if (DataFolder::is_reserved(found.name)) continue;
        TRY(finish_dropping(files_, folder, true));
        if (!DataFolder::is_collection(files_, folder)) continue;
        const auto is_its = [&](const EntryPointer& entry) {
            return entry->library.home() == folder;
        };
        if (std::ranges::any_of(all(), is_its)) continue;  // also named as a folder
        Library library = TRY(open_library({.folder = folder, .pictures = PictureSource::kAsMade}));
        const auto entry =
            std::make_shared<Entry>(free_name(slug_of(found.name)), std::move(library));
        entry->is_in_data = true;
        add(entry);
    }
    return {};
}

Result<void> Libraries::add_folder(const LibraryPlace& place) {
    const std::string folder = TRY(files_.canonical(place.folder));
    for (const EntryPointer& other : all()) {
        if (other->library.folder() != folder) continue;
        return fail(ErrorCode::kInvalidArgument, "{}: named twice", place.folder);
    }
    const std::string home =
        place.collection_directory.empty() ? place.folder : place.collection_directory;
    TRY(finish_dropping(files_, home, false));
    auto library = open_library(place);
    if (!library && library.error().code() == ErrorCode::kUnsupported) {
        LibraryPlace as_made = place;  // one without a folder of pictures is served as well
        as_made.pictures = PictureSource::kAsMade;
        library = open_library(as_made);
    }
    Library opened = TRY(std::move(library));
    add(std::make_shared<Entry>(free_name(slug_of(folder)), std::move(opened)));
    return {};
}

Result<Library> Libraries::open_library(const LibraryPlace& place) const {
    using Keeper = collection::KeeperOptions;
    return Library::open(files_, place,
                         {.access = LibraryAccess::kWrite,
                          .socket = socket_,
                          .keeper = {.sealing = Keeper::Sealing::kInBackground,
                                     .segments = Keeper::Segments::kInMemory},
                          .extractors = extractors_});
}

/// Under another name until all of it is there: a kill leaves a collection as it was asked for, or
/// none.
Result<Library> Libraries::make_library(
    const std::string& name, const std::function<Result<void>(Library& library)>& fill) const {
    const std::string folder = join_path(data_->path(), name);
    const std::string draft = join_path(
        data_->path(), std::string(kNewPrefix) + hex(xxh128(std::as_bytes(std::span(name)))));
    const auto there = files_.list(folder);
    if (there && !there->empty()) {
        return fail(ErrorCode::kConflict,
                    "collection {:?}: the folder {} is there already, and is not empty", name,
                    shown_text(folder));
    }
    TRY(remove_tree(files_, draft));
    const auto build = [&]() -> Result<void> {
        Library library = TRY(open_library({.folder = draft, .pictures = PictureSource::kAsMade}));
        return fill(library);
    };
    auto built = build();
    // Takes the place of an empty folder, and of nothing else.
    if (built) built = files_.rename(draft, folder);
    if (!built) {
        static_cast<void>(remove_tree(files_, draft));
        return tl::unexpected(built.error());
    }
    TRY(files_.sync_directory(data_->path()));
    return open_library({.folder = folder, .pictures = PictureSource::kAsMade});
}

std::string Libraries::free_name(const std::string& wanted) const {
    const std::vector<EntryPointer> taken = all();
    return service::free_name(wanted, [&](const std::string& name) {
        return std::ranges::any_of(taken,
                                   [&](const EntryPointer& entry) { return entry->name == name; });
    });
}

void Libraries::add(EntryPointer entry) {
    const auto state = state_.lock();
    const auto place = [](const EntryPointer& one) {
        return std::tuple(one->is_in_data, one->is_in_data ? one->name : std::string());
    };
    const auto behind = std::ranges::upper_bound(state->entries, place(entry), {}, place);
    state->entries.insert(behind, std::move(entry));
}

Result<void> Libraries::claim(const std::string& name) {
    const auto state = state_.lock();
    for (const EntryPointer& entry : state->entries) {
        if (entry->name == name) {
            return fail(ErrorCode::kAlreadyExists, "collection {:?}: there is one already", name);
        }
    }
    if (state->changing.insert(name).second) return {};
    return fail(ErrorCode::kConflict, "collection {:?}: it is being made or dropped right now",
                name);
}

void Libraries::release(const std::string& name) {
    state_.lock()->changing.erase(name);
}

Result<Libraries::EntryPointer> Libraries::hide(const std::string& name) {
    TRY(find(name));
    const auto state = state_.lock();
    const auto found = std::ranges::find(state->entries, name, &Entry::name);
    if (found == state->entries.end()) {
        return fail(ErrorCode::kNotFound, "collection {:?}: there is none", name);
    }
    EntryPointer entry = std::move(*found);
    state->entries.erase(found);
    state->changing.insert(name);
    return entry;
}

namespace {

Result<void> finish_dropping(FileSystem& files, const std::string& home, bool is_in_data) {
    const std::string dropped =
        join_path(home, std::string(kReserved) + std::string(kDroppedEnding));
    const auto status = files.status(dropped);
    if (!status && status.error().code() == ErrorCode::kNotFound) return {};
    TRY(remove_tree(files, dropped));
    // It goes with what was in it; one with files of somebody's own stays.
    if (is_in_data) static_cast<void>(files.remove_directory(home));
    return {};
}

Result<void> check_whole(FileSystem& files, const LibraryPlace& place) {
    const Library library = TRY(Library::open(files, place, {.access = LibraryAccess::kRead}));
    TRY(library.collection().stats());
    return {};
}

/// Of collections that pictures may come to.
Result<void> load_model(const Library& library, const ModelChoice& choice) {
    const auto field = TRY(main_field(library.collection()));
    const bool is_for_pictures = field ? !field->model.empty() : !library.folder().empty();
    if (!is_for_pictures) return {};
    const auto indexed_with = TRY(indexed_model(library.collection()));
    const features::Model model = TRY(choose_model(library.files(), choice, indexed_with));
    TRY(library.extractors().get(model, choice, features::Urgency::kInteractive));
    return {};
}

}  // namespace
}  // namespace sokkuri::service
