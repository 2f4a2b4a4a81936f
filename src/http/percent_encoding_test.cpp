#include "http/percent_encoding.h"

#include <gtest/gtest.h>

namespace sokkuri::http {
namespace {

TEST(PercentEncoding, MakesOneSegmentOfAnything) {
    EXPECT_EQ(percent_encoded("a-b.c_d~9"), "a-b.c_d~9");
    EXPECT_EQ(percent_encoded("a/b c?#%"), "a%2Fb%20c%3F%23%25");
    EXPECT_EQ(percent_encoded("猫\xff"), "%E7%8C%AB%FF");
}

TEST(InlineDisposition, SaysAsciiNamesPlainly) {
    EXPECT_EQ(inline_disposition("beach 1.jpg"), "inline; filename=\"beach 1.jpg\"");
}

TEST(InlineDisposition, SaysOtherNamesTwice) {
    EXPECT_EQ(inline_disposition("猫 \"1\".jpg"),
              "inline; filename=\"_ _1_.jpg\"; filename*=UTF-8''%E7%8C%AB%20%221%22.jpg");
}

TEST(InlineDisposition, LetsNoNameOutOfItsHeaderOrFolder) {
    for (const std::string name :
         {"a\r\nSet-Cookie: b=c", "../x", "..\\x", "\xff\xfe.jpg", "\x7f"}) {
        const std::string header = inline_disposition(name);
        for (const char character : header) {
            EXPECT_TRUE(character >= 0x20 && character < 0x7f) << header;
        }
        EXPECT_EQ(header.find('/'), std::string::npos) << header;
        EXPECT_EQ(header.find("%2F"), std::string::npos) << header;
        EXPECT_EQ(header.find("%0D"), std::string::npos) << header;
        EXPECT_EQ(header.find('\\'), std::string::npos) << header;
    }
}

}  // namespace
}  // namespace sokkuri::http
