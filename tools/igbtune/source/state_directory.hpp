// SPDX-License-Identifier: GPL-2.0-only
// Where igbtune keeps what must outlive it: files that are there whole or not at all, and a lock.
#pragma once

#include <optional>
#include <string>

#include "util/result.hpp"
#include "util/unique_fd.hpp"

namespace igbtune::source {

class StateDirectory {
public:
    explicit StateDirectory(std::string path) : path_(std::move(path)) {}

    // Held until the descriptor closes, also by death. Makes the directory.
    [[nodiscard]] util::Result<util::UniqueFd> lock() const;

    // Nothing if there is no such file.
    [[nodiscard]] util::Result<std::optional<std::string>> read(const std::string& name) const;

    // On disk when it returns: the old content or the new, whenever the power fails.
    [[nodiscard]] util::Status replace(const std::string& name, const std::string& content) const;
    [[nodiscard]] util::Status remove(const std::string& name) const;

    [[nodiscard]] const std::string& path() const { return path_; }

private:
    [[nodiscard]] util::Status make() const;
    [[nodiscard]] util::Status sync() const;

    std::string path_;
};

// Names the network namespace of this process: settings of another are not its own, not even of a
// later one.
[[nodiscard]] util::Result<std::string> network_namespace_number();

}  // namespace igbtune::source
