// SPDX-License-Identifier: GPL-2.0-only
// The command line, the command socket's language, scenario files.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <filesystem>
#include <fstream>

#include "control/control_socket.hpp"
#include "control/scenario.hpp"
#include "tests/support.hpp"

namespace igbmodel::test {
namespace {

TEST(NicOption, ReadsItsPairs) {
    const auto setup =
        parse_nic("socket=/x,mac=i350,address=52:54:00:00:00:07,port=cable:c,irq=msi", 3);
    ASSERT_TRUE(setup.ok()) << setup.error().text;
    EXPECT_EQ(setup.value().nic.spec->device_id, 0x1521);
    EXPECT_EQ(setup.value().nic.address, (MacAddress{0x52, 0x54, 0, 0, 0, 7}));
    EXPECT_EQ(setup.value().nic.name, "nic3");
    EXPECT_FALSE(setup.value().nic.with_msix);
    EXPECT_TRUE(setup.value().nic.with_msi);
}

TEST(NicOption, SaysWhatIsWrong) {
    const auto error = [](const char* text) {
        const auto setup = parse_nic(text, 0);
        return setup.ok() ? std::string() : setup.error().text;
    };
    EXPECT_NE(error("mac=82576").find("socket=PATH"), std::string::npos);
    EXPECT_NE(error("socket=/x,mac=i999").find("i350"), std::string::npos)
        << "names the MACs there are";
    EXPECT_NE(error("socket=/x,address=01:00:00:00:00:01").find("unicast"), std::string::npos);
    EXPECT_NE(error("socket=/x,irq=some").find("intx"), std::string::npos);
    EXPECT_NE(error("socket=/x,speed=7").find("vectors"), std::string::npos);
    EXPECT_NE(error("socket=/x,vectors=26").find("the 82576 has 25"), std::string::npos);
    EXPECT_NE(error("socket=/x,vectors=25,mac=i210").find("the i210 has 5"), std::string::npos);
    EXPECT_EQ(error("socket=/x,vectors=5,mac=i210"), "");
    EXPECT_NE(error("socket=/x,vectors=0").find("vectors=0; it is a number from 1"),
              std::string::npos);
    EXPECT_NE(error("socket=/x,seed=x").find("decimal number"), std::string::npos);
    EXPECT_NE(error("socket").find("key=value"), std::string::npos);
}

class CommandTest : public testing::Test {
protected:
    void SetUp() override {
        folder = std::filesystem::temp_directory_path() /
                 ("igb-model-test-" + std::to_string(::getpid()));
        std::filesystem::create_directories(folder);
        Options options;
        auto setup = parse_nic("socket=" + (folder / "s").string() + ",mac=82576", 0);
        ASSERT_TRUE(setup.ok());
        options.nics.push_back(std::move(setup.value()));
        ASSERT_TRUE(machine.build(options).ok());
        Nic& nic = machine.find("nic0")->nic;
        nic.connect(port);
        nic.partner_changed(full_offer());
        nic.write(reg::CTRL, reg::CTRL_SLU);
        nic.write(reg::RCTL, reg::RCTL_EN);
    }
    void TearDown() override { std::filesystem::remove_all(folder); }
    nlohmann::json ask(const std::string& line) { return commands.run_line(line); }

    std::filesystem::path folder;
    FakePort port;
    Loop loop;
    Machine machine{loop};
    Commands commands{machine, loop};
};

TEST_F(CommandTest, CountsWhatIsGenerated) {
    EXPECT_EQ(ask(R"({"do":"generate","kind":"udp6","count":5,"flows":3})")["frames"], 5);
    EXPECT_EQ(ask(R"({"do":"generate","kind":"tcp4","count":2,"source":"10.0.0.1","bad_crc":true})")
                  ["ok"],
              true);
    EXPECT_EQ(ask(R"({"do":"inject","hex":"020000000001020000000099880000"})")["ok"], true);
    const auto seen = ask(R"({"do":"statistics"})");
    EXPECT_EQ(seen["rx"]["offered"], 8);
    EXPECT_EQ(seen["link"], true);
    EXPECT_EQ(machine.find("nic0")->nic.read(reg::CRCERRS), 2U);
    EXPECT_EQ(machine.find("nic0")->nic.read(reg::RUC), 1U);
    EXPECT_EQ(ask(R"({"do":"register","offset":256})")["value"], reg::RCTL_EN);
}

TEST_F(CommandTest, ArmsAndClearsFaults) {
    EXPECT_EQ(ask(R"({"do":"fault","fault":"rx_crc","count":3})")["ok"], true);
    ask(R"({"do":"generate","count":10})");
    EXPECT_EQ(ask(R"({"do":"statistics"})")["faults"]["rx_crc"], 3);
    EXPECT_EQ(ask(R"({"do":"fault","fault":"rx_drop"})")["ok"], true);
    EXPECT_EQ(ask(R"({"do":"clear","fault":"rx_drop"})")["ok"], true);
    ask(R"({"do":"generate","count":10})");
    EXPECT_FALSE(ask(R"({"do":"statistics"})")["faults"].contains("rx_drop"));
    ask(R"({"do":"fault","fault":"tx_hang"})");
    EXPECT_TRUE(machine.find("nic0")->nic.faults().armed());
    ask(R"({"do":"clear"})");
    EXPECT_FALSE(machine.find("nic0")->nic.faults().armed());
}

TEST_F(CommandTest, PullsTheCableAndCountsIt) {
    ask(R"({"do":"cable","plugged":false})");
    EXPECT_EQ(ask(R"({"do":"statistics"})")["link"], false);
    ask(R"({"do":"cable","plugged":true})");
    EXPECT_EQ(ask(R"({"do":"statistics"})")["link"], true);
    EXPECT_EQ(ask(R"({"do":"aer","uncorrectable":true,"bits":16384})")["ok"], true);
    const auto faults = ask(R"({"do":"statistics"})")["faults"];
    EXPECT_EQ(faults["link_flap"], 1);
    EXPECT_EQ(faults["aer"], 1);
}

TEST_F(CommandTest, MisbehavesByChanceForSoManyFrames) {
    EXPECT_EQ(ask(R"({"do":"random","seed":5,"frames":40})")["ok"], true);
    ask(R"({"do":"generate","count":15})");
    EXPECT_EQ(ask(R"({"do":"statistics"})")["frames_left"], 25);
    ask(R"({"do":"clear"})");
    EXPECT_EQ(ask(R"({"do":"statistics"})")["frames_left"], 0);
}

TEST_F(CommandTest, MovesAPin) {
    constexpr u32 data0 = bit(18);
    EXPECT_EQ(ask(R"({"do":"pin","pin":0,"level":true})")["ok"], true);
    EXPECT_NE(machine.find("nic0")->nic.read(reg::CTRL) & data0, 0U);
    EXPECT_EQ(ask(R"({"do":"pin","pin":4})")["ok"], false);
}

TEST_F(CommandTest, ReplaysACapture) {
    const std::string path = (folder / "x.pcap").string();
    {
        auto writer = PcapWriter::create(path);
        ASSERT_TRUE(writer.ok());
        for (u64 i = 0; i < 3; ++i) {
            writer.value().write(make_frame({}), i);
        }
    }
    EXPECT_EQ(ask(R"({"do":"replay","file":")" + path + R"("})")["frames"], 3);
    EXPECT_EQ(ask(R"({"do":"statistics"})")["rx"]["offered"], 3);
}

TEST_F(CommandTest, AnAccessOutsideAMapFailsTheRun) {
    Slot& slot = *machine.find("nic0");
    EXPECT_EQ(machine.driver_faults(), 0U);
    slot.nic.write(reg::rx(0, reg::RDLEN), 0x1000);
    slot.nic.write(reg::rx(0, reg::RDBAL), 0x7000);
    slot.nic.write(reg::rx(0, reg::SRRCTL), 0x02000002);
    slot.nic.write(reg::rx(0, reg::RXDCTL), reg::QUEUE_ENABLE);
    slot.nic.write(reg::rx(0, reg::RDT), 100);
    slot.nic.region_write(region_config, 4, Bytes{0x06, 0x00});
    ask(R"({"do":"generate"})");
    EXPECT_EQ(machine.driver_faults(), 1U);
    const auto seen = ask(R"({"do":"statistics"})")["dma_faults"];
    EXPECT_EQ(seen["outside"], 1);
    EXPECT_NE(seen["last"].get<std::string>().find("0x7000"), std::string::npos);
}

TEST_F(CommandTest, MemoryOutOfReachEndsTheRun) {
    Slot& slot = *machine.find("nic0");
    ASSERT_TRUE(slot.dma.map(vfu::DmaMap{3, 0, 0, 0x100000}, UniqueFd{}).ok());
    EXPECT_TRUE(machine.verdict().ok());
    loop.at(loop.now_ns(), [&slot] { slot.nic.region_write(region_config, 4, Bytes{0x06, 0x00}); });
    loop.at(loop.now_ns() + 5'000'000'000, [this] { loop.stop(); });
    const u64 begin = loop.now_ns();
    loop.run();
    EXPECT_LT(loop.now_ns() - begin, 5'000'000'000U);
    ASSERT_FALSE(machine.verdict().ok());
    EXPECT_NE(machine.verdict().error().text.find("nic0: QEMU shares no guest memory"),
              std::string::npos);
}

TEST_F(CommandTest, AnswersNonsenseWithAnError) {
    for (const char* line :
         {"", "7", "{", R"({"do":"dance"})", R"({"do":"statistics","nic":"nobody"})",
          R"({"do":"fault","fault":"none"})", R"({"do":"inject","hex":"0"})",
          R"({"do":"inject","hex":"0g0000000000000000000000000000"})",
          R"({"do":"inject","hex":"g00000000000000000000000000000"})",
          R"({"do":"generate","kind":"ipx"})", R"({"do":"generate","source":"::1"})",
          R"({"do":"generate","count":2000000})", R"({"do":"register","offset":131072})",
          R"({"do":"replay","file":"/none"})"}) {
        const auto answer = ask(line);
        EXPECT_EQ(answer["ok"], false) << line;
        EXPECT_FALSE(answer["error"].get<std::string>().empty()) << line;
    }
}

TEST_F(CommandTest, TheSocketAnswersNonsenseAndLivesOn) {
    const std::string path = (folder / "control").string();
    ControlSocket control(loop, commands);
    ASSERT_TRUE(control.listen(path).ok());
    const UniqueFd client = connect_to(path);
    const auto answer = [&](const std::string& line) {
        EXPECT_EQ(::send(client.get(), line.data(), line.size(), 0),
                  static_cast<ssize_t>(line.size()));
        turn(loop, 2);
        std::array<char, 65536> bytes{};
        const ssize_t count = ::recv(client.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
        return std::string(bytes.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
    };
    const std::string bad = answer("{\"do\":\"inject\",\"hex\":\"€€€€€€€€€€€€€€\"}\n");
    EXPECT_NE(bad.find("\"ok\":false"), std::string::npos) << bad;
    EXPECT_NE(answer("{\"do\":\"clear\"}\n").find("\"ok\":true"), std::string::npos);
}

TEST_F(CommandTest, ScenarioStepsRunAtTheirTime) {
    const std::string path = (folder / "s.toml").string();
    std::ofstream(path) << "[[step]]\nafter_ms = 30\ndo = \"generate\"\ncount = 4\n"
                           "[[step]]\ndo = \"fault\"\nfault = \"rx_crc\"\nprobability = 1.0\n";
    const auto steps = parse_scenario(path, commands);
    ASSERT_TRUE(steps.ok()) << steps.error().text;
    ASSERT_EQ(steps.value().size(), 2U);
    schedule(steps.value(), commands, loop);
    loop.at(loop.now_ns() + 100'000'000, [this] { loop.stop(); });
    loop.run();
    EXPECT_EQ(machine.find("nic0")->nic.faults().done(Fault::rx_crc), 4U);
}

TEST_F(CommandTest, ABrokenScenarioIsRefusedWithTheReason) {
    const std::string path = (folder / "s.toml").string();
    const auto error = [&] {
        const auto steps = parse_scenario(path, commands);
        return steps.ok() ? std::string() : steps.error().text;
    };
    EXPECT_EQ(error().find(path), 0U) << "there is no file";
    for (const auto& [content, wanted] : std::vector<std::pair<const char*, const char*>>{
             {"[[step]]\ndo = \"clear\"\n[[step]\n", ":3: "},
             {"x = 1\n", ": a scenario consists of [[step]] tables"},
             {"step = 3\n", ": a scenario consists of [[step]] tables"},
             {"[[step]]\ndo = [1]\n", ": step 1: do: a string, number or boolean is needed"},
             {"[[step]]\ncount = -1\n", ": step 1: count: a number of zero or more is needed"},
             {"[[step]]\ndo = \"clear\"\n[[step]]\nafter_ms = \"30\"\ndo = \"clear\"\n",
              ": step 2: after_ms: a number of milliseconds is needed, not \"30\""},
             {"[[step]]\ndo = \"dance\"\n", ": step 1: do: there is no 'dance'; there are stat"},
             {"[[step]]\ndo = \"fault\"\nfault = \"rx_crk\"\n",
              ": step 1: fault: there is no 'rx_crk'"},
             {"[[step]]\ndo = \"clear\"\nnic = \"nobody\"\n", ": step 1: nic: there is no nobody"},
             {"[[step]]\ndo = \"generate\"\ncuont = 3\n",
              ": step 1: cuont: generate has no such key; there are kind, source"}}) {
        std::ofstream(path) << content;
        EXPECT_EQ(error().find(path + wanted), 0U) << content << error();
    }
}

TEST_F(CommandTest, NamesTheKeyThatIsWrong) {
    for (const auto& [line, wanted] : std::vector<std::pair<const char*, const char*>>{
             {R"({"do":"fault","fault":"rx_crc","count":-1})",
              "count: a number, 0 or more, is needed, not -1"},
             {R"({"do":"fault","fault":"rx_crc","count":"3"})",
              "count: a number, 0 or more, is needed, not \"3\""},
             {R"({"do":"fault","fault":"rx_crc","cuont":3})",
              "cuont: fault has no such key; there are fault, queue, skip, count, every, value, "
              "probability, ms"},
             {R"({"do":"fault","fault":"rx_crc","ms":"500"})",
              "ms: a number from 0 to 1000000000 is needed, not \"500\""},
             {R"({"do":"fault","fault":"rx_crc","probability":2})",
              "probability: a number from 0 to 1 is needed, not 2"},
             {R"({"do":"fault","fault":"rx_crc","every":0})",
              "every: a number, 1 or more, is needed, not 0"},
             {R"({"do":"register","offset":-4})",
              "offset: a number from 0 to 131071 is needed, not -4"},
             {R"({"do":"register","offset":2})", "offset: a multiple of four is needed"},
             {R"({"do":"generate","tci":-1})", "tci: a number from 0 to 65535 is needed, not -1"},
             {R"({"do":"generate","source":7})", "source: a text is needed, not 7"},
             {R"({"do":"cable","plugged":"no"})", "plugged: true or false is needed, not \"no\""},
             {R"({"do":"pin"})", "pin: 0 to 3, the pins SDP0 to SDP3"},
             {R"({"do":"remove","now":true})", "now: remove has no such key; there are none"},
             {R"({"do":"fault","fault":"link_flap","count":2})",
              "count: link_flap is done at once and once; it has ms alone"},
             {R"({"do":"fault","fault":"aer","every":2})",
              "every: aer is done at once and once; it has value alone"},
             {R"({"do":"fault","fault":"aer","value":1})", "value: only bits of 0x1ff030"},
             {R"({"do":"aer","uncorrectable":true,"bits":1})",
              "bits: only those of 0x1ff030, and at least one"}}) {
        const auto answer = ask(line);
        EXPECT_EQ(answer["ok"], false) << line;
        EXPECT_EQ(answer["error"], wanted) << line;
    }
    EXPECT_EQ(ask(R"({"do":"statistics"})")["faults"].size(), 0U) << "nothing was done";
    EXPECT_FALSE(machine.find("nic0")->nic.faults().armed());
}

}  // namespace
}  // namespace igbmodel::test
