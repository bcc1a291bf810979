// SPDX-License-Identifier: GPL-2.0-only
#include "util/loop.hpp"

#include <poll.h>

#include <ctime>

namespace igbmodel {

void Loop::watch(int fd, Handler on_readable) {
    watched_[fd] = std::move(on_readable);
}

void Loop::unwatch(int fd) {
    watched_.erase(fd);
}

void Loop::defer(std::function<void()> work) {
    deferred_.push_back(std::move(work));
}

u64 Loop::now_ns() const {
    timespec now{};
    static_cast<void>(::clock_gettime(CLOCK_MONOTONIC, &now));  // cannot fail for this clock
    return (static_cast<u64>(now.tv_sec) * 1'000'000'000U) + static_cast<u64>(now.tv_nsec);
}

Timers::Id Loop::at(u64 when_ns, std::function<void()> action) {
    const Id id = next_id_++;
    timers_.emplace(Deadline{when_ns, id}, std::move(action));
    when_.emplace(id, when_ns);
    return id;
}

void Loop::cancel(Id id) {
    const auto found = when_.find(id);
    if (found != when_.end()) {
        timers_.erase(Deadline{found->second, id});
        when_.erase(found);
    }
}

void Loop::run_deferred() {
    while (!deferred_.empty()) {
        std::vector<Handler> work;
        work.swap(deferred_);
        for (auto& one : work) {
            one();
        }
    }
}

void Loop::run_expired() {
    // Only what is due at this instant: work that goes on at once lets descriptors have their turn.
    const u64 now = now_ns();
    while (!timers_.empty() && timers_.begin()->first.when <= now) {
        auto node = timers_.extract(timers_.begin());
        when_.erase(node.key().id);
        node.mapped()();
        run_deferred();
    }
}

s64 Loop::wait_ns() const {
    if (timers_.empty()) {
        return -1;
    }
    const u64 now = now_ns();
    const u64 when = timers_.begin()->first.when;
    return when > now ? static_cast<s64>(when - now) : 0;
}

void Loop::run() {
    std::vector<pollfd> fds;
    while (!stopped_) {
        run_deferred();
        run_expired();
        if (stopped_) {
            break;
        }
        fds.clear();
        for (const auto& [fd, handler] : watched_) {
            fds.push_back(pollfd{fd, POLLIN, 0});
        }
        const s64 wait = wait_ns();
        timespec limit{};
        limit.tv_sec = wait / 1'000'000'000;
        limit.tv_nsec = wait % 1'000'000'000;
        if (::ppoll(fds.data(), fds.size(), wait < 0 ? nullptr : &limit, nullptr) <= 0) {
            continue;
        }
        for (const pollfd& one : fds) {
            if (one.revents == 0) {
                continue;
            }
            // A handler may unwatch another's descriptor: look it up again each time.
            const auto found = watched_.find(one.fd);
            if (found != watched_.end()) {
                const Handler handler = found->second;
                handler();
                run_deferred();
            }
        }
    }
    stopped_ = false;
}

}  // namespace igbmodel
