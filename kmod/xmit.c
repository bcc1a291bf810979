// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transmit: a frame of the stack, or of XDP, to descriptors. tx.c gives its memory back.
 *
 * A frame takes a context, if it wants one that the device does not remember, and a descriptor for
 * each piece of memory. Short frames are copied to memory that stays mapped.
 */
#include <linux/bitfield.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/sctp.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/ip.h>
#include <net/netdev_queues.h>
#include <net/page_pool/helpers.h>
#include <net/xdp.h>

#include "igbr.h"
#include "tx_ring.h"

/* The device pads from 17 bytes on (TCTL.PSP). */
#define IGBR_TX_MIN_LEN		17

/* Take the descriptor at @index, one of a frame that goes on. Returns the next index. */
static __always_inline unsigned int igbr_tx_take(struct igbr_tx_ring *ring, unsigned int index)
{
	ring->room--;
	return igbr_tx_next(ring, index);
}

/* Take the descriptor at @index, with which the frame is whole. */
static __always_inline void igbr_tx_take_last(struct igbr_tx_ring *ring, unsigned int index)
{
	WRITE_ONCE(ring->next_to_use, igbr_tx_take(ring, index));
}

/*
 * Whether the ring has @room descriptors left. Who sends knows of so many that were free, and asks
 * the poll for its index, in another CPU's cache line, only when these come to an end.
 */
static __always_inline bool igbr_tx_has_room(struct igbr_tx_ring *ring, unsigned int room)
{
	if (likely(ring->room >= room))
		return true;
	ring->room = igbr_tx_free_slots(ring);
	return ring->room >= room;
}

/* Have somebody look after the frames so far, unless that is for the soonest already. */
static noinline void igbr_tx_start_watch(struct igbr_tx_ring *ring)
{
	if (READ_ONCE(ring->watch) != IGBR_TX_WATCH_SOON)
		igbr_moderation_watch_tx(ring->vector, igbr_tx_urgency(ring));
}

/* See to it that somebody does, soon enough; a queue that stops asks again. */
static __always_inline void igbr_tx_watch(struct igbr_tx_ring *ring)
{
	u8 watch;

	/* Pairs with the watch's own: it sees these frames, or this sees that it is off. */
	smp_mb();
	watch = READ_ONCE(ring->watch);
	if (watch >= IGBR_TX_WATCH_HELD)
		return;
	if (!watch || !igbr_tx_has_room(ring, ring->mem.count / 2) ||
	    ring->held != READ_ONCE(ring->held_done) || netif_xmit_stopped(ring->txq))
		igbr_tx_start_watch(ring);
}

/* Tell the device of every descriptor so far; the last one has RS. */
static __always_inline void igbr_tx_tell(struct igbr_tx_ring *ring)
{
	igbr_tx_watch(ring);
	/* Pairs with igbr_tx_done(): buffers below the index are filled, and BQL knows of them. */
	smp_store_release(&ring->told, ring->next_to_use);
	/* writel() lets the device see the descriptors before the tail. */
	writel(ring->told, ring->tail);
}

/**
 * igbr_tx_flush - tell the device of frames that were to be followed by more
 * @ring: the ring
 *
 * Context: the queue's transmit lock.
 */
noinline void igbr_tx_flush(struct igbr_tx_ring *ring)
{
	unsigned int use = ring->next_to_use;

	if (ring->told == use)
		return;
	ring->mem.desc[igbr_tx_previous(ring, use)].data.cmd |= cpu_to_le64(IGBR_TXD_RS);
	igbr_tx_tell(ring);
}

/* A frame's last descriptor, and what the others do not have of it */
#define IGBR_TXD_END	(IGBR_TXD_EOP | IGBR_TXD_RS)
#define IGBR_TXD_DATA	(FIELD_PREP(IGBR_TXD_DTYP, IGBR_DTYP_DATA) | IGBR_TXD_DEXT |	\
			 IGBR_TXD_IFCS | IGBR_TXD_EOP)
#define IGBR_TXC	(FIELD_PREP(IGBR_TXD_DTYP, IGBR_DTYP_CONTEXT) | IGBR_TXD_DEXT)

/* Put a context into the ring. Returns how many descriptors it takes. */
static noinline unsigned int igbr_tx_new_context(struct igbr_tx_ring *ring, u32 vlan_macip_lens,
						 u32 type_tucmd, u32 mss_l4len)
{
	union igbr_tx_desc *desc = &ring->mem.desc[ring->next_to_use];
	struct igbr_tx_context *last = &ring->context;

	last->vlan_macip_lens = vlan_macip_lens;
	last->type_tucmd = type_tucmd;
	last->mss_l4len = mss_l4len;
	desc->context.vlan_macip_lens = cpu_to_le32(vlan_macip_lens);
	desc->context.reserved = 0;
	desc->context.type_tucmd = cpu_to_le32(type_tucmd);
	desc->context.mss_l4len = cpu_to_le32(mss_l4len);
	ring->mem.bufs[ring->next_to_use].kind = 0;
	return 1;
}

/* Put a context into the ring unless the device has just that one. Returns as the other. */
static __always_inline unsigned int igbr_tx_put_context(struct igbr_tx_ring *ring,
							u32 vlan_macip_lens, u32 type_tucmd,
							u32 mss_l4len)
{
	const struct igbr_tx_context *last = &ring->context;

	if (likely(last->vlan_macip_lens == vlan_macip_lens && last->type_tucmd == type_tucmd &&
		   last->mss_l4len == mss_l4len))
		return 0;
	return igbr_tx_new_context(ring, vlan_macip_lens, type_tucmd, mss_l4len);
}

/* Whether a frame with a tag in its midst has IPv4 behind it. */
static noinline bool igbr_tx_is_tagged_ipv4(const struct sk_buff *skb)
{
	return vlan_get_protocol(skb) == htons(ETH_P_IP);
}

static __always_inline bool igbr_tx_is_ipv4(const struct sk_buff *skb)
{
	if (likely(skb->protocol == htons(ETH_P_IP)))
		return true;
	return skb->protocol != htons(ETH_P_IPV6) && igbr_tx_is_tagged_ipv4(skb);
}

/*
 * Let the device cut a TCP packet or UDP train; it adds lengths and sums of each segment to the
 * headers. @l4len is set to the length of the transport header. Returns the length of all
 * headers, or a negative error.
 */
static int igbr_tx_prepare_segments(struct sk_buff *skb, unsigned int *l4len)
{
	unsigned int start = skb_checksum_start_offset(skb);
	int err = skb_cow_head(skb, 0);
	void *l4;

	if (err)
		return err;
	l4 = skb->data + start;
	*l4len = skb->csum_offset == offsetof(struct udphdr, check) ?
		 sizeof(struct udphdr) : ((struct tcphdr *)l4)->doff * 4;
	if (igbr_tx_is_ipv4(skb)) {
		ip_hdr(skb)->tot_len = 0;
		ip_hdr(skb)->check = 0;
		/* The device sums up to the transport header: less what a tunnel has before it. */
		if (skb->encapsulation) {
			void *tunnel = skb_network_header(skb) + ip_hdrlen(skb);

			ip_hdr(skb)->check = csum_fold(csum_partial(tunnel, l4 - tunnel, 0));
		}
	} else {
		ipv6_hdr(skb)->payload_len = 0;
	}
	/* The stack's sum has the length of the whole. */
	csum_replace_by_diff(l4 + skb->csum_offset, (__force __wsum)htonl(skb->len - start));
	return start + *l4len;
}

/* Take back the descriptors before @index of a frame that could not be mapped to its end. */
static noinline int igbr_tx_unwind(struct igbr_tx_ring *ring, unsigned int index)
{
	while (index != ring->next_to_use) {
		index = igbr_tx_previous(ring, index);
		ring->room++;
		igbr_tx_unmap(ring, &ring->mem.bufs[index]);
	}
	/* The device never sees the context that the frame may have put there. */
	ring->context = (struct igbr_tx_context){ };
	return -ENOMEM;
}

/* Fill the descriptors of a piece that is too long for one. Returns the index of the last. */
static noinline unsigned int igbr_tx_cut(struct igbr_tx_ring *ring, u64 cmd, dma_addr_t dma,
					 u32 len, unsigned int index)
{
	while (1) {
		union igbr_tx_desc *desc = &ring->mem.desc[index];
		u32 piece = min_t(u32, len, IGBR_TX_PIECE);

		len -= piece;
		desc->data.addr = cpu_to_le64(dma);
		desc->data.cmd = cpu_to_le64((len ? cmd & ~IGBR_TXD_END : cmd) | piece);
		if (!len)
			return index;
		dma += piece;
		index = igbr_tx_take(ring, index);
		ring->mem.bufs[index].kind = 0;
	}
}

/* Fill the descriptor of a piece. Returns the index of its last one. */
static unsigned int igbr_tx_put(struct igbr_tx_ring *ring, u64 cmd, dma_addr_t dma, u32 len,
				unsigned int index)
{
	union igbr_tx_desc *desc = &ring->mem.desc[index];

	if (unlikely(len > IGBR_TX_PIECE))
		return igbr_tx_cut(ring, cmd, dma, len, index);
	desc->data.addr = cpu_to_le64(dma);
	desc->data.cmd = cpu_to_le64(cmd | len);
	return index;
}

/* Map the linear part of a frame: as dma_map_single(), without its look at the address. */
static __always_inline dma_addr_t igbr_tx_map_head(struct igbr_tx_ring *ring,
						   struct sk_buff *skb, u32 len)
{
	return dma_map_page(ring->dev, virt_to_page(skb->data), offset_in_page(skb->data), len,
			    DMA_TO_DEVICE);
}

/*
 * Map a frame that takes several descriptors, and fill them. Returns the index of the last one,
 * or a negative error.
 */
static noinline int igbr_tx_map_frags(struct igbr_tx_ring *ring, u64 cmd, struct sk_buff *skb,
				      unsigned int index)
{
	struct skb_shared_info *shinfo = skb_shinfo(skb);
	unsigned int left = shinfo->nr_frags;
	skb_frag_t *frag = shinfo->frags;
	u32 len = skb_headlen(skb);
	dma_addr_t dma = igbr_tx_map_head(ring, skb, len);

	while (1) {
		struct igbr_tx_buffer *buf = &ring->mem.bufs[index];

		if (unlikely(dma_mapping_error(ring->dev, dma)))
			return igbr_tx_unwind(ring, index);
		buf->dma = dma;
		buf->len = len;
		buf->kind = IGBR_TX_MAPPED;
		if (!left--)
			return igbr_tx_put(ring, cmd, dma, len, index);
		index = igbr_tx_put(ring, cmd & ~IGBR_TXD_END, dma, len, index);
		index = igbr_tx_take(ring, index);
		len = skb_frag_size(frag);
		dma = skb_frag_dma_map(ring->dev, frag++, 0, len, DMA_TO_DEVICE);
	}
}

/* Fill the descriptor of a frame that takes just one. */
static __always_inline void igbr_tx_put_one(struct igbr_tx_ring *ring, u64 cmd, dma_addr_t dma,
					    unsigned int index)
{
	union igbr_tx_desc *desc = &ring->mem.desc[index];

	desc->data.addr = cpu_to_le64(dma);
	desc->data.cmd = cpu_to_le64(cmd);
}

static noinline bool igbr_tx_drop(struct igbr_tx_ring *ring, struct sk_buff *skb)
{
	dev_kfree_skb_any(skb);
	u64_stats_update_begin(&ring->xmit_syncp);
	u64_stats_inc(&ring->drops);
	u64_stats_update_end(&ring->xmit_syncp);
	return false;
}

/* A short frame goes by copy while there are slots: they are used and done in turn. */
static __always_inline bool igbr_tx_can_copy(const struct igbr_tx_ring *ring, u32 len, u16 segs)
{
	return len <= READ_ONCE(ring->copybreak) && segs == 1 &&
	       ring->copied - READ_ONCE(ring->copies_done) < IGBR_TX_COPIES;
}

/* Copy a frame to the next slot; the frame is not needed any more. Returns the DMA address. */
static __always_inline dma_addr_t igbr_tx_copy(struct igbr_tx_ring *ring, struct sk_buff *skb,
					       u32 len)
{
	u32 offset = ring->copied++ % IGBR_TX_COPIES * IGBR_TX_COPY_LEN;

	if (likely(!skb_is_nonlinear(skb)))
		memcpy(ring->mem.copies + offset, skb->data, len);
	else
		/* It fails only beyond the end of the frame. */
		skb_copy_bits(skb, 0, ring->mem.copies + offset, len);
	dev_consume_skb_any(skb);
	return ring->mem.copies_dma + offset;
}

/* The first descriptor of a frame, behind @contexts of its own */
static __always_inline unsigned int igbr_tx_first(struct igbr_tx_ring *ring, unsigned int contexts)
{
	return contexts ? igbr_tx_take(ring, ring->next_to_use) : ring->next_to_use;
}

/* The second word of each descriptor of a frame, but for what only the last has, and lengths */
static __always_inline u64 igbr_tx_cmd(u64 flags, u32 payload)
{
	u64 cmd = (flags ^ IGBR_TXD_DATA) | FIELD_PREP(IGBR_TXD_PAYLEN, payload);

	return netdev_xmit_more() ? cmd : cmd | IGBR_TXD_RS;
}

/*
 * Fill descriptors for a frame. @flags are the IGBR_TXD_* in which it is unlike others, @payload
 * the length that the device is to know, @bytes and @segs what the frame will be on the wire.
 * @contexts descriptors are filled already. Returns whether it was queued, else it was dropped; in
 * both cases it is not the caller's any more.
 *
 * What is cheap to have is asked for behind the calls, instead of being kept over them.
 */
static __always_inline bool igbr_tx_queue(struct igbr_tx_ring *ring, struct sk_buff *skb, u64 flags,
					  u32 payload, u32 len, u32 bytes, u16 segs,
					  unsigned int contexts)
{
	struct igbr_tx_buffer *buf;
	unsigned int index;

	if (unlikely(skb_shinfo(skb)->tx_flags & SKBTX_ANY_TSTAMP))
		skb_tx_timestamp(skb);
	if (igbr_tx_can_copy(ring, len, segs)) {
		dma_addr_t dma = igbr_tx_copy(ring, skb, len);

		index = igbr_tx_first(ring, contexts);
		igbr_tx_put_one(ring, igbr_tx_cmd(flags, payload) | len, dma, index);
		buf = &ring->mem.bufs[index];
		buf->copies = ring->copied;
		buf->kind = IGBR_TX_COPIED | IGBR_TX_LAST | FIELD_PREP(IGBR_TX_SEGS, 1);
	} else {
		if (!skb_is_nonlinear(skb) && likely(len <= IGBR_TX_PIECE)) {
			dma_addr_t dma = igbr_tx_map_head(ring, skb, len);

			index = igbr_tx_first(ring, contexts);
			if (unlikely(dma_mapping_error(ring->dev, dma))) {
				igbr_tx_unwind(ring, index);
				return igbr_tx_drop(ring, skb);
			}
			buf = &ring->mem.bufs[index];
			buf->dma = dma;
			buf->len = len;
			buf->kind = IGBR_TX_MAPPED | IGBR_TX_LAST |
				    FIELD_PREP(IGBR_TX_SEGS, segs);
			igbr_tx_put_one(ring, igbr_tx_cmd(flags, payload) | len, dma, index);
		} else {
			int end = igbr_tx_map_frags(ring, igbr_tx_cmd(flags, payload), skb,
						    igbr_tx_first(ring, contexts));

			if (unlikely(end < 0))
				return igbr_tx_drop(ring, skb);
			index = end;
			buf = &ring->mem.bufs[index];
			buf->kind |= IGBR_TX_LAST | FIELD_PREP(IGBR_TX_SEGS, segs);
		}
		buf->skb = skb;
		ring->held++;
	}
	ring->queued_bytes += bytes;
	buf->sent_bytes = ring->queued_bytes;
	igbr_tx_take_last(ring, index);
	return true;
}

/* Queue a frame as it is. */
static __always_inline bool igbr_tx_queue_plain(struct igbr_tx_ring *ring, struct sk_buff *skb,
						u32 len)
{
	return igbr_tx_queue(ring, skb, 0, len, len, len, 1, 0);
}

/* Queue a frame that needs nothing but its VLAN tag, or has a check sequence of its own. */
static noinline bool igbr_tx_queue_tagged(struct igbr_tx_ring *ring, struct sk_buff *skb)
{
	u64 fcs = skb->no_fcs ? IGBR_TXD_IFCS : 0;
	u32 len = skb->len, lens;

	if (!skb_vlan_tag_present(skb))
		return igbr_tx_queue(ring, skb, fcs, len, len, len, 1, 0);
	lens = FIELD_PREP(IGBR_TXC_VLAN, skb_vlan_tag_get(skb)) |
	       FIELD_PREP(IGBR_TXC_MACLEN, ETH_HLEN);
	return igbr_tx_queue(ring, skb, IGBR_TXD_VLE | fcs, len, len, len, 1,
			     igbr_tx_put_context(ring, lens, IGBR_TXC, 0));
}

/* The transport protocol whose checksum a frame wants; a negative error: none that is known. */
static int igbr_tx_l4_type(struct sk_buff *skb)
{
	switch (skb->csum_offset) {
	case offsetof(struct tcphdr, check):
		return IGBR_TXC_L4T_TCP;
	case offsetof(struct udphdr, check):
		return IGBR_TXC_L4T_UDP;
	case offsetof(struct sctphdr, checksum):
		return skb_csum_is_sctp(skb) ? IGBR_TXC_L4T_SCTP : -EOPNOTSUPP;
	}
	return -EOPNOTSUPP;
}

/* Count a packet of @len bytes that the device is to cut to @segs frames of @bytes in all. */
static void igbr_tx_count_gso(struct igbr_tx_ring *ring, u32 len, u32 bytes, u16 segs)
{
	u64_stats_update_begin(&ring->xmit_syncp);
	u64_stats_inc(&ring->gso_packets);
	u64_stats_add(&ring->gso_bytes, len);
	u64_stats_add(&ring->gso_wire_packets, segs);
	u64_stats_add(&ring->gso_wire_bytes, bytes);
	u64_stats_update_end(&ring->xmit_syncp);
}

/* The first word of the context of a frame, and what its descriptors have beside it in @flags */
static __always_inline u32 igbr_tx_headers(const struct sk_buff *skb, u64 *flags)
{
	u32 lens = 0, network = skb_network_offset(skb);

	if (unlikely(skb_vlan_tag_present(skb))) {
		*flags |= IGBR_TXD_VLE;
		lens = FIELD_PREP(IGBR_TXC_VLAN, skb_vlan_tag_get(skb));
	}
	return lens | FIELD_PREP(IGBR_TXC_MACLEN, network) |
	       FIELD_PREP(IGBR_TXC_IPLEN, skb_checksum_start_offset(skb) - network);
}

/* Queue a packet that the device is to cut; as igbr_tx_queue_summed(). */
static noinline u32 igbr_tx_queue_gso(struct igbr_tx_ring *ring, struct sk_buff *skb, u32 type)
{
	u32 len = skb->len, bytes, lens, mss;
	unsigned int l4len;
	int header = igbr_tx_prepare_segments(skb, &l4len);
	u16 segs = skb_shinfo(skb)->gso_segs;
	u64 flags = IGBR_TXD_TXSM | IGBR_TXD_TSE;

	if (unlikely(header < 0))
		return igbr_tx_drop(ring, skb);
	if (type & IGBR_TXC_IPV4)
		flags |= IGBR_TXD_IXSM;
	bytes = len + (segs - 1) * header;
	mss = FIELD_PREP(IGBR_TXC_MSS, skb_shinfo(skb)->gso_size) |
	      FIELD_PREP(IGBR_TXC_L4LEN, l4len);
	lens = igbr_tx_headers(skb, &flags);
	if (unlikely(!igbr_tx_queue(ring, skb, flags, len - header, len, bytes, segs,
				    igbr_tx_put_context(ring, lens, type, mss))))
		return 0;
	igbr_tx_count_gso(ring, len, bytes, segs);
	return bytes;
}

/* Queue a frame that the device is to sum or cut. Returns its bytes on the wire, 0: dropped. */
static noinline u32 igbr_tx_queue_summed(struct igbr_tx_ring *ring, struct sk_buff *skb)
{
	u32 type, lens, len = skb->len;
	u64 flags = IGBR_TXD_TXSM;
	int l4 = igbr_tx_l4_type(skb);

	if (unlikely(l4 < 0)) {
		if (skb_checksum_help(skb))
			return igbr_tx_drop(ring, skb);
		return igbr_tx_queue_tagged(ring, skb) ? len : 0;
	}
	type = IGBR_TXC | l4 | (igbr_tx_is_ipv4(skb) ? IGBR_TXC_IPV4 : 0);
	if (skb_is_gso(skb)) {
		len = igbr_tx_queue_gso(ring, skb, type);
		if (unlikely(!len))
			return 0;
	} else {
		lens = igbr_tx_headers(skb, &flags);
		if (unlikely(!igbr_tx_queue(ring, skb, flags, len, len, len, 1,
					    igbr_tx_put_context(ring, lens, type, 0))))
			return 0;
	}
	u64_stats_update_begin(&ring->xmit_syncp);
	u64_stats_inc(&ring->needs_csum);
	u64_stats_update_end(&ring->xmit_syncp);
	return len;
}

/*
 * Queue a frame that is too short, or has but a tag or its own check sequence. Returns as
 * igbr_tx_queue_summed().
 */
static noinline u32 igbr_tx_queue_special(struct igbr_tx_ring *ring, struct sk_buff *skb)
{
	u32 len;

	if (skb->len < IGBR_TX_MIN_LEN && __skb_put_padto(skb, IGBR_TX_MIN_LEN, false))
		return igbr_tx_drop(ring, skb);
	if (skb->ip_summed == CHECKSUM_PARTIAL)
		return igbr_tx_queue_summed(ring, skb);
	len = skb->len;
	return igbr_tx_queue_tagged(ring, skb) ? len : 0;
}

/* Stop the queue until there is room. Returns whether it stopped. */
static noinline bool igbr_tx_stop_queue(struct igbr_tx_ring *ring)
{
	if (netif_txq_maybe_stop(ring->txq, igbr_tx_free_slots(ring), IGBR_TX_NEEDED,
				 IGBR_TX_WAKE)) {
		/* The poll made room meanwhile: the frame that comes takes it from this count. */
		ring->room = igbr_tx_free_slots(ring);
		return false;
	}
	/* Who waited for memory only now waits for room. */
	igbr_tx_start_watch(ring);
	u64_stats_update_begin(&ring->xmit_syncp);
	u64_stats_inc(&ring->restarts);
	u64_stats_update_end(&ring->xmit_syncp);
	return true;
}

/* Make sure of room for the largest frame, or stop the queue. Returns false when it stopped. */
static __always_inline bool igbr_tx_make_room(struct igbr_tx_ring *ring)
{
	return igbr_tx_has_room(ring, IGBR_TX_NEEDED) || !igbr_tx_stop_queue(ring);
}

/* DMA address of a piece of an XDP frame: of a receive ring of the port it is mapped already. */
static dma_addr_t igbr_tx_map_xdp(struct igbr_tx_ring *ring, struct page *page, u32 offset,
				  u32 len, bool own)
{
	dma_addr_t dma;

	if (!own)
		return dma_map_page(ring->dev, page, offset, len, DMA_TO_DEVICE);
	dma = page_pool_get_dma_addr(page) + offset;
	dma_sync_single_for_device(ring->dev, dma, len, DMA_BIDIRECTIONAL);
	return dma;
}

/**
 * igbr_tx_queue_xdp - queue a frame of XDP; igbr_tx_flush() tells the device
 * @ring: the ring
 * @frame: the frame
 * @own: it came from a receive ring of the port
 *
 * Context: softirq, the queue's transmit lock.
 * Return: 0 or a negative error: then the frame is still the caller's.
 */
int igbr_tx_queue_xdp(struct igbr_tx_ring *ring, struct xdp_frame *frame, bool own)
{
	u64 cmd = (IGBR_TXD_DATA & ~IGBR_TXD_EOP) |
		  FIELD_PREP(IGBR_TXD_PAYLEN, xdp_get_frame_len(frame));
	u32 index = ring->next_to_use, offset = offset_in_page(frame->data), len = frame->len;
	unsigned int left = 0, total = xdp_get_frame_len(frame);
	struct page *page = virt_to_page(frame->data);
	struct igbr_tx_buffer *buf;
	skb_frag_t *frag = NULL;

	if (unlikely(total < IGBR_TX_MIN_LEN))
		return -EINVAL;
	if (unlikely(!igbr_tx_has_room(ring, IGBR_TX_NEEDED)))
		return -ENOSPC;
	if (unlikely(xdp_frame_has_frags(frame))) {
		frag = xdp_get_shared_info_from_frame(frame)->frags;
		left = xdp_get_shared_info_from_frame(frame)->nr_frags;
	}
	while (1) {
		dma_addr_t dma = igbr_tx_map_xdp(ring, page, offset, len, own);

		if (unlikely(dma_mapping_error(ring->dev, dma)))
			return igbr_tx_unwind(ring, index);
		buf = &ring->mem.bufs[index];
		buf->dma = dma;
		buf->len = len;
		buf->kind = own ? 0 : IGBR_TX_MAPPED;
		if (!left--)
			break;
		igbr_tx_put_one(ring, cmd | len, dma, index);
		index = igbr_tx_take(ring, index);
		page = skb_frag_page(frag);
		offset = skb_frag_off(frag);
		len = skb_frag_size(frag++);
	}
	igbr_tx_put_one(ring, cmd | IGBR_TXD_EOP | len, buf->dma, index);
	buf->kind |= IGBR_TX_LAST | IGBR_TX_XDP;
	buf->frame = frame;
	buf->sent_bytes = ring->queued_bytes;
	ring->held++;
	u64_stats_update_begin(&ring->xmit_syncp);
	u64_stats_inc(&ring->xdp_packets);
	u64_stats_add(&ring->xdp_bytes, total);
	u64_stats_update_end(&ring->xmit_syncp);
	igbr_tx_take_last(ring, index);
	/* The stack shall find room when it is let in. */
	igbr_tx_make_room(ring);
	return 0;
}

/**
 * igbr_xmit_frame - send a frame
 * @skb: the frame
 * @netdev: network device
 *
 * Context: softirq, the queue's transmit lock.
 * Return: NETDEV_TX_OK: sent or dropped; NETDEV_TX_BUSY: no room, which the queue's stopping
 * should have prevented.
 */
netdev_tx_t igbr_xmit_frame(struct sk_buff *skb, struct net_device *netdev)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);
	struct igbr_tx_ring *ring = adapter->tx_rings[skb_get_queue_mapping(skb)];
	u32 bytes = skb->len;

	if (unlikely(!igbr_tx_make_room(ring))) {
		igbr_tx_flush(ring);
		return NETDEV_TX_BUSY;
	}
	if (unlikely(bytes < IGBR_TX_MIN_LEN))
		bytes = igbr_tx_queue_special(ring, skb);
	else if (skb->ip_summed == CHECKSUM_PARTIAL)
		bytes = igbr_tx_queue_summed(ring, skb);
	else if (skb_vlan_tag_present(skb) || unlikely(skb->no_fcs))
		bytes = igbr_tx_queue_special(ring, skb);
	else if (unlikely(!igbr_tx_queue_plain(ring, skb, bytes)))
		bytes = 0;

	if (unlikely(!bytes)) {
		if (!netdev_xmit_more())
			igbr_tx_flush(ring);
	} else if (!netdev_xmit_more()) {
		netdev_tx_sent_queue(ring->txq, bytes);
		igbr_tx_tell(ring);
	} else if (__netdev_tx_sent_queue(ring->txq, bytes, true)) {
		igbr_tx_flush(ring);
	}
	if (unlikely(!igbr_tx_make_room(ring)))
		igbr_tx_flush(ring);
	return NETDEV_TX_OK;
}
