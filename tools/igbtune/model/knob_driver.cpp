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

std::optional<source::LinkState> link_of(Sources& sources, const std::string& address) {
    const auto device = device_of(sources, address);
    const auto state = device ? source::link_state(sources.netlink(), device->index)
                              : Result<source::LinkState>(Error{});
    return state ? std::optional(*state) : std::nullopt;
}

// What a value says beside the driver's name.
struct Kept {
    std::string override;  // driver_override of the function; empty: none
    std::optional<source::LinkState> link;
};

// "/OVERRIDE/LINK" behind the name; nothing: the name is all.
std::optional<Kept> kept_in(std::string_view value) {
    const std::string_view name = driver_name(value);
    const std::size_t middle = value.find('/', name.size() + 1);
    if (name.size() == value.size() || middle == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view link = value.substr(middle + 1);
    Kept kept{.override = std::string(value.substr(name.size() + 1, middle - name.size() - 1)),
              .link = source::parse_link_state(link)};
    return kept.link || link.empty() ? std::optional(std::move(kept)) : std::nullopt;
}

Result<Kept> kept_now(Sources& sources, const std::string& address) {
    auto override = source::driver_override(sources.files(), address);
    if (!override) {
        return override.error();
    }
    return Kept{.override = std::move(*override), .link = link_of(sources, address)};
}

Result<std::string> read_driver(Sources& sources, const std::string& address) {
    const auto driver = source::bound_driver(sources.files(), address);
    const auto kept = kept_now(sources, address);
    if (!driver || !kept) {
        return driver ? kept.error() : driver.error();
    }
    return *driver + "/" + kept->override + "/" +
           (kept->link ? source::link_state_text(*kept->link) : "");
}

// A device without what it had is not the one that is wanted back.
bool means_driver(std::string_view now, std::string_view wanted) {
    const auto before = kept_in(wanted);
    const auto after = kept_in(now);
    const bool same = driver_name(now) == driver_name(wanted);
    if (!same || !before) {
        return same;
    }
    return after && after->override == before->override &&
           (!before->link || (after->link && source::has_link_state(*after->link, *before->link)));
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
    const auto given = kept_in(value);
    const auto kept = given ? Result<Kept>(*given) : kept_now(sources, address);
    if (!kept) {
        return kept.error();
    }
    if (Status bound = source::bind_driver(sources.files(), address, driver, kept->override);
        !bound) {
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
    if (!kept->link) {
        return util::Done{};
    }
    if (const Status restored =
            source::restore_link_state(sources.netlink(), link->index, *kept->link);
        !restored) {
        return Error{restored.error().kind,
                     "its addresses could not be given back: " + restored.error().message};
    }
    return kept->link->carrier ? wait_for_carrier(sources, link->index, driver)
                               : Status(util::Done{});
}

Result<std::string> canonical_driver(std::string_view text) {
    const std::string_view name = driver_name(text);
    const bool right = !name.empty() && std::ranges::all_of(name, [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
               (letter >= '0' && letter <= '9') || letter == '_' || letter == '-';
    });
    return right && (name == text || kept_in(text))
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
