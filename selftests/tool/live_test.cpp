// SPDX-License-Identifier: GPL-2.0-only
// The live screen: what it draws, and the binary driven on a terminal of the test's own.
#include "view/live.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>

#include "command_line.hpp"
#include "util/text.hpp"
#include "util/unique_fd.hpp"

namespace igbtune::test {
namespace {

using view::LiveScreen;
using view::Terminal;

std::size_t columns_of(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char letter) {
        return (static_cast<unsigned char>(letter) & 0xc0U) != 0x80U;  // not inside of a character
    }));
}

model::Interval interval_of(const std::string& name, const std::string& device,
                            std::uint64_t moved) {
    Recording recording(name);
    auto observer = model::Observer::of(recording.sources, device);
    EXPECT_TRUE(observer.ok());
    const auto before = observer->take(model::Extent::ledger);
    EXPECT_TRUE(before.ok());
    model::Snapshot now = *before;
    now.time += std::chrono::seconds(1);
    now.instant += std::chrono::seconds(1);
    for (model::CounterGroup& group : now.groups) {
        for (model::Counter& counter : group.counters) {
            counter.value += moved;
        }
    }
    return model::interval_between(*before, now);
}

std::string text_of(const LiveScreen& screen, const Terminal& terminal) {
    std::string text;
    for (const view::Line& line : screen.lines(terminal)) {
        text += line.text + "\n";
    }
    return text;
}

TEST(Live, FillsEveryTerminalAndNoMore) {
    for (const auto& [name, device] :
         {std::pair{"igb", "eth0"}, std::pair{"igb-7.2", "eth0"}, std::pair{"virtio", "net0"},
          std::pair{"loopback", "lo"}, std::pair{"veth", "v0"}}) {
        LiveScreen screen;
        EXPECT_EQ(screen.lines({}).size(), 24U);
        screen.add(interval_of(name, device, 1'234'567'890'123));
        for (int page = 0; page < 3; ++page) {
            for (const auto& [rows, columns] :
                 {std::pair{24, 80}, std::pair{1, 1}, std::pair{3, 10}, std::pair{60, 200}}) {
                const Terminal terminal{.rows = static_cast<std::size_t>(rows),
                                        .columns = static_cast<std::size_t>(columns),
                                        .utf8 = true};
                const auto lines = screen.lines(terminal);
                EXPECT_EQ(lines.size(), terminal.rows);
                for (const view::Line& line : lines) {
                    EXPECT_LE(columns_of(line.text), terminal.columns) << line.text;
                }
            }
            screen.show_next_page();
        }
    }
}

TEST(Live, ShowsQueuesThenCountersThenLosses) {
    LiveScreen screen;
    screen.add(interval_of("igb", "eth0", 100));
    const Terminal terminal;
    std::string text = text_of(screen, terminal);
    EXPECT_TRUE(text.starts_with("eth0: igb, link up, 1000 Mb/s, ")) << text;
    EXPECT_NE(text.find("queue     CPU   IRQ  rx pkt/s"), std::string::npos) << text;
    EXPECT_NE(text.find("  CPU               processed"), std::string::npos) << text;
    screen.show_next_page();
    text = text_of(screen, terminal);
    EXPECT_NE(text.find("view: counters"), std::string::npos) << text;
    EXPECT_NE(text.find("stats64.rx_packets"), std::string::npos) << text;
    screen.show_next_page();
    text = text_of(screen, terminal);
    EXPECT_NE(text.find("view: losses"), std::string::npos) << text;
    EXPECT_EQ(text.find("nothing was lost"), std::string::npos) << text;
    screen.show_next_page();
    EXPECT_NE(text_of(screen, terminal).find("view: queues"), std::string::npos);
}

TEST(Live, SortsAndScrolls) {
    auto interval = interval_of("igb", "eth0", 1);
    // One counter in the middle moves most.
    for (std::size_t group = 0; group < interval.snapshot.groups.size(); ++group) {
        auto& counters = interval.snapshot.groups[group].counters;
        for (std::size_t index = 0; index < counters.size(); ++index) {
            if (interval.snapshot.groups[group].id == "udp" &&
                counters[index].name == "InDatagrams") {
                interval.delta.groups[group].counters[index] = {.count = 5000, .reset = false};
            }
        }
    }
    LiveScreen screen;
    screen.add(std::move(interval));
    screen.show_next_page();
    const auto first_row = [&] { return screen.lines({}).at(6).text; };
    EXPECT_TRUE(first_row().starts_with("udp.InDatagrams ")) << first_row();
    screen.sort_otherwise();
    const std::string by_place = first_row();
    EXPECT_TRUE(by_place.starts_with("stats64.")) << by_place;
    screen.scroll(1);
    EXPECT_NE(first_row(), by_place);
    EXPECT_TRUE(screen.lines({}).at(5).text.starts_with("counter ")) << "the heading stays";
    screen.scroll(-5);
    EXPECT_EQ(first_row(), by_place);
    screen.scroll(100'000);
    EXPECT_EQ(screen.lines({}).size(), 24U);
}

TEST(Live, DrawsBarsAsHighAsTheValues) {
    EXPECT_EQ(view::sparkline({}, 3, true), "   ");
    EXPECT_EQ(view::sparkline({0, 1, 100}, 4, true), "  ▁█");
    EXPECT_EQ(view::sparkline({0, 1, 100}, 4, false), "  .#");
    EXPECT_EQ(view::sparkline({9, 9, 0, 0}, 2, true), "  ");
}

TEST(Live, ShortensNumbers) {
    for (const auto& [value, text] :
         {std::pair{0.0, "0"}, std::pair{0.5, "0.5"}, std::pair{99.4, "99.4"},
          std::pair{999.4, "999"}, std::pair{999.6, "1.00 k"}, std::pair{12'345.0, "12.3 k"},
          std::pair{1'234'567.0, "1.23 M"}, std::pair{1e9, "1.00 G"}, std::pair{9e15, "9000 T"}}) {
        EXPECT_EQ(view::short_number(value), text);
    }
}

// As much of a terminal as ncurses makes use of when it is told that it is a "screen".
class Screen {
public:
    static constexpr std::size_t rows = 24;
    static constexpr std::size_t columns = 80;

    Screen() { clear(0, rows * columns); }

    void take(std::string_view text) {
        pending_ += text;
        std::string_view rest = pending_;
        while (!rest.empty()) {
            const std::size_t length = rest.front() == '\033' ? sequence(rest) : letter(rest);
            if (length == 0) {
                break;  // the end of it is still to come
            }
            rest.remove_prefix(length);
        }
        pending_ = std::string(rest);
    }

    [[nodiscard]] bool has(std::string_view words) const {
        return text().find(words) != std::string::npos;
    }
    [[nodiscard]] std::string text() const {
        std::string all;
        for (std::size_t place = 0; place < cells_.size(); ++place) {
            all += cells_.at(place);
            all += place % columns == columns - 1 ? "\n" : "";
        }
        return all;
    }
    [[nodiscard]] bool overflowed() const { return overflowed_; }
    [[nodiscard]] bool emphasized() const { return emphasized_; }
    [[nodiscard]] bool on_own_page() const { return own_page_; }

private:
    void clear(std::size_t from, std::size_t to) {
        std::fill(cells_.begin() + static_cast<std::ptrdiff_t>(from),
                  cells_.begin() + static_cast<std::ptrdiff_t>(to), " ");
    }

    // These return how long it was.
    std::size_t sequence(std::string_view text) {
        if (text.size() < 2) {
            return 0;
        }
        if (text[1] != '[') {
            row_ -= text[1] == 'M' ? std::min<std::size_t>(row_, 1) : 0;
            const std::size_t length = text[1] == '(' || text[1] == ')' ? 3 : 2;
            return text.size() < length ? 0 : length;
        }
        const auto is_last = [](char one) { return one >= '@' && one <= '~'; };
        const auto* const end = std::find_if(text.begin() + 2, text.end(), is_last);
        if (end == text.end()) {
            return 0;
        }
        const auto length = static_cast<std::size_t>(end - text.begin()) + 1;
        obey(text.substr(2, length - 3), *end);
        return length;
    }

    std::size_t letter(std::string_view text) {
        std::size_t length = 1;
        while (length < text.size() &&
               (static_cast<unsigned char>(text[length]) & 0xc0U) == 0x80U) {
            ++length;
        }
        const auto first = static_cast<unsigned char>(text.front());
        if (first >= 0xc0 && length < (first >= 0xe0 ? 3U : 2U)) {
            return 0;
        }
        put(std::string(text.substr(0, length)));
        return length;
    }

    void put(std::string cell) {
        const char first = cell.front();
        if (first == '\n') {
            overflowed_ = overflowed_ || row_ + 1 == rows;
            row_ = std::min(row_ + 1, rows - 1);
        } else if (first == '\r') {
            column_ = 0;
        } else if (first == '\b') {
            column_ -= std::min<std::size_t>(column_, 1);
        } else if (first == '\t') {
            column_ = std::min((column_ / 8 + 1) * 8, columns - 1);
        } else if (static_cast<unsigned char>(first) >= ' ') {
            overflowed_ = overflowed_ || column_ == columns;
            if (column_ < columns) {
                cells_.at(row_ * columns + column_) = std::move(cell);
                ++column_;
            }
        }
    }

    void obey(std::string_view words, char last) {
        const auto numbers = util::split(words, ';');
        const auto number = [&](std::size_t index, std::size_t otherwise) {
            return index < numbers.size()
                       ? util::number<std::size_t>(numbers[index]).value_or(otherwise)
                       : otherwise;
        };
        const std::size_t line = row_ * columns;
        const std::size_t place = line + std::min(column_, columns - 1);
        const auto here = cells_.begin() + static_cast<std::ptrdiff_t>(place);
        const auto end = cells_.begin() + static_cast<std::ptrdiff_t>(line + columns);
        const auto some = static_cast<std::ptrdiff_t>(std::min(number(0, 1), columns - column_));
        switch (last) {
            case 'H':
                row_ = std::min(number(0, 1), rows) - 1;
                column_ = std::min(number(1, 1), columns) - 1;
                break;
            case 'A':
                row_ -= std::min(row_, number(0, 1));
                break;
            case 'B':
                row_ = std::min(row_ + number(0, 1), rows - 1);
                break;
            case 'C':
                column_ = std::min(column_ + number(0, 1), columns - 1);
                break;
            case 'D':
                column_ -= std::min(column_, number(0, 1));
                break;
            case 'G':
                column_ = std::min(number(0, 1), columns) - 1;
                break;
            case 'd':
                row_ = std::min(number(0, 1), rows) - 1;
                break;
            case 'J':
                clear(number(0, 0) == 0 ? place : 0, rows * columns);
                break;
            case 'K':
                clear(number(0, 0) == 0 ? place : line,
                      number(0, 0) == 1 ? place + 1 : line + columns);
                break;
            case 'P':
                std::fill(std::move(here + some, end, here), end, " ");
                break;
            case '@':
                std::move_backward(here, end - some, end);
                std::fill(here, here + some, " ");
                break;
            case 'h':
            case 'l':
                own_page_ = words == "?1049" ? last == 'h' : own_page_;
                break;
            case 'm':
                emphasized_ = emphasized_ || std::ranges::find(numbers, "1") != numbers.end();
                break;
            default:
                break;
        }
    }

    std::array<std::string, rows * columns> cells_;
    std::size_t row_{};
    std::size_t column_{};
    std::string pending_;
    bool overflowed_{};
    bool emphasized_{};
    bool own_page_{};
};

// igbtune with a terminal of 80 columns and 24 rows.
class OnTerminal {
public:
    explicit OnTerminal(std::vector<std::string> arguments, bool no_color = false,
                        const char* terminal_name = "screen") {
        winsize size{};
        size.ws_row = Screen::rows;
        size.ws_col = Screen::columns;
        int terminal = -1;
        child_ = ::forkpty(&terminal, nullptr, nullptr, &size);
        if (child_ == 0) {
            ::setenv("TERM", terminal_name, 1);  // NOLINT(concurrency-mt-unsafe)
            ::setenv("LC_ALL", "C.UTF-8", 1);    // NOLINT(concurrency-mt-unsafe)
            if (no_color) {
                ::setenv("NO_COLOR", "1", 1);  // NOLINT(concurrency-mt-unsafe)
            }
            arguments.insert(arguments.begin(), IGBTUNE_BINARY);
            std::vector<char*> argv;
            argv.reserve(arguments.size() + 1);
            for (std::string& word : arguments) {
                argv.push_back(word.data());
            }
            argv.push_back(nullptr);
            ::execv(argv.front(), argv.data());
            ::_exit(126);
        }
        terminal_ = util::UniqueFd(terminal);
    }
    OnTerminal(const OnTerminal&) = delete;
    OnTerminal& operator=(const OnTerminal&) = delete;
    OnTerminal(OnTerminal&&) = delete;
    OnTerminal& operator=(OnTerminal&&) = delete;
    ~OnTerminal() {
        if (child_ > 0) {
            ::kill(child_, SIGKILL);
            ::waitpid(child_, nullptr, 0);
        }
    }

    void press(std::string_view keys) const {
        EXPECT_EQ(::write(terminal_.get(), keys.data(), keys.size()),
                  static_cast<ssize_t>(keys.size()));
    }

    void kill(int number) const { ::kill(child_, number); }

    // Reads until the screen has it; a slow machine gets its time.
    [[nodiscard]] bool sees(std::string_view text) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (!screen_.has(text) && std::chrono::steady_clock::now() < end && read()) {}
        return screen_.has(text);
    }

    // The exit code.
    int ended() {
        while (read()) {}
        int status = 0;
        ::waitpid(child_, &status, 0);
        child_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

    [[nodiscard]] const Screen& screen() const { return screen_; }
    [[nodiscard]] const std::string& all() const { return all_; }

private:
    bool read() {
        pollfd waiting{.fd = terminal_.get(), .events = POLLIN, .revents = 0};
        if (::poll(&waiting, 1, 5000) <= 0) {
            return false;
        }
        std::array<char, 4096> buffer{};
        const ssize_t count = ::read(terminal_.get(), buffer.data(), buffer.size());
        if (count <= 0) {
            return false;
        }
        const std::string_view text(buffer.data(), static_cast<std::size_t>(count));
        all_ += text;
        screen_.take(text);
        return true;
    }

    pid_t child_{-1};
    util::UniqueFd terminal_;
    Screen screen_;
    std::string all_;
};

TEST(LiveOnTerminal, IsDrivenByKeys) {
    OnTerminal igbtune({"watch", "lo", "0.1"});
    ASSERT_TRUE(igbtune.sees("queue     CPU")) << igbtune.screen().text();
    EXPECT_TRUE(igbtune.screen().on_own_page());
    EXPECT_TRUE(igbtune.sees("lo: ")) << igbtune.screen().text();
    igbtune.press("v");
    EXPECT_TRUE(igbtune.sees("view: counters")) << igbtune.screen().text();
    igbtune.press("s");
    EXPECT_TRUE(igbtune.sees("sort: place")) << igbtune.screen().text();
    igbtune.press("\033OB\033[6~\033OA");
    igbtune.press("\t");
    EXPECT_TRUE(igbtune.sees("view: losses")) << igbtune.screen().text();
    igbtune.press("p");
    EXPECT_TRUE(igbtune.sees("PAUSED")) << igbtune.screen().text();
    igbtune.press("q");
    EXPECT_EQ(igbtune.ended(), 0);
    EXPECT_FALSE(igbtune.screen().overflowed()) << igbtune.screen().text();
    EXPECT_TRUE(igbtune.screen().emphasized());
    EXPECT_FALSE(igbtune.screen().on_own_page()) << "the shell's page is back";
    EXPECT_NE(igbtune.all().find("\033[?25h"), std::string::npos) << "so is the cursor";
}

TEST(LiveOnTerminal, EndsWellBySignalsAndWithoutColour) {
    for (const int number : {SIGTERM, SIGINT}) {
        OnTerminal igbtune({"watch", "lo", "0.1"}, true);
        ASSERT_TRUE(igbtune.sees("queue     CPU")) << igbtune.screen().text();
        igbtune.kill(number);
        EXPECT_EQ(igbtune.ended(), 0);
        EXPECT_FALSE(igbtune.screen().on_own_page());
        EXPECT_FALSE(igbtune.screen().emphasized());
    }
}

TEST(LiveOnTerminal, SaysErrorsOnTheShellsPage) {
    OnTerminal igbtune({"watch", "l0"});
    EXPECT_EQ(igbtune.ended(), 1);
    EXPECT_TRUE(igbtune.screen().has("igbtune: no such device l0; did you mean lo?"));
    EXPECT_FALSE(igbtune.screen().on_own_page());
}

TEST(LiveOnTerminal, NeedsOneThatIsKnown) {
    // newterm() loses memory of its own when it fails.
    ::setenv("ASAN_OPTIONS", "detect_leaks=0", 1);  // NOLINT(concurrency-mt-unsafe)
    OnTerminal igbtune({"watch", "lo"}, false, "no-such-terminal");
    EXPECT_EQ(igbtune.ended(), 2);
    EXPECT_TRUE(igbtune.screen().has("igbtune: watch does not know this terminal: TERM has to"))
        << igbtune.screen().text();
    ::unsetenv("ASAN_OPTIONS");  // NOLINT(concurrency-mt-unsafe)
}

TEST(LiveOnTerminal, NeedsATerminal) {
    const Said said = run_recorded({"watch", "eth0"});
    if (::isatty(STDIN_FILENO) != 0 && ::isatty(STDOUT_FILENO) != 0) {
        GTEST_SKIP() << "this test has one";
    }
    EXPECT_EQ(said.code, cli::ExitCode::usage);
    EXPECT_EQ(said.err,
              "igbtune: watch needs a terminal; igbtune stats DEV --watch prints lines\n");
}

}  // namespace
}  // namespace igbtune::test
