// SPDX-License-Identifier: GPL-2.0-only
// What every verb needs: where facts come from, where output goes, and how it went.
#pragma once

#include <iosfwd>

#include "source/sources.hpp"
#include "util/result.hpp"
#include "view/style.hpp"

namespace igbtune::cli {

// Documented in --help and in Documentation/igbtune.rst; scripts rely on them.
enum class ExitCode : int {
    ok = 0,
    failure = 1,
    usage = 2,
    not_supported = 3,
    permission = 4,
    drift = 5,
};

// The end of every verb's --help.
inline constexpr const char* exit_codes_help =
    "Exit codes:\n"
    "  0  ok\n"
    "  1  failure, for example no such device\n"
    "  2  wrong usage\n"
    "  3  not supported by this kernel or device\n"
    "  4  permission denied\n"
    "  5  the settings differ from the profile (check)\n";

[[nodiscard]] ExitCode exit_code_of(util::ErrorKind kind);

struct Context {
    source::Sources& sources;
    std::ostream& out;  // data, nothing else
    std::ostream& err;
    view::Style style;
    ExitCode exit_code{ExitCode::ok};

    // Says in one line what went wrong and keeps the exit code that it means.
    void fail(const util::Error& error);
};

}  // namespace igbtune::cli
