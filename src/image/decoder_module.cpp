#include "image/decoder_module.h"

#include "base/module.h"

namespace sokkuri::image {

Result<Decoded> decode_in_module(std::string_view module, const DecoderCall& call) {
    void* address = TRY(module_symbol(module, kDecoderSymbol));
    Result<Decoded> result = fail(ErrorCode::kInternal, "module {}: no answer", module);
    reinterpret_cast<DecoderFunction>(address)(call, result);
    return result;
}

}  // namespace sokkuri::image
