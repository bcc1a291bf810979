// SPDX-License-Identifier: GPL-2.0-only
// The command line with recorded sources: output, error lines, exit codes.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "command_line.hpp"
#include "fake_netlink.hpp"

namespace igbtune::cli {
namespace {

using test::FakeNetlink;
using test::Recording;
using Outcome = test::Said;
using test::run_recorded;
using test::run_with;

TEST(CommandLine, ShowsADevice) {
    const Outcome outcome = run_recorded({"show", "eth0"});
    EXPECT_EQ(outcome.code, ExitCode::ok);
    EXPECT_TRUE(outcome.out.starts_with("eth0: driver igb ")) << outcome.out;
    EXPECT_EQ(outcome.err, "");
}

TEST(CommandLine, WatchesAsOftenAsAsked) {
    const Outcome outcome =
        run_recorded({"stats", "eth0", "--watch", "0.01", "--count", "3", "--json"});
    EXPECT_EQ(outcome.code, ExitCode::ok) << outcome.err;
    std::istringstream lines(outcome.out);
    int records = 0;
    for (std::string line; std::getline(lines, line); ++records) {
        const auto json = nlohmann::json::parse(line);
        EXPECT_GE(json["interval_s"].get<double>(), 0.005);
    }
    EXPECT_EQ(records, 3);
}

TEST(CommandLine, WatchesEverySecondWithoutANumber) {
    const Outcome outcome = run_recorded({"stats", "eth0", "--watch", "--count", "1", "--json"});
    EXPECT_EQ(outcome.code, ExitCode::ok) << outcome.err;
    EXPECT_GE(nlohmann::json::parse(outcome.out)["interval_s"].get<double>(), 0.9);
}

TEST(CommandLine, WrongUsageIsOneLineAndExitCode2) {
    using Words = std::vector<const char*>;
    const std::vector<std::pair<Words, std::string>> cases{
        {{}, "igbtune: a verb is required: show, stats, "},
        {{"replay", "file"}, "igbtune replay: a verb is required: show, stats, ledger, "},
        {{"shwo", "eth0"}, "igbtune: no such verb shwo; did you mean show?\n"},
        {{"frobnicate"},
         "igbtune: no such verb frobnicate; there are: show, stats, ledger, watch, explain, "
         "doctor, "
         "metrics, record, replay, save, set, steer, apply, confirm, rollback, diff, check, "
         "persist, "
         "driver, "
         "completion\n"},
        {{"show"}, "igbtune show: DEV is required; see igbtune show --help\n"},
        {{"show", "eth0", "--jsno"}, "igbtune show: "},
        {{"stats", "eth0", "--count", "3"}, "igbtune stats: --count requires --watch"},
        {{"stats", "eth0", "--watch", "--count", "0"}, "igbtune stats: "},
        {{"stats", "eth0", "--watch", "--count", "x"}, "igbtune stats: "},
        {{"stats", "eth0", "--watch=0"}, "igbtune stats: --watch: '0' is not a number of seconds"},
        {{"stats", "eth0", "--watch=-1"}, "igbtune stats: --watch: "},
        {{"stats", "eth0", "--watch=nan"}, "igbtune stats: --watch: "},
        {{"stats", "eth0", "--watch=1e9"}, "igbtune stats: --watch: "},
        {{"stats", "eth0", "--watch=fast"}, "igbtune stats: --watch: "},
    };
    for (const auto& [arguments, message] : cases) {
        const Outcome outcome = run_recorded(arguments);
        EXPECT_EQ(outcome.code, ExitCode::usage) << message;
        EXPECT_EQ(outcome.out, "") << message;
        EXPECT_TRUE(outcome.err.starts_with(message)) << outcome.err;
        EXPECT_EQ(std::ranges::count(outcome.err, '\n'), 1) << outcome.err;
    }
}

TEST(CommandLine, WhatATerminalWouldObeyIsNoPartOfAnError) {
    const Outcome outcome =
        run_recorded({"metrics", "eth0", "--output", "/nowhere\033[2J\nigbtune: all is well/file"});
    EXPECT_EQ(outcome.code, ExitCode::failure);
    EXPECT_EQ(outcome.err,
              "igbtune: /nowhere?[2J?igbtune: all is well/file.new: No such file or directory\n");
}

TEST(CommandLine, HelpAndVersionAreData) {
    for (const std::vector<const char*>& arguments :
         {std::vector<const char*>{"--help"}, {"show", "--help"}, {"stats", "--help"}}) {
        const Outcome outcome = run_recorded(arguments);
        EXPECT_EQ(outcome.code, ExitCode::ok);
        EXPECT_NE(outcome.out.find("Exit codes:"), std::string::npos) << outcome.out;
        EXPECT_EQ(outcome.err, "");
    }
    const Outcome outcome = run_recorded({"--version"});
    EXPECT_EQ(outcome.code, ExitCode::ok);
    EXPECT_TRUE(outcome.out.starts_with("igbtune ")) << outcome.out;
}

TEST(CommandLine, AMissingDeviceIsAFailure) {
    for (const char* const verb : {"show", "stats"}) {
        const Outcome outcome = run_recorded({verb, "eht0"});
        EXPECT_EQ(outcome.code, ExitCode::failure);
        EXPECT_EQ(outcome.out, "");
        EXPECT_EQ(outcome.err, "igbtune: no such device eht0; did you mean eth0?\n");
    }
}

TEST(CommandLine, TheKernelsRefusalDecidesTheExitCode) {
    for (const auto& [number, code] :
         {std::pair{EPERM, ExitCode::permission}, std::pair{EACCES, ExitCode::permission},
          std::pair{EPROTONOSUPPORT, ExitCode::not_supported}, std::pair{EIO, ExitCode::failure}}) {
        Recording recording("igb");
        FakeNetlink netlink([refusal = number](int, source::ByteView) -> FakeNetlink::Answer {
            return util::error_from_errno(refusal, "");
        });
        source::Sources sources(recording.files, netlink, recording.ethtool);
        const Outcome outcome = run_with(sources, {"show", "eth0"});
        EXPECT_EQ(outcome.code, code);
        EXPECT_EQ(outcome.out, "");
        EXPECT_TRUE(outcome.err.starts_with("igbtune: device eth0: ")) << outcome.err;
    }
}

// On a PCI function, a virtio device, a virtual one and loopback; and on kernels of two ages.
TEST(CommandLine, EveryViewIsUsefulOnEveryDevice) {
    for (const auto& [name, device] :
         {std::pair{"igb", "eth0"}, std::pair{"igb-7.2", "eth0"}, std::pair{"virtio", "net0"},
          std::pair{"veth", "v0"}, std::pair{"loopback", "lo"}}) {
        for (const std::vector<const char*>& arguments :
             {std::vector<const char*>{"show", device},
              {"stats", device},
              {"stats", device, "--all"},
              {"ledger", device},
              {"ledger", device, "--all"},
              {"ledger", device, "--tx"},
              {"ledger", device, "--watch", "0.01", "--count", "1"},
              {"doctor", device},
              {"metrics", device}}) {
            const Outcome outcome = run_recorded(arguments, name);
            EXPECT_EQ(outcome.code, ExitCode::ok) << name << ' ' << arguments[0] << outcome.err;
            EXPECT_EQ(outcome.err, "") << name << ' ' << arguments[0];
            EXPECT_GT(outcome.out.size(), 30U) << name << ' ' << arguments[0];
        }
    }
}

}  // namespace
}  // namespace igbtune::cli
