// ModelShelf: where models lie on this machine, and which one is used when none is named. A model
// is a folder <name>/ with card.json and the file that it names. Folders are searched in order: the
// one given by flag, SOKKURI_MODELS, the XDG data folder (sokkuri/models), models/ beside the
// program, ../share/sokkuri/models. Reads at call time; immutable. The default is the name in the
// file `default` of the first folder that has one, else efficientnet-lite0.
#pragma once

#include "base/file_system.h"
#include "base/result.h"
#include "features/model_card.h"

#include <string>
#include <vector>

namespace sokkuri::features {

inline constexpr const char* kDefaultModel = "efficientnet-lite0";

struct Model {
    ModelCard card;
    std::string directory;
    bool is_default = false;
};

class ModelShelf {
 public:
    /// `folders` in the order of search; the first one that can be written takes additions.
    ModelShelf(FileSystem& files, std::vector<std::string> folders);

    /// The folders of this machine; `flag` first when not empty.
    static std::vector<std::string> standard_folders(const std::string& flag);

    /// All models found, by name; broken cards are errors inside the list's place, never silently
    /// left out. Of one name in several folders the first counts. At most kModelsMax folders are
    /// looked at, else kExhausted.
    Result<std::vector<Result<Model>>> list() const;
    /// The model of that name; of the default when `name` is empty. kNotFound lists what there is
    /// and where it looked.
    Result<Model> find(const std::string& name) const;
    /// Copies FILE.onnx and writes its card (from `card`, or by inspection when it has no output
    /// tensor). The model is loaded once, so that what is added works. kAlreadyExists for a name
    /// that is taken by another model.
    Result<Model> add(const std::string& onnx_file, const ModelCard& card);
    /// Makes `name` the default of the first writable folder.
    Result<void> use(const std::string& name);

    static constexpr std::size_t kModelsMax = 1000;

 private:
    std::string default_name() const;
    Result<Model> read(const std::string& directory, const std::string& name) const;
    Result<Model> add_to(const std::string& folder, const std::string& onnx_file,
                         const ModelCard& card);

    FileSystem& files_;
    std::vector<std::string> folders_;
};

}  // namespace sokkuri::features
