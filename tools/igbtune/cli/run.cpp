// SPDX-License-Identifier: GPL-2.0-only
#include "cli/run.hpp"

#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include "util/text.hpp"
#include "version.hpp"

namespace igbtune::cli {
namespace {

std::vector<std::string> verbs_of(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::App* const verb : app.get_subcommands({})) {
        names.push_back(verb->get_name());
    }
    return names;
}

// Under this heading they stand in --help.
void group_verbs(CLI::App& app) {
    for (CLI::App* const verb : app.get_subcommands({})) {
        verb->group("Verbs");
        group_verbs(*verb);
    }
}

// One line that says what would be right.
void report_usage(const CLI::App& app, const CLI::ParseError& error, std::ostream& err, int argc,
                  const char* const* argv) {
    const std::vector<CLI::App*> chosen = app.get_subcommands();
    const std::string_view first = argc > 1 ? argv[1] : "";
    if (chosen.empty() && !first.empty() && !first.starts_with('-')) {
        const std::vector<std::string> verbs = verbs_of(app);
        const auto meant = util::did_you_mean(first, verbs);
        err << "igbtune: no such verb " << util::printable(first)
            << (meant ? "; did you mean " + *meant + "?"
                      : "; there are: " + util::join(verbs, ", "))
            << '\n';
        return;
    }
    const std::string verb = chosen.empty() ? "" : " " + chosen.front()->get_name();
    const CLI::App& last = chosen.empty() ? app : *chosen.front();
    if (last.get_require_subcommand_min() > 0 && last.get_subcommands().empty() &&
        error.get_name() == "RequiredError") {
        const std::vector<std::string> verbs = verbs_of(last);
        err << "igbtune" << verb << ": a verb is required: " << util::join(verbs, ", ")
            << "; see igbtune" << verb << " --help\n";
        return;
    }
    err << "igbtune" << verb << ": " << util::printable(error.what()) << "; see igbtune" << verb
        << " --help\n";
}

}  // namespace

void describe(CLI::App& app) {
    app.name("igbtune");
    app.description(
        "Shows the way of packets through a network device, from the wire to the socket.");
    app.set_version_flag("--version", std::string("igbtune ") + version,
                         "Print the version and exit");
    app.require_subcommand(1);
    app.get_formatter()->label("SUBCOMMAND", "VERB");
    app.footer(exit_codes_help);
}

ExitCode run(CLI::App& app, Context& context, int argc, const char* const* argv) {
    group_verbs(app);
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& success) {  // --help, --version
        (void)app.exit(success, context.out, context.err);
    } catch (const CLI::ParseError& error) {
        report_usage(app, error, context.err, argc, argv);
        return ExitCode::usage;
    }
    if (!context.out.flush() && context.exit_code == ExitCode::ok) {
        context.fail({util::ErrorKind::failure, "the output could not be written"});
    }
    return context.exit_code;
}

view::Style style_of_terminal() {
    // NO_COLOR counts if it is there and not empty: https://no-color.org
    const char* const no_color = std::getenv("NO_COLOR");  // NOLINT(concurrency-mt-unsafe)
    const char* const terminal = std::getenv("TERM");      // NOLINT(concurrency-mt-unsafe)
    const bool wanted = no_color == nullptr || *no_color == '\0';
    const bool able = terminal != nullptr && std::string_view(terminal) != "dumb";
    return {.emphasis = wanted && able && ::isatty(STDOUT_FILENO) != 0};
}

}  // namespace igbtune::cli
