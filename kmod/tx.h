/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The transmit path: a ring, its memory, and what poll.c, netdev.c and port.c ask of it.
 */
#ifndef _IGBR_TX_H_
#define _IGBR_TX_H_

#include <linux/cache.h>
#include <linux/netdevice.h>
#include <linux/types.h>
#include <linux/u64_stats_sync.h>

struct igbr_adapter;
struct igbr_vector;
struct xdp_frame;
union igbr_tx_desc;

/**
 * struct igbr_tx_buffer - what there is to do when a descriptor is done
 * @skb: the frame, with IGBR_TX_LAST and neither IGBR_TX_COPIED nor IGBR_TX_XDP
 * @frame: the frame, with IGBR_TX_XDP
 * @dma: DMA address of what is mapped
 * @len: its length
 * @sent_bytes: with IGBR_TX_LAST, bytes on the wire of all frames up to this one, without XDP's
 * @copies: with IGBR_TX_COPIED, frames up to this one that were copied
 * @kind: IGBR_TX_*; 0: nothing, as for a context or a further cut of a piece
 *
 * Sums instead of counts let the clean loop skip from the first to the last of copied frames.
 */
struct igbr_tx_buffer {
	union {
		struct sk_buff *skb;
		struct xdp_frame *frame;
	};
	dma_addr_t dma;
	union {
		u32 len;
		u32 copies;
	};
	u32 sent_bytes;
	u32 kind;
#define IGBR_TX_MAPPED	BIT(0)	/* @dma is mapped */
#define IGBR_TX_COPIED	BIT(1)	/* a slot for copies is used, the frame itself is gone */
#define IGBR_TX_LAST	BIT(2)	/* the frame's last descriptor */
#define IGBR_TX_XDP	BIT(3)	/* with IGBR_TX_LAST, a frame that XDP sends */
#define IGBR_TX_WHAT	GENMASK(15, 0)	/* all of these */
#define IGBR_TX_SEGS	GENMASK(31, 16)	/* with IGBR_TX_LAST, the stack's frames on the wire */
};

/* Short frames are copied to memory that stays mapped: cheaper than to map and unmap each. */
#define IGBR_TX_COPY_LEN	128
#define IGBR_TX_COPIES		256

/**
 * struct igbr_tx_mem - memory of a transmit ring
 * @desc: descriptors
 * @bufs: one for each
 * @copies: IGBR_TX_COPIES slots of IGBR_TX_COPY_LEN bytes
 * @dma: DMA address of @desc
 * @copies_dma: DMA address of @copies
 * @count: descriptors
 */
struct igbr_tx_mem {
	union igbr_tx_desc *desc;
	struct igbr_tx_buffer *bufs;
	void *copies;
	dma_addr_t dma;
	dma_addr_t copies_dma;
	unsigned int count;
};

/**
 * struct igbr_tx_context - an offload context that the device remembers
 * @vlan_macip_lens: as in the descriptor
 * @type_tucmd: as in the descriptor
 * @mss_l4len: as in the descriptor
 */
struct igbr_tx_context {
	u32 vlan_macip_lens;
	u32 type_tucmd;
	u32 mss_l4len;
};

/**
 * struct igbr_tx_ring - a transmit ring
 * @mem: its memory
 * @netdev: network device
 * @dev: device that does DMA
 * @txq: the stack's queue
 * @vector: what polls it
 * @tail: the TDT register
 * @head: where the device writes the index of the first descriptor that it has not done
 * @head_dma: DMA address of @head
 * @queue: its number
 * @copybreak: frames of up to so many bytes are copied; IGBR_TX_COPY_LEN at the most
 * @next_to_use: next descriptor to fill; what follows is written under the queue's transmit lock
 * @room: descriptors that are free, at the least
 * @told: index up to which the device knows
 * @queued_bytes: bytes on the wire of all frames so far, without XDP's
 * @copied: frames that were copied, counted for ever
 * @held: frames whose own memory the device reads, counted for ever
 * @watch: IGBR_TX_WATCH_*: how soon moderation's timer will look after the ring
 * @context: what the device remembers
 * @xmit_syncp: lets a 32-bit machine read what follows
 * @restarts: times that the queue stopped for want of descriptors
 * @drops: frames dropped because they could not be mapped or prepared
 * @needs_csum: packets whose checksum the device was asked for
 * @gso_packets: packets that the device was asked to cut
 * @gso_bytes: their bytes as the stack gave them
 * @gso_wire_packets: the frames that they make
 * @gso_wire_bytes: the bytes of these
 * @xdp_packets: frames that XDP sends
 * @xdp_bytes: their bytes
 * @next_to_clean: next descriptor to give back; what follows is written by the poll only
 * @sent_bytes: of @queued_bytes, those that were given back
 * @copies_done: of @copied, those that the device has done
 * @held_done: of @held, those that were given back
 * @xdp_done: of @xdp_packets, those that were given back
 * @syncp: lets a 32-bit machine read what follows
 * @packets: frames of the stack that were sent, each TSO segment counted
 * @bytes: their bytes, without CRC
 * @bad_heads: write-backs of the device that cannot be true
 */
struct igbr_tx_ring {
	struct igbr_tx_mem mem;
	struct net_device *netdev;
	struct device *dev;
	struct netdev_queue *txq;
	struct igbr_vector *vector;
	void __iomem *tail;
	__le32 *head;
	dma_addr_t head_dma;
	u8 queue;
	u16 copybreak;

	__cacheline_group_begin_aligned(sender);
	unsigned int next_to_use;
	unsigned int room;
	unsigned int told;
	u32 queued_bytes;
	unsigned int copied;
	unsigned int held;
	u8 watch;
#define IGBR_TX_WATCH_OFF	0
#define IGBR_TX_WATCH_LAZY	1	/* nobody waits for the frames */
#define IGBR_TX_WATCH_HELD	2	/* somebody waits for their memory */
#define IGBR_TX_WATCH_SOON	3	/* somebody waits for room */
	struct igbr_tx_context context;
	struct u64_stats_sync xmit_syncp;
	u64_stats_t restarts;
	u64_stats_t drops;
	u64_stats_t needs_csum;
	u64_stats_t gso_packets;
	u64_stats_t gso_bytes;
	u64_stats_t gso_wire_packets;
	u64_stats_t gso_wire_bytes;
	u64_stats_t xdp_packets;
	u64_stats_t xdp_bytes;
	__cacheline_group_end_aligned(sender);

	__cacheline_group_begin_aligned(poll);
	unsigned int next_to_clean;
	u32 sent_bytes;
	unsigned int copies_done;
	unsigned int held_done;
	u64 xdp_done;
	struct u64_stats_sync syncp;
	u64_stats_t packets;
	u64_stats_t bytes;
	u64_stats_t bad_heads;
	__cacheline_group_end_aligned(poll);
};

int igbr_tx_mem_alloc(struct igbr_adapter *adapter, unsigned int count, struct igbr_tx_mem *mem);
void igbr_tx_mem_free(struct igbr_adapter *adapter, struct igbr_tx_mem *mem);
void igbr_tx_start(struct igbr_adapter *adapter, struct igbr_tx_ring *ring);
void igbr_tx_stop(struct igbr_tx_ring *ring);
void igbr_tx_set_copybreak(struct igbr_tx_ring *ring, unsigned int len);
u8 igbr_tx_urgency(const struct igbr_tx_ring *ring);
bool igbr_tx_is_pending(const struct igbr_tx_ring *ring);
int igbr_tx_queue_xdp(struct igbr_tx_ring *ring, struct xdp_frame *frame, bool own);
void igbr_tx_flush(struct igbr_tx_ring *ring);
netdev_tx_t igbr_xmit_frame(struct sk_buff *skb, struct net_device *netdev);
bool igbr_clean_tx_irq(struct igbr_tx_ring *ring, int budget);

/**
 * igbr_tx_is_done - whether there is something to give back
 * @ring: the ring, running
 *
 * Context: any; the ring may be polled meanwhile.
 */
static inline bool igbr_tx_is_done(const struct igbr_tx_ring *ring)
{
	return le32_to_cpu(READ_ONCE(*ring->head)) != READ_ONCE(ring->next_to_clean);
}

#endif /* _IGBR_TX_H_ */
