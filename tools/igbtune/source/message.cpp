// SPDX-License-Identifier: GPL-2.0-only
#include "source/message.hpp"

#include <netlink/attr.h>
#include <netlink/msg.h>

#include <algorithm>

namespace igbtune::source {

void Message::Free::operator()(nl_msg* message) const {
    nlmsg_free(message);
}

Message::Message(std::uint16_t type, std::uint16_t flags)
    : message_(nlmsg_alloc()),
      complete_(message_ && nlmsg_put(message_.get(), 0, 0, type, 0, flags) != nullptr) {}

void Message::append_bytes(ByteView bytes) {
    if (complete_) {
        // libnl takes a pointer to non-const and only reads from it.
        void* const data = const_cast<std::byte*>(bytes.data());  // NOLINT(*-const-cast)
        complete_ = nlmsg_append(message_.get(), data, bytes.size(), NLMSG_ALIGNTO) == 0;
    }
}

void Message::put(std::uint16_t type, std::uint32_t value) {
    complete_ = complete_ && nla_put_u32(message_.get(), type, value) == 0;
}

void Message::put(std::uint16_t type, std::string_view value) {
    complete_ = complete_ && nla_put_string(message_.get(), type, std::string(value).c_str()) == 0;
}

void Message::put(std::uint16_t type, ByteView value) {
    complete_ = complete_ &&
                nla_put(message_.get(), type, static_cast<int>(value.size()), value.data()) == 0;
}

void Message::put_flag(std::uint16_t type) {
    complete_ = complete_ && nla_put_flag(message_.get(), type) == 0;
}

void Message::nest(std::uint16_t type, const std::function<void()>& content) {
    if (!complete_) {
        return;
    }
    nlattr* const start = nla_nest_start(message_.get(), type | NLA_F_NESTED);
    complete_ = start != nullptr;
    content();
    complete_ = complete_ && nla_nest_end(message_.get(), start) == 0;
}

ByteView Message::bytes() const {
    if (!complete_) {
        return {};
    }
    const nlmsghdr* const header = nlmsg_hdr(message_.get());
    return std::as_bytes(std::span(reinterpret_cast<const char*>(header), header->nlmsg_len));
}

Attributes::Attributes(ByteView bytes) {
    constexpr std::size_t header_size = sizeof(nlattr);
    while (const auto header = header_of<nlattr>(bytes)) {
        if (header->nla_len < header_size || header->nla_len > bytes.size()) {
            return;
        }
        const auto type = static_cast<std::uint16_t>(header->nla_type & NLA_TYPE_MASK);
        attributes_.emplace_back(type, bytes.subspan(header_size, header->nla_len - header_size));
        bytes = after(bytes, header->nla_len);
    }
}

const Attribute* Attributes::find(std::uint16_t type) const {
    const auto found = std::ranges::find(attributes_, type, &Attribute::type);
    return found == attributes_.end() ? nullptr : &*found;
}

std::optional<std::uint64_t> Attributes::unsigned_number(std::uint16_t type) const {
    const Attribute* const attribute = find(type);
    return attribute == nullptr ? std::nullopt : attribute->unsigned_number();
}

std::optional<std::uint32_t> Attributes::u32(std::uint16_t type) const {
    const Attribute* const attribute = find(type);
    return attribute == nullptr ? std::nullopt : header_of<std::uint32_t>(attribute->payload());
}

std::optional<std::string> Attributes::text(std::uint16_t type) const {
    const Attribute* const attribute = find(type);
    if (attribute == nullptr) {
        return std::nullopt;
    }
    return attribute->text();
}

Attributes Attributes::nested(std::uint16_t type) const {
    const Attribute* const attribute = find(type);
    return attribute == nullptr ? Attributes() : attribute->nested();
}

std::optional<std::uint64_t> Attribute::unsigned_number() const {
    switch (payload_.size()) {
        case sizeof(std::uint8_t):
            return header_of<std::uint8_t>(payload_);
        case sizeof(std::uint16_t):
            return header_of<std::uint16_t>(payload_);
        case sizeof(std::uint32_t):
            return header_of<std::uint32_t>(payload_);
        case sizeof(std::uint64_t):
            return header_of<std::uint64_t>(payload_);
        default:
            return std::nullopt;
    }
}

std::string Attribute::text() const {
    std::string result;
    for (const std::byte character : payload_) {
        if (character == std::byte{0}) {
            break;
        }
        result += static_cast<char>(character);
    }
    return result;
}

ByteView after(ByteView bytes, std::size_t header_size) {
    constexpr std::size_t alignment = NLMSG_ALIGNTO;
    const std::size_t aligned = (header_size + alignment - 1) / alignment * alignment;
    return aligned >= bytes.size() ? ByteView() : bytes.subspan(aligned);
}

}  // namespace igbtune::source
