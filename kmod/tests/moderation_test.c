// SPDX-License-Identifier: GPL-2.0-only
/*
 * Moderation: what users set and what the throttle's register then says, what DIM's profiles
 * become, and who gives sent frames back.
 */
#include <linux/bitfield.h>
#include <linux/delay.h>
#include <linux/ethtool.h>
#include <linux/netlink.h>

#include "port.h"

static struct igbr_test_port *igbr_moderation_test_open(struct kunit *test)
{
	static const struct igbr_config config = {
		.rx_count = IGBR_RING_MIN,
		.tx_count = IGBR_RING_MIN,
		.queues = 1,
		.mtu = 1500,
	};
	struct igbr_test_port *port = igbr_test_open(test, &config);

	/* As with an interrupt: without one, nothing is written. */
	port->vector->irq = 1;
	return port;
}

/* The throttle as the device has it: bits 14:2 are the time in microseconds. */
static u32 igbr_test_eitr(const struct igbr_test_port *port)
{
	return igbr_test_reg(port, IGBR_EITR(1));
}

static u32 igbr_test_throttle(unsigned int usecs)
{
	return usecs << 2 | BIT(31);
}

static struct ethtool_coalesce igbr_test_coalesce(const struct igbr_test_port *port)
{
	struct ethtool_coalesce coalesce = { };

	igbr_moderation_get(port->vector, &coalesce);
	return coalesce;
}

/* Set rx-usecs and adaptive-rx at once, as ethtool does. */
static void igbr_moderation_test_set(struct igbr_test_port *port, u32 usecs, bool adaptive)
{
	struct ethtool_coalesce coalesce = igbr_test_coalesce(port);

	coalesce.rx_coalesce_usecs = usecs;
	coalesce.use_adaptive_rx_coalesce = adaptive;
	igbr_moderation_set(port->vector, &coalesce);
}

/* igb's values and nothing else; what is refused is told what would be right. */
static void igbr_moderation_test_check(struct kunit *test)
{
	static const struct {
		u32 usecs;
		bool rx;
		bool tx;
	} values[] = {
		{ 0, true, true }, { 1, true, false }, { 2, false, false }, { 3, true, false },
		{ 4, false, false }, { 9, false, false }, { 10, true, true }, { 11, true, true },
		{ 8190, true, true }, { 8191, true, true }, { 8192, false, false },
		{ 10000, false, false }, { 65536, false, false }, { 65546, false, false },
		{ U32_MAX, false, false },
	};
	struct netlink_ext_ack extack;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(values); i++) {
		struct ethtool_coalesce rx = { .rx_coalesce_usecs = values[i].usecs };
		struct ethtool_coalesce tx = { .tx_coalesce_usecs = values[i].usecs };

		extack = (struct netlink_ext_ack){ };
		KUNIT_EXPECT_EQ_MSG(test, igbr_moderation_check(&rx, &extack),
				    values[i].rx ? 0 : -EINVAL, "rx-usecs %u", values[i].usecs);
		KUNIT_EXPECT_EQ(test, !extack._msg, values[i].rx);
		extack = (struct netlink_ext_ack){ };
		KUNIT_EXPECT_EQ_MSG(test, igbr_moderation_check(&tx, &extack),
				    values[i].tx ? 0 : -EINVAL, "tx-usecs %u", values[i].usecs);
		KUNIT_EXPECT_EQ(test, !extack._msg, values[i].tx);
	}
}

/* A time is what the register says, to the last of its 13 bits. */
static void igbr_moderation_test_usecs(struct kunit *test)
{
	static const u16 values[] = { 0, 10, 20, 25, 100, 4096, 8190, 8191 };
	struct igbr_test_port *port = igbr_moderation_test_open(test);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(values); i++) {
		igbr_moderation_test_set(port, values[i], true);
		KUNIT_EXPECT_EQ(test, igbr_test_eitr(port), igbr_test_throttle(values[i]));
		KUNIT_EXPECT_EQ(test, igbr_test_coalesce(port).rx_coalesce_usecs, values[i]);
		KUNIT_EXPECT_FALSE(test, igbr_test_coalesce(port).use_adaptive_rx_coalesce);
	}
}

/* A device that was reset gets its throttle back. */
static void igbr_moderation_test_restart(struct kunit *test)
{
	struct igbr_test_port *port = igbr_moderation_test_open(test);

	igbr_moderation_test_set(port, 123, true);
	writel(0, port->adapter->hw.regs + IGBR_EITR(1));
	igbr_moderation_start(port->vector);
	KUNIT_EXPECT_EQ(test, igbr_test_eitr(port), igbr_test_throttle(123));
}

/* 1 and 3 let the traffic decide; adaptive-rx alone goes between these and a time. */
static void igbr_moderation_test_adaptive(struct kunit *test)
{
	struct igbr_test_port *port = igbr_moderation_test_open(test);

	KUNIT_EXPECT_EQ(test, igbr_test_coalesce(port).rx_coalesce_usecs, 1);
	KUNIT_EXPECT_TRUE(test, igbr_test_coalesce(port).use_adaptive_rx_coalesce);

	igbr_moderation_test_set(port, 1, false);
	KUNIT_EXPECT_EQ(test, igbr_test_coalesce(port).rx_coalesce_usecs, 20);
	KUNIT_EXPECT_FALSE(test, igbr_test_coalesce(port).use_adaptive_rx_coalesce);
	KUNIT_EXPECT_EQ(test, igbr_test_eitr(port), igbr_test_throttle(20));

	igbr_moderation_test_set(port, 20, true);
	KUNIT_EXPECT_EQ(test, igbr_test_coalesce(port).rx_coalesce_usecs, 1);
	KUNIT_EXPECT_TRUE(test, igbr_test_coalesce(port).use_adaptive_rx_coalesce);
	KUNIT_EXPECT_EQ(test, igbr_test_eitr(port), igbr_test_throttle(0));

	igbr_moderation_test_set(port, 3, false);
	KUNIT_EXPECT_EQ(test, igbr_test_coalesce(port).rx_coalesce_usecs, 3);
	KUNIT_EXPECT_TRUE(test, igbr_test_coalesce(port).use_adaptive_rx_coalesce);
	KUNIT_EXPECT_EQ(test, igbr_test_eitr(port), igbr_test_throttle(50));

	igbr_moderation_test_set(port, 1, false);
	KUNIT_EXPECT_EQ(test, igbr_test_coalesce(port).rx_coalesce_usecs, 1);
	KUNIT_EXPECT_TRUE(test, igbr_test_coalesce(port).use_adaptive_rx_coalesce);
	KUNIT_EXPECT_EQ(test, igbr_test_eitr(port), igbr_test_throttle(0));
}

/* DIM has chosen a profile. */
static void igbr_moderation_test_choose(struct igbr_test_port *port, u8 profile)
{
	struct dim *dim = &port->vector->mod.dim;

	dim->profile_ix = profile;
	dim->state = DIM_APPLY_NEW_PROFILE;
	dim->work.func(&dim->work);
}

static void igbr_moderation_test_profiles(struct kunit *test)
{
	/* Of each profile: the throttle with rx-usecs 1, and with 3. There is no sixth one. */
	static const u16 usecs[][2] = {
		{ 0, 50 }, { 10, 50 }, { 20, 50 }, { 35, 50 }, { 50, 50 }, { 50, 50 },
	};
	struct igbr_test_port *port = igbr_moderation_test_open(test);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(usecs); i++) {
		igbr_moderation_test_set(port, 1, true);
		igbr_moderation_test_choose(port, i);
		KUNIT_EXPECT_EQ(test, igbr_test_eitr(port), igbr_test_throttle(usecs[i][0]));
		KUNIT_EXPECT_EQ(test, port->vector->mod.dim.state, DIM_START_MEASURE);
		igbr_moderation_test_set(port, 3, true);
		igbr_moderation_test_choose(port, i);
		KUNIT_EXPECT_EQ(test, igbr_test_eitr(port), igbr_test_throttle(usecs[i][1]));
	}
	igbr_moderation_test_choose(port, U8_MAX);
	KUNIT_EXPECT_EQ(test, igbr_test_eitr(port), igbr_test_throttle(50));

	/* A choice that comes after the user's is too late. */
	igbr_moderation_test_set(port, 77, true);
	igbr_moderation_test_choose(port, 0);
	KUNIT_EXPECT_EQ(test, igbr_test_eitr(port), igbr_test_throttle(77));
}

/*
 * A sample that ends now, began so long ago, and in which so many frames of a length came with each
 * interrupt. The test itself takes its time: one that took none at all begins later.
 */
static void igbr_moderation_test_sample(struct igbr_test_port *port, unsigned int frames,
					unsigned int len, unsigned int usecs)
{
	u32 bytes = u64_stats_read(&port->rx->stats.bytes);
	struct igbr_moderation *mod = &port->vector->mod;
	ktime_t now = ktime_get();

	mod->dim.state = DIM_MEASURE_IN_PROGRESS;
	mod->dim.start_sample = (struct dim_sample){
		.time = usecs ? ktime_sub_us(now, usecs) : ktime_add_us(now, USEC_PER_SEC),
		.event_ctr = mod->events,
		.pkt_ctr = (u32)igbr_rx_packets(port->rx) - frames * IGBR_SAMPLE_EVENTS,
		.byte_ctr = bytes - len * frames * IGBR_SAMPLE_EVENTS,
	};
	igbr_moderation_sample(port->vector);
	flush_work(&mod->dim.work);
}

/* Light traffic is not throttled: few frames for an interrupt, and few interrupts. */
static void igbr_moderation_test_light(struct kunit *test)
{
	static const struct {
		unsigned int frames;	/* with each interrupt */
		unsigned int usecs;	/* that IGBR_SAMPLE_EVENTS interrupts took */
		bool light;
	} samples[] = {
		{ 1, USEC_PER_SEC, true }, { 1, 2000, true }, { 1, 0, false },
		{ 3, USEC_PER_SEC, true }, { 3, 0, false },
		{ 19, USEC_PER_SEC, true }, { 20, USEC_PER_SEC, false },
	};
	struct igbr_test_port *port = igbr_moderation_test_open(test);
	struct igbr_moderation *mod = &port->vector->mod;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(samples); i++) {
		igbr_moderation_test_choose(port, 4);
		KUNIT_EXPECT_EQ(test, igbr_test_eitr(port), igbr_test_throttle(50));
		mod->until_sample = 0;
		igbr_moderation_test_sample(port, samples[i].frames, 60, samples[i].usecs);
		KUNIT_EXPECT_EQ_MSG(test, !mod->dim.profile_ix, samples[i].light, "sample %u", i);
		KUNIT_EXPECT_EQ(test, igbr_test_eitr(port) == igbr_test_throttle(0),
				samples[i].light);
		KUNIT_EXPECT_EQ(test, mod->until_sample, IGBR_SAMPLE_EVENTS);
	}

	/* What the user set does not follow the traffic. */
	igbr_moderation_test_choose(port, 4);
	igbr_moderation_test_set(port, 30, true);
	igbr_moderation_test_sample(port, 1, 60, USEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, mod->dim.profile_ix, 4);
	KUNIT_EXPECT_EQ(test, igbr_test_eitr(port), igbr_test_throttle(30));
}

/* Large frames in streams get a long throttle, as long as the ring has room for what comes. */
static void igbr_moderation_test_bulk(struct kunit *test)
{
	static const struct {
		unsigned int frames;	/* with each interrupt */
		unsigned int len;
		unsigned int usecs;	/* from one interrupt to the next */
		unsigned int throttle;	/* afterwards */
	} samples[] = {
		/* 320 Mbit/s, and what is less */
		{ 10, 1514, 350, 245 }, { 10, 1514, 382, 0 },
		/* 512 bytes, and what is less */
		{ 8, 512, 95, 245 }, { 8, 511, 90, 50 },
		/* As long as three quarters of the ring are enough, which are 60 */
		{ 8, 1514, 100, 245 }, { 20, 1514, 245, 245 }, { 40, 1514, 800, 245 },
		{ 50, 1514, 800, 50 },
		/* It ends, and becomes light. */
		{ 8, 1514, 100, 245 }, { 1, 1514, 1000, 0 },
	};
	struct igbr_test_port *port = igbr_moderation_test_open(test);
	struct igbr_moderation *mod = &port->vector->mod;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(samples); i++) {
		if (!mod->bulk)
			igbr_moderation_test_choose(port, 4);
		igbr_moderation_test_sample(port, samples[i].frames, samples[i].len,
					    samples[i].usecs * IGBR_SAMPLE_EVENTS);
		KUNIT_EXPECT_EQ_MSG(test, igbr_test_eitr(port),
				    igbr_test_throttle(samples[i].throttle), "sample %u", i);
		KUNIT_EXPECT_EQ(test, mod->bulk, samples[i].throttle == 245);
	}
	/* Half of that is not enough for what came and what would come, 16 and 39 frames. */
	igbr_moderation_test_sample(port, 16, 1514, 100 * IGBR_SAMPLE_EVENTS);
	KUNIT_EXPECT_FALSE(test, mod->bulk);

	/* A port that starts again knows nothing of the stream that was. */
	mod->bulk = true;
	igbr_moderation_test_choose(port, 0);
	KUNIT_EXPECT_EQ(test, igbr_test_eitr(port), igbr_test_throttle(245));
	igbr_moderation_start(port->vector);
	KUNIT_EXPECT_EQ(test, igbr_test_eitr(port), igbr_test_throttle(0));
}

/* A full budget ends the sample of a stream, which is then judged by what came in it. */
static void igbr_moderation_test_burst(struct kunit *test)
{
	struct igbr_test_port *port = igbr_moderation_test_open(test);
	struct igbr_moderation *mod = &port->vector->mod;

	mod->until_sample = 10;
	igbr_moderation_burst(port->vector);
	KUNIT_EXPECT_EQ(test, mod->until_sample, 10);

	mod->bulk = true;
	mod->events = 5;
	igbr_moderation_burst(port->vector);
	KUNIT_EXPECT_EQ(test, mod->until_sample, 1);
	igbr_moderation_sample(port->vector);
	/* Those until then, and this one */
	KUNIT_EXPECT_EQ(test, mod->events, 5 + IGBR_SAMPLE_EVENTS - 10 + 1);
}

/* Send a frame that is not copied: its owner waits. */
static void igbr_moderation_test_send(struct kunit *test)
{
	struct sk_buff *skb = alloc_skb(600, GFP_KERNEL);
	struct igbr_test_port *port = test->priv;
	struct netdev_queue *txq = port->tx->txq;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_put_zero(skb, 600);
	skb->dev = port->adapter->netdev;
	local_bh_disable();
	__netif_tx_lock(txq, smp_processor_id());
	netdev_start_xmit(skb, port->adapter->netdev, txq, false);
	__netif_tx_unlock(txq);
	local_bh_enable();
}

/* Without an interrupt, the timer gives sent frames back, and no sooner than the device is done. */
static void igbr_moderation_test_watch(struct kunit *test)
{
	struct igbr_test_port *port = igbr_moderation_test_open(test);
	struct igbr_tx_ring *ring = port->tx;
	unsigned int i;

	port->vector->mod.tx_usecs = 50;
	igbr_moderation_test_send(test);
	msleep(50);
	KUNIT_EXPECT_EQ(test, READ_ONCE(ring->next_to_clean), 0);

	WRITE_ONCE(*ring->head, cpu_to_le32(1));
	for (i = 0; i < 1000 && !READ_ONCE(ring->next_to_clean); i++)
		msleep(20);
	KUNIT_EXPECT_EQ(test, READ_ONCE(ring->next_to_clean), 1);
	napi_synchronize(&port->vector->napi);
	KUNIT_EXPECT_EQ(test, u64_stats_read(&ring->packets), 1);
}

/* How long the timer waits: by who wants the frames, and by what the last waits were good for. */
static void igbr_moderation_test_wait(struct kunit *test)
{
	static const struct {
		u8 urgency;
		u8 doubled;
		u16 tx_usecs;
		u16 wait;
	} cases[] = {
		{ IGBR_TX_WATCH_LAZY, 0, 50, 5000 },
		{ IGBR_TX_WATCH_LAZY, 2, 50, 5000 },
		{ IGBR_TX_WATCH_HELD, 0, 50, 250 },
		{ IGBR_TX_WATCH_HELD, 2, 50, 1000 },
		{ IGBR_TX_WATCH_HELD, 9, 50, 5000 },
		{ IGBR_TX_WATCH_SOON, 0, 50, 50 },
		{ IGBR_TX_WATCH_SOON, 3, 50, 400 },
		{ IGBR_TX_WATCH_SOON, 9, 10, 5000 },
		{ IGBR_TX_WATCH_LAZY, 0, 8191, 8191 },
		{ IGBR_TX_WATCH_HELD, 9, 8191, 8191 },
		{ IGBR_TX_WATCH_SOON, 0, 8191, 8191 },
	};
	struct igbr_test_port *port = igbr_moderation_test_open(test);
	struct igbr_moderation *mod = &port->vector->mod;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		ktime_t before, after, expires;

		mod->tx_usecs = cases[i].tx_usecs;
		mod->tx_doubled = cases[i].doubled;
		local_irq_disable();
		before = ktime_get();
		igbr_moderation_watch_tx(port->vector, cases[i].urgency);
		after = ktime_get();
		expires = hrtimer_get_expires(&mod->tx_watch);
		hrtimer_try_to_cancel(&mod->tx_watch);
		local_irq_enable();
		KUNIT_EXPECT_GE_MSG(test, ktime_us_delta(expires, before), cases[i].wait,
				    "case %u", i);
		KUNIT_EXPECT_LE_MSG(test, ktime_us_delta(expires, after), cases[i].wait,
				    "case %u", i);
	}
}

/*
 * The timer, started with @urgency, fires with so many descriptors used, of which the device has
 * done so many, after an interrupt or none. Returns whether it asks for a poll.
 */
static bool igbr_moderation_test_fire(struct igbr_test_port *port, u8 urgency, unsigned int used,
				      unsigned int done, bool interrupt)
{
	struct igbr_moderation *mod = &port->vector->mod;
	struct igbr_tx_ring *ring = port->tx;
	bool asked;

	local_irq_disable();
	WRITE_ONCE(ring->watch, urgency);
	WRITE_ONCE(ring->next_to_use, used);
	WRITE_ONCE(*ring->head, cpu_to_le32(done));
	mod->tx_events = mod->events - mod->until_sample;
	mod->until_sample -= interrupt;
	ACCESS_PRIVATE(&mod->tx_watch, function)(&mod->tx_watch);
	hrtimer_try_to_cancel(&mod->tx_watch);
	asked = test_bit(NAPI_STATE_SCHED, &port->vector->napi.state);
	/* The poll that it may have asked for is to find nothing. */
	WRITE_ONCE(ring->next_to_use, 0);
	WRITE_ONCE(*ring->head, 0);
	local_irq_enable();
	napi_synchronize(&port->vector->napi);
	return asked;
}

/* The wait doubles each time that nothing moved, and a little where interrupts do the same. */
static void igbr_moderation_test_doubled(struct kunit *test)
{
	struct igbr_test_port *port = igbr_moderation_test_open(test);
	struct igbr_moderation *mod = &port->vector->mod;
	unsigned int i;

	mod->tx_usecs = 50;
	for (i = 1; i < 12; i++) {
		igbr_moderation_test_fire(port, IGBR_TX_WATCH_SOON, 1, 0, false);
		KUNIT_EXPECT_EQ(test, mod->tx_doubled, min(i, 9));
	}
	igbr_moderation_test_fire(port, IGBR_TX_WATCH_HELD, 1, 0, true);
	KUNIT_EXPECT_EQ(test, mod->tx_doubled, 2);
	igbr_moderation_test_fire(port, IGBR_TX_WATCH_HELD, 1, 1, false);
	KUNIT_EXPECT_EQ(test, mod->tx_doubled, 0);
	for (i = 1; i < 4; i++) {
		igbr_moderation_test_fire(port, IGBR_TX_WATCH_HELD, i % 2, 0, true);
		KUNIT_EXPECT_EQ(test, mod->tx_doubled, min(i, 2));
	}
	igbr_moderation_test_fire(port, IGBR_TX_WATCH_SOON, 1, 0, true);
	KUNIT_EXPECT_EQ(test, mod->tx_doubled, 0);
	/* Other polls emptied the ring. */
	mod->tx_doubled = 9;
	igbr_moderation_test_fire(port, IGBR_TX_WATCH_HELD, 0, 0, false);
	KUNIT_EXPECT_EQ(test, mod->tx_doubled, 0);
}

/* A poll is asked for where it finds something, unless there is room and interrupts come. */
static void igbr_moderation_test_asked(struct kunit *test)
{
	struct igbr_test_port *port = igbr_moderation_test_open(test);
	unsigned int i, full = port->tx->mem.count - 1;
	const struct {
		unsigned int used;
		unsigned int done;
		bool interrupt;
		bool asked;
	} cases[] = {
		{ 1, 0, false, false },
		{ 1, 1, false, true },
		{ 1, 1, true, false },
		{ full, 0, true, false },
		{ full, 1, true, true },
	};

	port->vector->mod.tx_usecs = 50;
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		KUNIT_EXPECT_EQ_MSG(test, cases[i].asked,
				    igbr_moderation_test_fire(port, IGBR_TX_WATCH_HELD,
							      cases[i].used, cases[i].done,
							      cases[i].interrupt), "case %u", i);
}

/* Who waits for memory waits for room as soon as the queue stops. */
static void igbr_moderation_test_stopped(struct kunit *test)
{
	struct igbr_test_port *port = igbr_moderation_test_open(test);
	struct igbr_tx_ring *ring = port->tx;
	unsigned int i;

	port->vector->mod.tx_usecs = U16_MAX;
	igbr_moderation_test_send(test);
	WRITE_ONCE(ring->watch, IGBR_TX_WATCH_HELD);
	for (i = 0; i < ring->mem.count && !netif_tx_queue_stopped(ring->txq); i++)
		igbr_moderation_test_send(test);
	KUNIT_ASSERT_TRUE(test, netif_tx_queue_stopped(ring->txq));
	KUNIT_EXPECT_EQ(test, READ_ONCE(ring->watch), IGBR_TX_WATCH_SOON);
}

static struct kunit_case igbr_moderation_cases[] = {
	KUNIT_CASE(igbr_moderation_test_check),
	KUNIT_CASE(igbr_moderation_test_usecs),
	KUNIT_CASE(igbr_moderation_test_restart),
	KUNIT_CASE(igbr_moderation_test_adaptive),
	KUNIT_CASE(igbr_moderation_test_profiles),
	KUNIT_CASE(igbr_moderation_test_light),
	KUNIT_CASE(igbr_moderation_test_bulk),
	KUNIT_CASE(igbr_moderation_test_burst),
	KUNIT_CASE(igbr_moderation_test_watch),
	KUNIT_CASE(igbr_moderation_test_wait),
	KUNIT_CASE(igbr_moderation_test_doubled),
	KUNIT_CASE(igbr_moderation_test_asked),
	KUNIT_CASE(igbr_moderation_test_stopped),
	{ }
};

static struct kunit_suite igbr_moderation_suite = {
	.name = "igbr_moderation",
	.exit = igbr_test_close,
	.test_cases = igbr_moderation_cases,
};

kunit_test_suite(igbr_moderation_suite);
