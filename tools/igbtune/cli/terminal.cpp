// SPDX-License-Identifier: GPL-2.0-only
#include "cli/terminal.hpp"

#include <langinfo.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <clocale>
#include <string_view>
#include <utility>

namespace igbtune::cli {

using util::Error;
using util::ErrorKind;
using util::Result;

namespace {

bool send(std::string_view text) {
    while (!text.empty()) {
        const ssize_t count = ::write(STDOUT_FILENO, text.data(), text.size());
        if (count < 0 && errno != EINTR) {
            return false;
        }
        text.remove_prefix(count > 0 ? static_cast<std::size_t>(count) : 0);
    }
    return true;
}

bool knows_utf8() {
    // NOLINTBEGIN(concurrency-mt-unsafe): igbtune has one thread
    (void)std::setlocale(LC_CTYPE, "");
    return std::string_view(::nl_langinfo(CODESET)) == "UTF-8";
    // NOLINTEND(concurrency-mt-unsafe)
}

constexpr std::array<std::pair<std::string_view, Key>, 16> known_keys{{
    {"\033[A", Key::up},
    {"\033OA", Key::up},
    {"k", Key::up},
    {"\033[B", Key::down},
    {"\033OB", Key::down},
    {"j", Key::down},
    {"\033[5~", Key::page_up},
    {"\033[6~", Key::page_down},
    {" ", Key::page_down},
    {"q", Key::quit},
    {"p", Key::pause},
    {"v", Key::page},
    {"\t", Key::page},
    {"s", Key::sort},
    {"-", Key::faster},
    {"+", Key::slower},
}};

}  // namespace

std::vector<Key> keys_in(std::string& input) {
    std::vector<Key> keys;
    std::string_view rest = input;
    while (!rest.empty()) {
        bool unfinished = false;
        std::size_t used = 1;  // what is not known is passed over
        for (const auto& [sequence, key] : known_keys) {
            if (rest.starts_with(sequence)) {
                keys.push_back(key);
                used = sequence.size();
                unfinished = false;
                break;
            }
            unfinished = unfinished || sequence.starts_with(rest);
        }
        if (unfinished) {
            break;
        }
        rest.remove_prefix(used);
    }
    input = std::string(rest);
    return keys;
}

Result<TerminalScreen> TerminalScreen::take() {
    termios before{};
    if (::isatty(STDIN_FILENO) == 0 || ::isatty(STDOUT_FILENO) == 0 ||
        ::tcgetattr(STDIN_FILENO, &before) != 0) {
        return Error{ErrorKind::invalid,
                     "watch needs a terminal; igbtune stats DEV --watch prints lines"};
    }
    termios raw = before;
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    raw.c_cc[VSUSP] = _POSIX_VDISABLE;  // a stopped process cannot give the screen back
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    if (::tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw) != 0) {
        return util::error_from_errno(errno, "terminal");
    }
    TerminalScreen screen(before);
    if (!send("\033[?1049h\033[?25l\033[2J")) {
        return util::error_from_errno(errno, "terminal");
    }
    return screen;
}

TerminalScreen::TerminalScreen(TerminalScreen&& other) noexcept
    : before_(std::exchange(other.before_, std::nullopt)), pending_(std::move(other.pending_)) {}

TerminalScreen::~TerminalScreen() {
    if (before_) {
        (void)send("\033[0m\033[?25h\033[?1049l");
        (void)::tcsetattr(STDIN_FILENO, TCSAFLUSH, &*before_);
    }
}

view::Terminal TerminalScreen::size() const {
    view::Terminal terminal;
    winsize size{};
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): there is no other form
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0) {
        terminal.rows = size.ws_row;
        terminal.columns = size.ws_col;
    }
    static const bool utf8 = knows_utf8();
    terminal.utf8 = utf8;
    return terminal;
}

int TerminalScreen::input() {
    return STDIN_FILENO;
}

std::vector<Key> TerminalScreen::keys() {
    std::array<char, 64> buffer{};
    pollfd waiting{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, 0) > 0) {
        const ssize_t count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
        if (count == 0 || (count < 0 && errno != EINTR)) {
            return {Key::quit};  // the terminal is gone
        }
        pending_.append(buffer.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
    }
    return keys_in(pending_);
}

bool TerminalScreen::show(const std::vector<view::Line>& lines, bool emphasis) const {
    // In one piece, so that no half of it is seen.
    std::string page = "\033[H";
    for (std::size_t row = 0; row < lines.size(); ++row) {
        const bool strong = emphasis && lines[row].emphasis;
        page += strong ? "\033[1m" : "";
        page += lines[row].text;
        page += strong ? "\033[0m" : "";
        page += row + 1 < lines.size() ? "\033[K\r\n" : "\033[K\033[J";
    }
    return send(page);
}

}  // namespace igbtune::cli
