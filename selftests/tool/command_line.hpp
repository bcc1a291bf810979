// SPDX-License-Identifier: GPL-2.0-only
// igbtune's command line in this process, with sources of the test's own.
#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "cli/run.hpp"
#include "cli/verbs.hpp"
#include "recorded_sources.hpp"

namespace igbtune::test {

struct Said {
    cli::ExitCode code;
    std::string out;
    std::string err;
};

inline Said run_with(source::Sources& sources, std::vector<const char*> arguments) {
    std::ostringstream out;
    std::ostringstream err;
    cli::Context context{.sources = sources, .out = out, .err = err, .style = {}};
    CLI::App app;
    cli::describe(app);
    cli::add_verbs(app, context);
    arguments.insert(arguments.begin(), "igbtune");
    const cli::ExitCode code =
        cli::run(app, context, static_cast<int>(arguments.size()), arguments.data());
    return {code, out.str(), err.str()};
}

inline Said run_recorded(std::vector<const char*> arguments, const std::string& recording = "igb") {
    Recording sources(recording);
    return run_with(sources.sources, std::move(arguments));
}

}  // namespace igbtune::test
