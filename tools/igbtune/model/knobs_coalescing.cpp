// SPDX-License-Identifier: GPL-2.0-only
#include "model/knobs_coalescing.hpp"

#include <limits>

#include "source/ethtool_queue_coalescing.hpp"
#include "util/text.hpp"

namespace igbtune::model {

using source::QueueCoalescing;
using source::Sources;
using util::Result;
using util::Status;

namespace {

struct Place {
    Sources* sources;
    std::string device;
    std::uint32_t queue;

    [[nodiscard]] Result<QueueCoalescing> read() const {
        return source::queue_coalescing(sources->ethtool(), device, queue);
    }

    template <typename Change>
    [[nodiscard]] Status write(const Change& change) const {
        auto settings = read();
        if (!settings) {
            return settings.error();
        }
        change(*settings);
        return source::set_queue_coalescing(sources->ethtool(), device, queue, *settings);
    }
};

Knob knob_of(std::string name, std::string term, Form form) {
    Knob knob;
    knob.name = std::move(name);
    knob.term = std::move(term);
    knob.order = Order::queue_coalescing;
    knob.form = form;
    knob.most = std::numeric_limits<std::uint32_t>::max();
    return knob;
}

Knob usecs_knob(std::string name, std::string term, const Place& place,
                std::uint32_t QueueCoalescing::* field) {
    Knob knob = knob_of(std::move(name), std::move(term), Form::number);
    knob.get = [place, field]() -> Result<std::string> {
        const auto settings = place.read();
        return settings ? Result(std::to_string((*settings).*field))
                        : Result<std::string>(settings.error());
    };
    knob.put = [place, field](const std::string& text) {
        return place.write([&](QueueCoalescing& settings) {
            settings.*field = util::number<std::uint32_t>(text).value_or(0);
        });
    };
    return knob;
}

Knob adaptive_knob(std::string name, const Place& place) {
    Knob knob = knob_of(std::move(name), "rx.coalesce-adaptive", Form::flag);
    knob.get = [place]() -> Result<std::string> {
        const auto settings = place.read();
        return settings ? Result(std::string(settings->adaptive_rx ? "on" : "off"))
                        : Result<std::string>(settings.error());
    };
    knob.put = [place](const std::string& text) {
        return place.write([&](QueueCoalescing& settings) { settings.adaptive_rx = text == "on"; });
    };
    return knob;
}

}  // namespace

std::vector<Knob> queue_coalescing_knobs(Sources& sources, const std::string& device,
                                         std::uint32_t rx_queues, std::uint32_t tx_queues) {
    std::vector<Knob> knobs;
    if (!Place{.sources = &sources, .device = device, .queue = 0}.read()) {
        return knobs;
    }
    for (std::uint32_t queue = 0; queue < rx_queues; ++queue) {
        const Place place{.sources = &sources, .device = device, .queue = queue};
        const std::string name = "rx-" + std::to_string(queue);
        knobs.push_back(adaptive_knob(name + ".coalesce-adaptive", place));
        knobs.push_back(usecs_knob(name + ".coalesce-usecs", "rx.coalesce-usecs", place,
                                   &QueueCoalescing::rx_usecs));
    }
    for (std::uint32_t queue = 0; queue < tx_queues; ++queue) {
        const Place place{.sources = &sources, .device = device, .queue = queue};
        knobs.push_back(usecs_knob("tx-" + std::to_string(queue) + ".coalesce-usecs",
                                   "tx.coalesce-usecs", place, &QueueCoalescing::tx_usecs));
    }
    return knobs;
}

}  // namespace igbtune::model
