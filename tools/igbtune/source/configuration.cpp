// SPDX-License-Identifier: GPL-2.0-only
#include "source/configuration.hpp"

#include <filesystem>
#include <system_error>

#include "source/replace_file.hpp"

namespace igbtune::source {

using util::Result;
using util::Status;

namespace {

namespace fs = std::filesystem;

constexpr mode_t for_all_to_read = 0644;

Status make_folder_of(const std::string& path) {
    std::error_code error;
    const fs::path folder = fs::path(path).parent_path();
    fs::create_directories(folder, error);
    if (error) {
        return util::error_from_errno(error.value(), folder.string());
    }
    return util::Done{};
}

}  // namespace

Status Configuration::put(const std::string& path, const std::string& content) const {
    const std::string whole = root_ + path;
    const Status made = make_folder_of(whole);
    return made ? replace_file(whole, content, for_all_to_read) : made;
}

Status Configuration::link(const std::string& path, const std::string& target) const {
    const std::string whole = root_ + path;
    if (Status made = make_folder_of(whole); !made) {
        return made;
    }
    // Beside it first, so that it is there at every moment.
    const std::string fresh = whole + ".new";
    std::error_code error;
    fs::remove(fresh, error);
    fs::create_symlink(target, fresh, error);
    if (!error) {
        fs::rename(fresh, whole, error);
    }
    if (error) {
        return util::error_from_errno(error.value(), whole);
    }
    return util::Done{};
}

Result<bool> Configuration::remove(const std::string& path) const {
    std::error_code error;
    const bool removed = fs::remove(root_ + path, error);
    if (error) {
        return util::error_from_errno(error.value(), root_ + path);
    }
    return removed;
}

}  // namespace igbtune::source
