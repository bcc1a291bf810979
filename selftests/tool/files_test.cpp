// SPDX-License-Identifier: GPL-2.0-only
// The seam to /proc and /sys, and what stands on it.
#include "source/files.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "source/interrupts.hpp"
#include "source/sysfs_device.hpp"

namespace igbtune::source {
namespace {

namespace fs = std::filesystem;
using util::CpuSet;
using util::ErrorKind;

class TreeTest : public testing::Test {
protected:
    TreeTest() {
        std::string pattern = fs::temp_directory_path() / "igbtune-test-XXXXXX";
        root_ = ::mkdtemp(pattern.data()) == nullptr ? "" : pattern;
    }
    TreeTest(const TreeTest&) = delete;
    TreeTest& operator=(const TreeTest&) = delete;
    TreeTest(TreeTest&&) = delete;
    TreeTest& operator=(TreeTest&&) = delete;
    ~TreeTest() override {
        std::error_code error;
        fs::remove_all(root_, error);
    }

    void SetUp() override { ASSERT_FALSE(root_.empty()); }

    void write(const std::string& path, const std::string& content) const {
        fs::create_directories(fs::path(root_ + path).parent_path());
        std::ofstream(root_ + path) << content;
    }

    [[nodiscard]] const std::string& root() const { return root_; }

private:
    std::string root_;
};

TEST_F(TreeTest, FilesAreReadWholeBelowTheRoot) {
    const std::string content(100000, 'x');
    write("/proc/some", content);
    write("/proc/empty", "");
    const Files files(root());
    EXPECT_EQ(*files.read("/proc/some"), content);
    EXPECT_EQ(*files.read("/proc/empty"), "");
    const auto missing = files.read("/proc/missing");
    ASSERT_FALSE(missing.ok());
    EXPECT_EQ(missing.error().kind, ErrorKind::not_found);
    EXPECT_EQ(missing.error().message, "/proc/missing: No such file or directory");
    EXPECT_FALSE(files.read("/proc").ok()) << "a directory";
}

TEST(Files, ThatDoNotEndAreAnError) {
    const auto endless = Files().read("/dev/zero");
    ASSERT_FALSE(endless.ok());
    EXPECT_EQ(endless.error().message, "/dev/zero: larger than 64 MiB");
}

TEST_F(TreeTest, DirectoriesAreListedSorted) {
    write("/d/b", "");
    write("/d/a", "");
    const Files files(root());
    EXPECT_EQ(*files.list("/d"), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(files.list("/missing").error().kind, ErrorKind::not_found);
    EXPECT_FALSE(files.list("/d/a").ok());
}

TEST_F(TreeTest, QueuesAreCounted) {
    for (const char* const name :
         {"rx-0", "rx-1", "rx-2", "tx-0", "rx-x", "zx-9", "rx-4000000000"}) {
        fs::create_directories(root() + "/sys/class/net/eth0/queues/" + name);
    }
    const auto counts = queue_counts(Files(root()), "eth0");
    ASSERT_TRUE(counts.ok());
    EXPECT_EQ(counts->rx, 3U);
    EXPECT_EQ(counts->tx, 1U);
    EXPECT_FALSE(queue_counts(Files(root()), "eth1").ok());
}

TEST_F(TreeTest, SteeringIsReadFromTheQueues) {
    write("/sys/class/net/eth0/queues/rx-1/rps_cpus", "0000000f\n");
    write("/sys/class/net/eth0/queues/tx-0/xps_cpus", "rubbish\n");
    const Files files(root());
    EXPECT_EQ(receive_steering_cpus(files, "eth0", 1)->list(), "0-3");
    EXPECT_FALSE(receive_steering_cpus(files, "eth0", 0).ok());
    const auto damaged = transmit_steering_cpus(files, "eth0", 0);
    ASSERT_FALSE(damaged.ok());
    EXPECT_EQ(damaged.error().message,
              "/sys/class/net/eth0/queues/tx-0/xps_cpus: not a CPU mask: 'rubbish'");
}

TEST_F(TreeTest, TheDriverIsTheEndOfItsLink) {
    fs::create_directories(root() + "/sys/class/net/eth0/device");
    fs::create_symlink("../../../bus/pci/drivers/igb",
                       root() + "/sys/class/net/eth0/device/driver");
    EXPECT_EQ(*device_driver(Files(root()), "eth0"), "igb");
    EXPECT_FALSE(device_driver(Files(root()), "lo").ok());
}

TEST_F(TreeTest, APciFunctionHasIdsAndVectors) {
    const std::string path = "/sys/bus/pci/devices/0000:01:00.0";
    write(path + "/vendor", "0x8086\n");
    write(path + "/device", "0x10c9\n");
    write(path + "/irq", "32\n");
    write(path + "/msi_irqs/32", "msix\n");
    write(path + "/msi_irqs/33", "msix\n");
    write(path + "/msi_irqs/x", "msix\n");
    const auto device = pci_device(Files(root()), "0000:01:00.0");
    ASSERT_TRUE(device.ok());
    EXPECT_EQ(device->vendor, "8086");
    EXPECT_EQ(device->device, "10c9");
    EXPECT_EQ(device->interrupt, 32U);
    EXPECT_EQ(device->vectors, (std::map<std::uint32_t, std::string>{{32, "msix"}, {33, "msix"}}));
    for (const char* const address : {"", "..", "../../../proc", "0000:02:00.0"}) {
        EXPECT_FALSE(pci_device(Files(root()), address).ok()) << address;
    }
}

TEST_F(TreeTest, AnInterruptGoesWhereItsEffectiveAffinitySays) {
    write("/proc/irq/5/effective_affinity_list", "3\n");
    write("/proc/irq/5/smp_affinity_list", "0-3\n");
    write("/proc/irq/6/effective_affinity_list", "\n");
    write("/proc/irq/6/smp_affinity_list", "0-1\n");
    const Files files(root());
    EXPECT_EQ(*interrupt_cpus(files, 5), CpuSet{3});
    EXPECT_EQ(*interrupt_cpus(files, 6), (CpuSet{0, 1}));
    EXPECT_FALSE(interrupt_cpus(files, 7).ok());
}

TEST_F(TreeTest, TheIndexTellsWhoseSysfsItIs) {
    write("/sys/class/net/eth0/ifindex", "4\n");
    write("/sys/class/net/eth1/ifindex", "x\n");
    EXPECT_EQ(*sysfs_device_index(Files(root()), "eth0"), 4);
    EXPECT_FALSE(sysfs_device_index(Files(root()), "eth1").ok());
}

}  // namespace
}  // namespace igbtune::source
