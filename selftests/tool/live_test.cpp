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

#include "cli/terminal.hpp"
#include "command_line.hpp"
#include "util/text.hpp"
#include "util/unique_fd.hpp"

namespace igbtune::test {
namespace {

using cli::Key;
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

TEST(Live, ReadsKeysHoweverTheyArrive) {
    std::string input = "q\033[Ap\033[6~x";
    EXPECT_EQ(cli::keys_in(input), (std::vector{Key::quit, Key::up, Key::pause, Key::page_down}));
    EXPECT_EQ(input, "");
    input = "\033[";
    EXPECT_TRUE(cli::keys_in(input).empty());
    input += "B";
    EXPECT_EQ(cli::keys_in(input), (std::vector{Key::down}));
    input = "\033[31;5~s";  // of a key that means nothing here
    EXPECT_EQ(cli::keys_in(input).back(), Key::sort);
}

// As much of a terminal as igbtune makes use of.
class Screen {
public:
    static constexpr std::size_t rows = 24;
    static constexpr std::size_t columns = 80;

    void take(std::string_view text) {
        pending_ += text;
        std::string_view rest = pending_;
        while (!rest.empty()) {
            if (rest.front() == '\033') {
                const std::size_t end =
                    rest.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", 1);
                if (end == std::string_view::npos) {
                    break;
                }
                obey(rest.substr(0, end + 1));
                rest.remove_prefix(end + 1);
                continue;
            }
            put(rest.front());
            rest.remove_prefix(1);
        }
        pending_ = std::string(rest);
    }

    [[nodiscard]] bool has(std::string_view text) const {
        return std::ranges::any_of(
            lines_, [&](const std::string& line) { return line.find(text) != std::string::npos; });
    }
    [[nodiscard]] std::string text() const {
        std::string all;
        for (const std::string& line : lines_) {
            all += line + "\n";
        }
        return all;
    }
    [[nodiscard]] bool overflowed() const { return overflowed_; }
    [[nodiscard]] bool emphasized() const { return emphasized_; }
    [[nodiscard]] bool on_own_page() const { return own_page_; }

private:
    void obey(std::string_view sequence) {
        if (sequence == "\033[?1049h" || sequence == "\033[?1049l") {
            own_page_ = sequence.ends_with('h');
        } else if (sequence == "\033[H") {
            row_ = 0;
            lines_.at(0).clear();
        } else if (sequence == "\033[2J") {
            lines_ = {};
        } else if (sequence == "\033[J") {
            for (std::size_t below = row_ + 1; below < rows; ++below) {
                lines_.at(below).clear();
            }
        } else if (sequence == "\033[1m") {
            emphasized_ = true;
        }
    }

    void put(char letter) {
        if (letter == '\n') {
            overflowed_ = overflowed_ || row_ + 1 >= rows;
            row_ = std::min(row_ + 1, rows - 1);
            lines_.at(row_).clear();
        } else if (letter != '\r') {
            lines_.at(row_) += letter;
            overflowed_ = overflowed_ || columns_of(lines_.at(row_)) > columns;
        }
    }

    std::array<std::string, rows> lines_;
    std::size_t row_{};
    std::string pending_;
    bool overflowed_{};
    bool emphasized_{};
    bool own_page_{};
};

// igbtune with a terminal of 80 columns and 24 rows.
class OnTerminal {
public:
    explicit OnTerminal(std::vector<std::string> arguments, bool no_color = false) {
        winsize size{};
        size.ws_row = Screen::rows;
        size.ws_col = Screen::columns;
        int terminal = -1;
        child_ = ::forkpty(&terminal, nullptr, nullptr, &size);
        if (child_ == 0) {
            ::setenv("TERM", "xterm", 1);      // NOLINT(concurrency-mt-unsafe)
            ::setenv("LC_ALL", "C.UTF-8", 1);  // NOLINT(concurrency-mt-unsafe)
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
    igbtune.press("\033[B\033[6~\033[A");
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
