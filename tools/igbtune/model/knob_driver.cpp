// SPDX-License-Identifier: GPL-2.0-only
#include "model/knob_driver.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>

#include "source/driver_binding.hpp"
#include "source/link_state.hpp"
#include "source/rtnetlink.hpp"
#include "util/text.hpp"

namespace igbtune::model {

using source::Sources;
using util::Error;
using util::ErrorKind;
using util::Result;
using util::Status;

namespace {

constexpr std::chrono::milliseconds step(100);

std::optional<source::Link> device_of(Sources& sources, const std::string& address) {
    for (const std::string& name : source::network_devices(sources.files(), address)) {
        if (auto link = source::link_by_name(sources.netlink(), name)) {
            return std::move(*link);
        }
    }
    return std::nullopt;
}

// Until it is so, or for so many seconds.
template <typename Condition>
bool wait_for(int seconds, const Condition& condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
    while (!condition()) {
        if (std::chrono::steady_clock::now() >= end) {
            return false;
        }
        std::this_thread::sleep_for(step);
    }
    return true;
}

Status change_driver(Sources& sources, const std::string& address, const std::string& driver) {
    source::LinkState state;
    if (const auto before = device_of(sources, address)) {
        auto kept = source::link_state(sources.netlink(), before->index);
        if (!kept) {
            return kept.error();
        }
        state = std::move(*kept);
    }
    if (Status bound = source::bind_driver(sources.files(), address, driver); !bound) {
        return bound;
    }
    std::optional<source::Link> link;
    const bool there = wait_for(device_patience_seconds, [&] {
        link = device_of(sources, address);
        return link.has_value();
    });
    if (!there) {
        return Error{ErrorKind::failure, driver + " shows no network device"};
    }
    if (Status restored = source::restore_link_state(sources.netlink(), link->index, state);
        !restored) {
        return Error{restored.error().kind,
                     "its addresses could not be given back: " + restored.error().message};
    }
    if (!state.carrier) {
        return util::Done{};
    }
    const bool linked = wait_for(link_patience_seconds, [&] {
        const auto now = source::link_by_index(sources.netlink(), link->index);
        return now && now->carrier.value_or(false);
    });
    return linked ? Status(util::Done{})
                  : Status(Error{ErrorKind::failure, "the link does not come with " + driver});
}

Result<std::string> canonical_driver(std::string_view text) {
    const bool right = !text.empty() && std::ranges::all_of(text, [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
               (letter >= '0' && letter <= '9') || letter == '_' || letter == '-';
    });
    return right ? Result(std::string(text))
                 : Result<std::string>(Error{ErrorKind::invalid, "a driver's name would be right"});
}

}  // namespace

Knob driver_knob(Sources& sources, const std::string& address) {
    Knob knob;
    knob.name = "driver";
    knob.term = "driver";
    knob.order = Order::channels;
    knob.form = Form::own;
    knob.canonical = canonical_driver;
    knob.get = [&sources, address] { return source::bound_driver(sources.files(), address); };
    knob.put = [&sources, address](const std::string& driver) {
        return change_driver(sources, address, driver);
    };
    return knob;
}

}  // namespace igbtune::model
