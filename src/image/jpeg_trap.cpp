#include "image/jpeg_trap.h"

#include <jerror.h>

namespace sokkuri::image {

JpegTrap::JpegTrap() {
    jpeg_std_error(&state_.manager);
    state_.manager.error_exit = &give_up;
    state_.manager.emit_message = &note;
}

void JpegTrap::give_up(j_common_ptr info) {
    State& state = state_of(info);
    state.manager.format_message(info, state.message.data());
    std::longjmp(state.jump, 1);
}

/// Nothing is printed. Most warnings are about harmless stray bytes; running out of data is the one
/// that matters. The end of file alone may be a missing end marker behind a whole picture.
void JpegTrap::note(j_common_ptr info, int level) {
    if (level >= 0) return;
    State& state = state_of(info);
    const int code = state.manager.msg_code;
    if (code == JWRN_JPEG_EOF) state.has_reached_end_of_file = true;
    if (code == JWRN_HIT_MARKER && state.has_reached_end_of_file) state.has_ended_early = true;
}

JpegTrap::State& JpegTrap::state_of(j_common_ptr info) {
    return *reinterpret_cast<State*>(info->err);
}

}  // namespace sokkuri::image
