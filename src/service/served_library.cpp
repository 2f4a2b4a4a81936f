#include "service/served_library.h"

#include "base/log.h"
#include "service/main_field.h"

#include <utility>

namespace sokkuri::service {

Result<Library> open_to_serve(FileSystem& files, const LibraryPlace& place,
                              const std::string& socket,
                              const std::shared_ptr<ExtractorCache>& extractors) {
    using Keeper = collection::KeeperOptions;
    return Library::open(files, place,
                         {.access = LibraryAccess::kWrite,
                          .socket = socket,
                          .keeper = {.sealing = Keeper::Sealing::kInBackground,
                                     .segments = Keeper::Segments::kInMemory},
                          .extractors = extractors});
}

Result<Library> open_folder_to_serve(FileSystem& files, const LibraryPlace& place,
                                     const std::string& socket,
                                     const std::shared_ptr<ExtractorCache>& extractors) {
    auto library = open_to_serve(files, place, socket, extractors);
    if (!library && library.error().code() == ErrorCode::kUnsupported) {
        LibraryPlace as_made = place;
        as_made.pictures = PictureSource::kAsMade;
        library = open_to_serve(files, as_made, socket, extractors);
    }
    if (library || library.error().code() != ErrorCode::kIo) return library;
    auto readable = Library::open(files, place, {.extractors = extractors});
    if (!readable) return library;
    LOG(kWarn, "event=served_for_reading_only folder={:?} reason={:?}", readable->place(),
        library.error().message());
    return readable;
}

Result<void> load_model(const Library& library, const ModelChoice& choice) {
    const auto field = TRY(main_field(library.collection()));
    const bool is_for_pictures = field ? !field->model.empty() : !library.folder().empty();
    if (!is_for_pictures) return {};
    const auto indexed_with = TRY(indexed_model(library.collection()));
    const features::Model model = TRY(choose_model(library.files(), choice, indexed_with));
    TRY(library.extractors().get(model, choice, features::Urgency::kInteractive));
    return {};
}

}  // namespace sokkuri::service
