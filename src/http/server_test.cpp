// A real server on loopback, asked by a client that may write anything.
#include "http/server.h"

#include "http/testing/running_server.h"

#include <gtest/gtest.h>

namespace sokkuri::http {
namespace {

RouteTable echo_routes() {
    RouteTable routes;
    routes.push_back({.pattern = "/hello",
                      .operation = "hello",
                      .parameters = {{.name = "k", .kind = ParameterKind::kInteger, .maximum = 10}},
                      .work = WorkClass::kImmediate,
                      .handler = [](const Request&) -> Result<Response> {
                          return json_response("{\"hello\":\"world\"}");
                      }});
    routes.push_back({.method = Method::kPost,
                      .pattern = "/echo/{name}",
                      .operation = "echo",
                      .bodies = {{"text/plain"}},
                      .handler = [](const Request& request) -> Result<Response> {
                          return Response{.content_type = "text/plain",
                                          .body = request.capture("name") + ":" + request.body};
                      }});
    return routes;
}

TEST(Server, AnswersRequestsOneAfterTheOther) {
    RunningServer server(echo_routes());
    RawClient client = server.connect();
    for (int i = 0; i < 3; ++i) {
        const RawAnswer answer = client.ask("GET", "/hello");
        EXPECT_EQ(answer.status, 200U);
        EXPECT_EQ(answer.body, "{\"hello\":\"world\"}");
        EXPECT_EQ(answer.header("content-type"), "application/json");
        EXPECT_EQ(answer.header("x-content-type-options"), "nosniff");
        EXPECT_EQ(answer.header("connection"), "");
    }
    const RawAnswer echo =
        client.ask("POST", "/echo/a%2Fb", "some text", "Content-Type: text/plain\r\n");
    EXPECT_EQ(echo.status, 200U);
    EXPECT_EQ(echo.body, "a/b:some text");
}

}  // namespace
}  // namespace sokkuri::http
