// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules that a person sets with tc (flower, skip_sw): what tc says is made into a match, which the
 * owner of the filter slots takes or refuses. The action is skbedit queue_mapping.
 *
 * Context of everything here: process, rtnl.
 */
#include <linux/slab.h>
#include <net/pkt_cls.h>
#include <net/tcp.h>

#include "../igbr.h"
#include "filter.h"
#include "flower.h"
#include "match.h"

#define IGBR_FLOWER_KEYS	(BIT_ULL(FLOW_DISSECTOR_KEY_CONTROL) |		\
				 BIT_ULL(FLOW_DISSECTOR_KEY_BASIC) |		\
				 BIT_ULL(FLOW_DISSECTOR_KEY_ETH_ADDRS) |	\
				 BIT_ULL(FLOW_DISSECTOR_KEY_VLAN) |		\
				 BIT_ULL(FLOW_DISSECTOR_KEY_IPV4_ADDRS) |	\
				 BIT_ULL(FLOW_DISSECTOR_KEY_IPV6_ADDRS) |	\
				 BIT_ULL(FLOW_DISSECTOR_KEY_PORTS) |		\
				 BIT_ULL(FLOW_DISSECTOR_KEY_TCP))

/* The blocks that drivers' ports are bound to */
static LIST_HEAD(igbr_flower_blocks);

/**
 * struct igbr_flower - a rule as tc knows it
 * @rule: what the owner of the slots knows of it
 * @cookie: tc's name for it
 * @list: all of the port's
 */
struct igbr_flower {
	struct igbr_rule rule;
	unsigned long cookie;
	struct list_head list;
};

static bool igbr_flower_ethernet(struct flow_rule *from, struct igbr_match *match)
{
	struct flow_match_eth_addrs macs;
	struct flow_match_basic basic;
	bool right = true;

	if (flow_rule_match_key(from, FLOW_DISSECTOR_KEY_BASIC)) {
		flow_rule_match_basic(from, &basic);
		right &= IGBR_MATCH_ADD(match, ETHERTYPE, match->ethertype, basic.key->n_proto,
					basic.mask->n_proto);
		right &= IGBR_MATCH_ADD(match, PROTOCOL, match->protocol, basic.key->ip_proto,
					basic.mask->ip_proto);
	}
	if (flow_rule_match_key(from, FLOW_DISSECTOR_KEY_ETH_ADDRS)) {
		flow_rule_match_eth_addrs(from, &macs);
		right &= IGBR_MATCH_ADD(match, DEST_MAC, match->dest_mac, macs.key->dst,
					macs.mask->dst);
		right &= IGBR_MATCH_ADD(match, SOURCE_MAC, match->source_mac, macs.key->src,
					macs.mask->src);
	}
	return right;
}

static bool igbr_flower_ip(struct flow_rule *from, struct igbr_match *match)
{
	struct flow_match_control control = { };
	struct flow_match_ipv4_addrs four;
	struct flow_match_ipv6_addrs six;
	struct flow_match_ports ports;
	bool right = true;
	u16 type = 0;

	if (flow_rule_match_key(from, FLOW_DISSECTOR_KEY_CONTROL)) {
		flow_rule_match_control(from, &control);
		type = control.key->addr_type;
	}
	if (type == FLOW_DISSECTOR_KEY_IPV4_ADDRS) {
		flow_rule_match_ipv4_addrs(from, &four);
		right &= IGBR_MATCH_ADD(match, SOURCE_IP, match->source_ip, four.key->src,
					four.mask->src);
		right &= IGBR_MATCH_ADD(match, DEST_IP, match->dest_ip, four.key->dst,
					four.mask->dst);
	} else if (type == FLOW_DISSECTOR_KEY_IPV6_ADDRS) {
		flow_rule_match_ipv6_addrs(from, &six);
		right &= IGBR_MATCH_ADD(match, SOURCE_IP, match->source_ip, six.key->src,
					six.mask->src);
		right &= IGBR_MATCH_ADD(match, DEST_IP, match->dest_ip, six.key->dst,
					six.mask->dst);
	}
	if (flow_rule_match_key(from, FLOW_DISSECTOR_KEY_PORTS)) {
		flow_rule_match_ports(from, &ports);
		right &= IGBR_MATCH_ADD(match, SOURCE_PORT, match->source_port, ports.key->src,
					ports.mask->src);
		right &= IGBR_MATCH_ADD(match, DEST_PORT, match->dest_port, ports.key->dst,
					ports.mask->dst);
	}
	return right;
}

/* Of the tag only its priority, and of TCP's flags only SYN, set, can be compared. */
static int igbr_flower_bits(struct flow_rule *from, struct igbr_match *match,
			    struct netlink_ext_ack *extack)
{
	struct flow_match_vlan vlan;
	struct flow_match_tcp tcp;

	if (flow_rule_match_key(from, FLOW_DISSECTOR_KEY_VLAN)) {
		flow_rule_match_vlan(from, &vlan);
		if (vlan.mask->vlan_id || vlan.mask->vlan_dei || vlan.mask->vlan_priority != 7 ||
		    (vlan.mask->vlan_tpid && vlan.key->vlan_tpid != htons(ETH_P_8021Q))) {
			NL_SET_ERR_MSG(extack, "of a VLAN tag, only the priority can be matched");
			return -EOPNOTSUPP;
		}
		match->fields |= IGBR_HAS(VLAN_PRIORITY);
		match->vlan_priority = vlan.key->vlan_priority;
	}
	if (flow_rule_match_key(from, FLOW_DISSECTOR_KEY_TCP)) {
		flow_rule_match_tcp(from, &tcp);
		if (tcp.mask->flags != htons(TCPHDR_SYN) || tcp.key->flags != tcp.mask->flags) {
			NL_SET_ERR_MSG(extack,
				       "of TCP's flags, only SYN can be matched: tcp_flags 0x2/0x2");
			return -EOPNOTSUPP;
		}
		match->fields |= IGBR_HAS(TCP_SYN);
	}
	return 0;
}

static int igbr_flower_parse(struct flow_rule *from, struct igbr_match *match,
			     struct netlink_ext_ack *extack)
{
	bool right;

	if (from->match.dissector->used_keys & ~IGBR_FLOWER_KEYS) {
		NL_SET_ERR_MSG(extack,
			       "only MAC addresses, Ethernet type, VLAN priority, IP addresses, protocol, ports and TCP SYN can be matched");
		return -EOPNOTSUPP;
	}
	if (flow_rule_match_has_control_flags(from, extack))
		return -EOPNOTSUPP;
	right = igbr_flower_ethernet(from, match);
	right &= igbr_flower_ip(from, match);
	if (!right) {
		NL_SET_ERR_MSG(extack, "a field is matched as a whole or not at all");
		return -EOPNOTSUPP;
	}
	return igbr_flower_bits(from, match, extack);
}

static int igbr_flower_action(struct flow_action *actions, unsigned int *queue,
			      struct netlink_ext_ack *extack)
{
	if (!flow_offload_has_one_action(actions) ||
	    actions->entries[0].id != FLOW_ACTION_RX_QUEUE_MAPPING) {
		NL_SET_ERR_MSG(extack,
			       "a filter leads to a queue, and that is all: action skbedit queue_mapping N skip_sw");
		return -EOPNOTSUPP;
	}
	/* No filter counts what it matches: those who insist on it are refused. */
	if (!flow_action_basic_hw_stats_check(actions, extack))
		return -EOPNOTSUPP;
	*queue = actions->entries[0].rx_queue;
	return 0;
}

static struct igbr_flower *igbr_flower_find(struct igbr_adapter *adapter, unsigned long cookie)
{
	struct igbr_flower *flower;

	list_for_each_entry(flower, &adapter->flowers, list)
		if (flower->cookie == cookie)
			return flower;
	return NULL;
}

static int igbr_flower_insert(struct igbr_adapter *adapter, struct flow_cls_offload *request)
{
	struct netlink_ext_ack *extack = request->common.extack;
	struct igbr_flower *flower, fresh = {
		.cookie = request->cookie,
		.rule.location = IGBR_TC_LOCATION + request->common.prio,
	};
	int err;

	/* A port that is bound to a block later hears of its rules again. */
	if (igbr_flower_find(adapter, request->cookie))
		return 0;
	err = igbr_flower_action(&request->rule->action, &fresh.rule.queue, extack);
	if (!err)
		err = igbr_flower_parse(request->rule, &fresh.rule.match, extack);
	if (err)
		return err;
	flower = kmemdup(&fresh, sizeof(fresh), GFP_KERNEL);
	if (!flower)
		return -ENOMEM;
	err = igbr_filter_insert(adapter, &flower->rule, NULL, extack);
	if (err) {
		kfree(flower);
		return err;
	}
	list_add_tail(&flower->list, &adapter->flowers);
	return 0;
}

static int igbr_flower_delete(struct igbr_adapter *adapter, unsigned long cookie)
{
	struct igbr_flower *flower = igbr_flower_find(adapter, cookie);

	if (!flower)
		return -ENOENT;
	igbr_filter_remove(adapter, &flower->rule);
	list_del(&flower->list);
	kfree(flower);
	return 0;
}

static int igbr_flower_block(enum tc_setup_type type, void *type_data, void *priv)
{
	struct flow_cls_offload *request = type_data;
	struct igbr_adapter *adapter = priv;

	if (type != TC_SETUP_CLSFLOWER)
		return -EOPNOTSUPP;
	switch (request->command) {
	case FLOW_CLS_REPLACE:
		if (!tc_cls_can_offload_and_chain0(adapter->netdev, &request->common))
			return -EOPNOTSUPP;
		return igbr_flower_insert(adapter, request);
	case FLOW_CLS_DESTROY:
		return igbr_flower_delete(adapter, request->cookie);
	default:
		return -EOPNOTSUPP;
	}
}

/**
 * igbr_flower_setup - ndo_setup_tc
 * @netdev: network device
 * @type: what tc wants
 * @type_data: the rest of it
 *
 * Return: 0 or a negative error.
 */
int igbr_flower_setup(struct net_device *netdev, enum tc_setup_type type, void *type_data)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);

	if (type != TC_SETUP_BLOCK || !igbr_filter_locations(adapter))
		return -EOPNOTSUPP;
	return flow_block_cb_setup_simple(type_data, &igbr_flower_blocks, igbr_flower_block,
					  adapter, adapter, true);
}

/**
 * igbr_flower_set_features - whether hw-tc-offload can be what it is to be
 * @adapter: the port
 * @features: NETIF_F_* bits
 *
 * Return: 0, or -EBUSY: tc has rules here, and cannot be told that they are gone.
 */
int igbr_flower_set_features(struct igbr_adapter *adapter, netdev_features_t features)
{
	if (features & NETIF_F_HW_TC || list_empty(&adapter->flowers))
		return 0;
	netdev_err(adapter->netdev, "hw-tc-offload stays on until tc's rules are deleted\n");
	return -EBUSY;
}
