// SPDX-License-Identifier: GPL-2.0-only
// The terminal as a screen: keys without Enter, no echo, another page than the shell's. Everything
// is as it was when this is gone. The few control sequences are those that every terminal of the
// last decades knows (ECMA-48, and xterm's alternate screen).
#pragma once

#include <termios.h>

#include <optional>
#include <string>
#include <vector>

#include "util/result.hpp"
#include "view/live.hpp"

namespace igbtune::cli {

enum class Key { none, quit, pause, page, sort, up, down, page_up, page_down, faster, slower };

class TerminalScreen {
public:
    // Standard input and output must be one.
    static util::Result<TerminalScreen> take();

    TerminalScreen(TerminalScreen&& other) noexcept;
    TerminalScreen& operator=(TerminalScreen&&) = delete;
    TerminalScreen(const TerminalScreen&) = delete;
    TerminalScreen& operator=(const TerminalScreen&) = delete;
    ~TerminalScreen();

    [[nodiscard]] view::Terminal size() const;
    [[nodiscard]] static int input();

    // The keys that were pressed since the last call.
    [[nodiscard]] std::vector<Key> keys();

    // Whether the terminal took it.
    [[nodiscard]] bool show(const std::vector<view::Line>& lines, bool emphasis) const;

private:
    explicit TerminalScreen(const termios& before) : before_(before) {}

    std::optional<termios> before_;
    std::string pending_;  // the beginning of a key's sequence
};

// The keys in what a terminal sent; an unfinished sequence stays there.
[[nodiscard]] std::vector<Key> keys_in(std::string& input);

}  // namespace igbtune::cli
