// SPDX-License-Identifier: GPL-2.0-only
#include "app/machine.hpp"

#include <algorithm>

#include "ports/tap.hpp"
#include "ports/wire.hpp"
#include "util/log.hpp"

namespace igbmodel {

Slot::Slot(Loop& loop, const NicOptions& options)
    : irqs(options.msix_vectors != 0 ? options.msix_vectors : options.spec->msix_vectors),
      nic(options, loop, dma, irqs),
      server(loop, nic, dma, irqs) {}

Status Machine::build(const Options& options) {
    std::size_t attached = 0;
    for (const NicSetup& setup : options.nics) {
        auto slot = std::make_unique<Slot>(loop_, setup.nic);
        if (Status done = connect(slot->nic, setup.port); !done) {
            return done;
        }
        if (!setup.capture.empty()) {
            if (Status done = slot->nic.capture(setup.capture); !done) {
                return done;
            }
        }
        if (Status done = slot->server.listen(setup.socket); !done) {
            return done;
        }
        slot->dma.on_unreachable([this, &nic = slot->nic](const Error& why) { refuse(nic, why); });
        slots_.push_back(std::move(slot));
        ++attached;
    }
    if (options.once) {
        auto left = std::make_shared<std::size_t>(attached);
        for (const auto& slot : slots_) {
            slot->server.on_disconnect([this, left] {
                if (--*left == 0) {
                    loop_.stop();
                }
            });
        }
    }
    return {};
}

void Machine::refuse(const Nic& nic, const Error& why) {
    verdict_ = Error{nic.name() + ": " + why.text};
    loop_.stop();
}

template <class T>
Status Machine::keep(Result<std::unique_ptr<T>> port, Nic& nic) {
    if (!port) {
        return port.error();
    }
    nic.connect(*port.value());
    ports_.push_back(std::move(port.value()));
    return {};
}

Status Machine::connect(Nic& nic, const std::string& port) {
    const std::size_t colon = std::min(port.find(':'), port.size());
    const std::string kind = port.substr(0, colon);
    const std::string rest = port.substr(std::min(colon + 1, port.size()));
    if (kind == "none") {
        return {};
    }
    if (kind == "cable") {
        auto& named = cables_[rest];
        if (!named) {
            named = std::make_unique<NamedCable>();
        }
        if (named->used == 2) {
            return Error{"cable " + rest + " has two ends and both are taken"};
        }
        nic.connect(named->cable.end(named->used++));
        return {};
    }
    if (kind == "tap") {
        return keep(TapPort::open(loop_, rest), nic);
    }
    if (kind == "wire") {
        return keep(WirePort::open(loop_, rest), nic);
    }
    return Error{"port=" + port + ": it is none, cable:NAME, tap:INTERFACE or wire:OWN:PEER"};
}

Slot* Machine::find(const std::string& name) {
    const auto found = std::ranges::find_if(
        slots_, [&name](const auto& slot) { return slot->nic.name() == name; });
    return found == slots_.end() ? nullptr : found->get();
}

u64 Machine::driver_faults() const {
    u64 faults = 0;
    for (const auto& slot : slots_) {
        faults += slot->dma.faults().total() + slot->nic.complaints().count();
    }
    return faults;
}

void Machine::print_summary() const {
    for (const auto& slot : slots_) {
        u64 in = 0;
        u64 out = 0;
        for (u32 queue = 0; queue < slot->nic.spec().queues; ++queue) {
            in += slot->nic.receiver().counters(queue).frames;
            out += slot->nic.transmitter().counters(queue).frames;
        }
        log_summary(slot->nic.name() + ": " + std::to_string(out) + " frames sent, " +
                    std::to_string(in) + " received, " + std::to_string(slot->nic.messages_sent()) +
                    " interrupts, " + std::to_string(slot->dma.faults().total()) + " DMA faults, " +
                    std::to_string(slot->nic.complaints().count()) + " other driver faults");
    }
}

}  // namespace igbmodel
