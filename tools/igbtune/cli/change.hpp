// SPDX-License-Identifier: GPL-2.0-only
// What the verbs that change settings have in common.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

#include "cli/context.hpp"
#include "model/plan.hpp"
#include "model/profile.hpp"
#include "model/transaction.hpp"
#include "util/result.hpp"

namespace igbtune::cli {

struct ChangeOptions {
    bool dry_run{};
    std::int64_t confirm{};  // seconds; 0: at once for good
};

inline constexpr std::int64_t most_confirm_seconds = 86400;

// /run/igbtune, or what the environment variable IGBTUNE_STATE names.
[[nodiscard]] model::Transactions transactions(source::Sources& sources);

// Takes back what an earlier igbtune left unfinished, and says so.
[[nodiscard]] bool recovered(Context& context);

// Plans, prints, and unless it is a dry run makes the change; with a watchdog if it has to be
// confirmed.
void change(Context& context, const std::string& device, const model::Settings& wanted,
            const ChangeOptions& options);

// --dry-run and --confirm. The options must live as long as the verb.
void add_change_options(CLI::App& verb, ChangeOptions& options);

// A profile from a file, or one of those that are installed by its name ("latency"); the errors
// name it.
[[nodiscard]] util::Result<model::Profile> profile_from(const std::string& path);

// Its text as it was written.
[[nodiscard]] util::Result<std::string> profile_source(const std::string& path);

// What the profile means on this device and machine.
[[nodiscard]] util::Result<model::Settings> settings_for(Context& context,
                                                         const model::Profile& profile,
                                                         const std::string& device);

// The device on the command line, else the profile's.
[[nodiscard]] util::Result<std::string> device_for(const model::Profile& profile,
                                                   const std::string& given);

}  // namespace igbtune::cli
