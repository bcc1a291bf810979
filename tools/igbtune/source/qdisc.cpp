// SPDX-License-Identifier: GPL-2.0-only
#include "source/qdisc.hpp"

#include <linux/gen_stats.h>
#include <linux/netlink.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

namespace igbtune::source {

using util::Error;
using util::ErrorKind;
using util::Result;

bool Qdisc::is_root() const {
    return parent == TC_H_ROOT;
}

bool Qdisc::is_ingress() const {
    return parent == TC_H_INGRESS;
}

Result<Qdisc> parse_qdisc(ByteView message) {
    const ByteView payload = after(message, sizeof(nlmsghdr));
    const auto header = header_of<tcmsg>(payload);
    if (!header) {
        return Error{ErrorKind::failure, "rtnetlink: the answer about the qdisc is too short"};
    }
    const Attributes attributes(after(payload, sizeof(tcmsg)));
    Qdisc qdisc;
    qdisc.device = header->tcm_ifindex;
    qdisc.handle = header->tcm_handle;
    qdisc.parent = header->tcm_parent;
    qdisc.kind = attributes.text(TCA_KIND).value_or("");
    if (const Attribute* const options = attributes.find(TCA_OPTIONS)) {
        qdisc.options = Bytes(options->payload().begin(), options->payload().end());
    }
    const Attributes statistics = attributes.nested(TCA_STATS2);
    if (const Attribute* const basic = statistics.find(TCA_STATS_BASIC)) {
        if (const auto sent = header_of<gnet_stats_basic>(basic->payload())) {
            qdisc.packets = sent->packets;
            qdisc.bytes = sent->bytes;
        }
    }
    if (const auto packets = statistics.unsigned_number(TCA_STATS_PKT64)) {
        qdisc.packets = *packets;  // there as soon as 32 bits do not hold it
    }
    if (const Attribute* const queue = statistics.find(TCA_STATS_QUEUE)) {
        if (const auto counts = header_of<gnet_stats_queue>(queue->payload())) {
            qdisc.drops = counts->drops;
            qdisc.requeues = counts->requeues;
            qdisc.waiting = counts->qlen;
            qdisc.overlimits = counts->overlimits;
        }
    }
    return qdisc;
}

Result<std::vector<Qdisc>> qdiscs(Netlink& netlink, int device) {
    Message message(RTM_GETQDISC, NLM_F_REQUEST | NLM_F_DUMP);
    message.append(tcmsg{});
    const auto replies = netlink.ask(NETLINK_ROUTE, message.bytes());
    if (!replies) {
        return replies.error();
    }
    std::vector<Qdisc> found;
    for (const Bytes& reply : *replies) {
        auto qdisc = parse_qdisc(reply);
        if (!qdisc) {
            return qdisc.error();
        }
        if (qdisc->device == device) {
            found.push_back(std::move(*qdisc));
        }
    }
    return found;
}

util::Status set_root_qdisc(Netlink& netlink, int device, const std::string& kind,
                            const Bytes& options) {
    Message message(RTM_NEWQDISC, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE);
    tcmsg header{};
    header.tcm_ifindex = device;
    header.tcm_parent = TC_H_ROOT;
    message.append(header);
    message.put(TCA_KIND, std::string_view(kind));
    if (!options.empty()) {
        message.put(TCA_OPTIONS, ByteView(options));
    }
    const auto replies = netlink.ask(NETLINK_ROUTE, message.bytes());
    return replies ? util::Status(util::Done{}) : util::Status(replies.error());
}

util::Status remove_root_qdisc(Netlink& netlink, int device) {
    Message message(RTM_DELQDISC, NLM_F_REQUEST | NLM_F_ACK);
    tcmsg header{};
    header.tcm_ifindex = device;
    header.tcm_parent = TC_H_ROOT;
    message.append(header);
    const auto replies = netlink.ask(NETLINK_ROUTE, message.bytes());
    return replies ? util::Status(util::Done{}) : util::Status(replies.error());
}

}  // namespace igbtune::source
