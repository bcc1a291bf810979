// SPDX-License-Identifier: GPL-2.0-only
// The vfio-user protocol as bytes: what a message says and how an answer is written. No sockets
// here, so that a fuzzer can feed it. Layout: the vfio-user specification in QEMU's docs/interop.
#pragma once

#include <string>
#include <variant>

#include "util/result.hpp"
#include "util/types.hpp"

namespace igbmodel::vfu {

constexpr std::size_t header_size = 16;
constexpr std::size_t max_message_size = std::size_t{2} << 20U;
constexpr u32 flag_type_mask = 0xf;
constexpr u32 flag_reply = 1;
constexpr u32 flag_no_reply = 0x10;
constexpr u32 flag_error = 0x20;

enum class Command : u16 {
    version = 1,
    dma_map = 2,
    dma_unmap = 3,
    get_info = 4,
    get_region_info = 5,
    get_irq_info = 7,
    set_irqs = 8,
    region_read = 9,
    region_write = 10,
    reset = 13,
    region_write_multi = 15,
};

struct Header {
    u16 id = 0;
    u16 command = 0;
    u32 size = 0;
    u32 flags = 0;
    u32 error = 0;

    [[nodiscard]] bool wants_reply() const { return (flags & flag_no_reply) == 0; }
};

struct Version {
    u16 major = 0;
    u16 minor = 0;
    std::string capabilities;  // JSON, may be empty
};

struct DmaMap {
    static constexpr u32 readable = 1;
    static constexpr u32 writable = 2;
    u32 flags = 0;
    u64 offset = 0;
    u64 address = 0;
    u64 size = 0;
};

struct DmaUnmap {
    static constexpr u32 all = 2;  // flag: every range, address and size ignored
    u32 flags = 0;
    u64 address = 0;
    u64 size = 0;
};

struct GetInfo {};

struct GetRegionInfo {
    u32 index = 0;
};

struct GetIrqInfo {
    u32 index = 0;
};

struct SetIrqs {
    static constexpr u32 data_none = 1;
    static constexpr u32 data_bool = 2;
    static constexpr u32 data_eventfd = 4;
    static constexpr u32 action_mask = 8;
    static constexpr u32 action_unmask = 16;
    static constexpr u32 action_trigger = 32;
    u32 flags = 0;
    u32 index = 0;
    u32 start = 0;
    u32 count = 0;
};

struct RegionRead {
    u64 offset = 0;
    u32 region = 0;
    u32 count = 0;
};

struct RegionWrite {
    u64 offset = 0;
    u32 region = 0;
    Bytes data;
};

struct RegionWriteMulti {
    std::vector<RegionWrite> writes;
};

struct Reset {};

using Request = std::variant<Version, DmaMap, DmaUnmap, GetInfo, GetRegionInfo, GetIrqInfo, SetIrqs,
                             RegionRead, RegionWrite, RegionWriteMulti, Reset>;

// `bytes` holds at least header_size bytes. Fails for a size no message can have, because
// nothing that follows on the stream can be understood then.
[[nodiscard]] Result<Header> parse_header(ByteView bytes);

// `payload` is what follows the header: header.size - header_size bytes.
[[nodiscard]] Result<Request> parse(const Header& header, ByteView payload);

// Answers. Each returns the whole message, header included.
[[nodiscard]] Bytes reply(const Header& to, ByteView payload);
[[nodiscard]] Bytes reply_error(const Header& to, int number);
[[nodiscard]] Bytes reply_version(const Header& to, std::size_t longest_json);
[[nodiscard]] Bytes reply_info(const Header& to, u32 flags, u32 regions, u32 irq_types);
[[nodiscard]] Bytes reply_region_info(const Header& to, u32 index, u32 flags, u64 size);
[[nodiscard]] Bytes reply_irq_info(const Header& to, u32 index, u32 flags, u32 count);
[[nodiscard]] Bytes reply_region_read(const Header& to, const RegionRead& request, ByteView data);
[[nodiscard]] Bytes reply_region_write(const Header& to, u64 offset, u32 region, u32 count);

}  // namespace igbmodel::vfu
