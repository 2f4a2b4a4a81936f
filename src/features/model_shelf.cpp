#include "features/model_shelf.h"

#include "base/module.h"
#include "base/sha256.h"
#include "features/extractor.h"
#include "features/inspect.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <map>

namespace sokkuri::features {
namespace {

constexpr std::uint64_t kCardBytesMax = 64U << 10;
constexpr std::uint64_t kModelBytesMax = 2ULL << 30;
constexpr const char* kCardFile = "card.json";
constexpr const char* kDefaultFile = "default";

Result<std::string> read_text(const FileSystem& files, const std::string& path);
Result<void> write_text(FileSystem& files, const std::string& path, std::string_view text);
bool is_missing(const Error& error);

}  // namespace

ModelShelf::ModelShelf(FileSystem& files, std::vector<std::string> folders)
    : files_(files), folders_(std::move(folders)) {}

std::vector<std::string> ModelShelf::standard_folders(const std::string& flag) {
    std::vector<std::string> folders;
    const auto add = [&](std::string folder) {
        if (!folder.empty()) folders.push_back(std::move(folder));
    };
    const auto variable = [](const char* name) {
        const char* value = std::getenv(name);
        return std::string(value == nullptr ? "" : value);
    };
    add(flag);
    add(variable("SOKKURI_MODELS"));
    const std::string data = variable("XDG_DATA_HOME");
    const std::string home = variable("HOME");
    if (data.starts_with('/')) {  // the specification: relative paths are ignored
        add(join_path(data, "sokkuri/models"));
    } else if (home.starts_with('/')) {
        add(join_path(home, ".local/share/sokkuri/models"));
    }
    if (const auto program = program_directory()) {
        add(join_path(*program, "models"));
        add(join_path(*program, "../share/sokkuri/models"));
    }
    return folders;
}

Result<std::vector<Result<Model>>> ModelShelf::list() const {
    std::map<std::string, Result<Model>> found;
    const std::string chosen = default_name();
    for (const std::string& folder : folders_) {
        const auto entries = files_.list(folder);
        if (!entries && is_missing(entries.error())) continue;
        if (!entries) return tl::unexpected(entries.error());
        for (const DirectoryEntry& entry : *entries) {
            if (!is_model_name(entry.name) || found.contains(entry.name)) continue;
            Result<Model> model = read(join_path(folder, entry.name), entry.name);
            if (!model && is_missing(model.error()))
                continue;  // a folder without a card is no model
            if (found.size() >= kModelsMax) {
                return fail(ErrorCode::kExhausted, "{}: more than models_max {}", folder,
                            kModelsMax);
            }
            if (model) model->is_default = entry.name == chosen;
            found.emplace(entry.name, std::move(model));
        }
    }
    std::vector<Result<Model>> models;
    for (auto& [name, model] : found) {
        models.push_back(std::move(model));
    }
    return models;
}

Result<Model> ModelShelf::find(const std::string& name) const {
    const std::string chosen = default_name();
    const std::string& wanted = name.empty() ? chosen : name;
    if (!is_model_name(wanted)) {
        return fail(ErrorCode::kInvalidArgument, "model \"{}\": not a model's name", wanted);
    }
    for (const std::string& folder : folders_) {
        Result<Model> model = read(join_path(folder, wanted), wanted);
        if (!model && is_missing(model.error())) continue;
        if (model) model->is_default = wanted == chosen;
        return model;
    }
    std::vector<std::string> names;
    if (const auto models = list()) {
        for (const Result<Model>& model : *models) {
            if (model) names.push_back(model->card.name);
        }
    }
    return fail(ErrorCode::kNotFound, "model {}: not found. There is: {}. Looked in: {}", wanted,
                names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", ")),
                fmt::join(folders_, ", "));
}

Result<Model> ModelShelf::add(const std::string& onnx_file, const ModelCard& card) {
    ModelCard complete = card;
    if (card.output_tensor.empty()) {
        complete = TRY(inspect_model(onnx_file)).card;
        if (!card.name.empty()) complete.name = card.name;
        if (!card.license.empty()) complete.license = card.license;
        if (!card.source.empty()) complete.source = card.source;
    }
    complete.file = "model.onnx";
    const std::vector<std::byte> bytes = TRY(read_file(files_, onnx_file, kModelBytesMax));
    complete.sha256 = sha256_hex(bytes);
    TRY(in_context("card", validate(complete)));
    if (const auto taken = find(complete.name)) {
        if (taken->card == complete) return *taken;
        return fail(ErrorCode::kAlreadyExists, "model {}: there is another one in {}",
                    complete.name, taken->directory);
    }
    Error last(ErrorCode::kInvalidArgument, "no folder for models");
    for (const std::string& folder : folders_) {
        const Result<void> made = create_directories(files_, folder);
        if (!made) {
            last = made.error();
            continue;
        }
        Result<Model> added = add_to(folder, onnx_file, complete);
        if (added || added.error().code() != ErrorCode::kIo) return added;
        last = added.error();
    }
    return tl::unexpected(last);
}

Result<void> ModelShelf::use(const std::string& name) {
    TRY(find(name));
    Error last(ErrorCode::kInvalidArgument, "no folder for models");
    for (const std::string& folder : folders_) {
        Result<void> done = create_directories(files_, folder);
        if (done) done = write_text(files_, join_path(folder, kDefaultFile), name + "\n");
        if (done) return {};
        last = done.error();
    }
    return tl::unexpected(last);
}

std::string ModelShelf::default_name() const {
    for (const std::string& folder : folders_) {
        const auto text = read_text(files_, join_path(folder, kDefaultFile));
        if (!text) continue;
        const std::string name = text->substr(0, text->find('\n'));
        if (is_model_name(name)) return name;
    }
    return kDefaultModel;
}

Result<Model> ModelShelf::read(const std::string& directory, const std::string& name) const {
    const std::string path = join_path(directory, kCardFile);
    const std::string text = TRY(read_text(files_, path));
    Model model{.card = TRY(in_context(path, parse_model_card(text))), .directory = directory};
    if (model.card.name != name) {
        return fail(ErrorCode::kInvalidArgument, "{}: name: {} in a folder called {}", path,
                    model.card.name, name);
    }
    return model;
}

/// Put together under a name that no search finds, loaded once, then given its own.
Result<Model> ModelShelf::add_to(const std::string& folder, const std::string& onnx_file,
                                 const ModelCard& card) {
    const std::string draft = join_path(folder, "." + card.name);
    const std::string model_path = join_path(draft, card.file);
    const std::string card_path = join_path(draft, kCardFile);
    const auto fill = [&]() -> Result<void> {
        TRY(files_.create_directory(draft));
        const std::vector<std::byte> bytes = TRY(read_file(files_, onnx_file, kModelBytesMax));
        TRY(replace_file(files_, model_path, bytes));
        TRY(write_text(files_, card_path, to_json(card)));
        TRY(Extractor::load(card, draft, {.cache_directories = {}}));
        TRY(files_.rename(draft, join_path(folder, card.name)));
        return files_.sync_directory(folder);
    };
    if (const Result<void> filled = fill(); !filled) {
        (void)files_.remove_file(model_path);
        (void)files_.remove_file(card_path);
        (void)files_.remove_directory(draft);
        return tl::unexpected(filled.error());
    }
    return read(join_path(folder, card.name), card.name);
}

namespace {

Result<std::string> read_text(const FileSystem& files, const std::string& path) {
    const std::vector<std::byte> bytes = TRY(read_file(files, path, kCardBytesMax));
    return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

Result<void> write_text(FileSystem& files, const std::string& path, std::string_view text) {
    return replace_file(files, path, std::as_bytes(std::span(text)));
}

/// Not there, or below something that is no folder.
bool is_missing(const Error& error) {
    return error.code() == ErrorCode::kNotFound;
}

}  // namespace
}  // namespace sokkuri::features
