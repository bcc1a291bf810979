// SPDX-License-Identifier: GPL-2.0-only
#include "model/knobs.hpp"

#include <algorithm>
#include <array>

#include "model/knob_driver.hpp"
#include "model/knobs_coalescing.hpp"
#include "model/knobs_rules.hpp"
#include "model/knobs_steering.hpp"
#include "model/snapshot.hpp"
#include "model/topology.hpp"
#include "source/driver_binding.hpp"
#include "source/rtnetlink.hpp"
#include "source/sysfs_device.hpp"
#include "util/cpu_set.hpp"
#include "util/text.hpp"

namespace igbtune::model {

using util::CpuSet;
using util::Error;
using util::ErrorKind;
using util::Result;
using util::Status;

namespace {

constexpr std::uint64_t most_32 = 0xffffffff;
constexpr std::uint64_t most_31 = 0x7fffffff;

struct NumberFile {
    std::string_view name;
    std::uint64_t least;
    std::uint64_t most;
};

// Below /sys/class/net/DEV.
constexpr std::array<NumberFile, 4> device_files{{
    {.name = "tx_queue_len", .least = 0, .most = most_31},
    {.name = "gro_flush_timeout", .least = 0, .most = most_31},
    {.name = "napi_defer_hard_irqs", .least = 0, .most = most_31},
    {.name = "threaded", .least = 0, .most = 1},
}};

// Below /proc/sys, with dots for slashes.
constexpr std::array<NumberFile, 27> number_sysctls{{
    {.name = "net.core.netdev_budget", .least = 1, .most = most_31},
    {.name = "net.core.netdev_budget_usecs", .least = 1, .most = most_31},
    {.name = "net.core.dev_weight", .least = 1, .most = most_31},
    {.name = "net.core.dev_weight_rx_bias", .least = 1, .most = most_31},
    {.name = "net.core.dev_weight_tx_bias", .least = 1, .most = most_31},
    {.name = "net.core.gro_normal_batch", .least = 1, .most = most_31},
    {.name = "net.core.netdev_max_backlog", .least = 1, .most = most_31},
    {.name = "net.core.netdev_tstamp_prequeue", .least = 0, .most = 1},
    {.name = "net.core.flow_limit_table_len", .least = 0, .most = most_31},
    {.name = "net.core.rps_sock_flow_entries", .least = 0, .most = 1U << 29U},
    {.name = "net.core.rmem_default", .least = 2304, .most = most_31},
    {.name = "net.core.rmem_max", .least = 2304, .most = most_31},
    {.name = "net.core.wmem_default", .least = 4608, .most = most_31},
    {.name = "net.core.wmem_max", .least = 4608, .most = most_31},
    {.name = "net.core.optmem_max", .least = 0, .most = most_31},
    {.name = "net.core.somaxconn", .least = 0, .most = most_31},
    {.name = "net.core.busy_poll", .least = 0, .most = most_31},
    {.name = "net.core.busy_read", .least = 0, .most = most_31},
    {.name = "net.ipv4.tcp_max_syn_backlog", .least = 1, .most = most_31},
    {.name = "net.ipv4.tcp_syncookies", .least = 0, .most = 2},
    {.name = "net.ipv4.ip_early_demux", .least = 0, .most = 1},
    {.name = "net.ipv4.tcp_early_demux", .least = 0, .most = 1},
    {.name = "net.ipv4.udp_early_demux", .least = 0, .most = 1},
    {.name = "net.ipv4.udp_rmem_min", .least = 4096, .most = most_31},
    {.name = "net.ipv4.udp_wmem_min", .least = 4096, .most = most_31},
    {.name = "net.ipv4.tcp_notsent_lowat", .least = 0, .most = most_32},
    {.name = "net.ipv4.tcp_limit_output_bytes", .least = 0, .most = most_31},
}};

constexpr std::array<std::string_view, 4> triple_sysctls{"net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem",
                                                         "net.ipv4.tcp_mem", "net.ipv4.udp_mem"};

std::string sysctl_path(std::string_view name) {
    std::string path = "/proc/sys/" + std::string(name);
    std::ranges::replace(path, '.', '/');
    return path;
}

Knob file_knob(std::string name, std::string term, Order order, Form form, std::string path) {
    Knob knob;
    knob.name = std::move(name);
    knob.term = std::move(term);
    knob.order = order;
    knob.form = form;
    knob.most = most_31;
    knob.path = std::move(path);
    return knob;
}

Error wrong(const Knob& knob, std::string_view value, const std::string& right) {
    return {ErrorKind::invalid, knob.name + "=" + util::printable(value) + ": " + right};
}

Result<std::string> canonical_number(const Knob& knob, std::string_view value) {
    const auto number = util::number<std::uint64_t>(util::trim(value));
    if (!number || *number < knob.least || *number > knob.most) {
        return wrong(knob, value,
                     "a number from " + std::to_string(knob.least) + " to " +
                         std::to_string(knob.most) + " would be right");
    }
    return std::to_string(*number);
}

Result<std::string> canonical_three(const Knob& knob, std::string_view value) {
    std::string text;
    const auto words = util::words(value);
    for (const std::string_view word : words) {
        const auto number = util::number<std::uint64_t>(word);
        if (!number || *number > knob.most || words.size() != 3) {
            return wrong(knob, value, "three numbers with blanks between them would be right");
        }
        text += (text.empty() ? "" : " ") + std::to_string(*number);
    }
    if (words.size() != 3) {
        return wrong(knob, value, "three numbers with blanks between them would be right");
    }
    return text;
}

Result<std::string> canonical_flag(const Knob& knob, std::string_view value) {
    if (value == "on" || value == "1" || value == "true") {
        return std::string("on");
    }
    if (value == "off" || value == "0" || value == "false") {
        return std::string("off");
    }
    return wrong(knob, value, "on or off would be right");
}

Result<std::string> canonical_cpus(const Knob& knob, std::string_view value) {
    const auto cpus = CpuSet::from_list(value);
    // An interrupt must have a CPU.
    if (!cpus || (cpus->empty() && knob.form == Form::cpus)) {
        return wrong(knob, value, "a list of CPUs such as 0-3,8 would be right");
    }
    return cpus->list();
}

Result<std::string> canonical_queues(const Knob& knob, std::string_view value) {
    const auto queues = CpuSet::from_list(value);
    return queues ? Result(queues->list())
                  : wrong(knob, value, "a list of receive queues such as 0-3,8 would be right");
}

Result<std::string> canonical_word(const Knob& knob, std::string_view value) {
    const std::string_view word = util::trim(value);
    const bool right = !word.empty() && std::ranges::all_of(word, [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') ||
               letter == '_' || letter == '-';
    });
    return right ? Result(std::string(word)) : wrong(knob, value, "a name would be right");
}

}  // namespace

Result<std::string> Knobs::canonical(const Knob& knob, std::string_view value) const {
    switch (knob.form) {
        case Form::number:
            return canonical_number(knob, value);
        case Form::three_numbers:
            return canonical_three(knob, value);
        case Form::flag:
            return canonical_flag(knob, value);
        case Form::cpus:
        case Form::cpu_mask: {
            auto list = canonical_cpus(knob, value);
            const auto here = sources_->files().read("/sys/devices/system/cpu/possible");
            const auto possible =
                here ? CpuSet::from_list(util::trim(*here)) : Result<CpuSet>(here.error());
            if (list && possible && !CpuSet::from_list(*list)->within(*possible)) {
                return wrong(knob, value, "CPUs among " + possible->list() + " would be right");
            }
            return list;
        }
        case Form::queue_mask:
            return canonical_queues(knob, value);
        case Form::word:
            return canonical_word(knob, value);
        case Form::own: {
            auto right = knob.canonical(value);
            return right ? right : wrong(knob, value, right.error().message);
        }
    }
    return wrong(knob, value, "it has no form");
}

Result<Knobs> Knobs::of(source::Sources& sources, const std::string& device) {
    if (device.starts_with(pci_prefix)) {
        const std::string address = device.substr(pci_prefix.size());
        if (const auto driver = source::bound_driver(sources.files(), address); !driver) {
            return driver.error();
        }
        Knobs knobs(sources, 0, device);
        knobs.knobs_.push_back(driver_knob(sources, address));
        return knobs;
    }
    const auto observer = Observer::of(sources, device);  // for its words about unknown devices
    if (!observer) {
        return observer.error();
    }
    const auto link = source::link_by_name(sources.netlink(), device);
    if (!link) {
        return link.error();
    }
    Knobs knobs(sources, link->index, link->name);
    knobs.add_driver_knobs();
    const auto index = source::sysfs_device_index(sources.files(), link->name);
    if (index && *index == link->index) {
        knobs.add_queue_knobs();
        knobs.add_interrupt_knobs();
    }
    for (Knob& knob : steering_knobs(sources, link->index, link->name)) {
        knobs.knobs_.push_back(std::move(knob));
    }
    if (auto rules = rules_knob(sources, link->name)) {
        knobs.knobs_.push_back(std::move(*rules));
    }
    knobs.add_files();
    return knobs;
}

Knobs Knobs::of_machine(source::Sources& sources) {
    Knobs knobs(sources, 0, "the machine");
    knobs.add_system_files();
    return knobs;
}

void Knobs::add_if_there(Knob knob) {
    if (read(knob)) {
        knobs_.push_back(std::move(knob));
    }
}

void Knobs::add_driver_knobs() {
    namespace parameter = source::ethtool_parameter;
    struct Entry {
        const char* name;
        Order order;
        const source::EthtoolParameter* parameter;
        Form form;
        std::uint64_t least;
    };
    const std::array<Entry, 11> entries{{
        {"channels.combined", Order::channels, &parameter::combined_channels, Form::number, 1},
        {"channels.rx", Order::channels, &parameter::rx_channels, Form::number, 0},
        {"channels.tx", Order::channels, &parameter::tx_channels, Form::number, 0},
        {"rings.rx", Order::rings, &parameter::rx_ring, Form::number, 1},
        {"rings.tx", Order::rings, &parameter::tx_ring, Form::number, 1},
        {"coalesce.adaptive-rx", Order::coalescing, &parameter::adaptive_rx, Form::flag, 0},
        {"coalesce.adaptive-tx", Order::coalescing, &parameter::adaptive_tx, Form::flag, 0},
        {"coalesce.rx-usecs", Order::coalescing, &parameter::rx_usecs, Form::number, 0},
        {"coalesce.rx-frames", Order::coalescing, &parameter::rx_frames, Form::number, 0},
        {"coalesce.tx-usecs", Order::coalescing, &parameter::tx_usecs, Form::number, 0},
        {"coalesce.tx-frames", Order::coalescing, &parameter::tx_frames, Form::number, 0},
    }};
    for (const Entry& entry : entries) {
        const auto value = source::read_parameter(sources_->generic(), device_, *entry.parameter);
        if (!value || value->maximum == std::optional<std::uint64_t>(0)) {
            continue;
        }
        Knob knob;
        knob.name = entry.name;
        knob.term = entry.name;
        knob.order = entry.order;
        knob.form = entry.form;
        knob.least = entry.least;
        knob.most = value->maximum.value_or(most_32);
        knob.parameter = entry.parameter;
        knobs_.push_back(std::move(knob));
    }
    const auto features = source::features(sources_->generic(), device_);
    if (!features) {
        return;
    }
    for (const std::string& feature : features->changeable) {
        Knob knob;
        knob.name = "feature." + feature;
        knob.term = "feature";
        knob.order = Order::features;
        knob.form = Form::flag;
        knob.feature = feature;
        knobs_.push_back(std::move(knob));
    }
}

void Knobs::add_queue_knobs() {
    const auto counts = source::queue_counts(sources_->files(), name_);
    if (!counts) {
        return;
    }
    for (Knob& knob : queue_coalescing_knobs(*sources_, name_, counts->rx, counts->tx)) {
        knobs_.push_back(std::move(knob));
    }
    const std::string folder = "/sys/class/net/" + name_ + "/queues/";
    for (std::uint32_t queue = 0; queue < counts->rx; ++queue) {
        const std::string name = "rx-" + std::to_string(queue);
        add_if_there(file_knob(name + ".rps_cpus", "rx.rps_cpus", Order::queues, Form::cpu_mask,
                               folder + name + "/rps_cpus"));
        add_if_there(file_knob(name + ".rps_flow_cnt", "rx.rps_flow_cnt", Order::queues,
                               Form::number, folder + name + "/rps_flow_cnt"));
    }
    for (std::uint32_t queue = 0; queue < counts->tx; ++queue) {
        const std::string name = "tx-" + std::to_string(queue);
        add_if_there(file_knob(name + ".xps_cpus", "tx.xps_cpus", Order::queues, Form::cpu_mask,
                               folder + name + "/xps_cpus"));
        add_if_there(file_knob(name + ".xps_rxqs", "tx.xps_rxqs", Order::queues, Form::queue_mask,
                               folder + name + "/xps_rxqs"));
        for (const char* const limit : {"limit_min", "limit_max"}) {
            add_if_there(file_knob(name + ".bql_" + limit, std::string("tx.bql_") + limit,
                                   Order::queues, Form::number,
                                   folder + name + "/byte_queue_limits/" + limit));
        }
    }
}

void Knobs::add_interrupt_knobs() {
    const auto link = source::link_by_index(sources_->netlink(), device_);
    if (!link) {
        return;
    }
    Gaps gaps;
    const Topology topology = read_topology(*sources_, *link, gaps);
    for (const Queue& queue : topology.queues) {
        // A queue pair's interrupt has one name.
        if (queue.tx && queue.tx->interrupt &&
            (!queue.rx || queue.rx->interrupt != queue.tx->interrupt)) {
            add_if_there(file_knob(
                "tx-" + std::to_string(queue.id) + ".irq_cpus", "tx.irq_cpus", Order::queues,
                Form::cpus,
                "/proc/irq/" + std::to_string(*queue.tx->interrupt) + "/smp_affinity_list"));
        }
        if (!queue.rx || !queue.rx->interrupt) {
            continue;
        }
        add_if_there(
            file_knob("rx-" + std::to_string(queue.id) + ".irq_cpus", "rx.irq_cpus", Order::queues,
                      Form::cpus,
                      "/proc/irq/" + std::to_string(*queue.rx->interrupt) + "/smp_affinity_list"));
    }
}

void Knobs::add_files() {
    for (const NumberFile& file : device_files) {
        const auto index = source::sysfs_device_index(sources_->files(), name_);
        if (!index || *index != device_) {
            break;
        }
        Knob knob =
            file_knob(std::string(file.name), std::string(file.name), Order::device, Form::number,
                      "/sys/class/net/" + name_ + "/" + std::string(file.name));
        knob.least = file.least;
        knob.most = file.most;
        add_if_there(std::move(knob));
    }
    add_system_files();
}

void Knobs::add_system_files() {
    for (const NumberFile& file : number_sysctls) {
        const std::string name = "sysctl." + std::string(file.name);
        Knob knob = file_knob(name, name, Order::system, Form::number, sysctl_path(file.name));
        knob.least = file.least;
        knob.most = file.most;
        add_if_there(std::move(knob));
    }
    add_if_there(file_knob("sysctl.net.core.flow_limit_cpu_bitmap",
                           "sysctl.net.core.flow_limit_cpu_bitmap", Order::system, Form::cpu_mask,
                           sysctl_path("net.core.flow_limit_cpu_bitmap")));
    add_if_there(file_knob("sysctl.net.core.default_qdisc", "sysctl.net.core.default_qdisc",
                           Order::system, Form::word, sysctl_path("net.core.default_qdisc")));
    for (const std::string_view file : triple_sysctls) {
        const std::string name = "sysctl." + std::string(file);
        add_if_there(file_knob(name, name, Order::system, Form::three_numbers, sysctl_path(file)));
    }
}

Result<const Knob*> Knobs::find(std::string_view name) const {
    const auto found = std::ranges::find(knobs_, name, &Knob::name);
    if (found != knobs_.end()) {
        return &*found;
    }
    std::vector<std::string> names;
    names.reserve(knobs_.size());
    for (const Knob& knob : knobs_) {
        names.push_back(knob.name);
    }
    const auto meant = util::did_you_mean(name, names);
    return Error{ErrorKind::not_supported,
                 name_ + " has no knob " + util::printable(name) +
                     (meant ? "; did you mean " + *meant + "?"
                            : "; igbtune save " + name_ + " lists what it has")};
}

Result<std::string> Knobs::read(const Knob& knob) const {
    if (knob.get) {
        return knob.get();
    }
    if (knob.parameter != nullptr) {
        const auto value = source::read_parameter(sources_->generic(), device_, *knob.parameter);
        if (!value) {
            return value.error();
        }
        if (knob.form == Form::flag) {
            return std::string(value->value != 0 ? "on" : "off");
        }
        return std::to_string(value->value);
    }
    if (!knob.feature.empty()) {
        const auto features = source::features(sources_->generic(), device_);
        if (!features) {
            return features.error();
        }
        return std::string(features->active.contains(knob.feature) ? "on" : "off");
    }
    const auto text = sources_->files().read(knob.path);
    if (!text) {
        return text.error();
    }
    const std::string_view value = util::trim(*text);
    if (knob.form == Form::cpu_mask || knob.form == Form::queue_mask) {
        const auto cpus = CpuSet::from_mask(value);
        return cpus ? Result<std::string>(cpus->list()) : Result<std::string>(cpus.error());
    }
    if (knob.form == Form::cpus) {
        const auto cpus = CpuSet::from_list(value);
        return cpus ? Result<std::string>(cpus->list()) : Result<std::string>(cpus.error());
    }
    std::string joined;
    for (const std::string_view word : util::words(value)) {
        joined += (joined.empty() ? "" : " ") + std::string(word);
    }
    return joined;
}

Status Knobs::write(const Knob& knob, const std::string& value) const {
    Status done = util::Done{};
    if (knob.put) {
        done = knob.put(value);
    } else if (knob.parameter != nullptr) {
        const std::string number = value == "on" ? "1" : value;
        done = source::write_parameter(sources_->generic(), device_, *knob.parameter,
                                       util::number<std::uint64_t>(number).value_or(0));
    } else if (!knob.feature.empty()) {
        done = source::set_feature(sources_->generic(), device_, knob.feature, value == "on");
    } else if (knob.form == Form::cpu_mask || knob.form == Form::queue_mask) {
        const auto cpus = CpuSet::from_list(value);
        done = sources_->files().write(knob.path, cpus ? cpus->mask() : value);
    } else {
        done = sources_->files().write(knob.path, value);
    }
    if (!done) {
        return Error{done.error().kind, knob.name + "=" + value + ": " + done.error().message};
    }
    const auto now = read(knob);
    if (!now) {
        return Error{now.error().kind, knob.name + ": " + now.error().message};
    }
    if (!knob.has(*now, value)) {
        return Error{ErrorKind::failure,
                     knob.name + "=" + value + ": the kernel took it and has " + *now};
    }
    return util::Done{};
}

}  // namespace igbtune::model
