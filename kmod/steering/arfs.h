/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Accelerated receive flow steering: flows come to the queue of the CPU that reads them.
 */
#ifndef _IGBR_STEERING_ARFS_H_
#define _IGBR_STEERING_ARFS_H_

#include <linux/types.h>

struct igbr_adapter;
struct igbr_match;
struct net_device;
struct sk_buff;

/**
 * struct igbr_arfs_counts - what was done with flows
 * @steered: filters given to flows
 * @moved: filters led to another queue, after their reader
 * @expired: filters taken back because their flow was idle
 * @evicted: filters that a rule needed
 * @yielded: filters taken back because others waited
 * @refused_full: busy flows for which there was no filter left, counted each time
 * @refused_kind: times that the stack asked for what is neither TCP nor UDP over an IP version that
 *	the filters know
 * @refused_mac: times that it asked a MAC without such filters
 * @refused_shared: times that a busy flow, or one with a filter, turned out to have a local port
 *	that another flow has, too, on a MAC that compares nothing else
 * @refused_rule: times that a busy flow was one over which a rule decides
 */
struct igbr_arfs_counts {
	u64 steered;
	u64 moved;
	u64 expired;
	u64 evicted;
	u64 yielded;
	u64 refused_full;
	u64 refused_kind;
	u64 refused_mac;
	u64 refused_shared;
	u64 refused_rule;
};

/**
 * struct igbr_arfs_sight - a flow that the stack asked for, or one that has a filter
 * @match: which flow
 * @from: receive queue on which it arrives, or did before it had a filter
 * @queue: where it is to go
 * @asks: times that it was asked for
 * @age: milliseconds since it was last seen to ask; or, if that is too long ago, since it has its
 *	filter
 */
struct igbr_arfs_sight {
	const struct igbr_match *match;
	unsigned int from;
	unsigned int queue;
	u32 asks;
	u64 age;
};

#ifdef CONFIG_RFS_ACCEL
int igbr_arfs_init(struct igbr_adapter *adapter);
void igbr_arfs_exit(struct igbr_adapter *adapter);
void igbr_arfs_start(struct igbr_adapter *adapter);
void igbr_arfs_stop(struct igbr_adapter *adapter);
void igbr_arfs_flush(struct igbr_adapter *adapter);
int igbr_arfs_steer(struct net_device *netdev, const struct sk_buff *skb, u16 queue, u32 flow_id);
int igbr_arfs_each(struct igbr_adapter *adapter,
		   int (*show)(const struct igbr_arfs_sight *sight, void *data), void *data);
void igbr_arfs_count(struct igbr_adapter *adapter, struct igbr_arfs_counts *counts);
#else
static inline int igbr_arfs_init(struct igbr_adapter *adapter)
{
	return 0;
}

static inline void igbr_arfs_exit(struct igbr_adapter *adapter) { }
static inline void igbr_arfs_start(struct igbr_adapter *adapter) { }
static inline void igbr_arfs_stop(struct igbr_adapter *adapter) { }
static inline void igbr_arfs_flush(struct igbr_adapter *adapter) { }

static inline int igbr_arfs_each(struct igbr_adapter *adapter,
				 int (*show)(const struct igbr_arfs_sight *sight, void *data),
				 void *data)
{
	return 0;
}

static inline void igbr_arfs_count(struct igbr_adapter *adapter, struct igbr_arfs_counts *counts)
{
}
#endif

#endif /* _IGBR_STEERING_ARFS_H_ */
