// SPDX-License-Identifier: GPL-2.0-only
// CLI11's functions, compiled once for all verbs. Its versions before 2.3 have them in each of the
// files that include it, and nothing is left for this one.
#if __has_include(<CLI/impl/App_inl.hpp>)
#include <CLI/impl/App_inl.hpp>
#include <CLI/impl/Argv_inl.hpp>
#include <CLI/impl/Config_inl.hpp>
#include <CLI/impl/Encoding_inl.hpp>
#include <CLI/impl/Formatter_inl.hpp>
#include <CLI/impl/Option_inl.hpp>
#include <CLI/impl/Split_inl.hpp>
#include <CLI/impl/StringTools_inl.hpp>
#include <CLI/impl/Validators_inl.hpp>
#endif
