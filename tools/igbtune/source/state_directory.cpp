// SPDX-License-Identifier: GPL-2.0-only
#include "source/state_directory.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "source/files.hpp"
#include "source/replace_file.hpp"

namespace igbtune::source {

using util::Result;
using util::Status;
using util::UniqueFd;

namespace {

constexpr mode_t private_mode = 0600;
constexpr mode_t directory_mode = 0700;

UniqueFd opened(const std::string& path, int flags) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): there is no other form
    return UniqueFd(::open(path.c_str(), flags | O_CLOEXEC, private_mode));
}

}  // namespace

Status StateDirectory::make() const {
    if (::mkdir(path_.c_str(), directory_mode) != 0 && errno != EEXIST) {
        return util::error_from_errno(errno, path_);
    }
    return util::Done{};
}

Status StateDirectory::sync() const {
    const UniqueFd directory = opened(path_, O_RDONLY | O_DIRECTORY);
    if (!directory.valid() || ::fsync(directory.get()) != 0) {
        return util::error_from_errno(errno, path_);
    }
    return util::Done{};
}

Result<UniqueFd> StateDirectory::lock() const {
    if (const Status made = make(); !made) {
        return made.error();
    }
    UniqueFd file = opened(path_ + "/lock", O_RDWR | O_CREAT);
    if (!file.valid()) {
        return util::error_from_errno(errno, path_ + "/lock");
    }
    while (::flock(file.get(), LOCK_EX) != 0) {
        if (errno != EINTR) {
            return util::error_from_errno(errno, path_ + "/lock");
        }
    }
    return file;
}

Result<std::optional<std::string>> StateDirectory::read(const std::string& name) const {
    auto content = Files().read(path_ + "/" + name);
    if (content) {
        return std::optional(std::move(*content));
    }
    if (content.error().kind == util::ErrorKind::not_found) {
        return std::optional<std::string>{};
    }
    return content.error();
}

Status StateDirectory::replace(const std::string& name, const std::string& content) const {
    return replace_file(path_ + "/" + name, content, private_mode);
}

Status StateDirectory::remove(const std::string& name) const {
    const std::string target = path_ + "/" + name;
    if (::unlink(target.c_str()) != 0 && errno != ENOENT) {
        return util::error_from_errno(errno, target);
    }
    return sync();
}

Result<std::string> network_namespace_number() {
    // The number of its file goes to another as soon as this one is gone; the kernel's cookie does
    // not. Before Linux 5.14 there is none.
    const UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    std::uint64_t cookie = 0;
    socklen_t size = sizeof(cookie);
    if (socket.valid() &&
        ::getsockopt(socket.get(), SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &size) == 0) {
        return "cookie-" + std::to_string(cookie);
    }
    struct stat status{};
    if (::stat("/proc/self/ns/net", &status) != 0) {
        return util::error_from_errno(errno, "/proc/self/ns/net");
    }
    return std::to_string(status.st_ino);
}

}  // namespace igbtune::source
