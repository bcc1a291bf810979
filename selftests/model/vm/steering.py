#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Rules really move frames: by the device model's own account of which filter led where. Runs in the guest.

Each rule is set with ethtool on a port whose RSS table leaves its queue out; frames that match come to
that queue and no other, frames that miss by one field do not, and without the rule RSS has them again.
"""

import sys

from guest import chosen, expect, main
from steering_flows import flows_follow_readers, igbtune_arfs, more_flows_than_filters, one_flow_ends, rules_before_flows, shared_ports
from steering_rss import rss_kept, rss_key_and_fields, rss_lost, rss_refused, rss_table
from steering_rules import (
    another_at_its_place, as_many_as_there_are, by_igbtune, by_tc, each_kind, feature_off, lower_location_wins,
    queues_that_are_needed, random_changes, tc_and_ethtool, they_stay, told_by_netlink, twins, what_cannot_be,
)


def no_faults(bench):
    for port in ("port0", "port1"):
        seen = bench.model.ask("statistics", port)
        expect(seen["driver_faults"]["count"] == 0, seen["driver_faults"]["last"])
        expect(not seen["dma_faults"]["last"], seen["dma_faults"]["last"])


CASES = [rss_table, rss_key_and_fields, rss_kept, rss_lost, rss_refused,
         each_kind, by_tc, tc_and_ethtool, what_cannot_be, as_many_as_there_are, twins, lower_location_wins,
         another_at_its_place, they_stay, queues_that_are_needed, feature_off, told_by_netlink, by_igbtune, random_changes,
         flows_follow_readers, one_flow_ends, rules_before_flows, more_flows_than_filters, shared_ports, igbtune_arfs, no_faults]

if __name__ == "__main__":
    main(chosen(CASES, sys.argv[1:]))
