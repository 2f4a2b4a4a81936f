#include "cli/server_import.h"

#include "base/json.h"
#include "cli/answer_members.h"
#include "cli/field_reader.h"
#include "cli/load_bodies.h"
#include "service/collection_name.h"
#include "service/data_folder.h"
#include "service/load_items.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace sokkuri::cli {
namespace {

/// Of one request: half of what a server takes unless it was told otherwise.
constexpr std::size_t kRequestBytesMax = 32U << 20;
/// A load may have to wait while vectors are moved together.
constexpr std::uint32_t kLoadTimeMaxMs = 600'000;

Result<void> make_collection(ServerAddress address, const std::string& name);

}  // namespace

Result<ServerTarget> ServerTarget::open(const Invocation& invocation, const HeldFolder& held,
                                        const service::ImportRequest& request) {
    auto holder = holder_of(invocation, held);
    const bool is_missing = !holder && holder.error().code() == ErrorCode::kNotFound;
    if (is_missing && !held.server.empty() && !held.folder.empty()) {
        TRY(request.check_files(invocation.files));
        ServerAddress address = TRY(ServerAddress::parse(held.server));
        TRY(make_collection(std::move(address), held.folder));
        holder = holder_of(invocation, held);
    }
    FolderHolder found = TRY(std::move(holder));
    return ServerTarget(std::move(found));
}

Result<void> make_at_data_server(const Invocation& invocation, const service::LibraryPlace& place,
                                 const service::ImportRequest& request) {
    // Without slashes at its end, however many there are.
    const std::filesystem::path folder = std::filesystem::path(place.folder + "/").parent_path();
    const std::string name = folder.filename();
    const bool is_candidate = place.collection_directory.empty() &&
                              service::validate_collection_name(name) &&
                              !invocation.files.status(folder.string());
    if (!is_candidate) return {};
    const std::string parent = folder.has_parent_path() ? folder.parent_path().string() : ".";
    const auto server = TRY(service::DataFolder::server(invocation.files, parent));
    if (!server || server->socket.empty()) return {};
    TRY(request.check_files(invocation.files));
    return make_collection({.socket = server->socket}, name);
}

Result<std::optional<collection::FieldSpec>> ServerTarget::find_field(const std::string& name) {
    const JsonValue answer = TRY(ask({.target = target("/fields")}));
    std::vector<service::FieldDescription> fields =
        TRY(in_context(holder_.name, read_fields(answer)));
    for (service::FieldDescription& field : fields) {
        const bool is_meant = name.empty() ? field.is_main : field.spec.name == name;
        if (is_meant) return std::move(field.spec);
    }
    return std::nullopt;
}

Result<void> ServerTarget::make_field(const collection::FieldSpec& field) {
    return in_context(holder_.name,
                      holder_.link.put_field(holder_.served.name, {.name = field.name,
                                                                   .dimension = field.dimension,
                                                                   .metric = field.metric}));
}

Result<collection::LoadOutcome> ServerTarget::load(const collection::LoadBatch& batch) {
    if (batch.ids.empty()) return collection::LoadOutcome();
    return load_in_parts(batch);
}

/// In halves where it is too much for one request, also because the server says so.
Result<collection::LoadOutcome> ServerTarget::load_in_parts(const collection::LoadBatch& batch) {
    const std::size_t rows = batch.ids.size();
    const bool is_small = rows <= service::kItemsLoadedMax && load_bytes(batch) <= kRequestBytesMax;
    if (is_small || rows == 1) {
        auto outcome = send(batch);
        const bool is_too_large = !outcome && outcome.error().code() == ErrorCode::kExhausted;
        if (!is_too_large || rows == 1) return outcome;
    }
    collection::LoadOutcome outcome = TRY(load_in_parts(part_of(batch, 0, rows / 2)));
    const collection::LoadOutcome rest = TRY(load_in_parts(part_of(batch, rows / 2, rows)));
    outcome += rest;
    return outcome;
}

Result<collection::LoadOutcome> ServerTarget::send(const collection::LoadBatch& batch) {
    const std::size_t dimension = batch.vectors.size() / batch.ids.size();
    LoadBody body = load_body(batch, dimension);
    std::string query = "?field=" + percent_encoded(batch.field);
    if (batch.mark) {
        query += fmt::format("&mark={}&mark_value={}", percent_encoded(batch.mark->name),
                             percent_encoded(batch.mark->value));
    }
    const JsonValue answer = TRY(ask({.method = HttpMethod::kPost,
                                      .target = target("/items" + query),
                                      .content_type = std::move(body.content_type),
                                      .body = std::move(body.text),
                                      .time_max_ms = kLoadTimeMaxMs}));
    collection::LoadOutcome outcome;
    outcome.created = TRY(read_count(answer, "created"));
    outcome.replaced = TRY(read_count(answer, "replaced"));
    outcome.unchanged = TRY(read_count(answer, "unchanged"));
    return outcome;
}

Result<std::optional<std::string>> ServerTarget::mark(const std::string& name) {
    const auto answer = ask({.target = target("/marks/" + percent_encoded(name))});
    if (!answer && answer.error().code() == ErrorCode::kNotFound) return std::nullopt;
    if (!answer) return tl::unexpected(answer.error());
    const JsonValue* value = TRY(answer->at("value"));
    return std::string(value->text());
}

Result<void> ServerTarget::forget_mark(const std::string& /*field*/, const std::string& name) {
    TRY(in_context(holder_.name,
                   holder_.link.ask({.method = HttpMethod::kDelete,
                                     .target = target("/marks/" + percent_encoded(name)),
                                     .time_max_ms = kLoadTimeMaxMs})));
    return {};
}

Result<service::DocumentOutcome> ServerTarget::put_documents(
    std::vector<service::NamedDocument> documents) {
    for (service::NamedDocument& named : documents)
        std::ranges::replace(named.document, '\n', ' ');
    return put_in_parts(documents);
}

/// As load_in_parts.
Result<service::DocumentOutcome> ServerTarget::put_in_parts(
    std::span<const service::NamedDocument> documents) {
    auto outcome = send(documents);
    const bool is_too_large = !outcome && outcome.error().code() == ErrorCode::kExhausted;
    if (!is_too_large || documents.size() < 2) return outcome;
    const std::size_t half = documents.size() / 2;
    service::DocumentOutcome all = TRY(put_in_parts(documents.first(half)));
    const service::DocumentOutcome rest = TRY(put_in_parts(documents.subspan(half)));
    all.changed += rest.changed;
    all.unchanged += rest.unchanged;
    all.unmatched += rest.unmatched;
    return all;
}

Result<service::DocumentOutcome> ServerTarget::send(
    std::span<const service::NamedDocument> documents) {
    std::string lines;
    for (const service::NamedDocument& named : documents) {
        JsonWriter(lines)
            .begin_object()
            .member("id", named.id)
            .key("document")
            .raw(named.document)
            .end_object();
        lines += '\n';
    }
    const JsonValue answer = TRY(ask({.method = HttpMethod::kPut,
                                      .target = target("/documents"),
                                      .content_type = "application/x-ndjson",
                                      .body = std::move(lines),
                                      .time_max_ms = kLoadTimeMaxMs}));
    service::DocumentOutcome outcome;
    outcome.changed = TRY(read_count(answer, "changed"));
    outcome.unchanged = TRY(read_count(answer, "unchanged"));
    outcome.unmatched = TRY(read_count(answer, "unmatched"));
    return outcome;
}

Result<JsonValue> ServerTarget::ask(ServerLink::Message message) {
    return in_context(holder_.name, holder_.link.ask_json(std::move(message)));
}

std::string ServerTarget::target(std::string_view rest) const {
    return fmt::format("/v1/collections/{}{}", percent_encoded(holder_.served.name), rest);
}

namespace {

/// The first vectors say what its field is like.
Result<void> make_collection(ServerAddress address, const std::string& name) {
    const std::string server = address.shown();
    ServerLink link = TRY(ServerLink::open(std::move(address)));
    TRY(in_context(server, link.ask({.method = HttpMethod::kPut,
                                     .target = "/v1/collections/" + percent_encoded(name),
                                     .content_type = "application/json",
                                     .body = "{}"})));
    return {};
}

}  // namespace
}  // namespace sokkuri::cli
