// SPDX-License-Identifier: GPL-2.0-only
#include "ports/wire.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cstring>

#include "util/bytes.hpp"

namespace igbmodel {

namespace {
constexpr u8 kind_frame = 0;
constexpr u8 kind_offer = 1;  // an answer is wanted: the sender does not know ours
constexpr u8 kind_offer_answer = 2;
constexpr std::size_t offer_size = 10;
constexpr std::size_t longest_datagram = 65536;
constexpr unsigned datagrams_per_event = 64;

Result<sockaddr_un> address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path) {
        return Error{"wire: '" + path + "' is no socket's path"};
    }
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    return address;
}
}  // namespace

Result<std::unique_ptr<WirePort>> WirePort::open(Loop& loop, const std::string& paths) {
    const std::size_t colon = paths.find(':');
    if (colon == std::string::npos) {
        return Error{"port=wire:OWN:PEER needs two paths"};
    }
    const std::string own = paths.substr(0, colon);
    const std::string peer = paths.substr(colon + 1);
    const Result<sockaddr_un> address = address_of(own);
    const Result<sockaddr_un> other = address_of(peer);
    if (!address || !other) {
        return address ? other.error() : address.error();
    }
    UniqueFd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    ::unlink(own.c_str());
    if (!fd || ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address.value()),
                      sizeof address.value()) != 0) {
        return system_error("cannot have the wire's end " + own);
    }
    return std::make_unique<WirePort>(loop, std::move(fd), own, peer);
}

WirePort::WirePort(Loop& loop, UniqueFd fd, std::string own, std::string peer)
    : loop_(loop), fd_(std::move(fd)), own_(std::move(own)), peer_(std::move(peer)) {
    loop_.watch(fd_.get(), [this] { readable(); });
}

WirePort::~WirePort() {
    loop_.unwatch(fd_.get());
    ::unlink(own_.c_str());
}

void WirePort::attach(PortUser& user) {
    user_ = &user;
}

bool WirePort::put(ByteView datagram) {
    const Result<sockaddr_un> to = address_of(peer_);
    return ::sendto(fd_.get(), datagram.data(), datagram.size(), 0,
                    reinterpret_cast<const sockaddr*>(&to.value()), sizeof to.value()) >= 0;
}

void WirePort::send(Bytes frame) {
    frame.insert(frame.begin(), kind_frame);
    put(frame);
}

void WirePort::own_offer(const PhyOffer& offer) {
    offer_ = offer;
    tell_offer(true);
}

void WirePort::tell_offer(bool wants_answer) {
    std::array<u8, offer_size> message{};
    message[0] = wants_answer ? kind_offer : kind_offer_answer;
    message[1] = offer_.active ? 1 : 0;
    message[2] = offer_.autoneg ? 1 : 0;
    store_le<u16>(&message[3], offer_.base);
    store_le<u16>(&message[5], offer_.gigabit);
    store_le<u16>(&message[7], static_cast<u16>(offer_.forced.speed));
    message[9] = offer_.forced.full ? 1 : 0;
    put(message);
}

void WirePort::offer_arrived(ByteView bytes) {
    if (bytes.size() != offer_size || user_ == nullptr) {
        return;
    }
    PhyOffer offer;
    offer.active = bytes[1] != 0;
    offer.autoneg = bytes[2] != 0;
    offer.base = load_le<u16>(&bytes[3]);
    offer.gigabit = load_le<u16>(&bytes[5]);
    offer.forced.speed = load_le<u16>(&bytes[7]);
    offer.forced.full = bytes[9] != 0;
    if (bytes[0] == kind_offer) {
        tell_offer(false);
    }
    user_->partner_changed(offer);
}

void WirePort::readable() {
    for (unsigned i = 0; i < datagrams_per_event; ++i) {
        Bytes datagram(longest_datagram);
        const ssize_t count = ::recv(fd_.get(), datagram.data(), datagram.size(), 0);
        if (count <= 1) {
            return;
        }
        datagram.resize(static_cast<std::size_t>(count));
        if (datagram[0] != kind_frame) {
            offer_arrived(datagram);
        } else if (user_ != nullptr) {
            datagram.erase(datagram.begin());
            user_->frame_arrived(std::move(datagram), false);
        }
    }
}

}  // namespace igbmodel
