// SPDX-License-Identifier: GPL-2.0-only
// What people see.
#include <gtest/gtest.h>

#include "model/snapshot.hpp"
#include "view/clock_text.hpp"
#include "view/device_text.hpp"
#include "view/show_text.hpp"
#include "view/stats_text.hpp"
#include "view/table.hpp"

namespace igbtune::view {
namespace {

using model::CounterGroup;
using model::Layer;
using model::Snapshot;

CounterGroup group(Layer layer, std::string id, std::string instance,
                   std::vector<model::Counter> counters) {
    CounterGroup result;
    result.layer = layer;
    result.id = std::move(id);
    result.instance = std::move(instance);
    result.counters = std::move(counters);
    return result;
}

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

TEST(Table, AlignsColumnsAndLeavesNoBlanksAtTheEnd) {
    Table table({{.header = "name", .align = Align::left},
                 {.header = "n"},
                 {.header = "x", .align = Align::left}});
    table.add({"a", "1,000", ""});
    table.add({"long name", "2"});
    EXPECT_EQ(table.text(1),
              " name           n  x\n"
              " a          1,000\n"
              " long name      2\n");
}

TEST(Table, ThatIsTooWideIsBrokenIntoSeveral) {
    Table table({{.header = "id", .align = Align::left},
                 {.header = "aaaa"},
                 {.header = "bbbb"},
                 {.header = "cccc"}});
    table.add({"1", "2", "3", "4"});
    EXPECT_EQ(table.text_within(0, 14),
              "id  aaaa  bbbb\n"
              "1      2     3\n"
              "id  cccc\n"
              "1      4\n");
    EXPECT_EQ(table.text_within(0, 3),
              "id  aaaa\n1      2\nid  bbbb\n1      3\nid  cccc\n1      4\n");
    EXPECT_EQ(table.text_within(0, 100), table.text(0));
}

Snapshot two_queues() {
    Snapshot snapshot;
    model::Device& device = snapshot.topology.device;
    device.name = "eth0";
    device.driver = "igbr";
    device.bus = "pci";
    device.bus_address = "0000:01:00.0";
    device.pci_id = "8086:10c9";
    device.mac = "52:54:00:1b:00:00";
    device.mtu = 1500;
    device.admin_up = true;
    device.carrier = true;
    device.speed = 1000;
    device.duplex = "full";
    device.irq_mode = model::IrqMode::msix;
    device.interrupts.resize(3);
    for (std::uint32_t id = 0; id < 2; ++id) {
        model::Queue queue;
        queue.id = id;
        queue.rss_share = 50;
        model::QueueSide side;
        side.ring = 256;
        side.vector = id + 1;
        side.interrupt = 33 + id;
        side.cpus = util::CpuSet{id};
        side.napi = 8193 + id;
        side.steering = util::CpuSet{};
        queue.rx = side;
        side.steering = util::CpuSet{0, 1, 2, 3};
        side.vector = id == 1 ? 9 : 1;
        queue.tx = side;
        snapshot.topology.queues.push_back(queue);
    }
    snapshot.groups = {
        group(Layer::driver, "queue", "rx 0", {{"packets", 1234567}, {"drops", 0}}),
        group(Layer::driver, "queue", "tx 1", {{"packets", 5}}),
    };
    return snapshot;
}

TEST(ShowText, HasOneLineForEachQueue) {
    EXPECT_EQ(
        show_text(two_queues(), {}),
        "eth0: driver igbr, PCI 0000:01:00.0 (8086:10c9), MAC 52:54:00:1b:00:00\n"
        "      link up, 1000 Mb/s full duplex, MTU 1500, MSI-X: 3 interrupts\n"
        "\n"
        "queue  RSS %  rx ring  tx ring  vector  IRQ  CPU  NAPI  RPS  XPS  rx packets  rx drops"
        "  tx packets  tx drops\n"
        "    0   50.0      256      256       1   33    0  8193  off  0-3   1,234,567         0"
        "           -         -\n"
        "    1   50.0      256      256     2/9   34    1  8194  off  0-3           -         -"
        "           5         -\n");
}

TEST(ShowText, SaysWhatIsNotAvailable) {
    Snapshot snapshot;
    snapshot.topology.device.name = "lo";
    snapshot.topology.device.loopback = true;
    snapshot.unavailable = {{"ring sizes", "the driver does not offer it"}};
    const std::string text = show_text(snapshot, {});
    EXPECT_TRUE(contains(text, "lo: the loopback device\n")) << text;
    EXPECT_TRUE(contains(text, "    the device is down, no interrupts of its own\n")) << text;
    EXPECT_TRUE(contains(text, "\nnot available:\n  ring sizes: the driver does not offer it\n"))
        << text;
}

TEST(ShowText, ObeysNoEscapesInNames) {
    Snapshot snapshot;
    snapshot.topology.device.name = "a\033[2J";
    snapshot.topology.device.driver = "b\033]0;x\a";
    snapshot.topology.device.bus = "c\n";
    snapshot.unavailable = {{"d\r", "e\b"}};
    for (const std::string& text :
         {show_text(snapshot, {}), stats_text(snapshot, Zeros::shown, {})}) {
        EXPECT_FALSE(contains(text, "\033")) << text;
        EXPECT_FALSE(contains(text, "\a")) << text;
        EXPECT_FALSE(contains(text, "\r")) << text;
        EXPECT_FALSE(contains(text, "\b")) << text;
        EXPECT_TRUE(contains(text, "a?[2J:")) << text;
    }
}

TEST(Style, EmphasisIsOnlyWhereItIsWanted) {
    Snapshot snapshot = two_queues();
    snapshot.unavailable = {{"x", "y"}};
    EXPECT_FALSE(contains(stats_text(snapshot, Zeros::hidden, {}), "\033"));
    const std::string text = stats_text(snapshot, Zeros::hidden, {.emphasis = true});
    EXPECT_TRUE(contains(text, "\033[1mnot available:\033[0m\n")) << text;
}

TEST(StatsText, ZerosAreHiddenExceptThoseThatAreNews) {
    Snapshot snapshot = two_queues();
    snapshot.groups = {
        group(Layer::mac, "private", "", {{"rx_packets", 5}, {"tx_timeout_count", 0}}),
        group(Layer::driver, "queue", "rx 0",
              {{"csum_err", 0}, {"drops", 0}, {"bytes", 100}, {"packets", 1}, {"alloc_failed", 2}}),
        group(Layer::driver, "queue", "rx 1",
              {{"csum_err", 0}, {"drops", 0}, {"bytes", 0}, {"packets", 0}, {"alloc_failed", 0}}),
    };
    const std::string hidden = stats_text(snapshot, Zeros::hidden, {});
    EXPECT_TRUE(contains(hidden, "  private     rx_packets  5\n")) << hidden;
    EXPECT_TRUE(contains(hidden,
                         "  queue  packets  bytes  drops  alloc_failed\n"
                         "  rx 0         1    100      0             2\n"
                         "  rx 1         0      0      0             0\n"))
        << hidden;
    EXPECT_FALSE(contains(hidden, "tx_timeout_count"));
    EXPECT_TRUE(contains(hidden, "\n3 counters that are 0 are not shown; --all shows them\n"));
    EXPECT_TRUE(contains(hidden, "\nUDP (this network namespace)\n  nothing counted\n"));

    const std::string shown = stats_text(snapshot, Zeros::shown, {});
    EXPECT_TRUE(contains(shown, "tx_timeout_count  0")) << shown;
    EXPECT_TRUE(contains(shown, "csum_err")) << shown;
    EXPECT_FALSE(contains(shown, "not shown"));
}

TEST(StatsText, ListsAreReadDownwardsWithinThePage) {
    Snapshot snapshot = two_queues();
    std::vector<model::Counter> counters;
    for (std::uint64_t index = 1; index <= 7; ++index) {
        counters.push_back({"counter_number_" + std::to_string(index), index * 1000});
    }
    snapshot.groups = {group(Layer::tcp, "tcp", "", counters)};
    const std::string text = stats_text(snapshot, Zeros::hidden, {});
    EXPECT_TRUE(contains(text,
                         "  tcp         counter_number_1  1,000    counter_number_4  4,000    "
                         "counter_number_7  7,000\n"
                         "              counter_number_2  2,000    counter_number_5  5,000\n"
                         "              counter_number_3  3,000    counter_number_6  6,000\n"))
        << text;
}

TEST(StatsText, ShowsSocketsThatDropped) {
    Snapshot snapshot = two_queues();
    EXPECT_TRUE(contains(stats_text(snapshot, Zeros::hidden, {}),
                         "\nsockets that dropped packets (this network namespace)\n  none\n"));
    source::Socket socket;
    socket.protocol = "udp";
    socket.local = "10.0.0.1:53";
    socket.remote = "0.0.0.0:0";
    socket.rx_queue = 212992;
    socket.drops = 4711;
    snapshot.sockets = {socket};
    const std::string text = stats_text(snapshot, Zeros::hidden, {});
    EXPECT_TRUE(contains(
        text, "  udp       10.0.0.1:53  0.0.0.0:0        212,992        0      0  4,711\n"))
        << text;
}

TEST(ChangeText, ShowsWhatMovedWithItsRate) {
    Snapshot before = two_queues();
    Snapshot after = two_queues();
    after.instant = before.instant + std::chrono::seconds(2);
    after.groups[0].counters[0].value += 500;
    after.groups[1].counters[0].value = 3;
    const std::string text =
        change_text(after, model::difference(before, after), Zeros::hidden, {});
    EXPECT_TRUE(contains(text, ", 2.00 s, all layers read within ")) << text;
    EXPECT_TRUE(contains(text,
                         "driver, queues of eth0\n"
                         "  group  counter      total     change  per second\n"
                         "  rx 0   packets  1,235,067        500       250.0\n"
                         "  tx 1   packets          3  3 (reset)         1.5\n"))
        << text;
    EXPECT_FALSE(contains(text, "drops"));
    EXPECT_TRUE(
        contains(change_text(after, model::difference(before, after), Zeros::shown, {}), "drops"));
    EXPECT_TRUE(contains(change_text(after, model::difference(after, after), Zeros::hidden, {}),
                         "  nothing moved\n"));
}

TEST(ClockText, IsUtcWithMicroseconds) {
    using std::chrono::microseconds;
    using std::chrono::system_clock;
    EXPECT_EQ(utc_text(system_clock::time_point(microseconds(1'000'000'000'000'042))),
              "2001-09-09T01:46:40.000042Z");
    EXPECT_EQ(utc_text(system_clock::time_point()), "1970-01-01T00:00:00.000000Z");
    EXPECT_EQ(milliseconds_text(microseconds(1250)), "1.2 ms");
}

}  // namespace
}  // namespace igbtune::view
