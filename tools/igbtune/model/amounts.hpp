// SPDX-License-Identifier: GPL-2.0-only
// Counters by their public names ("softnet[1].dropped"), as calculations take them: since they
// began, or what an interval added to them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/counters.hpp"

namespace igbtune::model {

struct Amount {
    std::uint64_t value{};
    unsigned bits{64};  // where the kernel's counter wraps
};

class Amounts {
public:
    Amounts() = default;

    // Levels are no amounts and are left out.
    explicit Amounts(const std::vector<CounterGroup>& groups);

    void set(std::string name, Amount amount) {
        amounts_.insert_or_assign(std::move(name), amount);
    }

    // What was added since. A counter that is new or began again counts with what it reached;
    // those that began again are named.
    [[nodiscard]] Amounts since(const Amounts& before) const;
    [[nodiscard]] const std::vector<std::string>& restarted() const { return restarted_; }

    [[nodiscard]] std::optional<std::int64_t> find(std::string_view name) const;

    // Over all instances whose name begins so: sum("queue", "rx", "packets"). Nothing if none has
    // it.
    [[nodiscard]] std::optional<std::int64_t> sum(std::string_view group, std::string_view instance,
                                                  std::string_view counter) const;

    // The instances of a group: "rx 0", "rx 1".
    [[nodiscard]] std::vector<std::string> instances(std::string_view group,
                                                     std::string_view instance) const;

    [[nodiscard]] const std::map<std::string, Amount, std::less<>>& all() const { return amounts_; }

private:
    std::map<std::string, Amount, std::less<>> amounts_;
    std::vector<std::string> restarted_;
};

// "queue[rx 0].packets"; "stats64.rx_packets" where there is one instance only.
[[nodiscard]] std::string amount_name(std::string_view group, std::string_view instance,
                                      std::string_view counter);

}  // namespace igbtune::model
