// SPDX-License-Identifier: GPL-2.0-only
#include "view/device_text.hpp"

#include <algorithm>

#include "util/text.hpp"

namespace igbtune::view {

using model::Device;
using model::IrqMode;

namespace {

std::string bus_text(const Device& device) {
    if (device.loopback) {
        return "the loopback device";
    }
    if (device.bus.empty()) {
        return "a virtual device";
    }
    std::string text = device.bus == "pci" ? "PCI" : device.bus;
    text += " " + device.bus_address;
    return device.pci_id.empty() ? text : text + " (" + device.pci_id + ")";
}

std::string link_text(const Device& device) {
    if (!device.admin_up) {
        return "the device is down";
    }
    std::string text = std::string("link ") + (device.carrier.value_or(false) ? "up" : "down");
    if (device.speed) {
        text += ", " + std::to_string(*device.speed) + " Mb/s";
    }
    return device.duplex.empty() ? text : text + " " + device.duplex + " duplex";
}

// Only of hardware: software stamps are everywhere.
std::string time_stamping_text(const Device& device) {
    const auto has = [&](const char* ability) {
        return device.time_stamping &&
               std::ranges::find(device.time_stamping->abilities, ability) !=
                   device.time_stamping->abilities.end();
    };
    const bool receive = has("hardware-receive");
    const bool transmit = has("hardware-transmit");
    if (!receive && !transmit) {
        return {};
    }
    std::string text = "time stamps by hardware";
    if (receive != transmit) {
        text += receive ? " (receive only)" : " (transmit only)";
    }
    return device.time_stamping->clock
               ? text + ", clock /dev/ptp" + std::to_string(*device.time_stamping->clock)
               : text;
}

std::string interrupt_text(const Device& device) {
    const std::size_t count = device.interrupts.size();
    if (device.irq_mode == IrqMode::none && count == 0) {
        return "no interrupts of its own";
    }
    const std::string mode = device.irq_mode == IrqMode::none
                                 ? "interrupts"
                                 : std::string(model::to_string(device.irq_mode));
    return mode + ": " + std::to_string(count) + (count == 1 ? " interrupt" : " interrupts");
}

}  // namespace

std::string device_text(const Device& device, const Style& style) {
    const std::string name = util::printable(device.name);
    std::vector<std::string> identity;
    if (!device.driver.empty()) {
        identity.push_back(
            "driver " + util::printable(device.driver) +
            (device.driver_version.empty() ? "" : " " + util::printable(device.driver_version)));
    }
    identity.push_back(util::printable(bus_text(device)));
    if (!device.mac.empty()) {
        identity.push_back("MAC " + device.mac);
    }
    std::vector<std::string> state{link_text(device)};
    if (device.mtu) {
        state.push_back("MTU " + std::to_string(*device.mtu));
    }
    if (!device.qdisc.empty()) {
        state.push_back("qdisc " + util::printable(device.qdisc));
    }
    state.push_back(interrupt_text(device));
    const std::string indent(name.size() + 2, ' ');
    const std::string stamping = util::printable(time_stamping_text(device));
    return style.title(name + ":") + " " + util::join(identity, ", ") + "\n" + indent +
           util::join(state, ", ") + "\n" + (stamping.empty() ? "" : indent + stamping + "\n");
}

std::string unavailable_text(const std::vector<model::Unavailable>& unavailable,
                             const Style& style) {
    if (unavailable.empty()) {
        return {};
    }
    std::string text = "\n" + style.title("not available:") + "\n";
    for (const model::Unavailable& gap : unavailable) {
        text += "  " + util::printable(gap.what) + ": " + util::printable(gap.reason) + "\n";
    }
    return text;
}

}  // namespace igbtune::view
