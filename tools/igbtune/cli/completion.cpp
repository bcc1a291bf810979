// SPDX-License-Identifier: GPL-2.0-only
#include "cli/completion.hpp"

#include <memory>
#include <ostream>
#include <string>

#include "util/text.hpp"

namespace igbtune::cli {
namespace {

struct Options {
    std::string shell;
};

// Of CLI11's description of a set, "{bash,zsh,fish}".
std::vector<std::string> choices_of(CLI::Option& option) {
    std::string text;
    try {
        text = option.get_validator(0)->get_description();
    } catch (const CLI::OptionNotFound&) {
        return {};  // it takes anything
    }
    if (!text.starts_with('{') || !text.ends_with('}')) {
        return {};
    }
    std::vector<std::string> choices;
    for (const std::string_view part :
         util::split(std::string_view(text).substr(1, text.size() - 2), ',')) {
        choices.emplace_back(part);
    }
    return choices;
}

view::CommandOption option_of(CLI::Option& option) {
    view::CommandOption described;
    for (const std::string& name : option.get_snames()) {
        described.names.push_back("-" + name);
    }
    for (const std::string& name : option.get_lnames()) {
        described.names.push_back("--" + name);
    }
    described.value = option.get_option_text();
    if (described.names.empty() && described.value.empty()) {
        described.value = option.get_name() + (option.get_items_expected_max() > 1 ? "..." : "");
    }
    described.description = option.get_description();
    described.choices = choices_of(option);
    described.required = option.get_required();
    return described;
}

void complete(Context& context, CLI::App& root, const std::string& shell) {
    const view::Command tree = command_tree(root);
    if (shell == "man") {
        context.out << view::manual_page(tree, exit_codes_help);
    } else if (shell == "bash") {
        context.out << view::completion(tree, view::Shell::bash);
    } else if (shell == "zsh") {
        context.out << view::completion(tree, view::Shell::zsh);
    } else {
        context.out << view::completion(tree, view::Shell::fish);
    }
}

}  // namespace

view::Command command_tree(CLI::App& app) {
    view::Command command;
    command.name = app.get_name();
    command.description = app.get_description();
    command.notes = app.get_footer();
    if (command.notes.ends_with(exit_codes_help)) {
        command.notes.resize(command.notes.size() - std::string_view(exit_codes_help).size());
    }
    command.notes = std::string(util::trim(command.notes));
    for (CLI::Option* const option : app.get_options({})) {
        command.options.push_back(option_of(*option));
    }
    for (CLI::App* const below : app.get_subcommands({})) {
        command.commands.push_back(command_tree(*below));
    }
    return command;
}

void add_completion(CLI::App& app, Context& context) {
    CLI::App* const verb = app.add_subcommand(
        "completion", "Print a script that completes igbtune's command line, or the manual");
    const auto options = std::make_shared<Options>();
    verb->add_option("SHELL", options->shell, "bash, zsh or fish; man: the manual's page")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish", "man"}));
    verb->footer(exit_codes_help);
    verb->callback([&context, &app, options] { complete(context, app, options->shell); });
}

}  // namespace igbtune::cli
