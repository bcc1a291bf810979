// SPDX-License-Identifier: GPL-2.0-only
#include "source/ethtool_rules.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>

namespace igbtune::source {

using util::Error;
using util::ErrorKind;
using util::Result;
using util::Status;

namespace {

constexpr std::uint32_t most_rules = 65536;
constexpr std::size_t locations_place = offsetof(ethtool_rxnfc, rule_cnt) + sizeof(std::uint32_t);

struct Locations {
    std::vector<std::uint32_t> used;
    bool driver_chooses{};
};

// The request, and behind it room for locations.
Status call(EthtoolIoctl& ioctl, const std::string& device, ethtool_rxnfc& request,
            std::vector<std::uint32_t>& locations) {
    std::vector<std::byte> bytes(std::max(sizeof(request), locations_place) +
                                 (locations.size() * sizeof(std::uint32_t)));
    std::memcpy(bytes.data(), &request, sizeof(request));
    Status done = ioctl.call(device, bytes);
    std::memcpy(&request, bytes.data(), sizeof(request));
    std::ranges::copy(std::span<const std::byte>(bytes).subspan(
                          locations_place, locations.size() * sizeof(std::uint32_t)),
                      std::as_writable_bytes(std::span(locations)).begin());
    return done;
}

Status call(EthtoolIoctl& ioctl, const std::string& device, ethtool_rxnfc& request) {
    std::vector<std::uint32_t> none;
    return call(ioctl, device, request, none);
}

// rule_cnt is a name for a member of a union.
// NOLINTBEGIN(cppcoreguidelines-pro-type-union-access)
Result<Locations> locations(EthtoolIoctl& ioctl, const std::string& device) {
    ethtool_rxnfc request{};
    request.cmd = ETHTOOL_GRXCLSRLCNT;
    if (const Status done = call(ioctl, device, request); !done) {
        return done.error();
    }
    Locations found{.used = {}, .driver_chooses = (request.data & RX_CLS_LOC_SPECIAL) != 0};
    if (request.rule_cnt > most_rules) {
        return Error{ErrorKind::failure, "more rules than there can be"};
    }
    if (request.rule_cnt == 0) {
        return found;
    }
    found.used.resize(request.rule_cnt);
    request = {};
    request.cmd = ETHTOOL_GRXCLSRLALL;
    request.rule_cnt = static_cast<std::uint32_t>(found.used.size());
    if (const Status done = call(ioctl, device, request, found.used); !done) {
        return done.error();
    }
    // One may have gone since they were counted.
    found.used.resize(std::min<std::size_t>(found.used.size(), request.rule_cnt));
    std::ranges::sort(found.used);
    return found;
}
// NOLINTEND(cppcoreguidelines-pro-type-union-access)

std::uint32_t lowest_free(const std::vector<std::uint32_t>& used) {
    std::uint32_t location = 0;
    for (const std::uint32_t taken : used) {
        location += taken == location ? 1 : 0;
    }
    return location;
}

}  // namespace

Result<std::vector<ethtool_rx_flow_spec>> flow_rules(EthtoolIoctl& ioctl,
                                                     const std::string& device) {
    const auto found = locations(ioctl, device);
    if (!found) {
        return found.error();
    }
    std::vector<ethtool_rx_flow_spec> rules;
    for (const std::uint32_t location : found->used) {
        ethtool_rxnfc request{};
        request.cmd = ETHTOOL_GRXCLSRULE;
        request.fs.location = location;
        if (const Status done = call(ioctl, device, request); !done) {
            return done.error();
        }
        rules.push_back(request.fs);
    }
    return rules;
}

Status insert_flow_rule(EthtoolIoctl& ioctl, const std::string& device, ethtool_rx_flow_spec rule,
                        std::optional<std::uint32_t> location) {
    if (!location) {
        const auto found = locations(ioctl, device);
        if (!found) {
            return found.error();
        }
        location = found->driver_chooses ? std::uint32_t{RX_CLS_LOC_ANY} : lowest_free(found->used);
    }
    ethtool_rxnfc request{};
    request.cmd = ETHTOOL_SRXCLSRLINS;
    request.fs = rule;
    request.fs.location = *location;
    return call(ioctl, device, request);
}

Status delete_flow_rule(EthtoolIoctl& ioctl, const std::string& device, std::uint32_t location) {
    ethtool_rxnfc request{};
    request.cmd = ETHTOOL_SRXCLSRLDEL;
    request.fs.location = location;
    return call(ioctl, device, request);
}

}  // namespace igbtune::source
