// SPDX-License-Identifier: GPL-2.0-only
#include "model/snapshot.hpp"

#include "model/collect.hpp"
#include "source/rtnetlink.hpp"
#include "util/text.hpp"

namespace igbtune::model {

using source::Sources;
using util::Error;
using util::ErrorKind;
using util::Result;

const CounterGroup* Snapshot::find(std::string_view id, std::string_view instance) const {
    const auto found = std::ranges::find_if(groups, [&](const CounterGroup& group) {
        return group.id == id && group.instance == instance;
    });
    return found == groups.end() ? nullptr : &*found;
}

Result<Observer> Observer::of(Sources& sources, const std::string& name) {
    const auto link = source::link_by_name(sources.netlink(), name);
    if (link) {
        return Observer(sources, link->index, link->name);
    }
    const std::string shown = util::printable(name);
    if (link.error().kind != ErrorKind::not_found) {
        return Error{link.error().kind, "device " + shown + ": " + link.error().message};
    }
    std::string message = "no such device " + shown;
    const auto names = source::link_names(sources.netlink());
    if (names) {
        if (const auto meant = util::did_you_mean(name, *names)) {
            message += "; did you mean " + util::printable(*meant) + "?";
        } else {
            message += "; there are: " + util::printable(util::join(*names, ", "));
        }
    }
    return Error{ErrorKind::not_found, message};
}

Result<Snapshot> Observer::take(Extent extent) {
    const auto link = source::link_by_index(sources_->netlink(), device_);
    if (!link) {
        const bool gone = link.error().kind == ErrorKind::not_found;
        return Error{link.error().kind, "device " + util::printable(name_) + ": " +
                                            (gone ? "it is gone" : link.error().message)};
    }
    name_ = link->name;
    Snapshot snapshot;
    Gaps gaps;
    snapshot.topology = read_topology(*sources_, *link, gaps);
    read_counters(snapshot, extent, gaps);
    snapshot.unavailable = gaps.all();
    return snapshot;
}

void Observer::read_counters(Snapshot& snapshot, Extent extent, Gaps& gaps) {
    // Names first, so that the counters are read closely together.
    Names names;
    names.driver = gaps.value_of(source::driver_statistic_names(sources_->generic(), device_),
                                 "private statistics");
    if (extent != Extent::queues && !standard_names_) {
        standard_names_ =
            gaps.value_of(source::standard_names(sources_->generic()), "standard statistics");
    }
    names.standard = standard_names_ ? &*standard_names_ : nullptr;

    snapshot.time = std::chrono::system_clock::now();
    snapshot.instant = std::chrono::steady_clock::now();
    snapshot.protocols_time = snapshot.time;
    if (extent == Extent::queues) {
        collect_queues(*sources_, snapshot.topology, names, snapshot.groups, gaps);
    } else {
        collect_device(*sources_, snapshot.topology, names, snapshot.groups, gaps);
        collect_softnet(sources_->files(), snapshot.groups, gaps);
        snapshot.protocols_time = std::chrono::system_clock::now();
        collect_protocols(sources_->files(), snapshot.groups, gaps);
        collect_levels(*sources_, snapshot.topology, snapshot.groups, gaps);
        collect_others(*sources_, snapshot.topology, snapshot.groups, gaps);
        Sockets sockets = collect_sockets(*sources_, gaps);
        snapshot.sockets = std::move(sockets.dropping);
        snapshot.waiting_bytes = sockets.waiting_bytes;
        if (extent == Extent::ledger) {
            collect_surroundings(*sources_, snapshot.topology.device, snapshot.groups, gaps);
        }
    }
    snapshot.reading = std::chrono::steady_clock::now() - snapshot.instant;
}

}  // namespace igbtune::model
