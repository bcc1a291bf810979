// SPDX-License-Identifier: GPL-2.0-only
#include "model/topology.hpp"

#include <algorithm>
#include <array>

#include "model/rss.hpp"
#include "source/ethtool_ioctl.hpp"
#include "source/ethtool_netlink.hpp"
#include "source/netdev_netlink.hpp"
#include "source/sysfs_device.hpp"

namespace igbtune::model {

using source::Direction;
using source::QueueCounts;
using source::Sources;

namespace {

// What several steps need while a topology is put together.
struct Work {
    Work(Sources& from, Gaps& missing, Topology& result)
        : sources(from), gaps(missing), topology(result) {}

    Sources& sources;
    Gaps& gaps;
    Topology& topology;
    bool sysfs{};  // shows this device, not its namesake of another network namespace
    QueueCounts counts;
    std::optional<std::vector<source::NetdevQueue>> netdev_queues;
};

std::string mac_text(const std::vector<std::uint8_t>& address) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t part : address) {
        text += text.empty() ? "" : ":";
        text += digits[part >> 4U];
        text += digits[part & 0xfU];
    }
    return text;
}

Device device_of(const source::Link& link) {
    Device device;
    device.name = link.name;
    device.index = link.index;
    device.bus = link.parent_bus;
    device.bus_address = link.parent;
    device.loopback = link.loopback;
    device.mac = link.loopback ? "" : mac_text(link.address);
    device.mtu = link.mtu;
    device.admin_up = link.admin_up;
    device.carrier = link.carrier;
    device.state = link.state;
    device.qdisc = link.qdisc;
    return device;
}

void read_sysfs_namespace(Work& work) {
    const Device& device = work.topology.device;
    const auto index = source::sysfs_device_index(work.sources.files(), device.name);
    work.sysfs = index && *index == device.index;
    if (!index) {
        work.gaps.add("sysfs", index.error());
    } else if (!work.sysfs) {
        work.gaps.add("sysfs", "it shows another network namespace than the one igbtune runs in");
    }
}

void read_driver(Work& work, const source::Link& link) {
    Device& device = work.topology.device;
    if (work.sysfs) {
        if (auto driver = source::device_driver(work.sources.files(), device.name)) {
            device.driver = std::move(*driver);
        }
    }
    const auto info = source::driver_info(work.sources.ethtool(), device.name);
    if (info) {
        device.driver = device.driver.empty() ? info->name : device.driver;
        device.driver_version = info->version;
        device.firmware = info->firmware == "N/A" ? "" : info->firmware;
        // A virtio device names the PCI function below it here, and its interrupts are that
        // function's.
        if (!device.bus.empty() && !info->bus_address.empty()) {
            device.bus_address = info->bus_address;
        }
    } else if (device.driver.empty() && link.kind.empty() && !link.loopback) {
        work.gaps.add("driver", info.error());
    }
    if (device.driver.empty()) {
        device.driver = link.kind;
    }
}

void read_link_modes(Work& work) {
    Device& device = work.topology.device;
    const auto modes = source::link_modes(work.sources.generic(), device.index);
    if (!modes) {
        // Virtual devices have no speed; that goes without saying.
        if (!device.bus.empty()) {
            work.gaps.add("link speed", modes.error());
        }
        return;
    }
    device.speed = modes->speed;
    if (modes->duplex) {
        device.duplex = *modes->duplex == source::Duplex::full ? "full" : "half";
    }
}

void read_time_stamping(Work& work) {
    Device& device = work.topology.device;
    if (auto abilities = source::time_stamping(work.sources.generic(), device.index)) {
        device.time_stamping = std::move(*abilities);
    }
}

void read_interrupts(Work& work) {
    Device& device = work.topology.device;
    std::optional<source::PciDevice> pci;
    if (!device.bus.empty()) {
        if (auto found = source::pci_device(work.sources.files(), device.bus_address)) {
            pci = std::move(*found);
            device.pci_id = pci->vendor + ":" + pci->device;
            device.irq_mode = irq_mode(*pci);
        }
    }
    const auto all = work.gaps.value_of(source::interrupts(work.sources.files()), "interrupts");
    if (all) {
        device.interrupts = interrupts_of(*all, pci, device.name);
    }
}

void read_queues(Work& work) {
    const Device& device = work.topology.device;
    if (work.sysfs) {
        const auto counts =
            work.gaps.value_of(source::queue_counts(work.sources.files(), device.name), "queues");
        work.counts = counts.value_or(QueueCounts{});
    }
    work.netdev_queues =
        work.gaps.value_of(source::netdev_queues(work.sources.generic(), device.index), "NAPI ids");
    if (work.netdev_queues) {
        for (const source::NetdevQueue& queue : *work.netdev_queues) {
            // Every queue has an entry and they count from zero: a number from outside must not
            // decide how much memory and time is taken.
            if (queue.id < work.netdev_queues->size()) {
                std::uint32_t& count =
                    queue.direction == Direction::rx ? work.counts.rx : work.counts.tx;
                count = std::max(count, queue.id + 1);
            }
        }
    }
    const std::uint32_t lines = std::max(work.counts.rx, work.counts.tx);
    for (std::uint32_t id = 0; id < lines; ++id) {
        Queue queue;
        queue.id = id;
        if (id < work.counts.rx) {
            queue.rx.emplace();
        }
        if (id < work.counts.tx) {
            queue.tx.emplace();
        }
        work.topology.queues.push_back(std::move(queue));
    }
}

void read_rings(Work& work) {
    const auto rings = work.gaps.value_of(
        source::rings(work.sources.generic(), work.topology.device.index), "ring sizes");
    if (!rings) {
        return;
    }
    for (Queue& queue : work.topology.queues) {
        if (queue.rx) {
            queue.rx->ring = rings->rx;
        }
        if (queue.tx) {
            queue.tx->ring = rings->tx;
        }
    }
}

void read_rss(Work& work) {
    if (work.counts.rx == 1) {
        work.topology.queues.front().rss_share = 100.0;  // there is nothing to distribute
        return;
    }
    const Device& device = work.topology.device;
    auto table = source::rss_table(work.sources.generic(), device.index);
    if (!table) {
        table = source::rss_table_by_ioctl(work.sources.ethtool(), device.name);
    }
    const auto entries = work.gaps.value_of(std::move(table), "RSS share");
    if (!entries) {
        return;
    }
    if (entries->empty()) {
        work.gaps.add("RSS share", "the driver has no indirection table");
        return;
    }
    const std::vector<double> shares = rss_shares(*entries, work.counts.rx);
    for (Queue& queue : work.topology.queues) {
        if (queue.id < shares.size()) {
            queue.rss_share = shares[queue.id];
        }
    }
}

QueueSide* side_of(Topology& topology, Direction direction, std::uint32_t id) {
    if (id >= topology.queues.size()) {
        return nullptr;
    }
    Queue& queue = topology.queues[id];
    std::optional<QueueSide>& side = direction == Direction::rx ? queue.rx : queue.tx;
    return side ? &*side : nullptr;
}

// NAPI instances, and their interrupts where the driver tells them to the kernel.
void read_napis(Work& work) {
    if (!work.netdev_queues) {
        return;
    }
    const Device& device = work.topology.device;
    std::map<std::uint32_t, std::optional<std::uint32_t>> interrupts;
    if (const auto napis = source::netdev_napis(work.sources.generic(), device.index)) {
        for (const source::NetdevNapi& napi : *napis) {
            interrupts.emplace(napi.id, napi.irq);
        }
    }
    bool linked = false;
    for (const source::NetdevQueue& queue : *work.netdev_queues) {
        QueueSide* const side = side_of(work.topology, queue.direction, queue.id);
        if (side == nullptr || !queue.napi) {
            continue;
        }
        linked = true;
        side->napi = queue.napi;
        if (const auto napi = interrupts.find(*queue.napi); napi != interrupts.end()) {
            side->interrupt = napi->second;
        }
    }
    if (!linked) {
        work.gaps.add("NAPI ids", device.admin_up ? "the driver does not link its queues to them"
                                                  : "the device is down");
    }
}

void complete_interrupt(Work& work, QueueSide& side) {
    if (!side.interrupt) {
        return;
    }
    const auto& interrupts = work.topology.device.interrupts;
    const auto found = std::ranges::find(interrupts, *side.interrupt, &source::Interrupt::number);
    if (found != interrupts.end()) {
        side.vector = vector_index(*found);
    }
    side.cpus = work.gaps.value_of(source::interrupt_cpus(work.sources.files(), *side.interrupt),
                                   "CPUs of interrupts");
}

const char* why_no_interrupts(const Device& device) {
    if (device.bus.empty()) {
        return "a virtual device has none";
    }
    return device.admin_up ? "no interrupt's name tells its queue" : "the device is down";
}

void read_queue_interrupts(Work& work) {
    const QueueInterrupts named = queue_interrupts(work.topology.device.interrupts, work.counts);
    const auto name_says = [](QueueSide& side, const auto& map, std::uint32_t id) {
        const auto found = map.find(id);
        if (!side.interrupt && found != map.end()) {
            side.interrupt = found->second;
        }
    };
    bool any = false;
    for (Queue& queue : work.topology.queues) {
        if (queue.rx) {
            name_says(*queue.rx, named.rx, queue.id);
            complete_interrupt(work, *queue.rx);
            any = any || queue.rx->interrupt.has_value();
        }
        if (queue.tx) {
            name_says(*queue.tx, named.tx, queue.id);
            complete_interrupt(work, *queue.tx);
            any = any || queue.tx->interrupt.has_value();
        }
    }
    if (!any) {
        work.gaps.add("interrupts of the queues", why_no_interrupts(work.topology.device));
    }
}

void read_steering(Work& work) {
    if (!work.sysfs) {
        return;
    }
    const std::string& device = work.topology.device.name;
    for (Queue& queue : work.topology.queues) {
        if (queue.rx) {
            queue.rx->steering = work.gaps.value_of(
                source::receive_steering_cpus(work.sources.files(), device, queue.id), "RPS");
        }
        // The kernel has no XPS for a device with a single transmit queue: nothing is missing then.
        if (queue.tx && work.counts.tx > 1) {
            queue.tx->steering = work.gaps.value_of(
                source::transmit_steering_cpus(work.sources.files(), device, queue.id), "XPS");
        }
    }
}

}  // namespace

Topology read_topology(Sources& sources, const source::Link& link, Gaps& gaps) {
    Topology topology;
    topology.device = device_of(link);
    Work work(sources, gaps, topology);
    read_sysfs_namespace(work);
    read_driver(work, link);
    read_link_modes(work);
    read_time_stamping(work);
    read_interrupts(work);
    read_queues(work);
    read_rings(work);
    read_rss(work);
    read_napis(work);
    read_queue_interrupts(work);
    read_steering(work);
    return topology;
}

}  // namespace igbtune::model
