// SPDX-License-Identifier: GPL-2.0-only
// Files of the machine's configuration (/etc), below this root or another.
#pragma once

#include <string>

#include "util/result.hpp"

namespace igbtune::source {

class Configuration {
public:
    explicit Configuration(std::string root = {}) : root_(std::move(root)) {}

    // Directories are made as needed. A file is replaced whole.
    [[nodiscard]] util::Status put(const std::string& path, const std::string& content) const;
    [[nodiscard]] util::Status link(const std::string& path, const std::string& target) const;

    // The value is false where there was nothing.
    [[nodiscard]] util::Result<bool> remove(const std::string& path) const;

    [[nodiscard]] const std::string& root() const { return root_; }

private:
    std::string root_;
};

}  // namespace igbtune::source
