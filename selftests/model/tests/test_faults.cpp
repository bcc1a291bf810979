// SPDX-License-Identifier: GPL-2.0-only
// Misdeeds: each does what it says, each is counted, and chance deals all of them out.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/support.hpp"

namespace igbmodel::test {
namespace {

constexpr u32 data_command = 3U << 20U | bit(29) | bit(27) | bit(24) | 60U;  // RS, EOP
constexpr u64 head_at = GuestMemory::base + 0x300000;
constexpr u64 millisecond = 1'000'000;
constexpr u32 checksum_word = 0x3f;

FaultRule rule(Fault fault, u64 value = 0, u64 count = 1) {
    FaultRule made;
    made.fault = fault;
    made.value = value;
    made.count = count;
    return made;
}

// A driver at work: MSI-X with vector 0 for queue 0, head write-back.
class Busy : public Bench {
public:
    Busy() {
        nic->region_write(region_config, 0x72, Bytes{0x00, 0x80});
        nic->write(reg::GPIE, reg::GPIE_NSICR | reg::GPIE_MULTIPLE_MSIX | reg::GPIE_EIAME);
        nic->write(reg::IVAR, 0x00008080);
        nic->write(reg::EIAC, 1);
        nic->write(reg::EIMS, 1);
        nic->write(reg::tx(0, reg::TDWBAL), static_cast<u32>(head_at) | 1U);
    }

    void send() {
        put_tx(0, tail_, tx_data, data_command, 60U << 14U);
        tail_ = (tail_ + 1) % ring_size;
        nic->write(reg::tx(0, reg::TDT), tail_);
        timers.pass(1);
    }
    [[nodiscard]] u32 bar(u32 offset) const {
        std::array<u8, 4> value{};
        nic->region_read(region_bar0, offset, value);
        return load_le<u32>(value.data());
    }
    // One of everything that a fault can strike.
    void work() {
        arrive(make_frame({}));
        send();
        static_cast<void>(bar(reg::STATUS));
        nic->write(reg::MDIC, bit(27) | 1U << 21U | 1U << 16U);
        static_cast<void>(nic->read(reg::SWSM));
        nic->write(reg::EERD, checksum_word << 2U | 1U);
    }
    [[nodiscard]] u64 done(Fault fault) const { return nic->faults().done(fault); }

private:
    u32 tail_ = 0;
};

TEST(FaultCounts, EachKindIsCountedWhenItStrikesAndNotBefore) {
    for (std::size_t i = 0; i < fault_count; ++i) {
        const auto fault = static_cast<Fault>(i);
        Busy busy;
        busy.work();
        EXPECT_EQ(busy.done(fault), 0U) << fault_name(fault);
        busy.nic->misbehave(rule(fault, 1));
        busy.work();
        busy.timers.pass(millisecond);
        EXPECT_EQ(busy.done(fault), 1U) << fault_name(fault);
        for (std::size_t other = 0; other < fault_count; ++other) {
            if (other != i) {
                EXPECT_EQ(busy.done(static_cast<Fault>(other)), 0U) << fault_name(fault);
            }
        }
    }
}

TEST(FaultEffects, OnInterrupts) {
    Busy busy;
    const auto messages = [&busy](Fault fault, u64 value) {
        const u64 before = busy.nic->messages_sent();
        busy.nic->misbehave(rule(fault, value));
        busy.nic->write(reg::EIMS, 1);
        busy.arrive(make_frame({}));
        return busy.nic->messages_sent() - before;
    };
    EXPECT_EQ(messages(Fault::irq_drop, 0), 0U);
    EXPECT_EQ(messages(Fault::irq_duplicate, 0), 2U);
    EXPECT_EQ(messages(Fault::irq_delay, 50), 0U);
    const u64 before = busy.nic->messages_sent();
    busy.timers.pass(49'000);
    EXPECT_EQ(busy.nic->messages_sent(), before);
    busy.timers.pass(1'000);
    EXPECT_EQ(busy.nic->messages_sent(), before + 1) << "late, but it comes";
}

// A device whose driver chose INTx.
TEST(FaultEffects, OnTheInterruptLine) {
    Bench bench;
    Nic& nic = *bench.nic;
    const auto command = [&nic](bool line_off) {
        nic.region_write(region_config, 4, Bytes{0x06, static_cast<u8>(line_off ? 4 : 0)});
    };
    nic.write(reg::IMS, reg::ICR_RXDW);
    bench.arrive(make_frame({}));
    EXPECT_TRUE(bench.irqs.level());
    EXPECT_EQ(nic.messages_sent(), 1U);
    command(true);
    EXPECT_FALSE(bench.irqs.level());
    command(false);
    EXPECT_TRUE(bench.irqs.level()) << "the cause is still pending";
    static_cast<void>(nic.read(reg::ICR));
    EXPECT_FALSE(bench.irqs.level());
    command(true);
    bench.arrive(make_frame({}));
    EXPECT_FALSE(bench.irqs.level());
    command(false);
    EXPECT_TRUE(bench.irqs.level()) << "a cause that came meanwhile";
    static_cast<void>(nic.read(reg::ICR));
    const u64 before = nic.messages_sent();
    nic.misbehave(rule(Fault::irq_delay, 50));
    bench.arrive(make_frame({}));
    bench.timers.pass(49'000);
    EXPECT_FALSE(bench.irqs.level());
    bench.timers.pass(1'000);
    EXPECT_TRUE(bench.irqs.level());
    EXPECT_EQ(nic.messages_sent(), before + 1);
    EXPECT_EQ(nic.faults().done(Fault::irq_delay), 1U);
}

TEST(FaultEffects, ALevelIsNeitherLostNorDoubled) {
    FakeTimers timers;
    DmaTable dma;
    IrqTable irqs(1);
    NicOptions options;
    options.spec = find_mac("i210");
    options.with_msix = false;
    const Nic with_msi(options, timers, dma, irqs);
    options.with_msi = false;
    const Nic only_line(options, timers, dma, irqs);
    for (const Fault fault : {Fault::irq_drop, Fault::irq_duplicate}) {
        EXPECT_TRUE(with_msi.can(fault).ok());
        const Status can = only_line.can(fault);
        ASSERT_FALSE(can.ok());
        EXPECT_NE(can.error().text.find("irq=intx"), std::string::npos);
    }
    EXPECT_TRUE(only_line.can(Fault::irq_delay).ok());
}

TEST(FaultEffects, TheSemaphoreIsFreeWhenTheFaultEnds) {
    Busy busy;
    FaultRule held = rule(Fault::semaphore, 0, 0);
    held.until_ns = busy.timers.now_ns() + millisecond;
    busy.nic->misbehave(held);
    EXPECT_EQ(busy.nic->read(reg::SWSM), reg::SWSM_SMBI);
    EXPECT_EQ(busy.nic->read(reg::SWSM), reg::SWSM_SMBI);
    busy.timers.pass(millisecond);
    EXPECT_EQ(busy.nic->read(reg::SWSM), 0U) << "the driver gets it";
    EXPECT_EQ(busy.nic->read(reg::SWSM), reg::SWSM_SMBI) << "and has it";
}

TEST(FaultEffects, TheNvmsChecksumIsWrongWhenItIsRead) {
    for (const char* mac : {"82576", "i350"}) {
        Bench bench(mac);
        Nic& nic = *bench.nic;
        const auto word = [&nic](u32 index) {
            nic.write(reg::EERD, index << 2U | 1U);
            return nic.read(reg::EERD) >> 16U;
        };
        const u32 good = word(checksum_word);
        nic.misbehave(rule(Fault::nvm_checksum, 0, 2));
        nic.misbehave(rule(Fault::rx_drop));
        nic.behave(Fault::rx_drop);
        word(checksum_word - 1);
        EXPECT_EQ(nic.faults().done(Fault::nvm_checksum), 0U)
            << "another fault's rule is no strike";
        EXPECT_NE(word(checksum_word), good);
        word(0x80 + checksum_word);
        EXPECT_EQ(nic.faults().done(Fault::nvm_checksum), std::string(mac) == "i350" ? 2U : 1U)
            << "the I350 has one for each port";
        nic.behave();
        EXPECT_EQ(word(checksum_word), good);
    }
}

TEST(FaultEffects, AllOnesAreReadAndWritesAreLost) {
    Busy busy;
    const auto write = [&busy](u32 value) {
        Bytes bytes(4);
        store_le<u32>(bytes.data(), value);
        busy.nic->region_write(region_bar0, reg::FCTTV, bytes);
        return busy.nic->registers()[reg::FCTTV];
    };
    busy.nic->misbehave(rule(Fault::all_ones));
    EXPECT_EQ(write(7), 0U);
    EXPECT_EQ(busy.done(Fault::all_ones), 0U) << "a write is none of its opportunities";
    EXPECT_EQ(busy.bar(reg::FCTTV), 0xffffffffU);
    EXPECT_EQ(busy.done(Fault::all_ones), 1U);
    EXPECT_EQ(write(7), 7U);
    EXPECT_EQ(busy.bar(reg::FCTTV), 7U);
}

TEST(FaultEffects, OnTransmitCompletion) {
    Busy busy;
    busy.nic->misbehave(rule(Fault::tx_head, 0xffffffff));
    busy.send();
    EXPECT_EQ(load_le<u32>(busy.memory->at(head_at)), 0xffffffffU);
    busy.nic->misbehave(rule(Fault::tx_no_writeback));
    busy.send();
    EXPECT_EQ(load_le<u32>(busy.memory->at(head_at)), 0xffffffffU) << "nothing was reported";
    EXPECT_EQ(busy.port.sent.size(), 2U) << "though it was sent";
    busy.send();
    EXPECT_EQ(load_le<u32>(busy.memory->at(head_at)), 3U);
}

TEST(FaultEffects, SlowDmaBothWays) {
    Busy busy;
    busy.nic->misbehave(rule(Fault::slow_dma, 100));
    busy.timers.pass(1);
    busy.send();
    busy.timers.pass(98'000);
    EXPECT_TRUE(busy.port.sent.empty());
    busy.timers.pass(2'000);
    EXPECT_EQ(busy.port.sent.size(), 1U);
    busy.nic->misbehave(rule(Fault::slow_dma, 100, 2));
    busy.arrive(make_frame({}));
    busy.arrive(make_frame({}));
    busy.nic->write(reg::rx(0, reg::RDT), Bench::ring_size - 2);
    EXPECT_EQ(busy.rx_status(0, 0) & 1U, 0U) << "new descriptors do not hasten it";
    busy.timers.pass(100'000);
    EXPECT_EQ(busy.nic->receiver().counters(0).frames, 2U);
    EXPECT_EQ(busy.done(Fault::slow_dma), 3U);
}

TEST(FaultEffects, AStalledQueueGoesOnAfterItsTime) {
    Busy busy;
    FaultRule stall = rule(Fault::rx_stall, 0, 0);
    stall.until_ns = busy.timers.now_ns() + millisecond;
    busy.nic->misbehave(stall);
    busy.arrive(make_frame({}));
    EXPECT_EQ(busy.nic->receiver().waiting(), 1U);
    busy.timers.pass(millisecond);
    EXPECT_EQ(busy.nic->receiver().counters(0).frames, 1U);
}

TEST(FaultEffects, AerStatusAppearsAndCanBeCleared) {
    Busy busy;
    const auto config = [&busy](u32 offset) {
        std::array<u8, 4> value{};
        busy.nic->region_read(region_config, offset, value);
        return load_le<u32>(value.data());
    };
    constexpr u32 uncorrectable = 0x104;
    constexpr u32 correctable = 0x110;
    constexpr u32 device_status = 0xa8;
    busy.nic->misbehave(rule(Fault::aer, bit(14)));
    EXPECT_EQ(config(uncorrectable), bit(14)) << "completion timeout";
    EXPECT_EQ(config(correctable), 0U);
    EXPECT_EQ(config(device_status) >> 16U & 0xfU, 4U);
    busy.nic->misbehave(rule(Fault::aer));
    EXPECT_EQ(config(correctable), 1U) << "receiver error";
    busy.nic->region_write(region_config, uncorrectable, Bytes{0, 0x40, 0, 0});
    EXPECT_EQ(config(uncorrectable), 0U);
    EXPECT_EQ(busy.done(Fault::aer), 2U);
}

TEST(FaultEffects, ReservedBitsOfAerAreNeverSet) {
    Busy busy;
    std::array<u8, 4> value{};
    busy.nic->record_aer(true, 1);
    busy.nic->region_read(region_config, 0x104, value);
    EXPECT_EQ(load_le<u32>(value.data()), 0U);
    RandomMode mode(1);
    mode.start(7, 5000);
    std::set<u64> values;
    while (mode.left() > 0) {
        const auto one = mode.next();
        if (one && one->rule.fault == Fault::aer) {
            values.insert(one->rule.value);
        }
    }
    EXPECT_TRUE(values.contains(0)) << "a correctable one";
    EXPECT_GT(values.size(), 4U);
    for (const u64 bits : values) {
        EXPECT_EQ(bits & ~u64{ConfigSpace::uncorrectable_errors}, 0U) << bits;
    }
}

TEST(FaultEffects, TheLinkFlaps) {
    Busy busy;
    FaultRule flap = rule(Fault::link_flap);
    flap.until_ns = busy.timers.now_ns() + 30 * millisecond;
    busy.nic->misbehave(flap);
    EXPECT_FALSE(busy.nic->link_up());
    busy.timers.pass(29 * millisecond);
    EXPECT_FALSE(busy.nic->link_up());
    busy.timers.pass(millisecond);
    EXPECT_TRUE(busy.nic->link_up());
}

TEST(RandomMode, DealsOutEveryKindForTheFramesItWasGiven) {
    RandomMode mode(1);
    mode.start(7, 1000);
    std::array<u64, fault_count> seen{};
    u64 frames = 0;
    while (mode.left() > 0) {
        ++frames;
        if (const auto misdeed = mode.next()) {
            ++seen.at(static_cast<std::size_t>(misdeed->rule.fault));
            EXPECT_TRUE(misdeed->rule.count == 1 || misdeed->lasts_ns > 0) << "none is for ever";
        }
    }
    EXPECT_EQ(frames, 1000U);
    EXPECT_FALSE(mode.next().has_value());
    const auto [least, most] = std::ranges::minmax(seen);
    EXPECT_GE(least, 3U);
    EXPECT_LE(most - least, 1U);
}

TEST(RandomMode, ASeedIsAStory) {
    const auto story = [](u64 seed) {
        RandomMode mode(1);
        mode.start(seed, 300);
        std::vector<std::tuple<u64, Fault, u64, u64>> told;
        while (mode.left() > 0) {
            const u64 left = mode.left();
            if (const auto one = mode.next()) {
                told.emplace_back(left, one->rule.fault, one->rule.value, one->lasts_ns);
            }
        }
        return told;
    };
    EXPECT_EQ(story(3), story(3));
    EXPECT_NE(story(3), story(4));
}

TEST(RandomMode, MisbehavesWhileFramesPassAndIsGoodAgainAfterwards) {
    Busy busy;
    busy.nic->misbehave_by_chance(11, 600);
    for (int i = 0; i < 4000 && busy.nic->frames_left() > 0; ++i) {
        busy.work();
        busy.give_rx(0, 1);
        busy.nic->write(reg::EIMS, 1);
        busy.timers.pass(millisecond);
    }
    EXPECT_EQ(busy.nic->frames_left(), 0U);
    std::set<std::string_view> missing;
    for (std::size_t i = 0; i < fault_count; ++i) {
        if (busy.done(static_cast<Fault>(i)) == 0) {
            missing.insert(fault_name(static_cast<Fault>(i)));
        }
    }
    EXPECT_TRUE(missing.empty()) << *missing.begin() << " and others did not strike";
    busy.timers.pass(1000 * millisecond);
    EXPECT_FALSE(busy.nic->faults().armed());
    EXPECT_TRUE(busy.nic->link_up());
}

}  // namespace
}  // namespace igbmodel::test
