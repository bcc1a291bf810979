/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What both receive loops do with buffers and packets: rx.c without XDP, xdp.c with it.
 */
#ifndef _IGBR_RX_FRAME_H_
#define _IGBR_RX_FRAME_H_

#include <linux/bitfield.h>
#include <linux/etherdevice.h>
#include <net/page_pool/helpers.h>

#include "igbr.h"

/* What a frame can take of a buffer that is a page */
#define IGBR_RX_FULL_LEN	3072
/* A full ring would look like an empty one; two slots, because pages fill two. */
#define IGBR_RX_EMPTY		2

/* ring->skb while the rest of a frame is dropped as it comes */
#define IGBR_RX_DISCARD		((struct sk_buff *)ERR_PTR(-EIO))

/* Give a buffer back to the pool. @direct: from the poll */
static inline void igbr_rx_put_buf(struct igbr_rx_mem *mem, void *buf, bool direct)
{
	page_pool_put_full_page(mem->pool, virt_to_page(buf), direct);
}

/* Count an event on the ring. Context: the ring's NAPI. */
static __always_inline void igbr_rx_count(struct igbr_rx_ring *ring, u64_stats_t *counter)
{
	u64_stats_update_begin(&ring->syncp);
	u64_stats_inc(counter);
	u64_stats_update_end(&ring->syncp);
}

void igbr_rx_turn(struct igbr_rx_ring *ring, unsigned int index);

/* So many descriptors of @ring->run were taken. */
static __always_inline void igbr_rx_advance(struct igbr_rx_ring *ring, unsigned int taken)
{
	unsigned int index = ring->next_to_clean + taken;

	ring->run -= taken;
	if (unlikely(!ring->run || ring->starved))
		igbr_rx_turn(ring, index);
	else
		WRITE_ONCE(ring->next_to_clean, index);
}

void igbr_rx_fill_special(struct igbr_rx_ring *ring, struct sk_buff *skb, u64 upper, u64 status);

/* Hash, checksum verdict, queue and protocol from the last descriptor's write-back */
static __always_inline void igbr_rx_fill_skb(struct igbr_rx_ring *ring, struct sk_buff *skb,
					     u64 lower, u64 upper)
{
	u32 rss_type = FIELD_GET(IGBR_RXD_RSS_TYPE, lower);
	u64 status = upper & ring->status_bits;

	if (likely(BIT(rss_type) & ring->hash_types)) {
		/* As skb_set_hash() of a packet that has none. */
		skb->hash = FIELD_GET(IGBR_RXD_HASH, lower);
		if (BIT(rss_type) & IGBR_RSS_TYPES_L4)
			skb->l4_hash = 1;
	}
	if (likely(status == IGBR_RXD_L4CS)) {
		skb->ip_summed = CHECKSUM_UNNECESSARY;
		igbr_rx_count(ring, &ring->stats.csum_good);
	} else if (!status) {
		igbr_rx_count(ring, &ring->stats.csum_none);
	} else {
		igbr_rx_fill_special(ring, skb, upper, status);
	}
	skb_record_rx_queue(skb, ring->queue);
	skb->protocol = eth_type_trans(skb, ring->netdev);
}

/* Pass a packet up, its Ethernet header taken off, and count what became of it. */
static __always_inline void igbr_rx_pass(struct igbr_rx_ring *ring, struct sk_buff *skb)
{
	unsigned int len = skb->len + ETH_HLEN;
	gro_result_t result = napi_gro_receive(ring->napi, skb);

	u64_stats_update_begin(&ring->syncp);
	u64_stats_add(&ring->stats.bytes, len);
	u64_stats_inc(&ring->stats.gro[result]);
	u64_stats_update_end(&ring->syncp);
}

#endif /* _IGBR_RX_FRAME_H_ */
