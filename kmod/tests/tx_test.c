// SPDX-License-Identifier: GPL-2.0-only
/*
 * The transmit ring: the descriptors of each kind of frame, its arithmetic, and what becomes of
 * heads that the device cannot have come to.
 */
#include <linux/bitfield.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/prandom.h>
#include <linux/sctp.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ip6_checksum.h>
#include <net/tcp.h>

#include "port.h"

/* Frames above IGBR_TX_COPY_LEN are mapped. */
#define IGBR_TEST_LEN		600

#define IGBR_TEST_DATA	(FIELD_PREP(IGBR_TXD_DTYP, IGBR_DTYP_DATA) | IGBR_TXD_DEXT | IGBR_TXD_IFCS)
#define IGBR_TEST_END	(IGBR_TXD_EOP | IGBR_TXD_RS)
#define IGBR_TEST_CONTEXT	(FIELD_PREP(IGBR_TXD_DTYP, IGBR_DTYP_CONTEXT) | IGBR_TXD_DEXT)

static struct igbr_test_port *igbr_tx_test_open(struct kunit *test)
{
	static const struct igbr_config config = {
		.rx_count = IGBR_RING_MIN,
		.tx_count = IGBR_RING_MIN,
		.queues = 1,
		.mtu = 1500,
	};

	return igbr_test_open(test, &config);
}

static void igbr_tx_test_freed(struct sk_buff *skb)
{
	struct igbr_test_port *port = *(struct igbr_test_port **)skb->cb;

	atomic_inc(&port->freed);
}

/* A frame of @len bytes in one piece; that it is freed is counted. */
static struct sk_buff *igbr_tx_test_frame(struct kunit *test, unsigned int len)
{
	struct igbr_test_port *port = test->priv;
	struct sk_buff *skb = alloc_skb(len + NET_SKB_PAD, GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reserve(skb, NET_SKB_PAD);
	for (i = 0; i < len; i++)
		skb_put_u8(skb, i);
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, ETH_HLEN);
	skb->dev = port->adapter->netdev;
	skb->protocol = htons(ETH_P_802_3);
	*(struct igbr_test_port **)skb->cb = port;
	skb->destructor = igbr_tx_test_freed;
	return skb;
}

/* Add a fragment of @len bytes. */
static void igbr_tx_test_add_frag(struct kunit *test, struct sk_buff *skb, unsigned int len)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_COMP | __GFP_ZERO, get_order(len));

	KUNIT_ASSERT_NOT_NULL(test, page);
	skb_add_rx_frag(skb, skb_shinfo(skb)->nr_frags, page, 0, len, PAGE_SIZE << get_order(len));
}

static void igbr_tx_test_send(struct kunit *test, struct sk_buff *skb, bool more)
{
	struct igbr_test_port *port = test->priv;
	struct netdev_queue *txq = port->tx->txq;
	netdev_tx_t result;

	local_bh_disable();
	__netif_tx_lock(txq, smp_processor_id());
	result = netdev_start_xmit(skb, port->adapter->netdev, txq, more);
	__netif_tx_unlock(txq);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, result, NETDEV_TX_OK);
}

/* The device says that it has done all descriptors before @head. */
static void igbr_tx_test_done(struct igbr_test_port *port, u32 head)
{
	WRITE_ONCE(*port->tx->head, cpu_to_le32(head));
	igbr_test_poll(port);
}

/* What was sent is done and given back, and it was so many frames. */
static void igbr_tx_test_complete(struct kunit *test, unsigned int frames)
{
	struct igbr_test_port *port = test->priv;

	igbr_tx_test_done(port, port->tx->next_to_use);
	KUNIT_EXPECT_EQ(test, port->tx->next_to_clean, port->tx->next_to_use);
	KUNIT_EXPECT_EQ(test, atomic_read(&port->freed), frames);
	KUNIT_EXPECT_EQ(test, u64_stats_read(&port->tx->bad_heads), 0);
}

static const union igbr_tx_desc *igbr_tx_test_desc(struct igbr_test_port *port, unsigned int index)
{
	return &port->tx->mem.desc[index];
}

/* Descriptor @index is of a piece of @len bytes at @data, with these other bits. */
static void igbr_tx_test_expect(struct kunit *test, unsigned int index, void *data,
				unsigned int len, u64 cmd)
{
	const union igbr_tx_desc *desc = igbr_tx_test_desc(test->priv, index);

	if (data)
		KUNIT_EXPECT_EQ(test, le64_to_cpu(desc->data.addr), virt_to_phys(data));
	KUNIT_EXPECT_EQ(test, le64_to_cpu(desc->data.cmd), IGBR_TEST_DATA | cmd | len);
}

/* Descriptor @index is such a context. */
static void igbr_tx_test_expect_context(struct kunit *test, unsigned int index, u32 lens, u32 type,
					u32 mss)
{
	const union igbr_tx_desc *desc = igbr_tx_test_desc(test->priv, index);

	KUNIT_EXPECT_EQ(test, le32_to_cpu(desc->context.vlan_macip_lens), lens);
	KUNIT_EXPECT_TRUE(test, !desc->context.reserved);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(desc->context.type_tucmd), IGBR_TEST_CONTEXT | type);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(desc->context.mss_l4len), mss);
}

static u32 igbr_tx_test_tail(struct igbr_test_port *port)
{
	return igbr_test_reg(port, IGBR_TDT(0));
}

static void igbr_tx_test_plain(struct kunit *test)
{
	struct igbr_test_port *port = igbr_tx_test_open(test);
	struct sk_buff *skb = igbr_tx_test_frame(test, IGBR_TEST_LEN);
	void *data = skb->data;

	igbr_tx_test_send(test, skb, false);
	igbr_tx_test_expect(test, 0, data, IGBR_TEST_LEN,
			    IGBR_TEST_END | FIELD_PREP(IGBR_TXD_PAYLEN, IGBR_TEST_LEN));
	KUNIT_EXPECT_EQ(test, igbr_tx_test_tail(port), 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&port->freed), 0);
	igbr_tx_test_complete(test, 1);
	KUNIT_EXPECT_EQ(test, u64_stats_read(&port->tx->packets), 1);
	KUNIT_EXPECT_EQ(test, u64_stats_read(&port->tx->bytes), IGBR_TEST_LEN);
}

/* A short frame is copied to a slot, and the stack has it back at once; slots are used in turn. */
static void igbr_tx_test_copied(struct kunit *test)
{
	struct igbr_test_port *port = igbr_tx_test_open(test);
	unsigned int i, slot, len = 60, frames = 2 * IGBR_TX_COPIES;
	struct igbr_tx_ring *ring = port->tx;

	for (i = 0; i < frames; i++) {
		struct sk_buff *skb = igbr_tx_test_frame(test, len);
		unsigned int index = ring->next_to_use;

		skb->data[0] = i;
		igbr_tx_test_send(test, skb, false);
		KUNIT_EXPECT_EQ(test, atomic_read(&port->freed), i + 1);
		slot = i % IGBR_TX_COPIES * IGBR_TX_COPY_LEN;
		KUNIT_EXPECT_EQ(test, le64_to_cpu(igbr_tx_test_desc(port, index)->data.addr),
				ring->mem.copies_dma + slot);
		igbr_tx_test_expect(test, index, NULL, len,
				    IGBR_TEST_END | FIELD_PREP(IGBR_TXD_PAYLEN, len));
		KUNIT_EXPECT_EQ(test, *(u8 *)(ring->mem.copies + slot), i & 0xff);
		KUNIT_EXPECT_EQ(test, *(u8 *)(ring->mem.copies + slot + len - 1), len - 1);
		if (i % 40 == 39)
			igbr_tx_test_complete(test, i + 1);
	}
	igbr_tx_test_complete(test, frames);
	KUNIT_EXPECT_EQ(test, u64_stats_read(&ring->packets), frames);
	KUNIT_EXPECT_EQ(test, u64_stats_read(&ring->bytes), frames * len);
}

/* The device takes no frame that is shorter than it can pad. */
static void igbr_tx_test_short(struct kunit *test)
{
	struct igbr_test_port *port = igbr_tx_test_open(test);
	unsigned int i;
	u8 *copy;

	memset(port->tx->mem.copies, 0xff, IGBR_TX_COPY_LEN);
	igbr_tx_test_send(test, igbr_tx_test_frame(test, 10), false);
	igbr_tx_test_expect(test, 0, NULL, 17, IGBR_TEST_END | FIELD_PREP(IGBR_TXD_PAYLEN, 17));
	copy = port->tx->mem.copies;
	KUNIT_EXPECT_EQ(test, copy[9], 9);
	for (i = 10; i < 17; i++)
		KUNIT_EXPECT_EQ(test, copy[i], 0);
	igbr_tx_test_complete(test, 1);
}

/* A piece of the frame takes one descriptor, or several where it is longer than one can say. */
static void igbr_tx_test_frags(struct kunit *test)
{
	struct igbr_test_port *port = igbr_tx_test_open(test);
	struct sk_buff *skb = igbr_tx_test_frame(test, 100);
	unsigned int len = 100 + 1000 + 40000;
	u64 pay = FIELD_PREP(IGBR_TXD_PAYLEN, len);
	void *data = skb->data;
	void *small, *large;

	igbr_tx_test_add_frag(test, skb, 1000);
	igbr_tx_test_add_frag(test, skb, 40000);
	small = skb_frag_address(&skb_shinfo(skb)->frags[0]);
	large = skb_frag_address(&skb_shinfo(skb)->frags[1]);
	igbr_tx_test_send(test, skb, false);
	igbr_tx_test_expect(test, 0, data, 100, pay);
	igbr_tx_test_expect(test, 1, small, 1000, pay);
	igbr_tx_test_expect(test, 2, large, 32768, pay);
	igbr_tx_test_expect(test, 3, large + 32768, 40000 - 32768, pay | IGBR_TEST_END);
	KUNIT_EXPECT_EQ(test, igbr_tx_test_tail(port), 4);

	/* The device is in the midst of it: the frame is still its own. */
	igbr_tx_test_done(port, 3);
	KUNIT_EXPECT_EQ(test, atomic_read(&port->freed), 0);
	igbr_tx_test_complete(test, 1);
	KUNIT_EXPECT_EQ(test, u64_stats_read(&port->tx->bytes), len);
}

/* The device hears of a burst at its end, and is to report just that. */
static void igbr_tx_test_burst(struct kunit *test)
{
	struct igbr_test_port *port = igbr_tx_test_open(test);
	u64 pay = FIELD_PREP(IGBR_TXD_PAYLEN, IGBR_TEST_LEN);
	unsigned int i;

	for (i = 0; i < 3; i++) {
		igbr_tx_test_send(test, igbr_tx_test_frame(test, IGBR_TEST_LEN), true);
		igbr_tx_test_expect(test, i, NULL, IGBR_TEST_LEN, pay | IGBR_TXD_EOP);
	}
	KUNIT_EXPECT_EQ(test, igbr_tx_test_tail(port), 0);
	igbr_tx_test_send(test, igbr_tx_test_frame(test, IGBR_TEST_LEN), false);
	igbr_tx_test_expect(test, 3, NULL, IGBR_TEST_LEN, pay | IGBR_TEST_END);
	KUNIT_EXPECT_EQ(test, igbr_tx_test_tail(port), 4);
	igbr_tx_test_complete(test, 4);
}

/* A context comes before the first frame that needs it, and again when it changes. */
static void igbr_tx_test_vlan(struct kunit *test)
{
	static const u16 tags[] = { 5, 5, 0xe006 };
	u32 maclen = FIELD_PREP(IGBR_TXC_MACLEN, ETH_HLEN);
	u64 cmd = IGBR_TEST_END | IGBR_TXD_VLE | FIELD_PREP(IGBR_TXD_PAYLEN, IGBR_TEST_LEN);
	struct igbr_test_port *port = igbr_tx_test_open(test);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(tags); i++) {
		struct sk_buff *skb = igbr_tx_test_frame(test, IGBR_TEST_LEN);

		__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), tags[i]);
		igbr_tx_test_send(test, skb, false);
	}
	igbr_tx_test_expect_context(test, 0, maclen | FIELD_PREP(IGBR_TXC_VLAN, 5), 0, 0);
	igbr_tx_test_expect(test, 1, NULL, IGBR_TEST_LEN, cmd);
	igbr_tx_test_expect(test, 2, NULL, IGBR_TEST_LEN, cmd);
	igbr_tx_test_expect_context(test, 3, maclen | FIELD_PREP(IGBR_TXC_VLAN, 0xe006), 0, 0);
	igbr_tx_test_expect(test, 4, NULL, IGBR_TEST_LEN, cmd);
	KUNIT_EXPECT_EQ(test, igbr_tx_test_tail(port), 5);
	igbr_tx_test_complete(test, 3);
}

/* Who brings a check sequence gets none of the device's, be the frame copied, mapped or tagged. */
static void igbr_tx_test_own_fcs(struct kunit *test)
{
	static const unsigned int lens[] = { 20, 64, IGBR_TEST_LEN, IGBR_TEST_LEN };
	struct igbr_test_port *port = igbr_tx_test_open(test);
	const union igbr_tx_desc *desc;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		struct sk_buff *skb = igbr_tx_test_frame(test, lens[i]);

		skb->no_fcs = 1;
		if (i == ARRAY_SIZE(lens) - 1)
			__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), 5);
		igbr_tx_test_send(test, skb, false);
	}
	for (i = 0; i < ARRAY_SIZE(lens) - 1; i++) {
		u64 wanted = (IGBR_TEST_DATA ^ IGBR_TXD_IFCS) | IGBR_TEST_END | lens[i] |
			     FIELD_PREP(IGBR_TXD_PAYLEN, lens[i]);

		desc = igbr_tx_test_desc(port, i);
		KUNIT_EXPECT_EQ(test, le64_to_cpu(desc->data.cmd), wanted);
	}
	/* Behind a context */
	desc = igbr_tx_test_desc(port, i + 1);
	KUNIT_EXPECT_EQ(test, le64_to_cpu(desc->data.cmd) & (IGBR_TXD_IFCS | IGBR_TXD_VLE),
			IGBR_TXD_VLE);
	/* The next frame has the device's again. */
	igbr_tx_test_send(test, igbr_tx_test_frame(test, IGBR_TEST_LEN), false);
	igbr_tx_test_expect(test, i + 2, NULL, IGBR_TEST_LEN,
			    IGBR_TEST_END | FIELD_PREP(IGBR_TXD_PAYLEN, IGBR_TEST_LEN));
	igbr_tx_test_complete(test, ARRAY_SIZE(lens) + 1);
}

/* A frame whose transport header the stack left without its checksum */
struct igbr_tx_sum {
	const char *name;
	bool ipv6;
	u8 protocol;
	u8 l4len;
	u16 offset;	/* of the checksum */
	u32 type;	/* the context's */
};

static const struct igbr_tx_sum igbr_tx_sums[] = {
	{ "TCP, IPv4", false, IPPROTO_TCP, sizeof(struct tcphdr), offsetof(struct tcphdr, check),
	  IGBR_TXC_IPV4 | IGBR_TXC_L4T_TCP },
	{ "TCP, IPv6", true, IPPROTO_TCP, sizeof(struct tcphdr), offsetof(struct tcphdr, check),
	  IGBR_TXC_L4T_TCP },
	{ "UDP, IPv4", false, IPPROTO_UDP, sizeof(struct udphdr), offsetof(struct udphdr, check),
	  IGBR_TXC_IPV4 | IGBR_TXC_L4T_UDP },
	{ "UDP, IPv6", true, IPPROTO_UDP, sizeof(struct udphdr), offsetof(struct udphdr, check),
	  IGBR_TXC_L4T_UDP },
	{ "SCTP, IPv4", false, IPPROTO_SCTP, sizeof(struct sctphdr),
	  offsetof(struct sctphdr, checksum), IGBR_TXC_IPV4 | IGBR_TXC_L4T_SCTP },
};

KUNIT_ARRAY_PARAM_DESC(igbr_tx_sum, igbr_tx_sums, name);

static unsigned int igbr_tx_test_l3len(const struct igbr_tx_sum *sum)
{
	return sum->ipv6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
}

/* The sum of the pseudo-header for so many bytes of transport, as the stack leaves it */
static __sum16 igbr_tx_test_pseudo(const struct igbr_tx_sum *sum, struct sk_buff *skb,
				   unsigned int len)
{
	if (sum->ipv6)
		return ~csum_ipv6_magic(&ipv6_hdr(skb)->saddr, &ipv6_hdr(skb)->daddr, len,
					sum->protocol, 0);
	return ~csum_tcpudp_magic(ip_hdr(skb)->saddr, ip_hdr(skb)->daddr, len, sum->protocol, 0);
}

static struct sk_buff *igbr_tx_test_sum_frame(struct kunit *test, const struct igbr_tx_sum *sum,
					      unsigned int payload)
{
	unsigned int start = ETH_HLEN + igbr_tx_test_l3len(sum);
	struct sk_buff *skb = igbr_tx_test_frame(test, start + sum->l4len + payload);

	memset(skb->data + ETH_HLEN, 0, start + sum->l4len - ETH_HLEN);
	skb->protocol = sum->ipv6 ? htons(ETH_P_IPV6) : htons(ETH_P_IP);
	skb_set_transport_header(skb, start);
	if (sum->ipv6) {
		ipv6_hdr(skb)->version = 6;
		ipv6_hdr(skb)->nexthdr = sum->protocol;
		ipv6_hdr(skb)->payload_len = htons(skb->len - start);
		memset(&ipv6_hdr(skb)->saddr, 0x20, 16);
		memset(&ipv6_hdr(skb)->daddr, 0x21, 16);
	} else {
		ip_hdr(skb)->version = 4;
		ip_hdr(skb)->ihl = 5;
		ip_hdr(skb)->protocol = sum->protocol;
		ip_hdr(skb)->tot_len = htons(skb->len - ETH_HLEN);
		ip_hdr(skb)->check = (__force __sum16)htons(0x1234);
		ip_hdr(skb)->saddr = htonl(0xc0000201);
		ip_hdr(skb)->daddr = htonl(0xc0000202);
	}
	if (sum->protocol == IPPROTO_TCP)
		tcp_hdr(skb)->doff = sum->l4len / 4;
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_headroom(skb) + start;
	skb->csum_offset = sum->offset;
#if IS_ENABLED(CONFIG_IP_SCTP)
	skb->csum_not_inet = sum->protocol == IPPROTO_SCTP;
#endif
	*(__sum16 *)(skb->data + start + sum->offset) =
		igbr_tx_test_pseudo(sum, skb, skb->len - start);
	return skb;
}

static void igbr_tx_test_checksum(struct kunit *test)
{
	const struct igbr_tx_sum *sum = test->param_value;
	struct igbr_test_port *port = igbr_tx_test_open(test);
	struct sk_buff *skb;
	unsigned int len;
	u32 lens;
	u64 cmd;

	if (sum->protocol == IPPROTO_SCTP && !IS_ENABLED(CONFIG_IP_SCTP))
		kunit_skip(test, "the kernel knows no SCTP");
	skb = igbr_tx_test_sum_frame(test, sum, 500);
	len = skb->len;
	cmd = IGBR_TEST_END | IGBR_TXD_TXSM | FIELD_PREP(IGBR_TXD_PAYLEN, len);
	igbr_tx_test_send(test, skb, false);
	lens = FIELD_PREP(IGBR_TXC_MACLEN, ETH_HLEN) |
	       FIELD_PREP(IGBR_TXC_IPLEN, igbr_tx_test_l3len(sum));
	igbr_tx_test_expect_context(test, 0, lens, sum->type, 0);
	igbr_tx_test_expect(test, 1, NULL, len, cmd);

	/* A tag is in the same word of the context. */
	skb = igbr_tx_test_sum_frame(test, sum, 500);
	__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), 7);
	igbr_tx_test_send(test, skb, false);
	igbr_tx_test_expect_context(test, 2, lens | FIELD_PREP(IGBR_TXC_VLAN, 7), sum->type, 0);
	igbr_tx_test_expect(test, 3, NULL, len, cmd | IGBR_TXD_VLE);
	KUNIT_EXPECT_EQ(test, u64_stats_read(&port->tx->needs_csum), 2);
	igbr_tx_test_complete(test, 2);
}

/* What the device cannot sum is summed here. */
static void igbr_tx_test_unknown_checksum(struct kunit *test)
{
	static const struct igbr_tx_sum sum = {
		.protocol = IPPROTO_GRE, .l4len = 8, .offset = 4,
	};
	struct igbr_test_port *port = igbr_tx_test_open(test);
	struct sk_buff *skb = igbr_tx_test_sum_frame(test, &sum, 500);
	unsigned int start = skb_checksum_start_offset(skb), len = skb->len;
	u8 *data = skb->data;
	__wsum pseudo;

	igbr_tx_test_send(test, skb, false);
	igbr_tx_test_expect(test, 0, data, len, IGBR_TEST_END | FIELD_PREP(IGBR_TXD_PAYLEN, len));
	/* With its checksum in place, it and its pseudo-header sum up to nothing. */
	pseudo = csum_unfold(igbr_tx_test_pseudo(&sum, skb, len - start));
	KUNIT_EXPECT_TRUE(test, !csum_fold(csum_partial(data + start, len - start, pseudo)));
	igbr_tx_test_complete(test, 1);
	KUNIT_EXPECT_EQ(test, u64_stats_read(&port->tx->needs_csum), 0);
}

static const struct igbr_tx_sum igbr_tx_trains[] = {
	{ "TCP, IPv4", false, IPPROTO_TCP, 32, offsetof(struct tcphdr, check),
	  IGBR_TXC_IPV4 | IGBR_TXC_L4T_TCP },
	{ "TCP, IPv6", true, IPPROTO_TCP, 20, offsetof(struct tcphdr, check), IGBR_TXC_L4T_TCP },
	{ "UDP, IPv4", false, IPPROTO_UDP, 8, offsetof(struct udphdr, check),
	  IGBR_TXC_IPV4 | IGBR_TXC_L4T_UDP },
	{ "UDP, IPv6", true, IPPROTO_UDP, 8, offsetof(struct udphdr, check), IGBR_TXC_L4T_UDP },
};

KUNIT_ARRAY_PARAM_DESC(igbr_tx_train, igbr_tx_trains, name);

/* The device cuts the packet: lengths are taken out of its headers, which it will put in. */
static void igbr_tx_test_segments(struct kunit *test)
{
	const struct igbr_tx_sum *sum = test->param_value;
	struct igbr_test_port *port = igbr_tx_test_open(test);
	struct sk_buff *skb = igbr_tx_test_sum_frame(test, sum, 1000);
	unsigned int start = skb_checksum_start_offset(skb), head = start + sum->l4len, segs = 4;
	unsigned int gso = (1000 + 3000 + segs - 1) / segs, wire;
	u64 pay = FIELD_PREP(IGBR_TXD_PAYLEN, 1000 + 3000);
	u64 cmd = IGBR_TXD_TSE | IGBR_TXD_TXSM | (sum->ipv6 ? 0 : IGBR_TXD_IXSM) | pay;

	igbr_tx_test_add_frag(test, skb, 3000);
	skb_shinfo(skb)->gso_size = gso;
	skb_shinfo(skb)->gso_segs = segs;
	skb_shinfo(skb)->gso_type = sum->protocol == IPPROTO_UDP ? SKB_GSO_UDP_L4 :
				    sum->ipv6 ? SKB_GSO_TCPV6 : SKB_GSO_TCPV4;
	*(__sum16 *)(skb->data + start + sum->offset) =
		igbr_tx_test_pseudo(sum, skb, skb->len - start);
	skb_get(skb);
	igbr_tx_test_send(test, skb, false);

	igbr_tx_test_expect_context(test, 0, FIELD_PREP(IGBR_TXC_MACLEN, ETH_HLEN) |
				    FIELD_PREP(IGBR_TXC_IPLEN, igbr_tx_test_l3len(sum)),
				    sum->type, FIELD_PREP(IGBR_TXC_MSS, gso) |
				    FIELD_PREP(IGBR_TXC_L4LEN, sum->l4len));
	igbr_tx_test_expect(test, 1, skb->data, head + 1000, cmd);
	igbr_tx_test_expect(test, 2, skb_frag_address(skb_shinfo(skb)->frags), 3000,
			    cmd | IGBR_TEST_END);
	if (sum->ipv6) {
		KUNIT_EXPECT_TRUE(test, !ipv6_hdr(skb)->payload_len);
	} else {
		KUNIT_EXPECT_TRUE(test, !ip_hdr(skb)->tot_len);
		KUNIT_EXPECT_TRUE(test, !ip_hdr(skb)->check);
	}
	KUNIT_EXPECT_TRUE(test, *(__sum16 *)(skb->data + start + sum->offset) ==
				igbr_tx_test_pseudo(sum, skb, 0));
	kfree_skb(skb);

	wire = 1000 + 3000 + segs * head;
	igbr_tx_test_complete(test, 1);
	KUNIT_EXPECT_EQ(test, u64_stats_read(&port->tx->packets), segs);
	KUNIT_EXPECT_EQ(test, u64_stats_read(&port->tx->bytes), wire);
	KUNIT_EXPECT_EQ(test, u64_stats_read(&port->tx->gso_packets), 1);
	KUNIT_EXPECT_EQ(test, u64_stats_read(&port->tx->gso_bytes), head + 1000 + 3000);
	KUNIT_EXPECT_EQ(test, u64_stats_read(&port->tx->gso_wire_packets), segs);
	KUNIT_EXPECT_EQ(test, u64_stats_read(&port->tx->gso_wire_bytes), wire);
}

/* A full ring stops its queue, and one with room lets the stack in again. */
static void igbr_tx_test_full(struct kunit *test)
{
	struct igbr_test_port *port = igbr_tx_test_open(test);
	struct igbr_tx_ring *ring = port->tx;
	unsigned int sent, count = ring->mem.count;

	for (sent = 0; !netif_tx_queue_stopped(ring->txq); sent++) {
		KUNIT_ASSERT_LT(test, sent, count - 1);
		igbr_tx_test_send(test, igbr_tx_test_frame(test, IGBR_TEST_LEN), false);
	}
	KUNIT_EXPECT_EQ(test, igbr_tx_test_tail(port), sent);
	KUNIT_EXPECT_EQ(test, u64_stats_read(&ring->restarts), 1);
	/* The largest packet would have had room when the last frame was taken. */
	KUNIT_EXPECT_LE(test, sent + 1 + MAX_SKB_FRAGS, count);

	igbr_tx_test_done(port, 1);
	KUNIT_EXPECT_TRUE(test, netif_tx_queue_stopped(ring->txq));
	igbr_tx_test_complete(test, sent);
	KUNIT_EXPECT_FALSE(test, netif_tx_queue_stopped(ring->txq));
}

/* Frames of one, two and three descriptors, ten times round the ring */
static void igbr_tx_test_wrap(struct kunit *test)
{
	struct igbr_test_port *port = igbr_tx_test_open(test);
	struct igbr_tx_ring *ring = port->tx;
	unsigned int sent = 0, index = 0, i;
	u64 bytes = 0;

	while (sent < 5 * ring->mem.count) {
		for (i = 0; i < 20; i++, sent++) {
			struct sk_buff *skb = igbr_tx_test_frame(test, IGBR_TEST_LEN);
			unsigned int frags = sent % 3;

			while (skb_shinfo(skb)->nr_frags < frags)
				igbr_tx_test_add_frag(test, skb, 100);
			bytes += skb->len;
			igbr_tx_test_send(test, skb, false);
			index = (index + 1 + frags) % ring->mem.count;
			KUNIT_EXPECT_EQ(test, igbr_tx_test_tail(port), index);
		}
		KUNIT_EXPECT_EQ(test, atomic_read(&port->freed), sent - 20);
		igbr_tx_test_complete(test, sent);
	}
	KUNIT_EXPECT_EQ(test, u64_stats_read(&ring->packets), sent);
	KUNIT_EXPECT_EQ(test, u64_stats_read(&ring->bytes), bytes);
}

/* Frames that the device has not done when the port stops are freed. */
static void igbr_tx_test_stop(struct kunit *test)
{
	struct igbr_test_port *port = igbr_tx_test_open(test);
	unsigned int i;

	for (i = 0; i < 5; i++) {
		struct sk_buff *skb = igbr_tx_test_frame(test, IGBR_TEST_LEN);

		igbr_tx_test_add_frag(test, skb, 100);
		igbr_tx_test_send(test, skb, i == 4);
	}
	igbr_tx_test_done(port, 4);
	KUNIT_EXPECT_EQ(test, atomic_read(&port->freed), 2);
	igbr_tx_stop(port->tx);
	KUNIT_EXPECT_EQ(test, atomic_read(&port->freed), 5);
}

/* Heads that cannot be: @done frames are sent and given back before, @sent are with the device. */
struct igbr_tx_head {
	const char *name;
	unsigned int done;
	unsigned int sent;
	u32 head;
};

static const struct igbr_tx_head igbr_tx_heads[] = {
	{ "end of the ring", 0, 3, IGBR_RING_MIN },
	{ "no index", 0, 3, U32_MAX },
	{ "no index of 16 bits", 0, 3, 0x10001 },
	{ "one too far", 0, 3, 4 },
	{ "last of the ring", 0, 3, IGBR_RING_MIN - 1 },
	{ "backwards", 10, 3, 9 },
	{ "start of the ring", 10, 3, 0 },
	{ "nothing sent", 10, 0, 11 },
	{ "over the end, one too far", 70, 20, 11 },
	{ "over the end, backwards", 70, 20, 69 },
	{ "over the end, end of the ring", 70, 20, IGBR_RING_MIN },
	{ "over the end, no index", 70, 20, U32_MAX },
};

KUNIT_ARRAY_PARAM_DESC(igbr_tx_head, igbr_tx_heads, name);

static void igbr_tx_test_bad_head(struct kunit *test)
{
	const struct igbr_tx_head *bad = test->param_value;
	struct igbr_test_port *port = igbr_tx_test_open(test);
	struct igbr_tx_ring *ring = port->tx;
	unsigned int i;

	for (i = 1; i <= bad->done + bad->sent; i++) {
		igbr_tx_test_send(test, igbr_tx_test_frame(test, IGBR_TEST_LEN), false);
		if (i <= bad->done)
			igbr_tx_test_complete(test, i);
	}
	igbr_tx_test_done(port, bad->head);
	KUNIT_EXPECT_EQ(test, u64_stats_read(&ring->bad_heads), 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&port->freed), bad->done);
	KUNIT_EXPECT_EQ(test, ring->next_to_clean, bad->done);
	KUNIT_EXPECT_EQ(test, port->adapter->faults, BIT(IGBR_FAULT_TX));
	KUNIT_EXPECT_EQ(test, port->adapter->fault_queues[IGBR_FAULT_TX], 0);

	/* The ring would go on without a reset, too. */
	igbr_tx_test_done(port, ring->next_to_use);
	KUNIT_EXPECT_EQ(test, u64_stats_read(&ring->bad_heads), 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&port->freed), bad->done + bad->sent);
	KUNIT_EXPECT_EQ(test, u64_stats_read(&ring->packets), bad->done + bad->sent);
}

/* Copied frames take a way of their own, which skips from the first to the last. */
static void igbr_tx_test_bad_head_copied(struct kunit *test)
{
	struct igbr_test_port *port = igbr_tx_test_open(test);
	struct igbr_tx_ring *ring = port->tx;
	static const u32 heads[] = { 4, IGBR_RING_MIN - 1, IGBR_RING_MIN, U32_MAX };
	unsigned int i;

	for (i = 0; i < 3; i++)
		igbr_tx_test_send(test, igbr_tx_test_frame(test, 60), false);
	for (i = 0; i < ARRAY_SIZE(heads); i++) {
		igbr_tx_test_done(port, heads[i]);
		KUNIT_EXPECT_EQ(test, u64_stats_read(&ring->bad_heads), i + 1);
		KUNIT_EXPECT_EQ(test, u64_stats_read(&ring->packets), 0);
		KUNIT_EXPECT_EQ(test, ring->copies_done, 0);
	}
	igbr_tx_test_done(port, 3);
	KUNIT_EXPECT_EQ(test, u64_stats_read(&ring->packets), 3);
	KUNIT_EXPECT_EQ(test, ring->copies_done, 3);
}

/* Frames that wait for the rest of their burst are not the device's to be done with. */
static void igbr_tx_test_head_not_told(struct kunit *test)
{
	struct igbr_test_port *port = igbr_tx_test_open(test);
	struct igbr_tx_ring *ring = port->tx;

	igbr_tx_test_send(test, igbr_tx_test_frame(test, IGBR_TEST_LEN), true);
	igbr_tx_test_done(port, 1);
	KUNIT_EXPECT_EQ(test, u64_stats_read(&ring->bad_heads), 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&port->freed), 0);
	igbr_tx_test_send(test, igbr_tx_test_frame(test, IGBR_TEST_LEN), false);
	igbr_tx_test_done(port, 2);
	KUNIT_EXPECT_EQ(test, u64_stats_read(&ring->bad_heads), 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&port->freed), 2);
}

/* Any heads: what is behind the last good one is given back, and nothing else ever is. */
static void igbr_tx_test_random_heads(struct kunit *test)
{
	struct igbr_test_port *port = igbr_tx_test_open(test);
	unsigned int sent = 0, done = 0, bad = 0, round, i;
	struct igbr_tx_ring *ring = port->tx;
	unsigned int count = ring->mem.count;
	struct rnd_state rnd;

	prandom_seed_state(&rnd, 82576);
	for (round = 0; round < 500; round++) {
		unsigned int frames = prandom_u32_state(&rnd) % 4, head, more;

		for (i = 0; i < frames && sent - done < count / 2; i++, sent++)
			igbr_tx_test_send(test, igbr_tx_test_frame(test, IGBR_TEST_LEN), false);
		/* Half of them near to what is true, the others anything; frames take one each. */
		if (prandom_u32_state(&rnd) % 2)
			head = (done + count + prandom_u32_state(&rnd) % 8 - 3) % count;
		else
			head = prandom_u32_state(&rnd) >> prandom_u32_state(&rnd) % 32;
		more = head < count ? (head + count - done % count) % count : count;
		if (more > sent - done)
			bad++;
		else
			done += more;
		igbr_tx_test_done(port, head);
		KUNIT_ASSERT_EQ(test, ring->next_to_clean, done % count);
		KUNIT_ASSERT_EQ(test, atomic_read(&port->freed), done);
		KUNIT_ASSERT_EQ(test, u64_stats_read(&ring->bad_heads), bad);
	}
	KUNIT_EXPECT_GT(test, bad, 100);
	KUNIT_EXPECT_GT(test, done, count);
	KUNIT_EXPECT_EQ(test, u64_stats_read(&ring->packets), done);
	KUNIT_EXPECT_EQ(test, u64_stats_read(&ring->bytes), done * IGBR_TEST_LEN);
}

static struct kunit_case igbr_tx_cases[] = {
	KUNIT_CASE(igbr_tx_test_plain),
	KUNIT_CASE(igbr_tx_test_copied),
	KUNIT_CASE(igbr_tx_test_short),
	KUNIT_CASE(igbr_tx_test_frags),
	KUNIT_CASE(igbr_tx_test_burst),
	KUNIT_CASE(igbr_tx_test_vlan),
	KUNIT_CASE(igbr_tx_test_own_fcs),
	KUNIT_CASE_PARAM(igbr_tx_test_checksum, igbr_tx_sum_gen_params),
	KUNIT_CASE(igbr_tx_test_unknown_checksum),
	KUNIT_CASE_PARAM(igbr_tx_test_segments, igbr_tx_train_gen_params),
	KUNIT_CASE(igbr_tx_test_full),
	KUNIT_CASE(igbr_tx_test_wrap),
	KUNIT_CASE(igbr_tx_test_stop),
	KUNIT_CASE_PARAM(igbr_tx_test_bad_head, igbr_tx_head_gen_params),
	KUNIT_CASE(igbr_tx_test_bad_head_copied),
	KUNIT_CASE(igbr_tx_test_head_not_told),
	KUNIT_CASE(igbr_tx_test_random_heads),
	{ }
};

static struct kunit_suite igbr_tx_suite = {
	.name = "igbr_tx",
	.exit = igbr_test_close,
	.test_cases = igbr_tx_cases,
};

kunit_test_suite(igbr_tx_suite);
