// SPDX-License-Identifier: GPL-2.0-only
// What the doctor knows of the machine around the device, and the driver of a port.
#include <gtest/gtest.h>
#include <linux/if_addr.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <span>
#include <vector>

#include "fake_netlink.hpp"
#include "folder.hpp"
#include "model/doctor_parts.hpp"
#include "model/knob_driver.hpp"
#include "source/driver_binding.hpp"
#include "source/link_state.hpp"

namespace igbtune::model {
namespace {

namespace fs = std::filesystem;

class Machine : public test::InFolder {
protected:
    void put(const std::string& file, const std::string& content) const {
        fs::create_directories(fs::path(path(file)).parent_path());
        std::ofstream(path(file)) << content;
    }

    [[nodiscard]] Surroundings read() const {
        const source::Files files(path(""));
        return read_surroundings(files, "eth0");
    }
};

TEST_F(Machine, WithoutAnythingIsQuiet) {
    EXPECT_EQ(read(), Surroundings{});
}

TEST_F(Machine, HasNodesWhereThereAreSeveral) {
    put("sys/class/net/eth0/device/numa_node", "1\n");
    put("sys/devices/system/node/online", "0\n");
    put("sys/devices/system/node/node1/cpulist", "4-7\n");
    EXPECT_FALSE(read().node.has_value());
    put("sys/devices/system/node/online", "0-1\n");
    EXPECT_EQ(read().node, 1U);
    EXPECT_EQ(read().node_cpus, (util::CpuSet{4, 5, 6, 7}));
    put("sys/class/net/eth0/device/numa_node", "-1\n");
    EXPECT_FALSE(read().node.has_value());
}

TEST_F(Machine, HasIgbrLoadedOrAsAFile) {
    put("proc/sys/kernel/osrelease", "6.12.0\n");
    put("lib/modules/6.12.0/updates/igbr.ko", "ELF");
    EXPECT_EQ(read().igbr_file, "/lib/modules/6.12.0/updates/igbr.ko");
    EXPECT_EQ(read().igbr_signed, std::optional(false));
    EXPECT_FALSE(read().igbr_loaded);
    put("lib/modules/6.12.0/updates/igbr.ko", "ELF~Module signature appended~\n");
    EXPECT_EQ(read().igbr_signed, std::optional(true));
    fs::remove(path("lib/modules/6.12.0/updates/igbr.ko"));
    put("lib/modules/6.12.0/updates/dkms/igbr.ko.xz", "xz");
    EXPECT_EQ(read().igbr_file, "/lib/modules/6.12.0/updates/dkms/igbr.ko.xz");
    EXPECT_EQ(read().igbr_signed, std::nullopt);
    put("sys/module/igbr/refcnt", "0");
    EXPECT_TRUE(read().igbr_loaded);
}

TEST_F(Machine, TellsWhatWantsSignatures) {
    put("sys/kernel/security/lockdown", "[none] integrity confidentiality\n");
    EXPECT_EQ(read().signatures, "");
    put("sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
    EXPECT_EQ(read().signatures, "lockdown integrity");
    put("sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c",
        std::string("\x06\0\0\0\x01", 5));
    EXPECT_EQ(read().signatures, "Secure Boot, lockdown integrity");
    put("sys/module/module/parameters/sig_enforce", "Y\n");
    EXPECT_EQ(read().signatures, "module.sig_enforce");
}

Snapshot port(const std::string& driver) {
    Snapshot snapshot;
    snapshot.topology.device.name = "eth0";
    snapshot.topology.device.driver = driver;
    Queue queue;
    queue.rx.emplace();
    queue.rx->interrupt = 40;
    queue.rx->cpus = util::CpuSet{0};
    queue.rx->steering = util::CpuSet{4, 8};
    snapshot.topology.queues.push_back(queue);
    return snapshot;
}

TEST(DoctorOfMachines, SeesCpusOfAnotherNode) {
    std::vector<Finding> findings;
    Surroundings surroundings;
    find_far_cpus(port("igbr"), surroundings, findings);
    EXPECT_TRUE(findings.empty()) << "there is one node";
    surroundings.node = 1;
    surroundings.node_cpus = util::CpuSet{4, 5, 6, 7};
    find_far_cpus(port("igbr"), surroundings, findings);
    ASSERT_EQ(findings.size(), 2U);
    EXPECT_EQ(findings[0].command, "igbtune set eth0 rx-0.rps_cpus=4-7 --confirm 60");
    EXPECT_EQ(findings[1].command, "igbtune set eth0 rx-0.irq_cpus=4-7 --confirm 60");
    findings.clear();
    surroundings.node_cpus = util::CpuSet{0, 4, 8};
    find_far_cpus(port("igbr"), surroundings, findings);
    EXPECT_TRUE(findings.empty());
}

TEST(DoctorOfMachines, SeesAnotherDriver) {
    std::vector<Finding> findings;
    find_driver(port("igb"), {}, findings);
    Surroundings surroundings;
    surroundings.igbr_file = "/lib/modules/x/updates/igbr.ko";
    surroundings.igbr_signed = false;
    find_driver(port("igbr"), surroundings, findings);
    find_driver(port("virtio_net"), surroundings, findings);
    EXPECT_TRUE(findings.empty());
    find_driver(port("igb"), surroundings, findings);
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].command, "modprobe igbr && igbtune driver eth0 igbr --confirm 60");
    surroundings.signatures = "Secure Boot, lockdown integrity";
    find_driver(port("igb"), surroundings, findings);
    ASSERT_EQ(findings.size(), 2U);
    EXPECT_EQ(findings[1].title, "igbr cannot be loaded: it has no signature");
    surroundings.igbr_loaded = true;
    find_driver(port("igb"), surroundings, findings);
    ASSERT_EQ(findings.size(), 3U);
    EXPECT_EQ(findings[2].command, "igbtune driver eth0 igbr --confirm 60");
}

TEST(DoctorOfMachines, SeesQueuesThatStandStill) {
    LedgerReport report;
    std::vector<Finding> findings;
    report.amounts.set("bql[tx 0].stall_cnt", {.value = 0, .bits = 64});
    CounterGroup bytes;
    bytes.id = "bql";
    bytes.instance = "tx 0";
    bytes.counters = {{.name = "inflight", .value = 3028, .gauge = true}};
    report.snapshot.groups.push_back(bytes);
    QueueLine line;
    line.queue = "tx 0";
    line.packets = 0;
    report.ledger.queues.push_back(line);
    find_stalls(report, findings);
    EXPECT_TRUE(findings.empty()) << "without an interval nobody knows";
    report.interval = std::chrono::duration<double>(2);
    find_stalls(report, findings);
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].evidence, "3,028 bytes are with the device, and none was sent in 2.00 s");
    report.ledger.queues[0].packets = 1;
    report.amounts.set("bql[tx 0].stall_cnt", {.value = 4, .bits = 64});
    findings.clear();
    find_stalls(report, findings);
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].evidence, "4 times (bql.stall_cnt)");
}

// The PCI core: a written address is bound to what the override says.
class Pci : public source::Files {
public:
    explicit Pci(const std::string& root) : source::Files(root), root_(root) {
        fs::create_directories(function());
        fs::create_directories(root + "/sys/bus/pci/drivers/igb");
        fs::create_directories(root + "/sys/bus/pci/drivers/igbr");
        fs::create_directories(root + "/sys/bus/pci/drivers/stubborn");
        std::ofstream(function() + "/driver_override") << "(null)\n";
        bind("igb");
    }

    [[nodiscard]] util::Status write(const std::string& path,
                                     const std::string& content) const override {
        if (path.ends_with("/driver/unbind")) {
            fs::remove(function() + "/driver");
        } else if (path.ends_with("/drivers_probe")) {
            const auto wanted = read("/sys/bus/pci/devices/0000:01:00.0/driver_override");
            const std::string driver = wanted->substr(0, wanted->find('\n'));
            if (driver != "stubborn") {
                bind(driver);
            }
        } else {
            std::ofstream(function() + "/driver_override")
                << (content == "\n" ? "(null)\n" : content);
        }
        return util::Done{};
    }

private:
    [[nodiscard]] std::string function() const {
        return root_ + "/sys/bus/pci/devices/0000:01:00.0";
    }

    void bind(const std::string& driver) const {
        fs::create_symlink("../../drivers/" + driver, function() + "/driver");
    }

    std::string root_;
};

TEST_F(Machine, ADriverIsChangedAndNothingElseStays) {
    const Pci pci(path(""));
    const std::string address = "0000:01:00.0";
    const auto override = [&] { return *source::driver_override(pci, address); };
    ASSERT_TRUE(source::bind_driver(pci, address, "igbr", "").ok());
    EXPECT_EQ(*source::bound_driver(pci, address), "igbr");
    EXPECT_EQ(override(), "");
    EXPECT_TRUE(source::bind_driver(pci, address, "igbr", "").ok());
    const auto unknown = source::bind_driver(pci, address, "nothing", "");
    ASSERT_FALSE(unknown.ok());
    EXPECT_EQ(unknown.error().kind, util::ErrorKind::not_supported);
    EXPECT_EQ(*source::bound_driver(pci, address), "igbr");
    const auto refused = source::bind_driver(pci, address, "stubborn", "igb");
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().message, "stubborn does not take 0000:01:00.0");
    EXPECT_EQ(*source::bound_driver(pci, address), "");
    EXPECT_EQ(override(), "igb");
    ASSERT_TRUE(source::bind_driver(pci, address, "igb", "").ok());
    EXPECT_EQ(override(), "");
    ASSERT_TRUE(source::bind_driver(pci, address, "igb", "igb").ok());
    EXPECT_EQ(override(), "igb") << "the driver is there already";
}

source::Bytes address_message(unsigned char last) {
    source::Message message(RTM_NEWADDR, 0);
    ifaddrmsg header{};
    header.ifa_family = AF_INET;
    header.ifa_prefixlen = 24;
    message.append(header);
    const std::array<std::byte, 4> value{std::byte{192}, std::byte{0}, std::byte{2},
                                         std::byte{last}};
    message.put(IFA_ADDRESS, source::ByteView(value));
    return test::bytes_of(message);
}

source::Bytes route_by(const std::vector<int>& devices) {
    source::Message message(RTM_NEWROUTE, 0);
    rtmsg header{};
    header.rtm_family = AF_INET;
    message.append(header);
    std::vector<std::byte> hops;
    for (const int device : devices) {
        const rtnexthop hop{
            .rtnh_len = sizeof(rtnexthop), .rtnh_flags = 0, .rtnh_hops = 0, .rtnh_ifindex = device};
        const auto bytes = std::as_bytes(std::span(&hop, 1));
        hops.insert(hops.end(), bytes.begin(), bytes.end());
    }
    message.put(RTA_MULTIPATH, source::ByteView(hops));
    return test::bytes_of(message);
}

source::Bytes next_hop(std::uint32_t id, std::uint32_t device) {
    source::Message message(RTM_NEWNEXTHOP, 0);
    message.append(nhmsg{});
    message.put(NHA_ID, id);
    message.put(NHA_OIF, device);
    return test::bytes_of(message);
}

TEST(LinkState, KnowsWhatWouldNotComeBack) {
    test::FakeNetlink netlink(
        [](int /*protocol*/, source::ByteView request) -> test::FakeNetlink::Answer {
            const auto header = source::header_of<nlmsghdr>(request);
            return std::vector<source::Bytes>{
                header && header->nlmsg_type == RTM_GETROUTE ? route_by({1, 3}) : next_hop(7, 4)};
        });
    EXPECT_EQ(*source::lost_with_device(netlink, 3), "a route of several next hops");
    EXPECT_EQ(*source::lost_with_device(netlink, 4), "next hop 7 of ip nexthop");
    EXPECT_EQ(*source::lost_with_device(netlink, 2), "");
    source::Bytes damaged = route_by({1, 3});
    damaged.resize(damaged.size() - 3);
    test::FakeNetlink hostile(
        [&](int /*protocol*/, source::ByteView /*request*/) -> test::FakeNetlink::Answer {
            return std::vector<source::Bytes>{damaged, source::Bytes(sizeof(nlmsghdr))};
        });
    EXPECT_EQ(*source::lost_with_device(hostile, 3), "");
}

TEST(LinkState, ComesBackFromItsText) {
    source::LinkState state;
    state.name = "eth0";
    state.mtu = 9000;
    state.up = true;
    state.carrier = true;
    state.addresses = {address_message(1), address_message(2)};
    const auto again = source::parse_link_state(source::link_state_text(state));
    ASSERT_TRUE(again);
    EXPECT_EQ(again->name, "eth0");
    EXPECT_EQ(again->mtu, 9000U);
    EXPECT_TRUE(again->up && again->carrier);
    EXPECT_EQ(again->addresses, state.addresses);
    EXPECT_TRUE(again->routes.empty());
    EXPECT_TRUE(source::has_link_state(*again, state));
    source::LinkState less = *again;
    less.addresses.pop_back();
    EXPECT_TRUE(source::has_link_state(state, less));
    EXPECT_FALSE(source::has_link_state(less, state));
    less = *again;
    less.up = false;
    EXPECT_FALSE(source::has_link_state(less, state));
    for (const char* const wrong : {"", "eth0", "eth0/x/up/none//", "eth0/1/up/none/zz/",
                                    "eth0/1/up/none/00/", "eth0/1/up/none/////"}) {
        EXPECT_FALSE(source::parse_link_state(wrong).has_value()) << wrong;
    }
}

}  // namespace
}  // namespace igbtune::model
