// SPDX-License-Identifier: GPL-2.0-only
// PCI configuration space: an image, what the guest may change in it, and what follows from that.
// QEMU emulates BARs, the MSI-X table and capability pointers on top; the rest is ours.
#pragma once

#include <array>
#include <string>

#include "util/types.hpp"

namespace igbmodel {

struct PciIdentity {
    u16 vendor = 0x8086;
    u16 device = 0;
    u8 revision = 1;
    u16 subsystem_vendor = 0x8086;
    u16 subsystem = 0;
    u64 serial = 0;  // Device Serial Number capability
    u32 msix_vectors = 0;
    bool with_msix = true;
    bool with_msi = true;
    u32 bar0_size = 0;
    u32 msix_bar_size = 0;
};

// What a write set in motion.
struct ConfigEvents {
    bool function_level_reset = false;
    bool woke_from_d3 = false;
};

class ConfigSpace {
public:
    static constexpr std::size_t size = 4096;
    static constexpr u32 msix_bar = 3;

    explicit ConfigSpace(const PciIdentity& identity);

    void read(u64 offset, ByteSpan data) const;
    ConfigEvents write(u64 offset, ByteView data);
    void reset();  // what a conventional or function level reset leaves

    [[nodiscard]] bool bus_master() const;
    [[nodiscard]] bool intx_disabled() const;
    [[nodiscard]] bool msi_enabled() const;
    [[nodiscard]] bool msix_enabled() const;
    [[nodiscard]] unsigned power_state() const;  // 0 is D0, 3 is D3hot
    void set_interrupt_status(bool pending);

    // Advanced Error Reporting: as if the function had found the error itself. Only bits that the
    // status register has.
    static constexpr u32 uncorrectable_errors = 0x001ff030;
    static constexpr u32 correctable_errors = 0x000031c1;
    void record_aer(bool uncorrectable, u32 status_bits);
    void set_pme();

private:
    void build_header(const PciIdentity& identity);
    void build_power_management();
    void build_msi();
    void build_msix(const PciIdentity& identity);
    void build_express();
    void build_aer();
    void build_serial(u64 serial);
    void link_capability(u8 at);
    void put8(unsigned at, u8 value, u8 writable = 0);
    void put16(unsigned at, u16 value, u16 writable = 0);
    void put32(unsigned at, u32 value, u32 writable = 0);
    void clear_on_one(unsigned at, u32 mask);
    [[nodiscard]] u16 get16(unsigned at) const;

    std::array<u8, size> image_{};
    std::array<u8, size> initial_{};
    std::array<u8, size> writable_{};
    std::array<u8, size> write_one_clears_{};
    unsigned last_capability_ = 0;
};

}  // namespace igbmodel
