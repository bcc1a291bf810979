// SPDX-License-Identifier: GPL-2.0-only
// Generic netlink: families found by name at run time. A new family (devlink, NET_DM, igbr's own)
// needs nothing but its name and its numbers.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "source/message.hpp"
#include "source/netlink.hpp"
#include "util/result.hpp"

namespace igbtune::source {

class GenericNetlink {
public:
    struct Family {
        std::uint16_t id{};
        std::uint8_t version{};
        std::map<std::string, std::uint32_t> groups;  // multicast groups by their names
    };

    using Fill = std::function<void(Message&)>;

    explicit GenericNetlink(Netlink& netlink) : netlink_(&netlink) {}

    // Asked of the kernel once; an unknown family is ErrorKind::not_supported.
    util::Result<Family> family(const std::string& name);

    // One command to one object, or a dump of all; fill adds the attributes. The attributes refer
    // to the replies' bytes, so these are what is given back: see attributes_of().
    util::Result<std::vector<Bytes>> get(const std::string& name, std::uint8_t command,
                                         const Fill& fill);
    util::Result<std::vector<Bytes>> dump(const std::string& name, std::uint8_t command,
                                          const Fill& fill);

    // Listens to a multicast group of a family.
    util::Result<std::unique_ptr<NetlinkGroup>> join(const std::string& name,
                                                     const std::string& group);

    // The attributes of one reply; valid as long as the reply is.
    static Attributes attributes_of(const Bytes& reply);

private:
    util::Result<std::vector<Bytes>> ask(const Family& family, std::uint8_t command,
                                         std::uint16_t flags, const Fill& fill);
    util::Result<std::vector<Bytes>> ask(const std::string& name, std::uint8_t command,
                                         std::uint16_t flags, const Fill& fill);

    Netlink* netlink_;
    std::map<std::string, Family> families_;
};

}  // namespace igbtune::source
