// The rows of the table of verbs; each is made in the verb_*.cpp of its name.
#pragma once

#include "cli/verb.h"

namespace sokkuri::cli {

Verb index_verb();
Verb search_verb();
Verb similar_verb();
Verb recommend_verb();
Verb groups_verb();
Verb embed_verb();
Verb serve_verb();
Verb import_verb();
Verb export_verb();
Verb stats_verb();
Verb facets_verb();
Verb verify_verb();
Verb compact_verb();
Verb backup_verb();
Verb restore_verb();
Verb bench_ann_verb();
Verb model_list_verb();
Verb model_inspect_verb();
Verb model_add_verb();
Verb model_use_verb();
Verb model_switch_verb();
Verb field_list_verb();
Verb field_add_verb();
Verb field_drop_verb();
Verb config_show_verb();
Verb config_path_verb();
Verb completion_verb();
Verb man_verb();

}  // namespace sokkuri::cli
