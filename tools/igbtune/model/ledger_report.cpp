// SPDX-License-Identifier: GPL-2.0-only
#include "model/ledger_report.hpp"

#include <algorithm>
#include <set>

namespace igbtune::model {
namespace {

constexpr unsigned socket_drop_bits = 32;

std::string socket_name(const source::Socket& socket) {
    return amount_name("socket",
                       socket.protocol + " " + socket.local + " " + socket.remote + " " +
                           std::to_string(socket.inode),
                       "drops");
}

Amounts amounts_of(const Snapshot& snapshot) {
    Amounts amounts(snapshot.groups);
    for (const source::Socket& socket : snapshot.sockets) {
        amounts.set(socket_name(socket), {.value = socket.drops, .bits = socket_drop_bits});
    }
    return amounts;
}

}  // namespace

Baseline baseline_of(const Snapshot& snapshot) {
    return {.time = snapshot.time,
            .device = snapshot.topology.device.name,
            .amounts = amounts_of(snapshot)};
}

LedgerReport report_of(Snapshot snapshot, const Baseline* before, source::Direction direction) {
    LedgerReport report;
    report.direction = direction;
    report.amounts = amounts_of(snapshot);
    Amounts counted = report.amounts;
    if (before != nullptr) {
        counted = report.amounts.since(before->amounts);
        report.interval = snapshot.time - before->time;
        report.restarted = counted.restarted();
    }
    report.ledger = direction == source::Direction::rx ? receive_ledger(counted, snapshot)
                                                       : transmit_ledger(counted, snapshot);
    report.drops = drops_of(counted);
    if (direction == source::Direction::rx) {
        for (const source::Socket& socket : snapshot.sockets) {
            const std::int64_t drops = counted.find(socket_name(socket)).value_or(0);
            if (drops > 0) {
                report.sockets.push_back({.socket = socket, .drops = drops, .process = {}});
            }
        }
        std::ranges::stable_sort(report.sockets, std::ranges::greater{}, &SocketLine::drops);
    }
    report.snapshot = std::move(snapshot);
    return report;
}

void find_owners(Feed& feed, LedgerReport& report) {
    std::set<std::uint64_t> inodes;
    for (const SocketLine& line : report.sockets) {
        if (line.socket.inode != 0) {
            inodes.insert(line.socket.inode);
        }
    }
    if (inodes.empty()) {
        return;
    }
    const auto owners = feed.owners(inodes);
    for (SocketLine& line : report.sockets) {
        if (const auto owner = owners.find(line.socket.inode); owner != owners.end()) {
            line.process = owner->second;
        }
    }
}

}  // namespace igbtune::model
