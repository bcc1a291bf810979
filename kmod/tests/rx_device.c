// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a device does to a receive ring, honest or not.
 */
#include <linux/bitfield.h>
#include <linux/etherdevice.h>

#include "rx_device.h"

#define IGBR_TEST_ETHERTYPE	0x88b5	/* for local experiments: nobody in the stack takes it */

/* The byte at @offset of a frame that is known by @seed */
static u8 igbr_rx_device_byte(unsigned int seed, unsigned int offset)
{
	static const u8 header[] = { 0x02, 0, 0, 0, 0, 1, 0x02, 0, 0, 0, 0, 2,
				     IGBR_TEST_ETHERTYPE >> 8, IGBR_TEST_ETHERTYPE & 0xff };

	return offset < sizeof(header) ? header[offset] : seed + (offset - sizeof(header)) * 7;
}

static void igbr_test_free_prog(void *prog)
{
	bpf_prog_free(prog);
}

/**
 * igbr_test_add_prog - give the port of a test an XDP program
 * @test: the test, its ring laid out for XDP; the program goes with it
 * @kind: what it takes
 * @insns: its instructions, as the verifier leaves them
 * @count: their number
 */
void igbr_test_add_prog(struct kunit *test, enum igbr_test_prog kind, const struct bpf_insn *insns,
			unsigned int count)
{
	struct bpf_prog *prog = bpf_prog_alloc(bpf_prog_size(count), 0);
	struct igbr_test_port *port = test->priv;
	int err;

	KUNIT_ASSERT_NOT_NULL(test, prog);
	prog->type = BPF_PROG_TYPE_XDP;
	prog->len = count;
	prog->aux->xdp_has_frags = kind == IGBR_TEST_PROG_FRAGS;
	memcpy(prog->insnsi, insns, count * sizeof(*insns));
	prog = bpf_prog_select_runtime(prog, &err);
	KUNIT_ASSERT_EQ(test, err, 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, igbr_test_free_prog, prog), 0);
	WRITE_ONCE(port->rx->prog, prog);
}

/**
 * igbr_rx_device_take - let the device come to the next descriptor
 * @test: the test
 *
 * Return: the descriptor, which the driver must have given it.
 */
union igbr_rx_desc *igbr_rx_device_take(struct kunit *test)
{
	struct igbr_test_port *port = test->priv;
	unsigned int index = port->device_rx;

	KUNIT_ASSERT_NE_MSG(test, index, igbr_test_reg(port, IGBR_RDT(0)),
			    "the device has no descriptor");
	port->device_rx = (index + 1) % port->rx->mem.count;
	return &port->rx->mem.desc[index];
}

/**
 * igbr_rx_device_write_back - write a descriptor back
 * @desc: the descriptor
 * @lower: its first word
 * @upper: its second, to which DD is added
 */
void igbr_rx_device_write_back(union igbr_rx_desc *desc, u64 lower, u64 upper)
{
	desc->wb.lower = cpu_to_le64(lower);
	/* What says that the rest is there comes last. */
	smp_wmb();
	WRITE_ONCE(desc->wb.upper, cpu_to_le64(upper | IGBR_RXD_DD));
}

/**
 * igbr_rx_device_lie - say of the next descriptor what may not be true
 * @test: the test
 * @len: bytes that were written to its buffer; in truth, there were none
 * @status: IGBR_RXD_*
 */
void igbr_rx_device_lie(struct kunit *test, unsigned int len, u64 status)
{
	igbr_rx_device_write_back(igbr_rx_device_take(test), 0,
				  FIELD_PREP(IGBR_RXD_LENGTH, len) | status);
}

/**
 * igbr_rx_device_frame - receive a good frame
 * @test: the test
 * @len: its length; it takes as many buffers as it needs
 * @seed: its byte 14, from which all others behind that follow
 * @lower: what its descriptors have in the first word
 * @upper: what they have in the second beside the length and the end of the frame
 */
void igbr_rx_device_frame(struct kunit *test, unsigned int len, unsigned int seed, u64 lower,
			  u64 upper)
{
	struct igbr_test_port *port = test->priv;
	unsigned int done = 0, piece, i;

	while (done < len) {
		union igbr_rx_desc *desc = igbr_rx_device_take(test);
		u8 *buf = phys_to_virt(le64_to_cpu(desc->read.addr));

		piece = min_t(unsigned int, len - done, port->rx->mem.buf_len);
		for (i = 0; i < piece; i++)
			buf[i] = igbr_rx_device_byte(seed, done + i);
		done += piece;
		igbr_rx_device_write_back(desc, lower, FIELD_PREP(IGBR_RXD_LENGTH, piece) | upper |
					  (done == len ? IGBR_RXD_EOP : 0));
	}
}

/**
 * igbr_rx_expect_frame - the driver passed up the frame of igbr_rx_device_frame(), byte for byte
 * @test: the test
 * @len: the frame's length
 * @seed: its seed
 *
 * Return: its packet.
 */
struct sk_buff *igbr_rx_expect_frame(struct kunit *test, unsigned int len, unsigned int seed)
{
	struct igbr_test_port *port = test->priv;
	struct sk_buff *skb = skb_dequeue(&port->received);
	unsigned int i, wrong = 0;
	u8 *data;

	KUNIT_ASSERT_NOT_NULL_MSG(test, skb, "the frame was not passed up");
	skb_push(skb, ETH_HLEN);
	KUNIT_EXPECT_EQ(test, skb->len, len);
	data = kunit_kmalloc(test, len, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, data);
	KUNIT_EXPECT_EQ(test, skb_copy_bits(skb, 0, data, len), 0);
	for (i = 0; i < len; i++)
		wrong += data[i] != igbr_rx_device_byte(seed, i);
	KUNIT_EXPECT_EQ(test, wrong, 0);
	kunit_kfree(test, data);
	return skb;
}

/**
 * igbr_rx_expect_works - a good frame arrives as if nothing had been before it
 * @test: the test
 */
void igbr_rx_expect_works(struct kunit *test)
{
	struct igbr_test_port *port = test->priv;

	igbr_rx_device_frame(test, IGBR_TEST_LEN, 42, 0, 0);
	igbr_test_poll(port);
	kfree_skb(igbr_rx_expect_frame(test, IGBR_TEST_LEN, 42));
	KUNIT_EXPECT_TRUE(test, skb_queue_empty(&port->received));
}

/**
 * igbr_rx_expect_rejected - the driver passed up nothing, and knows why
 * @test: the test
 * @lies: frames of which the device said what cannot be true
 */
void igbr_rx_expect_rejected(struct kunit *test, unsigned int lies)
{
	struct igbr_test_port *port = test->priv;
	const struct igbr_rx_stats *stats = &port->rx->stats;

	KUNIT_EXPECT_EQ(test, skb_queue_len(&port->received), 0);
	KUNIT_EXPECT_EQ(test, u64_stats_read(&stats->bad_descs), lies);
	KUNIT_EXPECT_EQ(test, u64_stats_read(&stats->drops), lies);
	KUNIT_EXPECT_EQ(test, u64_stats_read(&stats->bytes), 0);
}

/**
 * igbr_rx_expect_consistent - the device has enough slots, and each of them has a buffer
 * @test: the test
 *
 * Of the others none has a buffer, but with XDP those of frames that were dropped.
 */
void igbr_rx_expect_consistent(struct kunit *test)
{
	struct igbr_test_port *port = test->priv;
	const struct igbr_rx_ring *ring = port->rx;
	const struct igbr_rx_mem *mem = &ring->mem;
	unsigned int i, given, wrong = 0, holes = 0;

	given = (ring->next_to_use + mem->count - ring->next_to_clean) % mem->count;
	KUNIT_EXPECT_GT(test, given, mem->count - IGBR_TEST_EMPTY - mem->batch);
	KUNIT_EXPECT_LE(test, given, mem->count - IGBR_TEST_EMPTY);
	KUNIT_EXPECT_EQ(test, igbr_test_reg(port, IGBR_RDT(0)), ring->next_to_use);
	KUNIT_EXPECT_EQ(test, port->device_rx, ring->next_to_clean);
	for (i = 0; i < mem->count; i++) {
		unsigned int slot = (ring->next_to_clean + i) % mem->count;
		u64 upper = le64_to_cpu(mem->desc[slot].wb.upper);

		if (i < given)
			wrong += !mem->bufs[slot] || upper & IGBR_RXD_DD;
		else
			holes += !mem->bufs[slot];
	}
	KUNIT_EXPECT_EQ(test, wrong, 0);
	KUNIT_EXPECT_EQ(test, holes, mem->xdp ? ring->holes : mem->count - given);
}
