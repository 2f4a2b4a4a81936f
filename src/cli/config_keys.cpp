#include "cli/config_keys.h"

#include "cli/verb.h"

namespace sokkuri::cli {

ConfigKeys config_keys() {
    ConfigKeys keys;
    std::vector<Option>& top = keys[""];
    top = global_options();
    for (const Verb& verb : all_verbs()) {
        keys[verb.table()] = verb.all_options();
        top.insert(top.end(), verb.options.begin(), verb.options.end());
    }
    return keys;
}

}  // namespace sokkuri::cli
