// SPDX-License-Identifier: GPL-2.0-only
#include "pci/config.hpp"

#include <algorithm>

#include "util/bytes.hpp"

namespace igbmodel {

namespace {

// Standard header, PCI Local Bus Specification 3.0, 6.1.
constexpr unsigned vendor_id = 0x00;
constexpr unsigned command = 0x04;
constexpr unsigned status = 0x06;
constexpr unsigned revision_id = 0x08;
constexpr unsigned cache_line = 0x0c;
constexpr unsigned bar_first = 0x10;
constexpr unsigned subsystem_vendor_id = 0x2c;
constexpr unsigned capability_pointer = 0x34;
constexpr unsigned interrupt_line = 0x3c;
constexpr unsigned interrupt_pin = 0x3d;

constexpr u16 command_bus_master = 0x4;
constexpr u16 command_intx_disable = 0x400;
constexpr u16 command_writable = 0x547;
constexpr u16 status_interrupt = 0x8;
constexpr u16 status_capabilities = 0x10;
constexpr u16 status_errors = 0xf900;

// Where the family keeps its capabilities: 82576 and I210 datasheets, "PCIe Configuration Space".
constexpr u8 pm_at = 0x40;
constexpr u8 msi_at = 0x50;
constexpr u8 msix_at = 0x70;
constexpr u8 express_at = 0xa0;
constexpr unsigned aer_at = 0x100;
constexpr unsigned serial_at = 0x140;

constexpr unsigned pm_control = pm_at + 4;
constexpr u16 pme_status = 0x8000;
constexpr unsigned msi_control = msi_at + 2;
constexpr unsigned msix_control = msix_at + 2;
constexpr u32 msix_pending_offset = 0x2000;
constexpr unsigned device_control = express_at + 8;
constexpr u16 start_function_reset = 0x8000;
constexpr unsigned aer_uncorrectable_status = aer_at + 4;
constexpr unsigned aer_correctable_status = aer_at + 0x10;

bool touches(u64 offset, std::size_t count, unsigned at, unsigned width) {
    return offset < at + width && offset + count > at;
}

}  // namespace

ConfigSpace::ConfigSpace(const PciIdentity& identity) {
    build_header(identity);
    build_power_management();
    if (identity.with_msi) {
        build_msi();
    }
    if (identity.with_msix) {
        build_msix(identity);
    }
    build_express();
    build_aer();
    build_serial(identity.serial);
    initial_ = image_;
}

void ConfigSpace::put8(unsigned at, u8 value, u8 writable) {
    image_[at] = value;
    writable_[at] = writable;
}

void ConfigSpace::put16(unsigned at, u16 value, u16 writable) {
    store_le(&image_[at], value);
    store_le(&writable_[at], writable);
}

void ConfigSpace::put32(unsigned at, u32 value, u32 writable) {
    store_le(&image_[at], value);
    store_le(&writable_[at], writable);
}

void ConfigSpace::clear_on_one(unsigned at, u32 mask) {
    store_le(&write_one_clears_[at], mask);
}

u16 ConfigSpace::get16(unsigned at) const {
    return load_le<u16>(&image_[at]);
}

void ConfigSpace::link_capability(u8 at) {
    image_[last_capability_ == 0 ? capability_pointer : last_capability_ + 1] = at;
    last_capability_ = at;
}

void ConfigSpace::build_header(const PciIdentity& identity) {
    put16(vendor_id, identity.vendor);
    put16(vendor_id + 2, identity.device);
    put16(command, 0, command_writable);
    put16(status, status_capabilities);
    clear_on_one(status - 2, u32{status_errors} << 16U);
    put32(revision_id, u32{0x020000} << 8U | identity.revision);
    put8(cache_line, 0x10, 0xff);
    put32(bar_first, 0, ~(identity.bar0_size - 1));
    if (identity.with_msix) {
        put32(bar_first + (4 * msix_bar), 0, ~(identity.msix_bar_size - 1));
    }
    put16(subsystem_vendor_id, identity.subsystem_vendor);
    put16(subsystem_vendor_id + 2, identity.subsystem);
    put8(interrupt_line, 0, 0xff);
    put8(interrupt_pin, 1);
}

void ConfigSpace::build_power_management() {
    link_capability(pm_at);
    put8(pm_at, 0x01);
    put16(pm_at + 2, 0xc823);           // version 3, PME from D0, D3hot and D3cold
    put16(pm_control, 0x2000, 0x1f03);  // No_Soft_Reset clear: D3 to D0 resets
    clear_on_one(pm_control, pme_status);
}

void ConfigSpace::build_msi() {
    link_capability(msi_at);
    put8(msi_at, 0x05);
    put16(msi_control, 0x0180, 0x0001);  // one vector, 64 bits, per-vector mask
    put32(msi_at + 4, 0, 0xfffffffc);
    put32(msi_at + 8, 0, 0xffffffff);
    put16(msi_at + 12, 0, 0xffff);
    put32(msi_at + 16, 0, 0x1);
}

void ConfigSpace::build_msix(const PciIdentity& identity) {
    link_capability(msix_at);
    put8(msix_at, 0x11);
    put16(msix_control, static_cast<u16>(identity.msix_vectors - 1), 0xc000);
    put32(msix_at + 4, msix_bar);
    put32(msix_at + 8, msix_pending_offset | msix_bar);
}

void ConfigSpace::build_express() {
    link_capability(express_at);
    put8(express_at, 0x10);
    put16(express_at + 2, 0x0002);      // version 2, endpoint
    put32(express_at + 4, 0x10008cc2);  // FLR, role-based errors, 512 byte payload
    put16(device_control, 0x2810, 0x7fff);
    clear_on_one(device_control, 0x000f0000);  // DevSta
    put32(express_at + 0x0c, 0x00036c41);      // 2.5 GT/s, four lanes
    put16(express_at + 0x10, 0, 0x03fb);
    put16(express_at + 0x12, 0x1041);
    put32(express_at + 0x24, 0x0000001f);  // DevCap2: completion timeout ranges
    put16(express_at + 0x28, 0, 0x001f);
    put16(express_at + 0x30, 0x0001, 0x000f);
}

void ConfigSpace::build_aer() {
    put32(aer_at, 0x0001 | 1U << 16U | u32{serial_at} << 20U);
    put32(aer_uncorrectable_status, 0);
    clear_on_one(aer_uncorrectable_status, uncorrectable_errors);
    put32(aer_at + 8, 0, uncorrectable_errors);
    put32(aer_at + 0x0c, 0x00062010, uncorrectable_errors);
    put32(aer_correctable_status, 0);
    clear_on_one(aer_correctable_status, correctable_errors);
    put32(aer_at + 0x14, 0x00002000, correctable_errors);
    put32(aer_at + 0x18, 0x000000a0, 0x00000140);
}

void ConfigSpace::build_serial(u64 serial) {
    put32(serial_at, 0x0003 | 1U << 16U);
    put32(serial_at + 4, static_cast<u32>(serial));
    put32(serial_at + 8, static_cast<u32>(serial >> 32U));
}

void ConfigSpace::read(u64 offset, ByteSpan data) const {
    if (offset > size || data.size() > size - offset) {
        std::ranges::fill(data, u8{0xff});
        return;
    }
    std::copy_n(image_.begin() + static_cast<std::ptrdiff_t>(offset), data.size(), data.begin());
}

ConfigEvents ConfigSpace::write(u64 offset, ByteView data) {
    ConfigEvents events;
    if (offset > size || data.size() > size - offset) {
        return events;
    }
    const unsigned power_before = power_state();
    for (std::size_t i = 0; i < data.size(); ++i) {
        const std::size_t at = offset + i;
        image_[at] = static_cast<u8>((image_[at] & ~writable_[at]) | (data[i] & writable_[at]));
        image_[at] = static_cast<u8>(image_[at] & ~(data[i] & write_one_clears_[at]));
    }
    if (touches(offset, data.size(), device_control + 1, 1)) {
        const u8 high = data[device_control + 1 - offset];
        events.function_level_reset = (high & (start_function_reset >> 8U)) != 0;
    }
    events.woke_from_d3 = power_before == 3 && power_state() == 0;
    return events;
}

void ConfigSpace::reset() {
    image_ = initial_;
}

bool ConfigSpace::bus_master() const {
    return (get16(command) & command_bus_master) != 0;
}

bool ConfigSpace::intx_disabled() const {
    return (get16(command) & command_intx_disable) != 0;
}

bool ConfigSpace::msi_enabled() const {
    return image_[msi_at] == 0x05 && (get16(msi_control) & 1U) != 0;
}

bool ConfigSpace::msix_enabled() const {
    return image_[msix_at] == 0x11 && (get16(msix_control) & 0x8000U) != 0;
}

unsigned ConfigSpace::power_state() const {
    return get16(pm_control) & 3U;
}

void ConfigSpace::set_interrupt_status(bool pending) {
    const u16 now = get16(status);
    store_le<u16>(&image_[status],
                  static_cast<u16>(pending ? now | status_interrupt : now & ~status_interrupt));
}

void ConfigSpace::record_aer(bool uncorrectable, u32 status_bits) {
    const unsigned at = uncorrectable ? aer_uncorrectable_status : aer_correctable_status;
    status_bits &= uncorrectable ? uncorrectable_errors : correctable_errors;
    store_le<u32>(&image_[at], load_le<u32>(&image_[at]) | status_bits);
    const u16 device_status = get16(device_control + 2);
    store_le<u16>(&image_[device_control + 2],
                  static_cast<u16>(device_status | (uncorrectable ? 0x4 : 0x1)));
}

void ConfigSpace::set_pme() {
    store_le<u16>(&image_[pm_control], static_cast<u16>(get16(pm_control) | pme_status));
}

}  // namespace igbmodel
