// Thread priority: work that may wait steps back, so that what people wait for goes first. Linux
// keeps a niceness for each thread; threads that a thread starts inherit its own.
#pragma once

namespace sokkuri {

/// From now on the calling thread, and every thread that it starts, gets the processor after those
/// of ordinary priority (about a tenth of their share while both want it). There is no way back.
void lower_thread_priority();

}  // namespace sokkuri
