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
	u32 ring_size = ALIGN(count * sizeof(*mem->desc), L1_CACHE_BYTES);

	*mem = (struct igbr_tx_mem){ .count = count, .size = ring_size + L1_CACHE_BYTES };
	mem->bufs = kvcalloc_node(count, sizeof(*mem->bufs), GFP_KERNEL, dev_to_node(dev));
	mem->desc = dma_alloc_coherent(dev, mem->size, &mem->dma, GFP_KERNEL);
	if (!mem->bufs || !mem->desc) {
		igbr_tx_mem_free(adapter, mem);
		return -ENOMEM;
	}
	mem->head = (void *)mem->desc + ring_size;
	mem->head_dma = mem->dma + ring_size;
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
	if (mem->desc)
		dma_free_coherent(&adapter->pdev->dev, mem->size, mem->desc, mem->dma);
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

	memset(mem->desc, 0, mem->size);
	ring->next_to_use = 0;
	ring->next_to_clean = 0;
	ring->pending = false;
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
	igbr_wr32(hw, IGBR_TDWBAH(q), upper_32_bits(mem->head_dma));
	igbr_wr32(hw, IGBR_TDWBAL(q), lower_32_bits(mem->head_dma) | IGBR_TDWBAL_ENABLE);
	igbr_wr32(hw, IGBR_TXDCTL(q), IGBR_TXDCTL_THRESHOLDS | IGBR_TXDCTL_ENABLE);
	netdev_tx_reset_queue(ring->txq);
}

static void igbr_tx_unmap(struct igbr_tx_ring *ring, struct igbr_tx_buffer *buf)
{
	if (!buf->len)
		return;
	if (buf->single)
		dma_unmap_single(ring->dev, buf->dma, buf->len, DMA_TO_DEVICE);
	else
		dma_unmap_page(ring->dev, buf->dma, buf->len, DMA_TO_DEVICE);
	buf->len = 0;
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
	return le32_to_cpu(READ_ONCE(*ring->mem.head)) != READ_ONCE(ring->next_to_use);
}

static u16 igbr_tx_free_slots(const struct igbr_tx_ring *ring)
{
	u16 clean = READ_ONCE(ring->next_to_clean);
	u16 use = READ_ONCE(ring->next_to_use);

	return (clean > use ? 0 : ring->mem.count) + clean - use - 1;
}

/* Tell the device of every descriptor so far, and ask it to report when it has done them. */
static void igbr_tx_flush(struct igbr_tx_ring *ring)
{
	u16 use = ring->next_to_use;
	u16 last = (use ? use : ring->mem.count) - 1;

	if (!ring->pending)
		return;
	ring->pending = false;
	ring->mem.desc[last].data.cmd_type_len |= cpu_to_le32(IGBR_TXD_RS);
	/* writel() lets the device see the descriptors before the tail. */
	writel(use, ring->tail);
}

static u16 igbr_tx_next(const struct igbr_tx_ring *ring, u16 index)
{
	return unlikely(++index == ring->mem.count) ? 0 : index;
}

/**
 * struct igbr_tx_frame - what a frame's descriptors have in common
 * @cmd: command bits
 * @olinfo: offload bits and payload length
 * @header: bytes that TSO repeats in every segment, else 0
 * @segs: frames on the wire
 * @context: the offload context; all zero if none is needed
 */
struct igbr_tx_frame {
	u32 cmd;
	u32 olinfo;
	u32 header;
	u16 segs;
	struct igbr_tx_context context;
};

static void igbr_tx_set_context(struct igbr_tx_frame *frame, const struct sk_buff *skb,
				u32 type_tucmd, u32 mss_l4len)
{
	frame->context.vlan_macip_lens =
		FIELD_PREP(IGBR_TXC_MACLEN, skb_network_offset(skb)) |
		FIELD_PREP(IGBR_TXC_IPLEN, skb_checksum_start_offset(skb) -
					   skb_network_offset(skb));
	frame->context.type_tucmd = type_tucmd | IGBR_TXD_DEXT | IGBR_TXD_DTYP_CONTEXT;
	frame->context.mss_l4len = mss_l4len;
}

static int igbr_tx_prepare_tso(struct igbr_tx_frame *frame, struct sk_buff *skb)
{
	u32 header = skb_tcp_all_headers(skb);
	u32 type = IGBR_TXC_L4T_TCP;
	int err;

	err = skb_cow_head(skb, 0);
	if (err)
		return err;
	/* The device adds lengths and sums of each segment to what stands in the headers. */
	if (vlan_get_protocol(skb) == htons(ETH_P_IP)) {
		struct iphdr *ip = ip_hdr(skb);

		type |= IGBR_TXC_IPV4;
		ip->tot_len = 0;
		ip->check = 0;
		tcp_hdr(skb)->check = ~csum_tcpudp_magic(ip->saddr, ip->daddr, 0, IPPROTO_TCP, 0);
		frame->olinfo = IGBR_TXD_IXSM;
	} else {
		ipv6_hdr(skb)->payload_len = 0;
		tcp_v6_gso_csum_prep(skb);
	}
	frame->cmd |= IGBR_TXD_TSE;
	frame->olinfo |= IGBR_TXD_TXSM | FIELD_PREP(IGBR_TXD_PAYLEN, skb->len - header);
	frame->header = header;
	frame->segs = skb_shinfo(skb)->gso_segs;
	igbr_tx_set_context(frame, skb, type,
			    FIELD_PREP(IGBR_TXC_MSS, skb_shinfo(skb)->gso_size) |
			    FIELD_PREP(IGBR_TXC_L4LEN, tcp_hdrlen(skb)));
	return 0;
}

static int igbr_tx_prepare_csum(struct igbr_tx_frame *frame, struct sk_buff *skb)
{
	u32 type = vlan_get_protocol(skb) == htons(ETH_P_IP) ? IGBR_TXC_IPV4 : 0;

	switch (skb->csum_offset) {
	case offsetof(struct tcphdr, check):
		type |= IGBR_TXC_L4T_TCP;
		break;
	case offsetof(struct udphdr, check):
		type |= IGBR_TXC_L4T_UDP;
		break;
	default:
		return skb_checksum_help(skb);
	}
	frame->olinfo |= IGBR_TXD_TXSM;
	igbr_tx_set_context(frame, skb, type, 0);
	return 0;
}

static int igbr_tx_prepare(struct igbr_tx_frame *frame, struct sk_buff *skb)
{
	*frame = (struct igbr_tx_frame){
		.cmd = IGBR_TXD_DTYP_DATA | IGBR_TXD_DEXT | IGBR_TXD_IFCS,
		.olinfo = FIELD_PREP(IGBR_TXD_PAYLEN, skb->len),
		.segs = 1,
	};
	if (skb_is_gso(skb))
		return igbr_tx_prepare_tso(frame, skb);
	if (skb->ip_summed == CHECKSUM_PARTIAL)
		return igbr_tx_prepare_csum(frame, skb);
	return 0;
}

/* Put the context into the ring unless the device has just that one. */
static u16 igbr_tx_put_context(struct igbr_tx_ring *ring, const struct igbr_tx_context *context,
			       u16 index)
{
	union igbr_tx_desc *desc = &ring->mem.desc[index];

	if (!context->type_tucmd || !memcmp(context, &ring->context, sizeof(*context)))
		return index;
	ring->context = *context;
	desc->context.vlan_macip_lens = cpu_to_le32(context->vlan_macip_lens);
	desc->context.reserved = 0;
	desc->context.type_tucmd = cpu_to_le32(context->type_tucmd);
	desc->context.mss_l4len = cpu_to_le32(context->mss_l4len);
	return igbr_tx_next(ring, index);
}

/* Take back the descriptors of a frame that could not be mapped to its end. */
static void igbr_tx_unwind(struct igbr_tx_ring *ring, u16 index)
{
	while (index != ring->next_to_use) {
		index = (index ? index : ring->mem.count) - 1;
		igbr_tx_unmap(ring, &ring->mem.bufs[index]);
	}
	/* The context may have been written over the one that the device remembers. */
	ring->context = (struct igbr_tx_context){ };
}

/*
 * Map a piece of a frame and fill descriptors for it. Returns the next free index, or a
 * negative error: the caller unwinds.
 */
static int igbr_tx_map(struct igbr_tx_ring *ring, const struct igbr_tx_frame *frame,
		       struct sk_buff *skb, const skb_frag_t *frag, u16 index)
{
	u32 len = frag ? skb_frag_size(frag) : skb_headlen(skb);
	struct igbr_tx_mem *mem = &ring->mem;
	struct igbr_tx_buffer *buf = &mem->bufs[index];
	dma_addr_t dma;

	if (!len)
		return index;
	if (frag)
		dma = skb_frag_dma_map(ring->dev, frag, 0, len, DMA_TO_DEVICE);
	else
		dma = dma_map_single(ring->dev, skb->data, len, DMA_TO_DEVICE);
	if (unlikely(dma_mapping_error(ring->dev, dma)))
		return -ENOMEM;
	buf->dma = dma;
	buf->len = len;
	buf->single = !frag;

	while (1) {
		union igbr_tx_desc *desc = &mem->desc[index];
		u32 piece = min_t(u32, len, IGBR_TX_PIECE);

		desc->data.addr = cpu_to_le64(dma);
		desc->data.cmd_type_len = cpu_to_le32(frame->cmd | piece);
		desc->data.olinfo = cpu_to_le32(frame->olinfo);
		index = igbr_tx_next(ring, index);
		len -= piece;
		if (likely(!len))
			return index;
		dma += piece;
	}
}

static int igbr_tx_map_frame(struct igbr_tx_ring *ring, const struct igbr_tx_frame *frame,
			     struct sk_buff *skb)
{
	unsigned int nr_frags = skb_shinfo(skb)->nr_frags, i;
	u16 good = igbr_tx_put_context(ring, &frame->context, ring->next_to_use);
	int index;

	index = igbr_tx_map(ring, frame, skb, NULL, good);
	for (i = 0; index >= 0 && i < nr_frags; i++) {
		good = index;
		index = igbr_tx_map(ring, frame, skb, &skb_shinfo(skb)->frags[i], index);
	}
	if (unlikely(index < 0))
		igbr_tx_unwind(ring, good);
	return index;
}

static void igbr_tx_drop(struct igbr_tx_ring *ring, struct sk_buff *skb)
{
	dev_kfree_skb_any(skb);
	u64_stats_update_begin(&ring->xmit_syncp);
	u64_stats_inc(&ring->drops);
	u64_stats_update_end(&ring->xmit_syncp);
}

/* Fill descriptors for a frame. Returns its bytes on the wire, 0 if it was dropped. */
static u32 igbr_tx_queue(struct igbr_tx_ring *ring, struct sk_buff *skb)
{
	struct igbr_tx_frame frame;
	struct igbr_tx_buffer *buf;
	int index;
	u16 last;

	if (unlikely(igbr_tx_prepare(&frame, skb)))
		goto drop;
	index = igbr_tx_map_frame(ring, &frame, skb);
	if (unlikely(index < 0))
		goto drop;

	last = (index ? index : ring->mem.count) - 1;
	ring->mem.desc[last].data.cmd_type_len |= cpu_to_le32(IGBR_TXD_EOP);
	buf = &ring->mem.bufs[last];
	buf->skb = skb;
	buf->segs = frame.segs;
	buf->bytes = skb->len + (frame.segs - 1) * frame.header;
	skb_tx_timestamp(skb);
	/* The clean loop takes what is below the index for filled. */
	smp_store_release(&ring->next_to_use, index);
	ring->pending = true;
	return buf->bytes;

drop:
	igbr_tx_drop(ring, skb);
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
	bool more = netdev_xmit_more();
	u32 bytes = 0;

	if (unlikely(igbr_tx_free_slots(ring) < IGBR_TX_NEEDED)) {
		if (!netif_txq_try_stop(ring->txq, igbr_tx_free_slots(ring), IGBR_TX_NEEDED)) {
			igbr_tx_flush(ring);
			return NETDEV_TX_BUSY;
		}
	}
	/* skb_put_padto() frees the frame when it fails. */
	if (likely(!skb_put_padto(skb, IGBR_TX_MIN_LEN)))
		bytes = igbr_tx_queue(ring, skb);

	if (likely(bytes))
		more = !__netdev_tx_sent_queue(ring->txq, bytes, more);
	if (unlikely(!netif_txq_maybe_stop(ring->txq, igbr_tx_free_slots(ring), IGBR_TX_NEEDED,
					   IGBR_TX_WAKE))) {
		u64_stats_update_begin(&ring->xmit_syncp);
		u64_stats_inc(&ring->restarts);
		u64_stats_update_end(&ring->xmit_syncp);
		more = false;
	}
	if (!more)
		igbr_tx_flush(ring);
	return NETDEV_TX_OK;
}

/* How many descriptors the device has done, by its word; -1 if that cannot be. */
static int igbr_tx_done(struct igbr_tx_ring *ring)
{
	u32 head = le32_to_cpu(READ_ONCE(*ring->mem.head));
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
			   ring->queue, le32_to_cpu(READ_ONCE(*ring->mem.head)), ring->mem.count);
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
