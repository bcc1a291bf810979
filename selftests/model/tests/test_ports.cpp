// SPDX-License-Identifier: GPL-2.0-only
// Cables, wires between processes, capture files.
#include <gtest/gtest.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "ports/cable.hpp"
#include "ports/pcap.hpp"
#include "ports/tap.hpp"
#include "ports/wire.hpp"
#include "tests/support.hpp"

namespace igbmodel::test {
namespace {

class Listener final : public PortUser {
public:
    void frame_arrived(Bytes frame, bool /*bad_crc*/) override {
        frames.push_back(std::move(frame));
    }
    void partner_changed(const PhyOffer& offer) override { partner = offer; }

    std::vector<Bytes> frames;
    PhyOffer partner;
};

TEST(Cable, CarriesFramesAndOffersBothWays) {
    Cable cable;
    Listener left;
    Listener right;
    cable.end(0).attach(left);
    cable.end(0).own_offer(full_offer());
    cable.end(1).attach(right);
    EXPECT_TRUE(right.partner.active) << "an offer made before the other end was there";
    EXPECT_FALSE(left.partner.active);
    cable.end(1).own_offer(full_offer());
    EXPECT_TRUE(left.partner.active);
    cable.end(0).send(Bytes(60, 1));
    cable.end(1).send(Bytes(61, 2));
    EXPECT_EQ(right.frames, std::vector<Bytes>{Bytes(60, 1)});
    EXPECT_EQ(left.frames, std::vector<Bytes>{Bytes(61, 2)});
}

std::string fresh_directory() {
    std::string name = (std::filesystem::temp_directory_path() / "igb-model-XXXXXX").string();
    return ::mkdtemp(name.data()) != nullptr ? name : std::string();
}

TEST(Wire, FindsThePeerWhicheverComesFirst) {
    const std::string folder = fresh_directory();
    ASSERT_FALSE(folder.empty());
    Loop loop;
    auto left = WirePort::open(loop, folder + "/a:" + folder + "/b");
    ASSERT_TRUE(left.ok()) << left.error().text;
    Listener left_user;
    Listener right_user;
    left.value()->attach(left_user);
    left.value()->own_offer(full_offer());  // nobody listens yet
    auto right = WirePort::open(loop, folder + "/b:" + folder + "/a");
    ASSERT_TRUE(right.ok()) << right.error().text;
    right.value()->attach(right_user);
    PhyOffer slow = full_offer();
    slow.gigabit = 0;
    slow.forced = LinkState{false, 100, true};
    right.value()->own_offer(slow);
    right.value()->send(Bytes(60, 3));
    loop.at(loop.now_ns() + 50'000'000, [&loop] { loop.stop(); });
    loop.run();
    EXPECT_EQ(left_user.partner, slow);
    EXPECT_EQ(right_user.partner, full_offer());
    EXPECT_EQ(left_user.frames, std::vector<Bytes>{Bytes(60, 3)});
    EXPECT_FALSE(WirePort::open(loop, "only-one").ok());
    std::filesystem::remove_all(folder);
}

// The host's side of a tap: a raw socket on it.
class TapInterface {
public:
    explicit TapInterface(const char* name) : socket_(::socket(AF_PACKET, SOCK_RAW, 0)) {
        ifreq request{};
        std::copy_n(name, std::min(std::strlen(name), sizeof request.ifr_name - 1),
                    request.ifr_name);
        request.ifr_flags = IFF_UP;
        sockaddr_ll address{};
        address.sll_family = AF_PACKET;
        address.sll_protocol = 0xb588;  // 88B5h, for experiments
        address.sll_ifindex = static_cast<int>(::if_nametoindex(name));
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): ioctl has no other form
        const bool up = ::ioctl(socket_.get(), SIOCSIFFLAGS, &request) == 0;
        good_ = up && ::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address),
                             sizeof address) == 0;
    }
    [[nodiscard]] bool good() const { return good_; }
    void send(const Bytes& frame) const {
        EXPECT_EQ(::send(socket_.get(), frame.data(), frame.size(), 0),
                  static_cast<ssize_t>(frame.size()));
    }
    [[nodiscard]] Bytes receive() const {
        Bytes frame(2000);
        const ssize_t count = ::recv(socket_.get(), frame.data(), frame.size(), MSG_DONTWAIT);
        frame.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
        return frame;
    }

private:
    UniqueFd socket_;
    bool good_ = false;
};

TEST(Tap, CarriesFramesToAndFromAnInterface) {
    if (::access("/dev/net/tun", R_OK | W_OK) != 0 || ::unshare(CLONE_NEWNET) != 0) {
        GTEST_SKIP() << "no /dev/net/tun, or no right to a network namespace";
    }
    Loop loop;
    auto tap = TapPort::open(loop, "model0");
    ASSERT_TRUE(tap.ok()) << tap.error().text;
    Listener listener;
    tap.value()->attach(listener);
    EXPECT_TRUE(listener.partner.active);
    const TapInterface host("model0");
    ASSERT_TRUE(host.good());
    Bytes frame(60, 7);
    frame[12] = 0x88;
    frame[13] = 0xb5;
    host.send(Bytes(frame.begin(), frame.begin() + 20));
    loop.at(loop.now_ns() + 100'000'000, [&loop] { loop.stop(); });
    loop.run();
    Bytes padded(frame.begin(), frame.begin() + 20);
    padded.resize(Port::shortest_frame, 0);
    EXPECT_NE(std::ranges::find(listener.frames, padded), listener.frames.end())
        << "of " << listener.frames.size() << " frames";
    tap.value()->send(frame);
    EXPECT_EQ(host.receive(), frame);
    EXPECT_FALSE(TapPort::open(loop, "").ok());
    EXPECT_FALSE(TapPort::open(loop, "a-name-that-is-too-long").ok());
}

TEST(Pcap, WhatIsWrittenIsReadBack) {
    const std::string folder = fresh_directory();
    const std::string path = folder + "/x.pcap";
    {
        auto writer = PcapWriter::create(path);
        ASSERT_TRUE(writer.ok());
        writer.value().write(Bytes(60, 1), 1'500'000'000);
        writer.value().write(Bytes(1514, 2), 2'000'000'001);
    }
    const auto frames = read_pcap(path);
    ASSERT_TRUE(frames.ok());
    EXPECT_EQ(frames.value(), (std::vector<Bytes>{Bytes(60, 1), Bytes(1514, 2)}));
    // What other programs read: nanoseconds, Ethernet, and of each frame its time and both lengths.
    const Bytes head = from_hex(
        "4d3cb2a1 0200 0400 00000000 00000000 ffff0000 01000000"
        "01000000 0065cd1d 3c000000 3c000000");
    Bytes written(head.size());
    std::ifstream(path, std::ios::binary)
        .read(reinterpret_cast<char*>(written.data()), static_cast<std::streamsize>(head.size()));
    EXPECT_EQ(written, head);
    EXPECT_FALSE(read_pcap(folder + "/none").ok());
    std::filesystem::remove_all(folder);
}

TEST(Pcap, OtherByteOrderAndDamage) {
    Bytes file = from_hex(
        "a1b2c3d4 0002 0004 00000000 00000000 0000ffff 00000001"
        "00000001 00000002 00000002 00000002 abcd");
    const auto frames = parse_pcap(file);
    ASSERT_TRUE(frames.ok()) << frames.error().text;
    EXPECT_EQ(frames.value(), std::vector<Bytes>{from_hex("abcd")});
    file.pop_back();
    EXPECT_FALSE(parse_pcap(file).ok()) << "cut short";
    file[0] = 0;
    EXPECT_FALSE(parse_pcap(file).ok()) << "no pcap";
    EXPECT_FALSE(parse_pcap(from_hex("a1b2")).ok());
}

TEST(Capture, HasBothDirections) {
    const std::string folder = fresh_directory();
    const std::string path = folder + "/x.pcap";
    Bench bench;
    ASSERT_TRUE(bench.nic->capture(path).ok());
    bench.arrive(make_frame({}));
    bench.memory->put(Bench::tx_data, Bytes(60, 9));
    bench.put_tx(0, 0, Bench::tx_data, 3U << 20U | bit(29) | bit(24) | 60U, 60U << 14U);
    bench.nic->write(reg::tx(0, reg::TDT), 1);
    bench.timers.pass(1);
    ASSERT_TRUE(bench.nic->capture("").ok());
    const auto frames = read_pcap(path);
    ASSERT_TRUE(frames.ok());
    EXPECT_EQ(frames.value(), (std::vector<Bytes>{make_frame({}), Bytes(60, 9)}));
    std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace igbmodel::test
