// SPDX-License-Identifier: GPL-2.0-only
// Damage on every way in: recordings of real machines, cut off and with bytes changed. Nothing may
// crash, hang or take memory without end; the sanitizers watch. What comes out is whatever can
// still be read.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "model/snapshot.hpp"
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

}  // namespace
}  // namespace igbtune::test
