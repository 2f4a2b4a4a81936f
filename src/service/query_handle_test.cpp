// Goal: who uploads a picture can ask by it again, also after the server was restarted, until it
// expires; the same bytes cost nothing the second time. Method: real searches, with the time passed
// in.
#include "service/query_handle.h"

#include "image/decode.h"
#include "service/search.h"
#include "service/testing/picture_folder.h"

#include <gtest/gtest.h>

namespace sokkuri::service {
namespace {

using testing::PictureFolder;

class QueryHandles : public ::testing::Test {
 protected:
    static void SetUpTestSuite() {
        if (testing::models_folder().empty()) return;
        folder = std::make_unique<PictureFolder>();
        for (unsigned i = 0; i < 12; ++i)
            folder->draw(fmt::format("{}.jpg", i), i);
        folder->index();
    }
    static void TearDownTestSuite() { folder.reset(); }
    void SetUp() override {
        if (testing::models_folder().empty()) GTEST_SKIP() << testing::missing_data();
    }

    Library open(LibraryAccess access = LibraryAccess::kWrite) {
        return Library::open(posix_file_system(), {.folder = folder->path()},
                             {.access = access, .clock = [this] { return now; }})
            .value();
    }
    static SearchQuery query(decltype(SearchQuery::what) what) {
        return {.what = std::move(what), .k = 5, .model = folder->request().model};
    }
    static std::vector<std::byte> picture(unsigned seed, const std::string& tail = "") {
        const PictureFolder elsewhere;
        elsewhere.draw("p.jpg", seed);
        auto bytes = read_file(posix_file_system(), elsewhere.path("p.jpg"), 1U << 20).value();
        const auto more = std::as_bytes(std::span(tail));
        bytes.insert(bytes.end(), more.begin(), more.end());
        return bytes;
    }
    static std::vector<std::string> ids_of(const SearchAnswer& answer) {
        std::vector<std::string> ids;
        for (const SearchHit& hit : answer.hits)
            ids.push_back(hit.id);
        return ids;
    }

    std::int64_t now = 1'700'000'000;
    static std::unique_ptr<PictureFolder> folder;
};
std::unique_ptr<PictureFolder> QueryHandles::folder;

TEST_F(QueryHandles, AskAgainAfterARestartAndAnswerTheSame) {
    SearchAnswer first;
    {
        const Library library = open();
        first = search(library, query(ByUpload{picture(100)})).value();
        EXPECT_EQ(first.query_handle.size(), 22U);
        EXPECT_GT(first.timings.infer_ms, 0);
    }
    const Library library = open();
    const SearchAnswer again = search(library, query(ByQuery{first.query_handle})).value();
    EXPECT_EQ(ids_of(again), ids_of(first));
    EXPECT_EQ(again.query_handle, first.query_handle);
    EXPECT_EQ(again.timings.decode_ms + again.timings.infer_ms, 0);
    const QueryHandle handle = find_query(library, first.query_handle).value();
    EXPECT_EQ(handle.size, (image::Size{96, 72}));
    EXPECT_EQ(handle.created_s, now);
    EXPECT_EQ(handle.expires_s, now + kQueryHandleSeconds);
    EXPECT_EQ(handle.model, "squeezenet1.1");
    EXPECT_EQ(handle.item_id, "");
    const auto preview = query_preview(library, first.query_handle).value();
    EXPECT_EQ(image::decode(preview, {}).value().original, (image::Size{96, 72}));
}

TEST_F(QueryHandles, NameTheItemThatHasTheSameBytes) {
    const Library library = open();
    const std::string id = testing::indexed_pictures(library).at("3.jpg").id;
    SearchQuery by_upload = query(ByUpload{picture(3)});
    by_upload.model = {.models_folder = "/nonexistent"};  // no model is needed
    const SearchAnswer answer = search(library, by_upload).value();
    EXPECT_EQ(answer.query_id, id);
    EXPECT_EQ(find_query(library, answer.query_handle).value().item_id, id);
    EXPECT_EQ(answer.hits.front().id, id);
    EXPECT_EQ(search(library, query(ByQuery{answer.query_handle})).value().query_id, id);
}

TEST_F(QueryHandles, TheSameBytesAreNotEmbeddedTwice) {
    const Library library = open();
    const SearchAnswer first = search(library, query(ByUpload{picture(101)})).value();
    now += kQueryHandleSeconds / 4;
    const SearchAnswer second = search(library, query(ByUpload{picture(101)})).value();
    EXPECT_EQ(second.query_handle, first.query_handle);
    EXPECT_EQ(second.timings.infer_ms, 0);
    EXPECT_EQ(ids_of(second), ids_of(first));
    EXPECT_NE(search(library, query(ByUpload{picture(101, "x")})).value().query_handle,
              first.query_handle);
    // Near its end it gets a new life.
    now += kQueryHandleSeconds / 2;
    ASSERT_TRUE(search(library, query(ByUpload{picture(101)})));
    EXPECT_EQ(find_query(library, first.query_handle).value().expires_s, now + kQueryHandleSeconds);
}

TEST_F(QueryHandles, Expire) {
    const Library library = open();
    const std::string handle = search(library, query(ByUpload{picture(102)})).value().query_handle;
    now += kQueryHandleSeconds - 1;
    EXPECT_TRUE(find_query(library, handle));
    now += 1;
    for (const ErrorCode code :
         {find_query(library, handle).error().code(), query_preview(library, handle).error().code(),
          search(library, query(ByQuery{handle})).error().code()}) {
        EXPECT_EQ(code, ErrorCode::kNotFound);
    }
    EXPECT_FALSE(find_query(library, ""));
    EXPECT_FALSE(find_query(library, "never was"));
}

TEST_F(QueryHandles, OfALibraryThatIsOnlyReadStayInMemory) {
    std::string handle;
    {
        const Library reader = open(LibraryAccess::kRead);
        handle = search(reader, query(ByUpload{picture(103)})).value().query_handle;
        EXPECT_TRUE(find_query(reader, handle));
        EXPECT_TRUE(query_preview(reader, handle));
        EXPECT_TRUE(search(reader, query(ByQuery{handle})));
        now += kQueryHandleSeconds;
        EXPECT_FALSE(find_query(reader, handle));
        now -= kQueryHandleSeconds;
    }
    EXPECT_FALSE(find_query(open(LibraryAccess::kRead), handle));
}

TEST_F(QueryHandles, APictureThatIsBrokenIsTheSendersFault) {
    const Library library = open();
    std::vector<std::byte> broken = picture(104);
    broken.resize(broken.size() / 2);
    const auto code_of = [&](std::vector<std::byte> bytes) {
        const auto answer = search(library, query(ByUpload{std::move(bytes)}));
        return answer ? ErrorCode::kInternal : answer.error().code();
    };
    EXPECT_EQ(code_of(broken), ErrorCode::kInvalidArgument);
    EXPECT_EQ(code_of({}), ErrorCode::kInvalidArgument);
    EXPECT_EQ(code_of(std::vector<std::byte>(1000, std::byte{'x'})), ErrorCode::kUnsupported);
    SearchQuery bounded = query(ByUpload{picture(104)});
    bounded.limits.pixels_max = 100;
    EXPECT_EQ(search(library, bounded).error().code(), ErrorCode::kExhausted);
}

}  // namespace
}  // namespace sokkuri::service
