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

static __always_inline void igbr_tx_unmap(struct igbr_tx_ring *ring, struct igbr_tx_buffer *buf)
{
	if (buf->mapped)
		dma_unmap_page(ring->dev, buf->dma, buf->len, DMA_TO_DEVICE);
	else if (buf->copied)
		ring->copies_done++;
	buf->mapped = false;
	buf->copied = false;
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

		igbr_tx_unmap(ring, buf);
		dev_kfree_skb_any(buf->skb);
		buf->skb = NULL;
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

static u16 igbr_tx_free_slots(const struct igbr_tx_ring *ring)
{
	u16 clean = READ_ONCE(ring->next_to_clean);
	u16 use = READ_ONCE(ring->next_to_use);

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
	u16 use = ring->next_to_use;
	u16 last = (use ? use : ring->mem.count) - 1;

	if (ring->told == use)
		return;
	ring->mem.desc[last].data.cmd |= cpu_to_le64(IGBR_TXD_RS);
	igbr_tx_ring_doorbell(ring);
}

static u16 igbr_tx_next(const struct igbr_tx_ring *ring, u16 index)
{
	return unlikely(++index == ring->mem.count) ? 0 : index;
}

#define IGBR_TXD_DATA	(FIELD_PREP(IGBR_TXD_DTYP, IGBR_DTYP_DATA) | IGBR_TXD_DEXT | IGBR_TXD_IFCS)
#define IGBR_TXD_CONTEXT \
	(FIELD_PREP(IGBR_TXD_DTYP, IGBR_DTYP_CONTEXT) | IGBR_TXD_DEXT)

/* Put a context into the ring unless the device has just that one. Returns the next index. */
static u16 igbr_tx_put_context(struct igbr_tx_ring *ring, u32 vlan_macip_lens, u32 type_tucmd,
			       u32 mss_l4len)
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
static void igbr_tx_unwind(struct igbr_tx_ring *ring, u16 index)
{
	while (index != ring->next_to_use) {
		index = (index ? index : ring->mem.count) - 1;
		igbr_tx_unmap(ring, &ring->mem.bufs[index]);
	}
	/* The device never sees the context that the frame may have put there. */
	ring->context = (struct igbr_tx_context){ };
}

/* A piece longer than a descriptor takes: cut it. Returns the index of the last cut. */
static noinline u16 igbr_tx_cut(struct igbr_tx_ring *ring, u64 cmd, dma_addr_t dma, u32 len,
				u16 index)
{
	while (1) {
		union igbr_tx_desc *desc = &ring->mem.desc[index];
		u32 piece = min_t(u32, len, IGBR_TX_PIECE);

		desc->data.addr = cpu_to_le64(dma);
		desc->data.cmd = cpu_to_le64(cmd | piece);
		len -= piece;
		if (!len)
			return index;
		dma += piece;
		index = igbr_tx_next(ring, index);
	}
}

/* Fill the descriptor of a piece. Returns the index of its last one. */
static u16 igbr_tx_put(struct igbr_tx_ring *ring, u64 cmd, dma_addr_t dma, u32 len, u16 index)
{
	union igbr_tx_desc *desc = &ring->mem.desc[index];

	if (unlikely(len > IGBR_TX_PIECE))
		return igbr_tx_cut(ring, cmd, dma, len, index);
	desc->data.addr = cpu_to_le64(dma);
	desc->data.cmd = cpu_to_le64(cmd | len);
	return index;
}

/* Map the linear part of a frame. Returns whether that worked. */
static __always_inline bool igbr_tx_map_head(struct igbr_tx_ring *ring, struct sk_buff *skb,
					     struct igbr_tx_buffer *buf)
{
	/* As dma_map_single(), which would first look whether the memory is linear at all. */
	buf->dma = dma_map_page(ring->dev, virt_to_page(skb->data), offset_in_page(skb->data),
				skb_headlen(skb), DMA_TO_DEVICE);
	if (unlikely(dma_mapping_error(ring->dev, buf->dma)))
		return false;
	buf->len = skb_headlen(skb);
	buf->mapped = true;
	return true;
}

/*
 * Map a frame with fragments and fill its descriptors. Returns the index of the last one, or a
 * negative error.
 */
static noinline int igbr_tx_map_frags(struct igbr_tx_ring *ring, u64 cmd, struct sk_buff *skb,
				      u16 index)
{
	struct skb_shared_info *shinfo = skb_shinfo(skb);
	struct igbr_tx_buffer *buf = &ring->mem.bufs[index];
	skb_frag_t *frag = shinfo->frags;
	u16 next;

	if (unlikely(!igbr_tx_map_head(ring, skb, buf)))
		goto fail;
	while (frag < &shinfo->frags[shinfo->nr_frags]) {
		next = igbr_tx_next(ring, igbr_tx_put(ring, cmd, buf->dma, buf->len, index));
		index = next;
		buf = &ring->mem.bufs[index];
		buf->len = skb_frag_size(frag);
		buf->dma = skb_frag_dma_map(ring->dev, frag++, 0, buf->len, DMA_TO_DEVICE);
		if (unlikely(dma_mapping_error(ring->dev, buf->dma)))
			goto fail;
		buf->mapped = true;
	}
	return igbr_tx_put(ring, cmd | IGBR_TXD_EOP, buf->dma, buf->len, index);

fail:
	igbr_tx_unwind(ring, index);
	return -ENOMEM;
}

/* The same for a frame without fragments */
static __always_inline int igbr_tx_map_linear(struct igbr_tx_ring *ring, u64 cmd,
					      struct sk_buff *skb, u16 index)
{
	struct igbr_tx_buffer *buf = &ring->mem.bufs[index];

	if (unlikely(!igbr_tx_map_head(ring, skb, buf))) {
		igbr_tx_unwind(ring, index);
		return -ENOMEM;
	}
	return igbr_tx_put(ring, cmd | IGBR_TXD_EOP, buf->dma, buf->len, index);
}

/* A short frame goes by copy while there are slots: they are used and done in turn. */
static bool igbr_tx_can_copy(const struct igbr_tx_ring *ring, const struct sk_buff *skb)
{
	return skb->len <= IGBR_TX_COPY_LEN &&
	       (u16)(ring->copied - READ_ONCE(ring->copies_done)) < IGBR_TX_COPIES;
}

static __always_inline u16 igbr_tx_copy(struct igbr_tx_ring *ring, u64 cmd, struct sk_buff *skb,
					u16 index)
{
	u32 offset = ring->copied++ % IGBR_TX_COPIES * IGBR_TX_COPY_LEN;

	memcpy(ring->mem.copies + offset, skb->data, skb->len);
	ring->mem.bufs[index].copied = true;
	return igbr_tx_put(ring, cmd | IGBR_TXD_EOP, ring->mem.copies_dma + offset, skb->len,
			   index);
}

static u32 igbr_tx_drop(struct igbr_tx_ring *ring, struct sk_buff *skb)
{
	dev_kfree_skb_any(skb);
	u64_stats_update_begin(&ring->xmit_syncp);
	u64_stats_inc(&ring->drops);
	u64_stats_update_end(&ring->xmit_syncp);
	return 0;
}

/*
 * Fill descriptors for a frame from @index on; @bytes and @segs are what it will be on the wire.
 * Returns @bytes, 0 if it was dropped.
 */
static __always_inline u32 igbr_tx_queue(struct igbr_tx_ring *ring, struct sk_buff *skb, u64 cmd,
					 u32 bytes, u16 segs, int index)
{
	struct igbr_tx_buffer *buf;

	if (skb_is_nonlinear(skb))
		index = igbr_tx_map_frags(ring, cmd, skb, index);
	else if (igbr_tx_can_copy(ring, skb))
		index = igbr_tx_copy(ring, cmd, skb, index);
	else
		index = igbr_tx_map_linear(ring, cmd, skb, index);
	if (unlikely(index < 0))
		return igbr_tx_drop(ring, skb);
	buf = &ring->mem.bufs[index];
	buf->skb = skb;
	buf->segs = segs;
	buf->bytes = bytes;
	if (unlikely(skb_shinfo(skb)->tx_flags & SKBTX_ANY_TSTAMP))
		skb_tx_timestamp(skb);
	/* The clean loop takes what is below the index for filled. */
	smp_store_release(&ring->next_to_use, igbr_tx_next(ring, index));
	return bytes;
}

/* Queue a frame that the device is to sum or cut; @cmd lacks what follows from that. */
static noinline u32 igbr_tx_queue_offload(struct igbr_tx_ring *ring, struct sk_buff *skb, u64 cmd)
{
	u32 type = IGBR_TXD_CONTEXT, mss = 0, bytes = skb->len, network, lens;
	bool ipv4 = vlan_get_protocol(skb) == htons(ETH_P_IP);
	int header = 0;
	u16 segs = 1;

	if (skb->csum_offset == offsetof(struct tcphdr, check))
		type |= IGBR_TXC_L4T_TCP;
	else if (skb->csum_offset == offsetof(struct udphdr, check))
		type |= IGBR_TXC_L4T_UDP;
	else if (skb_checksum_help(skb))
		return igbr_tx_drop(ring, skb);
	else
		return igbr_tx_queue(ring, skb, cmd | FIELD_PREP(IGBR_TXD_PAYLEN, skb->len),
				     skb->len, 1, ring->next_to_use);
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
	cmd |= IGBR_TXD_TXSM | FIELD_PREP(IGBR_TXD_PAYLEN, skb->len - header);
	network = skb_network_offset(skb);
	lens = FIELD_PREP(IGBR_TXC_MACLEN, network) |
	       FIELD_PREP(IGBR_TXC_IPLEN, skb_checksum_start_offset(skb) - network);
	return igbr_tx_queue(ring, skb, cmd, bytes, segs,
			     igbr_tx_put_context(ring, lens, type, mss));
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
	u16 free = igbr_tx_free_slots(ring);
	bool more = netdev_xmit_more();
	u64 cmd = IGBR_TXD_DATA | (more ? 0 : IGBR_TXD_RS);
	u32 bytes = 0;

	if (unlikely(free < IGBR_TX_NEEDED) && igbr_tx_stop_queue(ring)) {
		igbr_tx_flush(ring);
		return NETDEV_TX_BUSY;
	}
	if (skb->ip_summed == CHECKSUM_PARTIAL)
		bytes = igbr_tx_queue_offload(ring, skb, cmd);
	/* skb_put_padto() frees the frame when it fails. */
	else if (likely(!skb_put_padto(skb, IGBR_TX_MIN_LEN)))
		bytes = igbr_tx_queue(ring, skb, cmd | FIELD_PREP(IGBR_TXD_PAYLEN, skb->len),
				      skb->len, 1, ring->next_to_use);
	if (likely(bytes)) {
		if (__netdev_tx_sent_queue(ring->txq, bytes, more)) {
			if (likely(!more))
				igbr_tx_ring_doorbell(ring);
			else
				igbr_tx_flush(ring);
		}
	} else if (!more) {
		igbr_tx_flush(ring);
	}
	/* This frame took at the most IGBR_TX_NEEDED: below twice that, look closer. */
	if (unlikely(free < 2 * IGBR_TX_NEEDED) && igbr_tx_stop_queue(ring))
		igbr_tx_flush(ring);
	return NETDEV_TX_OK;
}

/* How many descriptors the device has done, by its word; -1 if that cannot be. */
static int igbr_tx_done(struct igbr_tx_ring *ring)
{
	u32 head = le32_to_cpu(READ_ONCE(*ring->head));
	/* Pairs with igbr_tx_queue(): buffers below the index are filled. */
	u16 use = smp_load_acquire(&ring->next_to_use);
	u16 clean = ring->next_to_clean;
	int count = ring->mem.count;
	int done, filled;

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
	unsigned int packets = 0, frames = 0, bytes = 0;
	int done = igbr_tx_done(ring), left;
	u16 index = ring->next_to_clean;

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

		igbr_tx_unmap(ring, buf);
		if (buf->skb) {
			frames++;
			packets += buf->segs;
			bytes += buf->bytes;
			napi_consume_skb(buf->skb, budget);
			buf->skb = NULL;
		}
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
