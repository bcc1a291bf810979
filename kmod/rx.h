/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The receive path: a ring, its memory, and what poll.c and port.c ask of it.
 */
#ifndef _IGBR_RX_H_
#define _IGBR_RX_H_

#include <linux/cache.h>
#include <linux/netdevice.h>
#include <linux/types.h>
#include <linux/u64_stats_sync.h>
#include <net/xdp.h>

struct bpf_prog;
struct igbr_adapter;
struct igbr_config;
struct igbr_hw;
struct page_pool;
struct sk_buff;
union igbr_rx_desc;

/**
 * struct igbr_rx_mem - memory of a receive ring, filled with buffers
 * @desc: descriptors
 * @bufs: where the device writes for each descriptor; NULL: the slot has no buffer
 * @pool: where the buffers come from
 * @dma: DMA address of @desc
 * @count: descriptors
 * @batch: empty slots at which the device gets new buffers, even: one tail write for all
 * @buf_len: bytes that a frame can take of a buffer
 * @hw_len: bytes that the device may be told to write to a buffer, a multiple of 1 KiB
 * @frame_bufs: buffers that the longest frame takes
 * @truesize: bytes that a buffer takes in all
 * @headroom: bytes before what the device writes
 * @max_frame: longest frame, without CRC
 * @xdp: laid out for XDP; igbr_clean_rx_xdp() is the loop for it
 * @rxq: with @xdp, what XDP knows of the queue
 * @fresh: full of buffers from slot 0 on, not used yet
 */
struct igbr_rx_mem {
	union igbr_rx_desc *desc;
	void **bufs;
	struct page_pool *pool;
	dma_addr_t dma;
	u16 count;
	u16 batch;
	u16 buf_len;
	u16 hw_len;
	u16 frame_bufs;
	u32 truesize;
	u16 headroom;
	u16 max_frame;
	bool xdp;
	bool fresh;
	struct xdp_rxq_info *rxq;
};

/* Frames that igbr_rx_recent() looks back at, at the most */
#define IGBR_RX_RECENT		64

/* Values of gro_result_t: GRO_CONSUMED is the last */
#define IGBR_GRO_RESULTS	(GRO_CONSUMED + 1)

/* What XDP can do with a frame but pass it on; failed: sending or redirecting it */
enum {
	IGBR_XDP_DROP,
	IGBR_XDP_TX,
	IGBR_XDP_REDIRECT,
	IGBR_XDP_ABORTED,
	IGBR_XDP_FAILED,
	IGBR_XDP_VERDICTS
};

/**
 * struct igbr_rx_stats - what happened on a receive ring
 * @bytes: bytes of the frames passed up, before GRO, without CRC
 * @drops: frames dropped here, for want of memory or for @bad_descs or @errors
 * @csum_good: frames passed up with a checksum that the device found right
 * @csum_none: frames of which the device says nothing of a checksum
 * @csum_errors: frames with a checksum that the device found wrong; they are passed up
 * @alloc_failed: buffers or packet heads that could not be allocated
 * @bad_descs: write-backs of the device that cannot be true
 * @errors: frames that the device marked as damaged
 * @xdp: frames that XDP took, by IGBR_XDP_*; what it passes is not among them
 * @gro: frames by what napi_gro_receive() did with them (gro_result_t)
 */
struct igbr_rx_stats {
	u64_stats_t bytes;
	u64_stats_t drops;
	u64_stats_t csum_good;
	u64_stats_t csum_none;
	u64_stats_t csum_errors;
	u64_stats_t alloc_failed;
	u64_stats_t bad_descs;
	u64_stats_t errors;
	u64_stats_t xdp[IGBR_XDP_VERDICTS];
	u64_stats_t gro[IGBR_GRO_RESULTS];
};

/**
 * struct igbr_rx_ring - a receive ring
 * @mem: its memory
 * @netdev: network device
 * @dev: device that does DMA
 * @napi: NAPI instance that polls it
 * @tail: the RDT register
 * @queue: its number
 * @short_len: frames of up to so many bytes take the slow way: copied, refused, or all (@legacy)
 * @copybreak: frames of up to so many bytes are copied
 * @legacy: heads of packets are copied
 * @hash_types: RSS types whose hash is taken from the device
 * @status_bits: status and error bits of a descriptor that the device is asked for
 * @prog: XDP program, or NULL
 * @keep_bad: frames that the device marked as damaged are passed up (rx-all)
 * @suspect: a descriptor that the device may have passed by, or -1; of the service task
 * @suspect_frames: frames that there had been by then
 * @next_to_clean: next descriptor that the device will write back; what follows is written by the
 *	poll only
 * @next_to_use: next descriptor to hand to the device
 * @run: descriptors from @next_to_clean on that the device has, before it is time to look at the
 *	ring as a whole
 * @holes: with XDP, slots from @next_to_use up to @next_to_clean that have no buffer
 * @starved: too few buffers for a frame are at the device; the service task polls it again
 * @burst: many frames came at once: the ring is to be topped up when it is empty
 * @skb: frame of which the last descriptor has not come, or a mark that it is being dropped
 * @xdp: with XDP, the frame of which the last descriptor has not come; no data: there is none
 * @syncp: lets a 32-bit machine read @stats
 * @stats: counters
 */
struct igbr_rx_ring {
	struct igbr_rx_mem mem;
	struct net_device *netdev;
	struct device *dev;
	struct napi_struct *napi;
	void __iomem *tail;
	u8 queue;
	u16 short_len;
	u16 copybreak;
	bool legacy;
	u16 hash_types;
	u64 status_bits;
	bool keep_bad;
	struct bpf_prog *prog;
	int suspect;
	u64 suspect_frames;

	__cacheline_group_begin_aligned(poll);
	u16 next_to_clean;
	u16 next_to_use;
	u16 run;
	u16 holes;
	bool starved;
	bool burst;
	struct sk_buff *skb;
	struct xdp_buff xdp;
	struct u64_stats_sync syncp;
	struct igbr_rx_stats stats;
	__cacheline_group_end_aligned(poll);
};

/**
 * enum igbr_rx_health - what a receive ring needs
 * @IGBR_RX_WELL: nothing
 * @IGBR_RX_POLL: a poll; normally one is on its way
 * @IGBR_RX_STUCK: a reset: the device passed by a descriptor
 */
enum igbr_rx_health {
	IGBR_RX_WELL,
	IGBR_RX_POLL,
	IGBR_RX_STUCK,
};

/* A copy takes as little as this only while a small piece of memory does. */
#define IGBR_RX_COPY_LEN	512

int igbr_rx_mem_alloc(struct igbr_adapter *adapter, unsigned int queue,
		      const struct igbr_config *config, struct igbr_rx_mem *mem);
void igbr_rx_mem_free(struct igbr_adapter *adapter, struct igbr_rx_mem *mem);
void igbr_rx_attach(struct igbr_rx_ring *ring);
void igbr_rx_start(struct igbr_adapter *adapter, struct igbr_rx_ring *ring);
void igbr_rx_set_features(struct igbr_rx_ring *ring, netdev_features_t features);
void igbr_rx_set_copybreak(struct igbr_rx_ring *ring, unsigned int len);
void igbr_rx_set_legacy(struct igbr_rx_ring *ring, bool legacy);
void igbr_rx_stop(struct igbr_rx_ring *ring);
void igbr_rx_set_drop(struct igbr_hw *hw, struct igbr_rx_ring *ring, bool drop);
u64 igbr_rx_packets(const struct igbr_rx_ring *ring);
unsigned int igbr_rx_recent(const struct igbr_rx_ring *ring, u64 frames, u32 *hashes);
enum igbr_rx_health igbr_rx_health(struct igbr_rx_ring *ring, unsigned int head);
void igbr_rx_top_up(struct igbr_rx_ring *ring);
int igbr_clean_rx_irq(struct igbr_rx_ring *ring, int budget);

#endif /* _IGBR_RX_H_ */
