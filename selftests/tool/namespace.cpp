// SPDX-License-Identifier: GPL-2.0-only
#include "namespace.hpp"

#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <sys/mount.h>

#include <cerrno>

#include "source/netlink.hpp"

namespace igbtune::test {

using source::Message;
using util::Result;
using util::Status;
using util::UniqueFd;

namespace {

UniqueFd present_namespace() {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): there is no other form
    return UniqueFd(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
}

Status tell_kernel(const Message& message) {
    source::KernelNetlink netlink;
    const auto answer = netlink.ask(NETLINK_ROUTE, message.bytes());
    return answer ? Status(util::Done{}) : Status(answer.error());
}

Status set_up(const std::string& name) {
    ifinfomsg header{};
    header.ifi_index = static_cast<int>(::if_nametoindex(name.c_str()));
    header.ifi_flags = IFF_UP;
    header.ifi_change = IFF_UP;
    Message message(RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK);
    message.append(header);
    return tell_kernel(message);
}

}  // namespace

Result<NetworkNamespace> NetworkNamespace::make() {
    UniqueFd host = present_namespace();
    if (!host.valid() || ::unshare(CLONE_NEWNET) != 0) {
        return util::error_from_errno(errno, "a network namespace");
    }
    UniqueFd own = present_namespace();
    const Status loopback = set_up("lo");
    if (::setns(host.get(), CLONE_NEWNET) != 0) {
        return util::error_from_errno(errno, "the way back from a network namespace");
    }
    if (!own.valid()) {
        return util::error_from_errno(errno, "a network namespace");
    }
    if (!loopback) {
        return loopback.error();
    }
    return NetworkNamespace(std::move(own), std::move(host));
}

Status NetworkNamespace::run(const std::function<Status()>& action) const {
    if (::setns(own_.get(), CLONE_NEWNET) != 0) {
        return util::error_from_errno(errno, "setns");
    }
    Status status = action();
    if (::setns(host_.get(), CLONE_NEWNET) != 0) {
        return util::error_from_errno(errno, "setns");
    }
    return status;
}

bool NetworkNamespace::enter(Sysfs sysfs) const {
    if (::setns(own_.get(), CLONE_NEWNET) != 0) {
        return false;
    }
    if (sysfs == Sysfs::of_host) {
        return true;
    }
    return ::unshare(CLONE_NEWNS) == 0 &&
           ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
           ::mount("sysfs", "/sys", "sysfs", 0, nullptr) == 0;
}

Status NetworkNamespace::add_veth_pair(const std::string& one, const std::string& other) const {
    return run([&]() -> Status {
        Message message(RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
        message.append(ifinfomsg{});
        message.put(IFLA_IFNAME, one);
        message.nest(IFLA_LINKINFO, [&] {
            message.put(IFLA_INFO_KIND, std::string_view("veth"));
            message.nest(IFLA_INFO_DATA, [&] {
                message.nest(VETH_INFO_PEER, [&] {
                    message.append(ifinfomsg{});
                    message.put(IFLA_IFNAME, other);
                });
            });
        });
        Status status = tell_kernel(message);
        // Neither end can be up before the other is there.
        for (const std::string& name : {one, other}) {
            status = status ? set_up(name) : status;
        }
        return status;
    });
}

}  // namespace igbtune::test
