// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receive: buffers to the device, frames to the stack.
 *
 * A buffer is a piece of a page of the ring's page pool:
 *
 *	headroom | what the device writes | skb_shared_info
 *
 * so that the packet head is built around it without a copy. Frames of up to 1536 bytes take
 * half a page each; for a larger MTU a buffer is a page, and a frame may span several.
 *
 * What the device writes back is checked before it is used: a wrong length, a frame without an
 * end or a descriptor that was not given costs that frame, and is counted.
 */
#include <linux/bitfield.h>
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/iopoll.h>
#include <linux/prefetch.h>
#include <net/page_pool/helpers.h>

#include "igbr.h"
#include "rx_frame.h"
#include "trace.h"

/* Room before the frame: what the stack wants, and as much more as half a page has left */
#define IGBR_RX_HEADROOM	192
#define IGBR_RX_TAILROOM	SKB_DATA_ALIGN(sizeof(struct skb_shared_info))

#define IGBR_RX_HALF_SIZE	2048
#define IGBR_RX_HALF_LEN	1536
#define IGBR_RX_HALF_HW_LEN	2048
#define IGBR_RX_FULL_SIZE	PAGE_SIZE

/* The device always has three quarters of the ring; tail writes beyond this many save little. */
#define IGBR_RX_MAX_BATCH	64
/* Frames to take before memory is asked for again that was not there */
#define IGBR_RX_RETRY		8U
/* Longest head of a packet that is copied (legacy-rx) */
#define IGBR_RX_LEGACY_HEAD	256U
#define IGBR_RX_BATCH(count)	min((count) / 4 & ~1U, IGBR_RX_MAX_BATCH)

/* The address of a buffer has no RSS type. */
static_assert((IGBR_RX_HEADROOM | XDP_PACKET_HEADROOM | IGBR_RX_HALF_SIZE) % 16 == 0);
static_assert(IGBR_RX_HEADROOM + IGBR_RX_HALF_LEN + IGBR_RX_TAILROOM <= IGBR_RX_HALF_SIZE);
/* A half is not safe by what the device is told of the buffer, but by RLPML: see rx_all. */
static_assert(IGBR_RX_HEADROOM + IGBR_RX_FULL_LEN + IGBR_RX_TAILROOM <= IGBR_RX_FULL_SIZE);
static_assert(XDP_PACKET_HEADROOM + IGBR_RX_FULL_LEN + IGBR_RX_TAILROOM <= IGBR_RX_FULL_SIZE);
static_assert(IGBR_RX_FULL_LEN * (MAX_SKB_FRAGS + 1) >= IGBR_MTU_MAX + IGBR_FRAME_OVERHEAD);

/* Descriptors that the device fetches ahead, and how many it may write back at once (8.10.10) */
#define IGBR_RXDCTL_THRESHOLDS	(FIELD_PREP(IGBR_RXDCTL_PTHRESH, 8) |	\
				 FIELD_PREP(IGBR_RXDCTL_HTHRESH, 8) |	\
				 FIELD_PREP(IGBR_RXDCTL_WTHRESH, 1))

/* Only the poll writes what begins here; what others read of the ring is before that. */
static_assert(offsetofend(struct igbr_rx_ring, suspect_frames) <=
	      offsetof(struct igbr_rx_ring, __cacheline_group_begin__poll));
static_assert(offsetof(struct igbr_rx_ring, next_to_clean) % SMP_CACHE_BYTES == 0);
static_assert(offsetofend(struct igbr_rx_ring, stats) <=
	      offsetof(struct igbr_rx_ring, __cacheline_group_end__poll));
static_assert(sizeof(struct igbr_rx_ring) % SMP_CACHE_BYTES == 0);

/* Buffers that a page gives: one or two */
static unsigned int igbr_rx_per_page(const struct igbr_rx_mem *mem)
{
	return mem->truesize < PAGE_SIZE ? 2 : 1;
}

/* Put one page's buffers, @per_page, into the ring from @index on and give them to the device. */
static __always_inline bool igbr_rx_fill_page(struct igbr_rx_mem *mem, unsigned int index,
					      gfp_t gfp, unsigned int per_page)
{
	struct page *page = page_pool_alloc_pages(mem->pool, gfp | __GFP_NOWARN);
	union igbr_rx_desc *desc = &mem->desc[index];
	dma_addr_t dma;
	void *buf;

	if (unlikely(!page))
		return false;
	buf = page_address(page) + mem->headroom;
	dma = page_pool_get_dma_addr(page) + mem->headroom;
	mem->bufs[index] = buf;
	desc->read.addr = cpu_to_le64(dma);
	desc->read.hdr_addr = 0;
	if (per_page == 2) {
		page_pool_fragment_page(page, 2);
		mem->bufs[index + 1] = buf + IGBR_RX_HALF_SIZE;
		desc[1].read.addr = cpu_to_le64(dma + IGBR_RX_HALF_SIZE);
		desc[1].read.hdr_addr = 0;
	}
	return true;
}

static int igbr_rx_create_pool(struct igbr_adapter *adapter, unsigned int queue,
			       struct igbr_rx_mem *mem)
{
	struct page_pool_params params = {
		.flags = PP_FLAG_DMA_MAP | PP_FLAG_DMA_SYNC_DEV,
		.pool_size = mem->count * mem->truesize / PAGE_SIZE,
		.nid = dev_to_node(&adapter->pdev->dev),
		.dev = &adapter->pdev->dev,
		.netdev = adapter->netdev,
		.queue_idx = queue,
		.dma_dir = mem->xdp ? DMA_BIDIRECTIONAL : DMA_FROM_DEVICE,
		.max_len = PAGE_SIZE,
	};
	struct page_pool *pool = page_pool_create(&params);

	if (IS_ERR(pool))
		return PTR_ERR(pool);
	mem->pool = pool;
	return mem->xdp ? igbr_xdp_register(adapter, queue, mem) : 0;
}

/**
 * igbr_rx_mem_alloc - make the memory of a receive ring and fill it with buffers
 * @adapter: the port
 * @queue: number of the ring
 * @config: ring size, MTU, and whether buffers are laid out for XDP
 * @mem: result; zeroed on failure
 *
 * Context: process, rtnl.
 * Return: 0 or -ENOMEM.
 */
int igbr_rx_mem_alloc(struct igbr_adapter *adapter, unsigned int queue,
		      const struct igbr_config *config, struct igbr_rx_mem *mem)
{
	bool half = igbr_mru(config) + IGBR_FRAME_OVERHEAD <= IGBR_RX_HALF_LEN &&
		    !config->xdp && !config->rx_all;
	unsigned int i, count = config->rx_count;
	int err;

	*mem = (struct igbr_rx_mem){
		.count = count,
		.batch = IGBR_RX_BATCH(count),
		.buf_len = half ? IGBR_RX_HALF_LEN : IGBR_RX_FULL_LEN,
		.hw_len = half ? IGBR_RX_HALF_HW_LEN : IGBR_RX_FULL_LEN,
		.truesize = half ? IGBR_RX_HALF_SIZE : IGBR_RX_FULL_SIZE,
		.headroom = config->xdp ? XDP_PACKET_HEADROOM : IGBR_RX_HEADROOM,
		.max_frame = config->rx_all ?
			     min_t(u32, IGBR_RX_FULL_LEN * MAX_SKB_FRAGS, U16_MAX) :
			     igbr_mru(config) + IGBR_FRAME_OVERHEAD - ETH_FCS_LEN,
		.xdp = config->xdp,
	};
	err = igbr_rx_create_pool(adapter, queue, mem);
	if (err)
		goto fail;
	err = -ENOMEM;
	mem->bufs = kvcalloc_node(count, sizeof(*mem->bufs), GFP_KERNEL,
				  dev_to_node(&adapter->pdev->dev));
	mem->desc = dma_alloc_coherent(&adapter->pdev->dev, count * sizeof(*mem->desc), &mem->dma,
				       GFP_KERNEL);
	if (!mem->bufs || !mem->desc)
		goto fail;
	for (i = 0; i < count - IGBR_RX_EMPTY; i += igbr_rx_per_page(mem))
		if (!igbr_rx_fill_page(mem, i, GFP_KERNEL, igbr_rx_per_page(mem)))
			goto fail;
	mem->frame_bufs = DIV_ROUND_UP(mem->max_frame, mem->buf_len);
	mem->fresh = true;
	return 0;

fail:
	igbr_rx_mem_free(adapter, mem);
	return err;
}

/**
 * igbr_rx_mem_free - give the memory of a receive ring back
 * @adapter: the port
 * @mem: the memory, also half made; zeroed
 *
 * Context: process; the device and NAPI do not use it any more.
 */
void igbr_rx_mem_free(struct igbr_adapter *adapter, struct igbr_rx_mem *mem)
{
	unsigned int i;

	for (i = 0; mem->bufs && i < mem->count; i++)
		if (mem->bufs[i])
			igbr_rx_put_buf(mem, mem->bufs[i], false);
	if (mem->desc)
		dma_free_coherent(&adapter->pdev->dev, mem->count * sizeof(*mem->desc), mem->desc,
				  mem->dma);
	kvfree(mem->bufs);
	igbr_xdp_unregister(mem);
	if (mem->pool)
		page_pool_destroy(mem->pool);
	*mem = (struct igbr_rx_mem){ };
}

/**
 * igbr_rx_attach - let the ring's NAPI take pages from the pool and put them back without a lock
 * @ring: the ring, with new memory; its NAPI is added and off
 *
 * Memory that is made but not used yet must not know a NAPI that runs with other memory.
 *
 * Context: process, rtnl.
 */
void igbr_rx_attach(struct igbr_rx_ring *ring)
{
	page_pool_enable_direct_recycling(ring->mem.pool, ring->napi);
}

/* Start from slot 0 with a full ring: as it was made, or emptied and filled again. */
static void igbr_rx_rearm(struct igbr_rx_ring *ring)
{
	struct igbr_rx_mem *mem = &ring->mem;
	unsigned int i = mem->count - IGBR_RX_EMPTY;

	if (mem->fresh)
		goto out;
	memset(mem->desc, 0, mem->count * sizeof(*mem->desc));
	for (i = 0; i < mem->count; i++) {
		if (mem->bufs[i])
			igbr_rx_put_buf(mem, mem->bufs[i], false);
		mem->bufs[i] = NULL;
	}
	for (i = 0; i < mem->count - IGBR_RX_EMPTY; i += igbr_rx_per_page(mem))
		if (!igbr_rx_fill_page(mem, i, GFP_KERNEL, igbr_rx_per_page(mem)))
			break;
out:
	mem->fresh = false;
	ring->next_to_clean = 0;
	ring->next_to_use = i;
	ring->run = min(i, mem->batch);
	ring->holes = mem->count - i;
	ring->starved = i < mem->frame_bufs;
	ring->suspect = -1;
	ring->burst = false;
}

/**
 * igbr_rx_start - program a receive queue and hand it its buffers
 * @adapter: the port, its MAC in reset state and receive still off
 * @ring: the ring, with memory
 *
 * Context: process, rtnl; the ring's NAPI is off.
 */
void igbr_rx_start(struct igbr_adapter *adapter, struct igbr_rx_ring *ring)
{
	struct igbr_rx_mem *mem = &ring->mem;
	struct igbr_hw *hw = &adapter->hw;
	unsigned int q = ring->queue;
	u32 rxdctl;

	ring->tail = hw->regs + IGBR_RDT(q);
	igbr_rx_rearm(ring);

	igbr_wr32(hw, IGBR_RXDCTL(q), 0);
	igbr_wr32(hw, IGBR_RDBAL(q), lower_32_bits(mem->dma));
	igbr_wr32(hw, IGBR_RDBAH(q), upper_32_bits(mem->dma));
	igbr_wr32(hw, IGBR_RDLEN(q), mem->count * sizeof(*mem->desc));
	igbr_wr32(hw, IGBR_RDH(q), 0);
	igbr_wr32(hw, IGBR_RDT(q), 0);
	igbr_wr32(hw, IGBR_SRRCTL(q), FIELD_PREP(IGBR_SRRCTL_BSIZEPKT, mem->hw_len / 1024) |
		  FIELD_PREP(IGBR_SRRCTL_DESCTYPE, IGBR_DESCTYPE_ADV_ONE_BUFFER));
	igbr_wr32(hw, IGBR_RXDCTL(q), IGBR_RXDCTL_THRESHOLDS | IGBR_RXDCTL_ENABLE);
	/* The tail counts only once the queue is on (4.5.9). */
	if (read_poll_timeout(igbr_rd32, rxdctl, rxdctl & IGBR_RXDCTL_ENABLE, 100,
			      10 * USEC_PER_MSEC, false, hw, IGBR_RXDCTL(q)))
		netdev_err(adapter->netdev, "receive queue %u does not start\n", q);
	igbr_wr32(hw, IGBR_RDT(q), ring->next_to_use);
}

/**
 * igbr_rx_set_features - take the device's checksum verdict, hash and VLAN tag, or not
 * @ring: the ring; it may be running
 * @features: NETIF_F_* bits
 */
void igbr_rx_set_features(struct igbr_rx_ring *ring, netdev_features_t features)
{
	WRITE_ONCE(ring->status_bits,
		   (features & NETIF_F_RXCSUM ? IGBR_RXD_CSUM : 0) |
		   (features & NETIF_F_HW_VLAN_CTAG_RX ? IGBR_RXD_VP : 0));
	WRITE_ONCE(ring->keep_bad, features & NETIF_F_RXALL);
	WRITE_ONCE(ring->hash_types, features & NETIF_F_RXHASH ? IGBR_RSS_TYPES : 0);
}

/**
 * igbr_rx_stop - forget a frame that did not end
 * @ring: the ring; its buffers stay
 *
 * Context: process; the device and NAPI are off.
 */
void igbr_rx_stop(struct igbr_rx_ring *ring)
{
	if (ring->skb != IGBR_RX_DISCARD)
		dev_kfree_skb_any(ring->skb);
	ring->skb = NULL;
	igbr_xdp_stop(ring);
}

/**
 * igbr_rx_set_drop - what a queue without descriptors does
 * @hw: the port
 * @ring: the ring
 * @drop: drop the frame; false: hold it, and with it every other queue, until there is room
 *
 * Context: process.
 */
void igbr_rx_set_drop(struct igbr_hw *hw, struct igbr_rx_ring *ring, bool drop)
{
	u32 srrctl = igbr_rd32(hw, IGBR_SRRCTL(ring->queue)) & ~IGBR_SRRCTL_DROP_EN;

	if (drop)
		srrctl |= IGBR_SRRCTL_DROP_EN;
	igbr_wr32(hw, IGBR_SRRCTL(ring->queue), srrctl);
}

/**
 * igbr_rx_health - what a ring needs from the service task
 * @ring: the ring, running
 * @head: descriptor that the device has come to
 *
 * To be called every second or so: a device that is past a descriptor which it has not written
 * back, or which did not reach memory, will not write it any more. Under traffic @head may be
 * older than what the poll has taken since, and the same index come round again: so a frame in
 * the meantime clears the ring of the suspicion.
 *
 * Context: process; the ring may be polled meanwhile.
 * Return: what is to be done.
 */
enum igbr_rx_health igbr_rx_health(struct igbr_rx_ring *ring, unsigned int head)
{
	const struct igbr_rx_mem *mem = &ring->mem;
	unsigned int due = READ_ONCE(ring->next_to_clean);
	int suspect = ring->suspect;
	u64 frames;

	ring->suspect = -1;
	if (READ_ONCE(ring->starved) ||
	    (le64_to_cpu(READ_ONCE(mem->desc[due].wb.upper)) & IGBR_RXD_DD &&
	     due != READ_ONCE(ring->next_to_use)))
		return IGBR_RX_POLL;
	if (head == due)
		return IGBR_RX_WELL;
	frames = igbr_rx_packets(ring) + u64_stats_read(&ring->stats.drops);
	if (suspect == due && ring->suspect_frames == frames)
		return IGBR_RX_STUCK;
	ring->suspect = due;
	ring->suspect_frames = frames;
	return IGBR_RX_WELL;
}

/* Slots that the device does not have, but for those that are always empty */
static unsigned int igbr_rx_empty_slots(const struct igbr_rx_ring *ring)
{
	unsigned int count = ring->mem.count;
	unsigned int gap = ring->next_to_clean + count - ring->next_to_use;

	return (gap > count ? gap - count : gap) - IGBR_RX_EMPTY;
}

/* Put buffers, @per_page of a page, into @empty slots. Returns the index of the next one. */
static __always_inline unsigned int igbr_rx_fill_pages(struct igbr_rx_ring *ring,
						       unsigned int empty, unsigned int per_page)
{
	struct igbr_rx_mem *mem = &ring->mem;
	unsigned int index = ring->next_to_use;

	for (; empty >= per_page; empty -= per_page) {
		if (unlikely(!igbr_rx_fill_page(mem, index, GFP_ATOMIC, per_page))) {
			igbr_rx_count(ring, &ring->stats.alloc_failed);
			break;
		}
		index += per_page;
		if (unlikely(index == mem->count))
			index = 0;
	}
	return index;
}

/* Put buffers into @empty slots. Returns the index of the next one. */
static unsigned int igbr_rx_fill(struct igbr_rx_ring *ring, unsigned int empty)
{
	return likely(igbr_rx_per_page(&ring->mem) == 2) ? igbr_rx_fill_pages(ring, empty, 2) :
							    igbr_rx_fill_pages(ring, empty, 1);
}

/* As igbr_rx_fill(), for igbr_clean_rx_xdp(): most slots may have kept their buffers. */
static unsigned int igbr_rx_fill_holes(struct igbr_rx_ring *ring, unsigned int empty)
{
	unsigned int index = ring->next_to_use;
	struct igbr_rx_mem *mem = &ring->mem;

	for (; ring->holes && empty; empty--) {
		if (!mem->bufs[index]) {
			if (unlikely(!igbr_rx_fill_page(mem, index, GFP_ATOMIC, 1))) {
				igbr_rx_count(ring, &ring->stats.alloc_failed);
				return index;
			}
			ring->holes--;
		}
		if (unlikely(++index == mem->count))
			index = 0;
	}
	index += empty;
	return index < mem->count ? index : index - mem->count;
}

/* If @least slots are empty, give the device buffers; then say when to look again. */
static void igbr_rx_refill(struct igbr_rx_ring *ring, unsigned int least)
{
	unsigned int empty = igbr_rx_empty_slots(ring), index, given;
	struct igbr_rx_mem *mem = &ring->mem;

	if (empty >= least || ring->starved) {
		index = mem->xdp ? igbr_rx_fill_holes(ring, empty) : igbr_rx_fill(ring, empty);
		if (likely(index != ring->next_to_use)) {
			WRITE_ONCE(ring->next_to_use, index);
			/* writel() lets the device see the descriptors before the tail. */
			writel(index, ring->tail);
		}
		given = empty;
		empty = igbr_rx_empty_slots(ring);
		trace_igbr_rx_refill(ring, given - empty);
		/* For a small ring, a batch is a burst. */
		if (mem->batch < IGBR_RX_MAX_BATCH)
			ring->burst = true;
	}
	given = mem->count - IGBR_RX_EMPTY - empty;
	/* With fewer buffers at the device than a frame may take, no interrupt might come. */
	WRITE_ONCE(ring->starved, given < mem->frame_bufs);
	if (likely(empty < mem->batch))
		given = mem->batch - empty;
	else
		/* There was no memory: soon try again. */
		given = min(given, IGBR_RX_RETRY);
	ring->run = min_t(unsigned int, given, mem->count - ring->next_to_clean);
}

/**
 * igbr_rx_turn - look at the ring as a whole: its end, new buffers, what to take next
 * @ring: the ring
 * @index: the next descriptor that the device will write back, or the end of the ring
 *
 * Context: softirq, the ring's NAPI.
 */
noinline void igbr_rx_turn(struct igbr_rx_ring *ring, unsigned int index)
{
	if (index == ring->mem.count)
		index = 0;
	WRITE_ONCE(ring->next_to_clean, index);
	igbr_rx_refill(ring, ring->mem.batch);
}

/**
 * igbr_rx_top_up - fill all slots that buffers are to be had for
 * @ring: the ring, empty after a burst
 *
 * What comes next may be a burst as large as the ring. After fewer frames than a batch that is not
 * worth a tail write of its own, and up to a batch of slots stay empty.
 *
 * Context: softirq, the ring's NAPI.
 */
noinline void igbr_rx_top_up(struct igbr_rx_ring *ring)
{
	igbr_rx_refill(ring, 1);
	ring->burst = false;
}

static __always_inline struct sk_buff *igbr_rx_build(struct igbr_rx_ring *ring, void *buf,
						     unsigned int len)
{
	struct sk_buff *skb = napi_build_skb(buf - IGBR_RX_HEADROOM, ring->mem.truesize);

	if (unlikely(!skb))
		return NULL;
	skb_mark_for_recycle(skb);
	skb_reserve(skb, IGBR_RX_HEADROOM);
	/* As __skb_put() of an empty packet. */
	skb->len = len;
	skb->tail += len;
	return skb;
}

/* A frame with a VLAN tag, or one with a checksum that the device found wrong */
void igbr_rx_fill_special(struct igbr_rx_ring *ring, struct sk_buff *skb, u64 upper, u64 status)
{
	if (status & IGBR_RXD_VP)
		__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), FIELD_GET(IGBR_RXD_VLAN, upper));
	if ((status & IGBR_RXD_CSUM) == IGBR_RXD_L4CS) {
		skb->ip_summed = CHECKSUM_UNNECESSARY;
		igbr_rx_count(ring, &ring->stats.csum_good);
	} else if (status & IGBR_RXD_CSUM_ERRORS) {
		igbr_rx_count(ring, &ring->stats.csum_errors);
	} else {
		igbr_rx_count(ring, &ring->stats.csum_none);
	}
}

static void igbr_rx_set_short_len(struct igbr_rx_ring *ring)
{
	/* What is shorter than an Ethernet header goes the slow way, too, to be refused. */
	WRITE_ONCE(ring->short_len, ring->legacy ? U16_MAX : max(ring->copybreak, ETH_HLEN - 1));
}

/**
 * igbr_rx_set_copybreak - from which length on packets are built around their buffers
 * @ring: the ring; it may be running
 * @len: frames of up to so many bytes are copied instead, IGBR_RX_COPY_LEN at the most; 0: none
 *
 * A copy takes less of a socket's memory than a buffer, and somewhat more of the CPU.
 */
void igbr_rx_set_copybreak(struct igbr_rx_ring *ring, unsigned int len)
{
	WRITE_ONCE(ring->copybreak, len);
	igbr_rx_set_short_len(ring);
}

/**
 * igbr_rx_set_legacy - copy the head of each packet, or build it around its buffer
 * @ring: the ring; it may be running
 * @legacy: copy; costs more, and leaves the payload in a fragment that begins where it does
 */
void igbr_rx_set_legacy(struct igbr_rx_ring *ring, bool legacy)
{
	WRITE_ONCE(ring->legacy, legacy);
	igbr_rx_set_short_len(ring);
}

/* Make a packet of a short frame by copy. Its buffer is free again. */
static noinline struct sk_buff *igbr_rx_copy(struct igbr_rx_ring *ring, void *buf, unsigned int len)
{
	struct sk_buff *skb = napi_alloc_skb(ring->napi, len);

	if (likely(skb)) {
		skb_put_data(skb, buf, len);
		igbr_rx_put_buf(&ring->mem, buf, true);
	}
	return skb;
}

/* Make a packet of which the head is copied, and the rest of the buffer is a fragment. */
static struct sk_buff *igbr_rx_build_legacy(struct igbr_rx_ring *ring, void *buf, unsigned int len)
{
	unsigned int head = eth_get_headlen(ring->netdev, buf, min(len, IGBR_RX_LEGACY_HEAD));
	struct sk_buff *skb = napi_alloc_skb(ring->napi, IGBR_RX_LEGACY_HEAD);

	if (unlikely(!skb))
		return NULL;
	skb_put_data(skb, buf, head);
	if (head == len) {
		igbr_rx_put_buf(&ring->mem, buf, true);
		return skb;
	}
	skb_mark_for_recycle(skb);
	skb_add_rx_frag(skb, 0, virt_to_page(buf), offset_in_page(buf) + head, len - head,
			ring->mem.truesize);
	return skb;
}

enum igbr_rx_drop {
	IGBR_RX_DROP_BAD_DESC,
	IGBR_RX_DROP_NO_MEMORY,
	IGBR_RX_DROP_ERROR,
};

/* Drop the frame that @buf belongs to; the rest of it is dropped as it comes. */
static void igbr_rx_drop(struct igbr_rx_ring *ring, void *buf, bool last, enum igbr_rx_drop why)
{
	struct igbr_rx_stats *stats = &ring->stats;

	u64_stats_update_begin(&ring->syncp);
	if (why == IGBR_RX_DROP_BAD_DESC)
		u64_stats_inc(&stats->bad_descs);
	else if (why == IGBR_RX_DROP_NO_MEMORY)
		u64_stats_inc(&stats->alloc_failed);
	else
		u64_stats_inc(&stats->errors);
	u64_stats_inc(&stats->drops);
	u64_stats_update_end(&ring->syncp);

	igbr_rx_put_buf(&ring->mem, buf, true);
	dev_kfree_skb_any(ring->skb);
	ring->skb = last ? NULL : IGBR_RX_DISCARD;
}

/* The device wrote @len bytes for this buffer: can that be? */
static bool igbr_rx_len_ok(const struct igbr_rx_ring *ring, unsigned int len, bool last)
{
	const struct igbr_rx_mem *mem = &ring->mem;

	/* Only the last buffer of a frame is not full, and only the first one has a header. */
	if (len > mem->buf_len || (!last && len != mem->buf_len))
		return false;
	return ring->skb ? len && ring->skb->len + len <= mem->max_frame : len >= ETH_HLEN;
}

/*
 * A buffer that is not a whole frame by itself, or not a good one. Returns the packet if the
 * buffer completes it, or NULL: then there is more to come, or the frame was dropped.
 */
static noinline struct sk_buff *igbr_rx_take_part(struct igbr_rx_ring *ring, void *buf, u64 upper)
{
	unsigned int len = FIELD_GET(IGBR_RXD_LENGTH, upper);
	bool last = upper & IGBR_RXD_EOP;
	struct sk_buff *skb = ring->skb;

	if (unlikely(skb == IGBR_RX_DISCARD)) {
		igbr_rx_put_buf(&ring->mem, buf, true);
		if (last)
			ring->skb = NULL;
		return NULL;
	}
	if (unlikely(!igbr_rx_len_ok(ring, len, last))) {
		igbr_rx_drop(ring, buf, last, IGBR_RX_DROP_BAD_DESC);
		return NULL;
	}
	if (unlikely(last && upper & IGBR_RXD_RXE && !READ_ONCE(ring->keep_bad))) {
		igbr_rx_drop(ring, buf, last, IGBR_RX_DROP_ERROR);
		return NULL;
	}
	page_pool_dma_sync_for_cpu(ring->mem.pool, virt_to_page(buf), offset_in_page(buf), len);
	if (last && !skb && len <= READ_ONCE(ring->copybreak)) {
		skb = igbr_rx_copy(ring, buf, len);
		if (unlikely(!skb))
			igbr_rx_drop(ring, buf, last, IGBR_RX_DROP_NO_MEMORY);
		return skb;
	}
	if (skb) {
		skb_add_rx_frag(skb, skb_shinfo(skb)->nr_frags, virt_to_page(buf),
				offset_in_page(buf), len, ring->mem.truesize);
	} else {
		skb = READ_ONCE(ring->legacy) ? igbr_rx_build_legacy(ring, buf, len) :
						igbr_rx_build(ring, buf, len);
		if (unlikely(!skb)) {
			igbr_rx_drop(ring, buf, last, IGBR_RX_DROP_NO_MEMORY);
			return NULL;
		}
	}
	ring->skb = last ? NULL : skb;
	return last ? skb : NULL;
}

/*
 * Take one buffer that the device wrote; as igbr_rx_take_part(), fast for a whole good frame that
 * is not copied.
 */
static __always_inline struct sk_buff *igbr_rx_take(struct igbr_rx_ring *ring, void *buf, u64 upper)
{
	u16 len = FIELD_GET(IGBR_RXD_LENGTH, upper);
	struct sk_buff *skb;

	if (unlikely((upper & (IGBR_RXD_EOP | IGBR_RXD_RXE)) != IGBR_RXD_EOP || ring->skb ||
		     len > ring->mem.buf_len || len <= READ_ONCE(ring->short_len)))
		return igbr_rx_take_part(ring, buf, upper);
	if (dma_dev_need_sync(ring->dev))
		page_pool_dma_sync_for_cpu(ring->mem.pool, virt_to_page(buf), offset_in_page(buf),
					   len);
	skb = igbr_rx_build(ring, buf, len);
	if (unlikely(!skb))
		igbr_rx_drop(ring, buf, true, IGBR_RX_DROP_NO_MEMORY);
	return skb;
}

/**
 * igbr_rx_packets - frames that a ring took from the device and that were good
 * @ring: the ring
 *
 * Context: any; a reader on a 32-bit machine retries (@ring->syncp).
 */
u64 igbr_rx_packets(const struct igbr_rx_ring *ring)
{
	u64 packets = 0;
	unsigned int i;

	for (i = 0; i < IGBR_GRO_RESULTS; i++)
		packets += u64_stats_read(&ring->stats.gro[i]);
	for (i = 0; i < IGBR_XDP_VERDICTS; i++)
		packets += u64_stats_read(&ring->stats.xdp[i]);
	return packets;
}

/**
 * igbr_rx_recent - the hashes of the last frames
 * @ring: the ring, running; it may be polled meanwhile
 * @frames: look back at so many
 * @hashes: room for IGBR_RX_RECENT of them
 *
 * What the device said of a frame stays in its slot until that gets a buffer again, so the poll
 * has nothing to do with this. It is chance how many there are. A slot that gets its buffer even
 * now shows an address, the lowest bits of which are no RSS type.
 *
 * Context: process.
 * Return: hashes found.
 */
unsigned int igbr_rx_recent(const struct igbr_rx_ring *ring, u64 frames, u32 *hashes)
{
	unsigned int end = READ_ONCE(ring->next_to_use), found = 0, i;
	unsigned int index = READ_ONCE(ring->next_to_clean);
	const struct igbr_rx_mem *mem = &ring->mem;

	for (i = min_t(u64, frames, IGBR_RX_RECENT); i && index != end; i--) {
		u64 lower, upper;

		index = (index ?: mem->count) - 1;
		lower = le64_to_cpu(READ_ONCE(mem->desc[index].wb.lower));
		upper = le64_to_cpu(READ_ONCE(mem->desc[index].wb.upper));
		if (upper & IGBR_RXD_DD && upper & IGBR_RXD_EOP &&
		    BIT(FIELD_GET(IGBR_RXD_RSS_TYPE, lower)) & IGBR_RSS_TYPES)
			hashes[found++] = FIELD_GET(IGBR_RXD_HASH, lower);
	}
	return found;
}

/*
 * Take what the device wrote to up to @count descriptors: it has so many, and the ring does not
 * end before. Returns how many were taken.
 */
static __always_inline unsigned int igbr_rx_run(struct igbr_rx_ring *ring, unsigned int count)
{
	union igbr_rx_desc *desc = &ring->mem.desc[ring->next_to_clean], *end = desc + count;
	void **slot = &ring->mem.bufs[ring->next_to_clean];

	for (; desc != end; desc++, slot++) {
		u64 upper = le64_to_cpu(READ_ONCE(desc->wb.upper));
		void *buf = *slot;
		struct sk_buff *skb;

		if (!(upper & IGBR_RXD_DD))
			break;
		/* Nothing else of the descriptor is read before DD. */
		dma_rmb();
		prefetch(buf);
		*slot = NULL;
		skb = igbr_rx_take(ring, buf, upper);
		if (likely(skb)) {
			igbr_rx_fill_skb(ring, skb, le64_to_cpu(READ_ONCE(desc->wb.lower)),
					 upper);
			igbr_rx_pass(ring, skb);
		}
	}
	return count - (end - desc);
}

/**
 * igbr_clean_rx_irq - take what a receive queue has, up to the budget
 * @ring: the ring
 * @budget: descriptors at the most, above zero: a frame whose end never comes costs budget too
 *
 * Only descriptors that the device was given are looked at, whatever it writes to others.
 *
 * Context: softirq, the ring's NAPI.
 * Return: descriptors taken; less than @budget: the ring is empty.
 */
int igbr_clean_rx_irq(struct igbr_rx_ring *ring, int budget)
{
	unsigned int run, got;
	int done = 0;

	while (done < budget) {
		run = min_t(unsigned int, ring->run, budget - done);
		got = igbr_rx_run(ring, run);
		done += got;
		igbr_rx_advance(ring, got);
		/* Without memory for buffers the device has none. */
		if (likely(got < run) || unlikely(!run))
			break;
	}
	return done;
}
