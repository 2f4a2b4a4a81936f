// The CollectionReader of a server: requests of the native API, and what they answer.
#include "base/hash.h"
#include "base/json.h"
#include "cli/answer_reader.h"
#include "cli/collection_reader.h"
#include "cli/group_reader.h"
#include "cli/model_options.h"
#include "collection/filter_writer.h"
#include "service/picture_files.h"
#include "service/preview.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sokkuri::cli {
namespace {

class ServerReader final : public CollectionReader {
 public:
    ServerReader(FileSystem& files, ServerLink link, const std::string& collection)
        : files_(files),
          link_(std::move(link)),
          base_("/v1/collections/" + percent_encoded(collection)) {}

    Result<service::SearchAnswer> search(const service::SearchQuery& query) override;
    Result<service::GroupsAnswer> groups(const service::GroupsQuery& query) override;
    Result<service::SimilarGroupsAnswer> similar_groups(
        const service::SimilarGroupsQuery& query) override;
    Result<service::LibraryStats> stats() override;
    Result<collection::Summary> summarize(const collection::SummaryRequest& request) override;
    Result<std::vector<service::FailedFile>> failures(const std::string& after_path,
                                                      std::size_t limit) override;
    Result<std::vector<std::string>> pick_varied(std::size_t count) override;
    Result<std::string> file_of(const std::string& id) override;
    Result<image::Picture> preview(const std::string& id, std::uint32_t longer_side_max,
                                   const image::DecodeLimits& limits) override;
    std::string usable_path(const std::string& path) const override { return path; }

 private:
    Result<ServerLink::Message> message_of(const service::SearchQuery& query);
    /// The path of what the server knows of a group.
    std::string group_target(const service::ByGroup& group) const {
        return fmt::format("{}/groups/{}/{}", base_, percent_encoded(group.by),
                           percent_encoded(group.value));
    }
    Result<std::string> body_of(const service::BySeveral& several,
                                const service::SearchQuery& query);
    Result<std::string> handle_of(const service::ByPicture& picture,
                                  const service::SearchQuery& query);

    FileSystem& files_;
    ServerLink link_;
    const std::string base_;
};

Result<void> refuse_server_choices(const Settings& settings, QueryPictures pictures);
/// How many hits, and how surely, as the query string of a request.
std::string wishes_of(const service::SearchQuery& query);
std::string_view combine_name(collection::SeveralVectors::Combine combine);
/// Member "field" of a query string, where one was named.
std::string field_wish(const std::string& field);
std::string vector_body(const std::vector<float>& vector);
void write_vector(JsonWriter& json, const std::vector<float>& vector);

}  // namespace

Result<std::unique_ptr<CollectionReader>> server_reader(const Invocation& invocation,
                                                        QueryPictures pictures) {
    const Settings& settings = invocation.settings;
    TRY(refuse_server_choices(settings, pictures));
    ServerAddress address = TRY(ServerAddress::parse(settings.text("server")));
    ServerLink link = TRY(ServerLink::open(std::move(address)));
    const ServerLink::Served served = TRY(link.choose_collection(settings.text("in")));
    return std::make_unique<ServerReader>(invocation.files, std::move(link), served.name);
}

namespace {

Result<service::SearchAnswer> ServerReader::search(const service::SearchQuery& query) {
    ServerLink::Message message = TRY(message_of(query));
    const JsonValue answer = TRY(link_.ask_json(std::move(message)));
    return in_context("the server's answer", read_search_answer(answer));
}

Result<ServerLink::Message> ServerReader::message_of(const service::SearchQuery& query) {
    const std::string wishes = wishes_of(query);
    if (const auto* item = std::get_if<service::ByItem>(&query.what)) {
        const bool includes = query.self == service::SelfHit::kInclude;
        return ServerLink::Message{.target = fmt::format("{}/items/{}/similar?{}&include_self={}",
                                                         base_, percent_encoded(item->id_or_path),
                                                         wishes, includes)};
    }
    if (const auto* group = std::get_if<service::ByGroup>(&query.what)) {
        const bool includes = query.self == service::SelfHit::kInclude;
        const bool is_narrow = query.self == service::SelfHit::kOnly;
        return ServerLink::Message{.target = fmt::format("{}/items?{}&include_members={}{}",
                                                         group_target(*group), wishes, includes,
                                                         is_narrow ? "&only_members=true" : "")};
    }
    ServerLink::Message message{.method = HttpMethod::kPost,
                                .target = fmt::format("{}/search?{}", base_, wishes)};
    if (const auto* several = std::get_if<service::BySeveral>(&query.what)) {
        message.content_type = "application/json";
        message.body = TRY(body_of(*several, query));
        return message;
    }
    if (const auto* vector = std::get_if<service::ByVector>(&query.what)) {
        message.content_type = "application/json";
        message.body = vector_body(vector->values);
        return message;
    }
    const std::string& file = std::get<service::ByPicture>(query.what).file;
    const auto bytes = TRY(read_file(files_, file, query.limits.file_bytes_max));
    message.content_type = "image/*";  // told by its bytes
    message.body.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return message;
}

Result<std::string> ServerReader::body_of(const service::BySeveral& several,
                                          const service::SearchQuery& query) {
    if (query.self == service::SelfHit::kInclude) {
        return fail(ErrorCode::kUnsupported,
                    "--include-self with --together is for collections of this machine");
    }
    std::string body;
    JsonWriter json(body);
    json.begin_object().key("together").begin_array();
    for (const service::BySeveral::Part& part : several.parts) {
        json.begin_object();
        if (const auto* item = std::get_if<service::ByItem>(&part.what)) {
            json.member("id", item->id_or_path);
        } else if (const auto* picture = std::get_if<service::ByPicture>(&part.what)) {
            const std::string handle = TRY(handle_of(*picture, query));
            json.member("query_id", handle);
        } else if (const auto* earlier = std::get_if<service::ByQuery>(&part.what)) {
            json.member("query_id", earlier->handle);
        } else {
            write_vector(json, std::get<service::ByVector>(part.what).values);
        }
        json.member("weight", static_cast<double>(part.weight)).end_object();
    }
    json.end_array().member("combine", combine_name(several.combine));
    json.key("exclude").begin_array();
    for (const std::string& item : query.excluded)
        json.value(item);
    json.end_array().end_object();
    return body;
}

/// What the server calls the picture from now on.
Result<std::string> ServerReader::handle_of(const service::ByPicture& picture,
                                            const service::SearchQuery& query) {
    const service::SearchAnswer answer =
        TRY(search({.what = picture, .field = query.field, .k = 1, .limits = query.limits}));
    return answer.query_handle;
}

Result<service::GroupsAnswer> ServerReader::groups(const service::GroupsQuery& query) {
    const JsonValue answer = TRY(link_.ask_json(
        {.target = fmt::format("{}/groups/{}?limit={}&offset={}&examples={}{}", base_,
                               percent_encoded(query.by), query.limit, query.offset, query.examples,
                               field_wish(query.field))}));
    return in_context("the server's answer", read_groups(answer));
}

Result<service::SimilarGroupsAnswer> ServerReader::similar_groups(
    const service::SimilarGroupsQuery& query) {
    const JsonValue answer = TRY(link_.ask_json(
        {.target = fmt::format("{}/similar?k={}&offset={}&examples={}{}", group_target(query.group),
                               query.k, query.offset, query.examples, field_wish(query.field))}));
    return in_context("the server's answer", read_similar_groups(answer));
}

Result<service::LibraryStats> ServerReader::stats() {
    const JsonValue answer = TRY(link_.ask_json({.target = base_}));
    return in_context("the server's answer", read_stats(answer));
}

Result<collection::Summary> ServerReader::summarize(const collection::SummaryRequest& request) {
    std::string body;
    JsonWriter json(body);
    json.begin_object();
    if (request.filter) json.key("filter").raw(collection::json_of(*request.filter));
    json.key("facets").begin_array();
    for (const collection::FacetRequest& facet : request.facets) {
        json.begin_object().member("by", facet.path);
        json.member("size", std::uint64_t{facet.values_max}).end_object();
    }
    json.end_array().end_object();
    const JsonValue answer = TRY(link_.ask_json({.method = HttpMethod::kPost,
                                                 .target = base_ + "/facets",
                                                 .content_type = "application/json",
                                                 .body = std::move(body)}));
    return in_context("the server's answer", read_summary(answer));
}

Result<std::vector<service::FailedFile>> ServerReader::failures(const std::string& after_path,
                                                                std::size_t limit) {
    const std::string after = base64url(std::as_bytes(std::span(after_path)));
    const JsonValue answer = TRY(link_.ask_json(
        {.target = fmt::format("{}/failures?limit={}&after={}", base_, limit, after)}));
    return in_context("the server's answer", read_failures(answer));
}

Result<std::vector<std::string>> ServerReader::pick_varied(std::size_t) {
    return fail(ErrorCode::kUnsupported,
                "--sample is for collections of this machine: with --server, name items");
}

Result<std::string> ServerReader::file_of(const std::string&) {
    return std::string();
}

Result<image::Picture> ServerReader::preview(const std::string& id, std::uint32_t longer_side_max,
                                             const image::DecodeLimits& limits) {
    std::uint32_t side = 0;
    for (const std::uint32_t offered : service::kThumbnailSides) {
        side = offered;
        if (side >= longer_side_max) break;
    }
    const std::string jpeg =
        TRY(link_.ask({.target = fmt::format("{}/items/{}/thumbnail?size={}", base_,
                                             percent_encoded(id), side)}));
    return service::preview(std::as_bytes(std::span(jpeg)), longer_side_max, limits);
}

Result<void> refuse_server_choices(const Settings& settings, QueryPictures pictures) {
    if (settings.has("collection")) {
        return fail(ErrorCode::kUnsupported, "--collection and --server exclude each other");
    }
    if (pictures == QueryPictures::kNone) return {};
    for (const std::vector<Option>& options : {model_options(), limit_options()}) {
        for (const Option& option : options) {
            if (settings.at(option.name).origin != Origin::kFlag) continue;
            return fail(ErrorCode::kUnsupported, "{} is for the server to choose: leave it out",
                        option.flag());
        }
    }
    return {};
}

std::string wishes_of(const service::SearchQuery& query) {
    using Kind = index::Effort::Kind;
    std::string wishes =
        fmt::format("k={}&offset={}{}", query.k, query.offset, field_wish(query.field));
    if (query.score_min) wishes += fmt::format("&min_score={}", *query.score_min);
    if (query.effort.kind == Kind::kExact) wishes += "&exact=true";
    if (query.effort.kind == Kind::kRecall)
        wishes += fmt::format("&recall={}", query.effort.recall);
    if (query.effort.kind == Kind::kEf) wishes += fmt::format("&ef={}", query.effort.ef);
    if (query.filter) {
        wishes += fmt::format("&filter={}", percent_encoded(collection::json_of(*query.filter)));
    }
    if (query.group_cap) {
        wishes += fmt::format("&group_by={}&per_group={}", percent_encoded(query.group_cap->path),
                              query.group_cap->hits_max);
    }
    if (query.diversity) {
        wishes += fmt::format("&diversity={}", query.diversity->strength);
        if (query.diversity->candidates > 0)
            wishes += fmt::format("&candidates={}", query.diversity->candidates);
    }
    if (query.order) {
        const bool is_descending =
            query.order->direction == collection::HitOrder::Direction::kDescending;
        wishes +=
            fmt::format("&sort={}{}", is_descending ? "-" : "", percent_encoded(query.order->path));
    }
    return wishes;
}

std::string_view combine_name(collection::SeveralVectors::Combine combine) {
    using Combine = collection::SeveralVectors::Combine;
    if (combine == Combine::kMean) return "mean";
    return combine == Combine::kNearest ? "nearest" : "farthest";
}

std::string field_wish(const std::string& field) {
    return field.empty() ? std::string() : "&field=" + percent_encoded(field);
}

std::string vector_body(const std::vector<float>& vector) {
    std::string body;
    JsonWriter json(body);
    json.begin_object();
    write_vector(json, vector);
    json.end_object();
    return body;
}

void write_vector(JsonWriter& json, const std::vector<float>& vector) {
    json.key("vector").begin_array();
    for (const float value : vector)
        json.value(value);
    json.end_array();
}

}  // namespace
}  // namespace sokkuri::cli
