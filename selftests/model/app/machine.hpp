// SPDX-License-Identifier: GPL-2.0-only
// The process as a whole: devices with their sockets, and what their connectors lead to.
#pragma once

#include <map>
#include <memory>

#include "app/options.hpp"
#include "ports/cable.hpp"
#include "transport/server.hpp"
#include "util/loop.hpp"

namespace igbmodel {

// A device and everything between it and QEMU.
struct Slot {
    Slot(Loop& loop, const NicOptions& options);

    DmaTable dma;
    IrqTable irqs;
    Nic nic;
    Server server;
    bool was_attached = false;
};

class Machine {
public:
    explicit Machine(Loop& loop) : loop_(loop) {}

    Status build(const Options& options);
    [[nodiscard]] Slot* find(const std::string& name);
    [[nodiscard]] const std::vector<std::unique_ptr<Slot>>& slots() const { return slots_; }
    // Faults that drivers made; a run with any has failed.
    [[nodiscard]] u64 driver_faults() const;
    void print_summary() const;
    // Why the machine ended its loop itself.
    [[nodiscard]] const Status& verdict() const { return verdict_; }

private:
    Status connect(Nic& nic, const std::string& port);
    template <class T>
    Status keep(Result<std::unique_ptr<T>> port, Nic& nic);

    void refuse(const Nic& nic, const Error& why);

    Loop& loop_;
    Status verdict_;
    struct NamedCable {
        Cable cable;
        std::size_t used = 0;
    };
    std::map<std::string, std::unique_ptr<NamedCable>> cables_;
    std::vector<std::unique_ptr<Port>> ports_;
    std::vector<std::unique_ptr<Slot>> slots_;  // last: they go before what they are connected to
};

}  // namespace igbmodel
