// SPDX-License-Identifier: GPL-2.0-only
#include "cli/verbs.hpp"

#include "cli/apply.hpp"
#include "cli/check.hpp"
#include "cli/completion.hpp"
#include "cli/confirm.hpp"
#include "cli/doctor.hpp"
#include "cli/driver.hpp"
#include "cli/explain.hpp"
#include "cli/ledger.hpp"
#include "cli/live.hpp"
#include "cli/metrics.hpp"
#include "cli/persist.hpp"
#include "cli/record.hpp"
#include "cli/set.hpp"
#include "cli/show.hpp"
#include "cli/stats.hpp"
#include "cli/steer.hpp"

namespace igbtune::cli {

void add_verbs(CLI::App& app, Context& context) {
    add_show(app, context);
    add_stats(app, context);
    add_ledger(app, context);
    add_live(app, context);
    add_explain(app, context);
    add_doctor(app, context);
    add_metrics(app, context);
    add_record(app, context);
    add_replay(app, context);
    add_save(app, context);
    add_set(app, context);
    add_steer(app, context);
    add_apply(app, context);
    add_confirm(app, context);
    add_rollback(app, context);
    add_diff(app, context);
    add_check(app, context);
    add_persist(app, context);
    add_driver(app, context);
    add_completion(app, context);
}

}  // namespace igbtune::cli
