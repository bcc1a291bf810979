// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <iterator>

#include "util/text.hpp"
#include "view/command_tree.hpp"

namespace igbtune::view {
namespace {

constexpr std::string_view license = "# SPDX-License-Identifier: GPL-2.0-only\n";

bool takes_value(const CommandOption& option) {
    return !option.names.empty() && !option.value.empty();
}

// A value that may be left out is not waited for.
bool demands_value(const CommandOption& option) {
    return takes_value(option) && !option.value.starts_with('[');
}

bool is_file(std::string_view value) {
    return value.starts_with("FILE") || value.starts_with("PROFILE");
}

std::string words_of(const std::vector<std::string>& words) {
    return util::join(words, " ");
}

std::vector<std::string> names_of(const std::vector<Command>& commands) {
    std::vector<std::string> names;
    names.reserve(commands.size());
    for (const Command& command : commands) {
        names.push_back(command.name);
    }
    return names;
}

std::vector<std::string> options_of(const Command& command) {
    std::vector<std::string> names;
    for (const CommandOption& option : command.options) {
        std::ranges::copy_if(option.names, std::back_inserter(names),
                             [](const std::string& name) { return name.starts_with("--"); });
    }
    return names;
}

// ---- bash

// What can stand alone at each place, as a word that the script understands.
std::string places_of(const Command& command) {
    std::vector<std::string> places;
    for (const CommandOption& option : command.options) {
        if (option.names.empty()) {
            const bool several = option.value.ends_with("...");
            std::string kind = "none";
            if (is_file(option.value)) {
                kind = "file";
            } else if (option.value.starts_with("DEV")) {
                kind = "device";
            } else if (option.value.starts_with("KNOB")) {
                kind = "knob";
            } else if (option.value.starts_with("NAME")) {
                kind = "name";
            } else if (!option.choices.empty()) {
                kind = "of:" + util::join(option.choices, ":");
            }
            places.push_back(several ? kind + "*" : kind);
        }
    }
    return words_of(places);
}

std::string bash_case(const Command& command, const std::string& path) {
    std::vector<std::string> with_value;
    std::vector<std::string> with_file;
    std::string choices;
    for (const CommandOption& option : command.options) {
        for (const std::string& name : option.names) {
            if (demands_value(option)) {
                (is_file(option.value) ? with_file : with_value).push_back(name);
            }
            if (!option.choices.empty()) {
                choices +=
                    (choices.empty() ? "" : ";") + name + "=" + util::join(option.choices, ":");
            }
        }
    }
    return "        '" + path + "')\n            options='" + words_of(options_of(command)) +
           "'\n            with_value='" + words_of(with_value) + "'\n            with_file='" +
           words_of(with_file) + "'\n            choices='" + choices + "'\n            places='" +
           places_of(command) + "'\n            verbs='" + words_of(names_of(command.commands)) +
           "'\n            ;;\n";
}

constexpr const char* bash_body = R"script(    esac
}

_igbtune_contains() {
    local word
    for word in $1; do
        [[ $word == "$2" ]] && return 0
    done
    return 1
}

_igbtune_words() {
    local word
    case $1 in
        device)
            for word in /sys/class/net/*; do
                [[ -e $word ]] && printf '%s\n' "${word##*/}"
            done
            ;;
        knob) igbtune save "$2" 2>/dev/null | sed -n 's/^\([a-z][^ ]*\) = .*/\1=/p' ;;
        name) igbtune explain 2>/dev/null | sed -n '2,$s/ .*//p' ;;
        of:*) tr ':' '\n' <<<"${1#of:}" ;;
    esac
}

_igbtune() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
    local path='' alone=0 device='' word index skip=''
    local options with_value with_file choices places verbs
    COMPREPLY=()
    _igbtune_facts ''
    for ((index = 1; index < COMP_CWORD; index++)); do
        word=${COMP_WORDS[index]}
        if [[ -n $skip ]]; then
            skip=''
        elif [[ $word == -* ]]; then
            if _igbtune_contains "$with_value $with_file" "$word"; then
                skip=1
            fi
        elif _igbtune_contains "$verbs" "$word"; then
            path+=${path:+ }$word
            alone=0
            _igbtune_facts "$path"
        elif [[ $word != '=' ]]; then
            [[ -z $device ]] && device=$word
            alone=$((alone + 1))
        fi
    done
    local pair pairs
    if [[ -n $skip ]]; then
        IFS=';' read -ra pairs <<<"$choices"
        for pair in "${pairs[@]}"; do
            if [[ ${pair%%=*} == "$previous" ]]; then
                mapfile -t COMPREPLY < <(compgen -W "$(tr ':' '\n' <<<"${pair#*=}")" -- "$current")
                return
            fi
        done
        if _igbtune_contains "$with_file" "$previous"; then
            mapfile -t COMPREPLY < <(compgen -f -- "$current")
        fi
        return
    fi
    if [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
        return
    fi
    local kinds kind last
    read -ra kinds <<<"$places"
    kind=${kinds[alone]-}
    if [[ -z $kind && ${#kinds[@]} -gt 0 ]]; then
        last=${kinds[${#kinds[@]} - 1]}
        [[ $last == *'*' ]] && kind=$last
    fi
    kind=${kind%'*'}
    if [[ $kind == file ]]; then
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
    elif [[ -n $kind ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_igbtune_words "$kind" "$device")" -- "$current")
        [[ $kind == knob ]] && compopt -o nospace 2>/dev/null
    elif [[ -n $verbs ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$verbs" -- "$current")
    fi
}

complete -o filenames -F _igbtune igbtune
)script";

std::string bash_cases(const Command& command, const std::string& path) {
    std::string text = bash_case(command, path);
    for (const Command& below : command.commands) {
        std::string deeper = path;
        deeper += deeper.empty() ? "" : " ";
        text += bash_cases(below, deeper + below.name);
    }
    return text;
}

std::string bash(const Command& tree) {
    return std::string(license) + "# Completion for bash, made by 'igbtune completion bash'.\n\n" +
           "_igbtune_facts() {\n    case $1 in\n" + bash_cases(tree, "") + bash_body;
}

// ---- zsh

std::string zsh_quoted(std::string_view text) {
    std::string out;
    for (const char letter : text) {
        if (letter == '\'') {
            out += "'\\''";
        } else if (letter == '[' || letter == ']' || letter == ':') {
            out += '\\';
            out += letter;
        } else {
            out += letter;
        }
    }
    return out;
}

std::string zsh_action(const CommandOption& option) {
    if (!option.choices.empty()) {
        return "(" + words_of(option.choices) + ")";
    }
    if (is_file(option.value)) {
        return "_files";
    }
    if (option.value.starts_with("DEV")) {
        return "_net_interfaces";
    }
    return option.value.starts_with("NAME") ? "_igbtune_names" : " ";
}

std::string zsh_function(const Command& command, const std::string& name) {
    std::string text = name + "() {\n    _arguments -S";
    for (const CommandOption& option : command.options) {
        const std::string message = zsh_quoted(option.value.empty() ? "" : option.value);
        for (const std::string& flag : option.names) {
            text += " \\\n        '" + flag + "[" + zsh_quoted(option.description) + "]";
            if (takes_value(option)) {
                text += (demands_value(option) ? ":" : "::") + message + ":" + zsh_action(option);
            }
            text += "'";
        }
        if (option.names.empty()) {
            std::string_view times = option.required ? ":" : "::";
            if (option.value.ends_with("...")) {
                times = "*:";
            }
            text += std::string(" \\\n        '").append(times) + message + ":" +
                    zsh_action(option) + "'";
        }
    }
    if (!command.commands.empty()) {
        text += " \\\n        '*:: :" + name + "_verb'";
    }
    text += "\n}\n\n";
    if (command.commands.empty()) {
        return text;
    }
    text += name + "_verb() {\n    if ((CURRENT == 1)); then\n        local -a verbs=(\n";
    for (const Command& below : command.commands) {
        text += "            '" + below.name + ":" + zsh_quoted(below.description) + "'\n";
    }
    text +=
        "        )\n        _describe -t verbs verb verbs\n    else\n        case $words[1] in\n";
    std::string functions;
    for (const Command& below : command.commands) {
        const std::string deeper = name + "_" + below.name;
        text += "            " + below.name + ") " + deeper + " ;;\n";
        functions += zsh_function(below, deeper);
    }
    return text + "        esac\n    fi\n}\n\n" + functions;
}

std::string zsh(const Command& tree) {
    return "#compdef igbtune\n" + std::string(license) +
           "# Completion for zsh, made by 'igbtune completion zsh'.\n\n"
           "_igbtune_names() {\n    local -a names=(${(f)\"$(igbtune explain 2>/dev/null | "
           "sed -n '2,$s/ .*//p')\"})\n    compadd -a names\n}\n\n" +
           zsh_function(tree, "_igbtune") + "_igbtune \"$@\"\n";
}

// ---- fish

std::string fish_quoted(std::string_view text) {
    std::string out;
    for (const char letter : text) {
        if (letter == '\'' || letter == '\\') {
            out += '\\';
        }
        out += letter;
    }
    return out;
}

// What completes the values of an option.
std::string fish_values(const CommandOption& option) {
    if (!option.choices.empty()) {
        return " -a '" + words_of(option.choices) + "'";
    }
    if (option.value.starts_with("DEV")) {
        return " -a '(__igbtune_devices)'";
    }
    if (option.value.starts_with("NAME")) {
        return " -a '(__igbtune_names)'";
    }
    return is_file(option.value) ? " -F" : "";
}

std::string fish_lines(const Command& command, const std::string& condition, bool top) {
    std::string text;
    const std::string start = "complete -c igbtune -n '" + condition + "'";
    for (const CommandOption& option : command.options) {
        std::string line = start;
        const std::string values = fish_values(option);
        if (option.names.empty()) {
            text += values.empty() ? "" : line + values + "\n";
            continue;
        }
        for (const std::string& name : option.names) {
            line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
        }
        if (demands_value(option)) {
            line += values == " -F" ? " -r -F" : " -x" + values;
        }
        text += line + " -d '" + fish_quoted(option.description) + "'\n";
    }
    const std::string within = top ? "" : condition + "; and ";
    const std::string here =
        within + "not __fish_seen_subcommand_from " + words_of(names_of(command.commands));
    for (const Command& below : command.commands) {
        text += "complete -c igbtune -n '" + here + "' -a " + below.name + " -d '" +
                fish_quoted(below.description) + "'\n";
        text += fish_lines(
            below, std::string(within).append("__fish_seen_subcommand_from ").append(below.name),
            false);
    }
    return text;
}

std::string fish(const Command& tree) {
    return std::string(license) +
           "# Completion for fish, made by 'igbtune completion fish'.\n\n"
           "function __igbtune_devices\n    for path in /sys/class/net/*\n"
           "        basename $path\n    end\nend\n\n"
           "function __igbtune_names\n    igbtune explain 2>/dev/null | "
           "sed -n '2,$s/ .*//p'\nend\n\n"
           "complete -c igbtune -f\n" +
           fish_lines(tree, "true", true);
}

}  // namespace

std::string completion(const Command& tree, Shell shell) {
    switch (shell) {
        case Shell::bash:
            return bash(tree);
        case Shell::zsh:
            return zsh(tree);
        case Shell::fish:
            return fish(tree);
    }
    return {};
}

}  // namespace igbtune::view
