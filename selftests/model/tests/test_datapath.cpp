// SPDX-License-Identifier: GPL-2.0-only
// Descriptors in and out, with the counters of everything that does not arrive.
#include <gtest/gtest.h>

#include "tests/support.hpp"

namespace igbmodel::test {
namespace {

constexpr u32 data_command = 3U << 20U | bit(29);
constexpr u32 end_of_packet = bit(24);
constexpr u32 report_status = bit(27);
constexpr u32 insert_vlan = bit(30);

u32 payload_length(std::size_t size) {
    return static_cast<u32>(size) << 14U;
}

TEST(Transmit, GathersBuffersPadsAndReports) {
    Bench bench;
    const Bytes one = from_hex("0200000000020200000000010800");
    const Bytes two(20, 0xab);
    bench.memory->put(Bench::tx_data, one);
    bench.memory->put(Bench::tx_data + 100, two);
    bench.put_tx(0, 0, Bench::tx_data, data_command | 14U, payload_length(34));
    bench.put_tx(0, 1, Bench::tx_data + 100, data_command | end_of_packet | report_status | 20U, 0);
    bench.nic->write(reg::tx(0, reg::TDT), 2);
    bench.timers.pass(1);
    ASSERT_EQ(bench.port.sent.size(), 1U);
    Bytes expected = one;
    expected.insert(expected.end(), two.begin(), two.end());
    expected.resize(60, 0);
    EXPECT_EQ(bench.port.sent[0], expected);
    EXPECT_EQ(bench.nic->read(reg::tx(0, reg::TDH)), 2U);
    EXPECT_EQ(load_le<u32>(bench.memory->at(bench.tx_descriptor(0, 1) + 12)), 1U) << "done";
    EXPECT_NE(load_le<u32>(bench.memory->at(bench.tx_descriptor(0, 0) + 8)), 0U)
        << "no report without RS";
    EXPECT_NE(bench.nic->read(reg::ICR) & reg::ICR_TXDW, 0U);
    EXPECT_EQ(bench.nic->read(reg::GPTC), 1U);
    EXPECT_EQ(bench.nic->read(reg::GOTCL), 64U);
    EXPECT_EQ(bench.nic->read(reg::PTC64), 1U);
}

TEST(Transmit, HeadWriteBackReplacesTheDescriptors) {
    Bench bench;
    constexpr u64 head = GuestMemory::base + 0x300000;
    bench.nic->write(reg::tx(2, reg::TDWBAL), static_cast<u32>(head) | 1U);
    for (u32 i = 0; i < 3; ++i) {
        bench.put_tx(2, i, Bench::tx_data,
                     data_command | end_of_packet | (i == 1 ? report_status : 0) | 60U,
                     payload_length(60));
    }
    bench.nic->write(reg::tx(2, reg::TDT), 3);
    bench.timers.pass(1);
    EXPECT_EQ(bench.port.sent.size(), 3U);
    EXPECT_EQ(load_le<u32>(bench.memory->at(head)), 2U) << "only RS brings an update";
    EXPECT_NE(load_le<u32>(bench.memory->at(bench.tx_descriptor(2, 1) + 8)), 0U);
    FaultRule rule;
    rule.fault = Fault::tx_head;
    rule.value = 0xfffffff0;
    bench.nic->faults().add(rule);
    bench.put_tx(2, 3, Bench::tx_data, data_command | end_of_packet | report_status | 60U,
                 payload_length(60));
    bench.nic->write(reg::tx(2, reg::TDT), 4);
    bench.timers.pass(1);
    EXPECT_EQ(load_le<u32>(bench.memory->at(head)), 0xfffffff0U);
    EXPECT_EQ(bench.nic->faults().done(Fault::tx_head), 1U);
}

TEST(Transmit, ContextAndVlan) {
    Bench bench;
    const Bytes frame(60, 0x22);
    bench.memory->put(Bench::tx_data, frame);
    bench.put_tx(1, 0, u64{0x0123} << 16U, 2U << 20U | bit(29), 1U << 4U);
    bench.put_tx(1, 1, Bench::tx_data,
                 data_command | end_of_packet | report_status | insert_vlan | 60U,
                 payload_length(60) | 1U << 4U);
    bench.nic->write(reg::tx(1, reg::TDT), 2);
    bench.timers.pass(1);
    ASSERT_EQ(bench.port.sent.size(), 1U);
    EXPECT_EQ(load_be32(bench.port.sent[0].data() + 12), 0x81000123U);
    EXPECT_EQ(bench.port.sent[0].size(), 64U);
}

TEST(Transmit, RingWrapsAndSeveralRunsFinishAFullRing) {
    Bench bench;
    bench.memory->put(Bench::tx_data, Bytes(60, 1));
    u32 tail = 0;
    for (int round = 0; round < 10; ++round) {
        for (u32 i = 0; i < Bench::ring_size - 1; ++i) {
            bench.put_tx(0, tail, Bench::tx_data,
                         data_command | end_of_packet | report_status | 60U, payload_length(60));
            tail = (tail + 1) % Bench::ring_size;
        }
        bench.nic->write(reg::tx(0, reg::TDT), tail);
        bench.timers.pass(1000);
    }
    EXPECT_EQ(bench.port.sent.size(), 10U * (Bench::ring_size - 1));
    EXPECT_EQ(bench.nic->read(reg::tx(0, reg::TDH)), tail);
}

TEST(Transmit, NothingMovesWithoutLink) {
    Bench bench;
    const auto submit = [&bench] {
        bench.put_tx(0, 0, Bench::tx_data, data_command | end_of_packet | 60U, payload_length(60));
        bench.nic->write(reg::tx(0, reg::TDT), 1);
        bench.timers.pass(1);
        return bench.port.sent.size();
    };
    bench.port.user().partner_changed(PhyOffer{});
    EXPECT_EQ(submit(), 0U);
    bench.port.user().partner_changed(full_offer());
    bench.timers.pass(1);
    EXPECT_EQ(bench.port.sent.size(), 1U) << "goes on when the link comes";
}

TEST(BusMastering, WithoutItNothingMovesEitherWay) {
    const auto config = [](Nic& nic, u32 offset, u8 value) {
        nic.region_write(region_config, offset, Bytes{value, 0});
    };
    const auto master = [](Nic& nic, bool on) {
        const u32 control = nic.read(reg::CTRL) & ~reg::CTRL_GIO_MASTER_DISABLE;
        nic.write(reg::CTRL, control | (on ? 0 : reg::CTRL_GIO_MASTER_DISABLE));
    };
    for (const bool by_command : {true, false}) {
        Bench bench;
        Nic& nic = *bench.nic;
        const auto allow = [&](bool on) {
            by_command ? config(nic, 4, on ? 6 : 2) : master(nic, on);
        };
        allow(false);
        bench.put_tx(0, 0, Bench::tx_data, data_command | end_of_packet | report_status | 60U,
                     payload_length(60));
        nic.write(reg::tx(0, reg::TDT), 1);
        bench.arrive(make_frame({}));
        bench.timers.pass(1);
        EXPECT_TRUE(bench.port.sent.empty()) << by_command;
        EXPECT_EQ(bench.rx_status(0, 0), 0U) << by_command;
        EXPECT_EQ(nic.receiver().waiting(), 1U) << "in the packet buffer";
        EXPECT_EQ(nic.read(reg::rx(0, reg::RDH)), 0U);
        allow(true);
        bench.timers.pass(1);
        EXPECT_EQ(bench.port.sent.size(), 1U) << by_command;
        EXPECT_EQ(bench.rx_status(0, 0) & 1U, 1U) << by_command;
    }
}

TEST(BusMastering, InD3HotOnlyConfigurationSpaceAnswers) {
    Bench bench;
    Nic& nic = *bench.nic;
    const auto power = [&nic](u8 state) { nic.region_write(region_config, 0x44, Bytes{state, 0}); };
    const auto status = [&nic] {
        std::array<u8, 4> value{};
        nic.region_read(region_bar0, reg::STATUS, value);
        return load_le<u32>(value.data());
    };
    bench.put_tx(0, 0, Bench::tx_data, data_command | end_of_packet | 60U, payload_length(60));
    nic.write(reg::tx(0, reg::TDT), 1);
    power(3);
    bench.timers.pass(1);
    EXPECT_TRUE(bench.port.sent.empty());
    EXPECT_EQ(status(), 0xffffffffU);
    EXPECT_EQ(nic.complaints().count(), 0U);
    nic.region_write(region_bar0, reg::FCTTV, Bytes{1, 0, 0, 0});
    EXPECT_EQ(nic.registers()[reg::FCTTV], 0U);
    EXPECT_EQ(nic.complaints().count(), 1U);
    bench.arrive(make_frame({}));
    EXPECT_EQ(bench.rx_status(0, 0), 0U);
    power(0);
    EXPECT_NE(status(), 0xffffffffU);
    nic.region_write(region_bar0, reg::FCTTV, Bytes{1, 0, 0, 0});
    EXPECT_EQ(nic.read(reg::FCTTV), 1U);
    EXPECT_EQ(nic.complaints().count(), 1U);
}

TEST(Transmit, HeadWriteBackOfThe82575Is16Bits) {
    Bench bench("82575");
    constexpr u64 head = GuestMemory::base + 0x300000;
    store_le<u32>(bench.memory->at(head), 0xffffffff);
    bench.nic->write(reg::tx(0, reg::TDWBAL), static_cast<u32>(head) | 1U);
    bench.put_tx(0, 0, Bench::tx_data, data_command | end_of_packet | report_status | 60U,
                 payload_length(60));
    bench.nic->write(reg::tx(0, reg::TDT), 1);
    bench.timers.pass(1);
    EXPECT_EQ(load_le<u32>(bench.memory->at(head)), 0xffff0001U);
}

TEST(Transmit, ADriversMistakesAreRecorded) {
    Bench bench;
    bench.put_tx(0, 0, 0x1, data_command | end_of_packet | 60U, payload_length(60));
    bench.nic->write(reg::tx(0, reg::TDT), 1);
    bench.timers.pass(1);
    EXPECT_EQ(bench.dma.faults().outside, 1U);
    bench.put_tx(0, 1, Bench::tx_data, 7U << 20U | bit(29) | end_of_packet, 0);
    bench.nic->write(reg::tx(0, reg::TDT), 2);
    bench.timers.pass(1);
    EXPECT_EQ(bench.nic->complaints().count(), 1U);
    bench.put_tx(0, 2, Bench::tx_data, data_command | end_of_packet | 60U, payload_length(61));
    bench.nic->write(reg::tx(0, reg::TDT), 3);
    bench.timers.pass(1);
    EXPECT_EQ(bench.nic->complaints().count(), 2U);
    EXPECT_TRUE(bench.port.sent.empty());
    bench.put_tx(0, 3, 0, 0, 0);
    bench.nic->write(reg::tx(0, reg::TDT), 4);
    bench.timers.pass(1);
    EXPECT_NE(bench.nic->complaints().last().find("share=on"), std::string::npos);
}

TEST(Receive, WritesDataThenDescriptor) {
    Bench bench;
    bench.nic->write(reg::RXCSUM, reg::RXCSUM_IPOFL | reg::RXCSUM_TUOFL);
    const Bytes frame = make_frame({});
    bench.arrive(frame);
    EXPECT_EQ(bench.rx_length(0, 0), frame.size());
    EXPECT_EQ(bench.rx_status(0, 0), 0x63U) << "done, end, L4 and IP checked";
    EXPECT_EQ(bench.memory->get(Bench::rx_buffers, frame.size()), frame);
    EXPECT_EQ(load_le<u16>(bench.memory->at(bench.rx_descriptor(0, 0))), 0x0110U) << "IPv4, TCP";
    EXPECT_EQ(bench.nic->read(reg::rx(0, reg::RDH)), 1U);
    EXPECT_NE(bench.nic->read(reg::ICR) & reg::ICR_RXDW, 0U);
}

TEST(Receive, ChecksumErrorsAreVerdictsNotDrops) {
    Bench bench;
    Bytes frame = make_frame({});
    frame[60] ^= 1;
    bench.arrive(frame);
    EXPECT_EQ(bench.rx_status(0, 0) & 0xf0000000U, 0x20000000U);
    frame = make_frame({});
    frame[22] ^= 1;
    bench.arrive(frame);
    EXPECT_EQ(bench.rx_status(0, 1) & 0xf0000000U, 0x40000000U);
}

TEST(Receive, VlanIsStrippedOnRequest) {
    Bench bench;
    FrameSpec spec;
    spec.tci = 0x6123;
    const Bytes frame = make_frame(spec);
    bench.arrive(frame);
    EXPECT_EQ(bench.rx_length(0, 0), frame.size());
    EXPECT_EQ(bench.rx_status(0, 0) & 8U, 0U);
    bench.nic->write(reg::CTRL, bench.nic->read(reg::CTRL) | reg::CTRL_VME);
    bench.arrive(frame);
    EXPECT_EQ(bench.rx_length(0, 1), frame.size() - 4);
    EXPECT_EQ(bench.rx_status(0, 1) & 8U, 8U);
    EXPECT_EQ(load_le<u16>(bench.memory->at(bench.rx_descriptor(0, 1) + 14)), 0x6123);
    spec.tci = -1;
    EXPECT_EQ(bench.memory->get(Bench::rx_buffers + 2048, frame.size() - 4), make_frame(spec));
}

TEST(Receive, LongFramesTakeSeveralDescriptors) {
    Bench bench;
    bench.nic->write(reg::RCTL, bench.nic->read(reg::RCTL) | reg::RCTL_LPE);
    bench.nic->write(reg::RLPML, 9022);
    FrameSpec spec;
    spec.payload = 4946;  // 5000 bytes in all
    const Bytes frame = make_frame(spec);
    bench.arrive(frame);
    EXPECT_EQ(bench.rx_status(0, 0), 1U) << "done, but not the end";
    EXPECT_EQ(bench.rx_length(0, 0), 2048);
    EXPECT_EQ(bench.rx_status(0, 1), 1U);
    EXPECT_EQ(bench.rx_status(0, 2) & 3U, 3U);
    EXPECT_EQ(bench.rx_length(0, 2), 5000 - 4096);
    EXPECT_EQ(bench.memory->get(Bench::rx_buffers, 5000), frame) << "the buffers are adjacent here";
}

TEST(Receive, HeadersCanBeSplit) {
    Bench bench;
    bench.nic->write(reg::PSRTYPE, bit(4));
    bench.nic->write(reg::rx(0, reg::SRRCTL), 0x04000402);  // split, 256 byte header buffer
    constexpr u64 header_buffer = GuestMemory::base + 0x300000;
    store_le<u64>(bench.memory->at(bench.rx_descriptor(0, 0) + 8), header_buffer);
    const Bytes frame = make_frame({});
    bench.arrive(frame);
    EXPECT_EQ(load_le<u16>(bench.memory->at(bench.rx_descriptor(0, 0) + 2)), 0x8000U | 54U << 5U);
    EXPECT_EQ(bench.rx_length(0, 0), 100);
    EXPECT_EQ(bench.memory->get(header_buffer, 54), Bytes(frame.begin(), frame.begin() + 54));
    EXPECT_EQ(bench.memory->get(Bench::rx_buffers, 100), Bytes(frame.begin() + 54, frame.end()));
}

TEST(Drops, EachIsCountedWhereTheMacCountsIt) {
    Bench bench;
    Nic& nic = *bench.nic;
    bench.arrive(make_frame({}), true);
    EXPECT_EQ(nic.read(reg::CRCERRS), 1U);
    bench.arrive(Bytes(40, 2));
    EXPECT_EQ(nic.read(reg::RUC), 1U);
    bench.arrive(Bytes(40, 2), true);
    EXPECT_EQ(nic.read(reg::RFC), 1U);
    FrameSpec big;
    big.payload = 1515 - 54;
    bench.arrive(make_frame(big));
    EXPECT_EQ(nic.read(reg::ROC), 1U);
    bench.arrive(make_frame(big), true);
    EXPECT_EQ(nic.read(reg::RJC), 1U);
    big.tci = 5;
    big.payload = 1514 - 54;
    bench.arrive(make_frame(big));
    EXPECT_EQ(nic.read(reg::ROC), 0U) << "a tag may make it four bytes longer";
    EXPECT_EQ(nic.read(reg::TPR), 6U) << "all frames, whatever became of them";
    EXPECT_EQ(nic.read(reg::GPRC), 1U);
}

TEST(Drops, WhatIsLostBehindTheMacDidNotReachTheHost) {
    Bench bench;
    Nic& nic = *bench.nic;
    nic.write(reg::rx(0, reg::RXDCTL), 0);
    bench.arrive(make_frame({}));
    EXPECT_EQ(nic.read(reg::GPRC), 1U);
    EXPECT_EQ(nic.read(reg::RPTHC), 0U);
    EXPECT_EQ(nic.read(reg::HGORCL), 0U);
    nic.write(reg::rx(0, reg::RXDCTL), reg::QUEUE_ENABLE);
    bench.arrive(make_frame({}));
    EXPECT_EQ(nic.read(reg::RPTHC), 1U);
    EXPECT_EQ(nic.read(reg::HGORCL), make_frame({}).size() + 4);
}

TEST(Drops, WithoutDescriptorsTheBufferFillsThenMisses) {
    Bench bench;
    Nic& nic = *bench.nic;
    FrameSpec spec;
    spec.payload = 1400 - 54;
    const Bytes frame = make_frame(spec);
    for (u32 i = 0; i < Bench::ring_size - 1; ++i) {
        bench.arrive(frame);
    }
    EXPECT_EQ(nic.receiver().counters(0).frames, 63U);
    EXPECT_EQ(nic.receiver().waiting(), 0U);
    const std::size_t room = std::size_t{64} * 1024 / 1400;
    for (std::size_t i = 0; i < room + 10; ++i) {
        bench.arrive(frame);
    }
    EXPECT_EQ(nic.receiver().waiting(), room);
    EXPECT_EQ(nic.read(reg::MPC), 10U);
    EXPECT_EQ(nic.read(reg::RNBC), 1U) << "only the one at the head asked for a descriptor";
    bench.give_rx(0, 20);
    EXPECT_EQ(nic.receiver().counters(0).frames, 83U);
    EXPECT_EQ(nic.receiver().waiting(), room - 20);
}

TEST(Drops, AQueueWithDropEnableDoesNotBlock) {
    Bench bench;
    Nic& nic = *bench.nic;
    nic.write(reg::rx(0, reg::SRRCTL), nic.read(reg::rx(0, reg::SRRCTL)) | reg::SRRCTL_DROP_EN);
    for (u32 i = 0; i < Bench::ring_size + 4; ++i) {
        bench.arrive(make_frame({}));
    }
    EXPECT_EQ(nic.receiver().waiting(), 0U);
    EXPECT_EQ(nic.receiver().counters(0).dropped, 5U);
    EXPECT_EQ(nic.read(reg::rx(0, reg::RQDPC)), 5U);
    EXPECT_EQ(nic.read(reg::rx(0, reg::RQDPC)), 0U) << "clear on read";
    EXPECT_EQ(nic.read(reg::MPC), 0U);
}

TEST(FlowControl, PauseIsSentAndObeyed) {
    Bench bench;
    Nic& nic = *bench.nic;
    nic.write(reg::CTRL, nic.read(reg::CTRL) | reg::CTRL_RFCE | reg::CTRL_TFCE);
    nic.write(reg::FCRTH, 0x1000);
    nic.write(reg::FCRTL, 0x80000ff0);
    nic.write(reg::FCTTV, 0xffff);
    FrameSpec spec;
    spec.payload = 1000;
    for (u32 i = 0; i < 70; ++i) {
        bench.arrive(make_frame(spec));
    }
    ASSERT_EQ(bench.port.sent.size(), 1U);
    EXPECT_EQ(load_be32(bench.port.sent[0].data() + 12), 0x88080001U);
    EXPECT_EQ(load_be16(bench.port.sent[0].data() + 16), 0xffff);
    EXPECT_EQ(nic.read(reg::XOFFTXC), 1U);
    bench.give_rx(0, 20);
    ASSERT_EQ(bench.port.sent.size(), 2U);
    EXPECT_EQ(load_be16(bench.port.sent[1].data() + 16), 0) << "and taken back";
    // Now the partner pauses us.
    const Bytes pause = bench.port.sent[0];
    const Bytes resume = bench.port.sent[1];
    bench.port.sent.clear();
    bench.arrive(pause);
    bench.put_tx(0, 0, Bench::tx_data, data_command | end_of_packet | 60U, payload_length(60));
    nic.write(reg::tx(0, reg::TDT), 1);
    bench.timers.pass(1);
    EXPECT_TRUE(bench.port.sent.empty());
    bench.arrive(resume);
    bench.timers.pass(1);
    EXPECT_EQ(bench.port.sent.size(), 1U);
    EXPECT_EQ(nic.read(reg::XOFFRXC), 1U);
    EXPECT_EQ(nic.read(reg::XONRXC), 1U);
}

TEST(Loopback, FramesComeBackInsideTheDevice) {
    Bench bench;
    bench.nic->write(reg::RCTL, bench.nic->read(reg::RCTL) | reg::RCTL_LBM_MAC | reg::RCTL_UPE);
    bench.memory->put(Bench::tx_data, make_frame({}));
    bench.put_tx(0, 0, Bench::tx_data, data_command | end_of_packet | 100U, payload_length(100));
    bench.nic->write(reg::tx(0, reg::TDT), 1);
    bench.timers.pass(1);
    EXPECT_TRUE(bench.port.sent.empty());
    EXPECT_EQ(bench.nic->receiver().counters(0).frames, 1U);
}

TEST(FaultRules, CountSkipAndEvery) {
    Faults faults(1);
    faults.add(FaultRule{Fault::irq_drop, 2, 1, 2, 3, 1.0, 42, 0});
    std::string pattern;
    for (int i = 0; i < 12; ++i) {
        pattern += faults.strikes(Fault::irq_drop, 2, 0) ? 'x' : '.';
    }
    EXPECT_EQ(pattern, ".x..x.......");
    EXPECT_FALSE(faults.strikes(Fault::irq_drop, 3, 0).has_value()) << "another vector";
    EXPECT_EQ(faults.done(Fault::irq_drop), 2U);
    faults.clear(Fault::irq_drop);
    EXPECT_FALSE(faults.armed());
}

TEST(FaultRules, EveryFaultHasAName) {
    for (std::size_t i = 0; i < fault_count; ++i) {
        const auto fault = static_cast<Fault>(i);
        ASSERT_FALSE(fault_name(fault).empty());
        EXPECT_EQ(find_fault(fault_name(fault)), fault);
    }
    EXPECT_FALSE(find_fault("no_such").has_value());
}

TEST(FaultEffects, OnReceiveWriteBack) {
    const Bytes frame = make_frame({});
    const auto with = [&frame](Fault fault, u64 value) {
        auto bench = std::make_unique<Bench>();
        FaultRule rule;
        rule.fault = fault;
        rule.value = value;
        rule.count = 1;
        bench->nic->faults().add(rule);
        bench->arrive(frame);
        EXPECT_EQ(bench->nic->faults().done(fault), 1U) << fault_name(fault);
        return bench;
    };
    EXPECT_EQ(with(Fault::rx_length, 0xffff)->rx_length(0, 0), 0xffff);
    EXPECT_EQ(with(Fault::rx_no_eop, 0)->rx_status(0, 0) & 2U, 0U);
    EXPECT_NE(with(Fault::rx_checksum, 0)->rx_status(0, 0) & bit(29), 0U);
    EXPECT_NE(with(Fault::rx_vlan, 0)->rx_status(0, 0) & 8U, 0U);
    const auto slot = with(Fault::rx_wrong_slot, 0);
    EXPECT_EQ(slot->rx_status(0, 0) & 1U, 0U);
    EXPECT_EQ(slot->rx_status(0, 1) & 1U, 1U);
    slot->arrive(frame);
    EXPECT_EQ(slot->memory->get(Bench::rx_buffers + 2048, frame.size()), frame)
        << "the slot's own frame comes to its own buffer";
    const auto phantom = with(Fault::rx_phantom, 0);
    EXPECT_EQ(phantom->rx_status(0, Bench::ring_size - 1) & 1U, 1U) << "the one at the tail";
    EXPECT_EQ(with(Fault::rx_crc, 0)->nic->read(reg::CRCERRS), 1U);
    EXPECT_EQ(with(Fault::rx_drop, 0)->nic->read(reg::MPC), 1U);
}

TEST(FaultEffects, OnRegistersAndQueues) {
    Bench bench;
    Nic& nic = *bench.nic;
    FaultRule rule;
    rule.fault = Fault::all_ones;
    rule.until_ns = bench.timers.now_ns() + 1000;
    nic.faults().add(rule);
    std::array<u8, 4> value{};
    nic.region_read(region_bar0, reg::STATUS, value);
    EXPECT_EQ(load_le<u32>(value.data()), 0xffffffffU);
    bench.timers.pass(2000);
    nic.region_read(region_bar0, reg::STATUS, value);
    EXPECT_NE(load_le<u32>(value.data()), 0xffffffffU) << "for a while only";
    rule = {};
    rule.fault = Fault::tx_hang;
    rule.queue = 0;
    nic.faults().add(rule);
    bench.put_tx(0, 0, Bench::tx_data, data_command | end_of_packet | 60U, payload_length(60));
    nic.write(reg::tx(0, reg::TDT), 1);
    bench.timers.pass(1);
    EXPECT_TRUE(bench.port.sent.empty());
    nic.behave(Fault::tx_hang);
    bench.timers.pass(1);
    EXPECT_EQ(bench.port.sent.size(), 1U);
    rule = {};
    rule.fault = Fault::phy_silent;
    nic.faults().add(rule);
    nic.write(reg::MDIC, bit(27) | 1U << 21U);
    EXPECT_EQ(nic.read(reg::MDIC) & bit(28), 0U);
    rule.fault = Fault::semaphore;
    nic.faults().add(rule);
    nic.write(reg::SWSM, 0);
    EXPECT_EQ(nic.read(reg::SWSM), reg::SWSM_SMBI);
    rule.fault = Fault::nvm_checksum;
    nic.misbehave(rule);
    u16 sum = 0;
    for (u32 i = 0; i <= 0x3f; ++i) {
        nic.write(reg::EERD, i << 2U | 1U);
        sum = static_cast<u16>(sum + (nic.read(reg::EERD) >> 16U));
    }
    EXPECT_NE(sum, 0xbaba);
}

}  // namespace
}  // namespace igbmodel::test
