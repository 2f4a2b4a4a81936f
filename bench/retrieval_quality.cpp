// How good a model's vectors are at finding pictures of the same label, leaving each picture out in
// turn: P@1 and mean average precision by cosine, per set of pictures (SET/LABEL/picture). The same
// as tools/retrieval_quality_reference.py computes with PIL and OpenVINO's Python package, so that
// our decoding and resizing can be judged by it.
//
//     bench_retrieval_quality [--pictures FOLDER] [--check GOLDEN.json] MODEL…
//
// MODEL is a folder with a card, or an ONNX file, which is inspected. Prints JSON: the card and the
// figures of each model. With --check it also compares them with those recorded in GOLDEN
// (tests/golden/retrieval_quality.json) and fails when they, or the recorded figures of ours and of
// the reference, are further apart than its tolerance.
#include "base/file_system.h"
#include "base/guarded.h"
#include "base/json.h"
#include "features/compiled_model.h"
#include "features/extractor.h"
#include "features/inspect.h"
#include "features/preprocess.h"
#include "image/decode.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sokkuri::features {
namespace {

constexpr std::uint64_t kFileBytesMax = 64ULL << 20;
constexpr const char* kSets[] = {"caltech101", "clothing", "flower_photos", "grocery", "trashnet"};

struct Arguments {
    std::string pictures;
    std::string golden;
    std::vector<std::string> models;
};

struct LabeledPicture {
    std::string path;
    std::string label;
};

struct Quality {
    std::size_t pictures = 0;
    double precision_at_1 = 0;
    double mean_average_precision = 0;
};

using SetQualities = std::map<std::string, Quality>;

struct ModelQuality {
    ModelCard card;
    SetQualities sets;
};

Result<Arguments> parse_arguments(int count, char** texts);
Result<ModelQuality> measure_model(const std::string& model, const std::string& pictures);
Result<ModelCard> read_card(const std::string& folder);
Result<std::vector<LabeledPicture>> list_set(const std::string& folder);
Result<std::vector<Embedding>> embed_all(Extractor& extractor,
                                         const std::vector<LabeledPicture>& pictures);
Quality judge(const std::vector<LabeledPicture>& pictures, std::vector<Embedding> embeddings);
void normalize(Embedding& embedding);
void print(const std::vector<ModelQuality>& models);
Result<void> check(const std::string& golden_file, const std::vector<ModelQuality>& models);
Result<void> compare(const JsonValue& golden, const ModelQuality& model, double tolerance);
Result<double> figure(const JsonValue& set, std::string_view whose, std::string_view which);

Result<void> run(const Arguments& arguments) {
    std::vector<ModelQuality> models;
    for (const std::string& model : arguments.models) {
        models.push_back(TRY(in_context(model, measure_model(model, arguments.pictures))));
    }
    print(models);
    if (arguments.golden.empty()) return {};
    return in_context(arguments.golden, check(arguments.golden, models));
}

Result<Arguments> parse_arguments(int count, char** texts) {
    Arguments arguments;
    const char* data = std::getenv("SOKKURI_TEST_DATA");
    arguments.pictures =
        join_path(data != nullptr ? data : SOKKURI_SOURCE_DIR "/../shared/data", "images");
    for (int i = 1; i < count; ++i) {
        const std::string_view text = texts[i];
        const bool has_value = i + 1 < count;
        if (text == "--pictures" && has_value) {
            arguments.pictures = texts[++i];
        } else if (text == "--check" && has_value) {
            arguments.golden = texts[++i];
        } else if (text.starts_with("--")) {
            return fail(ErrorCode::kInvalidArgument, "unknown or incomplete: {}", text);
        } else {
            arguments.models.emplace_back(text);
        }
    }
    return arguments;
}

Result<ModelQuality> measure_model(const std::string& model, const std::string& pictures) {
    ModelQuality quality;
    std::string folder = model;
    if (model.ends_with(".onnx")) {
        quality.card = TRY(inspect_model(model)).card;
        folder = model.substr(0, model.rfind('/'));
    } else {
        quality.card = TRY(read_card(model));
    }
    // f32, so that the figures do not depend on the CPU.
    const auto extractor =
        TRY(Extractor::load(quality.card, folder, {.precision = Precision::kF32}));
    for (const std::string set : kSets) {
        const auto listed = TRY(list_set(join_path(pictures, set)));
        const auto embeddings = TRY(in_context(set, embed_all(*extractor, listed)));
        quality.sets[set] = judge(listed, embeddings);
    }
    return quality;
}

Result<ModelCard> read_card(const std::string& folder) {
    const auto bytes = TRY(read_file(posix_file_system(), join_path(folder, "card.json"), 1 << 20));
    return parse_model_card({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

Result<std::vector<LabeledPicture>> list_set(const std::string& folder) {
    std::vector<LabeledPicture> pictures;
    const auto labels = TRY(posix_file_system().list(folder));
    for (const DirectoryEntry& label : labels) {
        if (label.kind != FileKind::kDirectory) continue;
        const auto files = TRY(posix_file_system().list(join_path(folder, label.name)));
        for (const DirectoryEntry& file : files) {
            pictures.push_back({join_path(join_path(folder, label.name), file.name), label.name});
        }
    }
    return pictures;
}

Result<std::vector<Embedding>> embed_all(Extractor& extractor,
                                         const std::vector<LabeledPicture>& pictures) {
    std::vector<Embedding> embeddings(pictures.size());
    Guarded<std::optional<Error>> failure;
    const image::DecodeOptions options = decode_options(extractor.card(), {});
    Result<void> prepared_all;
    for (std::size_t i = 0; i < pictures.size() && prepared_all; ++i) {
        const auto prepare_one = [&]() -> Result<image::Picture> {
            const auto file = TRY(read_file(posix_file_system(), pictures[i].path, kFileBytesMax));
            const image::Decoded decoded = TRY(image::decode(file, options));
            return prepare(decoded.picture, decoded.original, extractor.card());
        };
        Result<image::Picture> picture = in_context(pictures[i].path, prepare_one());
        if (!picture) {
            prepared_all = tl::unexpected(picture.error());
            break;
        }
        extractor.submit(*std::move(picture), Urgency::kBulk, [&, i](Result<Embedding> embedding) {
            if (embedding) {
                embeddings[i] = *std::move(embedding);
            } else {
                *failure.lock() = embedding.error();
            }
        });
    }
    extractor.drain();
    TRY(prepared_all);
    if (const auto failed = failure.lock(); failed->has_value()) return tl::unexpected(**failed);
    return embeddings;
}

/// Every picture asks for the others; those of its label are right. Pictures alone under their
/// label do not ask.
Quality judge(const std::vector<LabeledPicture>& pictures, std::vector<Embedding> embeddings) {
    for (Embedding& embedding : embeddings) {
        normalize(embedding);
    }
    Quality quality{.pictures = pictures.size()};
    std::size_t queries = 0;
    std::vector<std::pair<double, bool>> ranked;  // similarity, right
    for (std::size_t query = 0; query < pictures.size(); ++query) {
        ranked.clear();
        for (std::size_t other = 0; other < pictures.size(); ++other) {
            if (other == query) continue;
            const double similarity = std::inner_product(
                embeddings[query].begin(), embeddings[query].end(), embeddings[other].begin(), 0.0);
            ranked.emplace_back(similarity, pictures[other].label == pictures[query].label);
        }
        std::stable_sort(ranked.begin(), ranked.end(),
                         [](const auto& a, const auto& b) { return a.first > b.first; });
        double right = 0;
        double precisions = 0;
        for (std::size_t rank = 0; rank < ranked.size(); ++rank) {
            if (!ranked[rank].second) continue;
            ++right;
            precisions += right / static_cast<double>(rank + 1);
        }
        if (right == 0) continue;
        ++queries;
        quality.precision_at_1 += ranked.front().second ? 1 : 0;
        quality.mean_average_precision += precisions / right;
    }
    quality.precision_at_1 /= static_cast<double>(queries);
    quality.mean_average_precision /= static_cast<double>(queries);
    return quality;
}

void normalize(Embedding& embedding) {
    const double square =
        std::inner_product(embedding.begin(), embedding.end(), embedding.begin(), 0.0);
    const double scale = square > 0 ? 1 / std::sqrt(square) : 0;
    for (float& value : embedding) {
        value = static_cast<float>(value * scale);
    }
}

void print(const std::vector<ModelQuality>& models) {
    std::string text;
    JsonWriter writer(text, JsonStyle::kPretty);
    writer.begin_object();
    for (const ModelQuality& model : models) {
        writer.key(model.card.name).begin_object();
        writer.key("card").value(parse_json(to_json(model.card)).value());
        writer.key("sets").begin_object();
        for (const auto& [set, quality] : model.sets) {
            writer.key(set).raw(fmt::format(
                R"({{"pictures": {}, "p_at_1": {:.4f}, "map": {:.4f}}})", quality.pictures,
                quality.precision_at_1, quality.mean_average_precision));
        }
        writer.end_object().end_object();
    }
    writer.end_object();
    fmt::print("{}\n", text);
}

Result<void> check(const std::string& golden_file, const std::vector<ModelQuality>& models) {
    const auto bytes = TRY(read_file(posix_file_system(), golden_file, 1 << 20));
    const JsonValue golden =
        TRY(parse_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
    const JsonValue* tolerance = TRY(golden.at("tolerance"));
    const JsonValue* recorded = TRY(golden.at("models"));
    const double allowed = TRY(tolerance->as_double());
    for (const ModelQuality& model : models) {
        const JsonValue* sets = TRY(recorded->at(model.card.name));
        TRY(in_context(model.card.name, compare(*sets, model, allowed)));
    }
    return {};
}

Result<void> compare(const JsonValue& golden, const ModelQuality& model, double tolerance) {
    for (const auto& [name, quality] : model.sets) {
        const JsonValue* set = TRY(golden.at(name));
        for (const std::string_view which : {"p_at_1", "map"}) {
            const bool is_map = which == "map";
            const double now = is_map ? quality.mean_average_precision : quality.precision_at_1;
            const double ours = TRY(figure(*set, "ours", which));
            const double reference = TRY(figure(*set, "reference", which));
            if (std::abs(now - ours) > tolerance || std::abs(ours - reference) > tolerance) {
                return fail(
                    ErrorCode::kInternal,
                    "{} {}: now {:.4f}, recorded {:.4f}, reference {:.4f}: more than {:.4f} apart",
                    name, which, now, ours, reference, tolerance);
            }
        }
    }
    return {};
}

Result<double> figure(const JsonValue& set, std::string_view whose, std::string_view which) {
    const JsonValue* figures = TRY(set.at(whose));
    const JsonValue* value = TRY(figures->at(which));
    return value->as_double();
}

}  // namespace
}  // namespace sokkuri::features

int main(int count, char** texts) {
    using namespace sokkuri::features;
    const auto arguments = parse_arguments(count, texts);
    if (arguments && !sokkuri::posix_file_system().status_following(arguments->pictures)) {
        fmt::print(stderr, "test data not found: {}\n", arguments->pictures);
        return 77;  // what ctest knows as skipped
    }
    const auto result = arguments ? run(*arguments) : tl::unexpected(arguments.error());
    if (result) return 0;
    fmt::print(stderr, "bench_retrieval_quality: {}\n", result.error().message());
    return 1;
}
