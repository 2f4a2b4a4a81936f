// Goal: answers are the true nearest ones with the scores and bands that the documentation states,
// and a model is loaded only when a picture is new. Method: compared with a plain ranking in double
// over the exported vectors.
#include "service/search.h"

#include "service/embed.h"
#include "service/export.h"
#include "service/testing/picture_folder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <numeric>
#include <sstream>
#include <string>

namespace sokkuri::service {
namespace {

namespace fs = std::filesystem;
using testing::IndexedPictures;
using testing::PictureFolder;

constexpr unsigned kPictures = 40;

class Search : public ::testing::Test {
 protected:
    static void SetUpTestSuite() {
        if (testing::models_folder().empty()) return;
        folder = std::make_unique<PictureFolder>();
        for (unsigned i = 0; i < kPictures; ++i)
            folder->draw(fmt::format("{}/{}.jpg", i % 4, i), i);
        folder->copy("0/0.jpg", "copy.jpg");
        folder->write("bad.jpg", "no picture");
        folder->index();
    }
    static void TearDownTestSuite() { folder.reset(); }
    void SetUp() override {
        if (testing::models_folder().empty()) GTEST_SKIP() << testing::missing_data();
    }

    static SearchAnswer answer_to(const SearchQuery& query) {
        auto answer = search(folder->open(), query);
        EXPECT_TRUE(answer) << answer.error().message();
        return answer ? *answer : SearchAnswer{};
    }
    static SearchQuery query(decltype(SearchQuery::what) what, std::size_t k = 10) {
        return {.what = std::move(what), .k = k, .model = folder->request().model};
    }

    static std::unique_ptr<PictureFolder> folder;
};
std::unique_ptr<PictureFolder> Search::folder;

double cosine(const std::vector<float>& a, const std::vector<float>& b) {
    double dot = 0;
    double aa = 0;
    double bb = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double x = static_cast<double>(a[i]);
        const double y = static_cast<double>(b[i]);
        dot += x * y;
        aa += x * x;
        bb += y * y;
    }
    return dot / std::sqrt(aa * bb);
}

TEST_F(Search, RanksAsAPlainScanOfTheExportedVectorsDoes) {
    const sokkuri::testing::TemporaryDirectory out;
    const auto exported = export_vectors(
        folder->open(), {.npy_file = out.path() + "/v.npy", .ids_file = out.path() + "/ids"});
    ASSERT_TRUE(exported) << exported.error().message();
    ASSERT_EQ(exported->rows, kPictures + 1);
    const auto bytes = read_file(posix_file_system(), out.path() + "/v.npy", 1U << 20);
    ASSERT_TRUE(bytes);
    ASSERT_EQ(bytes->size(), 128 + exported->rows * exported->dimension * sizeof(float));
    std::vector<std::string> ids;
    std::ifstream lines(out.path() + "/ids");
    for (std::string line; std::getline(lines, line);)
        ids.push_back(line);
    ASSERT_EQ(ids.size(), exported->rows);
    std::vector<std::vector<float>> rows(ids.size(), std::vector<float>(exported->dimension));
    for (std::size_t i = 0; i < rows.size(); ++i) {
        std::memcpy(rows[i].data(), bytes->data() + 128 + i * exported->dimension * sizeof(float),
                    exported->dimension * sizeof(float));
    }
    for (std::size_t q = 0; q < rows.size(); q += 5) {
        std::vector<std::size_t> order(rows.size());
        std::iota(order.begin(), order.end(), 0);
        std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            return cosine(rows[q], rows[a]) > cosine(rows[q], rows[b]);
        });
        const SearchAnswer answer = answer_to(query(ByVector{rows[q]}));
        ASSERT_EQ(answer.hits.size(), 10U);
        for (std::size_t i = 0; i < answer.hits.size(); ++i) {
            const SearchHit& hit = answer.hits[i];
            EXPECT_EQ(hit.rank, i + 1);
            EXPECT_NEAR(hit.score, cosine(rows[q], rows[order[i]]), 1e-6);
            const auto row = std::find(ids.begin(), ids.end(), hit.id) - ids.begin();
            EXPECT_NEAR(hit.score, cosine(rows[q], rows[static_cast<std::size_t>(row)]), 1e-6);
            EXPECT_EQ(hit.score, 1.0 - static_cast<double>(hit.distance));
        }
    }
}

TEST_F(Search, FindsAnItemByIdAndByEverySpellingOfItsPath) {
    const IndexedPictures pictures = folder->pictures();
    const std::string id = pictures.at("1/5.jpg").id;
    for (const std::string& name :
         {id, std::string("1/5.jpg"), std::string("./1/../1/5.jpg"), folder->path("1/5.jpg")}) {
        const auto found = resolve_item(folder->open(), {.id_or_path = name});
        ASSERT_TRUE(found) << found.error().message();
        EXPECT_EQ(*found, id);
    }
    EXPECT_EQ(*resolve_item(folder->open(),
                            {.id_or_path = "5.jpg", .working_directory = folder->path("1")}),
              id);
    const auto missing = resolve_item(folder->open(), {.id_or_path = "nobody.jpg"});
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code(), ErrorCode::kNotFound);
    const auto failed = resolve_item(folder->open(), {.id_or_path = "bad.jpg"});
    ASSERT_FALSE(failed);
    EXPECT_NE(failed.error().message().find("could not be indexed"), std::string::npos);
}

TEST_F(Search, FindsWhatIsNearSeveralItemsAtOnce) {
    using Combine = collection::SeveralVectors::Combine;
    const ByItem one{.id_or_path = "1/5.jpg"};
    const ByItem other{.id_or_path = "2/6.jpg"};
    const auto both = [&](Combine combine) {
        return answer_to(query(BySeveral{{{one}, {other}}, combine}, 100));
    };
    const auto scores_of = [&](const ByItem& item) {
        std::map<std::string, double> scores;
        for (const SearchHit& hit : answer_to(query(item, 100)).hits)
            scores[hit.path] = hit.score;
        return scores;
    };
    const auto near_one = scores_of(one);
    const auto near_other = scores_of(other);
    for (const SearchHit& hit : both(Combine::kNearest).hits) {
        EXPECT_NEAR(hit.score, std::max(near_one.at(hit.path), near_other.at(hit.path)), 1e-6);
    }
    const SearchAnswer mean = both(Combine::kMean);
    EXPECT_EQ(mean.hits.size(), kPictures - 1);
    // Under cosine the mean is in the order of the sum of both.
    double last = 2;
    for (const SearchHit& hit : mean.hits) {
        const double sum = near_one.at(hit.path) + near_other.at(hit.path);
        EXPECT_LE(sum, last + 1e-6);
        last = sum;
    }
}

TEST_F(Search, LeavesTheItemItselfOutUnlessAsked) {
    const SearchAnswer without = answer_to(query(ByItem{.id_or_path = "1/5.jpg"}, 100));
    EXPECT_EQ(without.hits.size(), kPictures);
    for (const SearchHit& hit : without.hits)
        EXPECT_NE(hit.path, "1/5.jpg");
    EXPECT_EQ(without.timings.load_ms, 0);
    EXPECT_EQ(without.items, kPictures + 1);
    SearchQuery with = query(ByItem{.id_or_path = "1/5.jpg"});
    with.self = SelfHit::kInclude;
    const SearchAnswer included = answer_to(with);
    EXPECT_EQ(included.hits.at(0).path, "1/5.jpg");
    EXPECT_EQ(included.hits.at(0).band, Band::kIdentical);
    EXPECT_EQ(included.query_id, included.hits.at(0).id);
}

TEST_F(Search, UsesTheStoredVectorOfAPictureWhoseBytesAreIndexed) {
    const PictureFolder elsewhere;
    elsewhere.draw("same.jpg", 7);
    SearchQuery by_picture = query(ByPicture{elsewhere.path("same.jpg")});
    by_picture.model.name = "";
    by_picture.model.models_folder = "/nonexistent";  // no model is needed
    const SearchAnswer answer = answer_to(by_picture);
    EXPECT_EQ(answer.hits.at(0).path, "3/7.jpg");
    EXPECT_EQ(answer.query_id, answer.hits.at(0).id);
    EXPECT_EQ(answer.timings.load_ms + answer.timings.decode_ms + answer.timings.infer_ms, 0);
    EXPECT_EQ(answer.model, "squeezenet1.1");
}

TEST_F(Search, EmbedsAPictureThatIsNew) {
    const PictureFolder elsewhere;
    elsewhere.draw("new.jpg", 7);
    // A byte after the end of the JPEG: another file, the same picture.
    std::ofstream(elsewhere.path("new.jpg"), std::ios::app) << "x";
    const SearchAnswer answer = answer_to(query(ByPicture{elsewhere.path("new.jpg")}));
    EXPECT_EQ(answer.hits.at(0).path, "3/7.jpg");
    EXPECT_GT(answer.hits.at(0).score, 0.9999);
    EXPECT_EQ(answer.query_id, "");
    EXPECT_GT(answer.timings.load_ms, 0);
    EXPECT_GT(answer.timings.infer_ms, 0);
}

TEST_F(Search, LoadsNoModelForAPictureThatIsEmbeddedElsewhere) {
    PictureFolder elsewhere;
    elsewhere.draw("new.jpg", kPictures + 2);
    SearchQuery wanted = query(ByPicture{elsewhere.path("new.jpg")});
    const SearchAnswer here = answer_to(wanted);
    wanted.embed_elsewhere = [&](std::span<const std::byte>) -> Result<std::vector<float>> {
        return folder->pictures().at("0/4.jpg").vector;
    };
    const SearchAnswer there = answer_to(wanted);
    EXPECT_EQ(there.hits.front().path, "0/4.jpg");
    EXPECT_EQ(there.timings.load_ms, 0);
    wanted.embed_elsewhere = [](std::span<const std::byte>) -> Result<std::vector<float>> {
        return fail(ErrorCode::kUnavailable, "nobody answers");
    };
    const SearchAnswer again = answer_to(wanted);
    ASSERT_EQ(again.hits.size(), here.hits.size());
    EXPECT_EQ(again.hits.front().path, here.hits.front().path);
    EXPECT_EQ(again.hits.front().distance, here.hits.front().distance);
}

TEST_F(Search, TakesTheBytesOfAPictureAsItTakesItsFile) {
    const PictureFolder elsewhere;
    elsewhere.draw("new.jpg", 9);
    std::ofstream(elsewhere.path("new.jpg"), std::ios::app) << "x";
    for (const std::string& file : {folder->path("1/9.jpg"), elsewhere.path("new.jpg")}) {
        const auto bytes = read_file(posix_file_system(), file, 1U << 20).value();
        const SearchAnswer by_bytes = answer_to(query(ByUpload{bytes}));
        const SearchAnswer by_file = answer_to(query(ByPicture{file}));
        EXPECT_EQ(by_bytes.query_id, by_file.query_id);
        ASSERT_EQ(by_bytes.hits.size(), by_file.hits.size());
        for (std::size_t i = 0; i < by_bytes.hits.size(); ++i)
            EXPECT_EQ(by_bytes.hits[i].distance, by_file.hits[i].distance);
    }
    const auto bytes = read_file(posix_file_system(), folder->path("1/9.jpg"), 1U << 20).value();
    const auto embedded =
        embed_upload(folder->open(), ByUpload{bytes}, folder->request().model, {});
    ASSERT_TRUE(embedded) << embedded.error().message();
    EXPECT_EQ(embedded->vector, folder->pictures().at("1/9.jpg").vector);
    EXPECT_EQ(embedded->model, "squeezenet1.1");
    EXPECT_FALSE(search(folder->open(), query(ByUpload{{}})));
}

TEST_F(Search, KeepsIdenticalFilesInTheAnswer) {
    const SearchAnswer answer = answer_to(query(ByPicture{folder->path("copy.jpg")}, 2));
    ASSERT_EQ(answer.hits.size(), 2U);
    EXPECT_EQ(answer.hits[1].band, Band::kIdentical);
    EXPECT_EQ(answer.hits[0].distance, answer.hits[1].distance);
}

TEST_F(Search, CutsAtTheScoreThatWasAskedFor) {
    const SearchAnswer all = answer_to(query(ByItem{.id_or_path = "0/4.jpg"}, 100));
    SearchQuery cut = query(ByItem{.id_or_path = "0/4.jpg"}, 100);
    cut.score_min = all.hits.at(6).score;
    const SearchAnswer some = answer_to(cut);
    EXPECT_EQ(some.hits.size(), 7U);
    for (const SearchHit& hit : some.hits)
        EXPECT_GE(hit.score, *cut.score_min);
}

TEST_F(Search, PagesAreThePartsOfOneAnswer) {
    for (const SelfHit self : {SelfHit::kLeaveOut, SelfHit::kInclude}) {
        SearchQuery whole = query(ByItem{.id_or_path = "1/5.jpg"}, 1'000);
        whole.self = self;
        const SearchAnswer all = answer_to(whole);
        for (const std::size_t k : {1U, 7U, 41U}) {
            SearchQuery page = whole;
            page.k = k;
            for (page.offset = 0; page.offset < all.hits.size() + 3; page.offset += k) {
                const SearchAnswer part = answer_to(page);
                const std::size_t rest = all.hits.size() - std::min(page.offset, all.hits.size());
                ASSERT_EQ(part.hits.size(), std::min(k, rest));
                for (std::size_t i = 0; i < part.hits.size(); ++i) {
                    EXPECT_EQ(part.hits[i].rank, page.offset + i + 1);
                    EXPECT_EQ(part.hits[i].id, all.hits[page.offset + i].id);
                }
            }
        }
    }
    SearchQuery cut = query(ByItem{.id_or_path = "0/4.jpg"}, 5);
    cut.score_min = answer_to(query(ByItem{.id_or_path = "0/4.jpg"}, 100)).hits.at(6).score;
    cut.offset = 5;
    EXPECT_EQ(answer_to(cut).hits.size(), 2U) << "seven are good enough";
}

TEST_F(Search, SaysWhatIsWrongWithAQuestion) {
    const auto code_of = [](const SearchQuery& bad) {
        const auto answer = search(folder->open(), bad);
        return answer ? ErrorCode::kInternal : answer.error().code();
    };
    EXPECT_EQ(code_of(query(ByItem{.id_or_path = "1/5.jpg"}, 0)), ErrorCode::kInvalidArgument);
    EXPECT_EQ(code_of(query(ByItem{.id_or_path = "1/5.jpg"}, 100'001)),
              ErrorCode::kInvalidArgument);
    SearchQuery beyond = query(ByItem{.id_or_path = "1/5.jpg"}, 10);
    beyond.offset = 99'991;
    EXPECT_EQ(code_of(beyond), ErrorCode::kInvalidArgument);
    beyond.offset = std::numeric_limits<std::size_t>::max();
    EXPECT_EQ(code_of(beyond), ErrorCode::kInvalidArgument);
    EXPECT_EQ(code_of(query(ByVector{{1, 2, 3}})), ErrorCode::kInvalidArgument);
    EXPECT_EQ(code_of(query(ByPicture{folder->path("none.jpg")})), ErrorCode::kNotFound);
    const auto bad = search(folder->open(), query(ByPicture{folder->path("bad.jpg")}));
    ASSERT_FALSE(bad);
    EXPECT_NE(bad.error().message().find("bad.jpg"), std::string::npos);
}

TEST_F(Search, FindsTheIndexedFolderAbove) {
    EXPECT_EQ(*Library::find_above(posix_file_system(), folder->path("1/5.jpg")), folder->path());
    EXPECT_EQ(*Library::find_above(posix_file_system(), folder->path()), folder->path());
    const PictureFolder bare;
    const auto none = Library::find_above(posix_file_system(), bare.path());
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code(), ErrorCode::kNotFound);
    const auto unopened = Library::open(posix_file_system(), bare.path(), "", LibraryAccess::kRead);
    ASSERT_FALSE(unopened);
    EXPECT_NE(unopened.error().message().find("not indexed yet"), std::string::npos);
    EXPECT_FALSE(fs::exists(bare.path(".sokkuri")));
}

TEST_F(Search, EmbedsPicturesInTheOrderAsked) {
    const IndexedPictures pictures = folder->pictures();
    EmbedRequest request{.model = folder->request().model};
    for (unsigned i = 0; i < kPictures; ++i)
        request.pictures.push_back(folder->path(fmt::format("{}/{}.jpg", i % 4, i)));
    request.pictures.push_back(folder->path("bad.jpg"));
    request.pictures.push_back(folder->path("none.jpg"));
    std::vector<EmbeddedPicture> embedded;
    ASSERT_TRUE(embed(posix_file_system(), request, [&](const EmbeddedPicture& picture) {
        embedded.push_back(picture);
        return true;
    }));
    ASSERT_EQ(embedded.size(), request.pictures.size());
    for (unsigned i = 0; i < kPictures; ++i) {
        EXPECT_EQ(embedded[i].picture, request.pictures[i]);
        ASSERT_TRUE(embedded[i].vector);
        EXPECT_EQ(*embedded[i].vector, pictures.at(fmt::format("{}/{}.jpg", i % 4, i)).vector);
    }
    EXPECT_FALSE(embedded[kPictures].vector);
    EXPECT_FALSE(embedded[kPictures + 1].vector);
    int taken = 0;
    ASSERT_TRUE(
        embed(posix_file_system(), request, [&](const EmbeddedPicture&) { return ++taken < 3; }));
    EXPECT_EQ(taken, 3);
}

}  // namespace
}  // namespace sokkuri::service
