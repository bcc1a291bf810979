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
union igbr_tx_desc;

/**
 * struct igbr_tx_buffer - what has to be undone when a descriptor is done
 * @skb: the frame, on its last descriptor only
 * @dma: DMA address of the piece
 * @len: its length; 0: nothing is mapped
 * @bytes: bytes of the frame on the wire, with @skb
 * @segs: frames on the wire, with @skb
 * @single: mapped by dma_map_single(), not dma_map_page()
 */
struct igbr_tx_buffer {
	struct sk_buff *skb;
	dma_addr_t dma;
	u32 len;
	u32 bytes;
	u16 segs;
	bool single;
};

/**
 * struct igbr_tx_mem - memory of a transmit ring
 * @desc: descriptors
 * @bufs: one for each
 * @head: where the device writes the index of the first descriptor that it has not done
 * @dma: DMA address of @desc
 * @head_dma: DMA address of @head
 * @size: bytes of the coherent memory that holds @desc and @head
 * @count: descriptors
 */
struct igbr_tx_mem {
	union igbr_tx_desc *desc;
	struct igbr_tx_buffer *bufs;
	__le32 *head;
	dma_addr_t dma;
	dma_addr_t head_dma;
	u32 size;
	u16 count;
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
 * @tail: the TDT register
 * @queue: its number
 * @next_to_use: next descriptor to fill; written under the queue's transmit lock
 * @pending: descriptors were filled that the device has not been told of
 * @context: what the device remembers
 * @xmit_syncp: lets a 32-bit machine read what follows
 * @restarts: times that the queue stopped for want of descriptors
 * @drops: frames dropped because they could not be mapped or prepared
 * @next_to_clean: next descriptor to give back; written by the poll only
 * @syncp: lets a 32-bit machine read what follows
 * @packets: frames sent, each TSO segment counted
 * @bytes: their bytes, without CRC
 * @bad_heads: write-backs of the device that cannot be true
 */
struct igbr_tx_ring {
	struct igbr_tx_mem mem;
	struct net_device *netdev;
	struct device *dev;
	struct netdev_queue *txq;
	void __iomem *tail;
	u8 queue;

	u16 next_to_use ____cacheline_aligned_in_smp;
	bool pending;
	struct igbr_tx_context context;
	struct u64_stats_sync xmit_syncp;
	u64_stats_t restarts;
	u64_stats_t drops;

	u16 next_to_clean ____cacheline_aligned_in_smp;
	struct u64_stats_sync syncp;
	u64_stats_t packets;
	u64_stats_t bytes;
	u64_stats_t bad_heads;
} ____cacheline_aligned_in_smp;

int igbr_tx_mem_alloc(struct igbr_adapter *adapter, unsigned int count, struct igbr_tx_mem *mem);
void igbr_tx_mem_free(struct igbr_adapter *adapter, struct igbr_tx_mem *mem);
void igbr_tx_start(struct igbr_adapter *adapter, struct igbr_tx_ring *ring);
void igbr_tx_stop(struct igbr_tx_ring *ring);
bool igbr_tx_is_pending(const struct igbr_tx_ring *ring);
netdev_tx_t igbr_xmit_frame(struct sk_buff *skb, struct net_device *netdev);
bool igbr_clean_tx_irq(struct igbr_tx_ring *ring, int budget);

#endif /* _IGBR_TX_H_ */
