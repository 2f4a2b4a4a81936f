#include "cli/server_export.h"

#include "cli/server_link.h"
#include "service/row_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace sokkuri::cli {
namespace {

constexpr std::uint64_t kRowsBetweenLooks = 1'000;

std::string target_of(const service::ExportRequest& request, const std::string& collection);

}  // namespace

Result<service::ExportReport> export_from_server(const Invocation& invocation,
                                                 const service::ExportRequest& request,
                                                 const ExportProgress& progress,
                                                 const std::stop_token& stop) {
    const Settings& settings = invocation.settings;
    const HeldFolder held = TRY(folder_at_server(settings, settings.text("in")));
    FolderHolder holder = TRY(holder_of(invocation, held));
    service::ExportReport report;
    std::uint64_t rows_announced = 0;
    std::optional<service::ExportFiles> files;
    service::RowStreamReader reader(
        {.head = [&](const service::RowStreamHead& head) -> Result<void> {
             auto opened =
                 TRY(service::ExportFiles::open(invocation.files, request, head.dimension));
             files.emplace(std::move(opened));
             report = {.dimension = head.dimension, .field = head.field};
             rows_announced = head.rows;
             return {};
         },
         .row = [&](const service::ExportedRow& row) -> Result<void> {
             if (++report.rows % kRowsBetweenLooks == 0) {
                 progress(static_cast<double>(report.rows) / static_cast<double>(rows_announced));
             }
             return files->append(row);
         }});
    const auto feed = [&](std::string_view bytes) { return reader.feed(bytes); };
    TRY(in_context(holder.name,
                   holder.link.receive(target_of(request, holder.served.name), feed, stop)));
    const service::RowStreamEnd end = TRY(in_context(holder.name, reader.end()));
    report.without_vector = end.without_vector;
    TRY(files->finish());
    return report;
}

namespace {

std::string target_of(const service::ExportRequest& request, const std::string& collection) {
    std::string target = fmt::format(
        "/v1/collections/{}/export?format=rows&documents={}&vectors={}",
        percent_encoded(collection), request.has_documents(), request.vectors_in_documents);
    if (!request.field.empty()) target += "&field=" + percent_encoded(request.field);
    return target;
}

}  // namespace
}  // namespace sokkuri::cli
