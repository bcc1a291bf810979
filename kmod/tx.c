// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transmit rings: their memory, and frames that were sent back to the stack. xmit.c fills them.
 *
 * The device does not write descriptors back. It writes the index of the first descriptor that
 * it has not done to one word of memory (head write-back, 82576 datasheet 7.2.3), asked for by
 * the RS bit in the last descriptor before each doorbell. The clean loop so reads one word, and
 * what it reads is checked: an index that is not between the two ends of the ring is refused.
 * When the loop runs is up to moderation.c.
 */
#include <linux/bitfield.h>
#include <net/netdev_queues.h>
#include <net/xdp.h>

#include "igbr.h"
#include "trace.h"
#include "tx_ring.h"

/* Clean loops give up the CPU after so many descriptors. */
#define IGBR_TX_CLEAN_MAX	256

/* Descriptors that the device fetches ahead; with head write-back WTHRESH is 0. */
#define IGBR_TXDCTL_THRESHOLDS	(FIELD_PREP(IGBR_TXDCTL_PTHRESH, 8) |	\
				 FIELD_PREP(IGBR_TXDCTL_HTHRESH, 1))

/*
 * No cache line is written both by who sends and by the poll: what each of them writes has lines of
 * its own, and what both only read is before that.
 */
static_assert(offsetofend(struct igbr_tx_ring, copybreak) <=
	      offsetof(struct igbr_tx_ring, __cacheline_group_begin__sender));
static_assert(offsetof(struct igbr_tx_ring, next_to_use) % SMP_CACHE_BYTES == 0);
static_assert(offsetofend(struct igbr_tx_ring, xdp_bytes) <=
	      offsetof(struct igbr_tx_ring, __cacheline_group_end__sender));
static_assert(offsetof(struct igbr_tx_ring, next_to_clean) % SMP_CACHE_BYTES == 0);
static_assert(offsetofend(struct igbr_tx_ring, bad_heads) <=
	      offsetof(struct igbr_tx_ring, __cacheline_group_end__poll));
static_assert(sizeof(struct igbr_tx_ring) % SMP_CACHE_BYTES == 0);

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
	ring->room = mem->count - 1;
	ring->told = 0;
	ring->queued_bytes = 0;
	ring->sent_bytes = 0;
	ring->copied = 0;
	ring->copies_done = 0;
	ring->held = 0;
	ring->held_done = 0;
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

/**
 * igbr_tx_set_copybreak - which frames go by copy
 * @ring: the ring; it may be running
 * @len: those of up to so many bytes, IGBR_TX_COPY_LEN at the most; 0: none
 */
void igbr_tx_set_copybreak(struct igbr_tx_ring *ring, unsigned int len)
{
	WRITE_ONCE(ring->copybreak, len);
}

/* Free the frame that the buffer of @kind ends. @budget: NAPI's, 0 elsewhere */
static __always_inline void igbr_tx_free(const struct igbr_tx_buffer *buf, u32 kind, int budget)
{
	if (unlikely(kind & IGBR_TX_XDP))
		xdp_return_frame(buf->frame);
	else
		napi_consume_skb(buf->skb, budget);
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

	for (i = ring->next_to_clean; i != ring->next_to_use; i = igbr_tx_next(ring, i)) {
		struct igbr_tx_buffer *buf = &ring->mem.bufs[i];

		igbr_tx_unmap(ring, buf);
		if ((buf->kind & (IGBR_TX_LAST | IGBR_TX_COPIED)) == IGBR_TX_LAST)
			igbr_tx_free(buf, buf->kind, 0);
	}
	ring->next_to_clean = 0;
	ring->next_to_use = 0;
	ring->told = 0;
	ring->xdp_done = u64_stats_read(&ring->xdp_packets);
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
 * igbr_tx_urgency - how soon frames should be given back
 * @ring: the ring
 *
 * Context: any.
 * Return: IGBR_TX_WATCH_*, not off.
 */
u8 igbr_tx_urgency(const struct igbr_tx_ring *ring)
{
	if (netif_xmit_stopped(ring->txq) || igbr_tx_free_slots(ring) < ring->mem.count / 2)
		return IGBR_TX_WATCH_SOON;
	return READ_ONCE(ring->held) != READ_ONCE(ring->held_done) ? IGBR_TX_WATCH_HELD :
								     IGBR_TX_WATCH_LAZY;
}

/* Whether the device can have done all before @head, and more than before, by what it was told. */
static __always_inline bool igbr_tx_is_sane(const struct igbr_tx_ring *ring, unsigned int head)
{
	unsigned int clean = ring->next_to_clean, told;

	/* What the device was told is read after its word, and so is what it has done. */
	dma_rmb();
	/* Pairs with igbr_tx_tell(). */
	told = smp_load_acquire(&ring->told);
	if (likely(clean <= told))
		return clean < head && head <= told;
	/* What it has goes over the end of the ring. */
	return (clean < head && head < ring->mem.count) || head <= told;
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
	igbr_report_fault(netdev_priv(ring->netdev), IGBR_FAULT_TX, ring->queue);
}

/* Let the stack in again, which an XDP frame that took the last room had kept out. */
static noinline void igbr_tx_wake(struct igbr_tx_ring *ring)
{
	/* Pairs with igbr_tx_stop_queue(): it sees the room, or this sees that it stopped. */
	smp_mb();
	if (netif_tx_queue_stopped(ring->txq) && netif_carrier_ok(ring->netdev) &&
	    igbr_tx_free_slots(ring) >= IGBR_TX_WAKE)
		netif_tx_wake_queue(ring->txq);
}

/* Tell the stack of the frames up to the one that @last ends, and count them. */
static __always_inline void igbr_tx_report(struct igbr_tx_ring *ring, unsigned int packets,
					   const struct igbr_tx_buffer *last)
{
	u32 bytes = last->sent_bytes - ring->sent_bytes;

	ring->sent_bytes = last->sent_bytes;
	trace_igbr_tx_clean(ring, packets, bytes);
	u64_stats_update_begin(&ring->syncp);
	u64_stats_add(&ring->packets, packets);
	u64_stats_add(&ring->bytes, bytes);
	u64_stats_update_end(&ring->syncp);
	/*
	 * How much room there is matters only to a queue that was stopped, with a link. The macro
	 * compares this as it stands.
	 */
	netif_txq_completed_wake(ring->txq, packets, bytes,
				 (netif_tx_queue_stopped(ring->txq) &&
				  netif_carrier_ok(ring->netdev) ? igbr_tx_free_slots(ring) : 0),
				 IGBR_TX_WAKE);
}

/* Give back the descriptors before @head one by one; as igbr_clean_tx_irq(). */
static noinline bool igbr_tx_clean(struct igbr_tx_ring *ring, unsigned int head, int budget)
{
	unsigned int count = ring->mem.count, index = ring->next_to_clean, end = head;
	unsigned int packets = 0, held = 0;
	const struct igbr_tx_buffer *last = NULL;

	/* netpoll has interrupts off, in which no frame may go back to a page pool. */
	if (unlikely(!budget) && ring->xdp_done != u64_stats_read(&ring->xdp_packets))
		return true;
	if (unlikely(head - index + (head < index ? count : 0) > IGBR_TX_CLEAN_MAX))
		end = (index + IGBR_TX_CLEAN_MAX) % count;
	while (index != end) {
		struct igbr_tx_buffer *buf = &ring->mem.bufs[index];
		u32 kind = buf->kind;

		if (unlikely(++index == count))
			index = 0;
		packets += FIELD_GET(IGBR_TX_SEGS, kind);
		/* Most are that alone; and then nothing is to be remembered over the unmapping. */
		if (likely((kind & IGBR_TX_WHAT) == (IGBR_TX_MAPPED | IGBR_TX_LAST))) {
			dma_unmap_page(ring->dev, buf->dma, buf->len, DMA_TO_DEVICE);
			napi_consume_skb(buf->skb, budget);
			held++;
			last = buf;
			continue;
		}
		igbr_tx_unmap(ring, buf);
		/* A limit may cut a frame in two. */
		if (!(kind & IGBR_TX_LAST))
			continue;
		last = buf;
		if (kind & IGBR_TX_COPIED) {
			WRITE_ONCE(ring->copies_done, buf->copies);
			continue;
		}
		held++;
		if (unlikely(kind & IGBR_TX_XDP))
			ring->xdp_done++;
		igbr_tx_free(buf, kind, budget);
	}
	WRITE_ONCE(ring->held_done, ring->held_done + held);
	WRITE_ONCE(ring->next_to_clean, index);
	if (likely(last))
		igbr_tx_report(ring, packets, last);
	/* XDP's only: the stack hears of none, and did not look whether its queue is stopped. */
	if (unlikely(!packets))
		igbr_tx_wake(ring);
	return index == head;
}

/**
 * igbr_clean_tx_irq - give back the frames that were sent
 * @ring: the ring; some were, see igbr_tx_is_done()
 * @budget: NAPI's budget, 0 from netpoll
 *
 * Context: softirq or netpoll, the ring's NAPI.
 * Return: true when nothing more is to be done.
 */
bool igbr_clean_tx_irq(struct igbr_tx_ring *ring, int budget)
{
	unsigned int packets, head = le32_to_cpu(READ_ONCE(*ring->head));
	const struct igbr_tx_buffer *last;

	if (unlikely(!igbr_tx_is_sane(ring, head))) {
		igbr_tx_bad_head(ring);
		return true;
	}
	last = &ring->mem.bufs[igbr_tx_previous(ring, head)];
	if (READ_ONCE(ring->held) != ring->held_done || !(last->kind & IGBR_TX_COPIED))
		return igbr_tx_clean(ring, head, budget);
	/* Copied frames only: their sums are in the last buffer. */
	packets = last->copies - ring->copies_done;
	WRITE_ONCE(ring->copies_done, last->copies);
	WRITE_ONCE(ring->next_to_clean, head);
	igbr_tx_report(ring, packets, last);
	return true;
}
