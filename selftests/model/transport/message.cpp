// SPDX-License-Identifier: GPL-2.0-only
#include "transport/message.hpp"

#include <algorithm>
#include <string_view>

#include "util/bytes.hpp"

namespace igbmodel::vfu {

namespace {

constexpr std::size_t region_access_size = 16;
constexpr u32 max_region_access = u32{1} << 20U;
constexpr std::size_t multi_entry_size = 24;
constexpr u32 multi_entry_data = 8;

// Reads fields one after another and remembers whether the payload was long enough.
class Reader {
public:
    explicit Reader(ByteView bytes) : bytes_(bytes) {}

    template <class T>
    T take() {
        if (bytes_.size() - at_ < sizeof(T)) {
            short_ = true;
            at_ = bytes_.size();
            return T{};
        }
        const T value = load_le<T>(bytes_.data() + at_);
        at_ += sizeof(T);
        return value;
    }

    [[nodiscard]] ByteView rest() const { return bytes_.subspan(at_); }
    [[nodiscard]] bool complete() const { return !short_; }

private:
    ByteView bytes_;
    std::size_t at_ = 0;
    bool short_ = false;
};

Error too_short(std::string_view what) {
    return Error{"vfio-user " + std::string(what) + ": the message is too short"};
}

template <class T>
Result<Request> checked(const Reader& reader, T request, std::string_view what) {
    if (!reader.complete()) {
        return too_short(what);
    }
    return Request{std::move(request)};
}

Result<Request> parse_version(ByteView payload) {
    Reader reader(payload);
    Version request;
    request.major = reader.take<u16>();
    request.minor = reader.take<u16>();
    const ByteView text = reader.rest();
    const auto end = std::ranges::find(text, u8{0});
    request.capabilities.assign(text.begin(), end);
    return checked(reader, std::move(request), "VERSION");
}

Result<Request> parse_dma_map(ByteView payload) {
    Reader reader(payload);
    DmaMap request;
    reader.take<u32>();
    request.flags = reader.take<u32>();
    request.offset = reader.take<u64>();
    request.address = reader.take<u64>();
    request.size = reader.take<u64>();
    if (request.address + request.size < request.address) {
        return Error{"vfio-user DMA_MAP: the range wraps"};
    }
    return checked(reader, request, "DMA_MAP");
}

Result<Request> parse_dma_unmap(ByteView payload) {
    Reader reader(payload);
    DmaUnmap request;
    reader.take<u32>();
    request.flags = reader.take<u32>();
    request.address = reader.take<u64>();
    request.size = reader.take<u64>();
    if (request.address + request.size < request.address) {
        return Error{"vfio-user DMA_UNMAP: the range wraps"};
    }
    return checked(reader, request, "DMA_UNMAP");
}

Result<Request> parse_set_irqs(ByteView payload) {
    Reader reader(payload);
    SetIrqs request;
    reader.take<u32>();
    request.flags = reader.take<u32>();
    request.index = reader.take<u32>();
    request.start = reader.take<u32>();
    request.count = reader.take<u32>();
    if (request.start + request.count < request.start) {
        return Error{"vfio-user SET_IRQS: the range wraps"};
    }
    return checked(reader, request, "SET_IRQS");
}

Result<Request> parse_region_read(ByteView payload) {
    Reader reader(payload);
    RegionRead request;
    request.offset = reader.take<u64>();
    request.region = reader.take<u32>();
    request.count = reader.take<u32>();
    if (request.count > max_region_access) {
        return Error{"vfio-user REGION_READ: more bytes than a message may carry"};
    }
    return checked(reader, request, "REGION_READ");
}

Result<Request> parse_region_write(ByteView payload) {
    Reader reader(payload);
    RegionWrite request;
    request.offset = reader.take<u64>();
    request.region = reader.take<u32>();
    const u32 count = reader.take<u32>();
    const ByteView data = reader.rest();
    if (!reader.complete() || data.size() < count) {
        return too_short("REGION_WRITE");
    }
    request.data.assign(data.begin(), data.begin() + count);
    return Request{std::move(request)};
}

Result<Request> parse_write_multi(ByteView payload) {
    Reader reader(payload);
    const u64 count = reader.take<u64>();
    const ByteView entries = reader.rest();
    if (!reader.complete() || count > entries.size() / multi_entry_size) {
        return too_short("REGION_WRITE_MULTI");
    }
    RegionWriteMulti request;
    request.writes.reserve(count);
    for (u64 i = 0; i < count; ++i) {
        const u8* entry = entries.data() + (i * multi_entry_size);
        const u32 size = load_le<u32>(entry + 12);
        if (size > multi_entry_data) {
            return Error{"vfio-user REGION_WRITE_MULTI: an entry of more than 8 bytes"};
        }
        RegionWrite write;
        write.offset = load_le<u64>(entry);
        write.region = load_le<u32>(entry + 8);
        write.data.assign(entry + region_access_size, entry + region_access_size + size);
        request.writes.push_back(std::move(write));
    }
    return Request{std::move(request)};
}

template <class T>
Result<Request> parse_index(ByteView payload, std::string_view what) {
    Reader reader(payload);
    reader.take<u32>();
    reader.take<u32>();
    T request;
    request.index = reader.take<u32>();
    return checked(reader, request, what);
}

void append_le32(Bytes& to, u32 value) {
    const std::size_t at = to.size();
    to.resize(at + sizeof value);
    store_le(to.data() + at, value);
}

void append_le64(Bytes& to, u64 value) {
    append_le32(to, static_cast<u32>(value));
    append_le32(to, static_cast<u32>(value >> 32U));
}

Bytes start(const Header& to, std::size_t payload, u32 flags, u32 error) {
    Bytes message;
    message.reserve(header_size + payload);
    append_le32(message, u32{to.id} | u32{to.command} << 16U);
    append_le32(message, static_cast<u32>(header_size + payload));
    append_le32(message, flags);
    append_le32(message, error);
    return message;
}

}  // namespace

Result<Header> parse_header(ByteView bytes) {
    if (bytes.size() < header_size) {
        return too_short("header");
    }
    Header header;
    header.id = load_le<u16>(bytes.data());
    header.command = load_le<u16>(bytes.data() + 2);
    header.size = load_le<u32>(bytes.data() + 4);
    header.flags = load_le<u32>(bytes.data() + 8);
    header.error = load_le<u32>(bytes.data() + 12);
    if (header.size < header_size || header.size > max_message_size) {
        return Error{"vfio-user: a message of " + std::to_string(header.size) + " bytes cannot be"};
    }
    return header;
}

Result<Request> parse(const Header& header, ByteView payload) {
    if ((header.flags & flag_type_mask) != 0) {
        return Error{"vfio-user: an answer came where a command was due"};
    }
    switch (static_cast<Command>(header.command)) {
        case Command::version:
            return parse_version(payload);
        case Command::dma_map:
            return parse_dma_map(payload);
        case Command::dma_unmap:
            return parse_dma_unmap(payload);
        case Command::get_info:
            return Request{GetInfo{}};
        case Command::get_region_info:
            return parse_index<GetRegionInfo>(payload, "GET_REGION_INFO");
        case Command::get_irq_info:
            return parse_index<GetIrqInfo>(payload, "GET_IRQ_INFO");
        case Command::set_irqs:
            return parse_set_irqs(payload);
        case Command::region_read:
            return parse_region_read(payload);
        case Command::region_write:
            return parse_region_write(payload);
        case Command::region_write_multi:
            return parse_write_multi(payload);
        case Command::reset:
            return Request{Reset{}};
    }
    return Error{"vfio-user: command " + std::to_string(header.command) + " is not known", ENOSYS};
}

Bytes reply(const Header& to, ByteView payload) {
    Bytes message = start(to, payload.size(), flag_reply, 0);
    message.insert(message.end(), payload.begin(), payload.end());
    return message;
}

Bytes reply_error(const Header& to, int number) {
    return start(to, 0, flag_reply | flag_error, static_cast<u32>(number));
}

Bytes reply_version(const Header& to, std::size_t longest_json) {
    // QEMU refuses an answer that is longer than its own JSON.
    constexpr std::string_view full =
        R"({"capabilities":{"max_msg_fds":16,"max_data_xfer_size":1048576,"write_multiple":true}})";
    constexpr std::string_view shortest = R"({"capabilities":{}})";
    const std::string_view json = full.size() <= longest_json ? full : shortest;
    Bytes payload(4, 0);
    payload.insert(payload.end(), json.begin(), json.end());
    payload.push_back(0);
    return reply(to, payload);
}

Bytes reply_info(const Header& to, u32 flags, u32 regions, u32 irq_types) {
    Bytes payload;
    append_le32(payload, 16);
    append_le32(payload, flags);
    append_le32(payload, regions);
    append_le32(payload, irq_types);
    return reply(to, payload);
}

Bytes reply_region_info(const Header& to, u32 index, u32 flags, u64 size) {
    Bytes payload;
    append_le32(payload, 32);
    append_le32(payload, flags);
    append_le32(payload, index);
    append_le32(payload, 0);
    append_le64(payload, size);
    append_le64(payload, 0);
    return reply(to, payload);
}

Bytes reply_irq_info(const Header& to, u32 index, u32 flags, u32 count) {
    Bytes payload;
    append_le32(payload, 16);
    append_le32(payload, flags);
    append_le32(payload, index);
    append_le32(payload, count);
    return reply(to, payload);
}

Bytes reply_region_read(const Header& to, const RegionRead& request, ByteView data) {
    Bytes message = start(to, region_access_size + data.size(), flag_reply, 0);
    append_le64(message, request.offset);
    append_le32(message, request.region);
    append_le32(message, static_cast<u32>(data.size()));
    message.insert(message.end(), data.begin(), data.end());
    return message;
}

Bytes reply_region_write(const Header& to, u64 offset, u32 region, u32 count) {
    Bytes message = start(to, region_access_size, flag_reply, 0);
    append_le64(message, offset);
    append_le32(message, region);
    append_le32(message, count);
    return message;
}

}  // namespace igbmodel::vfu
