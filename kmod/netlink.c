// SPDX-License-Identifier: GPL-2.0-only
/*
 * The generic netlink family: filters and flows, vectors and rings, for whoever asks. It changes
 * nothing.
 */
#include <net/genetlink.h>
#include <linux/rtnetlink.h>

#include "../uapi/igbr.h"
#include "igbr.h"
#include "netlink.h"
#include "steering/arfs.h"
#include "steering/filter.h"

static struct genl_family igbr_family;

/**
 * struct igbr_answer - a dump under way
 * @skb: where it goes
 * @cb: who asked
 * @ifindex: the port
 * @command: IGBR_CMD_*
 * @skip: entries that went into earlier parts
 * @place: entries so far
 */
struct igbr_answer {
	struct sk_buff *skb;
	struct netlink_callback *cb;
	u32 ifindex;
	u8 command;
	unsigned long skip;
	unsigned long place;
};

/* Context: rtnl, which keeps the port. */
static struct igbr_adapter *igbr_find_port(struct net *net, const struct nlattr *ifindex,
					   struct netlink_ext_ack *extack)
{
	struct net_device *netdev;

	if (!ifindex) {
		NL_SET_ERR_MSG_MOD(extack, "ifindex is missing");
		return ERR_PTR(-EINVAL);
	}
	netdev = __dev_get_by_index(net, nla_get_u32(ifindex));
	if (!netdev || netdev->netdev_ops != &igbr_netdev_ops) {
		NL_SET_ERR_MSG_MOD(extack, "not a port that igbr drives");
		return ERR_PTR(-ENODEV);
	}
	return netdev_priv(netdev);
}

static bool igbr_put_macs(struct sk_buff *skb, const struct igbr_match *match)
{
	return (match->fields & IGBR_HAS(DEST_MAC) &&
		nla_put(skb, IGBR_A_FILTER_DEST_MAC, ETH_ALEN, match->dest_mac)) ||
	       (match->fields & IGBR_HAS(SOURCE_MAC) &&
		nla_put(skb, IGBR_A_FILTER_SOURCE_MAC, ETH_ALEN, match->source_mac)) ||
	       (match->fields & IGBR_HAS(ETHERTYPE) &&
		nla_put_be16(skb, IGBR_A_FILTER_ETHERTYPE, match->ethertype)) ||
	       (match->fields & IGBR_HAS(VLAN_PRIORITY) &&
		nla_put_u8(skb, IGBR_A_FILTER_VLAN_PRIORITY, match->vlan_priority));
}

static bool igbr_put_ip(struct sk_buff *skb, const struct igbr_match *match)
{
	unsigned int length = match->ethertype == htons(ETH_P_IP) ? 4 : 16;

	return (match->fields & IGBR_HAS(PROTOCOL) &&
		nla_put_u8(skb, IGBR_A_FILTER_PROTOCOL, match->protocol)) ||
	       (match->fields & IGBR_HAS(SOURCE_IP) &&
		nla_put(skb, IGBR_A_FILTER_SOURCE_IP, length, &match->source_ip)) ||
	       (match->fields & IGBR_HAS(DEST_IP) &&
		nla_put(skb, IGBR_A_FILTER_DEST_IP, length, &match->dest_ip)) ||
	       (match->fields & IGBR_HAS(SOURCE_PORT) &&
		nla_put_be16(skb, IGBR_A_FILTER_SOURCE_PORT, match->source_port)) ||
	       (match->fields & IGBR_HAS(DEST_PORT) &&
		nla_put_be16(skb, IGBR_A_FILTER_DEST_PORT, match->dest_port)) ||
	       (match->fields & IGBR_HAS(TCP_SYN) &&
		nla_put_flag(skb, IGBR_A_FILTER_TCP_SYN));
}

/* A message that names the port; NULL: there is no room, or it was in an earlier part. */
static void *igbr_begin_message(struct igbr_answer *answer, int *err)
{
	void *header;

	*err = 0;
	if (answer->place++ < answer->skip)
		return NULL;
	header = genlmsg_put(answer->skb, NETLINK_CB(answer->cb->skb).portid,
			     answer->cb->nlh->nlmsg_seq, &igbr_family, NLM_F_MULTI,
			     answer->command);
	if (header && !nla_put_u32(answer->skb, IGBR_A_FILTER_IFINDEX, answer->ifindex))
		return header;
	genlmsg_cancel(answer->skb, header);
	answer->place--;
	*err = -EMSGSIZE;
	return NULL;
}

static int igbr_end_entry(struct igbr_answer *answer, void *header, bool full)
{
	if (!full) {
		genlmsg_end(answer->skb, header);
		return 0;
	}
	genlmsg_cancel(answer->skb, header);
	answer->place--;
	return -EMSGSIZE;
}

/* As igbr_begin_message(), with what a filter and a flow have in common. */
static void *igbr_begin_entry(struct igbr_answer *answer, const struct igbr_match *match,
			      u32 queue, int *err)
{
	void *header = igbr_begin_message(answer, err);

	if (!header)
		return NULL;
	if (!nla_put_u32(answer->skb, IGBR_A_FILTER_QUEUE, queue) &&
	    !igbr_put_macs(answer->skb, match) && !igbr_put_ip(answer->skb, match))
		return header;
	*err = igbr_end_entry(answer, header, true);
	return NULL;
}

/* What the family calls the kinds: in the order in which they came, not in the device's */
static const u32 igbr_kinds[IGBR_FILTER_KINDS] = {
	[IGBR_FILTER_ETHERTYPE] = IGBR_FILTER_KIND_ETHERTYPE,
	[IGBR_FILTER_FLEX] = IGBR_FILTER_KIND_FLEX,
	[IGBR_FILTER_TUPLE] = IGBR_FILTER_KIND_TUPLE,
	[IGBR_FILTER_SYN] = IGBR_FILTER_KIND_SYN,
	[IGBR_FILTER_VLAN_PRIORITY] = IGBR_FILTER_KIND_VLAN_PRIORITY,
};

/* Who wants the filter, and at which place among its own */
static bool igbr_put_owner(struct sk_buff *skb, u32 location)
{
	if (location == IGBR_FLOW_LOCATION)
		return nla_put_u32(skb, IGBR_A_FILTER_OWNER, IGBR_FILTER_OWNER_FLOW);
	if (location >= IGBR_TC_LOCATION)
		return nla_put_u32(skb, IGBR_A_FILTER_OWNER, IGBR_FILTER_OWNER_TC) ||
		       nla_put_u32(skb, IGBR_A_FILTER_TC_PRIO, location - IGBR_TC_LOCATION);
	return nla_put_u32(skb, IGBR_A_FILTER_OWNER, IGBR_FILTER_OWNER_RULE) ||
	       nla_put_u32(skb, IGBR_A_FILTER_LOCATION, location);
}

static int igbr_put_filter(const struct igbr_rule *rule, void *data)
{
	struct igbr_answer *answer = data;
	u64 age = jiffies_to_msecs(jiffies - rule->since);
	struct sk_buff *skb = answer->skb;
	void *header;
	bool full;
	int err;

	header = igbr_begin_entry(answer, &rule->match, rule->queue, &err);
	if (!header)
		return err;
	full = nla_put_u32(skb, IGBR_A_FILTER_KIND, igbr_kinds[rule->kind]) ||
	       nla_put_u32(skb, IGBR_A_FILTER_SLOT, rule->slot) ||
	       igbr_put_owner(skb, rule->location) ||
	       nla_put_u64_64bit(skb, IGBR_A_FILTER_AGE, age, 0);
	return igbr_end_entry(answer, header, full);
}

static int igbr_put_flow(const struct igbr_arfs_sight *sight, void *data)
{
	struct igbr_answer *answer = data;
	void *header;
	bool full;
	int err;

	header = igbr_begin_entry(answer, sight->match, sight->queue, &err);
	if (!header)
		return err;
	full = nla_put_u32(answer->skb, IGBR_A_FILTER_FROM_QUEUE, sight->from) ||
	       nla_put_u64_64bit(answer->skb, IGBR_A_FILTER_ASKS, sight->asks, 0) ||
	       nla_put_u64_64bit(answer->skb, IGBR_A_FILTER_AGE, sight->age, 0);
	return igbr_end_entry(answer, header, full);
}

static const u32 igbr_vector_modes[] = {
	[IGBR_IRQ_MSIX] = IGBR_VECTOR_MODE_MSIX,
	[IGBR_IRQ_MSI] = IGBR_VECTOR_MODE_MSI,
	[IGBR_IRQ_INTX] = IGBR_VECTOR_MODE_INTX,
};

/* What only the vector of a queue pair has */
static bool igbr_put_pair(struct sk_buff *skb, const struct igbr_vector *vector)
{
	const struct igbr_moderation *mod = &vector->mod;

	return nla_put_u32(skb, IGBR_A_VECTOR_QUEUE, vector->rx->queue) ||
	       nla_put_u32(skb, IGBR_A_VECTOR_NAPI_ID, vector->napi.napi_id) ||
	       nla_put_u32(skb, IGBR_A_VECTOR_RX_USECS, mod->rx_usecs) ||
	       nla_put_u32(skb, IGBR_A_VECTOR_TX_USECS, mod->tx_usecs) ||
	       nla_put_u32(skb, IGBR_A_VECTOR_INTERVAL, READ_ONCE(mod->interval)) ||
	       (mod->adaptive && nla_put_flag(skb, IGBR_A_VECTOR_ADAPTIVE)) ||
	       (READ_ONCE(vector->masked) && nla_put_flag(skb, IGBR_A_VECTOR_MASKED));
}

/* A vector; without @vector the one for other causes */
static int igbr_put_vector(struct igbr_answer *answer, const struct igbr_adapter *adapter, int irq,
			   const struct igbr_vector *vector)
{
	struct sk_buff *skb = answer->skb;
	void *header;
	bool full;
	int err;

	header = igbr_begin_message(answer, &err);
	if (!header)
		return err;
	full = nla_put_u32(skb, IGBR_A_VECTOR_MODE, igbr_vector_modes[adapter->irq_mode]) ||
	       nla_put_u32(skb, IGBR_A_VECTOR_IRQ, irq) ||
	       (vector && igbr_put_pair(skb, vector));
	return igbr_end_entry(answer, header, full);
}

static int igbr_put_vectors(struct igbr_answer *answer, const struct igbr_adapter *adapter)
{
	unsigned int i;
	int err = 0;

	if (adapter->other_irq)
		err = igbr_put_vector(answer, adapter, adapter->other_irq, NULL);
	for (i = 0; i < adapter->active_queues && !err; i++)
		err = igbr_put_vector(answer, adapter, adapter->vectors[i]->irq,
				      adapter->vectors[i]);
	return err;
}

/* What both kinds of rings have; @head and @tail are registers. */
static bool igbr_put_ring(struct sk_buff *skb, struct igbr_hw *hw, u32 type, u32 queue, u32 count,
			  u32 head, u32 tail)
{
	u32 head_value = igbr_rd32(hw, head), tail_value = igbr_rd32(hw, tail);

	if (nla_put_u32(skb, IGBR_A_RING_TYPE, type) ||
	    nla_put_u32(skb, IGBR_A_RING_QUEUE, queue) ||
	    nla_put_u32(skb, IGBR_A_RING_COUNT, count))
		return true;
	/* Registers of a device that is gone say nothing. */
	return !READ_ONCE(hw->gone) && (nla_put_u32(skb, IGBR_A_RING_HEAD, head_value) ||
					nla_put_u32(skb, IGBR_A_RING_TAIL, tail_value));
}

static bool igbr_put_rx_ring(struct sk_buff *skb, struct igbr_hw *hw,
			     const struct igbr_rx_ring *ring)
{
	u32 q = ring->queue;

	return igbr_put_ring(skb, hw, IGBR_RING_TYPE_RX, q, ring->mem.count, IGBR_RDH(q),
			     IGBR_RDT(q)) ||
	       nla_put_u32(skb, IGBR_A_RING_NEXT_TO_USE, READ_ONCE(ring->next_to_use)) ||
	       nla_put_u32(skb, IGBR_A_RING_NEXT_TO_CLEAN, READ_ONCE(ring->next_to_clean)) ||
	       nla_put_u32(skb, IGBR_A_RING_BUFFER_LEN, ring->mem.buf_len) ||
	       (READ_ONCE(ring->starved) && nla_put_flag(skb, IGBR_A_RING_STARVED));
}

static bool igbr_put_tx_ring(struct sk_buff *skb, struct igbr_hw *hw,
			     const struct igbr_tx_ring *ring)
{
	u32 q = ring->queue;

	return igbr_put_ring(skb, hw, IGBR_RING_TYPE_TX, q, ring->mem.count, IGBR_TDH(q),
			     IGBR_TDT(q)) ||
	       nla_put_u32(skb, IGBR_A_RING_NEXT_TO_USE, READ_ONCE(ring->next_to_use)) ||
	       nla_put_u32(skb, IGBR_A_RING_NEXT_TO_CLEAN, READ_ONCE(ring->next_to_clean)) ||
	       nla_put_u32(skb, IGBR_A_RING_WRITTEN_BACK, le32_to_cpu(READ_ONCE(*ring->head))) ||
	       (netif_tx_queue_stopped(ring->txq) && nla_put_flag(skb, IGBR_A_RING_STOPPED));
}

/* All receive rings, then all transmit rings */
static int igbr_put_rings(struct igbr_answer *answer, struct igbr_adapter *adapter)
{
	unsigned int i, count = adapter->active_queues;
	struct sk_buff *skb = answer->skb;
	int err = 0;

	for (i = 0; i < 2 * count && !err; i++) {
		void *header = igbr_begin_message(answer, &err);
		struct igbr_hw *hw = &adapter->hw;
		bool full;

		if (!header)
			continue;
		full = i < count ? igbr_put_rx_ring(skb, hw, adapter->rx_rings[i]) :
				   igbr_put_tx_ring(skb, hw, adapter->tx_rings[i - count]);
		err = igbr_end_entry(answer, header, full);
	}
	return err;
}

static int igbr_put_all(struct igbr_answer *answer, struct igbr_adapter *adapter)
{
	switch (answer->command) {
	case IGBR_CMD_FILTER_GET:
		return igbr_filter_each(adapter, igbr_put_filter, answer);
	case IGBR_CMD_VECTOR_GET:
		return igbr_put_vectors(answer, adapter);
	case IGBR_CMD_RING_GET:
		return igbr_put_rings(answer, adapter);
	default:
		return igbr_arfs_each(adapter, igbr_put_flow, answer);
	}
}

static int igbr_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct genl_info *info = genl_info_dump(cb);
	struct igbr_answer answer = {
		.skb = skb,
		.cb = cb,
		.command = info->genlhdr->cmd,
		.skip = cb->args[0],
	};
	struct igbr_adapter *adapter;
	int err;

	rtnl_lock();
	adapter = igbr_find_port(genl_info_net(info), info->attrs[IGBR_A_FILTER_IFINDEX],
				 info->extack);
	if (IS_ERR(adapter)) {
		err = PTR_ERR(adapter);
		goto out;
	}
	answer.ifindex = adapter->netdev->ifindex;
	err = igbr_put_all(&answer, adapter);
	cb->args[0] = answer.place;
	/* What does not fit is for the next part. */
	if (err == -EMSGSIZE)
		err = skb->len ?: err;
out:
	rtnl_unlock();
	return err;
}

static int igbr_put_counts(struct sk_buff *skb, u32 ifindex,
			   const struct igbr_arfs_counts *counts)
{
	if (nla_put_u32(skb, IGBR_A_ARFS_IFINDEX, ifindex) ||
	    nla_put_u64_64bit(skb, IGBR_A_ARFS_STEERED, counts->steered, 0) ||
	    nla_put_u64_64bit(skb, IGBR_A_ARFS_MOVED, counts->moved, 0) ||
	    nla_put_u64_64bit(skb, IGBR_A_ARFS_EXPIRED, counts->expired, 0) ||
	    nla_put_u64_64bit(skb, IGBR_A_ARFS_EVICTED, counts->evicted, 0) ||
	    nla_put_u64_64bit(skb, IGBR_A_ARFS_REFUSED_FULL, counts->refused_full, 0) ||
	    nla_put_u64_64bit(skb, IGBR_A_ARFS_REFUSED_KIND, counts->refused_kind, 0) ||
	    nla_put_u64_64bit(skb, IGBR_A_ARFS_REFUSED_MAC, counts->refused_mac, 0) ||
	    nla_put_u64_64bit(skb, IGBR_A_ARFS_REFUSED_SHARED, counts->refused_shared, 0) ||
	    nla_put_u64_64bit(skb, IGBR_A_ARFS_REFUSED_RULE, counts->refused_rule, 0) ||
	    nla_put_u64_64bit(skb, IGBR_A_ARFS_YIELDED, counts->yielded, 0))
		return -EMSGSIZE;
	return 0;
}

static int igbr_get_arfs(struct sk_buff *request, struct genl_info *info)
{
	struct igbr_arfs_counts counts = { };
	struct igbr_adapter *adapter;
	struct sk_buff *skb;
	void *header;
	int err;

	rtnl_lock();
	adapter = igbr_find_port(genl_info_net(info), info->attrs[IGBR_A_ARFS_IFINDEX],
				 info->extack);
	if (!IS_ERR(adapter))
		igbr_arfs_count(adapter, &counts);
	rtnl_unlock();
	if (IS_ERR(adapter))
		return PTR_ERR(adapter);

	skb = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!skb)
		return -ENOMEM;
	header = genlmsg_put_reply(skb, info, &igbr_family, 0, IGBR_CMD_ARFS_GET);
	err = header ? igbr_put_counts(skb, nla_get_u32(info->attrs[IGBR_A_ARFS_IFINDEX]),
				       &counts) : -EMSGSIZE;
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	genlmsg_end(skb, header);
	return genlmsg_reply(skb, info);
}

/* Each request names the port, and nothing else. */
static const struct nla_policy igbr_ifindex_policy[] = {
	[IGBR_A_FILTER_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

static_assert((int)IGBR_A_FILTER_IFINDEX == (int)IGBR_A_ARFS_IFINDEX);
static_assert((int)IGBR_A_FILTER_IFINDEX == (int)IGBR_A_VECTOR_IFINDEX);
static_assert((int)IGBR_A_FILTER_IFINDEX == (int)IGBR_A_RING_IFINDEX);

static const struct genl_split_ops igbr_ops[] = {
	{
		.cmd = IGBR_CMD_FILTER_GET,
		.dumpit = igbr_dump,
		.policy = igbr_ifindex_policy,
		.maxattr = IGBR_A_FILTER_IFINDEX,
		.flags = GENL_CMD_CAP_DUMP,
	},
	{
		.cmd = IGBR_CMD_FLOW_GET,
		.dumpit = igbr_dump,
		.policy = igbr_ifindex_policy,
		.maxattr = IGBR_A_FILTER_IFINDEX,
		.flags = GENL_CMD_CAP_DUMP,
	},
	{
		.cmd = IGBR_CMD_ARFS_GET,
		.doit = igbr_get_arfs,
		.policy = igbr_ifindex_policy,
		.maxattr = IGBR_A_ARFS_IFINDEX,
		.flags = GENL_CMD_CAP_DO,
	},
	{
		.cmd = IGBR_CMD_VECTOR_GET,
		.dumpit = igbr_dump,
		.policy = igbr_ifindex_policy,
		.maxattr = IGBR_A_VECTOR_IFINDEX,
		.flags = GENL_CMD_CAP_DUMP,
	},
	{
		.cmd = IGBR_CMD_RING_GET,
		.dumpit = igbr_dump,
		.policy = igbr_ifindex_policy,
		.maxattr = IGBR_A_RING_IFINDEX,
		.flags = GENL_CMD_CAP_DUMP,
	},
};

static struct genl_family igbr_family __ro_after_init = {
	.name = IGBR_FAMILY_NAME,
	.version = IGBR_FAMILY_VERSION,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.split_ops = igbr_ops,
	.n_split_ops = ARRAY_SIZE(igbr_ops),
};

/**
 * igbr_netlink_register - offer the family
 *
 * Context: process, as the module is loaded.
 * Return: 0 or a negative error.
 */
int __init igbr_netlink_register(void)
{
	return genl_register_family(&igbr_family);
}

/**
 * igbr_netlink_unregister - undo igbr_netlink_register()
 */
void igbr_netlink_unregister(void)
{
	genl_unregister_family(&igbr_family);
}
