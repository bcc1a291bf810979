// SPDX-License-Identifier: GPL-2.0-only
// All sources of truth in one hand. Tests give recorded ones.
#pragma once

#include "source/ethtool_ioctl.hpp"
#include "source/files.hpp"
#include "source/generic_netlink.hpp"
#include "source/netlink.hpp"

namespace igbtune::source {

class Sources {
public:
    Sources(Files& files, Netlink& netlink, EthtoolIoctl& ethtool)
        : files_(&files), netlink_(&netlink), ethtool_(&ethtool), generic_(netlink) {}

    [[nodiscard]] const Files& files() const { return *files_; }
    [[nodiscard]] Netlink& netlink() { return *netlink_; }
    [[nodiscard]] GenericNetlink& generic() { return generic_; }
    [[nodiscard]] EthtoolIoctl& ethtool() { return *ethtool_; }

private:
    Files* files_;
    Netlink* netlink_;
    EthtoolIoctl* ethtool_;
    GenericNetlink generic_;
};

}  // namespace igbtune::source
