// SPDX-License-Identifier: GPL-2.0-only
#include "source/files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <set>
#include <system_error>

#include "util/unique_fd.hpp"

namespace igbtune::source {

using util::Error;
using util::ErrorKind;
using util::Result;

Result<std::string> Files::read(const std::string& path) const {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): there is no other form
    const util::UniqueFd file(::open((root_ + path).c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.valid()) {
        return util::error_from_errno(errno, path);
    }
    std::string content;
    std::array<char, 16384> buffer{};
    while (content.size() <= size_limit) {
        const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return util::error_from_errno(errno, path);
        }
        if (count == 0) {
            return content;
        }
        content.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return Error{ErrorKind::failure, path + ": larger than 64 MiB"};
}

util::Status Files::write(const std::string& path, const std::string& content) const {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): there is no other form
    const util::UniqueFd file(::open((root_ + path).c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC));
    if (!file.valid()) {
        return util::error_from_errno(errno, path);
    }
    ssize_t count = ::write(file.get(), content.data(), content.size());
    while (count < 0 && errno == EINTR) {
        count = ::write(file.get(), content.data(), content.size());
    }
    if (count < 0) {
        return util::error_from_errno(errno, path);
    }
    if (static_cast<std::size_t>(count) != content.size()) {
        return Error{ErrorKind::failure, path + ": took only a part of '" + content + "'"};
    }
    return util::Done{};
}

Result<std::vector<std::string>> Files::list(const std::string& path) const {
    std::error_code error;
    std::set<std::string> names;
    std::filesystem::directory_iterator entry(root_ + path, error);
    const std::filesystem::directory_iterator end;
    while (!error && entry != end) {
        names.insert(entry->path().filename().string());
        entry.increment(error);
    }
    if (error) {
        return util::error_from_errno(error.value(), path);
    }
    return std::vector<std::string>(names.begin(), names.end());
}

Result<std::string> Files::link(const std::string& path) const {
    std::error_code error;
    std::string target = std::filesystem::read_symlink(root_ + path, error).string();
    if (error) {
        return util::error_from_errno(error.value(), path);
    }
    return target;
}

}  // namespace igbtune::source
