// SPDX-License-Identifier: GPL-2.0-only
// IEEE 1588: which messages are stamped, and with what.
#include <gtest/gtest.h>

#include "datapath/ptp.hpp"
#include "tests/support.hpp"

namespace igbmodel::test {
namespace {

constexpr u32 sync_v2 = 0;
constexpr u32 delay_request_v2 = 1;
constexpr u32 status_in_packet = bit(15);
constexpr u32 status_stamped = bit(16);
constexpr std::size_t ptp_at = 14;

// A PTP message over Ethernet, version 2, with what the registers capture of it.
Bytes ptp_frame(u32 type, u8 version = 2) {
    FrameSpec spec;
    spec.ethertype = 0x88f7;
    spec.payload = 60;
    Bytes frame = make_frame(spec);
    std::fill(frame.begin() + ptp_at, frame.end(), u8{0});
    frame[ptp_at] = static_cast<u8>(type);
    frame[ptp_at + 1] = version;
    for (u8 i = 0; i < 10; ++i) {
        frame[ptp_at + 20 + i] = static_cast<u8>(0xa0 + i);  // source identity
    }
    frame[ptp_at + 30] = 0x12;  // sequence
    frame[ptp_at + 31] = 0x34;
    return frame;
}

// The 82576's clock: one tick each 16 ns, worth 16 << 19.
void start_clock(const Bench& bench) {
    bench.nic->write(reg::TIMINCA, 1U << 24U | 16U << 19U);
    bench.nic->write(reg::SYSTIML, 0);
    bench.nic->write(reg::SYSTIMH, 0);
}

TEST(TimeStamp, OfWhatIsSentOnRequest) {
    Bench bench;
    start_clock(bench);
    bench.nic->write(reg::TSYNCTXCTL, reg::TSYNC_ENABLED);
    const auto send = [&bench](u32 index, u32 more) {
        bench.put_tx(0, index, Bench::tx_data, 3U << 20U | bit(29) | bit(24) | more | 60U,
                     60U << 14U);
        bench.nic->write(reg::tx(0, reg::TDT), index + 1);
        bench.timers.pass(1);
    };
    send(0, 0);
    EXPECT_EQ(bench.nic->read(reg::TSYNCTXCTL) & reg::TSYNC_VALID, 0U) << "nobody asked";
    bench.timers.pass(1599);
    send(1, bit(19));
    EXPECT_NE(bench.nic->read(reg::TSYNCTXCTL) & reg::TSYNC_VALID, 0U);
    bench.timers.pass(1600);
    send(2, bit(19));
    EXPECT_EQ(bench.nic->read(reg::TXSTMPL), 1600U << 19U) << "the first stays until it was read";
    EXPECT_EQ(bench.nic->read(reg::TXSTMPH), 0U);
    EXPECT_EQ(bench.nic->read(reg::TSYNCTXCTL) & reg::TSYNC_VALID, 0U) << "reading frees it";
}

TEST(TimeStamp, OfTheMessageThatIsLookedFor) {
    Bench bench;
    start_clock(bench);
    bench.nic->write(reg::TSYNCRXCTL, reg::TSYNC_ENABLED);  // type 0: Ethernet, version 2
    bench.nic->write(reg::TSYNCRXCFG, delay_request_v2 << 8U);
    bench.timers.pass(320);
    bench.arrive(ptp_frame(delay_request_v2));
    EXPECT_EQ(bench.rx_status(0, 0) & status_stamped, 0U) << "no filter asks for it";
    bench.nic->write(reg::ETQF + 12, 0x88f7U | bit(26));
    bench.arrive(ptp_frame(delay_request_v2));
    EXPECT_EQ(bench.rx_status(0, 1) & status_stamped, 0U) << "nor does one without bit 30";
    bench.nic->write(reg::ETQF + 12, 0x88f7U | bit(26) | bit(30));
    bench.arrive(ptp_frame(sync_v2));
    EXPECT_EQ(bench.rx_status(0, 2) & status_stamped, 0U);
    bench.arrive(ptp_frame(delay_request_v2));
    EXPECT_NE(bench.rx_status(0, 3) & status_stamped, 0U);
    bench.timers.pass(320);
    bench.arrive(ptp_frame(delay_request_v2));
    EXPECT_EQ(bench.rx_status(0, 4) & status_stamped, 0U) << "the register is taken";
    EXPECT_EQ(bench.nic->read(reg::RXSTMPL), 320U << 19U);
    EXPECT_EQ(bench.nic->read(reg::RXSATRL), 0xa5a4a3a2U);
    EXPECT_EQ(bench.nic->read(reg::RXSATRH), 0x1234a7a6U) << "sequence id above the identity";
    EXPECT_EQ(bench.nic->read(reg::RXSTMPH), 0U);
    EXPECT_EQ(bench.nic->read(reg::TSYNCRXCTL) & reg::TSYNC_VALID, 0U);
}

// The filter as the in-tree igb programs it for PTP over UDP.
TEST(TimeStamp, OverUdpTheTupleFilterAsksForIt) {
    Bench bench;
    start_clock(bench);
    Nic& nic = *bench.nic;
    constexpr u32 event_v2 = 5;
    constexpr u32 slot = 12;
    constexpr u32 port = 0x3f01;  // 319 in network order
    nic.write(reg::TSYNCRXCTL, reg::TSYNC_ENABLED | event_v2 << 1U);
    FrameSpec spec;
    spec.protocol = protocol_udp;
    spec.source_port = 319;
    spec.destination_port = 319;
    Bytes sync = make_frame(spec);
    sync[42] = sync_v2;
    sync[43] = 2;
    bench.arrive(sync);
    EXPECT_EQ(bench.rx_status(0, 0) & status_stamped, 0U);
    nic.write(reg::IMIR + slot, port);
    nic.write(reg::IMIREXT + slot, bit(12) | bit(19));
    nic.write(reg::SPQF + slot, port);
    nic.write(reg::FTQF + slot, 17U | bit(15) | bit(29) | bit(30));
    bench.arrive(sync);
    EXPECT_EQ(bench.rx_status(0, 1) & status_stamped, 0U) << "without bit 27";
    nic.write(reg::FTQF + slot, 17U | bit(15) | bit(27) | bit(29) | bit(30));
    bench.arrive(sync);
    EXPECT_NE(bench.rx_status(0, 2) & status_stamped, 0U);
    EXPECT_EQ(nic.receiver().counters(0).by_reason.at(static_cast<std::size_t>(Reason::tuple)), 0U)
        << "it marks and chooses no queue";
}

TEST(TimeStamp, OfEverythingNeedsNoFilter) {
    constexpr u32 all = 4;
    for (const char* mac : {"82580", "i350", "i210"}) {
        Bench bench(mac);
        bench.nic->write(reg::TSYNCRXCTL, reg::TSYNC_ENABLED | all << 1U);
        bench.arrive(make_frame({}));
        EXPECT_NE(bench.rx_status(0, 0) & status_stamped, 0U) << mac;
    }
    Bench old("82576");
    old.nic->write(reg::TSYNCRXCTL, reg::TSYNC_ENABLED | all << 1U);
    old.arrive(make_frame({}));
    EXPECT_EQ(old.rx_status(0, 0) & status_stamped, 0U) << "it has no such type";
}

TEST(TimeStamp, I210PutsItBeforeTheFrame) {
    Bench bench("i210");
    bench.nic->write(reg::TSAUXC, 0);  // run
    bench.nic->write(reg::SYSTIML, 500);
    bench.nic->write(reg::SYSTIMH, 9);
    bench.nic->write(reg::TSYNCRXCTL, reg::TSYNC_ENABLED | 4U << 1U);  // all packets
    bench.nic->write(reg::rx(0, reg::SRRCTL), 0x02000002U | reg::SRRCTL_TIMESTAMP);
    bench.timers.pass(100);
    const Bytes frame = make_frame({});
    bench.arrive(frame);
    EXPECT_NE(bench.rx_status(0, 0) & status_in_packet, 0U);
    EXPECT_EQ(bench.rx_length(0, 0), frame.size() + 16);
    const Bytes seen = bench.memory->get(Bench::rx_buffers, frame.size() + 16);
    constexpr double period = 8;  // ns
    EXPECT_NEAR(load_le<u32>(seen.data() + 8), 600, period);
    EXPECT_EQ(load_le<u32>(seen.data() + 12), 9U);
    EXPECT_EQ(Bytes(seen.begin() + 16, seen.end()), frame);
}

TEST(TimeStamp, KindsOfMessages) {
    const auto message = [](const Bytes& frame) {
        return ptp_message(frame, parse_frame(frame, 0x8100));
    };
    EXPECT_FALSE(message(make_frame({})).has_value());
    const auto sync = message(ptp_frame(sync_v2));
    ASSERT_TRUE(sync.has_value());
    FrameSpec spec;
    spec.protocol = protocol_udp;
    spec.destination_port = 319;
    Bytes frame = make_frame(spec);
    frame[14 + 20 + 8 + 1] = 1;   // version 1
    frame[14 + 20 + 8 + 32] = 1;  // delay request
    const auto v1 = message(frame);
    ASSERT_TRUE(v1.has_value());
    EXPECT_TRUE(v1->over_udp);
    constexpr u32 l2_v2 = 0;
    constexpr u32 l4_v1 = 1;
    constexpr u32 l2_l4_v2 = 2;
    constexpr u32 all = 4;
    constexpr u32 event_v2 = 5;
    EXPECT_TRUE(ptp_selected(*sync, l2_v2, 0));
    EXPECT_FALSE(ptp_selected(*sync, l4_v1, 0));
    EXPECT_TRUE(ptp_selected(*sync, l2_l4_v2, 0));
    EXPECT_TRUE(ptp_selected(*sync, event_v2, 0xff00));
    EXPECT_FALSE(ptp_selected(*message(ptp_frame(9)), event_v2, 0)) << "no event";
    EXPECT_TRUE(ptp_selected(*v1, l4_v1, 1));
    EXPECT_FALSE(ptp_selected(*v1, l4_v1, 0));
    EXPECT_FALSE(ptp_selected(*v1, l2_l4_v2, 1));
    EXPECT_TRUE(ptp_selected(*v1, all, 0));
}

}  // namespace
}  // namespace igbmodel::test
