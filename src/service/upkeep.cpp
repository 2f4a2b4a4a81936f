#include "service/upkeep.h"

#include "service/backup.h"
#include "service/verify.h"

namespace sokkuri::service {

Result<collection::CompactReport> compact(const Library& library, const UpkeepSink& progress,
                                          const std::stop_token& stop) {
    const auto show = [&](double share, std::string_view stage) { progress(stage, share); };
    return library.collection().compact({.progress = show, .stop = stop});
}

Result<collection::VerifyReport> verify(const Library& library, const VerifyRequest& request,
                                        const UpkeepSink& progress, const std::stop_token& stop) {
    const LibraryPlace place{.folder = library.home()};
    const collection::VerifyOptions options{
        .depth = request.depth,
        .progress = [&](std::string_view file) { progress(file, 0); },
        .stop = stop};
    collection::VerifyReport report = TRY(verify(library.files(), place, options));
    if (report.is_whole() || request.repair == VerifyRequest::Repair::kNo) return report;
    TRY(remove_damaged_thumbnails(library.files(), library.directory(), report));
    const auto show = [&](double share, std::string_view stage) { progress(stage, share); };
    TRY(collection::repair_collection(library.collection(), without_thumbnails(report),
                                      {.progress = show, .stop = stop}));
    return verify(library.files(), place, options);
}

Result<collection::BackupReport> back_up(const Library& library, const std::string& target,
                                         const UpkeepSink& progress, const std::stop_token& stop) {
    const LibraryPlace place{.folder = library.home()};
    return back_up(library.files(), place, target,
                   {.progress = [&](std::string_view file) { progress(file, 0); }, .stop = stop});
}

}  // namespace sokkuri::service
