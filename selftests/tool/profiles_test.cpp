// SPDX-License-Identifier: GPL-2.0-only
// Profiles: those that come with igbtune, what '*' and "spread" mean, and how they outlive a boot.
#include <gtest/gtest.h>

#include <filesystem>

#include "cli/persist.hpp"
#include "command_line.hpp"
#include "folder.hpp"
#include "model/glossary.hpp"
#include "model/profile.hpp"
#include "model/profile_fit.hpp"

namespace igbtune::model {
namespace {

using cli::ExitCode;
using test::run_recorded;
using test::Said;

std::string shipped(const std::string& name) {
    return std::string(IGBTUNE_SOURCE_DIRECTORY) + "/profiles/" + name + ".toml";
}

Profile parsed(const std::string& path) {
    const auto text = source::Files().read(path);
    EXPECT_TRUE(text.ok()) << path;
    auto profile = parse_profile(*text);
    EXPECT_TRUE(profile.ok()) << path << ": " << (profile ? "" : profile.error().message);
    return *profile;
}

class Profiles : public test::InFolder {
protected:
    void SetUp() override {
        InFolder::SetUp();
        // The recording of igb with two queues, and files to set.
        std::filesystem::copy(std::string(IGBTUNE_TEST_DIRECTORY) + "/recorded/igb", path("igb"),
                              std::filesystem::copy_options::recursive |
                                  std::filesystem::copy_options::copy_symlinks);
        put("/sys/devices/system/cpu/online", "2-4\n");
        for (const char* const queue : {"33", "34", "35", "36"}) {
            put(std::string("/proc/irq/") + queue + "/smp_affinity_list", "0\n");
        }
        put("/sys/class/net/eth0/queues/rx-0/rps_flow_cnt", "0\n");
        put("/sys/class/net/eth0/queues/rx-1/rps_flow_cnt", "0\n");
        put("/proc/sys/net/core/somaxconn", "4096\n");
        files_ = std::make_unique<source::Files>(path("igb"));
        sources_ =
            std::make_unique<source::Sources>(*files_, recording_.netlink, recording_.ethtool);
    }

    void put(const std::string& file, const std::string& text) const {
        const std::filesystem::path whole = path("igb") + file;
        std::filesystem::create_directories(whole.parent_path());
        std::ofstream(whole) << text;
    }

    [[nodiscard]] util::Result<Settings> fitted(const std::string& text) {
        const auto profile = parse_profile(text);
        EXPECT_TRUE(profile.ok()) << (profile ? "" : profile.error().message);
        const auto knobs = Knobs::of(*sources_, "eth0");
        EXPECT_TRUE(knobs.ok());
        return fit(*profile, *knobs, online_cpus(*files_));
    }

    source::Sources& sources() { return *sources_; }

private:
    test::Recording recording_{"igb"};
    std::unique_ptr<source::Files> files_;
    std::unique_ptr<source::Sources> sources_;
};

TEST_F(Profiles, ThatComeWithIgbtuneNameOnlyWhatThereIs) {
    for (const char* const name : {"latency", "throughput", "many-core"}) {
        const Profile profile = parsed(shipped(name));
        EXPECT_TRUE(profile.settings.empty()) << name << ": for any device, so all is optional";
        EXPECT_GT(profile.optional.size(), 5U);
        for (const auto& [knob, value] : profile.optional) {
            std::string known = knob;
            if (const auto star = known.find('*'); star != std::string::npos) {
                known.replace(star, 1, "0");
            }
            EXPECT_FALSE(explain(known).empty()) << name << ": " << knob;
        }
        // And it fits.
        const auto text = source::Files().read(shipped(name));
        const auto settings = fitted(*text);
        ASSERT_TRUE(settings.ok()) << settings.error().message;
        EXPECT_FALSE(settings->empty()) << name;
        const auto knobs = Knobs::of(sources(), "eth0");
        EXPECT_TRUE(differences(*knobs, *settings).ok())
            << name << ": " << differences(*knobs, *settings).error().message;
    }
}

TEST_F(Profiles, SpreadQueuesOverTheCpus) {
    const auto settings =
        fitted("[knobs]\n\"rx-*.irq_cpus\" = \"spread\"\n\"rx-*.rps_cpus\" = \"all\"\n");
    ASSERT_TRUE(settings.ok()) << settings.error().message;
    EXPECT_EQ(*settings, (Settings{{"rx-0.irq_cpus", "2"},
                                   {"rx-1.irq_cpus", "3"},
                                   {"rx-0.rps_cpus", "2-4"},
                                   {"rx-1.rps_cpus", "2-4"}}));
}

TEST_F(Profiles, ANameBeatsAStar) {
    const auto settings = fitted(
        "[knobs]\n\"rx-*.rps_flow_cnt\" = 64\nrx-1.rps_flow_cnt = 128\n"
        "[optional]\n\"rx-*.rps_flow_cnt\" = 1\n");
    ASSERT_TRUE(settings.ok()) << settings.error().message;
    EXPECT_EQ(*settings, (Settings{{"rx-1.rps_flow_cnt", "128"}, {"rx-0.rps_flow_cnt", "64"}}));
}

TEST_F(Profiles, OnlyTheOptionalMayBeMissing) {
    EXPECT_TRUE(fitted("[optional]\nno.such = 1\n\"rx-*.nothing\" = 2\n")->empty());
    EXPECT_EQ(fitted("[knobs]\n\"rx-*.nothing\" = 2\n").error().message,
              "eth0 has no knob rx-*.nothing");
    EXPECT_FALSE(fitted("[knobs]\nno.such = 1\n").ok());
    EXPECT_EQ(parse_profile("[other]\n").error().message,
              "line 1: the only tables are [knobs] and [optional]");
}

TEST_F(Profiles, AreAppliedByTheCommandLine) {
    const std::string file = path("profile");
    std::ofstream(file) << "[optional]\nsysctl.net.core.somaxconn = 8192\nno.such = 1\n";
    const Said dry = test::run_with(sources(), {"apply", file.c_str(), "eth0", "--dry-run"});
    EXPECT_EQ(dry.code, ExitCode::ok) << dry.err;
    EXPECT_NE(dry.out.find("sysctl.net.core.somaxconn"), std::string::npos) << dry.out;
    EXPECT_EQ(test::run_with(sources(), {"check", file.c_str(), "eth0"}).code, ExitCode::drift);
    const Said nothing = run_recorded({"apply", "no-such-profile", "eth0"});
    EXPECT_EQ(nothing.code, ExitCode::failure);
    EXPECT_NE(nothing.err.find(": there is no such file, and no such profile in "),
              std::string::npos)
        << nothing.err;
}

TEST_F(Profiles, ACpuThatTheMachineDoesNotHaveIsRefused) {
    put("/sys/devices/system/cpu/possible", "0-7\n");
    const Said said = test::run_with(sources(), {"set", "eth0", "rx-0.rps_cpus=7-8", "--dry-run"});
    EXPECT_EQ(said.code, ExitCode::usage);
    EXPECT_EQ(said.err, "igbtune: rx-0.rps_cpus=7-8: CPUs among 0-7 would be right\n");
    EXPECT_EQ(test::run_with(sources(), {"set", "eth0", "rx-0.rps_cpus=7", "--dry-run"}).code,
              ExitCode::ok);
}

TEST_F(Profiles, OutliveABoot) {
    const std::string root = path("root");
    const std::string kept = root + "/etc/igbtune/eth0.toml";
    const std::string link = root +
                             "/etc/systemd/system/sys-subsystem-net-devices-eth0.device.wants/"
                             "igbtune@eth0.service";
    const std::string latency = shipped("latency");
    const Said said =
        test::run_with(sources(), {"persist", "eth0", latency.c_str(), "--root", root.c_str()});
    EXPECT_EQ(said.code, ExitCode::ok) << said.err;
    EXPECT_EQ(content(kept), content(latency)) << "with its comments";
    ASSERT_TRUE(std::filesystem::is_symlink(link));
    EXPECT_TRUE(
        std::filesystem::read_symlink(link).string().ends_with("/systemd/system/igbtune@.service"));
    // Without a profile what is set now.
    EXPECT_EQ(test::run_with(sources(), {"persist", "eth0", "--root", root.c_str()}).code,
              ExitCode::ok);
    EXPECT_EQ(content(kept), test::run_with(sources(), {"save", "eth0"}).out);

    EXPECT_EQ(run_recorded({"persist", "eth0", "--remove", "--root", root.c_str()}).code,
              ExitCode::ok);
    EXPECT_FALSE(std::filesystem::exists(kept));
    EXPECT_FALSE(std::filesystem::is_symlink(link));
    EXPECT_EQ(run_recorded({"persist", "eth0", "--remove", "--root", root.c_str()}).err,
              "igbtune: nothing is kept for eth0\n");
    EXPECT_EQ(run_recorded({"persist", "../x", "--remove", "--root", root.c_str()}).code,
              ExitCode::usage);
}

TEST_F(Profiles, ThatDoNotFitAreNotKept) {
    const std::string root = path("root");
    const std::string file = path("profile");
    std::ofstream(file) << "[knobs]\nsysctl.net.core.somaxconn = banana\n";
    EXPECT_EQ(
        test::run_with(sources(), {"persist", "eth0", file.c_str(), "--root", root.c_str()}).code,
        ExitCode::usage);
    EXPECT_FALSE(std::filesystem::exists(root));
}

TEST(UnitNames, AreEscapedAsSystemdDoesIt) {
    EXPECT_EQ(cli::unit_name_of("eth0.100"), "eth0.100");
    EXPECT_EQ(cli::unit_name_of("br-lan"), "br\\x2dlan");
    EXPECT_EQ(cli::unit_name_of(".a b"), "\\x2ea\\x20b");
}

}  // namespace
}  // namespace igbtune::model
