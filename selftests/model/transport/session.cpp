// SPDX-License-Identifier: GPL-2.0-only
#include "transport/session.hpp"

#include <type_traits>

#include "util/bytes.hpp"
#include "util/log.hpp"

namespace igbmodel {

namespace {
constexpr u32 device_flag_reset = 1;
constexpr u32 device_flag_pci = 2;
// No MMAP flag: it would turn QEMU's posted writes off.
constexpr u32 region_flags_read_write = 3;
}  // namespace

Bytes Session::handle(const vfu::Header& header, ByteView payload, std::vector<UniqueFd>& fds) {
    const Result<vfu::Request> request = vfu::parse(header, payload);
    Result<Bytes> out = request ? answer(header, request.value(), fds) : request.error();
    if (!out) {
        log_line(out.error().text);
        return header.wants_reply() ? vfu::reply_error(header, out.error().number) : Bytes{};
    }
    return header.wants_reply() ? std::move(out.value()) : Bytes{};
}

Result<Bytes> Session::answer(const vfu::Header& header, const vfu::Request& request,
                              std::vector<UniqueFd>& fds) {
    return std::visit(
        [&](const auto& one) -> Result<Bytes> {
            using T = std::decay_t<decltype(one)>;
            if constexpr (std::is_same_v<T, vfu::DmaMap>) {
                return on_dma_map(header, one, fds);
            } else if constexpr (std::is_same_v<T, vfu::SetIrqs>) {
                if (const Status done = irqs_.set(one, fds); !done) {
                    return done.error();
                }
                return vfu::reply(header, {});
            } else {
                return on(header, one);
            }
        },
        request);
}

Result<Bytes> Session::on(const vfu::Header& header, const vfu::Version& request) {
    if (request.major != 0) {
        return Error{"vfio-user: the client speaks version " + std::to_string(request.major) +
                     ", this server speaks 0"};
    }
    return vfu::reply_version(header, request.capabilities.size());
}

Result<Bytes> Session::on_dma_map(const vfu::Header& header, const vfu::DmaMap& request,
                                  std::vector<UniqueFd>& fds) {
    UniqueFd memory = fds.empty() ? UniqueFd{} : std::move(fds.front());
    if (log_debug_enabled()) {
        log_debug("DMA map " + hex(request.address) + " + " + hex(request.size) +
                  (memory ? "" : " (not shared)"));
    }
    if (const Status done = dma_.map(request, std::move(memory)); !done) {
        return done.error();
    }
    return vfu::reply(header, {});
}

Result<Bytes> Session::on(const vfu::Header& header, const vfu::DmaUnmap& request) {
    if ((request.flags & vfu::DmaUnmap::all) != 0) {
        dma_.clear();
    } else if (const Status done = dma_.unmap(request.address, request.size); !done) {
        return done.error();
    }
    Bytes payload(24, 0);
    store_le<u32>(payload.data(), 24);
    store_le<u32>(payload.data() + 4, request.flags);
    store_le<u64>(payload.data() + 8, request.address);
    store_le<u64>(payload.data() + 16, request.size);
    return vfu::reply(header, payload);
}

Result<Bytes> Session::on(const vfu::Header& header, const vfu::GetInfo& /*request*/) {
    return vfu::reply_info(header, device_flag_reset | device_flag_pci, region_count,
                           IrqTable::kinds);
}

Result<Bytes> Session::on(const vfu::Header& header, const vfu::GetRegionInfo& request) {
    if (request.index >= region_count) {
        return Error{"GET_REGION_INFO: no region " + std::to_string(request.index)};
    }
    const u64 size = target_.region_size(request.index);
    return vfu::reply_region_info(header, request.index, size != 0 ? region_flags_read_write : 0,
                                  size);
}

Result<Bytes> Session::on(const vfu::Header& header, const vfu::GetIrqInfo& request) {
    if (request.index >= IrqTable::kinds) {
        return Error{"GET_IRQ_INFO: no interrupt type " + std::to_string(request.index)};
    }
    return vfu::reply_irq_info(header, request.index, irqs_.info_flags(request.index),
                               irqs_.count(request.index));
}

Status Session::check_access(u32 region, u64 offset, u64 count) const {
    const u64 size = region < region_count ? target_.region_size(region) : 0;
    if (count > size || offset > size - count) {
        return Error{"region " + std::to_string(region) + ": access to " + hex(offset) +
                     " is outside"};
    }
    return {};
}

Result<Bytes> Session::on(const vfu::Header& header, const vfu::RegionRead& request) {
    if (const Status fits = check_access(request.region, request.offset, request.count); !fits) {
        return fits.error();
    }
    Bytes data(request.count);
    target_.region_read(request.region, request.offset, data);
    return vfu::reply_region_read(header, request, data);
}

Result<Bytes> Session::on(const vfu::Header& header, const vfu::RegionWrite& request) {
    if (const Status fits = check_access(request.region, request.offset, request.data.size());
        !fits) {
        return fits.error();
    }
    target_.region_write(request.region, request.offset, request.data);
    return vfu::reply_region_write(header, request.offset, request.region,
                                   static_cast<u32>(request.data.size()));
}

Result<Bytes> Session::on(const vfu::Header& header, const vfu::RegionWriteMulti& request) {
    for (const vfu::RegionWrite& one : request.writes) {
        if (const Status fits = check_access(one.region, one.offset, one.data.size()); !fits) {
            return fits.error();
        }
        target_.region_write(one.region, one.offset, one.data);
    }
    Bytes payload(8, 0);
    store_le<u64>(payload.data(), request.writes.size());
    return vfu::reply(header, payload);
}

Result<Bytes> Session::on(const vfu::Header& header, const vfu::Reset& /*request*/) {
    target_.bus_reset();
    return vfu::reply(header, {});
}

}  // namespace igbmodel
