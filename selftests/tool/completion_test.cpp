// SPDX-License-Identifier: GPL-2.0-only
// The manual and the completion say what --help says: all of it and nothing else.
#include "cli/completion.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "command_line.hpp"
#include "folder.hpp"
#include "util/text.hpp"

namespace igbtune::cli {
namespace {

using test::run_recorded;

class Completion : public test::InFolder {
protected:
    // Whether a program is there; with what it would run on.
    [[nodiscard]] static bool has(const std::string& program) {
        const std::string command = "command -v " + program + " >/dev/null";
        return std::system(command.c_str()) == 0;  // NOLINT(concurrency-mt-unsafe)
    }

    [[nodiscard]] std::string script(const char* shell) const {
        std::ofstream(path(shell)) << run_recorded({"completion", shell}).out;
        return path(shell);
    }

    // What bash would offer for words, of which the last is being typed.
    [[nodiscard]] std::set<std::string> offered(const std::vector<std::string>& words) const {
        std::string program = "source " + script("bash") + "\nigbtune() { " +
                              std::string(IGBTUNE_BINARY) + " \"$@\"; }\nCOMP_WORDS=(igbtune";
        for (const std::string& word : words) {
            program += " '" + word + "'";
        }
        program += ")\nCOMP_CWORD=" + std::to_string(words.size()) +
                   "\n_igbtune\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n";
        std::ofstream(path("program")) << "set -u\n" << program;
        const std::string command =
            "bash " + path("program") + " >" + path("offered") + " 2>" + path("errors");
        EXPECT_EQ(std::system(command.c_str()), 0);  // NOLINT(concurrency-mt-unsafe)
        EXPECT_EQ(content(path("errors")), "");
        std::set<std::string> found;
        const std::string text = content(path("offered"));
        for (const std::string_view line : util::lines(text)) {
            found.emplace(line);
        }
        found.erase("");
        return found;
    }
};

std::vector<std::string> verbs() {
    std::vector<std::string> names;
    const std::string help = run_recorded({"--help"}).out;
    bool below = false;
    for (const std::string_view line : util::lines(help)) {
        below = below || line.starts_with("Verbs");
        const auto words = util::words(line);
        if (below && line.starts_with("  ") && !line.starts_with("   ") && !words.empty()) {
            names.emplace_back(words.front());
        }
        below = below && !line.starts_with("Exit codes");
    }
    return names;
}

std::set<std::string> options_in(const std::string& text) {
    std::set<std::string> found;
    for (std::size_t at = text.find("--"); at != std::string::npos; at = text.find("--", at + 2)) {
        const std::size_t end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz-", at + 2);
        if (end > at + 2) {
            found.insert(text.substr(at, end - at));
        }
    }
    return found;
}

// As a reader sees it.
std::string without_roff(std::string text) {
    for (const auto& [written, meant] :
         {std::pair{"\\fB", ""}, std::pair{"\\fI", ""}, std::pair{"\\fR", ""},
          std::pair{"\\-", "-"}, std::pair{"\\&", ""}}) {
        const std::string_view sequence = written;
        for (std::size_t at = text.find(sequence); at != std::string::npos;
             at = text.find(sequence, at)) {
            text.replace(at, sequence.size(), meant);
        }
    }
    return text;
}

TEST_F(Completion, TheManualHasEveryVerbWithItsOptions) {
    const std::string page = without_roff(run_recorded({"completion", "man"}).out);
    ASSERT_GT(verbs().size(), 14U);
    for (const std::string& verb : verbs()) {
        const std::size_t begin = page.find("\n.SS " + verb);
        ASSERT_NE(begin, std::string::npos) << verb;
        const std::string section = page.substr(begin, page.find("\n.S", begin + 1) - begin);
        const std::string help = run_recorded({verb.c_str(), "--help"}).out;
        EXPECT_EQ(options_in(section), options_in(help)) << verb;
        EXPECT_NE(page.find("\nigbtune " + verb), std::string::npos) << "in the synopsis";
    }
    for (const char* const code : {"0", "1", "2", "3", "4", "5"}) {
        EXPECT_NE(page.find("\n.TP\n.B " + std::string(code) + "\n"), std::string::npos) << code;
    }
}

TEST_F(Completion, TheManualIsProperRoff) {
    if (!has("groff")) {
        GTEST_SKIP() << "there is no groff";
    }
    std::ofstream(path("counters")) << run_recorded({"explain", "--man"}).out;
    for (const std::string& page : {script("man"), path("counters")}) {
        const std::string command =
            "groff -man -Tutf8 -ww -rCHECKSTYLE=2 " + page + " >/dev/null 2>" + path("errors");
        EXPECT_EQ(std::system(command.c_str()), 0);  // NOLINT(concurrency-mt-unsafe)
        EXPECT_EQ(content(path("errors")), "") << page;
    }
}

TEST_F(Completion, BashOffersWhatIsRight) {
    if (!has("bash")) {
        GTEST_SKIP() << "there is no bash";
    }
    using Words = std::set<std::string>;
    EXPECT_EQ(offered({"le"}), (Words{"ledger"}));
    EXPECT_EQ(offered({"re"}), (Words{"record", "replay"}));
    const auto all = verbs();
    EXPECT_EQ(offered({""}), Words(all.begin(), all.end()));
    if (std::filesystem::exists("/sys/class/net/lo")) {
        EXPECT_TRUE(offered({"ledger", ""}).contains("lo"));
        EXPECT_EQ(offered({"ledger", "--tx", "l"}), (Words{"lo"}));
    }
    EXPECT_EQ(offered({"ledger", "lo", "--t"}), (Words{"--tx"}));
    EXPECT_EQ(offered({"stats", "lo", "--format", ""}), (Words{"text", "json", "prometheus"}));
    EXPECT_EQ(offered({"completion", ""}), (Words{"bash", "zsh", "fish", "man"}));
    EXPECT_EQ(offered({"replay", path("bas")}), (Words{path("bash")}));
    EXPECT_EQ(offered({"replay", "file", "led"}), (Words{"ledger"}));
    EXPECT_EQ(offered({"replay", "file", "ledger", "--wat"}), (Words{"--watch"}));
    EXPECT_EQ(offered({"explain", "udp.Rcv"}), (Words{"udp.RcvbufErrors"}));
    EXPECT_EQ(offered({"set", "lo", "mt"}), (Words{}));
    EXPECT_EQ(offered({"set", "lo", "sysctl.net.core.netdev_budget_"}),
              (Words{"sysctl.net.core.netdev_budget_usecs="}));
    EXPECT_EQ(offered({"record", "lo", path("bas")}), (Words{path("bash")}));
    EXPECT_EQ(offered({"stats", "lo", "--count", ""}), (Words{}));
}

TEST_F(Completion, TheOtherShellsUnderstandTheirs) {
    for (const char* const shell : {"bash", "zsh", "fish"}) {
        const std::string text = run_recorded({"completion", shell}).out;
        for (const std::string& verb : verbs()) {
            EXPECT_NE(text.find(verb), std::string::npos) << shell << ": " << verb;
        }
        if (has(shell)) {
            const std::string command = std::string(shell) + " -n " + script(shell);
            EXPECT_EQ(std::system(command.c_str()), 0) << shell;  // NOLINT(concurrency-mt-unsafe)
        }
    }
}

}  // namespace
}  // namespace igbtune::cli
