// SPDX-License-Identifier: GPL-2.0-only
#include "source/driver_binding.hpp"

#include "util/text.hpp"

namespace igbtune::source {

using util::Error;
using util::ErrorKind;
using util::Result;
using util::Status;

namespace {

constexpr const char* functions = "/sys/bus/pci/devices/";

std::string last_part(const std::string& path) {
    return path.substr(path.find_last_of('/') + 1);
}

Status probe_again(const Files& files, const std::string& address, bool bound) {
    if (bound) {
        if (Status done = files.write(functions + address + "/driver/unbind", address); !done) {
            return done;
        }
    }
    return files.write("/sys/bus/pci/drivers_probe", address);
}

}  // namespace

Result<std::string> pci_address(const Files& files, const std::string& device) {
    const auto target = files.link("/sys/class/net/" + device + "/device");
    const std::string address = target ? last_part(*target) : std::string();
    if (address.empty() || !files.list(functions + address)) {
        return Error{ErrorKind::not_supported,
                     util::printable(device) + " is no PCI function: its driver cannot be changed"};
    }
    return address;
}

Result<std::string> bound_driver(const Files& files, const std::string& address) {
    if (!files.list(functions + address)) {
        return Error{ErrorKind::not_found, "there is no PCI function " + util::printable(address)};
    }
    const auto target = files.link(functions + address + "/driver");
    return target ? last_part(*target) : std::string();
}

std::vector<std::string> network_devices(const Files& files, const std::string& address) {
    const auto names = files.list(functions + address + "/net");
    return names ? *names : std::vector<std::string>{};
}

std::vector<std::string> devices_above(const Files& files, const std::string& device) {
    constexpr std::string_view mark = "upper_";
    std::vector<std::string> above;
    const auto names = files.list("/sys/class/net/" + device);
    for (const std::string& name : names ? *names : std::vector<std::string>{}) {
        if (name.starts_with(mark)) {
            above.push_back(name.substr(mark.size()));
        }
    }
    return above;
}

Result<std::string> driver_override(const Files& files, const std::string& address) {
    const auto text = files.read(functions + address + "/driver_override");
    if (!text) {
        return text.error();
    }
    const std::string_view said = util::trim(*text);
    return said == "(null)" ? std::string() : std::string(said);
}

Status bind_driver(const Files& files, const std::string& address, const std::string& driver,
                   const std::string& override) {
    if (!files.list("/sys/bus/pci/drivers/" + driver)) {
        return Error{ErrorKind::not_supported, "there is no PCI driver " + util::printable(driver) +
                                                   " here: modprobe " + util::printable(driver) +
                                                   " loads it"};
    }
    const auto now = bound_driver(files, address);
    if (!now) {
        return now.error();
    }
    const std::string path = functions + address + "/driver_override";
    const std::string wanted = override + "\n";  // an empty line takes it away
    if (*now == driver) {
        return files.write(path, wanted);
    }
    if (Status done = files.write(path, driver + "\n"); !done) {
        return done;
    }
    const Status probed = probe_again(files, address, !now->empty());
    const Status restored = files.write(path, wanted);
    if (!probed || !restored) {
        return probed ? restored : probed;
    }
    const auto bound = bound_driver(files, address);
    if (!bound || *bound != driver) {
        return Error{ErrorKind::failure, driver + " does not take " + address};
    }
    return util::Done{};
}

}  // namespace igbtune::source
