// SPDX-License-Identifier: GPL-2.0-only
/*
 * The receive ring with an XDP program: slots whose frames were dropped keep their buffers, others
 * need new ones; and no program is run on what the device cannot have written.
 */
#include <linux/bitfield.h>
#include <linux/etherdevice.h>

#include "rx_device.h"

/* Longer than a buffer */
#define IGBR_TEST_LONG	5000

/*
 * A port with a program that returns byte 14 of the frame, its seed: the test chooses the verdict.
 * @frags: the program takes frames of several buffers.
 */
static struct igbr_test_port *igbr_xdp_test_open(struct kunit *test, unsigned int mtu, bool frags)
{
	const struct igbr_config config = IGBR_TEST_CONFIG(.rx_count = IGBR_RING_MIN, .mtu = mtu,
							   .xdp = true);
	const struct bpf_insn insns[] = {
		BPF_LDX_MEM(BPF_DW, BPF_REG_2, BPF_REG_1, offsetof(struct xdp_buff, data)),
		BPF_LDX_MEM(BPF_B, BPF_REG_0, BPF_REG_2, ETH_HLEN),
		BPF_EXIT_INSN(),
	};
	struct igbr_test_port *port = igbr_test_open(test, &config);

	igbr_test_add_prog(test, frags ? IGBR_TEST_PROG_FRAGS : IGBR_TEST_PROG_LINEAR, insns,
			   ARRAY_SIZE(insns));
	return port;
}

static u64 igbr_xdp_test_count(const struct igbr_test_port *port, unsigned int what)
{
	return u64_stats_read(&port->rx->stats.xdp[what]);
}

/* Nothing but drops: no slot ever needs a buffer, and the device gets its own ones again. */
static void igbr_xdp_test_drop(struct kunit *test)
{
	struct igbr_test_port *port = igbr_xdp_test_open(test, ETH_DATA_LEN, false);
	const struct igbr_rx_mem *mem = &port->rx->mem;
	unsigned int i, sent;

	for (sent = 0; sent < 5 * mem->count; sent += 31) {
		for (i = 0; i < 31; i++)
			igbr_rx_device_frame(test, IGBR_TEST_LEN, XDP_DROP, 0, 0);
		igbr_test_poll(port);
		igbr_rx_expect_consistent(test);
		/* By the first refill, those that were empty from the start have one, too. */
		KUNIT_EXPECT_EQ(test, port->rx->holes, 0);
	}
	KUNIT_EXPECT_TRUE(test, skb_queue_empty(&port->received));
	KUNIT_EXPECT_EQ(test, igbr_xdp_test_count(port, IGBR_XDP_DROP), sent);
	KUNIT_EXPECT_EQ(test, u64_stats_read(&port->rx->stats.bytes), (u64)sent * IGBR_TEST_LEN);
	KUNIT_EXPECT_EQ(test, u64_stats_read(&port->rx->stats.drops), 0);
}

/* Drops and passes in all orders: what is refilled is just what was passed on. */
static void igbr_xdp_test_mixed(struct kunit *test)
{
	struct igbr_test_port *port = igbr_xdp_test_open(test, ETH_DATA_LEN, false);
	unsigned int i, round, passed = 0;

	for (round = 0; round < 64; round++) {
		for (i = 0; i < 6; i++)
			igbr_rx_device_frame(test, IGBR_TEST_LEN,
					     round & BIT(i) ? XDP_PASS : XDP_DROP, 0, 0);
		igbr_test_poll(port);
		igbr_rx_expect_consistent(test);
		for (i = 0; i < hweight32(round); i++, passed++)
			kfree_skb(igbr_rx_expect_frame(test, IGBR_TEST_LEN, XDP_PASS));
		KUNIT_EXPECT_TRUE(test, skb_queue_empty(&port->received));
	}
	KUNIT_EXPECT_EQ(test, igbr_xdp_test_count(port, IGBR_XDP_DROP), 6 * 64 - passed);
	KUNIT_EXPECT_EQ(test, igbr_rx_packets(port->rx), 6 * 64);
}

/* A verdict that there is none of costs the frame, and the frame only. */
static void igbr_xdp_test_aborted(struct kunit *test)
{
	struct igbr_test_port *port = igbr_xdp_test_open(test, ETH_DATA_LEN, false);
	unsigned int i;

	for (i = 0; i < port->rx->mem.count; i++) {
		igbr_rx_device_frame(test, IGBR_TEST_LEN, i % 2 ? XDP_ABORTED : U8_MAX, 0, 0);
		igbr_test_poll(port);
	}
	igbr_rx_expect_consistent(test);
	KUNIT_EXPECT_EQ(test, igbr_xdp_test_count(port, IGBR_XDP_ABORTED), i);
	KUNIT_EXPECT_TRUE(test, skb_queue_empty(&port->received));
}

/* Frames go back where they came from, without a copy; those without room there are lost. */
static void igbr_xdp_test_tx(struct kunit *test)
{
	struct igbr_test_port *port = igbr_xdp_test_open(test, ETH_DATA_LEN, false);
	const struct igbr_rx_mem *mem = &port->rx->mem;
	struct igbr_tx_ring *tx = port->tx;
	unsigned int i, sent;

	for (i = 0; i < 50; i++) {
		igbr_rx_device_frame(test, IGBR_TEST_LEN, XDP_TX, 0, 0);
		igbr_rx_device_frame(test, IGBR_TEST_LEN, XDP_TX, 0, 0);
		igbr_test_poll(port);
	}
	sent = igbr_xdp_test_count(port, IGBR_XDP_TX);
	KUNIT_EXPECT_GT(test, sent, 0);
	KUNIT_EXPECT_LT(test, sent, tx->mem.count);
	KUNIT_EXPECT_EQ(test, sent + igbr_xdp_test_count(port, IGBR_XDP_FAILED), 100);
	KUNIT_EXPECT_EQ(test, igbr_test_reg(port, IGBR_TDT(0)), sent);
	igbr_rx_expect_consistent(test);
	for (i = 0; i < sent; i++) {
		u64 addr = le64_to_cpu(tx->mem.desc[i].data.addr);

		KUNIT_EXPECT_EQ(test, addr & ~PAGE_MASK, mem->headroom);
		KUNIT_EXPECT_EQ(test, FIELD_GET(IGBR_TXD_LENGTH,
						le64_to_cpu(tx->mem.desc[i].data.cmd)),
				IGBR_TEST_LEN);
	}

	WRITE_ONCE(*tx->head, cpu_to_le32(sent));
	igbr_test_poll(port);
	KUNIT_EXPECT_EQ(test, tx->next_to_clean, sent);
	KUNIT_EXPECT_EQ(test, tx->xdp_done, sent);
	KUNIT_EXPECT_EQ(test, u64_stats_read(&tx->packets), 0);
	igbr_rx_device_frame(test, IGBR_TEST_LEN, XDP_TX, 0, 0);
	igbr_test_poll(port);
	KUNIT_EXPECT_EQ(test, igbr_xdp_test_count(port, IGBR_XDP_TX), sent + 1);
	/* The last one is the device's when the port stops. */
}

/* A program that cannot see more than a buffer does not see such frames at all. */
static void igbr_xdp_test_no_frags(struct kunit *test)
{
	struct igbr_test_port *port = igbr_xdp_test_open(test, 9000, false);

	igbr_rx_device_frame(test, IGBR_TEST_LONG, XDP_PASS, 0, 0);
	igbr_rx_device_frame(test, IGBR_TEST_LEN, XDP_PASS, 0, 0);
	igbr_test_poll(port);
	kfree_skb(igbr_rx_expect_frame(test, IGBR_TEST_LEN, XDP_PASS));
	KUNIT_EXPECT_TRUE(test, skb_queue_empty(&port->received));
	KUNIT_EXPECT_EQ(test, igbr_xdp_test_count(port, IGBR_XDP_DROP), 1);
	igbr_rx_expect_consistent(test);
}

static void igbr_xdp_test_frags(struct kunit *test)
{
	struct igbr_test_port *port = igbr_xdp_test_open(test, 9000, true);
	unsigned int i;

	for (i = 0; i < port->rx->mem.count; i++) {
		igbr_rx_device_frame(test, IGBR_TEST_LONG, XDP_DROP, 0, 0);
		igbr_rx_device_frame(test, IGBR_TEST_LONG, XDP_PASS, 0, 0);
		igbr_rx_device_frame(test, IGBR_TEST_LONG, XDP_ABORTED, 0, 0);
		igbr_test_poll(port);
		kfree_skb(igbr_rx_expect_frame(test, IGBR_TEST_LONG, XDP_PASS));
		KUNIT_EXPECT_TRUE(test, skb_queue_empty(&port->received));
		igbr_rx_expect_consistent(test);
	}
	KUNIT_EXPECT_EQ(test, igbr_xdp_test_count(port, IGBR_XDP_DROP), i);
	KUNIT_EXPECT_EQ(test, igbr_xdp_test_count(port, IGBR_XDP_ABORTED), i);
}

/* The program sees no frame of which the device lies: else it had dropped and counted it. */
static void igbr_xdp_test_hostile(struct kunit *test)
{
	struct igbr_test_port *port = igbr_xdp_test_open(test, 9000, true);
	unsigned int len = port->rx->mem.buf_len;

	igbr_rx_device_lie(test, 0, IGBR_RXD_EOP);
	igbr_rx_device_lie(test, ETH_HLEN - 1, IGBR_RXD_EOP);
	igbr_rx_device_lie(test, len + 1, IGBR_RXD_EOP);
	igbr_rx_device_lie(test, U16_MAX, IGBR_RXD_EOP);
	igbr_rx_device_lie(test, len, 0);
	igbr_rx_device_lie(test, 0, IGBR_RXD_EOP);
	igbr_rx_device_lie(test, len - 1, 0);
	igbr_rx_device_lie(test, len, IGBR_RXD_EOP);
	igbr_rx_device_lie(test, len, 0);
	igbr_rx_device_lie(test, len, 0);
	igbr_rx_device_lie(test, len, 0);
	igbr_rx_device_lie(test, IGBR_TEST_LEN, IGBR_RXD_EOP);
	igbr_test_poll(port);
	igbr_rx_expect_rejected(test, 7);
	igbr_rx_expect_consistent(test);
	KUNIT_EXPECT_EQ(test, igbr_rx_packets(port->rx), 0);
}

static struct kunit_case igbr_xdp_cases[] = {
	KUNIT_CASE(igbr_xdp_test_drop),
	KUNIT_CASE(igbr_xdp_test_mixed),
	KUNIT_CASE(igbr_xdp_test_aborted),
	KUNIT_CASE(igbr_xdp_test_tx),
	KUNIT_CASE(igbr_xdp_test_no_frags),
	KUNIT_CASE(igbr_xdp_test_frags),
	KUNIT_CASE(igbr_xdp_test_hostile),
	{ }
};

static struct kunit_suite igbr_xdp_suite = {
	.name = "igbr_xdp",
	.exit = igbr_test_close,
	.test_cases = igbr_xdp_cases,
};

kunit_test_suite(igbr_xdp_suite);
