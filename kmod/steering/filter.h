/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The owner of the slots of the hardware's filters: who wants frames on a queue asks here.
 */
#ifndef _IGBR_STEERING_FILTER_H_
#define _IGBR_STEERING_FILTER_H_

#include <linux/list.h>

#include "../hw/filter.h"

struct igbr_adapter;
struct netlink_ext_ack;

/* Kinds of filters, in the order in which the device asks them: the first that matches decides. */
enum igbr_filter_kind {
	IGBR_FILTER_ETHERTYPE,
	IGBR_FILTER_FLEX,
	IGBR_FILTER_TUPLE,
	IGBR_FILTER_SYN,
	IGBR_FILTER_VLAN_PRIORITY,
	IGBR_FILTER_KINDS
};

/* The most tuple filters that a MAC has */
#define IGBR_TUPLES		8

/* Let the owner choose a location. */
#define IGBR_ANY_LOCATION	U32_MAX
/* Behind all locations that ethtool knows: rules of tc, by their priority, which is added to it */
#define IGBR_TC_LOCATION	0x10000U
/* Behind all rules that a person sets: flows that the stack wants steered */
#define IGBR_FLOW_LOCATION	(U32_MAX - 1)

/**
 * struct igbr_rule - frames that are to go to a queue
 * @match: which frames
 * @queue: receive queue
 * @location: its place among the rules: of those that match a frame, the lowest wins; several
 *	rules of tc may share one. IGBR_FLOW_LOCATION: it gives way to any other
 * @kind: kind of filter that does it; set by igbr_filter_insert(), as is the rest
 * @slot: its number among those of its kind
 * @priority: in the slot's register, if its kind has one
 * @since: when its slot got it, in jiffies
 * @evicted: it had to give its slot back; igbr_filter_remove() is still due
 * @list: all rules, by location
 */
struct igbr_rule {
	struct igbr_match match;
	unsigned int queue;
	u32 location;
	enum igbr_filter_kind kind;
	unsigned int slot;
	unsigned int priority;
	unsigned long since;
	bool evicted;
	struct list_head list;
};

int igbr_filter_init(struct igbr_adapter *adapter);
void igbr_filter_exit(struct igbr_adapter *adapter);
void igbr_filter_start(struct igbr_adapter *adapter);
void igbr_filter_stop(struct igbr_adapter *adapter);
unsigned int igbr_filter_locations(const struct igbr_adapter *adapter);
int igbr_filter_insert(struct igbr_adapter *adapter, struct igbr_rule *rule,
		       struct igbr_rule *old, struct netlink_ext_ack *extack);
int igbr_filter_insert_flow(struct igbr_adapter *adapter, struct igbr_rule *rule);
void igbr_filter_move(struct igbr_adapter *adapter, struct igbr_rule *rule, unsigned int queue);
int igbr_filter_each(struct igbr_adapter *adapter,
		     int (*show)(const struct igbr_rule *rule, void *data), void *data);
int igbr_filter_check_queues(struct igbr_adapter *adapter, unsigned int queues);
void igbr_filter_evict_queues(struct igbr_adapter *adapter, unsigned int queues);
void igbr_filter_remove(struct igbr_adapter *adapter, struct igbr_rule *rule);

#endif /* _IGBR_STEERING_FILTER_H_ */
