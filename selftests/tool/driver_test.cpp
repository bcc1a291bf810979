// SPDX-License-Identifier: GPL-2.0-only
// The verb that gives a port to another driver, before it does: what is in its way.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "cli/change.hpp"
#include "command_line.hpp"
#include "folder.hpp"
#include "model/journal.hpp"
#include "source/state_directory.hpp"

namespace igbtune::cli {
namespace {

namespace fs = std::filesystem;

class Driver : public test::InFolder {
protected:
    void SetUp() override {
        InFolder::SetUp();
        fs::create_directories(path("state"));
        ::setenv("IGBTUNE_STATE", path("state").c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
        const std::string function = path("machine/sys/bus/pci/devices/0000:01:00.0");
        fs::create_directories(function);
        fs::create_directories(path("machine/sys/class/net/eth0"));
        fs::create_symlink("../../../drivers/igb", function + "/driver");
        fs::create_symlink("../../../0000:01:00.0", path("machine/sys/class/net/eth0/device"));
    }
    void TearDown() override {
        ::unsetenv("IGBTUNE_STATE");  // NOLINT(concurrency-mt-unsafe)
        InFolder::TearDown();
    }

    test::Said run(std::vector<const char*> arguments) {
        source::Files files(path("machine"));
        source::Sources sources(files, recording_.netlink, recording_.ethtool);
        return test::run_with(sources, std::move(arguments));
    }

    [[nodiscard]] std::string journal(const std::string& folder) const {
        return path(folder) + "/journal-" + *source::network_namespace_number();
    }

private:
    test::Recording recording_{"igb"};
};

TEST_F(Driver, APortThatCarriesOthersIsRefused) {
    std::ofstream(path("machine/sys/class/net/eth0/upper_br0")) << "";
    const test::Said refused = run({"driver", "eth0", "igbr", "--dry-run"});
    EXPECT_EQ(refused.code, ExitCode::not_supported);
    EXPECT_EQ(refused.out, "");
    EXPECT_EQ(refused.err,
              "igbtune: eth0 carries br0, which would not come back with it: take it from there "
              "first\n");
}

TEST_F(Driver, AnEarlierOneThatWasInterruptedGoesBackFirst) {
    std::ofstream(journal("state"))
        << model::journal_text({.id = "1",
                                .stage = model::Stage::applying,
                                .deadline = 0,
                                .plan = {.device = "pci:0000:01:00.0", .changes = {}}});
    const test::Said said = run({"driver", "away0", "igbr"});
    EXPECT_EQ(said.code, ExitCode::failure);
    EXPECT_TRUE(said.err.starts_with("igbtune: an earlier change was interrupted")) << said.err;
    EXPECT_FALSE(fs::exists(journal("state")));
}

// The watchdog leaves the folder that it was begun in.
TEST_F(Driver, TheRecordOfChangesStaysWhereItIs) {
    const fs::path before = fs::current_path();
    source::Files files(path("machine"));
    test::Recording recording("igb");
    source::Sources sources(files, recording.netlink, recording.ethtool);
    fs::current_path(path("."));
    ::setenv("IGBTUNE_STATE", "state", 1);  // NOLINT(concurrency-mt-unsafe)
    model::Transactions changes = transactions(sources);
    fs::current_path("/");
    std::ofstream(journal("state")) << "damaged";
    const auto found = changes.recover();
    fs::current_path(before);
    ASSERT_FALSE(found);
    EXPECT_NE(found.error().message.find("the journal is damaged"), std::string::npos)
        << found.error().message;
}

}  // namespace
}  // namespace igbtune::cli
