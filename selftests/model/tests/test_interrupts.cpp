// SPDX-License-Identifier: GPL-2.0-only
// Causes, masks, vectors and throttling.
#include <gtest/gtest.h>

#include "tests/support.hpp"

namespace igbmodel::test {
namespace {

class FakeSink final : public InterruptSink {
public:
    [[nodiscard]] InterruptMode mode() const override { return now; }
    void message(u32 vector) override { messages.push_back(vector); }
    void line(bool high) override { level = high; }

    InterruptMode now = InterruptMode::msix;
    std::vector<u32> messages;
    bool level = false;
};

class InterruptTest : public testing::Test {
protected:
    void begin(const char* mac, InterruptMode mode) {
        spec = find_mac(mac);
        regs = std::make_unique<RegisterFile>(*spec);
        sink.now = mode;
        interrupts = std::make_unique<Interrupts>(*spec, *regs, timers, sink);
    }
    // As igb sets MSI-X up: auto-clear and auto-mask for the vectors in `mask`.
    void multiple(u32 mask) {
        (*regs)[reg::GPIE] = 0x40000011;
        (*regs)[reg::EIAC] = mask;
        (*regs)[reg::EIAM] = mask;
        interrupts->write(reg::EIMS, mask);
    }
    [[nodiscard]] std::size_t sent() const { return sink.messages.size(); }

    const MacSpec* spec = nullptr;
    std::unique_ptr<RegisterFile> regs;
    FakeTimers timers;
    FakeSink sink;
    std::unique_ptr<Interrupts> interrupts;
};

TEST_F(InterruptTest, VectorAllocationOfThe82576) {
    begin("82576", InterruptMode::msix);
    multiple(0x1ffffff);
    // Queue 3 and 11 share row 3: Rx lanes 0 and 2, Tx lanes 1 and 3.
    (*regs)[reg::IVAR + 12] = 0x84838281;
    interrupts->rx_done(3, false);
    interrupts->tx_done(3);
    interrupts->rx_done(11, false);
    interrupts->tx_done(11);
    EXPECT_EQ(sink.messages, (std::vector<u32>{1, 2, 3, 4}));
    interrupts->rx_done(4, false);
    EXPECT_EQ(sent(), 4U) << "an entry that is not valid";
}

TEST_F(InterruptTest, VectorAllocationOfTheOthers) {
    begin("i350", InterruptMode::msix);
    multiple(0x1ffffff);
    // Queues 4 and 5 share row 2: lanes Rx 0 / 2, Tx 1 / 3.
    (*regs)[reg::IVAR + 8] = 0x84838281;
    interrupts->rx_done(4, false);
    interrupts->tx_done(4);
    interrupts->rx_done(5, false);
    interrupts->tx_done(5);
    EXPECT_EQ(sink.messages, (std::vector<u32>{1, 2, 3, 4}));
}

TEST_F(InterruptTest, VectorAllocationOfThe82575) {
    begin("82575", InterruptMode::msix);
    (*regs)[reg::MSIXBM + 8] = bit(1);
    (*regs)[reg::MSIXBM + 12] = bit(8 + 1);
    (*regs)[reg::MSIXBM] = bit(31);
    (*regs)[reg::EIAC] = 0xffffffff;
    (*regs)[reg::EIAM] = 0xffffffff;
    interrupts->write(reg::EIMS, 0xffffffff);
    interrupts->write(reg::IMS, reg::ICR_LSC);
    interrupts->rx_done(1, false);
    interrupts->tx_done(1);
    interrupts->cause(reg::ICR_LSC);
    EXPECT_EQ(sink.messages, (std::vector<u32>{2, 3, 0}));
}

TEST_F(InterruptTest, AutoMaskHoldsUntilEnabledAgain) {
    begin("82576", InterruptMode::msix);
    multiple(2);
    (*regs)[reg::IVAR] = 0x81;
    interrupts->rx_done(0, false);
    interrupts->rx_done(0, false);
    interrupts->rx_done(0, false);
    EXPECT_EQ(sent(), 1U);
    EXPECT_EQ((*regs)[reg::EIMS], 0U);
    interrupts->write(reg::EIMS, 2);
    EXPECT_EQ(sent(), 2U) << "what came meanwhile";
    interrupts->write(reg::EIMS, 2);
    EXPECT_EQ(sent(), 2U) << "and nothing more";
}

TEST_F(InterruptTest, SoftwareCanRaiseAVector) {
    begin("i210", InterruptMode::msix);
    multiple(0x1f);
    interrupts->write(reg::EICS, 0x4);
    EXPECT_EQ(sink.messages, std::vector<u32>{2});
}

TEST_F(InterruptTest, OtherCausesGoTheirOwnWay) {
    begin("82576", InterruptMode::msix);
    multiple(1);
    (*regs)[reg::IVAR_MISC] = 0x8000;
    interrupts->cause(reg::ICR_LSC);
    EXPECT_EQ(sent(), 0U) << "masked in IMS";
    interrupts->write(reg::IMS, reg::ICR_LSC);
    EXPECT_EQ(sent(), 1U) << "delivered when unmasked";
    EXPECT_NE(interrupts->read(reg::ICR) & reg::ICR_LSC, 0U);
    EXPECT_EQ(interrupts->read(reg::ICR), 0U);
    interrupts->write(reg::EIMS, 1);
    interrupts->cause(reg::ICR_LSC);
    EXPECT_EQ(sent(), 2U);
}

TEST_F(InterruptTest, ThrottleArithmetic) {
    EXPECT_EQ(throttle_ns(0), 0U);
    EXPECT_EQ(throttle_ns(4), 1'000U);
    EXPECT_EQ(throttle_ns(648), 162'000U);
    EXPECT_EQ(throttle_ns(0x7ffc), 8'191'000U);
    EXPECT_EQ(throttle_ns(0x80008003), 0U) << "bits outside 14:2 are something else";
}

TEST_F(InterruptTest, ThrottleSpacesInterruptsAndInventsNone) {
    begin("82576", InterruptMode::msix);
    multiple(2);
    (*regs)[reg::IVAR] = 0x81;
    interrupts->write(reg::EITR + 4, 100U << 2U);
    interrupts->rx_done(0, false);
    EXPECT_EQ(sent(), 1U);
    interrupts->write(reg::EIMS, 2);
    interrupts->rx_done(0, false);
    EXPECT_EQ(sent(), 1U) << "inside the interval";
    timers.pass(99'999);
    EXPECT_EQ(sent(), 1U);
    timers.pass(1);
    EXPECT_EQ(sent(), 2U);
    interrupts->write(reg::EIMS, 2);
    timers.pass(1'000'000);
    EXPECT_EQ(sent(), 2U) << "a timer that runs out without a cause is silent";
    interrupts->rx_done(0, false);
    EXPECT_EQ(sent(), 3U);
}

TEST_F(InterruptTest, CounterIgnoreBitLeavesTheRunningInterval) {
    begin("82576", InterruptMode::msix);
    multiple(2);
    (*regs)[reg::IVAR] = 0x81;
    interrupts->write(reg::EITR + 4, 100U << 2U);
    interrupts->rx_done(0, false);
    interrupts->write(reg::EIMS, 2);
    interrupts->rx_done(0, false);
    interrupts->write(reg::EITR + 4, 5U << 2U | reg::EITR_CNT_IGNR);
    timers.pass(50'000);
    EXPECT_EQ(sent(), 1U);
    EXPECT_EQ(interrupts->read(reg::EITR + 4), 5U << 2U);
    interrupts->write(reg::EITR + 4, 5U << 2U);
    EXPECT_EQ(sent(), 2U) << "without the bit the counter starts afresh";
}

TEST_F(InterruptTest, ImmediateCausesDoNotWait) {
    begin("82576", InterruptMode::msix);
    multiple(2);
    (*regs)[reg::IVAR] = 0x81;
    interrupts->write(reg::EITR + 4, 1000U << 2U);
    interrupts->rx_done(0, false);
    interrupts->write(reg::EIMS, 2);
    interrupts->rx_done(0, true);
    EXPECT_EQ(sent(), 2U);
}

TEST_F(InterruptTest, LineFollowsTheCauseRegister) {
    begin("82576", InterruptMode::intx);
    interrupts->write(reg::IMS, reg::ICR_RXDW | reg::ICR_LSC);
    interrupts->tx_done(0);
    EXPECT_FALSE(sink.level) << "TXDW is masked";
    interrupts->rx_done(0, false);
    EXPECT_TRUE(sink.level);
    const u32 icr = interrupts->read(reg::ICR);
    EXPECT_EQ(icr, reg::ICR_ASSERTED | reg::ICR_RXDW | reg::ICR_TXDW);
    EXPECT_FALSE(sink.level);
    interrupts->rx_done(0, false);
    EXPECT_TRUE(sink.level);
    interrupts->write(reg::IMC, 0xffffffff);
    EXPECT_FALSE(sink.level);
    interrupts->write(reg::IMS, reg::ICR_RXDW);
    EXPECT_TRUE(sink.level) << "it is still pending";
    interrupts->write(reg::ICR, reg::ICR_RXDW);
    EXPECT_FALSE(sink.level) << "write one to clear";
}

TEST_F(InterruptTest, OneMessagePerReadOfTheCauseRegister) {
    begin("i350", InterruptMode::msi);
    interrupts->write(reg::IMS, reg::ICR_RXDW | reg::ICR_TXDW);
    interrupts->rx_done(0, false);
    interrupts->tx_done(0);
    EXPECT_EQ(sent(), 1U);
    interrupts->read(reg::ICR);
    interrupts->tx_done(0);
    EXPECT_EQ(sent(), 2U);
}

TEST_F(InterruptTest, CausesThatDoNotExistStayZero) {
    begin("82576", InterruptMode::intx);
    interrupts->write(reg::ICS, 0xffffffff);
    EXPECT_EQ(interrupts->read(reg::ICR) & ~reg::ICR_ASSERTED, 0x77d4fbfdU);
}

}  // namespace
}  // namespace igbmodel::test
