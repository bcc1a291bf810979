// SPDX-License-Identifier: GPL-2.0-only
/*
 * Moderation: how many interrupts a queue pair's traffic takes.
 *
 * Received frames are signalled by the device, which waits for the vector's throttle (EITR). By
 * default the throttle follows the traffic: none as long as interrupts are few and bring few
 * frames each, for the lowest latency; a long one for streams of large frames, which lose nothing
 * by it; else what the kernel's DIM library finds.
 *
 * Sent frames need no interrupt of their own: the device writes its head to memory anyway, and
 * each poll looks there. For traffic that only goes out, a timer polls the ring: soon when its room
 * is needed (a stopped queue, a ring that fills), later when only the memory of frames is, else
 * rarely, just to keep the books of the queue limits right. Copied frames keep nobody waiting.
 */
#include <linux/bitfield.h>
#include <linux/ethtool.h>

#include "igbr.h"

/* What rx-usecs says beside a time */
#define IGBR_RX_USECS_DYNAMIC		1
#define IGBR_RX_USECS_CONSERVATIVE	3
#define IGBR_USECS_MIN			10
#define IGBR_USECS_MAX			FIELD_MAX(IGBR_EITR_INTERVAL)

/* When the user turns adaptive moderation off without naming a time */
#define IGBR_STATIC_USECS		20
#define IGBR_TX_USECS			50
/* Nobody waits for the frames, but the queue limits should see them go. */
#define IGBR_TX_LAZY_USECS		5000
/* So many times tx-usecs frames wait whose room nobody needs: 4000 polls per second by default. */
#define IGBR_TX_HELD_FACTOR		5
/* So often IGBR_USECS_MIN can be doubled until it is more than IGBR_TX_LAZY_USECS. */
#define IGBR_TX_DOUBLED_MAX		9
/* So often the time is doubled while interrupts see to the ring: to a millisecond by default. */
#define IGBR_TX_DOUBLED_SHARED		2

/*
 * The throttles that DIM chooses from. At the longest one, the shortest frames at line rate
 * (1.488 million per second) fill 74 descriptors: fewer than the shortest ring has.
 */
static const u16 igbr_intervals[NET_DIM_PARAMS_NUM_PROFILES] = { 0, 10, 20, 35, 50 };
/* The shortest of them in conservative mode: 20,000 interrupts per second */
#define IGBR_CONSERVATIVE_USECS		50

/*
 * Traffic is light when no throttle could save much: when the interrupts of a sample bring fewer
 * than two frames each and are fewer than 70,000 per second, or when they come with bursts of
 * fewer than 20 frames, fewer than 9,000 per second. That is below what the longest throttle lets
 * through, so that dense traffic under it is not mistaken for such.
 */
static const struct igbr_light {
	u32 frames;
	u32 usecs;
} igbr_light[] = {
	{ 2 * IGBR_SAMPLE_EVENTS, IGBR_SAMPLE_EVENTS * USEC_PER_SEC / 70000 },
	{ 20 * IGBR_SAMPLE_EVENTS, IGBR_SAMPLE_EVENTS * USEC_PER_SEC / 9000 },
};

/*
 * Bulk: large frames, and bytes at 320 Mbit/s at least. The throttle then lets 4000 interrupts per
 * second through; at line rate, each brings 20 of the largest frames, 57 of the smallest of these.
 */
#define IGBR_BULK_USECS		245
#define IGBR_BULK_RATE		40	/* bytes per microsecond */
#define IGBR_BULK_FRAME		512	/* mean length at least */

/* What the poll, who sends and a user each write of a vector has cache lines of its own. */
static_assert(offsetofend(struct igbr_vector, masked) <= offsetof(struct igbr_vector, mod));
static_assert(offsetof(struct igbr_vector, mod) % SMP_CACHE_BYTES == 0);
static_assert(offsetof(struct igbr_moderation, until_sample) % SMP_CACHE_BYTES == 0);
static_assert(offsetofend(struct igbr_moderation, bulk) <=
	      offsetof(struct igbr_moderation, __cacheline_group_end__poll));
static_assert(offsetof(struct igbr_moderation, tx_watch) % SMP_CACHE_BYTES == 0);
static_assert(offsetofend(struct igbr_moderation, tx_doubled) <=
	      offsetof(struct igbr_moderation, __cacheline_group_end__sender));

/* Give the device the throttle. The caller holds the lock. */
static void igbr_moderation_write(struct igbr_vector *vector, u16 interval)
{
	vector->mod.interval = interval;
	igbr_wr32(&vector->adapter->hw, vector->eitr_reg,
		  FIELD_PREP(IGBR_EITR_INTERVAL, interval) | IGBR_EITR_CNT_INGR);
}

static u16 igbr_adaptive_interval(const struct igbr_moderation *mod)
{
	u16 interval = igbr_intervals[min_t(size_t, mod->dim.profile_ix,
					    ARRAY_SIZE(igbr_intervals) - 1)];

	if (mod->bulk)
		return IGBR_BULK_USECS;
	return mod->rx_usecs == IGBR_RX_USECS_CONSERVATIVE ?
	       max_t(u16, interval, IGBR_CONSERVATIVE_USECS) : interval;
}

/* The traffic wants another throttle. */
static void igbr_dim_work(struct work_struct *work)
{
	struct dim *dim = container_of(work, struct dim, work);
	struct igbr_vector *vector = container_of(dim, struct igbr_vector, mod.dim);
	struct igbr_moderation *mod = &vector->mod;

	spin_lock_bh(&mod->lock);
	if (mod->adaptive)
		igbr_moderation_write(vector, igbr_adaptive_interval(mod));
	spin_unlock_bh(&mod->lock);
	/* From here on the poll may use it again. */
	smp_store_release(&dim->state, DIM_START_MEASURE);
}

/* Whether interrupts were too few, with too few frames each, for a throttle to save much */
static bool igbr_traffic_is_light(const struct igbr_moderation *mod,
				  const struct dim_sample *sample)
{
	const struct dim_sample *start = &mod->dim.start_sample;
	u32 frames = sample->pkt_ctr - start->pkt_ctr;
	s64 usecs = ktime_us_delta(sample->time, start->time);

	for (size_t i = 0; i < ARRAY_SIZE(igbr_light); i++)
		if (frames < igbr_light[i].frames && usecs > igbr_light[i].usecs)
			return true;
	return false;
}

/*
 * Whether a long throttle is right: the ring must have room for the frames of an interrupt and for
 * those that come meanwhile, twice over before it begins.
 */
static bool igbr_traffic_is_bulk(const struct igbr_vector *vector, const struct dim_sample *sample)
{
	const struct dim_sample *start = &vector->mod.dim.start_sample;
	u32 room = vector->rx->mem.count * 3 / (vector->mod.bulk ? 4 : 8);
	u16 events = sample->event_ctr - start->event_ctr;
	u32 frames = sample->pkt_ctr - start->pkt_ctr;
	u32 bytes = sample->byte_ctr - start->byte_ctr;
	s64 usecs = ktime_us_delta(sample->time, start->time);

	if (!events || usecs <= 0 || usecs > bytes / IGBR_BULK_RATE ||
	    frames > bytes / IGBR_BULK_FRAME)
		return false;
	return frames / events + div_u64((u64)frames * IGBR_BULK_USECS, usecs) <= room;
}

/**
 * igbr_moderation_burst - a poll found all of its budget
 * @vector: the vector
 *
 * The throttle for bulk may be too long for what comes now: the sample ends here.
 *
 * Context: softirq, the vector's NAPI.
 */
void igbr_moderation_burst(struct igbr_vector *vector)
{
	struct igbr_moderation *mod = &vector->mod;

	if (!mod->bulk)
		return;
	mod->events -= mod->until_sample - 1;
	mod->until_sample = 1;
}

/**
 * igbr_moderation_sample - let the throttle follow the traffic
 * @vector: the vector, after IGBR_SAMPLE_EVENTS interrupts
 *
 * Context: softirq, the vector's NAPI.
 */
void igbr_moderation_sample(struct igbr_vector *vector)
{
	struct igbr_moderation *mod = &vector->mod;
	struct dim_sample sample = { };
	struct dim *dim = &mod->dim;
	bool begins, bulk, light;

	mod->until_sample = IGBR_SAMPLE_EVENTS;
	mod->events += IGBR_SAMPLE_EVENTS;
	/* Pairs with igbr_dim_work(), which has it until then. */
	if (!READ_ONCE(mod->adaptive) || smp_load_acquire(&dim->state) == DIM_APPLY_NEW_PROFILE)
		return;
	dim_update_sample(mod->events, igbr_rx_packets(vector->rx),
			  u64_stats_read(&vector->rx->stats.bytes), &sample);
	begins = dim->state == DIM_START_MEASURE;
	bulk = !begins && igbr_traffic_is_bulk(vector, &sample);
	light = !begins && !bulk && igbr_traffic_is_light(mod, &sample);
	if (begins || (!bulk && !light && !mod->bulk)) {
		net_dim(dim, &sample);
		return;
	}
	dim->start_sample = sample;
	if (bulk == mod->bulk && (bulk || !dim->profile_ix))
		return;
	mod->bulk = bulk;
	if (light)
		dim->profile_ix = 0;
	dim->state = DIM_APPLY_NEW_PROFILE;
	schedule_work(&dim->work);
}

/* Interrupts so far, as many as fit */
static u16 igbr_moderation_events(const struct igbr_moderation *mod)
{
	return READ_ONCE(mod->events) - READ_ONCE(mod->until_sample);
}

/* The timer is to look after the ring. */
static void igbr_start_watch(struct igbr_vector *vector, u8 urgency, u32 usecs)
{
	struct igbr_moderation *mod = &vector->mod;
	u32 lazy = max_t(u32, usecs, IGBR_TX_LAZY_USECS), wait = lazy;

	if (urgency != IGBR_TX_WATCH_LAZY)
		wait = usecs << READ_ONCE(mod->tx_doubled);
	if (urgency == IGBR_TX_WATCH_HELD)
		wait *= IGBR_TX_HELD_FACTOR;
	wait = min(wait, lazy);
	WRITE_ONCE(vector->tx->watch, urgency);
	WRITE_ONCE(mod->tx_events, igbr_moderation_events(mod));
	hrtimer_start(&mod->tx_watch, ns_to_ktime(wait * NSEC_PER_USEC), HRTIMER_MODE_REL_PINNED);
}

/**
 * igbr_moderation_watch_tx - see to it that sent frames are given back
 * @vector: the vector
 * @urgency: IGBR_TX_WATCH_*
 *
 * Context: the transmit queue's lock.
 */
void igbr_moderation_watch_tx(struct igbr_vector *vector, u8 urgency)
{
	u32 usecs = READ_ONCE(vector->mod.tx_usecs);

	/* Else the device signals. */
	if (usecs)
		igbr_start_watch(vector, urgency, usecs);
}

/*
 * How often the next wait is doubled, after one of @urgency. Where memory is waited for and
 * interrupts come, their polls give it back; should they end, one wait is too long. Or nothing
 * moved, for the device reports the end of a burst, which may be long on the wire, or held up by
 * pause frames: so who waits for room does so for twice as long as the device needs at the most.
 */
static u8 igbr_tx_doubled(u8 doubled, u8 urgency, bool shared, bool moved)
{
	if (shared && urgency == IGBR_TX_WATCH_HELD)
		return min(doubled + 1, IGBR_TX_DOUBLED_SHARED);
	return shared || moved ? 0 : min(doubled + 1, IGBR_TX_DOUBLED_MAX);
}

/*
 * Ask for a poll if there is something to give back, unless there is room and interrupts come; go
 * on as long as there are frames. When this meets a sender that wants it sooner, the later of both
 * starts of the timer counts: at the worst a frame waits once for the lazy time.
 */
static enum hrtimer_restart igbr_watch(struct hrtimer *timer)
{
	struct igbr_vector *vector = container_of(timer, struct igbr_vector, mod.tx_watch);
	struct igbr_moderation *mod = &vector->mod;
	struct igbr_tx_ring *ring = vector->tx;
	u32 usecs = READ_ONCE(mod->tx_usecs);
	bool shared = igbr_moderation_events(mod) != READ_ONCE(mod->tx_events);
	bool empty, done = igbr_tx_is_done(ring);
	u8 urgency = READ_ONCE(ring->watch);

	WRITE_ONCE(ring->watch, IGBR_TX_WATCH_OFF);
	/* Pairs with igbr_tx_watch(): it sees the watch off, or this sees its frames. */
	smp_mb();
	empty = READ_ONCE(ring->next_to_clean) == READ_ONCE(ring->next_to_use);
	WRITE_ONCE(mod->tx_doubled,
		   igbr_tx_doubled(mod->tx_doubled, urgency, shared, done || empty));
	if (empty)
		return HRTIMER_NORESTART;

	urgency = igbr_tx_urgency(ring);
	/* Else the device signals. */
	if (usecs)
		igbr_start_watch(vector, urgency, usecs);
	if (!usecs || (done && (!shared || urgency == IGBR_TX_WATCH_SOON)))
		napi_schedule(&vector->napi);
	return HRTIMER_NORESTART;
}

/**
 * igbr_moderation_init - the defaults of a new vector
 * @vector: the vector
 */
void igbr_moderation_init(struct igbr_vector *vector)
{
	struct igbr_moderation *mod = &vector->mod;

	mod->until_sample = IGBR_SAMPLE_EVENTS;
	mod->adaptive = true;
	mod->rx_usecs = IGBR_RX_USECS_DYNAMIC;
	mod->tx_usecs = IGBR_TX_USECS;
	spin_lock_init(&mod->lock);
	INIT_WORK(&mod->dim.work, igbr_dim_work);
	hrtimer_setup(&mod->tx_watch, igbr_watch, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED);
}

/**
 * igbr_moderation_start - give a device that was reset its throttle
 * @vector: the vector, its NAPI off
 *
 * Context: process, rtnl.
 */
void igbr_moderation_start(struct igbr_vector *vector)
{
	struct igbr_moderation *mod = &vector->mod;

	mod->dim.state = DIM_START_MEASURE;
	/* What comes now need not be what came then. */
	mod->bulk = false;
	mod->tx_doubled = 0;
	spin_lock_bh(&mod->lock);
	igbr_moderation_write(vector, mod->adaptive ? igbr_adaptive_interval(mod) : mod->interval);
	spin_unlock_bh(&mod->lock);
}

/**
 * igbr_moderation_stop - stop what works behind a vector's back
 * @vector: the vector, its NAPI and its transmit queue off
 *
 * Context: process, rtnl.
 */
void igbr_moderation_stop(struct igbr_vector *vector)
{
	cancel_work_sync(&vector->mod.dim.work);
	hrtimer_cancel(&vector->mod.tx_watch);
	vector->tx->watch = IGBR_TX_WATCH_OFF;
}

/**
 * igbr_moderation_get - a vector's moderation as ethtool shows it
 * @vector: the vector
 * @coalesce: result
 *
 * Context: process, rtnl.
 */
void igbr_moderation_get(const struct igbr_vector *vector, struct ethtool_coalesce *coalesce)
{
	coalesce->rx_coalesce_usecs = vector->mod.rx_usecs;
	coalesce->tx_coalesce_usecs = vector->mod.tx_usecs;
	coalesce->use_adaptive_rx_coalesce = vector->mod.adaptive;
}

static bool igbr_usecs_is_adaptive(u32 usecs)
{
	return usecs == IGBR_RX_USECS_DYNAMIC || usecs == IGBR_RX_USECS_CONSERVATIVE;
}

static bool igbr_usecs_is_time(u32 usecs)
{
	return !usecs || (usecs >= IGBR_USECS_MIN && usecs <= IGBR_USECS_MAX);
}

/**
 * igbr_moderation_check - whether a moderation can be had
 * @coalesce: what the user wants
 * @extack: what would be right
 *
 * Return: 0 or -EINVAL.
 */
int igbr_moderation_check(const struct ethtool_coalesce *coalesce, struct netlink_ext_ack *extack)
{
	u32 rx = coalesce->rx_coalesce_usecs, tx = coalesce->tx_coalesce_usecs;

	if (!igbr_usecs_is_adaptive(rx) && !igbr_usecs_is_time(rx)) {
		NL_SET_ERR_MSG_FMT_MOD(extack,
				       "rx-usecs is 0 (off), 1 (dynamic), 3 (dynamic, conservative) or %u to %lu",
				       IGBR_USECS_MIN, IGBR_USECS_MAX);
		return -EINVAL;
	}
	if (!igbr_usecs_is_time(tx)) {
		NL_SET_ERR_MSG_FMT_MOD(extack, "tx-usecs is 0 (each burst) or %u to %lu",
				       IGBR_USECS_MIN, IGBR_USECS_MAX);
		return -EINVAL;
	}
	return 0;
}

/**
 * igbr_moderation_set - change a vector's moderation
 * @vector: the vector, in use or not
 * @coalesce: as igbr_moderation_check() found it right
 *
 * A new rx-usecs decides by itself; else adaptive-rx does.
 *
 * Context: process, rtnl.
 */
void igbr_moderation_set(struct igbr_vector *vector, const struct ethtool_coalesce *coalesce)
{
	bool adaptive = coalesce->use_adaptive_rx_coalesce;
	struct igbr_moderation *mod = &vector->mod;
	u16 usecs = coalesce->rx_coalesce_usecs;

	if (usecs != mod->rx_usecs)
		adaptive = igbr_usecs_is_adaptive(usecs);
	else if (adaptive && !mod->adaptive)
		usecs = IGBR_RX_USECS_DYNAMIC;
	else if (!adaptive && mod->adaptive)
		usecs = IGBR_STATIC_USECS;

	spin_lock_bh(&mod->lock);
	mod->rx_usecs = usecs;
	WRITE_ONCE(mod->adaptive, adaptive);
	mod->interval = adaptive ? igbr_adaptive_interval(mod) : usecs;
	if (vector->irq && test_bit(IGBR_FLAG_RUNNING, &vector->adapter->flags))
		igbr_moderation_write(vector, mod->interval);
	spin_unlock_bh(&mod->lock);

	if (mod->tx_usecs == coalesce->tx_coalesce_usecs)
		return;
	WRITE_ONCE(mod->tx_usecs, coalesce->tx_coalesce_usecs);
	if (!vector->irq || !test_bit(IGBR_FLAG_RUNNING, &vector->adapter->flags))
		return;
	igbr_irq_map_tx(vector);
	/* Without MSI-X, what the device may signal is written as it is armed. */
	igbr_irq_arm(vector);
	/* What was sent under the old rule may have nobody who looks after it. */
	hrtimer_start(&mod->tx_watch, 0, HRTIMER_MODE_REL_PINNED);
}
