// SPDX-License-Identifier: GPL-2.0-only
// The wish to end (SIGINT, SIGTERM, SIGHUP) as something to wait for, so that a file is ended well.
#pragma once

#include <chrono>
#include <csignal>
#include <optional>
#include <utility>

#include "util/result.hpp"
#include "util/unique_fd.hpp"

namespace igbtune::cli {

class StopSignals {
public:
    // As long as this lives the signals end nothing by themselves.
    static util::Result<StopSignals> take();

    StopSignals(StopSignals&& other) noexcept
        : fd_(std::move(other.fd_)), before_(std::exchange(other.before_, std::nullopt)) {}
    StopSignals& operator=(StopSignals&&) = delete;
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;
    ~StopSignals();

    // Until then, or until one came: that is true. Also ends, with false, when the descriptor (-1:
    // none) has something to read.
    [[nodiscard]] bool wait_until(std::chrono::steady_clock::time_point due, int descriptor = -1);

private:
    StopSignals(util::UniqueFd fd, const sigset_t& before) : fd_(std::move(fd)), before_(before) {}

    util::UniqueFd fd_;
    std::optional<sigset_t> before_;
};

}  // namespace igbtune::cli
