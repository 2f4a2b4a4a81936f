#include "service/libraries.h"

#include "base/hash.h"
#include "base/log.h"
#include "base/out_of_memory.h"
#include "base/remove_tree.h"
#include "base/shown_text.h"
#include "service/collection_name.h"
#include "service/served_library.h"

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

/// That it is still what lies at its place.
Result<void> check_place(const Libraries::Entry& entry);
Result<void> require_writable(const Libraries& libraries, const std::string& name);
Result<void> finish_dropping(FileSystem& files, const std::string& home, bool is_in_data);
/// kCorruption and the like unless all that its catalog speaks of is there.
Result<void> check_whole(FileSystem& files, const LibraryPlace& place);

}  // namespace

Libraries::Entry::Entry(std::string own_name, Library own_library)
    : name(std::move(own_name)), library(std::move(own_library)) {}

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
    EntryPointer found;
    LeftOut left_out;
    std::string known;
    {
        const auto state = state_.lock();
        const auto refused = state->left_out.find(name);
        if (refused != state->left_out.end()) left_out = refused->second;
        for (const EntryPointer& entry : state->entries) {
            if (entry->name == name) found = entry;
            known += fmt::format("{}{}", known.empty() ? "" : ", ", entry->name);
        }
    }
    if (found) TRY(in_context(fmt::format("collection {:?}", name), check_place(*found)));
    if (found) return std::shared_ptr<Library>(found, &found->library);
    if (!left_out.folder.empty() && DataFolder::is_collection(files_, left_out.folder)) {
        return fail(ErrorCode::kUnavailable, "collection {:?}: cannot be opened: {}", name,
                    left_out.reason);
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
    const Claimed claimed(*this, name);
    Library made = TRY(make_library(name, fill));
    const auto entry = std::make_shared<Entry>(name, std::move(made));
    entry->is_in_data = true;
    add(entry);
    LOG(kInfo, "event=collection_made collection={}", name);
    return std::shared_ptr<Library>(entry, &entry->library);
}

Result<void> Libraries::drop(const std::string& name, const std::function<void()>& once_hidden) {
    TRY(require_writable(*this, name));
    EntryPointer hidden = TRY(hide(name));
    const Claimed claimed(*this, name);
    EntryPointer entry = std::move(hidden);  // gone before the claim on its name is
    once_hidden();
    const std::string home = entry->library.home();
    const bool is_in_data = entry->is_in_data;
    const CatalogIdentity identity = entry->library.identity();
    const LibraryPlace place{.folder = entry->library.folder(),
                             .collection_directory = home,
                             .pictures = PictureSource::kAsMade};
    std::future<void> ended = entry->ending.promise.get_future();
    entry.reset();
    ended.wait();
    if (const auto there = identity.check(files_, home); !there) {
        return fail(ErrorCode::kConflict, "collection {:?}: not dropped: {}", name,
                    there.error().message());
    }
    auto removed =
        files_.rename(join_path(home, kReserved),
                      join_path(home, std::string(kReserved) + std::string(kDroppedEnding)));
    if (removed) {
        LOG(kInfo, "event=collection_dropped collection={}", name);
        removed = files_.sync_directory(home);
        if (removed) removed = finish_dropping(files_, home, is_in_data);
    } else if (auto again = open_library(place)) {
        const auto kept = std::make_shared<Entry>(name, std::move(*again));
        kept->is_in_data = is_in_data;
        add(kept);
    }
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
        const auto adopted = or_out_of_memory([&] { return adopt(folder); });
        if (!adopted) leave_out(folder, adopted.error());
    }
    return {};
}

/// Those in the data folder whose catalog is there no more, or is another one. Who has one keeps
/// it.
std::vector<std::string> Libraries::forget_gone() {
    std::vector<std::string> gone;
    for (const EntryPointer& entry : all()) {
        if (!entry->is_in_data) continue;
        const auto there = entry->library.identity().check(files_, entry->library.home());
        const bool is_gone = !there && (there.error().code() == ErrorCode::kNotFound ||
                                        there.error().code() == ErrorCode::kUnavailable);
        if (!is_gone) continue;
        const auto state = state_.lock();
        if (std::erase(state->entries, entry) == 0) continue;
        entry->library.begin_end();
        gone.push_back(entry->name);
    }
    return gone;
}

Result<void> Libraries::adopt(const std::string& folder) {
    const std::string name = name_in_data(folder);
    // Whoever makes or drops it now goes first.
    if (!claim(name)) return {};
    const Claimed claimed(*this, name);
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
            const auto loaded =
                or_out_of_memory([&] { return load_model(entry->library, choice); });
            if (!loaded) {
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
        const auto opened = open_found(folder);
        if (opened) continue;
        leave_out(folder, opened.error());
    }
    return {};
}

/// One that is damaged, or that somebody writes to, keeps no other from being served.
void Libraries::leave_out(const std::string& folder, const Error& why) {
    LOG(kWarn, "event=collection_not_served folder={:?} reason={:?}", folder, why.message());
    data_->put_off(folder);
    const std::string name = name_in_data(folder);
    state_.lock()->left_out[name] = {.folder = folder, .reason = why.message()};
}

Result<void> Libraries::open_found(const std::string& folder) {
    TRY(finish_dropping(files_, folder, true));
    if (!DataFolder::is_collection(files_, folder)) return {};
    const auto is_its = [&](const EntryPointer& entry) { return entry->library.home() == folder; };
    if (std::ranges::any_of(all(), is_its)) return {};  // also named as a folder
    Library library = TRY(open_library({.folder = folder, .pictures = PictureSource::kAsMade}));
    const auto entry = std::make_shared<Entry>(name_in_data(folder), std::move(library));
    entry->is_in_data = true;
    add(entry);
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
    Library opened = TRY(open_folder_to_serve(files_, place, socket_, extractors_));
    add(std::make_shared<Entry>(free_name(slug_of(folder)), std::move(opened)));
    return {};
}

Result<Library> Libraries::open_library(const LibraryPlace& place) const {
    return open_to_serve(files_, place, socket_, extractors_);
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

std::string Libraries::name_in_data(const std::string& folder) const {
    const std::vector<EntryPointer> taken = all();
    return data_->name_of(folder, [&](const std::string& name) {
        return std::ranges::any_of(taken,
                                   [&](const EntryPointer& entry) { return entry->name == name; });
    });
}

void Libraries::add(EntryPointer entry) {
    const auto state = state_.lock();
    const auto place = [](const EntryPointer& one) {
        return std::tuple(one->is_in_data, one->is_in_data ? one->name : std::string());
    };
    state->left_out.erase(entry->name);
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
    state->changing.insert(name);  // first: memory may run out
    EntryPointer entry = std::move(*found);
    state->entries.erase(found);
    entry->library.begin_end();
    return entry;
}

namespace {

/// What lies in the data folder is looked for again and again, what lies elsewhere is not. Who
/// reads alone loses nothing.
Result<void> check_place(const Libraries::Entry& entry) {
    const Library& library = entry.library;
    if (!entry.is_in_data && library.access() == LibraryAccess::kRead) return {};
    auto there = library.identity().check(library.files(), library.home());
    if (there || entry.is_in_data) return there;
    return fail(ErrorCode::kUnavailable, "{}; start the server again to serve what lies there",
                there.error().message());
}

Result<void> require_writable(const Libraries& libraries, const std::string& name) {
    const auto library = TRY(libraries.find(name));
    if (library->access() == LibraryAccess::kWrite) return {};
    return fail(ErrorCode::kUnsupported, "{}: opened for reading only", library->place());
}

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
    const collection::CollectionStats stats = TRY(library.collection().stats());
    for (const auto& field : stats.fields) {
        if (field.index.is_readable) continue;
        return fail(ErrorCode::kCorruption, "field {:?}: {}", field.spec.name, field.index.state);
    }
    return {};
}

}  // namespace
}  // namespace sokkuri::service
