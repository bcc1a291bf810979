// SPDX-License-Identifier: GPL-2.0-only
#include "cli/stop_signals.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <ctime>

namespace igbtune::cli {

using Clock = std::chrono::steady_clock;

util::Result<StopSignals> StopSignals::take() {
    sigset_t signals;
    ::sigemptyset(&signals);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
        ::sigaddset(&signals, number);
    }
    sigset_t before;
    ::sigemptyset(&before);
    if (const int number = ::pthread_sigmask(SIG_BLOCK, &signals, &before); number != 0) {
        return util::error_from_errno(number, "signals");
    }
    util::UniqueFd fd(::signalfd(-1, &signals, SFD_CLOEXEC));
    const int why = errno;
    StopSignals stop(std::move(fd), before);
    if (!stop.fd_.valid()) {
        return util::error_from_errno(why, "signals");
    }
    return stop;
}

StopSignals::~StopSignals() {
    if (before_) {
        (void)::pthread_sigmask(SIG_SETMASK, &*before_, nullptr);
    }
}

bool StopSignals::wait_until(Clock::time_point due, int descriptor) {
    while (true) {
        const auto left = std::max(due - Clock::now(), Clock::duration::zero());
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
        const timespec timeout{.tv_sec = seconds.count(),
                               .tv_nsec = std::chrono::nanoseconds(left - seconds).count()};
        std::array<pollfd, 2> waiting{{{.fd = fd_.get(), .events = POLLIN, .revents = 0},
                                       {.fd = descriptor, .events = POLLIN, .revents = 0}}};
        const int ready = ::ppoll(waiting.data(), waiting.size(), &timeout, nullptr);
        if (ready < 0 && errno == EINTR) {
            continue;
        }
        if (waiting[0].revents == 0) {
            return false;
        }
        // Taken away, or it would end the process once the signals may again.
        signalfd_siginfo taken{};
        [[maybe_unused]] const ssize_t count = ::read(fd_.get(), &taken, sizeof(taken));
        return true;
    }
}

}  // namespace igbtune::cli
