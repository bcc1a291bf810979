// SPDX-License-Identifier: GPL-2.0-only
#include "ports/tap.hpp"

#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace igbmodel {

namespace {
constexpr std::size_t longest_frame = 65536;
constexpr unsigned frames_per_event = 64;
}  // namespace

Result<std::unique_ptr<TapPort>> TapPort::open(Loop& loop, const std::string& name) {
    ifreq request{};
    if (name.empty() || name.size() >= sizeof request.ifr_name) {
        return Error{"tap: an interface's name has 1 to 15 characters"};
    }
    // NOLINTBEGIN(cppcoreguidelines-pro-type-vararg): open and ioctl have no other form
    UniqueFd fd(::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC));
    if (!fd) {
        return system_error("cannot open /dev/net/tun");
    }
    std::memcpy(request.ifr_name, name.c_str(), name.size() + 1);
    request.ifr_flags = IFF_TAP | IFF_NO_PI;
    // Without offloads: a frame with an unfinished checksum would be lost in the guest.
    if (::ioctl(fd.get(), TUNSETIFF, &request) != 0 || ::ioctl(fd.get(), TUNSETOFFLOAD, 0) != 0) {
        return system_error("cannot have tap interface " + name);
    }
    // NOLINTEND(cppcoreguidelines-pro-type-vararg)
    return std::make_unique<TapPort>(loop, std::move(fd));
}

TapPort::TapPort(Loop& loop, UniqueFd fd) : loop_(loop), fd_(std::move(fd)) {
    loop_.watch(fd_.get(), [this] { readable(); });
}

TapPort::~TapPort() {
    loop_.unwatch(fd_.get());
}

void TapPort::attach(PortUser& user) {
    user_ = &user;
    user.partner_changed(full_offer());
}

void TapPort::send(Bytes frame) {
    // A full queue of the host loses the frame, as a switch would.
    [[maybe_unused]] const ssize_t sent = ::write(fd_.get(), frame.data(), frame.size());
}

void TapPort::own_offer(const PhyOffer& /*offer*/) {}

void TapPort::readable() {
    for (unsigned i = 0; i < frames_per_event; ++i) {
        Bytes frame(longest_frame);
        const ssize_t count = ::read(fd_.get(), frame.data(), frame.size());
        if (count <= 0) {
            return;
        }
        frame.resize(std::max(static_cast<std::size_t>(count), shortest_frame), 0);
        if (user_ != nullptr) {
            user_->frame_arrived(std::move(frame), false);
        }
    }
}

}  // namespace igbmodel
