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

std::optional<source::LinkState> state_of(Sources& sources, const std::string& address) {
    const auto device = device_of(sources, address);
    const auto state = device ? source::link_state(sources.netlink(), device->index)
                              : Result<source::LinkState>(Error{});
    return state ? std::optional(*state) : std::nullopt;
}

// What comes behind the name.
std::optional<source::LinkState> state_in(std::string_view value) {
    const std::string_view name = driver_name(value);
    return name.size() < value.size() ? source::parse_link_state(value.substr(name.size() + 1))
                                      : std::nullopt;
}

Result<std::string> read_driver(Sources& sources, const std::string& address) {
    auto driver = source::bound_driver(sources.files(), address);
    if (!driver) {
        return driver;
    }
    const auto state = state_of(sources, address);
    return state ? *driver + "/" + source::link_state_text(*state) : driver;
}

// A device without what it had is not the one that is wanted back.
bool means_driver(std::string_view now, std::string_view wanted) {
    const auto before = state_in(wanted);
    const auto after = state_in(now);
    return driver_name(now) == driver_name(wanted) &&
           (!before || (after && source::has_link_state(*after, *before)));
}

Status wait_for_carrier(Sources& sources, int device, std::string_view driver) {
    const bool linked = wait_for(link_patience_seconds, [&] {
        const auto now = source::link_by_index(sources.netlink(), device);
        return now && now->carrier.value_or(false);
    });
    return linked ? Status(util::Done{})
                  : Status(Error{ErrorKind::failure,
                                 "the link does not come with " + std::string(driver)});
}

Status change_driver(Sources& sources, const std::string& address, const std::string& value) {
    const std::string driver(driver_name(value));
    const auto given = state_in(value);
    const auto state = given ? given : state_of(sources, address);
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
    if (!state) {
        return util::Done{};
    }
    if (Status restored = source::restore_link_state(sources.netlink(), link->index, *state);
        !restored) {
        return Error{restored.error().kind,
                     "its addresses could not be given back: " + restored.error().message};
    }
    return state->carrier ? wait_for_carrier(sources, link->index, driver) : Status(util::Done{});
}

Result<std::string> canonical_driver(std::string_view text) {
    const std::string_view name = driver_name(text);
    const bool right = !name.empty() && std::ranges::all_of(name, [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
               (letter >= '0' && letter <= '9') || letter == '_' || letter == '-';
    });
    return right && (name == text || state_in(text))
               ? Result(std::string(text))
               : Result<std::string>(Error{ErrorKind::invalid, "a driver's name would be right"});
}

}  // namespace

std::string_view driver_name(std::string_view value) {
    return value.substr(0, value.find('/'));
}

Knob driver_knob(Sources& sources, const std::string& address) {
    Knob knob;
    knob.name = "driver";
    knob.term = "driver";
    knob.order = Order::channels;
    knob.form = Form::own;
    knob.canonical = canonical_driver;
    knob.get = [&sources, address] { return read_driver(sources, address); };
    knob.put = [&sources, address](const std::string& value) {
        return change_driver(sources, address, value);
    };
    knob.means = means_driver;
    return knob;
}

}  // namespace igbtune::model
