// SPDX-License-Identifier: GPL-2.0-only
#include "model/surroundings.hpp"

#include <array>
#include <string_view>
#include <vector>

#include "util/text.hpp"

namespace igbtune::model {

using source::Files;
using util::CpuSet;

namespace {

std::string text_of(const Files& files, const std::string& path) {
    const auto text = files.read(path);
    return text ? std::string(util::trim(*text)) : std::string();
}

std::vector<std::string> names_in(const Files& files, const std::string& path) {
    const auto names = files.list(path);
    return names ? *names : std::vector<std::string>{};
}

CpuSet cpus_of(const Files& files, const std::string& path) {
    const auto cpus = CpuSet::from_list(text_of(files, path));
    return cpus ? *cpus : CpuSet{};
}

void read_processes(const Files& files, Surroundings& surroundings) {
    for (const std::string& name : names_in(files, "/proc")) {
        if (util::number<unsigned>(name) &&
            text_of(files, "/proc/" + name + "/comm") == "irqbalance") {
            surroundings.irqbalance = true;
        }
    }
}

void read_node(const Files& files, const std::string& device, Surroundings& surroundings) {
    const std::string nodes = "/sys/devices/system/node";
    // "-1" where the firmware does not say.
    const auto node =
        util::number<unsigned>(text_of(files, "/sys/class/net/" + device + "/device/numa_node"));
    if (!node || cpus_of(files, nodes + "/online").size() < 2) {
        return;
    }
    surroundings.node = node;
    surroundings.node_cpus = cpus_of(files, nodes + "/node" + std::to_string(*node) + "/cpulist");
}

void read_igbr(const Files& files, Surroundings& surroundings) {
    constexpr std::array<std::string_view, 2> folders{"updates", "updates/dkms"};
    constexpr std::array<std::string_view, 4> endings{"", ".xz", ".zst", ".gz"};
    constexpr std::string_view mark = "~Module signature appended~\n";
    surroundings.igbr_loaded = files.list("/sys/module/igbr").ok();
    const std::string modules =
        "/lib/modules/" + text_of(files, "/proc/sys/kernel/osrelease") + "/";
    for (const std::string_view folder : folders) {
        for (const std::string_view ending : endings) {
            const std::string path =
                modules + std::string(folder) + "/igbr.ko" + std::string(ending);
            const auto content = files.read(path);
            if (content && surroundings.igbr_file.empty()) {
                surroundings.igbr_file = path;
                surroundings.igbr_signed =
                    ending.empty() ? std::optional(content->ends_with(mark)) : std::nullopt;
            }
        }
    }
}

void read_settings(const Files& files, Surroundings& surroundings) {
    constexpr std::array<std::string_view, 6> names{"netdev_budget",      "netdev_budget_usecs",
                                                    "netdev_max_backlog", "rmem_default",
                                                    "rmem_max",           "somaxconn"};
    for (const std::string_view name : names) {
        const auto value =
            util::number<std::uint64_t>(text_of(files, "/proc/sys/net/core/" + std::string(name)));
        if (value) {
            surroundings.settings.emplace("net.core." + std::string(name), *value);
        }
    }
}

void read_signatures(const Files& files, Surroundings& surroundings) {
    const std::string lockdown = text_of(files, "/sys/kernel/security/lockdown");
    const std::size_t begin = lockdown.find('[');
    const std::string level =
        begin == std::string::npos
            ? std::string()
            : lockdown.substr(begin + 1, lockdown.find(']', begin) - begin - 1);
    if (text_of(files, "/sys/module/module/parameters/sig_enforce") == "Y") {
        surroundings.signatures = "module.sig_enforce";
    } else if (!level.empty() && level != "none") {
        // Four bytes of attributes, then the value.
        const auto variable =
            files.read("/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c");
        const bool secure = variable && variable->size() > 4 && variable->at(4) == 1;
        surroundings.signatures = std::string(secure ? "Secure Boot, " : "") + "lockdown " + level;
    }
}

}  // namespace

Surroundings read_surroundings(const Files& files, const std::string& device) {
    Surroundings surroundings;
    if (const CpuSet online = cpus_of(files, "/sys/devices/system/cpu/online"); !online.empty()) {
        surroundings.online_cpus = static_cast<unsigned>(online.size());
        surroundings.cpus = online;
    }
    read_settings(files, surroundings);
    read_processes(files, surroundings);
    read_node(files, device, surroundings);
    read_igbr(files, surroundings);
    read_signatures(files, surroundings);
    return surroundings;
}

}  // namespace igbtune::model
