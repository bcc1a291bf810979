// SPDX-License-Identifier: GPL-2.0-only
// The non-volatile memory: its words, its checksums, and the three ways a host reaches it
// (EERD, the SPI pins in EECD, the I210's shadow RAM and one-time memory).
#pragma once

#include <array>

#include "mac/spec.hpp"
#include "util/types.hpp"

namespace igbmodel {

using MacAddress = std::array<u8, 6>;

class Nvm {
public:
    static constexpr u16 checksum_total = 0xbaba;

    Nvm(const MacSpec& spec, const MacAddress& address);

    [[nodiscard]] u16 word(u32 index) const;
    void set_word(u32 index, u16 value);
    [[nodiscard]] MacAddress address() const;
    [[nodiscard]] u32 one_time_dword(u32 index) const;
    [[nodiscard]] bool has_flash_part() const { return spec_.nvm != NvmLayout::one_time; }

    // EERD as it reads back after `command` was written.
    [[nodiscard]] u32 read_by_register(u32 command) const;
    // SRWR likewise (I210): writes one word of the shadow RAM.
    u32 write_by_register(u32 command);
    // EECD: request and grant, and the four SPI pins.
    [[nodiscard]] u32 control(u32 value);
    [[nodiscard]] u32 control_at_reset() const;

    // Whether that EERD command reads a checksum.
    [[nodiscard]] bool is_checksum(u32 command) const;

private:
    void fix_checksums();
    void build_one_time();
    void spi_edge(bool data_in);
    void spi_byte(u8 value);

    const MacSpec& spec_;
    std::vector<u16> words_;
    std::array<u32, 64> one_time_{};

    // The SPI part behind the pins.
    bool clock_ = false;
    bool selected_ = false;
    bool write_enabled_ = false;
    u8 shift_in_ = 0;
    u8 shift_out_ = 0;
    unsigned bit_count_ = 0;
    unsigned byte_count_ = 0;
    u8 opcode_ = 0;
    u32 at_ = 0;
    bool data_out_ = false;
};

}  // namespace igbmodel
