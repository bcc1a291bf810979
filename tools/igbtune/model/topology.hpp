// SPDX-License-Identifier: GPL-2.0-only
// A device and how its queues hang together: rings, vectors, interrupts, CPUs, NAPI instances,
// steering.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/queue_map.hpp"
#include "model/unavailable.hpp"
#include "source/ethtool_netlink.hpp"
#include "source/interrupts.hpp"
#include "source/rtnetlink.hpp"
#include "source/sources.hpp"
#include "util/cpu_set.hpp"

namespace igbtune::model {

struct Device {
    std::string name;
    int index{};
    std::string driver;  // empty where no part of the kernel names one
    std::string driver_version;
    std::string firmware;
    std::string bus;          // "pci", "virtio"; empty for a virtual device
    std::string bus_address;  // of the PCI function where there is one
    std::string pci_id;       // "8086:10c9"
    std::string mac;          // empty where the device has none
    std::optional<std::uint32_t> mtu;
    bool loopback{};
    bool admin_up{};
    std::optional<bool> carrier;
    std::string state;
    std::optional<std::uint32_t> speed;  // Mb/s
    std::string duplex;                  // "full", "half", or empty
    std::string qdisc;
    std::optional<source::TimeStamping> time_stamping;
    IrqMode irq_mode{IrqMode::none};
    std::vector<source::Interrupt> interrupts;
};

struct QueueSide {
    std::optional<std::uint32_t> ring;    // descriptors
    std::optional<std::uint32_t> vector;  // index among the device's MSI or MSI-X vectors
    std::optional<std::uint32_t> interrupt;
    std::optional<util::CpuSet> cpus;  // that take the interrupt
    std::optional<std::uint32_t> napi;
    std::optional<util::CpuSet> steering;  // RPS of an Rx queue, XPS of a Tx queue

    bool operator==(const QueueSide&) const = default;
};

struct Queue {
    std::uint32_t id{};
    std::optional<double> rss_share;  // percent
    std::optional<QueueSide> rx;
    std::optional<QueueSide> tx;
};

struct Topology {
    Device device;
    std::vector<Queue> queues;
};

// What the link is known to be, completed from all sources; what they do not tell goes to the gaps.
Topology read_topology(source::Sources& sources, const source::Link& link, Gaps& gaps);

}  // namespace igbtune::model
