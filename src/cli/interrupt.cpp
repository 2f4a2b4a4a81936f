#include "cli/interrupt.h"

#include <array>
#include <csignal>
#include <cstdint>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace sokkuri::cli {
namespace {

sigset_t stop_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    return signals;
}

}  // namespace

Interrupt::Interrupt(Console& console, std::string_view notice)
    : console_(console), notice_(notice) {
    const sigset_t signals = stop_signals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    signals_ = signalfd(-1, &signals, SFD_CLOEXEC);
    ending_ = eventfd(0, EFD_CLOEXEC);
    watcher_ = std::thread([this] { watch(); });
}

Interrupt::~Interrupt() {
    const std::uint64_t one = 1;
    while (write(ending_, &one, sizeof one) < 0 && errno == EINTR) {
    }
    watcher_.join();
    close(signals_);
    close(ending_);
    const sigset_t signals = stop_signals();
    pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

void Interrupt::watch() {
    while (true) {
        std::array<pollfd, 2> descriptors{pollfd{.fd = signals_, .events = POLLIN, .revents = 0},
                                          pollfd{.fd = ending_, .events = POLLIN, .revents = 0}};
        if (poll(descriptors.data(), descriptors.size(), -1) < 0) continue;
        if ((descriptors[0].revents & POLLIN) != 0) {
            signalfd_siginfo info{};
            const bool is_whole = read(signals_, &info, sizeof info) == sizeof info;
            if (!is_whole) continue;
            const int number = static_cast<int>(info.ssi_signo);
            if (stop_.stop_requested()) {
                // The second one: die of it, as if we had never looked.
                std::signal(number, SIG_DFL);
                sigset_t signals = stop_signals();
                pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
                raise(number);
            }
            stop_.request_stop();
            console_.write("\n" + notice_ + "; once more to kill\n");
        }
        if ((descriptors[1].revents & POLLIN) != 0) return;
    }
}

}  // namespace sokkuri::cli
