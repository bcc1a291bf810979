// SPDX-License-Identifier: GPL-2.0-only
#include "mac/spec.hpp"

#include <array>

namespace igbmodel {

namespace {

// Numbers: Documentation's hardware facts, the datasheets of 82576 and I210, and for the writable
// bits and causes what public drivers' self tests demand.
constexpr MacSpec mac_82575{.name = "82575",
                            .device_id = 0x10a7,
                            .revision = 2,
                            .queues = 4,
                            .msix_vectors = 10,
                            .receive_addresses = 16,
                            .reta_entry_bits = 2,
                            .reta_entry_shift = 6,
                            .vector_bit_masks = true,
                            .ivar_wide = false,
                            .tuple = TupleKind::none,
                            .ethertype_filters = 0,
                            .flex_filters = 0,
                            .vlan_priority_queue = false,
                            .address_queue = true,
                            .nvm = NvmLayout::single,
                            .nvm_size_field = 6,
                            .phy = PhyKind::igp03,
                            .phy_id = 0x02a80391,
                            .external_phy = false,
                            .clock = ClockKind::ticks64,
                            .rx_buffer = BufferSize::kilobytes,
                            .rx_buffer_kb = 34,
                            .rx_buffer_mask = 0x7f,
                            .rx_buffer_reset = 0x22,
                            .tx_buffer_reset = 0xe,
                            .vet_writable = 0xffffffff,
                            .ring_length_mask = 0x000fff80,
                            .cause_mask = 0x77f47edd,
                            .head_write_back_bytes = 2};

constexpr MacSpec mac_82576{.name = "82576",
                            .device_id = 0x10c9,
                            .revision = 1,
                            .queues = 16,
                            .msix_vectors = 25,
                            .receive_addresses = 24,
                            .reta_entry_bits = 4,
                            .reta_entry_shift = 0,
                            .vector_bit_masks = false,
                            .ivar_wide = true,
                            .tuple = TupleKind::five_tuple,
                            .ethertype_filters = 8,
                            .flex_filters = 0,
                            .vlan_priority_queue = false,
                            .address_queue = false,
                            .nvm = NvmLayout::single,
                            .nvm_size_field = 6,
                            .phy = PhyKind::igp03,
                            .phy_id = 0x02a80391,
                            .external_phy = false,
                            .clock = ClockKind::ticks64,
                            .rx_buffer = BufferSize::kilobytes,
                            .rx_buffer_kb = 64,
                            .rx_buffer_mask = 0x7f,
                            .rx_buffer_reset = 0x40,
                            .tx_buffer_reset = 0x28,
                            .vet_writable = 0xffffffff,
                            .ring_length_mask = 0x000ffff0,
                            .cause_mask = 0x77d4fbfd};

constexpr MacSpec mac_82580{.name = "82580",
                            .device_id = 0x150e,
                            .revision = 1,
                            .queues = 8,
                            .msix_vectors = 10,
                            .receive_addresses = 24,
                            .reta_entry_bits = 3,
                            .reta_entry_shift = 0,
                            .vector_bit_masks = false,
                            .ivar_wide = false,
                            .tuple = TupleKind::two_tuple,
                            .ethertype_filters = 8,
                            .flex_filters = 8,
                            .vlan_priority_queue = false,
                            .address_queue = false,
                            .nvm = NvmLayout::single,
                            .nvm_size_field = 6,
                            .phy = PhyKind::i82580,
                            .phy_id = 0x015403a0,
                            .external_phy = false,
                            .clock = ClockKind::nanoseconds40,
                            .rx_buffer = BufferSize::coded,
                            .rx_buffer_kb = 36,
                            .rx_buffer_mask = 0xf,
                            .rx_buffer_reset = 0,
                            .tx_buffer_reset = 0x14,
                            .vet_writable = 0xffffffff,
                            .ring_length_mask = 0x000ffff0,
                            .cause_mask = 0x77dcfed5};

constexpr MacSpec mac_i350{.name = "i350",
                           .device_id = 0x1521,
                           .revision = 1,
                           .queues = 8,
                           .msix_vectors = 25,
                           .receive_addresses = 32,
                           .reta_entry_bits = 3,
                           .reta_entry_shift = 0,
                           .vector_bit_masks = false,
                           .ivar_wide = false,
                           .tuple = TupleKind::two_tuple,
                           .ethertype_filters = 8,
                           .flex_filters = 8,
                           .vlan_priority_queue = true,
                           .address_queue = false,
                           .nvm = NvmLayout::four_ports,
                           .nvm_size_field = 6,
                           .phy = PhyKind::i82580,
                           .phy_id = 0x015403b0,
                           .external_phy = false,
                           .clock = ClockKind::nanoseconds40,
                           .rx_buffer = BufferSize::coded,
                           .rx_buffer_kb = 36,
                           .rx_buffer_mask = 0xf,
                           .rx_buffer_reset = 0,
                           .tx_buffer_reset = 0x14,
                           .vet_writable = 0xffff0000,
                           .ring_length_mask = 0x000fff80,
                           .cause_mask = 0x77dcfed5};

constexpr MacSpec mac_i210{.name = "i210",
                           .device_id = 0x1533,
                           .revision = 3,
                           .queues = 4,
                           .msix_vectors = 5,
                           .receive_addresses = 16,
                           .reta_entry_bits = 3,
                           .reta_entry_shift = 0,
                           .vector_bit_masks = false,
                           .ivar_wide = false,
                           .tuple = TupleKind::two_tuple,
                           .ethertype_filters = 8,
                           .flex_filters = 8,
                           .vlan_priority_queue = true,
                           .address_queue = true,
                           .nvm = NvmLayout::flash,
                           .nvm_size_field = 6,
                           .phy = PhyKind::m88,
                           .phy_id = 0x01410c00,
                           .external_phy = false,
                           .clock = ClockKind::seconds,
                           .rx_buffer = BufferSize::kilobytes,
                           .rx_buffer_kb = 34,
                           .rx_buffer_mask = 0x3f,
                           .rx_buffer_reset = 0xa2,
                           .tx_buffer_reset = 0x04000014,
                           .vet_writable = 0xffffffff,
                           .ring_length_mask = 0x000fff80,
                           .cause_mask = 0x77dcfed5};

constexpr MacSpec with(MacSpec spec, std::string_view name, u16 device_id, u32 queues,
                       NvmLayout nvm) {
    spec.name = name;
    spec.device_id = device_id;
    spec.queues = queues;
    spec.nvm = nvm;
    return spec;
}

// The I350's MAC in a system on chip, with a Marvell 88E1543 outside.
constexpr MacSpec mac_i354() {
    MacSpec spec = with(mac_i350, "i354", 0x1f41, mac_i350.queues, NvmLayout::four_ports);
    spec.phy = PhyKind::m88;
    spec.phy_id = 0x01410ea0;
    spec.external_phy = true;
    return spec;
}

constexpr std::array macs{
    mac_82575,
    mac_82576,
    mac_82580,
    mac_i350,
    mac_i354(),
    mac_i210,
    with(mac_i210, "i210-flashless", 0x157b, 4, NvmLayout::one_time),
    with(mac_i210, "i211", 0x1539, 2, NvmLayout::one_time),
};

}  // namespace

const MacSpec* find_mac(std::string_view name) {
    for (const MacSpec& mac : macs) {
        if (mac.name == name) {
            return &mac;
        }
    }
    return nullptr;
}

std::string_view mac_names() {
    return "82575, 82576, 82580, i350, i354, i210, i210-flashless, i211";
}

}  // namespace igbmodel
