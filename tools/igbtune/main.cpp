// SPDX-License-Identifier: GPL-2.0-only
// Builds the command tree, nothing else.
#include <exception>
#include <iostream>

#include "cli/run.hpp"
#include "cli/verbs.hpp"

int main(int argc, char** argv) try {
    igbtune::source::Files files;
    igbtune::source::KernelNetlink netlink;
    igbtune::source::KernelEthtoolIoctl ethtool;
    igbtune::source::Sources sources(files, netlink, ethtool);
    igbtune::cli::Context context{.sources = sources,
                                  .out = std::cout,
                                  .err = std::cerr,
                                  .style = igbtune::cli::style_of_terminal()};
    CLI::App app;
    igbtune::cli::describe(app);
    igbtune::cli::add_verbs(app, context);
    return static_cast<int>(igbtune::cli::run(app, context, argc, argv));
} catch (const std::exception& error) {
    std::cerr << "igbtune: " << error.what() << '\n';
    return static_cast<int>(igbtune::cli::ExitCode::failure);
}
