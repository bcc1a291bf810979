// SPDX-License-Identifier: GPL-2.0-only
#include "util/text.hpp"
#include "version.hpp"
#include "view/command_tree.hpp"
#include "view/roff.hpp"

namespace igbtune::view {
namespace {

std::string term(const CommandOption& option) {
    std::string text;
    for (const std::string& name : option.names) {
        text += (text.empty() ? "" : ", ") + std::string("\\fB") + roff(name) + "\\fR";
    }
    if (!option.value.empty()) {
        text += (text.empty() ? "" : " ") + std::string("\\fI") + roff(option.value) + "\\fR";
    }
    return text;
}

// Lines that begin with a blank stay as they are; the others are filled.
std::string paragraphs(const std::string& notes) {
    std::string text;
    bool verbatim = false;
    for (const std::string_view line : util::lines(notes)) {
        const bool wants = line.starts_with(' ');
        if (wants != verbatim) {
            text += wants ? ".nf\n" : ".fi\n";
            verbatim = wants;
        }
        text += line.empty() ? ".PP\n" : roff(line) + "\n";
    }
    return verbatim ? text + ".fi\n" : text;
}

std::string options_text(const Command& command) {
    std::string text;
    for (const CommandOption& option : command.options) {
        text += ".TP\n" + term(option) + "\n" + roff(option.description) + "\n";
    }
    return text;
}

std::string command_text(const Command& command, const std::string& before) {
    std::string text = ".SS " + roff(synopsis(command, before)) + "\n" + roff(command.description) +
                       ".\n" + options_text(command);
    if (!command.notes.empty()) {
        text += ".PP\n" + paragraphs(command.notes);
    }
    if (!command.commands.empty()) {
        text += ".PP\n";
        std::vector<std::string> names;
        names.reserve(command.commands.size());
        for (const Command& below : command.commands) {
            names.push_back(below.name);
        }
        text += roff("Its verbs are " + util::join(names, ", ") +
                     ", with the options they have without it, but no DEV.") +
                "\n";
    }
    return text;
}

constexpr const char* description =
    "igbtune shows the way of packets through a network device, from the wire to the socket: what\n"
    "each layer took in and gave out, who lost the rest, and what would help. It changes the\n"
    "settings on that way, and takes them back. It works with every driver. What a driver or a\n"
    "kernel does not tell is listed as not available, with the reason; it is not an error.\n"
    ".PP\n"
    "It runs no other program, needs no privileges but for changes, and prints data on standard\n"
    "output only. \\fIDEV\\fR is the name, or an alternative name, of a device in the network\n"
    "namespace that igbtune runs in.\n";

constexpr const char* rest =
    ".SH ENVIRONMENT\n"
    ".TP\n"
    ".B NO_COLOR\n"
    "If set and not empty, titles are not emphasized. They never are where standard output is not\n"
    "a terminal.\n"
    ".TP\n"
    ".B IGBTUNE_STATE\n"
    "The directory of the record of changes, in place of /run/igbtune.\n"
    ".SH FILES\n"
    ".TP\n"
    ".I /run/igbtune/journal\\-*\n"
    "The last change of each network namespace, and what it would take to take it back.\n"
    ".SH EXAMPLES\n"
    ".nf\n"
    "igbtune ledger eth0 \\-\\-watch 10\n"
    "igbtune set eth0 rings.rx=1024 \\-\\-confirm 60 && igbtune confirm\n"
    "igbtune record eth0 /var/tmp/eth0.igbrec &\n"
    "igbtune replay /var/tmp/eth0.igbrec \\-\\-from 2026\\-11\\-21T03:00 ledger \\-\\-watch 60\n"
    ".fi\n"
    ".SH SEE ALSO\n"
    ".BR igbtune\\-counters (7),\n"
    ".BR ethtool (8),\n"
    ".BR ip (8),\n"
    ".BR tc (8),\n"
    ".BR nstat (8)\n";

}  // namespace

std::string synopsis(const Command& command, const std::string& before) {
    std::string text = before + command.name;
    const auto add = [&](const CommandOption& option) {
        std::string one = option.names.empty() ? option.value : option.names.front();
        if (!option.names.empty() && !option.value.empty()) {
            one += " " + option.value;
        }
        text += option.required ? " " + one : " [" + one + "]";
    };
    for (const CommandOption& option : command.options) {
        if (option.names.empty()) {
            add(option);
        }
    }
    for (const CommandOption& option : command.options) {
        if (!option.names.empty() && option.names.back() != "--help") {
            add(option);
        }
    }
    return command.commands.empty() ? text : text + " VERB";
}

std::string manual_page(const Command& tree, const std::string& exit_codes) {
    std::string text =
        ".\\\" SPDX-License-Identifier: GPL-2.0-only\n"
        ".\\\" Made by 'igbtune completion man' from the tree that parses the command line.\n"
        ".TH IGBTUNE 8 \"" +
        std::string(version_date) + "\" \"igbtune " + version +
        "\" \"System Administration\"\n"
        ".SH NAME\nigbtune \\- the way of packets through a network device\n.SH SYNOPSIS\n.nf\n";
    for (const Command& command : tree.commands) {
        text += roff(synopsis(command, tree.name + " ")) + "\n";
    }
    text += ".fi\n.SH DESCRIPTION\n" + std::string(description) + ".SH VERBS\n";
    for (const Command& command : tree.commands) {
        text += command_text(command, "");
    }
    text += ".SH EXIT STATUS\n";
    for (const std::string_view line : util::lines(exit_codes)) {
        const std::string_view entry = util::trim(line);
        const std::size_t blank = entry.find(' ');
        if (!entry.empty() && entry.front() >= '0' && entry.front() <= '9' &&
            blank != std::string_view::npos) {
            text += ".TP\n.B " + std::string(entry.substr(0, blank)) + "\n" +
                    roff(util::trim(entry.substr(blank))) + "\n";
        }
    }
    return text + rest;
}

}  // namespace igbtune::view
