// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transmit: frames to the device, their memory back to the stack.
 *
 * The device does not write descriptors back. It writes the index of the first descriptor that
 * it has not done to one word of memory (head write-back, 82576 datasheet 7.2.3), asked for by
 * the RS bit in the last descriptor before each doorbell. The clean loop so reads one word, and
 * what it reads is checked: an index that is not between the two ends of the ring is refused.
 */
#include <linux/bitfield.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ip6_checksum.h>
#include <net/netdev_queues.h>
#include <net/tcp.h>

#include "igbr.h"

/* The device pads from 17 bytes on (TCTL.PSP). */
#define IGBR_TX_MIN_LEN		17
/* A descriptor's length has 16 bits; half of that keeps the pieces aligned. */
#define IGBR_TX_PIECE		32768

/*
 * What the largest packet may take: a context, its head, its fragments, and the cuts that
 * IGBR_TX_PIECE makes in 64 KiB
 */
#define IGBR_TX_NEEDED		(1 + 1 + MAX_SKB_FRAGS + GSO_LEGACY_MAX_SIZE / IGBR_TX_PIECE)
/* A stopped queue starts again with some room to spare, or it would stop at once. */
#define IGBR_TX_WAKE		(IGBR_TX_NEEDED + 16)
static_assert(IGBR_TX_WAKE < IGBR_RING_MIN);

/* Clean loops give up the CPU after so many descriptors. */
#define IGBR_TX_CLEAN_MAX	256

/* Descriptors that the device fetches ahead; with head write-back WTHRESH is 0. */
#define IGBR_TXDCTL_THRESHOLDS	(FIELD_PREP(IGBR_TXDCTL_PTHRESH, 8) |	\
				 FIELD_PREP(IGBR_TXDCTL_HTHRESH, 1))

/**
 * igbr_tx_mem_alloc - make the memory of a transmit ring
 * @adapter: the port
 * @count: descriptors
 * @mem: result; zeroed on failure
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int igbr_tx_mem_alloc(struct igbr_adapter *adapter, unsigned int count, struct igbr_tx_mem *mem)
{
	struct device *dev = &adapter->pdev->dev;

	*mem = (struct igbr_tx_mem){ .count = count };
	mem->bufs = kvcalloc_node(count, sizeof(*mem->bufs), GFP_KERNEL, dev_to_node(dev));
	mem->desc = dma_alloc_coherent(dev, count * sizeof(*mem->desc), &mem->dma, GFP_KERNEL);
	mem->copies = dma_alloc_coherent(dev, IGBR_TX_COPIES * IGBR_TX_COPY_LEN,
					 &mem->copies_dma, GFP_KERNEL);
	if (!mem->bufs || !mem->desc || !mem->copies) {
		igbr_tx_mem_free(adapter, mem);
		return -ENOMEM;
	}
	return 0;
}

/**
 * igbr_tx_mem_free - give the memory of a transmit ring back
 * @adapter: the port
 * @mem: the memory, also half made, with no frame in it; zeroed
 *
 * Context: process; the device does not use it any more.
 */
void igbr_tx_mem_free(struct igbr_adapter *adapter, struct igbr_tx_mem *mem)
{
	struct device *dev = &adapter->pdev->dev;

	if (mem->copies)
		dma_free_coherent(dev, IGBR_TX_COPIES * IGBR_TX_COPY_LEN, mem->copies,
				  mem->copies_dma);
	if (mem->desc)
		dma_free_coherent(dev, mem->count * sizeof(*mem->desc), mem->desc, mem->dma);
	kvfree(mem->bufs);
	*mem = (struct igbr_tx_mem){ };
}

/**
 * igbr_tx_start - program a transmit queue
 * @adapter: the port, its MAC in reset state and transmit still off
 * @ring: the ring, with memory
 *
 * Context: process, rtnl; the stack does not send and the ring's NAPI is off.
 */
void igbr_tx_start(struct igbr_adapter *adapter, struct igbr_tx_ring *ring)
{
	struct igbr_tx_mem *mem = &ring->mem;
	struct igbr_hw *hw = &adapter->hw;
	unsigned int q = ring->queue;

	memset(mem->desc, 0, mem->count * sizeof(*mem->desc));
	WRITE_ONCE(*ring->head, 0);
	ring->next_to_use = 0;
	ring->next_to_clean = 0;
	ring->told = 0;
	ring->copied = 0;
	ring->copies_done = 0;
	/* The reset cleared what the device remembered: no frame has this context. */
	ring->context = (struct igbr_tx_context){ };
	ring->tail = hw->regs + IGBR_TDT(q);

	igbr_wr32(hw, IGBR_TXDCTL(q), 0);
	igbr_wr32(hw, IGBR_TDBAL(q), lower_32_bits(mem->dma));
	igbr_wr32(hw, IGBR_TDBAH(q), upper_32_bits(mem->dma));
	igbr_wr32(hw, IGBR_TDLEN(q), mem->count * sizeof(*mem->desc));
	igbr_wr32(hw, IGBR_TDH(q), 0);
	igbr_wr32(hw, IGBR_TDT(q), 0);
	/* The write-back must not overtake others: an older head would come last. */
	igbr_wr32(hw, IGBR_TXCTL(q), igbr_rd32(hw, IGBR_TXCTL(q)) & ~IGBR_TXCTL_WB_RO);
	igbr_wr32(hw, IGBR_TDWBAH(q), upper_32_bits(ring->head_dma));
	igbr_wr32(hw, IGBR_TDWBAL(q), lower_32_bits(ring->head_dma) | IGBR_TDWBAL_ENABLE);
	igbr_wr32(hw, IGBR_TXDCTL(q), IGBR_TXDCTL_THRESHOLDS | IGBR_TXDCTL_ENABLE);
	netdev_tx_reset_queue(ring->txq);
}

/* Undo what a buffer's flags say, but for the frame; the caller clears them. */
static __always_inline void igbr_tx_undo(struct igbr_tx_ring *ring, struct igbr_tx_buffer *buf)
{
	if (buf->flags & IGBR_TX_MAPPED)
		dma_unmap_page(ring->dev, buf->dma, buf->len, DMA_TO_DEVICE);
	else if (buf->flags & IGBR_TX_COPIED)
		ring->copies_done++;
}

/**
 * igbr_tx_stop - drop the frames that the device has not sent
 * @ring: the ring; its memory stays
 *
 * Context: process; the device, the stack and NAPI do not use the ring any more.
 */
void igbr_tx_stop(struct igbr_tx_ring *ring)
{
	unsigned int i;

	for (i = 0; i < ring->mem.count; i++) {
		struct igbr_tx_buffer *buf = &ring->mem.bufs[i];

		if (buf->flags & IGBR_TX_LAST)
			dev_kfree_skb_any(buf->skb);
		igbr_tx_undo(ring, buf);
		buf->flags = 0;
	}
}

/**
 * igbr_tx_is_pending - whether the device has frames that it has not sent
 * @ring: the ring, running
 *
 * Context: process.
 */
bool igbr_tx_is_pending(const struct igbr_tx_ring *ring)
{
	return le32_to_cpu(READ_ONCE(*ring->head)) != READ_ONCE(ring->next_to_use);
}

/**
 * igbr_tx_is_done - whether there is something to give back
 * @ring: the ring, running
 *
 * Context: process; the ring may be polled meanwhile.
 */
bool igbr_tx_is_done(const struct igbr_tx_ring *ring)
{
	return le32_to_cpu(READ_ONCE(*ring->head)) != READ_ONCE(ring->next_to_clean);
}

static unsigned int igbr_tx_free_slots(const struct igbr_tx_ring *ring)
{
	unsigned int clean = READ_ONCE(ring->next_to_clean);
	unsigned int use = READ_ONCE(ring->next_to_use);

	return (clean > use ? 0 : ring->mem.count) + clean - use - 1;
}

/* Tell the device of every descriptor so far; the last one has RS. */
static void igbr_tx_ring_doorbell(struct igbr_tx_ring *ring)
{
	ring->told = ring->next_to_use;
	/* writel() lets the device see the descriptors before the tail. */
	writel(ring->told, ring->tail);
}

/* The same when frames wait that were to be followed by more: the last one gets RS now. */
static noinline void igbr_tx_flush(struct igbr_tx_ring *ring)
{
	unsigned int use = ring->next_to_use;
	unsigned int last = (use ? use : ring->mem.count) - 1;

	if (ring->told == use)
		return;
	ring->mem.desc[last].data.cmd |= cpu_to_le64(IGBR_TXD_RS);
	igbr_tx_ring_doorbell(ring);
}

static unsigned int igbr_tx_next(const struct igbr_tx_ring *ring, unsigned int index)
{
	return unlikely(++index == ring->mem.count) ? 0 : index;
}

#define IGBR_TXD_DATA	(FIELD_PREP(IGBR_TXD_DTYP, IGBR_DTYP_DATA) | IGBR_TXD_DEXT | IGBR_TXD_IFCS)
#define IGBR_TXD_CONTEXT \
	(FIELD_PREP(IGBR_TXD_DTYP, IGBR_DTYP_CONTEXT) | IGBR_TXD_DEXT)

/* Put a context into the ring unless the device has just that one. Returns the next index. */
static unsigned int igbr_tx_put_context(struct igbr_tx_ring *ring, u32 vlan_macip_lens,
					u32 type_tucmd, u32 mss_l4len)
{
	union igbr_tx_desc *desc = &ring->mem.desc[ring->next_to_use];
	struct igbr_tx_context *last = &ring->context;

	if (last->vlan_macip_lens == vlan_macip_lens && last->type_tucmd == type_tucmd &&
	    last->mss_l4len == mss_l4len)
		return ring->next_to_use;
	last->vlan_macip_lens = vlan_macip_lens;
	last->type_tucmd = type_tucmd;
	last->mss_l4len = mss_l4len;
	desc->context.vlan_macip_lens = cpu_to_le32(vlan_macip_lens);
	desc->context.reserved = 0;
	desc->context.type_tucmd = cpu_to_le32(type_tucmd);
	desc->context.mss_l4len = cpu_to_le32(mss_l4len);
	return igbr_tx_next(ring, ring->next_to_use);
}

/*
 * Let the device cut a TCP packet; it adds lengths and sums of each segment to the headers.
 * Returns the length of the headers, or a negative error.
 */
static int igbr_tx_prepare_tso(struct sk_buff *skb)
{
	int err = skb_cow_head(skb, 0);

	if (err)
		return err;
	if (vlan_get_protocol(skb) == htons(ETH_P_IP)) {
		struct iphdr *ip = ip_hdr(skb);

		ip->tot_len = 0;
		ip->check = 0;
		tcp_hdr(skb)->check = ~csum_tcpudp_magic(ip->saddr, ip->daddr, 0, IPPROTO_TCP, 0);
	} else {
		tcp_v6_gso_csum_prep(skb);
	}
	return skb_tcp_all_headers(skb);
}

/* Take back the descriptors before @index of a frame that could not be mapped to its end. */
static noinline int igbr_tx_unwind(struct igbr_tx_ring *ring, unsigned int index)
{
	while (index != ring->next_to_use) {
		struct igbr_tx_buffer *buf;

		index = (index ? index : ring->mem.count) - 1;
		buf = &ring->mem.bufs[index];
		igbr_tx_undo(ring, buf);
		buf->flags = 0;
	}
	/* The device never sees the context that the frame may have put there. */
	ring->context = (struct igbr_tx_context){ };
	return -ENOMEM;
}

/*
 * Fill the descriptors of a piece that is too long for one. Returns the index of the last; the
 * others do not have what @last says of the frame's end.
 */
static noinline unsigned int igbr_tx_cut(struct igbr_tx_ring *ring, u64 cmd, u64 last,
					 dma_addr_t dma, u32 len, unsigned int index)
{
	while (1) {
		union igbr_tx_desc *desc = &ring->mem.desc[index];
		u32 piece = min_t(u32, len, IGBR_TX_PIECE);

		len -= piece;
		desc->data.addr = cpu_to_le64(dma);
		desc->data.cmd = cpu_to_le64(cmd | piece | (len ? 0 : last));
		if (!len)
			return index;
		dma += piece;
		index = igbr_tx_next(ring, index);
	}
}

/* Fill the descriptor of a piece. Returns the index of its last one. */
static unsigned int igbr_tx_put(struct igbr_tx_ring *ring, u64 cmd, u64 last, dma_addr_t dma,
				u32 len, unsigned int index)
{
	union igbr_tx_desc *desc = &ring->mem.desc[index];

	if (unlikely(len > IGBR_TX_PIECE))
		return igbr_tx_cut(ring, cmd, last, dma, len, index);
	desc->data.addr = cpu_to_le64(dma);
	desc->data.cmd = cpu_to_le64(cmd | last | len);
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
static noinline int igbr_tx_map_frags(struct igbr_tx_ring *ring, u64 cmd, u64 last,
				      struct sk_buff *skb, unsigned int index)
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
		buf->flags = IGBR_TX_MAPPED;
		if (!left--)
			return igbr_tx_put(ring, cmd, last, dma, len, index);
		index = igbr_tx_next(ring, igbr_tx_put(ring, cmd, 0, dma, len, index));
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

/* The frame that a descriptor ends: @bytes and @segs on the wire. */
static __always_inline void igbr_tx_note(struct igbr_tx_buffer *buf, struct sk_buff *skb,
					 u32 bytes, u16 segs, u8 flags)
{
	buf->skb = skb;
	buf->bytes = bytes;
	buf->segs = segs;
	buf->flags = flags;
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
static __always_inline bool igbr_tx_can_copy(const struct igbr_tx_ring *ring, u32 len)
{
	return len <= IGBR_TX_COPY_LEN &&
	       ring->copied - READ_ONCE(ring->copies_done) < IGBR_TX_COPIES;
}

/*
 * Fill descriptors for a frame from @index on. @cmd is for all of them, @last for the last one;
 * @bytes and @segs are what the frame will be on the wire. Returns whether it was queued, else it
 * was dropped.
 */
static __always_inline bool igbr_tx_queue(struct igbr_tx_ring *ring, struct sk_buff *skb, u64 cmd,
					  u64 last, u32 bytes, u16 segs,
					  unsigned int index)
{
	struct igbr_tx_buffer *buf;
	u32 len = skb->len;
	u64 whole = cmd | last | len;

	if (unlikely(skb_shinfo(skb)->tx_flags & SKBTX_ANY_TSTAMP))
		skb_tx_timestamp(skb);
	if (!skb_is_nonlinear(skb) && igbr_tx_can_copy(ring, len)) {
		u32 offset = ring->copied++ % IGBR_TX_COPIES * IGBR_TX_COPY_LEN;

		buf = &ring->mem.bufs[index];
		igbr_tx_put_one(ring, whole, ring->mem.copies_dma + offset, index);
		igbr_tx_note(buf, skb, bytes, segs, IGBR_TX_COPIED | IGBR_TX_LAST);
		memcpy(ring->mem.copies + offset, skb->data, len);
	} else if (!skb_is_nonlinear(skb) && likely(len <= IGBR_TX_PIECE)) {
		dma_addr_t dma = igbr_tx_map_head(ring, skb, len);

		if (unlikely(dma_mapping_error(ring->dev, dma))) {
			igbr_tx_unwind(ring, index);
			return igbr_tx_drop(ring, skb);
		}
		buf = &ring->mem.bufs[index];
		buf->dma = dma;
		buf->len = len;
		igbr_tx_note(buf, skb, bytes, segs, IGBR_TX_MAPPED | IGBR_TX_LAST);
		igbr_tx_put_one(ring, whole, dma, index);
	} else {
		int end = igbr_tx_map_frags(ring, cmd, last, skb, index);

		if (unlikely(end < 0))
			return igbr_tx_drop(ring, skb);
		index = end;
		buf = &ring->mem.bufs[index];
		igbr_tx_note(buf, skb, bytes, segs, buf->flags | IGBR_TX_LAST);
	}
	/* The clean loop takes what is below the index for filled. */
	smp_store_release(&ring->next_to_use, igbr_tx_next(ring, index));
	return true;
}

/* Queue a frame as it is. */
static __always_inline bool igbr_tx_queue_plain(struct igbr_tx_ring *ring, struct sk_buff *skb,
						u64 last)
{
	return igbr_tx_queue(ring, skb, IGBR_TXD_DATA | FIELD_PREP(IGBR_TXD_PAYLEN, skb->len),
			     last, skb->len, 1, ring->next_to_use);
}

/* Queue a frame that the device is to sum or cut. Returns its bytes on the wire, 0: dropped. */
static noinline u32 igbr_tx_queue_offload(struct igbr_tx_ring *ring, struct sk_buff *skb, u64 last)
{
	u32 type = IGBR_TXD_CONTEXT, mss = 0, bytes = skb->len, network, lens;
	bool ipv4 = vlan_get_protocol(skb) == htons(ETH_P_IP);
	u64 cmd = IGBR_TXD_DATA | IGBR_TXD_TXSM;
	int header = 0;
	u16 segs = 1;

	if (skb->csum_offset == offsetof(struct tcphdr, check))
		type |= IGBR_TXC_L4T_TCP;
	else if (skb->csum_offset == offsetof(struct udphdr, check))
		type |= IGBR_TXC_L4T_UDP;
	else if (!skb_checksum_help(skb))
		return igbr_tx_queue_plain(ring, skb, last) ? bytes : 0;
	else
		return igbr_tx_drop(ring, skb);
	if (ipv4)
		type |= IGBR_TXC_IPV4;
	if (skb_is_gso(skb)) {
		header = igbr_tx_prepare_tso(skb);
		if (unlikely(header < 0))
			return igbr_tx_drop(ring, skb);
		cmd |= IGBR_TXD_TSE | (ipv4 ? IGBR_TXD_IXSM : 0);
		segs = skb_shinfo(skb)->gso_segs;
		bytes += (segs - 1) * header;
		mss = FIELD_PREP(IGBR_TXC_MSS, skb_shinfo(skb)->gso_size) |
		      FIELD_PREP(IGBR_TXC_L4LEN, tcp_hdrlen(skb));
	}
	cmd |= FIELD_PREP(IGBR_TXD_PAYLEN, skb->len - header);
	network = skb_network_offset(skb);
	lens = FIELD_PREP(IGBR_TXC_MACLEN, network) |
	       FIELD_PREP(IGBR_TXC_IPLEN, skb_checksum_start_offset(skb) - network);
	return igbr_tx_queue(ring, skb, cmd, last, bytes, segs,
			     igbr_tx_put_context(ring, lens, type, mss)) ? bytes : 0;
}

/* Queue a frame that is too short for the device. Returns as igbr_tx_queue_offload(). */
static noinline u32 igbr_tx_queue_short(struct igbr_tx_ring *ring, struct sk_buff *skb, u64 last)
{
	/* It frees the frame when it fails. */
	if (skb_put_padto(skb, IGBR_TX_MIN_LEN))
		return 0;
	return igbr_tx_queue_plain(ring, skb, last) ? skb->len : 0;
}

/* Few descriptors are left: stop the queue until some are done. Returns whether it stopped. */
static noinline bool igbr_tx_stop_queue(struct igbr_tx_ring *ring)
{
	if (netif_txq_maybe_stop(ring->txq, igbr_tx_free_slots(ring), IGBR_TX_NEEDED,
				 IGBR_TX_WAKE))
		return false;
	u64_stats_update_begin(&ring->xmit_syncp);
	u64_stats_inc(&ring->restarts);
	u64_stats_update_end(&ring->xmit_syncp);
	return true;
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
	/* Less room than for this frame and the next: the queue may have to stop. */
	bool tight = igbr_tx_free_slots(ring) < 2 * IGBR_TX_NEEDED;
	bool more = netdev_xmit_more();
	u64 last = IGBR_TXD_EOP | (more ? 0 : IGBR_TXD_RS);
	u32 bytes = skb->len;

	if (unlikely(tight) && igbr_tx_stop_queue(ring)) {
		igbr_tx_flush(ring);
		return NETDEV_TX_BUSY;
	}
	if (skb->ip_summed == CHECKSUM_PARTIAL)
		bytes = igbr_tx_queue_offload(ring, skb, last);
	else if (unlikely(bytes < IGBR_TX_MIN_LEN))
		bytes = igbr_tx_queue_short(ring, skb, last);
	else if (unlikely(!igbr_tx_queue_plain(ring, skb, last)))
		bytes = 0;

	if (unlikely(!bytes)) {
		if (!more)
			igbr_tx_flush(ring);
	} else if (__netdev_tx_sent_queue(ring->txq, bytes, more)) {
		if (likely(!more))
			igbr_tx_ring_doorbell(ring);
		else
			igbr_tx_flush(ring);
	}
	if (unlikely(tight) && igbr_tx_stop_queue(ring))
		igbr_tx_flush(ring);
	return NETDEV_TX_OK;
}

/* How many descriptors the device has done, by its word; -1 if that cannot be. */
static int igbr_tx_done(struct igbr_tx_ring *ring)
{
	unsigned int head = le32_to_cpu(READ_ONCE(*ring->head));
	unsigned int count = ring->mem.count, clean = ring->next_to_clean;
	/* Pairs with igbr_tx_queue(): buffers below the index are filled. */
	unsigned int use = smp_load_acquire(&ring->next_to_use);
	unsigned int done, filled;

	if (unlikely(head >= count))
		return -1;
	done = head - clean + (head < clean ? count : 0);
	filled = use - clean + (use < clean ? count : 0);
	return unlikely(done > filled) ? -1 : done;
}

/* The device lies about what it has sent; nothing that it says of this ring can be used. */
static void igbr_tx_bad_head(struct igbr_tx_ring *ring)
{
	u64_stats_update_begin(&ring->syncp);
	u64_stats_inc(&ring->bad_heads);
	u64_stats_update_end(&ring->syncp);
	if (net_ratelimit())
		netdev_err(ring->netdev, "queue %u: device reports transmit head %u, ring has %u\n",
			   ring->queue, le32_to_cpu(READ_ONCE(*ring->head)), ring->mem.count);
	igbr_request_reset(netdev_priv(ring->netdev));
}

/**
 * igbr_clean_tx_irq - give back the frames that were sent
 * @ring: the ring
 * @budget: NAPI's budget, 0 from netpoll
 *
 * Context: softirq or netpoll, the ring's NAPI.
 * Return: true when nothing more is to be done.
 */
bool igbr_clean_tx_irq(struct igbr_tx_ring *ring, int budget)
{
	unsigned int packets = 0, frames = 0, bytes = 0, index = ring->next_to_clean;
	int done = igbr_tx_done(ring), left;

	if (unlikely(done < 0)) {
		igbr_tx_bad_head(ring);
		return true;
	}
	if (!done)
		return true;
	/* What the device has done is read only after its word. */
	dma_rmb();

	left = done - IGBR_TX_CLEAN_MAX;
	done = min(done, IGBR_TX_CLEAN_MAX);
	while (done--) {
		struct igbr_tx_buffer *buf = &ring->mem.bufs[index];

		igbr_tx_undo(ring, buf);
		if (buf->flags & IGBR_TX_LAST) {
			frames++;
			packets += buf->segs;
			bytes += buf->bytes;
			napi_consume_skb(buf->skb, budget);
		}
		buf->flags = 0;
		index = igbr_tx_next(ring, index);
	}
	WRITE_ONCE(ring->next_to_clean, index);

	u64_stats_update_begin(&ring->syncp);
	u64_stats_add(&ring->packets, packets);
	u64_stats_add(&ring->bytes, bytes);
	u64_stats_update_end(&ring->syncp);
	netif_txq_completed_wake(ring->txq, frames, bytes, igbr_tx_free_slots(ring), IGBR_TX_WAKE);
	return left <= 0;
}
