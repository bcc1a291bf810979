// SPDX-License-Identifier: GPL-2.0-only
// Runs the igbtune binary and takes what it says.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace igbtune::test {

struct Outcome {
    int exit_code{-1};  // -1: it did not end by itself
    std::string out;
    std::string err;
};

// prepare runs in the child before igbtune; it says whether it succeeded.
Outcome run_igbtune(const std::vector<std::string>& arguments,
                    const std::function<bool()>& prepare = {});

}  // namespace igbtune::test
