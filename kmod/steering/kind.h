/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What each kind of filter can do on a MAC.
 */
#ifndef _IGBR_STEERING_KIND_H_
#define _IGBR_STEERING_KIND_H_

#include "filter.h"

unsigned int igbr_kind_slots(const struct igbr_adapter *adapter, enum igbr_filter_kind kind);
unsigned int igbr_kind_location(const struct igbr_adapter *adapter, enum igbr_filter_kind kind);
const char *igbr_kind_name(enum igbr_filter_kind kind);
unsigned int igbr_kind_queues(const struct igbr_adapter *adapter, enum igbr_filter_kind kind);
int igbr_kind_choose(const struct igbr_adapter *adapter, struct igbr_rule *rule,
		     struct netlink_ext_ack *extack);
bool igbr_rules_overlap(const struct igbr_adapter *adapter, const struct igbr_rule *a,
			const struct igbr_rule *b);
bool igbr_rules_equal(const struct igbr_adapter *adapter, const struct igbr_rule *a,
		      const struct igbr_rule *b);

#endif /* _IGBR_STEERING_KIND_H_ */
