// SPDX-License-Identifier: GPL-2.0-only
// The event loop: descriptors, timers, and work put off until the current event is done.
// It blocks in poll(2): busy polling takes the core that the guest needs.
#pragma once

#include <functional>
#include <map>
#include <vector>

#include "util/timers.hpp"

namespace igbmodel {

class Loop final : public Timers {
public:
    using Handler = std::function<void()>;

    void watch(int fd, Handler on_readable);
    void unwatch(int fd);

    [[nodiscard]] u64 now_ns() const override;
    Id at(u64 when_ns, std::function<void()> action) override;
    void cancel(Id id) override;
    void defer(std::function<void()> work) override;

    void run();  // until it is stopped; may be called again then
    void stop() { stopped_ = true; }

private:
    struct Deadline {
        u64 when;
        Id id;
        auto operator<=>(const Deadline&) const = default;
    };

    void run_deferred();
    void run_expired();
    [[nodiscard]] s64 wait_ns() const;

    std::map<int, Handler> watched_;
    std::map<Deadline, std::function<void()>> timers_;
    std::map<Id, u64> when_;
    std::vector<Handler> deferred_;
    Id next_id_ = 1;
    bool stopped_ = false;
};

}  // namespace igbmodel
