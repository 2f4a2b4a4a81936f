// NativeServer: a real server with the native API over a folder of drawn pictures of its own, and a
// data folder for new collections, and one for backups. Every
// answer that goes through `ask` is held against openapi.json: an answer that is not described is a
// failure of the test. For tests alone. Belongs to one thread.
#pragma once

#include "base/json.h"
#include "http/native_api.h"
#include "http/router.h"
#include "http/testing/running_server.h"
#include "http/testing/schema_check.h"
#include "service/testing/picture_folder.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sokkuri::http {

/// An answer that was described; `json` is null where the body is something else.
struct CheckedAnswer {
    RawAnswer raw;
    JsonValue json;

    unsigned status() const { return raw.status; }
    /// A member of the answer, or of what lies in it: at("job.state"), at("hits.0.id"). Null when
    /// there is none.
    JsonValue at(std::string_view place) const;
    std::string text(std::string_view place) const { return std::string(at(place).text()); }
    std::uint64_t integer(std::string_view place) const;
    /// Of an answer with hits, in their order; anything else ends the program.
    std::vector<std::string> hit_ids() const;
    /// Of a problem.
    std::string detail() const { return text("detail"); }
};

class NativeServer {
 public:
    /// With the pictures "0.jpg" to "<count - 1>.jpg", indexed by the small model.
    explicit NativeServer(unsigned pictures, const Limits& limits = {});

    const service::testing::PictureFolder& folder() const { return folder_; }
    const std::string& collection() const { return libraries_->all().front()->name; }
    service::Library& library() { return libraries_->all().front()->library; }
    service::Libraries& libraries() { return *libraries_; }
    service::Jobs& jobs() { return *jobs_; }
    Readiness& readiness() { return *readiness_; }
    /// The folder for backups.
    const std::string& backups() const { return backups_.path(); }
    RawClient connect() const { return server_->connect(); }
    const JsonValue& openapi() const { return openapi_; }
    const RouteTable& routes() const { return routes_; }

    /// Id of the item of that picture.
    std::string id_of(const std::string& path);
    /// The bytes of a picture's file.
    std::string bytes_of(const std::string& path) const;
    /// "/v1/collections/{collection}" and `rest`.
    std::string target(std::string_view rest) const;

    /// `target` as it goes over the wire.
    CheckedAnswer ask(std::string_view method, std::string_view target, std::string_view body = "",
                      std::string_view headers = "");
    CheckedAnswer get(std::string_view target) { return ask("GET", target); }
    /// With a body of JSON.
    CheckedAnswer send(std::string_view method, std::string_view target, std::string_view json);
    /// With a picture as the body.
    CheckedAnswer send_picture(std::string_view target, std::string_view picture);

 private:
    std::string undescribed(std::string_view method, std::string_view target,
                            const CheckedAnswer& answer) const;

    service::testing::PictureFolder folder_;
    sokkuri::testing::TemporaryDirectory data_;
    sokkuri::testing::TemporaryDirectory backups_;
    std::unique_ptr<service::Libraries> libraries_;
    std::unique_ptr<service::Jobs> jobs_;
    std::shared_ptr<Readiness> readiness_ = std::make_shared<Readiness>();
    RouteTable routes_;
    JsonValue openapi_;
    std::unique_ptr<Router> router_;
    std::unique_ptr<RunningServer> server_;
};

}  // namespace sokkuri::http
