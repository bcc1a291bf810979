// SPDX-License-Identifier: GPL-2.0-only
// All misdeeds by chance, for a number of frames; the same ones in the same order for the same
// seed.
#pragma once

#include "faults/faults.hpp"

namespace igbmodel {

struct Misdeed {
    FaultRule rule;
    u64 lasts_ns = 0;  // 0: it strikes once, at the next opportunity
};

class RandomMode {
public:
    explicit RandomMode(u64 seed) : random_(seed) {}

    void start(u64 seed, u64 frames);
    void stop() { left_ = 0; }
    [[nodiscard]] u64 left() const { return left_; }

    // A frame passes: what goes wrong with it, if anything.
    [[nodiscard]] std::optional<Misdeed> next();

private:
    [[nodiscard]] u64 below(u64 limit);
    [[nodiscard]] Fault draw();

    std::mt19937_64 random_;
    u64 left_ = 0;
    u64 pause_ = 0;  // frames that pass unharmed
    std::vector<Fault> bag_;
};

}  // namespace igbmodel
