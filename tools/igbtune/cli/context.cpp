// SPDX-License-Identifier: GPL-2.0-only
#include "cli/context.hpp"

#include <ostream>

#include "util/text.hpp"

namespace igbtune::cli {

ExitCode exit_code_of(util::ErrorKind kind) {
    switch (kind) {
        case util::ErrorKind::not_supported:
            return ExitCode::not_supported;
        case util::ErrorKind::permission:
            return ExitCode::permission;
        case util::ErrorKind::invalid:
            return ExitCode::usage;
        case util::ErrorKind::not_found:
        case util::ErrorKind::failure:
            break;
    }
    return ExitCode::failure;
}

void Context::fail(const util::Error& error) {
    err << "igbtune: " << util::printable(error.message) << '\n';
    exit_code = exit_code_of(error.kind);
}

}  // namespace igbtune::cli
