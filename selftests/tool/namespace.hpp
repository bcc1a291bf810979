// SPDX-License-Identifier: GPL-2.0-only
// A network namespace of the test's own, with what the test puts into it.
#pragma once

#include <functional>
#include <string>

#include "util/result.hpp"
#include "util/unique_fd.hpp"

namespace igbtune::test {

class NetworkNamespace {
public:
    // An empty one; loopback is up. Needs root.
    static util::Result<NetworkNamespace> make();

    // Runs something in it, and comes back.
    util::Status run(const std::function<util::Status()>& action) const;

    // For a child process: enters it, with or without its own view of /sys.
    enum class Sysfs { of_namespace, of_host };
    [[nodiscard]] bool enter(Sysfs sysfs) const;

    // Both ends in this namespace, both up.
    util::Status add_veth_pair(const std::string& one, const std::string& other) const;

private:
    explicit NetworkNamespace(util::UniqueFd own, util::UniqueFd host)
        : own_(std::move(own)), host_(std::move(host)) {}

    util::UniqueFd own_;
    util::UniqueFd host_;
};

}  // namespace igbtune::test
