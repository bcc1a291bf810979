// SPDX-License-Identifier: GPL-2.0-only
#include "mac/nvm.hpp"

#include <algorithm>

#include "mac/regs.hpp"

namespace igbmodel {

namespace {
constexpr u32 checksum_word = 0x3f;
constexpr std::array<u32, 4> port_sections{0, 0x80, 0xc0, 0x100};

// EERD and SRWR share one form: start 0, done 1, address from 2, data from 16.
constexpr u32 access_done = bit(1);
constexpr u32 access_address_bits = 14;

constexpr u32 pin_clock = bit(0);
constexpr u32 pin_select = bit(1);
constexpr u32 pin_data_in = bit(2);
constexpr u32 pin_data_out = bit(3);

constexpr u8 spi_write = 0x02;
constexpr u8 spi_read = 0x03;
constexpr u8 spi_read_status = 0x05;
constexpr u8 spi_write_enable = 0x06;

constexpr u32 one_time_word_record = 1;
}  // namespace

Nvm::Nvm(const MacSpec& spec, const MacAddress& address)
    : spec_(spec), words_(std::size_t{1} << (spec.nvm_size_field + 6), 0xffff) {
    for (std::size_t i = 0; i < 3; ++i) {
        words_[i] = static_cast<u16>(address[2 * i] | address[(2 * i) + 1] << 8);
    }
    words_[0x03] = 0x0420;
    words_[0x04] = 0x8918;  // what the identification LEDs do
    words_[0x05] = 0x1010;  // image version
    words_[0x08] = 0x1234;  // printed board assembly, old form
    words_[0x09] = 0x5678;
    words_[0x0a] = 0x040a;
    words_[0x0b] = 0x0001;
    words_[0x0c] = 0x8086;
    words_[0x0d] = spec.device_id;
    words_[0x0e] = 0x8086;
    words_[0x0f] = 0x7240;
    words_[0x14] = 0x0480;  // wake on LAN allowed
    words_[0x24] = 0x0480;
    words_[0x3e] = 0xffff;  // no external thermal sensor
    words_[0x42] = 0x0001;
    words_[0x43] = 0x8000;
    if (spec.nvm == NvmLayout::four_ports) {
        for (std::size_t port = 1; port < port_sections.size(); ++port) {
            for (u32 i = 0; i < 0x40; ++i) {
                words_[port_sections[port] + i] = i == 0x24 ? 0x0480 : 0;
            }
        }
    }
    fix_checksums();
    build_one_time();
}

void Nvm::fix_checksums() {
    const std::size_t sections = spec_.nvm == NvmLayout::four_ports ? port_sections.size() : 1;
    for (std::size_t port = 0; port < sections; ++port) {
        u16 sum = 0;
        for (u32 i = 0; i < checksum_word; ++i) {
            sum = static_cast<u16>(sum + words_[port_sections[port] + i]);
        }
        words_[port_sections[port] + checksum_word] = static_cast<u16>(checksum_total - sum);
    }
}

// I210 datasheet, iNVM "word autoload" record: type 2:0, word address 15:9, data 31:16.
void Nvm::build_one_time() {
    for (u32 i = 0; i < 3; ++i) {
        one_time_[i] = one_time_word_record | i << 9U | u32{words_[i]} << 16U;
    }
}

u16 Nvm::word(u32 index) const {
    return index < words_.size() ? words_[index] : 0xffff;
}

void Nvm::set_word(u32 index, u16 value) {
    if (index < words_.size()) {
        words_[index] = value;
    }
}

MacAddress Nvm::address() const {
    MacAddress address{};
    for (std::size_t i = 0; i < 3; ++i) {
        address[2 * i] = static_cast<u8>(words_[i]);
        address[(2 * i) + 1] = static_cast<u8>(words_[i] >> 8U);
    }
    return address;
}

u32 Nvm::one_time_dword(u32 index) const {
    return one_time_.at(index % one_time_.size());
}

u32 Nvm::read_by_register(u32 command) const {
    const u32 address = bits(command, 2, access_address_bits);
    return access_done | address << 2U | u32{word(address)} << 16U;
}

u32 Nvm::write_by_register(u32 command) {
    set_word(bits(command, 2, access_address_bits), static_cast<u16>(command >> 16U));
    return (command & ~u32{1}) | access_done;
}

u32 Nvm::control_at_reset() const {
    u32 value = reg::EECD_AUTO_RD | spec_.nvm_size_field << reg::EECD_SIZE_SHIFT;
    if (has_flash_part()) {
        value |= reg::EECD_PRES | reg::EECD_ADDR_BITS;
    }
    if (spec_.nvm == NvmLayout::flash) {
        value |= reg::EECD_FLASH_DETECTED | reg::EECD_FLUDONE;
    }
    return value;
}

u32 Nvm::control(u32 value) {
    const bool select = (value & pin_select) == 0;  // chip select is active low
    const bool clock = (value & pin_clock) != 0;
    if (!select) {
        selected_ = false;
        bit_count_ = 0;
        byte_count_ = 0;
        opcode_ = 0;
    } else {
        selected_ = true;
    }
    if (selected_ && clock && !clock_) {
        spi_edge((value & pin_data_in) != 0);
    }
    clock_ = clock;
    constexpr u32 host_bits = reg::EECD_REQ | pin_clock | pin_select | pin_data_in;
    u32 now = control_at_reset() | (value & host_bits);
    if ((value & reg::EECD_REQ) != 0) {
        now |= reg::EECD_GNT;
    }
    if (data_out_) {
        now |= pin_data_out;
    }
    return now;
}

// Data moves on the rising edge, most significant bit first.
void Nvm::spi_edge(bool data_in) {
    shift_in_ = static_cast<u8>(shift_in_ << 1U | (data_in ? 1U : 0U));
    data_out_ = (shift_out_ & 0x80U) != 0;
    shift_out_ = static_cast<u8>(shift_out_ << 1U);
    if (++bit_count_ == 8) {
        bit_count_ = 0;
        spi_byte(shift_in_);
    }
}

void Nvm::spi_byte(u8 value) {
    const unsigned place = byte_count_++;
    if (place == 0) {
        opcode_ = value;
        at_ = 0;
        if (opcode_ == spi_write_enable) {
            write_enabled_ = true;
        }
        shift_out_ = opcode_ == spi_read_status && write_enabled_ ? 0x02 : 0x00;
        return;
    }
    if (opcode_ != spi_read && opcode_ != spi_write) {
        return;
    }
    if (place <= 2) {
        at_ = at_ << 8U | value;
    } else if (opcode_ == spi_write && write_enabled_) {
        const u32 index = at_ / 2;
        const u16 old = word(index);
        set_word(index, static_cast<u16>((at_ & 1U) != 0 ? (old & 0x00ff) | value << 8
                                                         : (old & 0xff00) | value));
        ++at_;
    }
    if (opcode_ == spi_read && place >= 2) {
        shift_out_ = static_cast<u8>(word(at_ / 2) >> ((at_ & 1U) != 0 ? 8U : 0U));
        ++at_;
    }
}

bool Nvm::is_checksum(u32 command) const {
    const u32 address = bits(command, 2, access_address_bits);
    return address == checksum_word || (spec_.nvm == NvmLayout::four_ports &&
                                        std::ranges::any_of(port_sections, [address](u32 section) {
                                            return address == section + checksum_word;
                                        }));
}

}  // namespace igbmodel
