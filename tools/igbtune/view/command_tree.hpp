// SPDX-License-Identifier: GPL-2.0-only
// The command line as it is described to people and to shells: made from the tree that parses it,
// so that neither says what the other does not do.
#pragma once

#include <string>
#include <vector>

namespace igbtune::view {

struct CommandOption {
    std::vector<std::string> names;  // "--json"; empty for what stands alone
    std::string value;               // "SECONDS", "[SECONDS]"; of what stands alone its name
    std::string description;
    std::vector<std::string> choices;
    bool required{};
};

struct Command {
    std::string name;
    std::string description;
    std::string notes;
    std::vector<CommandOption> options;
    std::vector<Command> commands;
};

// "igbtune stats DEV [--all] [--watch [SECONDS]]"
[[nodiscard]] std::string synopsis(const Command& command, const std::string& before);

// The manual's page, in the language of man(7).
[[nodiscard]] std::string manual_page(const Command& tree, const std::string& exit_codes);

enum class Shell { bash, zsh, fish };

[[nodiscard]] std::string completion(const Command& tree, Shell shell);

}  // namespace igbtune::view
