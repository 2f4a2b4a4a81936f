// ModelShelf: where models lie on this machine, and which one is used when none is named. A model is a folder
// <name>/ with card.json and the file that it names. Folders are searched in order: the one given by flag, SOKKURI_MODELS,
// the XDG data folder (sokkuri/models), models/ beside the program, ../share/sokkuri/models. Reads at call time; immutable.
#pragma once

#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/result.h"
#include "features/model_card.h"

namespace sokkuri::features {

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

    /// All models found, by name; broken cards are errors inside the list's place, never silently left out.
    Result<std::vector<Result<Model>>> list() const;
    /// The model of that name; of the default when `name` is empty. kNotFound lists what there is and where it looked.
    Result<Model> find(const std::string& name) const;
    /// Copies FILE.onnx and writes its card (from `card`, or by inspection when it has no output tensor).
    Result<Model> add(const std::string& onnx_file, const ModelCard& card);
    /// Makes `name` the default of the first writable folder.
    Result<void> use(const std::string& name);

 private:
    FileSystem& files_;
    std::vector<std::string> folders_;
};

}  // namespace sokkuri::features
