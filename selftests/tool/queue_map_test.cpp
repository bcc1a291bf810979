// SPDX-License-Identifier: GPL-2.0-only
// Which interrupt and which share of the flows belong to which queue.
#include "model/queue_map.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "model/rss.hpp"

namespace igbtune::model {
namespace {

using source::Interrupt;
using source::PciDevice;
using Numbers = std::map<std::uint32_t, std::uint32_t>;

Interrupt interrupt(std::uint32_t number, std::string action) {
    Interrupt result;
    result.number = number;
    result.actions.push_back(std::move(action));
    return result;
}

TEST(QueueOfAction, KnowsTheNamesThatDriversGive) {
    EXPECT_EQ(queue_of_action("eth0-TxRx-3"), (QueueName{.rx = true, .tx = true, .queue = 3}));
    EXPECT_EQ(queue_of_action("eth0-rx-0"), (QueueName{.rx = true, .tx = false, .queue = 0}));
    EXPECT_EQ(queue_of_action("eth0-tx-11"), (QueueName{.rx = false, .tx = true, .queue = 11}));
    EXPECT_EQ(queue_of_action("virtio2-input.1"), (QueueName{.rx = true, .tx = false, .queue = 1}));
    EXPECT_EQ(queue_of_action("virtio2-output.1"),
              (QueueName{.rx = false, .tx = true, .queue = 1}));
    EXPECT_EQ(queue_of_action("ena-Tx-Rx-2@pci:0000:00:05.0"),
              (QueueName{.rx = true, .tx = true, .queue = 2}));
    EXPECT_EQ(queue_of_action("mlx5_comp7@pci:0000:03:00.0"),
              (QueueName{.rx = true, .tx = true, .queue = 7}));
    EXPECT_EQ(queue_of_action("i40e-eth0-TxRx-5"), (QueueName{.rx = true, .tx = true, .queue = 5}));
}

TEST(QueueOfAction, DoesNotGuess) {
    for (const char* const action : {"eth0", "eth0-", "", "7", "virtio2-config", "eth0:0",
                                     "vertex-0", "eth0-prx-0x", "eth0-rx-99999999999"}) {
        EXPECT_EQ(queue_of_action(action), std::nullopt) << action;
    }
}

TEST(InterruptsOfDevice, AreThoseOfItsPciFunctionWhateverTheirNames) {
    const std::vector<Interrupt> all{interrupt(31, "eth0"), interrupt(32, "oldname-TxRx-0"),
                                     interrupt(40, "eth0-TxRx-1")};
    PciDevice device;
    device.interrupt = 11;
    device.vectors = {{31, "msix"}, {32, "msix"}};
    const auto found = interrupts_of(all, device, "eth0");
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[1].number, 32U);
    EXPECT_EQ(irq_mode(device), IrqMode::msix);
}

TEST(InterruptsOfDevice, OfIntxAreTheLineOfTheFunction) {
    const std::vector<Interrupt> all{interrupt(10, "eth0"), interrupt(11, "eth1")};
    PciDevice device;
    device.interrupt = 11;
    const auto found = interrupts_of(all, device, "eth1");
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].number, 11U);
    EXPECT_EQ(irq_mode(device), IrqMode::intx);
}

TEST(InterruptsOfDevice, WithoutPciGoByName) {
    const std::vector<Interrupt> all{interrupt(1, "eth1"), interrupt(2, "eth1-rx-0"),
                                     interrupt(3, "eth10"), interrupt(4, "myeth1")};
    const auto found = interrupts_of(all, std::nullopt, "eth1");
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].number, 1U);
    EXPECT_EQ(found[1].number, 2U);
}

TEST(QueueInterrupts, OfSeparateVectorsFollowTheNames) {
    const std::vector<Interrupt> of_device{interrupt(32, "eth0"), interrupt(33, "eth0-rx-0"),
                                           interrupt(34, "eth0-rx-1"), interrupt(35, "eth0-tx-0"),
                                           interrupt(36, "eth0-tx-1")};
    const auto map = queue_interrupts(of_device, {.rx = 2, .tx = 2});
    EXPECT_EQ(map.rx, (Numbers{{0, 33}, {1, 34}}));
    EXPECT_EQ(map.tx, (Numbers{{0, 35}, {1, 36}}));
}

TEST(QueueInterrupts, OfQueuePairsServeBoth) {
    const std::vector<Interrupt> of_device{interrupt(32, "eth0"), interrupt(33, "eth0-TxRx-0"),
                                           interrupt(34, "eth0-TxRx-1"),
                                           interrupt(35, "eth0-TxRx-9")};
    const auto map = queue_interrupts(of_device, {.rx = 2, .tx = 2});
    EXPECT_EQ(map.rx, (Numbers{{0, 33}, {1, 34}}));
    EXPECT_EQ(map.tx, map.rx);
}

TEST(QueueInterrupts, OfOneVectorServeAllQueues) {
    const std::vector<Interrupt> of_device{interrupt(30, "eth0")};
    const auto map = queue_interrupts(of_device, {.rx = 2, .tx = 1});
    EXPECT_EQ(map.rx, (Numbers{{0, 30}, {1, 30}}));
    EXPECT_EQ(map.tx, (Numbers{{0, 30}}));
    EXPECT_TRUE(queue_interrupts({}, {.rx = 2, .tx = 2}).rx.empty());
}

TEST(VectorIndex, IsTheNumberInTheDevicesOwnDomain) {
    Interrupt vector;
    vector.chip = "PCI-MSIX-0000:01:00.0";
    vector.hardware_number = 3;
    EXPECT_EQ(vector_index(vector), 3U);
    vector.chip = "IR-PCI-MSI-0000:01:00.0";
    EXPECT_EQ(vector_index(vector), 3U);
    vector.chip = "PCI-MSI";
    vector.hardware_number = 524288 + 2;  // 0000:01:00.0, shared domain
    EXPECT_EQ(vector_index(vector), 2U);
    vector.chip = "IO-APIC";
    EXPECT_EQ(vector_index(vector), std::nullopt);
    vector.chip = "PCI-MSI";
    vector.hardware_number.reset();
    EXPECT_EQ(vector_index(vector), std::nullopt);
}

TEST(RssShares, AreCountedInTheTable) {
    EXPECT_EQ(rss_shares(std::vector<std::uint32_t>{0, 1, 2, 3}, 4),
              (std::vector<double>{25, 25, 25, 25}));
    EXPECT_EQ(rss_shares(std::vector<std::uint32_t>{0, 0, 0, 1}, 2), (std::vector<double>{75, 25}));
    EXPECT_EQ(rss_shares(std::vector<std::uint32_t>{1}, 2), (std::vector<double>{0, 100}));
    EXPECT_TRUE(rss_shares({}, 4).empty());
}

TEST(RssShares, OfAWholeTableAddUpTo100Percent) {
    std::vector<std::uint32_t> table(128);
    for (std::uint32_t entry = 0; entry < table.size(); ++entry) {
        table[entry] = entry % 3;
    }
    const std::vector<double> shares = rss_shares(table, 3);
    EXPECT_DOUBLE_EQ(std::accumulate(shares.begin(), shares.end(), 0.0), 100.0);
    EXPECT_DOUBLE_EQ(shares[0], 100.0 * 43 / 128);
}

TEST(RssShares, OfQueuesThatAreNotThereCountForNone) {
    EXPECT_EQ(rss_shares(std::vector<std::uint32_t>{0, 4294967295U}, 1), (std::vector<double>{50}));
    EXPECT_TRUE(rss_shares(std::vector<std::uint32_t>{0}, 0).empty());
}

}  // namespace
}  // namespace igbtune::model
