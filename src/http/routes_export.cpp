#include "base/hash.h"
#include "http/etag.h"
#include "http/item_condition.h"
#include "http/native_routes.h"
#include "http/percent_encoding.h"
#include "http/query_values.h"
#include "service/export_stream.h"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <utility>

namespace sokkuri::http {
namespace {

using service::ExportFormat;
using service::ExportStream;

constexpr double kFieldNameMax = 64;

/// Ends when its collection is dropped: a drop waits for all who have it.
class ExportBody final : public ByteStream {
 public:
    ExportBody(const service::Libraries& libraries, std::string collection,
               std::shared_ptr<service::Library> library, ExportStream stream)
        : libraries_(libraries),
          collection_(std::move(collection)),
          library_(std::move(library)),
          stream_(std::move(stream)) {}

    /// Makes the first piece, so that what is wrong with it is the answer, and not a 200 that is
    /// cut.
    Result<void> begin();

    std::optional<std::uint64_t> size_bytes() const override { return stream_.size_bytes(); }
    Result<std::optional<std::string>> next() override;
    bool is_over() const override { return library_->is_ending(); }

 private:
    const service::Libraries& libraries_;
    const std::string collection_;
    const std::shared_ptr<service::Library> library_;
    ExportStream stream_;               // goes before its library
    std::optional<std::string> first_;  // until it has been given
};

Result<Response> export_vectors(const NativeApi& api, const Request& request);
/// Of that collection, field and moment.
Result<std::string> tag_of(const service::Library& library, const ExportStream& stream);
std::vector<AnswerKind> export_answers();

}  // namespace

RouteTable export_routes(const SharedApi& api) {
    std::vector<std::string_view> formats;
    for (const ExportFormat format : service::kExportFormats)
        formats.push_back(service::name_of(format));
    return {
        {.pattern = "/v1/collections/{collection}/export",
         .operation = "exportVectors",
         .summary = "All vectors of a field, with ids or documents, as a file",
         .description =
             "Made while it is sent, all of one moment of the collection, rows in the order in "
             "which the items came. Answers with the same ETag have the same rows, so that ids fit "
             "their vectors. Formats that "
             "do not say themselves how long they are come in chunks; "
             "a connection that is cut before the end has not brought all. A client that takes "
             "nothing for write_time_max_ms, or is not done after export_time_max_ms, is cut off, "
             "and so is one whose collection is dropped. At most exports_max at a time.",
         .parameters = {{.name = "format",
                         .kind = ParameterKind::kChoice,
                         .help = "rows: everything, for programs (see docs/formats/exchange.md); "
                                 "npy: a float32 matrix for NumPy; fvecs, bvecs: each vector "
                                 "behind its dimension; f32: bare float32; ids: one a line; "
                                 "ndjson: lines of id, vector and document; metadata: lines of "
                                 "documents with their ids.",
                         .fallback = "ndjson",
                         .choices = std::move(formats)},
                        {.name = "field",
                         .help = "Whose vectors; without it, those that searches use.",
                         .minimum = 1,
                         .maximum = kFieldNameMax},
                        {.name = "documents",
                         .kind = ParameterKind::kBoolean,
                         .help = "Whether `rows` has them.",
                         .fallback = "true"},
                        {.name = "vectors",
                         .kind = ParameterKind::kBoolean,
                         .help = "Whether documents have the vectors of all other fields in them, "
                                 "each under its field's name.",
                         .fallback = "false"}},
         .answers = export_answers(),
         .handler = bind_handler(api, export_vectors),
         .section = "Items"},
    };
}

namespace {

Result<void> ExportBody::begin() {
    first_ = TRY(stream_.next());
    return {};
}

Result<std::optional<std::string>> ExportBody::next() {
    if (first_) return std::exchange(first_, std::nullopt);
    const auto now = libraries_.find(collection_);
    if (now && *now == library_) return stream_.next();
    return fail(ErrorCode::kNotFound, "collection {:?}: was dropped while it was exported",
                collection_);
}

Result<Response> export_vectors(const NativeApi& api, const Request& request) {
    auto library = TRY(find_library(api, request));
    const auto documents = TRY(boolean_value(request, "documents"));
    const auto vectors = TRY(boolean_value(request, "vectors"));
    const auto format = service::parse_export_format(text_value(request, "format"));
    service::ExportStreamRequest wanted{.format = format.value_or(ExportFormat::kNdjson)};
    wanted.scope.field = text_value(request, "field");
    wanted.scope.vectors_in_documents = vectors.value_or(false);
    if (!documents.value_or(true)) wanted.scope.documents = collection::Documents::kOmit;
    const bool has_documents = wanted.scope.documents == collection::Documents::kInclude;
    if (!has_documents && wanted.format != ExportFormat::kRows) {
        return fail(ErrorCode::kInvalidArgument,
                    "documents=false goes with format=rows: {} is what its name says",
                    service::name_of(wanted.format));
    }
    const bool shows_documents = has_documents && (wanted.format == ExportFormat::kRows ||
                                                   wanted.format == ExportFormat::kNdjson ||
                                                   wanted.format == ExportFormat::kMetadata);
    if (wanted.scope.vectors_in_documents && !shows_documents) {
        return fail(ErrorCode::kInvalidArgument,
                    "vectors=true: they are members of documents, and this answer has none");
    }
    ExportStream stream = TRY(ExportStream::begin(*library, wanted));
    Response response{.content_type = std::string(service::media_type_of(wanted.format))};
    const std::string& collection = request.capture("collection");
    const std::string tag = TRY(tag_of(*library, stream));
    response.headers = {{"ETag", quoted_tag(tag)}, {"Cache-Control", "private, no-store"}};
    if (wanted.format != ExportFormat::kRows) {
        response.headers.emplace_back(
            "Content-Disposition",
            fmt::format("attachment; filename*=UTF-8''{}{}", percent_encoded(collection),
                        service::ending_of(wanted.format)));
    }
    auto body = std::make_unique<ExportBody>(api.libraries, collection, std::move(library),
                                             std::move(stream));
    TRY(body->begin());
    response.body = std::move(body);
    return response;
}

Result<std::string> tag_of(const service::Library& library, const ExportStream& stream) {
    const std::string start = TRY(tag_start(library));
    const Hash128 field = xxh128(std::as_bytes(std::span(stream.field())));
    return fmt::format("{}{}-{}", start, hex(std::span(field).first(4)), stream.generation());
}

std::vector<AnswerKind> export_answers() {
    std::vector<AnswerKind> answers;
    for (const ExportFormat format : service::kExportFormats) {
        answers.push_back({.media_type = service::media_type_of(format),
                           .help = "The rows in the format that was asked for."});
    }
    answers.push_back(kNoSuchCollection);
    answers.push_back({.status = 503,
                       .media_type = "application/problem+json",
                       .schema = "Problem",
                       .help = "Too many exports are under way; Retry-After says when to try "
                               "again."});
    return answers;
}

}  // namespace
}  // namespace sokkuri::http
