// SPDX-License-Identifier: GPL-2.0-only
#include "cli/terminal.hpp"

#include <langinfo.h>
#include <poll.h>
#include <unistd.h>

#include <clocale>
#include <cstdio>
#include <string_view>

// Functions are called functions here, not macros.
#define NCURSES_NOMACROS
#include <curses.h>

namespace igbtune::cli {

using util::Error;
using util::ErrorKind;
using util::Result;

namespace {

// How long after Escape the rest of a key's sequence may come.
constexpr int escape_milliseconds = 50;

Key key_of(int code) {
    switch (code) {
        case KEY_UP:
        case 'k':
            return Key::up;
        case KEY_DOWN:
        case 'j':
            return Key::down;
        case KEY_PPAGE:
            return Key::page_up;
        case KEY_NPAGE:
        case ' ':
            return Key::page_down;
        case 'q':
            return Key::quit;
        case 'p':
            return Key::pause;
        case 'v':
        case '\t':
            return Key::page;
        case 's':
            return Key::sort;
        case '-':
            return Key::faster;
        case '+':
            return Key::slower;
        default:
            return Key::none;
    }
}

bool hung_up() {
    pollfd terminal{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
    return ::poll(&terminal, 1, 0) > 0 && (terminal.revents & (POLLHUP | POLLERR)) != 0;
}

}  // namespace

void TerminalScreen::GiveBack::operator()(screen* terminal) const {
    (void)::endwin();
    ::delscreen(terminal);
}

Result<TerminalScreen> TerminalScreen::take() {
    if (::isatty(STDIN_FILENO) == 0 || ::isatty(STDOUT_FILENO) == 0) {
        return Error{ErrorKind::invalid,
                     "watch needs a terminal; igbtune stats DEV --watch prints lines"};
    }
    (void)std::setlocale(LC_CTYPE, "");  // NOLINT(concurrency-mt-unsafe): there is one thread
    TerminalScreen taken(::newterm(nullptr, stdout, stdin));
    if (!taken.screen_) {
        return Error{ErrorKind::invalid,
                     "watch does not know this terminal: TERM has to name one of terminfo"};
    }
    taken.utf8_ = std::string_view(::nl_langinfo(CODESET)) == "UTF-8";  // NOLINT(concurrency-*)
    (void)::set_escdelay(escape_milliseconds);
    (void)::cbreak();
    (void)::noecho();
    (void)::keypad(::stdscr, true);
    (void)::nodelay(::stdscr, true);
    (void)::curs_set(0);
    return taken;
}

view::Terminal TerminalScreen::size() const {
    return {.rows = static_cast<std::size_t>(::getmaxy(::stdscr)),
            .columns = static_cast<std::size_t>(::getmaxx(::stdscr)),
            .utf8 = utf8_};
}

int TerminalScreen::input() {
    return STDIN_FILENO;
}

std::vector<Key> TerminalScreen::keys() {
    std::vector<Key> keys;
    for (int code = ::getch(); code != ERR; code = ::getch()) {
        keys.push_back(key_of(code));
    }
    if (hung_up()) {
        keys.push_back(Key::quit);
    }
    return keys;
}

bool TerminalScreen::show(const std::vector<view::Line>& lines, bool emphasis) {
    (void)::erase();
    int row = 0;
    for (const view::Line& line : lines) {
        (void)::attrset(emphasis && line.emphasis ? A_BOLD : A_NORMAL);
        (void)::mvaddstr(row, 0, line.text.c_str());
        ++row;
    }
    return ::refresh() != ERR;
}

}  // namespace igbtune::cli
