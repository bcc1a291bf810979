// SPDX-License-Identifier: GPL-2.0-only
#include "cli/change.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <ostream>
#include <system_error>
#include <thread>

#include "model/profile_fit.hpp"
#include "util/text.hpp"
#include "util/unique_fd.hpp"
#include "version.hpp"
#include "view/plan_text.hpp"

namespace igbtune::cli {

using util::Error;
using util::ErrorKind;
using util::Result;
using util::Status;

namespace {

std::string state_path() {
    const char* const given = std::getenv("IGBTUNE_STATE");  // NOLINT(concurrency-mt-unsafe)
    if (given == nullptr || *given == '\0') {
        return "/run/igbtune";
    }
    // The watchdog goes elsewhere.
    std::error_code error;
    const std::filesystem::path whole = std::filesystem::absolute(given, error);
    return error ? given : whole.string();
}

// systemd ends all of a service's or session's control group with it.
void leave_control_group() {
    const source::Files files;
    if (files.list("/run/systemd/system")) {
        (void)files.write("/sys/fs/cgroup/cgroup.procs", "0");
    }
}

void detach() {
    (void)::setsid();
    for (const int number : {SIGHUP, SIGINT, SIGTERM, SIGPIPE}) {
        (void)std::signal(number, SIG_IGN);
    }
    (void)::chdir("/");
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): there is no other form
    const util::UniqueFd nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
    for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        (void)::dup2(nothing.get(), standard);
    }
}

void sleep_until(std::int64_t deadline) {
    const timespec until{.tv_sec = deadline, .tv_nsec = 0};
    while (::clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &until, nullptr) == EINTR) {}
}

// Until the other end is closed, or who had it is dead.
void wait_for_end(const util::UniqueFd& pipe) {
    char nothing{};
    while (::read(pipe.get(), &nothing, 1) < 0 && errno == EINTR) {}
}

// In a process of its own, which outlives igbtune, its terminal and its connection. It has its own
// sources: the parent's netlink sockets are the parent's.
[[noreturn]] void watch_over(const std::string& id, const util::UniqueFd& making) {
    source::Files files;
    source::KernelNetlink netlink;
    source::KernelEthtoolIoctl ethtool;
    source::Sources sources(files, netlink, ethtool);
    model::Transactions changes = transactions(sources);
    detach();
    wait_for_end(making);
    // What cannot go back while the device is down, as an interrupt's CPUs, may later.
    constexpr int attempts = 3600;
    for (int attempt = 0; attempt < attempts; ++attempt) {
        const auto deadline = changes.expire(id);
        if (deadline && *deadline == 0) {
            break;
        }
        if (deadline) {
            sleep_until(*deadline);
        } else {
            std::this_thread::sleep_for(std::chrono::seconds(1));
        }
    }
    ::_exit(0);
}

// Twice, so that the watchdog is nobody's child and nobody has to wait for it. It begins when what
// is returned goes, or igbtune itself.
Result<util::UniqueFd> start_watchdog(const std::string& id) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return util::error_from_errno(errno, "cannot start the watchdog");
    }
    const util::UniqueFd its(ends[0]);
    util::UniqueFd ours(ends[1]);
    const pid_t child = ::fork();
    if (child < 0) {
        return util::error_from_errno(errno, "cannot start the watchdog");
    }
    if (child == 0) {
        ours = {};
        leave_control_group();  // before igbtune can end
        const pid_t grandchild = ::fork();
        if (grandchild == 0) {
            watch_over(id, its);
        }
        ::_exit(grandchild < 0 ? 1 : 0);
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    if (status != 0) {
        return Error{ErrorKind::failure, "cannot start the watchdog"};
    }
    return ours;
}

Status make(source::Sources& sources, const model::Plan& plan, const ChangeOptions& options) {
    const auto ticket = model::Transactions::ticket(options.confirm);
    if (ticket.confirm_within == 0) {
        return transactions(sources).make(plan, ticket);
    }
    const auto making = start_watchdog(ticket.id);
    return making ? transactions(sources).make(plan, ticket) : Status(making.error());
}

}  // namespace

model::Transactions transactions(source::Sources& sources) {
    return {sources, source::StateDirectory(state_path())};
}

bool recovered(Context& context) {
    const auto found = transactions(context.sources).recover();
    if (!found) {
        context.fail(found.error());
        return false;
    }
    if (*found == model::Found::taken_back) {
        context.err << "igbtune: an earlier change was interrupted or not confirmed; it is taken "
                       "back\n";
    }
    return true;
}

void change(Context& context, const std::string& device, const model::Settings& wanted,
            const ChangeOptions& options) {
    if (!options.dry_run && !recovered(context)) {
        return;
    }
    const auto knobs = model::Knobs::of(context.sources, device);
    if (!knobs) {
        context.fail(knobs.error());
        return;
    }
    const auto plan = model::make_plan(*knobs, wanted);
    if (!plan) {
        context.fail(plan.error());
        return;
    }
    if (options.dry_run || plan->size() == 0) {
        context.out << view::plan_text(*plan, context.style);
        return;
    }
    if (const Status done = make(context.sources, *plan, options); !done) {
        context.fail(done.error());
        return;
    }
    context.out << view::change_made_text(*plan, options.confirm, context.style);
}

void add_change_options(CLI::App& verb, ChangeOptions& options) {
    CLI::Option* const dry =
        verb.add_flag("--dry-run", options.dry_run,
                      "Print what would change, and the command that takes it back");
    verb.add_option("--confirm", options.confirm,
                    "Take it back after SECONDS (1 to 86400) unless 'igbtune confirm' comes")
        ->option_text("SECONDS")
        ->check(CLI::Range(std::int64_t{1}, most_confirm_seconds))
        ->excludes(dry);
}

Result<std::string> profile_source(const std::string& path) {
    auto text = source::Files().read(path);
    if (text || path.find('/') != std::string::npos) {
        return text;
    }
    auto installed = source::Files().read(std::string(profile_folder) + "/" + path + ".toml");
    if (!installed) {
        return Error{text.error().kind, util::printable(path) +
                                            ": there is no such file, and no such profile in " +
                                            profile_folder};
    }
    return installed;
}

Result<model::Profile> profile_from(const std::string& path) {
    const auto text = profile_source(path);
    if (!text) {
        return text.error();
    }
    auto profile = model::parse_profile(*text);
    if (!profile) {
        return Error{profile.error().kind, util::printable(path) + ": " + profile.error().message};
    }
    return profile;
}

Result<model::Settings> settings_for(Context& context, const model::Profile& profile,
                                     const std::string& device) {
    const auto knobs = model::Knobs::of(context.sources, device);
    if (!knobs) {
        return knobs.error();
    }
    return model::fit(profile, *knobs, model::online_cpus(context.sources.files()));
}

Result<std::string> device_for(const model::Profile& profile, const std::string& given) {
    const std::string& device = given.empty() ? profile.device : given;
    if (device.empty()) {
        return Error{ErrorKind::invalid, "the profile names no device: name it behind the profile"};
    }
    return device;
}

}  // namespace igbtune::cli
