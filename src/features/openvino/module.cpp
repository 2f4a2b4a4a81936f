// The one symbol that libsokkuri_openvino.so shows.
#include "features/openvino/entry.h"
#include "features/openvino/graph.h"
#include "features/openvino/openvino_extractor.h"

using sokkuri::features::openvino::Entry;

extern "C" {
// Declared first, because a constant that is only defined would stay inside this file.
extern const Entry sokkuri_openvino_entry __attribute__((visibility("default")));
const Entry sokkuri_openvino_entry{
    .load_extractor = sokkuri::features::openvino::load_extractor,
    .inspect_graph = sokkuri::features::openvino::inspect_graph,
    .infer_tensor = sokkuri::features::openvino::infer_tensor,
};
}
