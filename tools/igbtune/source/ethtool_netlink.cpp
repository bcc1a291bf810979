// SPDX-License-Identifier: GPL-2.0-only
#include "source/ethtool_netlink.hpp"

#include <linux/ethtool.h>
#include <linux/ethtool_netlink.h>

#include <array>

namespace igbtune::source {

using util::Error;
using util::ErrorKind;
using util::Result;

namespace {

// Since Linux 6.2; headers of older distributions lack it.
namespace rss {
constexpr std::uint8_t message_get = 38;        // ETHTOOL_MSG_RSS_GET
constexpr std::uint16_t header = 1;             // ETHTOOL_A_RSS_HEADER
constexpr std::uint16_t indirection_table = 4;  // ETHTOOL_A_RSS_INDIR
}  // namespace rss

// No driver has as many names as this: a larger index is damage.
constexpr std::uint32_t string_limit = 65536;

// The header that every ethtool request begins with. The flags go into it even if none is set: a
// header without content is left out of the message, and the kernel wants one.
void put_header(Message& message, std::uint16_t attribute, int device, std::uint32_t flags = 0) {
    message.nest(attribute, [&] {
        if (device != 0) {
            message.put(ETHTOOL_A_HEADER_DEV_INDEX, static_cast<std::uint32_t>(device));
        }
        message.put(ETHTOOL_A_HEADER_FLAGS, flags);
    });
}

// The one reply to a request about one device.
Result<Bytes> get_one(GenericNetlink& netlink, std::uint8_t command,
                      const GenericNetlink::Fill& fill) {
    auto replies = netlink.get(ETHTOOL_GENL_NAME, command, fill);
    if (!replies) {
        return replies.error();
    }
    if (replies->empty()) {
        return Error{ErrorKind::failure, "ethtool netlink: no answer"};
    }
    return std::move(replies->front());
}

StringSets string_sets(const Attributes& reply) {
    StringSets sets;
    for (const Attribute& item : reply.nested(ETHTOOL_A_STRSET_STRINGSETS)) {
        const Attributes set = item.nested();
        const auto id = set.u32(ETHTOOL_A_STRINGSET_ID);
        if (!id) {
            continue;
        }
        std::vector<std::string>& names = sets[*id];
        for (const Attribute& element : set.nested(ETHTOOL_A_STRINGSET_STRINGS)) {
            const Attributes entry = element.nested();
            const auto index = entry.u32(ETHTOOL_A_STRING_INDEX);
            const auto value = entry.text(ETHTOOL_A_STRING_VALUE);
            if (!index || !value || *index >= string_limit) {
                continue;
            }
            if (names.size() <= *index) {
                names.resize(*index + std::size_t{1});
            }
            names[*index] = *value;
        }
    }
    return sets;
}

template <std::size_t Count>
Result<StringSets> ask_string_sets(GenericNetlink& netlink, int device,
                                   const std::array<std::uint32_t, Count>& ids) {
    const auto reply = get_one(netlink, ETHTOOL_MSG_STRSET_GET, [&](Message& message) {
        put_header(message, ETHTOOL_A_STRSET_HEADER, device);
        message.nest(ETHTOOL_A_STRSET_STRINGSETS, [&] {
            for (const std::uint32_t id : ids) {
                message.nest(ETHTOOL_A_STRINGSETS_STRINGSET,
                             [&] { message.put(ETHTOOL_A_STRINGSET_ID, id); });
            }
        });
    });
    if (!reply) {
        return reply.error();
    }
    return string_sets(GenericNetlink::attributes_of(*reply));
}

std::string name_in(const StringSets& sets, std::uint64_t set, std::size_t index) {
    const auto found = sets.find(static_cast<std::uint32_t>(set));
    if (found == sets.end() || index >= found->second.size() || found->second[index].empty()) {
        return "counter " +
               std::to_string(index);  // newer than this kernel's own names: still a truth
    }
    return found->second[index];
}

// A histogram's bucket as a counter: "rx_size_64_127", "rx_size_1523_max".
std::optional<NamedValue> bucket(const Attributes& attributes, const std::string& direction) {
    const auto low = attributes.u32(ETHTOOL_A_STATS_GRP_HIST_BKT_LOW);
    const auto high = attributes.u32(ETHTOOL_A_STATS_GRP_HIST_BKT_HI);
    const auto value = attributes.unsigned_number(ETHTOOL_A_STATS_GRP_HIST_VAL);
    if (!low || !value) {
        return std::nullopt;
    }
    // The kernel leaves a bound out that is open.
    return NamedValue{direction + "_size_" + std::to_string(*low) + "_" +
                          (high.value_or(0) == 0 ? "max" : std::to_string(*high)),
                      *value};
}

StatisticsGroup statistics_group(const Attributes& attributes, const StringSets& names) {
    const std::uint64_t id = attributes.unsigned_number(ETHTOOL_A_STATS_GRP_ID).value_or(0);
    const std::uint64_t set = attributes.unsigned_number(ETHTOOL_A_STATS_GRP_SS_ID).value_or(0);
    StatisticsGroup group;
    group.name = name_in(names, ETH_SS_STATS_STD, id);
    for (const Attribute& item : attributes) {
        if (item.type() == ETHTOOL_A_STATS_GRP_STAT) {
            for (const Attribute& counter : item.nested()) {
                if (const auto value = counter.unsigned_number()) {
                    group.counters.push_back({name_in(names, set, counter.type()), *value});
                }
            }
        } else if (item.type() == ETHTOOL_A_STATS_GRP_HIST_RX ||
                   item.type() == ETHTOOL_A_STATS_GRP_HIST_TX) {
            const bool receive = item.type() == ETHTOOL_A_STATS_GRP_HIST_RX;
            if (auto counter = bucket(item.nested(), receive ? "rx" : "tx")) {
                group.counters.push_back(std::move(*counter));
            }
        }
    }
    return group;
}

}  // namespace

Result<LinkModes> link_modes(GenericNetlink& netlink, int device) {
    const auto reply = get_one(netlink, ETHTOOL_MSG_LINKMODES_GET, [&](Message& message) {
        put_header(message, ETHTOOL_A_LINKMODES_HEADER, device, ETHTOOL_FLAG_COMPACT_BITSETS);
    });
    if (!reply) {
        return reply.error();
    }
    const Attributes attributes = GenericNetlink::attributes_of(*reply);
    LinkModes modes;
    const auto speed = attributes.u32(ETHTOOL_A_LINKMODES_SPEED);
    if (speed && *speed != 0 && *speed != static_cast<std::uint32_t>(SPEED_UNKNOWN)) {
        modes.speed = speed;
    }
    const auto duplex = attributes.unsigned_number(ETHTOOL_A_LINKMODES_DUPLEX);
    if (duplex == DUPLEX_HALF) {
        modes.duplex = Duplex::half;
    } else if (duplex == DUPLEX_FULL) {
        modes.duplex = Duplex::full;
    }
    return modes;
}

Result<Rings> rings(GenericNetlink& netlink, int device) {
    const auto reply = get_one(netlink, ETHTOOL_MSG_RINGS_GET, [&](Message& message) {
        put_header(message, ETHTOOL_A_RINGS_HEADER, device);
    });
    if (!reply) {
        return reply.error();
    }
    const Attributes attributes = GenericNetlink::attributes_of(*reply);
    return Rings{.rx = attributes.u32(ETHTOOL_A_RINGS_RX),
                 .tx = attributes.u32(ETHTOOL_A_RINGS_TX)};
}

Result<TimeStamping> time_stamping(GenericNetlink& netlink, int device) {
    const auto reply = get_one(netlink, ETHTOOL_MSG_TSINFO_GET, [&](Message& message) {
        put_header(message, ETHTOOL_A_TSINFO_HEADER, device);
    });
    if (!reply) {
        return reply.error();
    }
    const Attributes attributes = GenericNetlink::attributes_of(*reply);
    // Bits that are listed are set: the sets come without a mask.
    const auto names = [&](std::uint16_t bitset) {
        std::vector<std::string> found;
        for (const Attribute& item : attributes.nested(bitset).nested(ETHTOOL_A_BITSET_BITS)) {
            if (auto name = item.nested().text(ETHTOOL_A_BITSET_BIT_NAME)) {
                found.push_back(std::move(*name));
            }
        }
        return found;
    };
    return TimeStamping{.abilities = names(ETHTOOL_A_TSINFO_TIMESTAMPING),
                        .tx_types = names(ETHTOOL_A_TSINFO_TX_TYPES),
                        .rx_filters = names(ETHTOOL_A_TSINFO_RX_FILTERS),
                        .clock = attributes.u32(ETHTOOL_A_TSINFO_PHC_INDEX)};
}

Result<std::vector<std::uint32_t>> rss_table(GenericNetlink& netlink, int device) {
    const auto reply = get_one(netlink, rss::message_get,
                               [&](Message& message) { put_header(message, rss::header, device); });
    if (!reply) {
        return reply.error();
    }
    std::vector<std::uint32_t> table;
    const Attributes attributes = GenericNetlink::attributes_of(*reply);
    if (const Attribute* const entries = attributes.find(rss::indirection_table)) {
        ByteView bytes = entries->payload();
        while (const auto queue = header_of<std::uint32_t>(bytes)) {
            table.push_back(*queue);
            bytes = bytes.subspan(sizeof(*queue));
        }
    }
    return table;
}

Result<StringSets> standard_names(GenericNetlink& netlink) {
    constexpr std::array<std::uint32_t, 5> ids{ETH_SS_STATS_STD, ETH_SS_STATS_ETH_PHY,
                                               ETH_SS_STATS_ETH_MAC, ETH_SS_STATS_ETH_CTRL,
                                               ETH_SS_STATS_RMON};
    return ask_string_sets(netlink, 0, ids);
}

Result<std::vector<StatisticsGroup>> standard_statistics(GenericNetlink& netlink, int device,
                                                         const StringSets& names) {
    constexpr std::array<std::uint32_t, 4> wanted{ETHTOOL_STATS_ETH_PHY, ETHTOOL_STATS_ETH_MAC,
                                                  ETHTOOL_STATS_ETH_CTRL, ETHTOOL_STATS_RMON};
    const auto reply = get_one(netlink, ETHTOOL_MSG_STATS_GET, [&](Message& message) {
        put_header(message, ETHTOOL_A_STATS_HEADER, device);
        message.nest(ETHTOOL_A_STATS_GROUPS, [&] {
            message.put_flag(ETHTOOL_A_BITSET_NOMASK);
            message.nest(ETHTOOL_A_BITSET_BITS, [&] {
                for (const std::uint32_t group : wanted) {
                    message.nest(ETHTOOL_A_BITSET_BITS_BIT,
                                 [&] { message.put(ETHTOOL_A_BITSET_BIT_INDEX, group); });
                }
            });
        });
    });
    if (!reply) {
        return reply.error();
    }
    std::vector<StatisticsGroup> groups;
    for (const Attribute& item : GenericNetlink::attributes_of(*reply)) {
        if (item.type() == ETHTOOL_A_STATS_GRP) {
            groups.push_back(statistics_group(item.nested(), names));
        }
    }
    return groups;
}

Result<std::vector<NamedValue>> pause_statistics(GenericNetlink& netlink, int device) {
    const auto reply = get_one(netlink, ETHTOOL_MSG_PAUSE_GET, [&](Message& message) {
        put_header(message, ETHTOOL_A_PAUSE_HEADER, device, ETHTOOL_FLAG_STATS);
    });
    if (!reply) {
        return reply.error();
    }
    const Attributes reply_attributes = GenericNetlink::attributes_of(*reply);
    const Attributes statistics = reply_attributes.nested(ETHTOOL_A_PAUSE_STATS);
    std::vector<NamedValue> found;
    if (const auto frames = statistics.unsigned_number(ETHTOOL_A_PAUSE_STAT_RX_FRAMES)) {
        found.push_back({"rx_pause_frames", *frames});
    }
    if (const auto frames = statistics.unsigned_number(ETHTOOL_A_PAUSE_STAT_TX_FRAMES)) {
        found.push_back({"tx_pause_frames", *frames});
    }
    return found;
}

Result<std::vector<std::string>> driver_statistic_names(GenericNetlink& netlink, int device) {
    constexpr std::array<std::uint32_t, 1> ids{ETH_SS_STATS};
    auto sets = ask_string_sets(netlink, device, ids);
    if (!sets) {
        return sets.error();
    }
    return std::move((*sets)[ETH_SS_STATS]);
}

}  // namespace igbtune::source
