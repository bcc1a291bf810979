// SPDX-License-Identifier: GPL-2.0-only
// igb-model: reads the command line, builds the machine, runs its loop.
#include <sys/signalfd.h>

#include <csignal>
#include <exception>

#include "app/machine.hpp"
#include "control/control_socket.hpp"
#include "control/scenario.hpp"
#include "util/log.hpp"

namespace {

constexpr int exit_cannot_run = 2;
constexpr int exit_driver_faults = 3;

igbmodel::UniqueFd block_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    return igbmodel::UniqueFd(::signalfd(-1, &signals, SFD_CLOEXEC));
}

int run(int argc, char** argv) {
    using namespace igbmodel;
    auto parsed = parse_command_line(argc, argv);
    if (const int* status = std::get_if<int>(&parsed)) {
        return *status;
    }
    const Options& options = std::get<Options>(parsed);
    if (options.verbose) {
        set_log_level(LogLevel::debug);
    } else if (options.quiet) {
        set_log_level(LogLevel::quiet);
    }
    Loop loop;
    const UniqueFd signals = block_signals();
    loop.watch(signals.get(), [&loop] { loop.stop(); });
    Machine machine(loop);
    if (const Status done = machine.build(options); !done) {
        log_line(done.error().text);
        return exit_cannot_run;
    }
    Commands commands(machine, loop);
    ControlSocket control(loop, commands);
    if (!options.control.empty()) {
        if (const Status done = control.listen(options.control); !done) {
            log_line(done.error().text);
            return exit_cannot_run;
        }
    }
    if (!options.scenario.empty()) {
        const auto steps = parse_scenario(options.scenario, commands);
        if (!steps) {
            log_line(steps.error().text);
            return exit_cannot_run;
        }
        schedule(steps.value(), commands, loop);
    }
    loop.run();
    machine.print_summary();
    if (!machine.verdict()) {
        log_line(machine.verdict().error().text);
        return exit_cannot_run;
    }
    return machine.driver_faults() != 0 ? exit_driver_faults : 0;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        igbmodel::log_summary(error.what());
        return exit_cannot_run;
    }
}
