// SPDX-License-Identifier: GPL-2.0-only
// The seam to /proc and /sys. Everything that igbtune reads from them goes through here, so that a
// recorded tree serves as well as the machine itself.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "util/result.hpp"

namespace igbtune::source {

class Files {
public:
    // The root is put before every path: "" for this machine, a directory for a recorded tree.
    explicit Files(std::string root = {}) : root_(std::move(root)) {}
    Files(const Files&) = delete;
    Files& operator=(const Files&) = delete;
    Files(Files&&) = delete;
    Files& operator=(Files&&) = delete;
    virtual ~Files() = default;

    // The whole file. A file that does not end is an error, not a full memory.
    virtual util::Result<std::string> read(const std::string& path) const;

    // The names in a directory, sorted; "." and ".." are not among them.
    virtual util::Result<std::vector<std::string>> list(const std::string& path) const;

    // What a symbolic link says.
    virtual util::Result<std::string> link(const std::string& path) const;

    // Writes a setting: into a file that is there, in one piece, as the kernel wants it.
    virtual util::Status write(const std::string& path, const std::string& content) const;

    static constexpr std::size_t size_limit = std::size_t{64} * 1024 * 1024;

private:
    std::string root_;
};

}  // namespace igbtune::source
