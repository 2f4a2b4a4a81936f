#include "http/multipart.h"

#include <gtest/gtest.h>

#include <random>

namespace sokkuri::http {
namespace {

constexpr std::string_view kType = "multipart/form-data; boundary=XyZ";

std::string part(std::string_view headers, std::string_view content) {
    return fmt::format("--XyZ\r\n{}\r\n\r\n{}\r\n", headers, content);
}

std::string error_of(std::string_view type, std::string_view body) {
    const auto form = parse_form(type, body);
    return form ? "" : form.error().message();
}

TEST(Multipart, ReadsWhatBrowsersAndCurlSend) {
    const std::string body =
        part(
            "Content-Disposition: form-data; name=\"picture\"; filename=\"ねこ.jpg\"\r\n"
            "Content-Type: image/JPEG; q=1",
            "\xff\xd8 bytes \r\n--Xy\r\n\0") +
        part("content-disposition: form-data; name=document", "{}") + "--XyZ--\r\n";
    const auto form = parse_form(kType, body);
    ASSERT_TRUE(form) << form.error().message();
    ASSERT_EQ(form->size(), 2U);
    EXPECT_EQ((*form)[0].name, "picture");
    EXPECT_EQ((*form)[0].file_name, "ねこ.jpg");
    EXPECT_EQ((*form)[0].content_type, "image/jpeg");
    EXPECT_EQ((*form)[0].content, "\xff\xd8 bytes \r\n--Xy\r\n");
    EXPECT_EQ((*form)[1].name, "document");
    EXPECT_EQ((*form)[1].content_type, "");
    EXPECT_EQ((*form)[1].content, "{}");
}

TEST(Multipart, GivesBackAnyBytesThatDoNotHoldTheBoundary) {
    std::mt19937_64 random(11);
    for (int round = 0; round < 3'000; ++round) {
        std::vector<std::string> contents(1 + random() % 4);
        std::string body = random() % 2 == 0 ? "" : "a preamble\r\n";
        for (std::string& content : contents) {
            content.resize(random() % 40);
            for (char& c : content) {
                c = "\r\n-XyZ\0\xff a"[random() % 10];
            }
            // A content that held the delimiter would be two; senders choose another boundary then.
            if (("\r\n" + content + "\r\n").find("\r\n--XyZ") != std::string::npos) content = "";
            body += part("Content-Disposition: form-data; name=a", content);
        }
        body += "--XyZ--";
        const auto form = parse_form(kType, body);
        ASSERT_TRUE(form) << form.error().message();
        ASSERT_EQ(form->size(), contents.size());
        for (std::size_t i = 0; i < contents.size(); ++i) {
            EXPECT_EQ((*form)[i].content, contents[i]);
        }
    }
}

TEST(Multipart, RefusesWhatIsCutOff) {
    const std::string whole = part("Content-Disposition: form-data; name=a", "one") +
                              part("Content-Disposition: form-data; name=b", "two") + "--XyZ--";
    ASSERT_TRUE(parse_form(kType, whole));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_NE(error_of(kType, whole.substr(0, size)), "") << size;
    }
}

TEST(Multipart, SurvivesFlippedBytes) {
    const std::string whole =
        part("Content-Disposition: form-data; name=\"a\"; filename=\"\\\"b\\\\\"", "one") +
        part("Content-Disposition: form-data; name=b", "two") + "--XyZ--";
    std::mt19937_64 random(12);
    for (int round = 0; round < 20'000; ++round) {
        std::string body = whole;
        for (std::size_t flips = 1 + random() % 4; flips > 0; --flips) {
            body[random() % body.size()] = static_cast<char>(random());
        }
        const auto form = parse_form(kType, body);
        if (!form) continue;
        for (const FormPart& each : *form) {
            const bool is_inside =
                each.content.data() >= body.data() &&
                each.content.data() + each.content.size() <= body.data() + body.size();
            EXPECT_TRUE(is_inside);
        }
    }
}

TEST(Multipart, TakesEscapedQuotesOffNames) {
    const auto form = parse_form(
        kType,
        part("Content-Disposition: form-data; name=\"a\\\"b\"; filename=\"C:\\x\\\\;y\"", "") +
            "--XyZ--");
    ASSERT_TRUE(form);
    EXPECT_EQ((*form)[0].name, "a\"b");
    EXPECT_EQ((*form)[0].file_name, "C:\\x\\;y");
}

TEST(Multipart, WantsABoundaryInItsType) {
    const std::string body = part("Content-Disposition: form-data; name=a", "one") + "--XyZ--";
    EXPECT_EQ(error_of("Multipart/Form-Data; charset=x; BOUNDARY=\"XyZ\"", body), "");
    for (const std::string& type :
         {std::string("multipart/form-data"), std::string("multipart/form-data; boundary="),
          std::string("multipart/form-data; boundary=\"XyZ"),
          std::string("multipart/mixed; boundary=XyZ"),
          std::string("multipart/form-data; boundary=") + std::string(71, 'x'),
          std::string("multipart/form-data; boundary=a\nb"), std::string()}) {
        EXPECT_NE(error_of(type, body), "") << type;
    }
}

TEST(Multipart, RefusesPartsThatDoNotSayWhatTheyAre) {
    for (const char* const headers :
         {"X: y", "Content-Disposition: attachment; name=a", "Content-Disposition: form-data",
          "Content-Disposition: form-data; name=\"a", "no colon", ""}) {
        EXPECT_NE(error_of(kType, part(headers, "one") + "--XyZ--"), "") << headers;
    }
}

TEST(Multipart, HasALimitOfPartsAndOfTheirHeaders) {
    std::string body;
    for (std::size_t i = 0; i < kFormPartsMax; ++i) {
        body += part("Content-Disposition: form-data; name=a", "");
    }
    EXPECT_EQ(error_of(kType, body + "--XyZ--"), "");
    body += part("Content-Disposition: form-data; name=a", "");
    const auto form = parse_form(kType, body + "--XyZ--");
    ASSERT_FALSE(form);
    EXPECT_EQ(form.error().code(), ErrorCode::kExhausted);
    const std::string long_header =
        "Content-Disposition: form-data; name=a; x=" + std::string(9'000, 'x');
    EXPECT_NE(error_of(kType, part(long_header, "") + "--XyZ--"), "");
}

}  // namespace
}  // namespace sokkuri::http
