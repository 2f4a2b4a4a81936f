#include "features/openvino/entry.h"

#include "base/module.h"

namespace sokkuri::features::openvino {

Result<const Entry*> entry() {
    void* symbol = TRY(module_symbol("openvino", "sokkuri_openvino_entry"));
    return static_cast<const Entry*>(symbol);
}

}  // namespace sokkuri::features::openvino
