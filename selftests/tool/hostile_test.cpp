// SPDX-License-Identifier: GPL-2.0-only
// Damage on every way in: recordings of real machines, cut off and with bytes changed. Nothing may
// crash, hang or take memory without end; the sanitizers watch. What comes out is whatever can
// still be read.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "model/snapshot.hpp"
#include "parsers.hpp"
#include "recorded_sources.hpp"
#include "source/interrupts.hpp"
#include "source/mib.hpp"
#include "source/sockets.hpp"
#include "source/softnet.hpp"
#include "util/cpu_set.hpp"
#include "view/json.hpp"
#include "view/show_text.hpp"
#include "view/stats_text.hpp"

namespace igbtune::test {
namespace {

// The same damage in every run.
class Dice {
public:
    std::size_t below(std::size_t limit) {
        return std::uniform_int_distribution<std::size_t>(0, limit - 1)(engine_);
    }

private:
    std::mt19937 engine_{20261120};  // NOLINT(cert-msc51-cpp,bugprone-random-generator-seed)
};

void look_at_everything(Recording& recording, const std::string& device) {
    auto observer = model::Observer::of(recording.sources, device);
    if (!observer) {
        EXPECT_FALSE(observer.error().message.empty());
        return;
    }
    const auto snapshot = observer->take(model::Extent::all_layers);
    if (!snapshot) {
        EXPECT_FALSE(snapshot.error().message.empty());
        return;
    }
    EXPECT_FALSE(view::show_text(*snapshot, {}).empty());
    EXPECT_FALSE(view::stats_text(*snapshot, view::Zeros::shown, {}).empty());
    EXPECT_FALSE(view::stats_json(*snapshot, view::JsonLayout::one_line).empty());
}

const std::vector<std::pair<std::string, std::string>>& recordings() {
    static const std::vector<std::pair<std::string, std::string>> all{
        {"igb", "eth0"}, {"igb-7.2", "eth0"}, {"virtio", "net0"}, {"veth", "v0"}};
    return all;
}

TEST(Hostile, NetlinkAnswersCutOffAnywhereAreSurvived) {
    for (const auto& [name, device] : recordings()) {
        Recording whole(name);
        std::size_t longest = 0;
        for (const auto& [key, replies] : whole.netlink.answers()) {
            for (const Bytes& reply : replies) {
                longest = std::max(longest, reply.size());
            }
        }
        ASSERT_GT(longest, 1000U);
        for (std::size_t length = 0; length < longest; length += 61) {
            Recording recording(name);
            for (auto& [key, replies] : recording.netlink.answers()) {
                for (Bytes& reply : replies) {
                    reply.resize(std::min(reply.size(), length));
                    reply.shrink_to_fit();
                }
            }
            look_at_everything(recording, device);
        }
    }
}

TEST(Hostile, NetlinkAnswersWithChangedBytesAreSurvived) {
    Dice dice;
    for (int round = 0; round < 20; ++round) {
        for (const auto& [name, device] : recordings()) {
            Recording recording(name);
            for (auto& [key, replies] : recording.netlink.answers()) {
                for (Bytes& reply : replies) {
                    for (int change = 0; change < 4 && reply.size() > 16; ++change) {
                        // Behind the message's own header: this one the transport has checked.
                        reply[16 + dice.below(reply.size() - 16)] =
                            static_cast<std::byte>(dice.below(256));
                    }
                }
            }
            look_at_everything(recording, device);
        }
    }
}

TEST(Hostile, EthtoolAnswersWithChangedBytesAreSurvived) {
    Dice dice;
    for (int round = 0; round < 20; ++round) {
        Recording recording("igb");
        for (auto& [key, answer] : recording.ethtool.answers()) {
            for (int change = 0; change < 4 && !answer.empty(); ++change) {
                answer[dice.below(std::min<std::size_t>(answer.size(), 64))] =
                    static_cast<std::byte>(dice.below(256));
            }
        }
        look_at_everything(recording, "eth0");
    }
}

void parse_as_everything(const std::string& text) {
    (void)source::parse_interrupts(text).ok();
    (void)source::parse_softnet(text).ok();
    (void)source::parse_network_softirqs(text).ok();
    (void)source::parse_paired_mibs(text).ok();
    (void)source::parse_listed_mibs(text).ok();
    (void)source::parse_sockets(text, "udp").ok();
    (void)util::CpuSet::from_list(text).ok();
    (void)util::CpuSet::from_mask(text).ok();
}

TEST(Hostile, FilesThatAreCutOffOrDamagedAreSurvived) {
    constexpr std::string_view alphabet = "0123456789abcdef :,-.\n\t\0x\xff";
    Dice dice;
    const Recording recording("igb");
    for (const char* const path :
         {"/proc/interrupts", "/proc/softirqs", "/proc/net/softnet_stat", "/proc/net/snmp",
          "/proc/net/snmp6", "/proc/net/netstat", "/proc/net/udp", "/proc/net/udp6"}) {
        const auto whole = recording.files.read(path);
        ASSERT_TRUE(whole.ok()) << path;
        for (std::size_t length = 0; length < whole->size(); length += 151) {
            parse_as_everything(whole->substr(0, length));
        }
        for (int round = 0; round < 25; ++round) {
            std::string damaged = *whole;
            for (int change = 0; change < 8 && !damaged.empty(); ++change) {
                damaged[dice.below(damaged.size())] = alphabet[dice.below(alphabet.size())];
            }
            parse_as_everything(damaged);
        }
    }
    std::string binary(20000, '\0');
    std::ranges::generate(binary, [&] { return static_cast<char>(dice.below(256)); });
    parse_as_everything(binary);
    parse_as_everything(std::string(20000, '9'));
    parse_as_everything(std::string(20000, ','));
    parse_as_everything(std::string(20000, '\n'));
}

// What every parser takes, as a beginning for damage.
std::vector<std::string> well_formed() {
    const Recording recording("igb");
    std::vector<std::string> inputs;
    for (const char* const path :
         {"/proc/interrupts", "/proc/softirqs", "/proc/net/softnet_stat", "/proc/net/snmp",
          "/proc/net/snmp6", "/proc/net/netstat", "/proc/net/udp"}) {
        if (auto text = recording.files.read(path)) {
            inputs.push_back(std::move(*text));
        }
    }
    for (const char* const text :
         {"sockets: used 5\nTCP: inuse 5 orphan 0 tw 0 alloc 7 mem 1\n", "0-3,8,10-65535",
          "ffffffff,0000000f", "[knobs]\nrings.rx = 512\n\"rx-*.rps_cpus\" = \"0-3\"\n", "a=b",
          "equal 4", "0*64,1*64", "6d:5a:56", "sdfn", "rx_queue_0_packets", "eth0-TxRx-3",
          "queue[rx 0].drops", "\033[A\033[6~q", R"({"t":1,"r":1,"c":[0,1]})"}) {
        inputs.emplace_back(text);
    }
    Recording messages("igb-7.2");
    for (const auto& [key, replies] : messages.netlink.answers()) {
        for (const Bytes& reply : replies) {
            inputs.emplace_back(reinterpret_cast<const char*>(reply.data()), reply.size());
        }
    }
    return inputs;
}

TEST(Hostile, EveryParserSurvivesWhatOthersTakeAndItsRuins) {
    const std::vector<std::string> inputs = well_formed();
    ASSERT_GT(inputs.size(), 40U);
    Dice dice;
    const std::size_t texts = text_parser_count();
    const auto parse = [texts](std::size_t parser, std::string input) {
        const bool text = parser < texts;
        input.insert(input.begin(), static_cast<char>(text ? parser : parser - texts));
        (text ? parse_text : parse_message)(std::as_bytes(std::span(input)));
    };
    for (std::size_t parser = 0; parser < texts + message_parser_count(); ++parser) {
        for (const std::string& input : inputs) {
            parse(parser, input);
        }
        for (int round = 0; round < 300; ++round) {
            std::string damaged = inputs[dice.below(inputs.size())].substr(0, 4000);
            for (int change = 0; change < 6 && !damaged.empty(); ++change) {
                const std::size_t place = dice.below(damaged.size());
                switch (dice.below(4)) {
                    case 0:
                        damaged[place] = static_cast<char>(dice.below(256));
                        break;
                    case 1:
                        damaged.erase(place, 1 + dice.below(8));
                        break;
                    case 2:
                        damaged.insert(place, damaged.substr(place, dice.below(40)));
                        break;
                    default:
                        damaged.resize(place);
                }
            }
            parse(parser, damaged);
        }
    }
}

}  // namespace
}  // namespace igbtune::test
