/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Moderation of a queue pair: when the device signals received frames, and when sent frames are
 * given back.
 */
#ifndef _IGBR_MODERATION_H_
#define _IGBR_MODERATION_H_

#include <linux/cache.h>
#include <linux/dim.h>
#include <linux/hrtimer.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct ethtool_coalesce;
struct igbr_adapter;
struct igbr_vector;
struct netlink_ext_ack;

/* A sample of the traffic spans so many interrupts, which is what DIM wants at least. */
#define IGBR_SAMPLE_EVENTS	DIM_NEVENTS

/**
 * struct igbr_moderation - moderation of one vector
 * @adaptive: the time between interrupts follows the traffic
 * @lock: guards @adaptive, @interval and the EITR register
 * @interval: shortest time between two interrupts in microseconds, as the device has it
 * @rx_usecs: what the user set: 1 or 3 for adaptive, or the time in microseconds
 * @tx_usecs: how long a sent frame waits before it is given back, in microseconds; 0: the device
 *	signals it
 * @until_sample: interrupts until the next sample; what follows is written by the poll
 * @events: interrupts up to the last sample, as many as fit
 * @dim: the kernel's search for the best time
 * @bulk: the traffic is a stream of large frames, which is not left to @dim
 * @tx_watch: gives sent frames back when no receive interrupt does; it and what follows is written
 *	by who sends, and by the timer on the same CPU
 * @tx_events: interrupts up to when @tx_watch was started, as many as fit
 * @tx_doubled: so often the wait of @tx_watch is doubled, up to IGBR_TX_DOUBLED_MAX
 */
struct igbr_moderation {
	bool adaptive;
	spinlock_t lock;	/* adaptive, interval and EITR */
	u16 interval;
	u16 rx_usecs;
	u16 tx_usecs;

	__cacheline_group_begin_aligned(poll);
	u8 until_sample;
	u16 events;
	struct dim dim;
	bool bulk;
	__cacheline_group_end_aligned(poll);

	__cacheline_group_begin_aligned(sender);
	struct hrtimer tx_watch;
	u16 tx_events;
	u8 tx_doubled;
	__cacheline_group_end_aligned(sender);
};

void igbr_moderation_init(struct igbr_vector *vector);
void igbr_moderation_start(struct igbr_vector *vector);
void igbr_moderation_stop(struct igbr_vector *vector);
void igbr_moderation_sample(struct igbr_vector *vector);
void igbr_moderation_burst(struct igbr_vector *vector);
void igbr_moderation_watch_tx(struct igbr_vector *vector, u8 urgency);
void igbr_moderation_get(const struct igbr_vector *vector, struct ethtool_coalesce *coalesce);
int igbr_moderation_check(const struct ethtool_coalesce *coalesce, struct netlink_ext_ack *extack);
void igbr_moderation_set(struct igbr_vector *vector, const struct ethtool_coalesce *coalesce);

#endif /* _IGBR_MODERATION_H_ */
