// What tests of several suites expect of answers. For tests alone.
#pragma once

#include "http/testing/native_server.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace sokkuri::http {

/// Of the hits, in their order.
inline std::vector<std::string> ids_of_hits(const CheckedAnswer& answer) {
    EXPECT_EQ(answer.status(), 200U) << answer.raw.body;
    std::vector<std::string> ids;
    const JsonValue hits = answer.at("hits");
    for (const JsonValue& hit : hits.items())
        ids.emplace_back(hit.find("id")->text());
    return ids;
}

inline void expect_refusal(const CheckedAnswer& answer, unsigned status, std::string_view why) {
    EXPECT_EQ(answer.status(), status) << answer.raw.body;
    EXPECT_NE(answer.detail().find(why), std::string::npos) << answer.detail();
}

}  // namespace sokkuri::http
