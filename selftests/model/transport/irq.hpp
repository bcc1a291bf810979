// SPDX-License-Identifier: GPL-2.0-only
// The event descriptors by which QEMU learns of our interrupts.
#pragma once

#include <array>

#include "transport/message.hpp"
#include "util/fd.hpp"
#include "util/result.hpp"
#include "util/types.hpp"

namespace igbmodel {

class IrqTable {
public:
    enum Kind : u32 { intx = 0, msi = 1, msix = 2, error = 3, request = 4, kinds = 5 };

    explicit IrqTable(u32 msix_vectors);

    [[nodiscard]] u32 count(u32 kind) const;
    [[nodiscard]] u32 info_flags(u32 kind) const;
    // One SET_IRQS. `fds` are the descriptors that came with the message.
    Status set(const vfu::SetIrqs& request, std::vector<UniqueFd>& fds);
    void clear();

    // False when QEMU listens to no descriptor there.
    bool trigger(u32 kind, u32 vector);

    // INTx is a level: QEMU masks it when it fires and unmasks it after the guest's next access,
    // when we have to fire again if the level is still high.
    void set_level(bool high);
    [[nodiscard]] bool level() const { return level_; }

private:
    Status set_trigger(const vfu::SetIrqs& request, std::vector<UniqueFd>& fds);

    std::array<std::vector<UniqueFd>, kinds> events_;
    bool level_ = false;
    bool masked_ = false;
};

}  // namespace igbmodel
