// SPDX-License-Identifier: GPL-2.0-only
// One client's conversation: a request in, the answer's bytes out. Knows no sockets.
#pragma once

#include "transport/dma.hpp"
#include "transport/irq.hpp"
#include "transport/message.hpp"
#include "transport/target.hpp"

namespace igbmodel {

class Session {
public:
    Session(Target& target, DmaTable& dma, IrqTable& irqs)
        : target_(target), dma_(dma), irqs_(irqs) {}

    // The answer to send, or nothing when none is wanted. `fds` is what came with the message.
    [[nodiscard]] Bytes handle(const vfu::Header& header, ByteView payload,
                               std::vector<UniqueFd>& fds);

private:
    Result<Bytes> answer(const vfu::Header& header, const vfu::Request& request,
                         std::vector<UniqueFd>& fds);
    Result<Bytes> on(const vfu::Header& header, const vfu::Version& request);
    Result<Bytes> on_dma_map(const vfu::Header& header, const vfu::DmaMap& request,
                             std::vector<UniqueFd>& fds);
    Result<Bytes> on(const vfu::Header& header, const vfu::DmaUnmap& request);
    Result<Bytes> on(const vfu::Header& header, const vfu::GetInfo& request);
    Result<Bytes> on(const vfu::Header& header, const vfu::GetRegionInfo& request);
    Result<Bytes> on(const vfu::Header& header, const vfu::GetIrqInfo& request);
    Result<Bytes> on(const vfu::Header& header, const vfu::RegionRead& request);
    Result<Bytes> on(const vfu::Header& header, const vfu::RegionWrite& request);
    Result<Bytes> on(const vfu::Header& header, const vfu::RegionWriteMulti& request);
    Result<Bytes> on(const vfu::Header& header, const vfu::Reset& request);

    Status check_access(u32 region, u64 offset, u64 count) const;

    Target& target_;
    DmaTable& dma_;
    IrqTable& irqs_;
};

}  // namespace igbmodel
