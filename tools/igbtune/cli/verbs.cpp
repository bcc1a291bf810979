// SPDX-License-Identifier: GPL-2.0-only
#include "cli/verbs.hpp"

#include "cli/doctor.hpp"
#include "cli/explain.hpp"
#include "cli/ledger.hpp"
#include "cli/show.hpp"
#include "cli/stats.hpp"

namespace igbtune::cli {

void add_verbs(CLI::App& app, Context& context) {
    add_show(app, context);
    add_stats(app, context);
    add_ledger(app, context);
    add_explain(app, context);
    add_doctor(app, context);
}

}  // namespace igbtune::cli
