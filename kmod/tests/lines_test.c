// SPDX-License-Identifier: GPL-2.0-only
/*
 * What each side of a queue pair writes of the driver's own structures for a packet: no cache line
 * is written both by who sends and by the poll, which may be on two CPUs. The layouts'
 * static_asserts say where members stand; this sees which of them the code writes.
 */
#include <linux/bitmap.h>
#include <linux/etherdevice.h>
#include <linux/hrtimer.h>
#include <linux/workqueue.h>

#include "rx_device.h"

#define IGBR_TEST_LINES		64

/* Who writes */
enum igbr_test_side {
	IGBR_TEST_SENDER,
	IGBR_TEST_POLL,
	IGBR_TEST_SIDES
};

/**
 * struct igbr_test_lines - a structure, and which of its cache lines were seen to change
 * @name: its type
 * @data: it
 * @size: its size
 * @before: what was in it
 * @changed: the lines, by who changed them
 */
struct igbr_test_lines {
	const char *name;
	const void *data;
	size_t size;
	void *before;
	DECLARE_BITMAP(changed[IGBR_TEST_SIDES], IGBR_TEST_LINES);
};

#define IGBR_TEST_STRUCTURES	3

static void igbr_lines_test_watch(struct kunit *test, struct igbr_test_lines *lines,
				  const char *name, const void *data, size_t size)
{
	KUNIT_ASSERT_LE(test, size, IGBR_TEST_LINES * SMP_CACHE_BYTES);
	/* The lines are those of the cache, and the last one is no other structure's. */
	KUNIT_EXPECT_TRUE(test, IS_ALIGNED((unsigned long)data, SMP_CACHE_BYTES));
	KUNIT_EXPECT_EQ(test, size % SMP_CACHE_BYTES, 0);
	lines->name = name;
	lines->data = data;
	lines->size = size;
	lines->before = kunit_kzalloc(test, size, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, lines->before);
	memcpy(lines->before, data, size);
}

/* Whatever has changed since the last look was @side's doing. */
static void igbr_lines_test_look(struct igbr_test_lines *lines, enum igbr_test_side side)
{
	unsigned int i, line;

	for (i = 0; i < IGBR_TEST_STRUCTURES; i++, lines++) {
		for (line = 0; line < lines->size / SMP_CACHE_BYTES; line++) {
			size_t at = line * SMP_CACHE_BYTES;

			if (memcmp(lines->data + at, lines->before + at, SMP_CACHE_BYTES))
				__set_bit(line, lines->changed[side]);
		}
		memcpy(lines->before, lines->data, lines->size);
	}
}

static void igbr_lines_test_send(struct kunit *test, unsigned int len)
{
	struct igbr_test_port *port = test->priv;
	struct netdev_queue *txq = port->tx->txq;
	struct sk_buff *skb = alloc_skb(len, GFP_KERNEL);
	netdev_tx_t result;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_put_zero(skb, len);
	skb->dev = port->adapter->netdev;
	local_bh_disable();
	__netif_tx_lock(txq, smp_processor_id());
	result = netdev_start_xmit(skb, port->adapter->netdev, txq, false);
	__netif_tx_unlock(txq);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, result, NETDEV_TX_OK);
}

/* What who sends does where nobody looks after the frames yet; the timer is to do nothing here. */
static void igbr_lines_test_start_timer(struct igbr_test_port *port, u8 urgency)
{
	struct igbr_moderation *mod = &port->vector->mod;
	unsigned long flags;

	local_irq_save(flags);
	igbr_moderation_watch_tx(port->vector, urgency);
	hrtimer_try_to_cancel(&mod->tx_watch);
	local_irq_restore(flags);
}

static void igbr_lines_test_disjoint(struct kunit *test)
{
	const struct igbr_config config = IGBR_TEST_CONFIG(.rx_count = IGBR_RING_DEFAULT,
							   .mtu = ETH_DATA_LEN);
	struct igbr_test_port *port = igbr_test_open(test, &config);
	struct igbr_test_lines lines[IGBR_TEST_STRUCTURES] = { };
	struct igbr_moderation *mod = &port->vector->mod;
	unsigned int round, i;

	mod->tx_usecs = U16_MAX;
	port->tx->watch = IGBR_TX_WATCH_SOON;
	igbr_lines_test_watch(test, &lines[0], "igbr_tx_ring", port->tx, sizeof(*port->tx));
	igbr_lines_test_watch(test, &lines[1], "igbr_rx_ring", port->rx, sizeof(*port->rx));
	igbr_lines_test_watch(test, &lines[2], "igbr_vector", port->vector,
			      sizeof(*port->vector));
	/* With so many interrupts, moderation takes its samples, too. */
	for (round = 0; round < 4 * IGBR_SAMPLE_EVENTS; round++) {
		igbr_lines_test_send(test, ETH_ZLEN);
		igbr_lines_test_send(test, 600);
		igbr_lines_test_start_timer(port, IGBR_TX_WATCH_SOON);
		igbr_lines_test_look(lines, IGBR_TEST_SENDER);

		WRITE_ONCE(*port->tx->head, cpu_to_le32(port->tx->next_to_use));
		for (i = 0; i < 3; i++)
			igbr_rx_device_frame(test, IGBR_TEST_LEN, i, 0, IGBR_RXD_L4CS);
		igbr_test_poll(port);
		flush_work(&mod->dim.work);
		skb_queue_purge(&port->received);
		igbr_lines_test_look(lines, IGBR_TEST_POLL);
	}
	for (i = 0; i < IGBR_TEST_STRUCTURES; i++) {
		const unsigned long *sender = lines[i].changed[IGBR_TEST_SENDER];
		const unsigned long *poll = lines[i].changed[IGBR_TEST_POLL];

		kunit_info(test, "%s: written by sender: lines %*pbl, by poll: %*pbl\n",
			   lines[i].name, IGBR_TEST_LINES, sender, IGBR_TEST_LINES, poll);
		KUNIT_EXPECT_FALSE_MSG(test, bitmap_intersects(sender, poll, IGBR_TEST_LINES),
				       "of %s, the poll writes a line that who sends writes, too",
				       lines[i].name);
		KUNIT_EXPECT_FALSE(test, bitmap_empty(poll, IGBR_TEST_LINES));
	}
	/* The sender was seen where it has to write. */
	KUNIT_EXPECT_FALSE(test, bitmap_empty(lines[0].changed[IGBR_TEST_SENDER],
					      IGBR_TEST_LINES));
	KUNIT_EXPECT_FALSE(test, bitmap_empty(lines[2].changed[IGBR_TEST_SENDER],
					      IGBR_TEST_LINES));
	KUNIT_EXPECT_TRUE(test, bitmap_empty(lines[1].changed[IGBR_TEST_SENDER],
					     IGBR_TEST_LINES));
}

static struct kunit_case igbr_lines_cases[] = {
	KUNIT_CASE(igbr_lines_test_disjoint),
	{ }
};

static struct kunit_suite igbr_lines_suite = {
	.name = "igbr_lines",
	.exit = igbr_test_close,
	.test_cases = igbr_lines_cases,
};

kunit_test_suite(igbr_lines_suite);
