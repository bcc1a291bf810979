// SPDX-License-Identifier: GPL-2.0-only
// Netlink messages: requests put together with libnl, replies taken apart without trust in any
// length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct nl_msg;

namespace igbtune::source {

using Bytes = std::vector<std::byte>;
using ByteView = std::span<const std::byte>;

// A request under construction. If memory runs out, bytes() is empty and the transport refuses it.
class Message {
public:
    Message(std::uint16_t type, std::uint16_t flags);

    // The fixed header of a protocol (ifinfomsg, genlmsghdr), before any attribute.
    template <typename Header>
    void append(const Header& header) {
        append_bytes(std::as_bytes(std::span(&header, 1)));
    }

    void put(std::uint16_t type, std::uint32_t value);
    void put(std::uint16_t type, std::string_view value);
    void put(std::uint16_t type, ByteView value);
    void put_flag(std::uint16_t type);
    void nest(std::uint16_t type, const std::function<void()>& content);

    [[nodiscard]] ByteView bytes() const;

private:
    struct Free {
        void operator()(nl_msg* message) const;
    };

    void append_bytes(ByteView bytes);

    std::unique_ptr<nl_msg, Free> message_;
    bool complete_;  // nothing failed so far
};

class Attribute;

// The attributes in a stretch of bytes: those that lie in it entirely, in the order they came.
class Attributes {
public:
    Attributes() = default;
    explicit Attributes(ByteView bytes);

    [[nodiscard]] auto begin() const { return attributes_.begin(); }
    [[nodiscard]] auto end() const { return attributes_.end(); }

    // The first of a type, or nothing, as are the readers of a value that is absent or too short.
    [[nodiscard]] const Attribute* find(std::uint16_t type) const;
    [[nodiscard]] std::optional<std::uint64_t> unsigned_number(std::uint16_t type) const;
    [[nodiscard]] std::optional<std::uint32_t> u32(std::uint16_t type) const;
    [[nodiscard]] std::optional<std::string> text(std::uint16_t type) const;
    [[nodiscard]] Attributes nested(std::uint16_t type) const;  // empty if absent

private:
    std::vector<Attribute> attributes_;
};

class Attribute {
public:
    Attribute(std::uint16_t type, ByteView payload) : type_(type), payload_(payload) {}

    [[nodiscard]] std::uint16_t type() const { return type_; }
    [[nodiscard]] ByteView payload() const { return payload_; }

    // A number of 1, 2, 4 or 8 bytes in the machine's order: netlink's "uint" comes in 4 or 8.
    [[nodiscard]] std::optional<std::uint64_t> unsigned_number() const;
    [[nodiscard]] std::string text() const;  // up to the first NUL
    [[nodiscard]] Attributes nested() const { return Attributes(payload_); }

private:
    std::uint16_t type_;
    ByteView payload_;
};

// A structure at the beginning of the bytes, if they are long enough.
template <typename Header>
[[nodiscard]] std::optional<Header> header_of(ByteView bytes) {
    if (bytes.size() < sizeof(Header)) {
        return std::nullopt;
    }
    Header header{};
    std::memcpy(&header, bytes.data(), sizeof(header));
    return header;
}

// What follows a header with netlink's padding; empty if nothing does.
[[nodiscard]] ByteView after(ByteView bytes, std::size_t header_size);

}  // namespace igbtune::source
