// SPDX-License-Identifier: GPL-2.0-only
#include "transport/irq.hpp"

#include <algorithm>

namespace igbmodel {

namespace {
constexpr u32 info_eventfd = 1;
constexpr u32 info_maskable = 2;
constexpr u32 info_automasked = 4;
constexpr u32 info_noresize = 8;
}  // namespace

IrqTable::IrqTable(u32 msix_vectors) {
    events_[intx].resize(1);
    events_[msi].resize(1);
    events_[msix].resize(msix_vectors);
    events_[error].resize(1);
    events_[request].resize(1);
}

u32 IrqTable::count(u32 kind) const {
    return kind < kinds ? static_cast<u32>(events_[kind].size()) : 0;
}

u32 IrqTable::info_flags(u32 kind) const {
    switch (kind) {
        case intx:
            return info_eventfd | info_maskable | info_automasked;
        // Not noresize for MSI-X: QEMU would tear all vectors down at each new one.
        case msix:
            return info_eventfd;
        default:
            return info_eventfd | info_noresize;
    }
}

Status IrqTable::set_trigger(const vfu::SetIrqs& request, std::vector<UniqueFd>& fds) {
    auto& events = events_[request.index];
    if ((request.flags & vfu::SetIrqs::data_eventfd) != 0) {
        if (fds.size() > request.count) {
            return Error{"SET_IRQS: more descriptors than vectors"};
        }
        for (u32 i = 0; i < request.count; ++i) {
            events[request.start + i] = i < fds.size() ? std::move(fds[i]) : UniqueFd{};
        }
        if (request.index == intx) {
            masked_ = false;
            set_level(level_);
        }
        return {};
    }
    if ((request.flags & vfu::SetIrqs::data_none) != 0) {
        if (request.count == 0) {
            for (auto& event : events) {
                event.reset();
            }
        }
        for (u32 i = 0; i < request.count; ++i) {
            trigger(request.index, request.start + i);
        }
        return {};
    }
    return Error{"SET_IRQS: this form of data is not served", ENOSYS};
}

Status IrqTable::set(const vfu::SetIrqs& request, std::vector<UniqueFd>& fds) {
    if (request.index >= kinds || request.start > count(request.index) ||
        request.count > count(request.index) - request.start) {
        return Error{"SET_IRQS: no such interrupt"};
    }
    if ((request.flags & vfu::SetIrqs::action_trigger) != 0) {
        return set_trigger(request, fds);
    }
    if (request.index != intx) {
        return {};  // QEMU masks MSI and MSI-X itself
    }
    if ((request.flags & vfu::SetIrqs::action_mask) != 0) {
        masked_ = true;
    } else if ((request.flags & vfu::SetIrqs::action_unmask) != 0) {
        masked_ = false;
        set_level(level_);
    }
    return {};
}

void IrqTable::clear() {
    for (auto& events : events_) {
        for (auto& event : events) {
            event.reset();
        }
    }
    masked_ = false;
}

bool IrqTable::trigger(u32 kind, u32 vector) {
    if (kind >= kinds || vector >= events_[kind].size() || !events_[kind][vector]) {
        return false;
    }
    const u64 one = 1;
    return ::write(events_[kind][vector].get(), &one, sizeof one) == sizeof one;
}

void IrqTable::set_level(bool high) {
    level_ = high;
    if (high && !masked_ && trigger(intx, 0)) {
        masked_ = true;
    }
}

}  // namespace igbmodel
