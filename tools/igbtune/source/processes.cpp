// SPDX-License-Identifier: GPL-2.0-only
#include "source/processes.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "util/text.hpp"

namespace igbtune::source {
namespace {

// The N of "socket:[N]".
std::optional<std::uint64_t> inode_of(std::string_view target) {
    constexpr std::string_view prefix = "socket:[";
    if (!target.starts_with(prefix) || !target.ends_with(']')) {
        return std::nullopt;
    }
    target.remove_prefix(prefix.size());
    target.remove_suffix(1);
    return util::number<std::uint64_t>(target);
}

std::vector<std::uint32_t> process_ids(const Files& files) {
    std::vector<std::uint32_t> ids;
    const auto names = files.list("/proc");
    for (const std::string& name : names ? *names : std::vector<std::string>{}) {
        if (const auto id = util::number<std::uint32_t>(name)) {
            ids.push_back(*id);
        }
    }
    std::ranges::sort(ids);
    return ids;
}

}  // namespace

std::map<std::uint64_t, Process> socket_owners(const Files& files,
                                               const std::set<std::uint64_t>& inodes) {
    std::map<std::uint64_t, Process> owners;
    for (const std::uint32_t id : process_ids(files)) {
        if (owners.size() == inodes.size()) {
            break;
        }
        const std::string folder = "/proc/" + std::to_string(id);
        const std::string open_files = folder + "/fd/";
        const auto descriptors = files.list(folder + "/fd");
        for (const std::string& descriptor :
             descriptors ? *descriptors : std::vector<std::string>{}) {
            const auto target = files.link(std::string(open_files).append(descriptor));
            const auto inode = target ? inode_of(*target) : std::nullopt;
            if (!inode || !inodes.contains(*inode) || owners.contains(*inode)) {
                continue;
            }
            const auto name = files.read(folder + "/comm");
            owners.emplace(*inode,
                           Process{.id = id, .name = name ? std::string(util::trim(*name)) : ""});
        }
    }
    return owners;
}

}  // namespace igbtune::source
