// SPDX-License-Identifier: GPL-2.0-only
// The terminal as a screen, by ncurses: keys without Enter, no echo, another page than the shell's.
// Everything is as it was when this is gone.
#pragma once

#include <memory>
#include <vector>

#include "util/result.hpp"
#include "view/live.hpp"

struct screen;  // ncurses'

namespace igbtune::cli {

enum class Key { none, quit, pause, page, sort, up, down, page_up, page_down, faster, slower };

class TerminalScreen {
public:
    // Standard input and output must be one that ncurses knows.
    static util::Result<TerminalScreen> take();

    [[nodiscard]] view::Terminal size() const;
    [[nodiscard]] static int input();

    // The keys that were pressed since the last call.
    [[nodiscard]] std::vector<Key> keys();

    // Whether the terminal took it.
    [[nodiscard]] bool show(const std::vector<view::Line>& lines, bool emphasis);

private:
    struct GiveBack {
        void operator()(screen* terminal) const;
    };

    explicit TerminalScreen(screen* terminal) : screen_(terminal) {}

    std::unique_ptr<screen, GiveBack> screen_;
    bool utf8_{};
};

}  // namespace igbtune::cli
