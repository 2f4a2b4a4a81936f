// The one place where libjpeg-turbo's errors are caught. libjpeg reports a fatal error by a
// callback that must not return; ours jumps (setjmp/longjmp) back into `attempt`, so the code that
// runs inside an attempt must hold no object whose destructor matters. Used by the JPEG decoder and
// encoder. One trap belongs to one libjpeg object and one thread.
#pragma once

#include <array>
#include <csetjmp>
#include <cstddef>
#include <cstdio>

// Last, because it uses size_t and FILE without including them.
// clang-format off
#include <jpeglib.h>
// clang-format on

namespace sokkuri::image {

class JpegTrap {
 public:
    JpegTrap();
    JpegTrap(const JpegTrap&) = delete;
    JpegTrap& operator=(const JpegTrap&) = delete;

    /// To be put into the libjpeg object's `err`.
    jpeg_error_mgr* manager() { return &state_.manager; }

    /// Runs `step`; false when libjpeg gave up, and `message` then says why.
    template <typename Step>
    bool attempt(const Step& step) {
        if (setjmp(state_.jump) != 0) return false;
        step();
        return true;
    }

    const char* message() const { return state_.message.data(); }

    /// The compressed data ended before the picture did; libjpeg goes on with gray, and so must not
    /// be believed.
    bool has_ended_early() const { return state_.has_ended_early; }

 private:
    struct State {
        jpeg_error_mgr manager;  // first, so that libjpeg's pointer to it is a pointer to the state
        std::jmp_buf jump;
        std::array<char, JMSG_LENGTH_MAX> message;
        bool has_reached_end_of_file;
        bool has_ended_early;
    };

    [[noreturn]] static void give_up(j_common_ptr info);
    static void note(j_common_ptr info, int level);
    static State& state_of(j_common_ptr info);

    State state_{};
};

}  // namespace sokkuri::image
