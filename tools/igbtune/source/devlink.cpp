// SPDX-License-Identifier: GPL-2.0-only
#include "source/devlink.hpp"

#include <linux/devlink.h>

namespace igbtune::source {

using util::Result;

namespace {

constexpr std::uint64_t state_healthy = 0;  // not among the headers for programs

}  // namespace

Result<std::vector<HealthReporter>> health_reporters(GenericNetlink& netlink,
                                                     const std::string& bus,
                                                     const std::string& name) {
    const auto replies =
        netlink.dump(DEVLINK_GENL_NAME, DEVLINK_CMD_HEALTH_REPORTER_GET, [&](Message& message) {
            message.put(DEVLINK_ATTR_BUS_NAME, bus);
            message.put(DEVLINK_ATTR_DEV_NAME, name);
        });
    if (!replies) {
        return replies.error();
    }
    std::vector<HealthReporter> found;
    for (const Bytes& reply : *replies) {
        const Attributes attributes = GenericNetlink::attributes_of(reply);
        const Attributes reporter = attributes.nested(DEVLINK_ATTR_HEALTH_REPORTER);
        const auto called = reporter.text(DEVLINK_ATTR_HEALTH_REPORTER_NAME);
        // A kernel that does not filter a dump by device gives all of them.
        if (!called || attributes.text(DEVLINK_ATTR_BUS_NAME) != bus ||
            attributes.text(DEVLINK_ATTR_DEV_NAME) != name) {
            continue;
        }
        const auto number = [&](std::uint16_t attribute) {
            return reporter.unsigned_number(attribute).value_or(0);
        };
        found.push_back({.name = *called,
                         .healthy = number(DEVLINK_ATTR_HEALTH_REPORTER_STATE) == state_healthy,
                         .errors = number(DEVLINK_ATTR_HEALTH_REPORTER_ERR_COUNT),
                         .recoveries = number(DEVLINK_ATTR_HEALTH_REPORTER_RECOVER_COUNT)});
    }
    return found;
}

}  // namespace igbtune::source
