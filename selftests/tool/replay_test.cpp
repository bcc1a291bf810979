// SPDX-License-Identifier: GPL-2.0-only
// `igbtune record` and `igbtune replay`, by the command line.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "command_line.hpp"
#include "folder.hpp"
#include "view/html_report.hpp"

namespace igbtune::cli {
namespace {

using test::run_recorded;
using test::Said;
using Json = nlohmann::json;

class Replayed : public test::InFolder {
protected:
    void record(const char* count = "4", const char* every = "0.01") const {
        const Said said =
            run_recorded({"record", "eth0", path().c_str(), "--every", every, "--count", count});
        ASSERT_EQ(said.code, ExitCode::ok) << said.err;
        EXPECT_EQ(said.out, "");
        EXPECT_EQ(said.err, "");
    }

    // With sources that know nothing: all comes from the file.
    [[nodiscard]] Said replay(std::vector<const char*> view,
                              std::vector<const char*> options = {}) const {
        const std::string file = path();
        std::vector<const char*> arguments{"replay", file.c_str()};
        arguments.insert(arguments.end(), options.begin(), options.end());
        arguments.insert(arguments.end(), view.begin(), view.end());
        return run_recorded(arguments, "nothing");
    }
};

TEST_F(Replayed, EveryViewShowsARecording) {
    record();
    const Said show = replay({"show"});
    EXPECT_EQ(show.code, ExitCode::ok) << show.err;
    // What was not available was so for all of the layers.
    const auto facts = [](const std::string& out) {
        return out.substr(0, out.find("\nnot avail"));
    };
    EXPECT_EQ(facts(show.out), facts(run_recorded({"show", "eth0"}).out));

    const Said stats = replay({"stats", "--all"});
    EXPECT_EQ(stats.code, ExitCode::ok) << stats.err;
    EXPECT_NE(stats.out.find("rx_packets"), std::string::npos);

    const Said ledger = replay({"ledger"});
    EXPECT_EQ(ledger.code, ExitCode::ok) << ledger.err;
    EXPECT_TRUE(ledger.out.starts_with("eth0: receive, 0.0")) << ledger.out;
    EXPECT_TRUE(replay({"ledger", "--tx"}).out.starts_with("eth0: transmit, 0.0"));

    EXPECT_EQ(replay({"doctor"}).code, ExitCode::ok);

    const Said metrics = replay({"stats", "--format", "prometheus"});
    EXPECT_EQ(metrics.code, ExitCode::ok) << metrics.err;
    EXPECT_NE(metrics.out.find("igbtune_stats64_rx_packets_total{device=\"eth0\"} "),
              std::string::npos);
}

TEST_F(Replayed, WatchShowsEachIntervalWithoutWaiting) {
    // Far enough apart that a busy machine does not make two samples one interval.
    record("4", "0.05");
    for (const char* const verb : {"stats", "ledger"}) {
        const Said said = replay({verb, "--json", "--watch", "0.01"});
        EXPECT_EQ(said.code, ExitCode::ok) << said.err;
        EXPECT_EQ(std::ranges::count(said.out, '\n'), 3) << verb;
        const Json json = Json::parse(said.out.substr(0, said.out.find('\n')));
        EXPECT_EQ(json["kind"], verb);
        EXPECT_GT(json["interval_s"], 0.005);
    }
    // A day in between is more than there is: one interval of all.
    EXPECT_EQ(std::ranges::count(replay({"stats", "--json", "--watch", "86400"}).out, '\n'), 1);
    EXPECT_EQ(std::ranges::count(replay({"stats", "--json", "--watch", "0.01", "--count", "2"}).out,
                                 '\n'),
              2);
}

TEST_F(Replayed, ALoneSampleIsSinceTheCountersBegan) {
    record("1");
    EXPECT_NE(replay({"ledger"}).out.find("since the counters began"), std::string::npos);
    EXPECT_EQ(replay({"stats", "--watch"}).out, "");
}

TEST_F(Replayed, AReportIsOnePageThatNeedsNoOther) {
    record("6");
    const std::string page = path("page.html");
    const Said said = replay({"report", page.c_str()});
    EXPECT_EQ(said.code, ExitCode::ok) << said.err;
    EXPECT_EQ(said.out, "");
    const std::string html = content(page);
    EXPECT_TRUE(html.starts_with("<!DOCTYPE html>\n")) << html;
    EXPECT_TRUE(html.ends_with("</html>\n"));
    for (const char* const part : {"<svg ", "<polyline ", "packets per second", "unaccounted",
                                   "Received: from the wire to the socket", "Findings"}) {
        EXPECT_NE(html.find(part), std::string::npos) << part;
    }
    for (const char* const elsewhere : {"http:", "https:", "src=", "href=", "url(", "@import"}) {
        EXPECT_EQ(html.find(elsewhere), std::string::npos) << elsewhere;
    }
    // Every element that is opened is closed.
    for (const char* const element : {"table", "svg", "pre", "ul", "li", "h2", "tr", "td"}) {
        const auto count = [&](const std::string& text) {
            std::size_t found = 0;
            for (std::size_t at = html.find(text); at != std::string::npos;
                 at = html.find(text, at + 1)) {
                ++found;
            }
            return found;
        };
        const std::string name = element;
        EXPECT_EQ(count("<" + name + ">") + count("<" + name + " "), count("</" + name + ">"))
            << name;
    }
    EXPECT_EQ(view::html_text("<a href=\"x\">&\033"), "&lt;a href=&quot;x&quot;&gt;&amp;?");
}

TEST_F(Replayed, AReportNeedsAnInterval) {
    record("1");
    EXPECT_EQ(replay({"report", path("page.html").c_str()}).err,
              "igbtune: there is one sample only: nothing lies between\n");
}

TEST_F(Replayed, ATimeLeavesOutTheRest) {
    record();
    const Said nothing = replay({"show"}, {"--from", "2099-01-01T00:00:00Z"});
    EXPECT_EQ(nothing.code, ExitCode::failure);
    EXPECT_EQ(nothing.err, "igbtune: " + path() + ": there is no sample in that time\n");
    EXPECT_EQ(replay({"show"}, {"--from", "2001-01-01", "--to", "2090-01-01T12:00"}).code,
              ExitCode::ok);
    const Said wrong = replay({"show"}, {"--to", "yesterday"});
    EXPECT_EQ(wrong.code, ExitCode::usage);
    EXPECT_EQ(wrong.err,
              "igbtune: --to=yesterday: a time in UTC such as 2026-11-21T06:30:00 would be "
              "right\n");
}

TEST_F(Replayed, RefusesWhatItCannotDo) {
    EXPECT_EQ(replay({"show"}).err, "igbtune: " + path() + ": No such file or directory\n");
    record();
    const Said again =
        run_recorded({"record", "eth0", path().c_str(), "--every", "0.01", "--count", "1"});
    EXPECT_EQ(again.code, ExitCode::failure);
    EXPECT_NE(again.err.find("--append"), std::string::npos);
    EXPECT_EQ(run_recorded(
                  {"record", "eth0", path().c_str(), "--every", "0.01", "--count", "1", "--append"})
                  .code,
              ExitCode::ok);
    EXPECT_EQ(replay({}).code, ExitCode::usage);
    EXPECT_EQ(run_recorded({"record", "eth0", path("x").c_str(), "--every", "0"}).code,
              ExitCode::usage);
    EXPECT_EQ(run_recorded({"record", "eht0", path("x").c_str()}).err,
              "igbtune: no such device eht0; did you mean eth0?\n");
    EXPECT_FALSE(std::filesystem::exists(path("x")));
}

}  // namespace
}  // namespace igbtune::cli
