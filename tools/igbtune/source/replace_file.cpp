// SPDX-License-Identifier: GPL-2.0-only
#include "source/replace_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "util/unique_fd.hpp"

namespace igbtune::source {

using util::Status;
using util::UniqueFd;

namespace {

UniqueFd opened(const std::string& path, int flags, mode_t mode) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): there is no other form
    return UniqueFd(::open(path.c_str(), flags | O_CLOEXEC, mode));
}

Status sync_directory_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    const std::string directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    const UniqueFd opened_directory = opened(directory, O_RDONLY | O_DIRECTORY, 0);
    if (!opened_directory.valid() || ::fsync(opened_directory.get()) != 0) {
        return util::error_from_errno(errno, directory);
    }
    return util::Done{};
}

Status write_all(int file, const std::string& content, const std::string& path) {
    std::size_t written = 0;
    while (written < content.size()) {
        const ssize_t count = ::write(file, content.data() + written, content.size() - written);
        if (count < 0 && errno != EINTR) {
            return util::error_from_errno(errno, path);
        }
        written += count > 0 ? static_cast<std::size_t>(count) : 0;
    }
    if (::fsync(file) != 0) {
        return util::error_from_errno(errno, path);
    }
    return util::Done{};
}

}  // namespace

Status replace_file(const std::string& path, const std::string& content, mode_t mode) {
    const std::string fresh = path + ".new";
    {
        const UniqueFd file = opened(fresh, O_WRONLY | O_CREAT | O_TRUNC, mode);
        if (!file.valid()) {
            return util::error_from_errno(errno, fresh);
        }
        // Whatever the umask is, and whatever an earlier one left behind.
        (void)::fchmod(file.get(), mode);
        if (Status done = write_all(file.get(), content, fresh); !done) {
            (void)::unlink(fresh.c_str());
            return done;
        }
    }
    if (std::rename(fresh.c_str(), path.c_str()) != 0) {
        const int number = errno;
        (void)::unlink(fresh.c_str());
        return util::error_from_errno(number, path);
    }
    return sync_directory_of(path);
}

}  // namespace igbtune::source
