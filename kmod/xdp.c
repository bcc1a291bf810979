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

/**
 * igbr_xdp_stop - forget a frame that did not end
 * @ring: the ring
 *
 * Context: process; the device and NAPI are off.
 */
void igbr_xdp_stop(struct igbr_rx_ring *ring)
{
	if (ring->xdp.data)
		xdp_return_buff(&ring->xdp);
	ring->xdp.data = NULL;
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
	/* A port that stops has taken this lock since it said so. */
	for (i = 0; i < count && test_bit(IGBR_FLAG_RUNNING, &adapter->flags); i++)
		if (igbr_tx_queue_xdp(ring, frames[i], false))
			break;
	if (flags & XDP_XMIT_FLUSH)
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
	err = igbr_tx_queue_xdp(ring, frame, true);
	__netif_tx_unlock(ring->txq);
	return err;
}

/* Count what became of a frame that is not passed on. */
static __always_inline void igbr_xdp_count(struct igbr_rx_ring *ring, unsigned int what,
					   unsigned int len)
{
	u64_stats_update_begin(&ring->syncp);
	u64_stats_inc(&ring->stats.xdp[what]);
	u64_stats_add(&ring->stats.bytes, len);
	u64_stats_update_end(&ring->syncp);
}

/* What a program says but "drop" and "pass". Returns IGBR_XDP_DID_*. */
static noinline unsigned int igbr_xdp_verdict(struct igbr_rx_ring *ring, struct bpf_prog *prog,
					      struct xdp_buff *xdp, u32 verdict)
{
	struct igbr_adapter *adapter = netdev_priv(ring->netdev);
	unsigned int len = xdp_get_buff_len(xdp), what = IGBR_XDP_ABORTED, did = 0;

	switch (verdict) {
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
	default:
		bpf_warn_invalid_xdp_action(ring->netdev, prog, verdict);
		break;
	case XDP_ABORTED:
		break;
	}
	igbr_xdp_count(ring, what, len);
	if (likely(what < IGBR_XDP_ABORTED))
		return did;
	trace_xdp_exception(ring->netdev, prog, verdict);
	xdp_return_buff(xdp);
	return did;
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

/* The frame that @buf belongs to is lost; the rest of it is dropped as it comes. */
static noinline void igbr_xdp_drop(struct igbr_rx_ring *ring, void *buf, bool last,
				   u64_stats_t *why)
{
	u64_stats_update_begin(&ring->syncp);
	u64_stats_inc(why);
	u64_stats_inc(&ring->stats.drops);
	u64_stats_update_end(&ring->syncp);
	igbr_rx_put_buf(&ring->mem, buf, true);
	igbr_xdp_stop(ring);
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

/* Take one buffer that the device wrote. Returns whether @ring->xdp is a whole frame now. */
static __always_inline bool igbr_xdp_take(struct igbr_rx_ring *ring, void *buf, u64 upper)
{
	unsigned int len = FIELD_GET(IGBR_RXD_LENGTH, upper), before = 0;
	const struct igbr_rx_mem *mem = &ring->mem;
	bool last = upper & IGBR_RXD_EOP;
	struct xdp_buff *xdp = &ring->xdp;

	if (unlikely(ring->skb == IGBR_RX_DISCARD)) {
		igbr_rx_put_buf(&ring->mem, buf, true);
		if (last)
			ring->skb = NULL;
		return false;
	}
	if (unlikely(xdp->data))
		before = xdp_get_buff_len(xdp);
	/* As igbr_rx_len_ok() */
	if (unlikely(len > mem->buf_len || (!last && len != mem->buf_len) ||
		     (before ? !len || before + len > mem->max_frame : len < ETH_HLEN))) {
		igbr_xdp_drop(ring, buf, last, &ring->stats.bad_descs);
		return false;
	}
	if (unlikely(last && upper & IGBR_RXD_RXE && !READ_ONCE(ring->keep_bad))) {
		igbr_xdp_drop(ring, buf, last, &ring->stats.errors);
		return false;
	}
	if (dma_dev_need_sync(ring->dev))
		page_pool_dma_sync_for_cpu(mem->pool, virt_to_page(buf), offset_in_page(buf), len);
	if (unlikely(before)) {
		igbr_xdp_append(ring, buf, len);
		return last;
	}
	xdp_init_buff(xdp, mem->truesize, mem->rxq);
	xdp_prepare_buff(xdp, buf - XDP_PACKET_HEADROOM, XDP_PACKET_HEADROOM, len, true);
	return last;
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

/**
 * igbr_clean_rx_xdp - igbr_clean_rx_irq() for rings that are laid out for XDP
 * @ring: the ring
 * @budget: descriptors at the most, above zero
 *
 * Context: softirq, the ring's NAPI.
 * Return: descriptors taken; less than @budget: the ring is empty.
 */
int igbr_clean_rx_xdp(struct igbr_rx_ring *ring, int budget)
{
	unsigned int empty = igbr_rx_empty_slots(ring), index = ring->next_to_clean, did = 0;
	struct bpf_prog *prog = READ_ONCE(ring->prog);
	struct igbr_rx_mem *mem = &ring->mem;
	int done = 0;

	while (likely(done < budget)) {
		union igbr_rx_desc *desc = &mem->desc[index];
		u64 upper = le64_to_cpu(READ_ONCE(desc->wb.upper));
		void **slot = &mem->bufs[index], *buf = *slot;
		u32 verdict = XDP_PASS;
		struct sk_buff *skb;

		/* A slot without a buffer was not given, whatever the device wrote there. */
		if (!(upper & IGBR_RXD_DD) || unlikely(!buf))
			break;
		/* Nothing else of the descriptor is read before DD. */
		dma_rmb();
		prefetch(buf);
		*slot = NULL;
		if (unlikely(++index == mem->count))
			index = 0;
		done++;

		if (igbr_xdp_take(ring, buf, upper)) {
			if (likely(prog))
				verdict = bpf_prog_run_xdp(prog, &ring->xdp);
			if (verdict == XDP_DROP) {
				igbr_xdp_count(ring, IGBR_XDP_DROP, xdp_get_buff_len(&ring->xdp));
				if (likely(!xdp_buff_has_frags(&ring->xdp)))
					igbr_rx_put_buf(mem, buf, true);
				else
					xdp_return_buff(&ring->xdp);
			} else if (verdict != XDP_PASS) {
				did |= igbr_xdp_verdict(ring, prog, &ring->xdp, verdict);
			} else {
				skb = igbr_xdp_build(ring, &ring->xdp);
				if (likely(skb)) {
					u64 lower = le64_to_cpu(READ_ONCE(desc->wb.lower));

					igbr_rx_fill_skb(ring, skb, lower, upper);
					igbr_rx_pass(ring, skb);
				} else {
					igbr_rx_count(ring, &ring->stats.alloc_failed);
					igbr_rx_count(ring, &ring->stats.drops);
					xdp_return_buff(&ring->xdp);
				}
			}
			ring->xdp.data = NULL;
		}
		if (++empty >= IGBR_RX_BATCH)
			empty = igbr_rx_refill(ring, empty);
	}
	ring->next_to_clean = index;
	if (unlikely(ring->starved))
		igbr_rx_refill(ring, empty);
	if (unlikely(did))
		igbr_xdp_finish(ring, did);
	return done;
}
