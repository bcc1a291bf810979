// SPDX-License-Identifier: GPL-2.0-only
#include "source/generic_netlink.hpp"

#include <linux/genetlink.h>
#include <linux/netlink.h>

namespace igbtune::source {

using util::Error;
using util::ErrorKind;
using util::Result;

namespace {

std::map<std::string, std::uint32_t> groups_of(const Attributes& family) {
    std::map<std::string, std::uint32_t> groups;
    for (const Attribute& group : family.nested(CTRL_ATTR_MCAST_GROUPS)) {
        const Attributes attributes = group.nested();
        const auto name = attributes.text(CTRL_ATTR_MCAST_GRP_NAME);
        const auto id = attributes.u32(CTRL_ATTR_MCAST_GRP_ID);
        if (name && id) {
            groups.emplace(*name, *id);
        }
    }
    return groups;
}

}  // namespace

Result<GenericNetlink::Family> GenericNetlink::family(const std::string& name) {
    if (const auto known = families_.find(name); known != families_.end()) {
        return known->second;
    }
    const Family controller{.id = GENL_ID_CTRL, .version = 1, .groups = {}};
    auto replies = ask(controller, CTRL_CMD_GETFAMILY, NLM_F_ACK,
                       [&](Message& message) { message.put(CTRL_ATTR_FAMILY_NAME, name); });
    if (!replies) {
        if (replies.error().kind == ErrorKind::not_found) {
            return Error{ErrorKind::not_supported,
                         "this kernel has no netlink family '" + name + "'"};
        }
        return replies.error();
    }
    for (const Bytes& reply : *replies) {
        const Attributes attributes = attributes_of(reply);
        const auto id = attributes.unsigned_number(CTRL_ATTR_FAMILY_ID);
        const auto version = attributes.unsigned_number(CTRL_ATTR_VERSION);
        if (id && *id <= UINT16_MAX) {
            const Family found{.id = static_cast<std::uint16_t>(*id),
                               .version = static_cast<std::uint8_t>(version.value_or(1)),
                               .groups = groups_of(attributes)};
            families_.emplace(name, found);
            return found;
        }
    }
    return Error{ErrorKind::failure, "netlink: no id in the answer about family '" + name + "'"};
}

Result<std::vector<Bytes>> GenericNetlink::get(const std::string& name, std::uint8_t command,
                                               const Fill& fill) {
    return ask(name, command, NLM_F_ACK, fill);
}

Result<std::vector<Bytes>> GenericNetlink::dump(const std::string& name, std::uint8_t command,
                                                const Fill& fill) {
    return ask(name, command, NLM_F_DUMP, fill);
}

Result<std::unique_ptr<NetlinkGroup>> GenericNetlink::join(const std::string& name,
                                                           const std::string& group) {
    const Result<Family> found = family(name);
    if (!found) {
        return found.error();
    }
    const auto id = found->groups.find(group);
    if (id == found->groups.end()) {
        return Error{ErrorKind::not_supported,
                     "netlink family '" + name + "' has no group '" + group + "'"};
    }
    return netlink_->join(NETLINK_GENERIC, id->second);
}

Result<std::vector<Bytes>> GenericNetlink::ask(const std::string& name, std::uint8_t command,
                                               std::uint16_t flags, const Fill& fill) {
    const Result<Family> found = family(name);
    if (!found) {
        return found.error();
    }
    return ask(*found, command, flags, fill);
}

Result<std::vector<Bytes>> GenericNetlink::ask(const Family& family, std::uint8_t command,
                                               std::uint16_t flags, const Fill& fill) {
    Message message(family.id, static_cast<std::uint16_t>(NLM_F_REQUEST | flags));
    message.append(genlmsghdr{.cmd = command, .version = family.version, .reserved = 0});
    fill(message);
    return netlink_->ask(NETLINK_GENERIC, message.bytes());
}

Attributes GenericNetlink::attributes_of(const Bytes& reply) {
    return Attributes(after(after(reply, sizeof(nlmsghdr)), sizeof(genlmsghdr)));
}

}  // namespace igbtune::source
