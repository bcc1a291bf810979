// SPDX-License-Identifier: GPL-2.0-only
/*
 * The receive ring: its arithmetic, and what a packet has from its descriptor.
 */
#include <linux/bitfield.h>
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>

#include "rx_device.h"
#include "rx_layouts.h"

/* Every slot up to the tail has a buffer of its own, which the descriptor leads to. */
static void igbr_rx_test_fill(struct kunit *test)
{
	struct igbr_test_port *port = igbr_rx_layout_open(test);
	struct igbr_rx_mem *mem = &port->rx->mem;
	unsigned int i, given = mem->count - IGBR_TEST_EMPTY, tailroom;

	tailroom = SKB_DATA_ALIGN(sizeof(struct skb_shared_info));
	KUNIT_EXPECT_EQ(test, igbr_test_reg(port, IGBR_RDT(0)), given);
	KUNIT_EXPECT_EQ(test, port->rx->next_to_use, given);
	KUNIT_EXPECT_EQ(test, port->rx->next_to_clean, 0);
	for (i = 0; i < given; i++) {
		unsigned int start = offset_in_page(mem->bufs[i]) % mem->truesize;

		KUNIT_ASSERT_NOT_NULL(test, mem->bufs[i]);
		KUNIT_EXPECT_EQ(test, le64_to_cpu(mem->desc[i].read.addr),
				virt_to_phys(mem->bufs[i]));
		KUNIT_EXPECT_TRUE(test, !mem->desc[i].read.hdr_addr);
		KUNIT_EXPECT_EQ(test, start, mem->headroom);
		KUNIT_EXPECT_LE(test, start + mem->buf_len + tailroom, mem->truesize);
		if (i)
			KUNIT_EXPECT_PTR_NE(test, mem->bufs[i], mem->bufs[i - 1]);
	}
	for (; i < mem->count; i++)
		KUNIT_EXPECT_NULL(test, mem->bufs[i]);
}

/* Slots without a buffer, beside those that are never given to the device */
static unsigned int igbr_rx_test_empty(const struct igbr_rx_ring *ring)
{
	unsigned int count = ring->mem.count;

	return (ring->next_to_clean + count - ring->next_to_use) % count - IGBR_TEST_EMPTY;
}

/* The device gets new buffers by the batch, and not before. */
static void igbr_rx_test_batch(struct kunit *test)
{
	struct igbr_test_port *port = igbr_rx_layout_open(test);
	struct igbr_rx_mem *mem = &port->rx->mem;
	unsigned int i, tail = igbr_test_reg(port, IGBR_RDT(0));

	for (i = 1; i < mem->batch; i++)
		igbr_rx_expect_works(test);
	KUNIT_EXPECT_EQ(test, igbr_test_reg(port, IGBR_RDT(0)), tail);
	igbr_rx_expect_works(test);
	KUNIT_EXPECT_EQ(test, igbr_test_reg(port, IGBR_RDT(0)), (tail + mem->batch) % mem->count);
	KUNIT_EXPECT_EQ(test, port->rx->next_to_use, (tail + mem->batch) % mem->count);
}

static const struct igbr_test_layout igbr_rings[] = {
	{ "80 descriptors", IGBR_TEST_CONFIG(.rx_count = IGBR_RING_MIN, .mtu = 1500) },
	{ "88 descriptors of pages", IGBR_TEST_CONFIG(.rx_count = 88, .mtu = 9000) },
	{ "256 descriptors for XDP", IGBR_TEST_CONFIG(.rx_count = 256, .mtu = 1500, .xdp = true) },
	{ "4096 descriptors", IGBR_TEST_CONFIG(.rx_count = IGBR_RING_MAX, .mtu = 1500) },
};

KUNIT_ARRAY_PARAM_DESC(igbr_ring, igbr_rings, name);

/* After a burst the device gets all that there is room for, however far the batch was. */
static void igbr_rx_test_top_up(struct kunit *test)
{
	struct igbr_test_port *port = igbr_rx_layout_open(test);
	struct igbr_rx_ring *ring = port->rx;
	unsigned int i, left, lead = ring->mem.batch * 3 / 4;

	for (i = 0; i < lead; i++)
		igbr_rx_expect_works(test);
	KUNIT_EXPECT_EQ(test, igbr_rx_test_empty(ring), lead);
	/* More than a poll takes */
	for (i = 0; i < min(ring->mem.count - IGBR_TEST_EMPTY - lead, 100); i++)
		igbr_rx_device_frame(test, ETH_ZLEN, i, 0, 0);
	igbr_test_poll(port);
	left = igbr_rx_test_empty(ring);
	/* A page may have buffers for two. */
	KUNIT_EXPECT_LE(test, left, 1);
	igbr_rx_expect_consistent(test);
	skb_queue_purge(&port->received);

	/* Then by the batch again. */
	for (i = 0; i < 2; i++)
		igbr_rx_expect_works(test);
	KUNIT_EXPECT_EQ(test, igbr_rx_test_empty(ring), left + 2);
	igbr_rx_expect_consistent(test);
}

/* Frames come out in order and whole, in bursts of all lengths, three times round the ring. */
static void igbr_rx_test_wrap(struct kunit *test)
{
	struct igbr_test_port *port = igbr_rx_layout_open(test);
	unsigned int sent = 0, taken = 0, burst = 0, i;
	unsigned int frames = 3 * port->rx->mem.count;

	while (sent < frames) {
		burst = burst % 50 + 1;
		for (i = 0; i < burst; i++, sent++)
			igbr_rx_device_frame(test, ETH_ZLEN + sent % 7, sent, 0, 0);
		igbr_test_poll(port);
		for (i = 0; i < burst; i++, taken++)
			kfree_skb(igbr_rx_expect_frame(test, ETH_ZLEN + taken % 7, taken));
		igbr_rx_expect_consistent(test);
	}
	KUNIT_EXPECT_EQ(test, igbr_rx_packets(port->rx), sent);
	KUNIT_EXPECT_EQ(test, u64_stats_read(&port->rx->stats.drops), 0);
}

/* The longest frame, over as many buffers as it takes; so many that some cross the ring's end. */
static void igbr_rx_test_longest_frame(struct kunit *test)
{
	struct igbr_test_port *port = igbr_rx_layout_open(test);
	unsigned int i, len = port->rx->mem.max_frame;

	for (i = 0; i < min(2 * port->rx->mem.count / port->rx->mem.frame_bufs + 1, 90); i++) {
		igbr_rx_device_frame(test, len, i, 0, 0);
		igbr_test_poll(port);
		kfree_skb(igbr_rx_expect_frame(test, len, i));
	}
	KUNIT_EXPECT_EQ(test, u64_stats_read(&port->rx->stats.bytes), i * (u64)len);
}

/* Features are taken from the descriptor; bits that mean nothing change nothing. */
static void igbr_rx_test_status(struct kunit *test)
{
	u64 status = GENMASK_ULL(31, 0) & ~(IGBR_RXD_CSUM_ERRORS | IGBR_RXD_RXE);
	struct igbr_test_port *port = igbr_rx_layout_open(test);
	struct sk_buff *skb;

	igbr_rx_device_frame(test, IGBR_TEST_LEN, 1, FIELD_PREP(IGBR_RXD_HASH, 0x12345678) | 1,
			     status | FIELD_PREP(IGBR_RXD_VLAN, 0xa123));
	igbr_test_poll(port);
	skb = igbr_rx_expect_frame(test, IGBR_TEST_LEN, 1);
	KUNIT_EXPECT_TRUE(test, skb->ip_summed == CHECKSUM_UNNECESSARY);
	KUNIT_EXPECT_EQ(test, skb->hash, 0x12345678);
	KUNIT_EXPECT_TRUE(test, skb->l4_hash);
	KUNIT_EXPECT_TRUE(test, skb_vlan_tag_present(skb));
	KUNIT_EXPECT_EQ(test, skb_vlan_tag_get(skb), 0xa123);
	kfree_skb(skb);

	igbr_rx_set_features(port->rx, 0);
	igbr_rx_device_frame(test, IGBR_TEST_LEN, 2, FIELD_PREP(IGBR_RXD_HASH, 0x12345678) | 1,
			     status | FIELD_PREP(IGBR_RXD_VLAN, 0xa123));
	igbr_test_poll(port);
	skb = igbr_rx_expect_frame(test, IGBR_TEST_LEN, 2);
	KUNIT_EXPECT_TRUE(test, skb->ip_summed == CHECKSUM_NONE);
	KUNIT_EXPECT_EQ(test, skb->hash, 0);
	KUNIT_EXPECT_FALSE(test, skb_vlan_tag_present(skb));
	kfree_skb(skb);
}

/* RSS types above 9 are none, as 0 is: what stands in the place of the hash is no hash. */
static void igbr_rx_test_rss_type(struct kunit *test)
{
	static const bool is_l4[16] = { [1] = true, [3] = true, [6] = true, [7] = true, [8] = true,
					[9] = true };
	struct igbr_test_port *port = igbr_rx_layout_open(test);
	struct sk_buff *skb;
	unsigned int type;

	for (type = 0; type < ARRAY_SIZE(is_l4); type++) {
		igbr_rx_device_frame(test, IGBR_TEST_LEN, type,
				     FIELD_PREP(IGBR_RXD_HASH, 0x12345678) | type, 0);
		igbr_test_poll(port);
		skb = igbr_rx_expect_frame(test, IGBR_TEST_LEN, type);
		KUNIT_EXPECT_EQ(test, skb->hash, type >= 1 && type <= 9 ? 0x12345678 : 0);
		KUNIT_EXPECT_EQ(test, !!skb->l4_hash, is_l4[type]);
		kfree_skb(skb);
	}
}

/* A tag is one by its bit alone, whatever its value; without the bit there is none. */
static void igbr_rx_test_vlan(struct kunit *test)
{
	static const u16 tags[] = { 0, 1, VLAN_N_VID - 1, 0x8000, U16_MAX };
	struct igbr_test_port *port = igbr_rx_layout_open(test);
	struct sk_buff *skb;
	unsigned int i;

	for (i = 0; i < 2 * ARRAY_SIZE(tags); i++) {
		u16 tag = tags[i / 2];

		igbr_rx_device_frame(test, IGBR_TEST_LEN, i, 0, FIELD_PREP(IGBR_RXD_VLAN, tag) |
				     (i % 2 ? IGBR_RXD_VP : 0));
		igbr_test_poll(port);
		skb = igbr_rx_expect_frame(test, IGBR_TEST_LEN, i);
		KUNIT_EXPECT_EQ(test, skb_vlan_tag_present(skb), i % 2);
		if (i % 2)
			KUNIT_EXPECT_EQ(test, skb_vlan_tag_get(skb), tag);
		kfree_skb(skb);
	}
}

/*
 * Each status and error bit by itself, among them those that say of a time stamp before the frame
 * or in a register (82580), of a split header and of a packet's type: no one moves or cuts a frame.
 */
static void igbr_rx_test_each_bit(struct kunit *test)
{
	struct igbr_test_port *port = igbr_rx_layout_open(test);
	struct sk_buff *skb;
	unsigned int bit;

	for (bit = 2; bit < 31; bit++) {
		igbr_rx_device_frame(test, IGBR_TEST_LEN, bit, 0, BIT_ULL(bit));
		igbr_test_poll(port);
		skb = igbr_rx_expect_frame(test, IGBR_TEST_LEN, bit);
		KUNIT_EXPECT_EQ(test, skb->ip_summed == CHECKSUM_UNNECESSARY, bit == 5);
		KUNIT_EXPECT_EQ(test, skb_vlan_tag_present(skb), bit == 3);
		KUNIT_EXPECT_TRUE(test, !skb_hwtstamps(skb)->hwtstamp);
		kfree_skb(skb);
	}
	/* The first word: packet type in 16:4, length of the header in 30:21, split header in 31 */
	for (bit = 4; bit < 32; bit++) {
		igbr_rx_device_frame(test, IGBR_TEST_LEN, bit, BIT_ULL(bit), 0);
		igbr_test_poll(port);
		skb = igbr_rx_expect_frame(test, IGBR_TEST_LEN, bit);
		KUNIT_EXPECT_TRUE(test, skb->ip_summed == CHECKSUM_NONE);
		KUNIT_EXPECT_EQ(test, skb->hash, 0);
		kfree_skb(skb);
	}
	igbr_rx_device_frame(test, IGBR_TEST_LEN, 1, GENMASK_ULL(31, 4), 0);
	igbr_test_poll(port);
	kfree_skb(igbr_rx_expect_frame(test, IGBR_TEST_LEN, 1));
	KUNIT_EXPECT_EQ(test, u64_stats_read(&port->rx->stats.drops), 0);
	KUNIT_EXPECT_EQ(test, u64_stats_read(&port->rx->stats.csum_errors), 2);
}

/* A frame with a wrong checksum is the stack's to judge, even if the device calls it right, too. */
static void igbr_rx_test_wrong_checksum(struct kunit *test)
{
	struct igbr_test_port *port = igbr_rx_layout_open(test);
	struct sk_buff *skb;

	igbr_rx_device_frame(test, IGBR_TEST_LEN, 1, 0, IGBR_RXD_L4CS | IGBR_RXD_L4E);
	igbr_rx_device_frame(test, IGBR_TEST_LEN, 2, 0, IGBR_RXD_L4CS | IGBR_RXD_IPE);
	igbr_test_poll(port);
	skb = igbr_rx_expect_frame(test, IGBR_TEST_LEN, 1);
	KUNIT_EXPECT_TRUE(test, skb->ip_summed == CHECKSUM_NONE);
	kfree_skb(skb);
	skb = igbr_rx_expect_frame(test, IGBR_TEST_LEN, 2);
	KUNIT_EXPECT_TRUE(test, skb->ip_summed == CHECKSUM_NONE);
	kfree_skb(skb);
	KUNIT_EXPECT_EQ(test, u64_stats_read(&port->rx->stats.csum_errors), 2);
}

static void igbr_rx_test_damaged(struct kunit *test)
{
	struct igbr_test_port *port = igbr_rx_layout_open(test);
	const struct igbr_rx_stats *stats = &port->rx->stats;

	igbr_rx_device_frame(test, IGBR_TEST_LEN, 1, 0, IGBR_RXD_RXE);
	igbr_test_poll(port);
	KUNIT_EXPECT_TRUE(test, skb_queue_empty(&port->received));
	KUNIT_EXPECT_EQ(test, u64_stats_read(&stats->errors), 1);
	KUNIT_EXPECT_EQ(test, u64_stats_read(&stats->drops), 1);
	KUNIT_EXPECT_EQ(test, u64_stats_read(&stats->bad_descs), 0);
	igbr_rx_expect_works(test);

	igbr_rx_set_features(port->rx, NETIF_F_RXALL);
	igbr_rx_device_frame(test, IGBR_TEST_LEN, 2, 0, IGBR_RXD_RXE);
	igbr_test_poll(port);
	kfree_skb(igbr_rx_expect_frame(test, IGBR_TEST_LEN, 2));
	KUNIT_EXPECT_EQ(test, u64_stats_read(&stats->errors), 1);
}

/* A ring that has gone once round between two looks of the service task is not stuck. */
static void igbr_rx_test_health_once_round(struct kunit *test)
{
	struct igbr_test_port *port = igbr_rx_layout_open(test);
	struct igbr_rx_ring *ring = port->rx;
	unsigned int i;

	KUNIT_EXPECT_EQ(test, igbr_rx_health(ring, 1), IGBR_RX_WELL);
	for (i = 0; i < ring->mem.count; i++)
		igbr_rx_expect_works(test);
	KUNIT_EXPECT_EQ(test, ring->next_to_clean, 0);
	KUNIT_EXPECT_EQ(test, igbr_rx_health(ring, 1), IGBR_RX_WELL);
	KUNIT_EXPECT_EQ(test, igbr_rx_health(ring, 1), IGBR_RX_STUCK);
}

static struct kunit_case igbr_rx_cases[] = {
	KUNIT_CASE_PARAM(igbr_rx_test_fill, igbr_layout_gen_params),
	KUNIT_CASE_PARAM(igbr_rx_test_batch, igbr_layout_gen_params),
	KUNIT_CASE_PARAM(igbr_rx_test_top_up, igbr_ring_gen_params),
	KUNIT_CASE_PARAM(igbr_rx_test_wrap, igbr_ring_gen_params),
	KUNIT_CASE_PARAM(igbr_rx_test_longest_frame, igbr_layout_gen_params),
	KUNIT_CASE_PARAM(igbr_rx_test_status, igbr_layout_gen_params),
	KUNIT_CASE_PARAM(igbr_rx_test_rss_type, igbr_layout_gen_params),
	KUNIT_CASE_PARAM(igbr_rx_test_vlan, igbr_layout_gen_params),
	KUNIT_CASE_PARAM(igbr_rx_test_each_bit, igbr_layout_gen_params),
	KUNIT_CASE_PARAM(igbr_rx_test_wrong_checksum, igbr_layout_gen_params),
	KUNIT_CASE_PARAM(igbr_rx_test_damaged, igbr_layout_gen_params),
	KUNIT_CASE_PARAM(igbr_rx_test_health_once_round, igbr_layout_gen_params),
	{ }
};

static struct kunit_suite igbr_rx_suite = {
	.name = "igbr_rx",
	.exit = igbr_test_close,
	.test_cases = igbr_rx_cases,
};

kunit_test_suite(igbr_rx_suite);
