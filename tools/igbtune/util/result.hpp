// SPDX-License-Identifier: GPL-2.0-only
// The outcome of everything that can fail. Exceptions do not cross the rooms; a Result must be
// looked at.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace igbtune::util {

// What went wrong, as far as a caller acts on it; the exit codes follow from it.
enum class ErrorKind {
    failure,
    not_found,
    not_supported,
    permission,
    invalid,  // what was asked for makes no sense
};

struct Error {
    ErrorKind kind{ErrorKind::failure};
    std::string message;
};

// "WHAT: the system's text" (the text alone without a WHAT), with the kind that the error number
// means.
[[nodiscard]] Error error_from_errno(int number, std::string_view what);
[[nodiscard]] ErrorKind kind_of_errno(int number);

template <typename T>
class [[nodiscard]] Result {
public:
    // Implicit on purpose: a function returns its value or its Error.
    Result(T value) : state_(std::move(value)) {}      // NOLINT(google-explicit-constructor)
    Result(Error error) : state_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

    [[nodiscard]] bool ok() const { return std::holds_alternative<T>(state_); }
    explicit operator bool() const { return ok(); }

    // Only after ok(): anything else is a mistake in igbtune, and std::bad_variant_access ends it.
    [[nodiscard]] T& value() & { return std::get<T>(state_); }
    [[nodiscard]] const T& value() const& { return std::get<T>(state_); }
    [[nodiscard]] T&& value() && { return std::move(std::get<T>(state_)); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    // Only after !ok().
    [[nodiscard]] const Error& error() const { return std::get<Error>(state_); }

private:
    std::variant<T, Error> state_;
};

struct Done {};
using Status = Result<Done>;

}  // namespace igbtune::util
