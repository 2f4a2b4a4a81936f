#include "service/libraries.h"

#include "base/json.h"
#include "base/log.h"
#include "base/shown_text.h"

#include <algorithm>
#include <utility>

namespace sokkuri::service {
namespace {

constexpr std::size_t kNameBytesMax = 255;  // of an index of OpenSearch
constexpr std::string_view kForbidden = "\\/*?\"<>| ,#:";
constexpr std::string_view kForbiddenFirst = "-_+";
constexpr std::string_view kFallbackName = "pictures";

std::string free_name(const std::string& wanted,
                      const std::vector<std::unique_ptr<Libraries::Entry>>& taken);
void cut_to(std::string& text, std::size_t size_max);
Result<void> load_model(const Library& library, const ModelChoice& choice);

}  // namespace

Libraries::Libraries() : extractors_(std::make_shared<ExtractorCache>(ExtractorTuning::kShared)) {}

Libraries::~Libraries() = default;

Result<std::unique_ptr<Libraries>> Libraries::open(FileSystem& files,
                                                   const std::vector<LibraryPlace>& places,
                                                   const std::string& socket) {
    using Keeper = collection::KeeperOptions;
    std::unique_ptr<Libraries> libraries(new Libraries());
    for (const LibraryPlace& place : places) {
        const std::string folder = TRY(files.canonical(place.folder));
        for (const auto& other : libraries->entries_) {
            if (other->library.folder() != folder) continue;
            return fail(ErrorCode::kInvalidArgument, "{}: named twice", place.folder);
        }
        Library library = TRY(Library::open(files, place,
                                            {.access = LibraryAccess::kWrite,
                                             .socket = socket,
                                             .keeper = {.sealing = Keeper::Sealing::kInBackground,
                                                        .segments = Keeper::Segments::kInMemory},
                                             .extractors = libraries->extractors_}));
        std::string name = free_name(slug_of(library.folder()), libraries->entries_);
        libraries->entries_.push_back(
            std::make_unique<Entry>(Entry{std::move(name), std::move(library)}));
    }
    return libraries;
}

Result<Library*> Libraries::find(std::string_view name) const {
    std::string known;
    for (const auto& entry : entries_) {
        if (entry->name == name) return &entry->library;
        known += fmt::format("{}{}", known.empty() ? "" : ", ", entry->name);
    }
    return fail(ErrorCode::kNotFound, "collection {:?}: there is none; there are: {}", name,
                known.empty() ? "none" : known);
}

void Libraries::warm_up(const ModelChoice& choice) {
    if (warming_.joinable()) return;
    warming_ = std::jthread([this, choice](const std::stop_token& stop) {
        for (const auto& entry : entries_) {
            if (stop.stop_requested()) return;
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

std::string slug_of(std::string_view folder) {
    while (folder.ends_with('/'))
        folder.remove_suffix(1);
    const std::size_t slash = folder.rfind('/');
    const std::string shown =
        utf8_text(slash == std::string_view::npos ? folder : folder.substr(slash + 1));
    std::string slug;
    for (const char c : shown) {
        const bool is_control = static_cast<unsigned char>(c) < ' ' || c == '\x7f';
        if (is_control || kForbidden.find(c) != std::string_view::npos) {
            slug += '-';
        } else {
            slug += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        }
    }
    slug.erase(0, std::min(slug.find_first_not_of(kForbiddenFirst), slug.size()));
    cut_to(slug, kNameBytesMax);
    const bool is_refused = slug.empty() || slug == "." || slug == "..";
    return is_refused ? std::string(kFallbackName) : slug;
}

namespace {

std::string free_name(const std::string& wanted,
                      const std::vector<std::unique_ptr<Libraries::Entry>>& taken) {
    const auto is_taken = [&](const std::string& name) {
        return std::ranges::any_of(taken, [&](const auto& entry) { return entry->name == name; });
    };
    std::string name = wanted;
    for (std::size_t number = 2; is_taken(name); ++number) {
        const std::string ending = fmt::format("-{}", number);
        name = wanted;
        cut_to(name, kNameBytesMax - ending.size());
        name += ending;
    }
    return name;
}

/// Not inside a character of UTF-8.
void cut_to(std::string& text, std::size_t size_max) {
    if (text.size() <= size_max) return;
    std::size_t size = size_max;
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80)
        --size;
    text.resize(size);
}

Result<void> load_model(const Library& library, const ModelChoice& choice) {
    const auto indexed_with = TRY(indexed_model(library.collection()));
    const features::Model model = TRY(choose_model(library.files(), choice, indexed_with));
    TRY(library.extractors().get(model, choice, features::Urgency::kInteractive));
    return {};
}

}  // namespace
}  // namespace sokkuri::service
