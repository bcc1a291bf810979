// SPDX-License-Identifier: GPL-2.0-only
#include "util/result.hpp"

#include <cerrno>
#include <system_error>

namespace igbtune::util {

ErrorKind kind_of_errno(int number) {
    switch (number) {
        case EPERM:
        case EACCES:
            return ErrorKind::permission;
        case ENOENT:
        case ENODEV:
        case ENXIO:
            return ErrorKind::not_found;
        case EOPNOTSUPP:
        case ENOSYS:
        case EPROTONOSUPPORT:
        case EAFNOSUPPORT:
            return ErrorKind::not_supported;
        default:
            return ErrorKind::failure;
    }
}

Error error_from_errno(int number, std::string_view what) {
    // generic_category(), because strerror() is not safe among threads.
    const std::string text = std::generic_category().message(number);
    return {kind_of_errno(number), what.empty() ? text : std::string(what) + ": " + text};
}

}  // namespace igbtune::util
