// SPDX-License-Identifier: GPL-2.0-only
/*
 * XDP: programs that see each frame before there is a packet for it.
 *
 * With a program, a receive buffer is a page, with the room before and behind the frame that
 * programs may use; the rings are made anew when that changes. Frames that a program sends go by
 * the transmit queue of the same pair, under the lock that the stack takes.
 */
#include <linux/bpf_trace.h>
#include <linux/filter.h>
#include <linux/prefetch.h>

#include "igbr.h"
#include "rx_frame.h"

/* What a poll has to finish at its end */
#define IGBR_XDP_DID_TX		BIT(0)
#define IGBR_XDP_DID_REDIRECT	BIT(1)

/**
 * igbr_xdp_register - tell XDP of a receive queue and its pool
 * @adapter: the port
 * @queue: number of the queue
 * @mem: its memory, with the pool
 *
 * Context: process, rtnl.
 * Return: 0 or a negative error.
 */
int igbr_xdp_register(struct igbr_adapter *adapter, unsigned int queue, struct igbr_rx_mem *mem)
{
	struct xdp_rxq_info *rxq = kzalloc_node(sizeof(*rxq), GFP_KERNEL,
						dev_to_node(&adapter->pdev->dev));
	int err;

	if (!rxq)
		return -ENOMEM;
	err = __xdp_rxq_info_reg(rxq, adapter->netdev, queue, 0, mem->truesize);
	if (err)
		goto fail;
	err = xdp_rxq_info_reg_mem_model(rxq, MEM_TYPE_PAGE_POOL, mem->pool);
	if (err) {
		xdp_rxq_info_unreg(rxq);
		goto fail;
	}
	mem->rxq = rxq;
	return 0;

fail:
	kfree(rxq);
	return err;
}

/**
 * igbr_xdp_unregister - undo igbr_xdp_register()
 * @mem: memory of a receive ring, registered or not
 */
void igbr_xdp_unregister(struct igbr_rx_mem *mem)
{
	if (!mem->rxq)
		return;
	xdp_rxq_info_unreg(mem->rxq);
	kfree(mem->rxq);
	mem->rxq = NULL;
}

/*
 * Give back the buffers of a frame that did not end, if there is one. @direct: from the poll.
 * xdp_return_buff() can only be called there.
 */
static void igbr_xdp_forget(struct igbr_rx_ring *ring, bool direct)
{
	struct xdp_buff *xdp = &ring->xdp;
	struct skb_shared_info *shinfo;
	unsigned int i;

	if (!xdp->data)
		return;
	shinfo = xdp_get_shared_info_from_buff(xdp);
	for (i = 0; xdp_buff_has_frags(xdp) && i < shinfo->nr_frags; i++)
		page_pool_put_full_page(ring->mem.pool, skb_frag_page(&shinfo->frags[i]), direct);
	igbr_rx_put_buf(&ring->mem, xdp->data, direct);
	xdp->data = NULL;
}

/**
 * igbr_xdp_stop - forget a frame that did not end
 * @ring: the ring
 *
 * Context: process; the device and NAPI are off.
 */
void igbr_xdp_stop(struct igbr_rx_ring *ring)
{
	igbr_xdp_forget(ring, false);
}

/* The longest MTU of which a frame fits into one buffer */
static unsigned int igbr_xdp_max_mtu(void)
{
	return IGBR_RX_FULL_LEN - IGBR_FRAME_OVERHEAD;
}

/**
 * igbr_xdp_check_mtu - whether the program in use can take frames of an MTU
 * @adapter: the port
 * @mtu: the MTU
 *
 * Context: process, rtnl.
 * Return: 0 or -EINVAL.
 */
int igbr_xdp_check_mtu(const struct igbr_adapter *adapter, unsigned int mtu)
{
	const struct bpf_prog *prog = adapter->prog;

	if (!prog || prog->aux->xdp_has_frags || mtu <= igbr_xdp_max_mtu())
		return 0;
	netdev_err(adapter->netdev, "the XDP program takes no fragments: the MTU is %u at the most\n",
		   igbr_xdp_max_mtu());
	return -EINVAL;
}

/* Let all rings run another program. The old one may be in use until the end of its polls. */
static void igbr_xdp_exchange(struct igbr_adapter *adapter, struct bpf_prog *prog)
{
	struct bpf_prog *old = adapter->prog;
	unsigned int i;

	adapter->prog = prog;
	for (i = 0; i < IGBR_MAX_QUEUES; i++)
		WRITE_ONCE(adapter->rx_rings[i]->prog, prog);
	if (old)
		bpf_prog_put(old);
}

static int igbr_xdp_setup(struct igbr_adapter *adapter, struct bpf_prog *prog,
			  struct netlink_ext_ack *extack)
{
	struct igbr_config config = adapter->config;
	int err;

	if (prog && !prog->aux->xdp_has_frags && config.mtu > igbr_xdp_max_mtu()) {
		NL_SET_ERR_MSG_FMT_MOD(extack,
				       "MTU %u needs a program that takes fragments; others work up to %u",
				       config.mtu, igbr_xdp_max_mtu());
		return -EINVAL;
	}
	config.xdp = prog;
	if (!prog)
		igbr_xdp_exchange(adapter, NULL);
	err = config.xdp == adapter->config.xdp ? 0 : igbr_port_reconfigure(adapter, &config);
	if (!prog)
		/* Without memory for other rings those for XDP work on. */
		return 0;
	if (err) {
		NL_SET_ERR_MSG_MOD(extack, "no memory for receive rings with whole pages");
		return err;
	}
	igbr_xdp_exchange(adapter, prog);
	return 0;
}

/**
 * igbr_xdp - set or remove the program
 * @netdev: network device
 * @bpf: what is wanted
 *
 * Context: process, rtnl.
 * Return: 0 or a negative error: then nothing changed.
 */
int igbr_xdp(struct net_device *netdev, struct netdev_bpf *bpf)
{
	if (bpf->command != XDP_SETUP_PROG)
		return -EINVAL;
	return igbr_xdp_setup(netdev_priv(netdev), bpf->prog, bpf->extack);
}

/**
 * igbr_xdp_xmit - send frames that another device's program redirected here
 * @netdev: network device
 * @count: how many
 * @frames: the frames
 * @flags: XDP_XMIT_FLUSH: the last for now
 *
 * Context: softirq.
 * Return: how many were taken; the others are still the caller's. Or a negative error: all are.
 */
int igbr_xdp_xmit(struct net_device *netdev, int count, struct xdp_frame **frames, u32 flags)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);
	unsigned int queues = READ_ONCE(netdev->real_num_tx_queues);
	struct igbr_tx_ring *ring;
	int i;

	if (flags & ~XDP_XMIT_FLAGS_MASK)
		return -EINVAL;
	if (!test_bit(IGBR_FLAG_RUNNING, &adapter->flags) || !netif_carrier_ok(netdev))
		return -ENETDOWN;
	ring = adapter->tx_rings[smp_processor_id() % queues];

	__netif_tx_lock(ring->txq, smp_processor_id());
	txq_trans_cond_update(ring->txq);
	/* A port that stops takes this lock after it said so. */
	for (i = 0; i < count && test_bit(IGBR_FLAG_RUNNING, &adapter->flags); i++)
		if (igbr_tx_queue_xdp(ring, frames[i], false))
			break;
	if (flags & XDP_XMIT_FLUSH && test_bit(IGBR_FLAG_RUNNING, &adapter->flags))
		igbr_tx_flush(ring);
	__netif_tx_unlock(ring->txq);
	return i;
}

/* Send a frame back to where it came from. */
static int igbr_xdp_tx(struct igbr_tx_ring *ring, struct xdp_buff *xdp)
{
	struct xdp_frame *frame = xdp_convert_buff_to_frame(xdp);
	int err;

	if (unlikely(!frame))
		return -ENOMEM;
	__netif_tx_lock(ring->txq, smp_processor_id());
	txq_trans_cond_update(ring->txq);
	err = igbr_tx_queue_xdp(ring, frame, true);
	__netif_tx_unlock(ring->txq);
	return err;
}

/* Count what became of frames that are not passed on. */
static void igbr_xdp_count(struct igbr_rx_ring *ring, unsigned int what, unsigned int frames,
			   unsigned int bytes)
{
	u64_stats_update_begin(&ring->syncp);
	u64_stats_add(&ring->stats.xdp[what], frames);
	u64_stats_add(&ring->stats.bytes, bytes);
	u64_stats_update_end(&ring->syncp);
}

/* Give a packet the fragments of its frame: they are where they have to be. */
static noinline void igbr_xdp_add_frags(struct sk_buff *skb, const struct xdp_buff *xdp,
					unsigned int frags)
{
	struct skb_shared_info *shinfo = skb_shinfo(skb);
	unsigned int i, size = shinfo->xdp_frags_size;

	shinfo->nr_frags = frags;
	shinfo->destructor_arg = NULL;
	skb->len += size;
	skb->data_len += size;
	skb->truesize += frags * xdp->frame_sz;
	for (i = 0; i < frags; i++)
		skb->pfmemalloc |= page_is_pfmemalloc(skb_frag_page(&shinfo->frags[i]));
}

/* Make a packet of a frame that the program passed on, or that none looked at. */
static struct sk_buff *igbr_xdp_build(struct igbr_rx_ring *ring, struct xdp_buff *xdp)
{
	unsigned int metasize = xdp->data - xdp->data_meta, frags = 0;
	struct sk_buff *skb;

	/* Its place is cleared when the packet is made. */
	if (unlikely(xdp_buff_has_frags(xdp)))
		frags = xdp_get_shared_info_from_buff(xdp)->nr_frags;
	skb = napi_build_skb(xdp->data_hard_start, xdp->frame_sz);
	if (unlikely(!skb))
		return NULL;
	skb_mark_for_recycle(skb);
	skb_reserve(skb, xdp->data - xdp->data_hard_start);
	__skb_put(skb, xdp->data_end - xdp->data);
	if (metasize)
		skb_metadata_set(skb, metasize);
	if (unlikely(frags))
		igbr_xdp_add_frags(skb, xdp, frags);
	return skb;
}

/* Pass a frame on, the way it would have gone without a program. */
static void igbr_xdp_pass(struct igbr_rx_ring *ring, struct xdp_buff *xdp, u64 lower, u64 upper)
{
	struct sk_buff *skb = igbr_xdp_build(ring, xdp);

	if (likely(skb)) {
		igbr_rx_fill_skb(ring, skb, lower, upper);
		igbr_rx_pass(ring, skb);
		return;
	}
	igbr_rx_count(ring, &ring->stats.alloc_failed);
	igbr_rx_count(ring, &ring->stats.drops);
	xdp_return_buff(xdp);
}

/* Do what a program said of a frame; it has left its slots. Returns IGBR_XDP_DID_*. */
static noinline unsigned int igbr_xdp_obey(struct igbr_rx_ring *ring, struct bpf_prog *prog,
					   struct xdp_buff *xdp, u32 verdict, u64 lower, u64 upper)
{
	struct igbr_adapter *adapter = netdev_priv(ring->netdev);
	unsigned int len = xdp_get_buff_len(xdp), what = IGBR_XDP_ABORTED, did = 0;

	switch (verdict) {
	case XDP_PASS:
		igbr_xdp_pass(ring, xdp, lower, upper);
		return 0;
	case XDP_TX:
		what = igbr_xdp_tx(adapter->tx_rings[ring->queue], xdp) ? IGBR_XDP_FAILED :
									 IGBR_XDP_TX;
		did = IGBR_XDP_DID_TX;
		break;
	case XDP_REDIRECT:
		what = xdp_do_redirect(ring->netdev, xdp, prog) ? IGBR_XDP_FAILED :
								   IGBR_XDP_REDIRECT;
		did = IGBR_XDP_DID_REDIRECT;
		break;
	case XDP_DROP:
		what = IGBR_XDP_DROP;
		break;
	default:
		bpf_warn_invalid_xdp_action(ring->netdev, prog, verdict);
		break;
	case XDP_ABORTED:
		break;
	}
	igbr_xdp_count(ring, what, 1, len);
	if (what == IGBR_XDP_TX || what == IGBR_XDP_REDIRECT)
		return did;
	if (what != IGBR_XDP_DROP)
		trace_xdp_exception(ring->netdev, prog, verdict);
	xdp_return_buff(xdp);
	return did;
}

/* The frame that @buf belongs to is lost; the rest of it is dropped as it comes. */
static noinline void igbr_xdp_drop(struct igbr_rx_ring *ring, void *buf, bool last,
				   u64_stats_t *why)
{
	u64_stats_update_begin(&ring->syncp);
	u64_stats_inc(why);
	u64_stats_inc(&ring->stats.drops);
	u64_stats_update_end(&ring->syncp);
	igbr_rx_put_buf(&ring->mem, buf, true);
	igbr_xdp_forget(ring, true);
	ring->skb = last ? NULL : IGBR_RX_DISCARD;
}

/* Add a buffer to the frame that is coming in. */
static void igbr_xdp_append(struct igbr_rx_ring *ring, void *buf, unsigned int len)
{
	struct skb_shared_info *shinfo = xdp_get_shared_info_from_buff(&ring->xdp);

	if (!xdp_buff_has_frags(&ring->xdp)) {
		xdp_buff_set_frags_flag(&ring->xdp);
		shinfo->nr_frags = 0;
		shinfo->xdp_frags_size = 0;
	}
	if (page_is_pfmemalloc(virt_to_page(buf)))
		xdp_buff_set_frag_pfmemalloc(&ring->xdp);
	skb_frag_fill_page_desc(&shinfo->frags[shinfo->nr_frags++], virt_to_page(buf),
				offset_in_page(buf), len);
	shinfo->xdp_frags_size += len;
	igbr_set_xdp_frags_truesize(shinfo, shinfo->nr_frags * ring->mem.truesize);
}

/* Whether a frame, or one that is dropped as it comes, has not ended. */
static bool igbr_xdp_is_partial(const struct igbr_rx_ring *ring)
{
	return ring->xdp.data || ring->skb;
}

/*
 * A buffer that is not a whole frame by itself, or not a good one; it has left its slot. Returns
 * whether @ring->xdp is a whole frame now.
 */
static noinline bool igbr_xdp_take_part(struct igbr_rx_ring *ring, void *buf, u64 upper)
{
	unsigned int len = FIELD_GET(IGBR_RXD_LENGTH, upper), before = 0;
	const struct igbr_rx_mem *mem = &ring->mem;
	bool last = upper & IGBR_RXD_EOP;
	struct xdp_buff *xdp = &ring->xdp;

	if (ring->skb == IGBR_RX_DISCARD) {
		igbr_rx_put_buf(&ring->mem, buf, true);
		if (last)
			ring->skb = NULL;
		return false;
	}
	if (xdp->data)
		before = xdp_get_buff_len(xdp);
	/* As igbr_rx_len_ok() */
	if (len > mem->buf_len || (!last && len != mem->buf_len) ||
	    (before ? !len || before + len > mem->max_frame : len < ETH_HLEN)) {
		igbr_xdp_drop(ring, buf, last, &ring->stats.bad_descs);
		return false;
	}
	if (last && upper & IGBR_RXD_RXE && !READ_ONCE(ring->keep_bad)) {
		igbr_xdp_drop(ring, buf, last, &ring->stats.errors);
		return false;
	}
	page_pool_dma_sync_for_cpu(mem->pool, virt_to_page(buf), offset_in_page(buf), len);
	if (before) {
		igbr_xdp_append(ring, buf, len);
	} else {
		xdp_init_buff(xdp, mem->truesize, mem->rxq);
		xdp_prepare_buff(xdp, buf - XDP_PACKET_HEADROOM, XDP_PACKET_HEADROOM, len, true);
	}
	return last;
}

/* Give a slot's buffer, which nobody else has seen, to the device once more. */
static __always_inline void igbr_xdp_keep(struct igbr_rx_ring *ring, union igbr_rx_desc *desc,
					  void *buf)
{
	dma_addr_t dma = page_pool_get_dma_addr(virt_to_page(buf)) + XDP_PACKET_HEADROOM;

	if (dma_dev_need_sync(ring->dev))
		dma_sync_single_for_device(ring->dev, dma, ring->mem.buf_len, DMA_BIDIRECTIONAL);
	desc->read.addr = cpu_to_le64(dma);
	desc->read.hdr_addr = 0;
}

/* A frame is more than dropped: its slot needs another buffer. */
static void igbr_xdp_take_slot(struct igbr_rx_ring *ring, void **slot)
{
	*slot = NULL;
	ring->holes++;
}

/* What the poll's frames left to do */
static noinline void igbr_xdp_finish(struct igbr_rx_ring *ring, unsigned int did)
{
	struct igbr_adapter *adapter = netdev_priv(ring->netdev);
	struct igbr_tx_ring *tx = adapter->tx_rings[ring->queue];

	if (did & IGBR_XDP_DID_REDIRECT)
		xdp_do_flush();
	if (did & IGBR_XDP_DID_TX) {
		__netif_tx_lock(tx->txq, smp_processor_id());
		igbr_tx_flush(tx);
		__netif_tx_unlock(tx->txq);
	}
}

/* A buffer that is not a whole good frame; it has left its slot. Returns IGBR_XDP_DID_*. */
static noinline unsigned int igbr_xdp_part(struct igbr_rx_ring *ring, struct bpf_prog *prog,
					   void *buf, u64 lower, u64 upper)
{
	u32 verdict = XDP_PASS;
	unsigned int did;

	if (!igbr_xdp_take_part(ring, buf, upper))
		return 0;
	/* A frame that is longer than the MTU would be more than such a program can see. */
	if (prog && xdp_buff_has_frags(&ring->xdp) && !prog->aux->xdp_has_frags)
		verdict = XDP_DROP;
	else if (prog)
		verdict = bpf_prog_run_xdp(prog, &ring->xdp);
	did = igbr_xdp_obey(ring, prog, &ring->xdp, verdict, lower, upper);
	ring->xdp.data = NULL;
	return did;
}

/* As igbr_rx_run(). What is left to do at the end of the poll (IGBR_XDP_DID_*) is added to @did. */
static __always_inline unsigned int igbr_xdp_run(struct igbr_rx_ring *ring, struct bpf_prog *prog,
						 unsigned int count, unsigned int *did)
{
	union igbr_rx_desc *desc = &ring->mem.desc[ring->next_to_clean], *end = desc + count;
	void **slot = &ring->mem.bufs[ring->next_to_clean];
	unsigned int dropped = 0, bytes = 0;
	bool partial = igbr_xdp_is_partial(ring);
	struct igbr_rx_mem *mem = &ring->mem;
	struct xdp_buff xdp;

	xdp_init_buff(&xdp, mem->truesize, mem->rxq);
	for (; desc != end; desc++, slot++) {
		u64 upper = le64_to_cpu(READ_ONCE(desc->wb.upper));
		unsigned int len = FIELD_GET(IGBR_RXD_LENGTH, upper);
		u32 verdict = XDP_PASS;
		void *buf = *slot;

		if (!(upper & IGBR_RXD_DD))
			break;
		/* Nothing else of the descriptor is read before DD. */
		dma_rmb();
		prefetch(buf);
		if (unlikely((upper & (IGBR_RXD_EOP | IGBR_RXD_RXE)) != IGBR_RXD_EOP || partial ||
			     len - ETH_HLEN > mem->buf_len - ETH_HLEN)) {
			igbr_xdp_take_slot(ring, slot);
			*did |= igbr_xdp_part(ring, prog, buf,
					      le64_to_cpu(READ_ONCE(desc->wb.lower)), upper);
			partial = igbr_xdp_is_partial(ring);
			continue;
		}
		if (dma_dev_need_sync(ring->dev))
			page_pool_dma_sync_for_cpu(mem->pool, virt_to_page(buf),
						   offset_in_page(buf), len);
		xdp_prepare_buff(&xdp, buf - XDP_PACKET_HEADROOM, XDP_PACKET_HEADROOM, len, true);
		if (likely(prog))
			verdict = bpf_prog_run_xdp(prog, &xdp);
		if (likely(verdict == XDP_DROP)) {
			igbr_xdp_keep(ring, desc, buf);
			dropped++;
			bytes += len;
		} else {
			igbr_xdp_take_slot(ring, slot);
			*did |= igbr_xdp_obey(ring, prog, &xdp, verdict,
					      le64_to_cpu(READ_ONCE(desc->wb.lower)), upper);
		}
	}
	if (dropped)
		igbr_xdp_count(ring, IGBR_XDP_DROP, dropped, bytes);
	return count - (end - desc);
}

/**
 * igbr_clean_rx_xdp - igbr_clean_rx_irq() for rings that are laid out for XDP
 * @ring: the ring
 * @budget: descriptors at the most, above zero
 *
 * The buffer of a frame that is dropped stays in its slot.
 *
 * Context: softirq, the ring's NAPI.
 * Return: descriptors taken; less than @budget: the ring is empty.
 */
int igbr_clean_rx_xdp(struct igbr_rx_ring *ring, int budget)
{
	struct bpf_prog *prog = READ_ONCE(ring->prog);
	unsigned int run, got, did = 0;
	int done = 0;

	while (done < budget) {
		run = min_t(unsigned int, ring->run, budget - done);
		got = igbr_xdp_run(ring, prog, run, &did);
		done += got;
		igbr_rx_advance(ring, got);
		/* Without memory for buffers the device has none. */
		if (likely(got < run) || unlikely(!run))
			break;
	}
	if (unlikely(did))
		igbr_xdp_finish(ring, did);
	return done;
}
