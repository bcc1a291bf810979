// SPDX-License-Identifier: GPL-2.0-only
/*
 * Write-backs to a receive ring that cannot be true. Each costs one frame, is counted, loses no
 * buffer, and the ring goes on: the same for packets as for XDP, of one buffer as of several.
 */
#include <linux/bitfield.h>
#include <linux/etherdevice.h>
#include <linux/prandom.h>

#include "rx_device.h"
#include "rx_layouts.h"

/* All is there but DD: the device is not done with the descriptor. */
static void igbr_rx_hostile_not_done(struct kunit *test)
{
	struct igbr_test_port *port = igbr_rx_layout_open(test);
	union igbr_rx_desc *desc = port->rx->mem.desc;

	WRITE_ONCE(desc->wb.upper, cpu_to_le64(~IGBR_RXD_DD));
	igbr_test_poll(port);
	igbr_rx_expect_rejected(test, 0);
	KUNIT_EXPECT_EQ(test, port->rx->next_to_clean, 0);
	igbr_rx_expect_works(test);
}

static void igbr_rx_hostile_len_beyond_buffer(struct kunit *test)
{
	struct igbr_test_port *port = igbr_rx_layout_open(test);

	igbr_rx_device_lie(test, port->rx->mem.buf_len + 1, IGBR_RXD_EOP);
	igbr_rx_device_lie(test, U16_MAX, IGBR_RXD_EOP);
	igbr_test_poll(port);
	igbr_rx_expect_rejected(test, 2);
	igbr_rx_expect_works(test);
}

static void igbr_rx_hostile_len_zero(struct kunit *test)
{
	struct igbr_test_port *port = igbr_rx_layout_open(test);

	igbr_rx_device_lie(test, 0, IGBR_RXD_EOP);
	igbr_test_poll(port);
	igbr_rx_expect_rejected(test, 1);
	igbr_rx_expect_works(test);
}

static void igbr_rx_hostile_len_below_header(struct kunit *test)
{
	struct igbr_test_port *port = igbr_rx_layout_open(test);

	igbr_rx_device_lie(test, ETH_HLEN - 1, IGBR_RXD_EOP);
	igbr_test_poll(port);
	igbr_rx_expect_rejected(test, 1);
	igbr_rx_expect_works(test);
}

/* Damaged or not, a length that cannot be true is a lie. */
static void igbr_rx_hostile_damaged_len(struct kunit *test)
{
	struct igbr_test_port *port = igbr_rx_layout_open(test);

	igbr_rx_set_features(port->rx, NETIF_F_RXALL);
	igbr_rx_device_lie(test, U16_MAX, IGBR_RXD_EOP | IGBR_RXD_RXE);
	igbr_rx_device_lie(test, 0, IGBR_RXD_EOP | IGBR_RXD_RXE);
	igbr_test_poll(port);
	igbr_rx_expect_rejected(test, 2);
	igbr_rx_expect_works(test);
}

/* More is to come, but the buffer is not full: the frame goes, up to its end. */
static void igbr_rx_hostile_part_not_full(struct kunit *test)
{
	struct igbr_test_port *port = igbr_rx_layout_open(test);

	igbr_rx_device_lie(test, port->rx->mem.buf_len - 1, 0);
	igbr_rx_device_lie(test, port->rx->mem.buf_len, 0);
	igbr_rx_device_lie(test, IGBR_TEST_LEN, IGBR_RXD_EOP);
	igbr_test_poll(port);
	igbr_rx_expect_rejected(test, 1);
	igbr_rx_expect_works(test);
}

static void igbr_rx_hostile_part_too_long(struct kunit *test)
{
	struct igbr_test_port *port = igbr_rx_layout_open(test);

	igbr_rx_device_lie(test, U16_MAX, 0);
	igbr_rx_device_lie(test, IGBR_TEST_LEN, IGBR_RXD_EOP);
	igbr_test_poll(port);
	igbr_rx_expect_rejected(test, 1);
	igbr_rx_expect_works(test);
}

/* A frame ends with a buffer of which nothing was used, or more than there is. */
static void igbr_rx_hostile_bad_end(struct kunit *test)
{
	struct igbr_test_port *port = igbr_rx_layout_open(test);
	unsigned int len = port->rx->mem.buf_len;

	igbr_rx_device_lie(test, len, 0);
	igbr_rx_device_lie(test, 0, IGBR_RXD_EOP);
	igbr_rx_device_lie(test, len, 0);
	igbr_rx_device_lie(test, len + 1, IGBR_RXD_EOP);
	igbr_test_poll(port);
	igbr_rx_expect_rejected(test, 2);
	igbr_rx_expect_works(test);
}

/* Each buffer could be true, but together they are longer than any frame. */
static void igbr_rx_hostile_frame_too_long(struct kunit *test)
{
	struct igbr_test_port *port = igbr_rx_layout_open(test);
	const struct igbr_rx_mem *mem = &port->rx->mem;
	unsigned int i, full = max(mem->max_frame / mem->buf_len, 1);

	for (i = 0; i < full; i++)
		igbr_rx_device_lie(test, mem->buf_len, 0);
	igbr_rx_device_lie(test, max(mem->max_frame - (int)(full * mem->buf_len), 0) + 1,
			   IGBR_RXD_EOP);
	igbr_test_poll(port);
	igbr_rx_expect_rejected(test, 1);
	igbr_rx_expect_works(test);
}

/* The end never comes, twice round the ring: it costs one frame, and the buffers come back. */
static void igbr_rx_hostile_no_end(struct kunit *test)
{
	struct igbr_test_port *port = igbr_rx_layout_open(test);
	const struct igbr_rx_mem *mem = &port->rx->mem;
	unsigned int i, sent;

	for (sent = 0; sent < 2 * mem->count; sent += 50) {
		for (i = 0; i < 50; i++)
			igbr_rx_device_lie(test, mem->buf_len, 0);
		igbr_test_poll(port);
		igbr_rx_expect_consistent(test);
	}
	igbr_rx_expect_rejected(test, 1);
	igbr_rx_device_lie(test, IGBR_TEST_LEN, IGBR_RXD_EOP);
	igbr_test_poll(port);
	igbr_rx_expect_rejected(test, 1);
	igbr_rx_expect_works(test);
}

/* The port stops in the midst of a frame. That nothing is lost is seen by igbr_test_close(). */
static void igbr_rx_hostile_stop_in_frame(struct kunit *test)
{
	struct igbr_test_port *port = igbr_rx_layout_open(test);
	const struct igbr_rx_mem *mem = &port->rx->mem;
	unsigned int i, full = max(mem->max_frame / mem->buf_len, 1);

	for (i = 0; i < full; i++)
		igbr_rx_device_lie(test, mem->buf_len, 0);
	igbr_test_poll(port);
	igbr_rx_expect_rejected(test, 0);
}

/* As before, but the frame is one that is being dropped. */
static void igbr_rx_hostile_stop_in_drop(struct kunit *test)
{
	struct igbr_test_port *port = igbr_rx_layout_open(test);

	igbr_rx_device_lie(test, U16_MAX, 0);
	igbr_test_poll(port);
	igbr_rx_expect_rejected(test, 1);
}

/* The device writes to all descriptors, also to those that it was not given. */
static void igbr_rx_hostile_not_given(struct kunit *test)
{
	struct igbr_test_port *port = igbr_rx_layout_open(test);
	const struct igbr_rx_mem *mem = &port->rx->mem;
	unsigned int i, given = mem->count - IGBR_TEST_EMPTY;

	for (i = 0; i < given; i++)
		igbr_rx_device_frame(test, IGBR_TEST_LEN, i, 0, 0);
	for (; i < mem->count; i++)
		igbr_rx_device_write_back(&mem->desc[i], 0, IGBR_RXD_EOP |
					  FIELD_PREP(IGBR_RXD_LENGTH, IGBR_TEST_LEN));
	igbr_test_poll(port);
	for (i = 0; i < given; i++)
		kfree_skb(igbr_rx_expect_frame(test, IGBR_TEST_LEN, i));
	igbr_rx_expect_consistent(test);
	igbr_rx_expect_works(test);
}

/* The device writes to a descriptor before it is due: that one waits, and a reset is asked for. */
static void igbr_rx_hostile_wrong_index(struct kunit *test)
{
	struct igbr_test_port *port = igbr_rx_layout_open(test);
	struct igbr_rx_ring *ring = port->rx;

	port->device_rx = 1;
	igbr_rx_device_frame(test, IGBR_TEST_LEN, 2, 0, 0);
	igbr_test_poll(port);
	igbr_rx_expect_rejected(test, 0);
	KUNIT_EXPECT_EQ(test, ring->next_to_clean, 0);
	KUNIT_EXPECT_EQ(test, igbr_rx_health(ring, 2), IGBR_RX_WELL);
	KUNIT_EXPECT_EQ(test, igbr_rx_health(ring, 2), IGBR_RX_STUCK);

	port->device_rx = 0;
	igbr_rx_device_frame(test, IGBR_TEST_LEN, 1, 0, 0);
	igbr_test_poll(port);
	kfree_skb(igbr_rx_expect_frame(test, IGBR_TEST_LEN, 1));
	kfree_skb(igbr_rx_expect_frame(test, IGBR_TEST_LEN, 2));
	KUNIT_EXPECT_EQ(test, igbr_rx_health(ring, 2), IGBR_RX_WELL);
}

/* A head that is no index is but one that is not where it should be. */
static void igbr_rx_hostile_head_beyond_ring(struct kunit *test)
{
	struct igbr_test_port *port = igbr_rx_layout_open(test);
	struct igbr_rx_ring *ring = port->rx;

	KUNIT_EXPECT_EQ(test, igbr_rx_health(ring, U32_MAX), IGBR_RX_WELL);
	KUNIT_EXPECT_EQ(test, igbr_rx_health(ring, ring->mem.count), IGBR_RX_STUCK);
	KUNIT_EXPECT_EQ(test, igbr_rx_health(ring, 0), IGBR_RX_WELL);
	KUNIT_EXPECT_EQ(test, igbr_rx_health(ring, U32_MAX), IGBR_RX_WELL);
	igbr_rx_expect_works(test);
}

/**
 * struct igbr_rx_oracle - what must become of the descriptors so far
 * @before: bytes of the frame that has not ended, 0: there is none
 * @discard: the rest of a frame is dropped
 * @frames: frames to be passed up by the next poll
 * @lens: their lengths
 * @bytes: bytes of all that were
 * @lies: frames of which the device said what cannot be
 * @damaged: frames that it called damaged
 */
struct igbr_rx_oracle {
	unsigned int before;
	bool discard;
	unsigned int frames;
	unsigned int lens[50];
	u64 bytes;
	unsigned int lies;
	unsigned int damaged;
};

static bool igbr_rx_oracle_believes(const struct igbr_rx_oracle *oracle,
				    const struct igbr_rx_mem *mem, unsigned int len, bool last)
{
	if (len > mem->buf_len || (!last && len < mem->buf_len))
		return false;
	if (oracle->before)
		return len && oracle->before + len <= mem->max_frame;
	return len >= ETH_HLEN;
}

static void igbr_rx_oracle_tell(struct igbr_rx_oracle *oracle, const struct igbr_rx_mem *mem,
				unsigned int len, u64 status)
{
	bool last = status & IGBR_RXD_EOP;

	if (oracle->discard) {
		oracle->discard = !last;
		return;
	}
	if (!igbr_rx_oracle_believes(oracle, mem, len, last)) {
		oracle->lies++;
		oracle->discard = !last;
		oracle->before = 0;
		return;
	}
	oracle->before += len;
	if (!last)
		return;
	if (status & IGBR_RXD_RXE) {
		oracle->damaged++;
	} else {
		oracle->bytes += oracle->before;
		oracle->lens[oracle->frames++] = oracle->before;
	}
	oracle->before = 0;
}

/* A length near to what matters, or any other */
static unsigned int igbr_rx_hostile_len(struct rnd_state *rnd, const struct igbr_rx_mem *mem)
{
	const unsigned int lens[] = {
		0, 1, ETH_HLEN - 1, ETH_HLEN, ETH_ZLEN, IGBR_TEST_LEN, mem->buf_len - 1,
		mem->buf_len, mem->buf_len + 1, mem->max_frame % mem->buf_len, U16_MAX,
	};
	unsigned int pick = prandom_u32_state(rnd) % 16;

	if (pick < ARRAY_SIZE(lens))
		return lens[pick];
	return pick < 14 ? mem->buf_len : prandom_u32_state(rnd) & U16_MAX;
}

/* The device writes anything to its next descriptor. */
static void igbr_rx_hostile_write(struct kunit *test, struct rnd_state *rnd,
				  struct igbr_rx_oracle *oracle)
{
	struct igbr_test_port *port = test->priv;
	unsigned int len = igbr_rx_hostile_len(rnd, &port->rx->mem);
	u64 lower = prandom_u32_state(rnd) | (u64)prandom_u32_state(rnd) << 32;
	u64 upper = prandom_u32_state(rnd) | FIELD_PREP(IGBR_RXD_LENGTH, len) |
		    FIELD_PREP(IGBR_RXD_VLAN, prandom_u32_state(rnd) & U16_MAX);

	/* Most frames are not damaged. */
	if (prandom_u32_state(rnd) % 4)
		upper &= ~IGBR_RXD_RXE;
	igbr_rx_device_write_back(igbr_rx_device_take(test), lower, upper);
	igbr_rx_oracle_tell(oracle, &port->rx->mem, len, upper);
}

/* Anything, ten times round the ring: what is passed up is what the rules say, and no more. */
static void igbr_rx_hostile_random(struct kunit *test)
{
	struct igbr_test_port *port = igbr_rx_layout_open(test);
	const struct igbr_rx_stats *stats = &port->rx->stats;
	struct igbr_rx_oracle oracle = { };
	struct rnd_state rnd;
	unsigned int sent, i;

	prandom_seed_state(&rnd, 82576);
	for (sent = 0; sent < 10 * port->rx->mem.count; sent += i) {
		unsigned int burst = prandom_u32_state(&rnd) % ARRAY_SIZE(oracle.lens) + 1;

		oracle.frames = 0;
		for (i = 0; i < burst; i++)
			igbr_rx_hostile_write(test, &rnd, &oracle);
		igbr_test_poll(port);
		KUNIT_ASSERT_EQ(test, skb_queue_len(&port->received), oracle.frames);
		for (i = 0; i < oracle.frames; i++) {
			struct sk_buff *skb = skb_dequeue(&port->received);

			KUNIT_EXPECT_EQ(test, skb->len + ETH_HLEN, oracle.lens[i]);
			kfree_skb(skb);
		}
		igbr_rx_expect_consistent(test);
		i = burst;
	}
	KUNIT_EXPECT_EQ(test, u64_stats_read(&stats->bad_descs), oracle.lies);
	KUNIT_EXPECT_EQ(test, u64_stats_read(&stats->errors), oracle.damaged);
	KUNIT_EXPECT_EQ(test, u64_stats_read(&stats->drops), oracle.lies + oracle.damaged);
	KUNIT_EXPECT_EQ(test, u64_stats_read(&stats->bytes), oracle.bytes);
	/* There was some of each. */
	KUNIT_EXPECT_GT(test, oracle.lies, 50);
	KUNIT_EXPECT_GT(test, oracle.damaged, 10);
	KUNIT_EXPECT_GT(test, oracle.bytes, 10000);
}

static struct kunit_case igbr_rx_hostile_cases[] = {
	KUNIT_CASE_PARAM(igbr_rx_hostile_not_done, igbr_layout_gen_params),
	KUNIT_CASE_PARAM(igbr_rx_hostile_len_beyond_buffer, igbr_layout_gen_params),
	KUNIT_CASE_PARAM(igbr_rx_hostile_len_zero, igbr_layout_gen_params),
	KUNIT_CASE_PARAM(igbr_rx_hostile_len_below_header, igbr_layout_gen_params),
	KUNIT_CASE_PARAM(igbr_rx_hostile_damaged_len, igbr_layout_gen_params),
	KUNIT_CASE_PARAM(igbr_rx_hostile_part_not_full, igbr_layout_gen_params),
	KUNIT_CASE_PARAM(igbr_rx_hostile_part_too_long, igbr_layout_gen_params),
	KUNIT_CASE_PARAM(igbr_rx_hostile_bad_end, igbr_layout_gen_params),
	KUNIT_CASE_PARAM(igbr_rx_hostile_frame_too_long, igbr_layout_gen_params),
	KUNIT_CASE_PARAM(igbr_rx_hostile_no_end, igbr_layout_gen_params),
	KUNIT_CASE_PARAM(igbr_rx_hostile_stop_in_frame, igbr_layout_gen_params),
	KUNIT_CASE_PARAM(igbr_rx_hostile_stop_in_drop, igbr_layout_gen_params),
	KUNIT_CASE_PARAM(igbr_rx_hostile_not_given, igbr_layout_gen_params),
	KUNIT_CASE_PARAM(igbr_rx_hostile_wrong_index, igbr_layout_gen_params),
	KUNIT_CASE_PARAM(igbr_rx_hostile_head_beyond_ring, igbr_layout_gen_params),
	KUNIT_CASE_PARAM(igbr_rx_hostile_random, igbr_layout_gen_params),
	{ }
};

static struct kunit_suite igbr_rx_hostile_suite = {
	.name = "igbr_rx_hostile",
	.exit = igbr_test_close,
	.test_cases = igbr_rx_hostile_cases,
};

kunit_test_suite(igbr_rx_hostile_suite);
