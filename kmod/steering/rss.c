// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receive side scaling (82576 datasheet, section 7.1.1.7): a Toeplitz hash of addresses and
 * ports, and a table of 128 entries that leads from the hash's low bits to a queue.
 */
#include <linux/ethtool.h>
#include <linux/unaligned.h>

#include "../igbr.h"
#include "rss.h"

/*
 * By default UDP is hashed by addresses only: fragments of a packet have no ports, and so stay in
 * order.
 */
#define IGBR_MRQC_FIELDS	(IGBR_MRQC_IP4 | IGBR_MRQC_TCP4 | IGBR_MRQC_IP6 |	\
				 IGBR_MRQC_TCP6 | IGBR_MRQC_TCP6_EX)

#define IGBR_RXH_ADDRESSES	(RXH_IP_SRC | RXH_IP_DST)
#define IGBR_RXH_PORTS		(RXH_L4_B_0_1 | RXH_L4_B_2_3)

/**
 * igbr_rss_init - a random key, and the default fields
 * @adapter: the port
 */
void igbr_rss_init(struct igbr_adapter *adapter)
{
	netdev_rss_key_fill(adapter->rss_key, sizeof(adapter->rss_key));
	adapter->rss_fields = IGBR_MRQC_FIELDS;
}

/**
 * igbr_rss_set_queues - spread the table over a new number of queues
 * @adapter: the port
 * @queues: queue pairs
 *
 * A table that the user set stays. The core refuses fewer channels than it names; only a reload
 * may take queues away that it needs.
 *
 * Context: process, rtnl.
 */
void igbr_rss_set_queues(struct igbr_adapter *adapter, unsigned int queues)
{
	unsigned int i, highest = 0;
	bool set;

	for (i = 0; i < IGBR_RETA_SIZE; i++)
		highest = max_t(unsigned int, highest, adapter->reta[i]);
	set = netif_is_rxfh_configured(adapter->netdev);
	if (set && highest < queues)
		return;
	for (i = 0; i < IGBR_RETA_SIZE; i++)
		adapter->reta[i] = ethtool_rxfh_indir_default(i, queues);
	if (!set)
		return;
	netdev_warn(adapter->netdev, "the RSS table is the default one: its queue %u is gone\n",
		    highest);
	ethtool_rxfh_indir_lost(adapter->netdev);
}

/**
 * igbr_rss_configure - write key, table and fields to the device
 * @adapter: the port
 *
 * Context: process, rtnl.
 */
void igbr_rss_configure(struct igbr_adapter *adapter)
{
	struct igbr_hw *hw = &adapter->hw;
	unsigned int i;

	for (i = 0; i < IGBR_RSS_KEY_SIZE; i += 4)
		igbr_wr32(hw, IGBR_RSSRK(i / 4), get_unaligned_le32(&adapter->rss_key[i]));
	for (i = 0; i < IGBR_RETA_SIZE; i += 4)
		igbr_wr32(hw, IGBR_RETA(i / 4), get_unaligned_le32(&adapter->reta[i]));
	igbr_wr32(hw, IGBR_MRQC, IGBR_MRQC_MODE_RSS | adapter->rss_fields);
}

/**
 * igbr_rss_get - ethtool -x
 * @netdev: network device
 * @param: table, key and function, each filled if asked for
 *
 * Context: process, rtnl.
 * Return: 0.
 */
int igbr_rss_get(struct net_device *netdev, struct ethtool_rxfh_param *param)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);
	unsigned int i;

	param->hfunc = ETH_RSS_HASH_TOP;
	for (i = 0; param->indir && i < IGBR_RETA_SIZE; i++)
		param->indir[i] = adapter->reta[i];
	if (param->key)
		memcpy(param->key, adapter->rss_key, IGBR_RSS_KEY_SIZE);
	return 0;
}

/* The older of ethtool's calls take no message back: then it goes to the log. */
static void igbr_rss_refuse(struct net_device *netdev, struct netlink_ext_ack *extack,
			    const char *why)
{
	if (extack)
		NL_SET_ERR_MSG_FMT_MOD(extack, "%s", why);
	else
		netdev_err(netdev, "%s\n", why);
}

/**
 * igbr_rss_set - ethtool -X
 * @netdev: network device
 * @param: what to change; the core has checked that the queues exist
 * @extack: says what was wrong
 *
 * Context: process, rtnl.
 * Return: 0 or -EOPNOTSUPP.
 */
int igbr_rss_set(struct net_device *netdev, struct ethtool_rxfh_param *param,
		 struct netlink_ext_ack *extack)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);
	unsigned int i;

	if (param->hfunc != ETH_RSS_HASH_NO_CHANGE && param->hfunc != ETH_RSS_HASH_TOP) {
		igbr_rss_refuse(netdev, extack, "the device's only hash function is toeplitz");
		return -EOPNOTSUPP;
	}
	for (i = 0; param->indir && i < IGBR_RETA_SIZE; i++)
		adapter->reta[i] = param->indir[i];
	if (param->key)
		memcpy(adapter->rss_key, param->key, IGBR_RSS_KEY_SIZE);
	if (adapter->active_queues)
		igbr_rss_configure(adapter);
	return 0;
}

/* The bits of MRQC that add the ports of a flow; 0: it has none that are hashed */
static u32 igbr_rss_port_bits(u32 flow_type)
{
	switch (flow_type) {
	case TCP_V4_FLOW:
		return IGBR_MRQC_TCP4;
	case TCP_V6_FLOW:
		return IGBR_MRQC_TCP6 | IGBR_MRQC_TCP6_EX;
	case UDP_V4_FLOW:
		return IGBR_MRQC_UDP4;
	case UDP_V6_FLOW:
		return IGBR_MRQC_UDP6 | IGBR_MRQC_UDP6_EX;
	default:
		return 0;
	}
}

/* What is hashed of a kind of flow; 0: the device does not hash it. */
static u32 igbr_rss_fields(const struct igbr_adapter *adapter, u32 flow_type)
{
	switch (flow_type) {
	case TCP_V4_FLOW:
	case TCP_V6_FLOW:
	case UDP_V4_FLOW:
	case UDP_V6_FLOW:
	case SCTP_V4_FLOW:
	case SCTP_V6_FLOW:
	case AH_ESP_V4_FLOW:
	case AH_ESP_V6_FLOW:
	case AH_V4_FLOW:
	case AH_V6_FLOW:
	case ESP_V4_FLOW:
	case ESP_V6_FLOW:
	case IPV4_FLOW:
	case IPV6_FLOW:
		return IGBR_RXH_ADDRESSES |
		       (adapter->rss_fields & igbr_rss_port_bits(flow_type) ? IGBR_RXH_PORTS : 0);
	default:
		return 0;
	}
}

/**
 * igbr_rss_get_fields - ethtool -n rx-flow-hash
 * @netdev: network device
 * @fields: the kind of flow; what is hashed of it is filled in
 *
 * Context: process, rtnl.
 * Return: 0, or -EINVAL for a flow that the device does not hash.
 */
int igbr_rss_get_fields(struct net_device *netdev, struct ethtool_rxfh_fields *fields)
{
	fields->data = igbr_rss_fields(netdev_priv(netdev), fields->flow_type);
	return fields->data ? 0 : -EINVAL;
}

/**
 * igbr_rss_set_fields - ethtool -N rx-flow-hash
 * @netdev: network device
 * @fields: the kind of flow, and what to hash of it
 * @extack: says what would be right
 *
 * Context: process, rtnl.
 * Return: 0 or -EINVAL.
 */
int igbr_rss_set_fields(struct net_device *netdev, const struct ethtool_rxfh_fields *fields,
			struct netlink_ext_ack *extack)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);
	u32 ports = igbr_rss_port_bits(fields->flow_type);
	u32 now = igbr_rss_fields(adapter, fields->flow_type);
	u32 data = fields->data;

	if (now && data == now)
		return 0;
	if (!ports || (data != IGBR_RXH_ADDRESSES &&
		       data != (IGBR_RXH_ADDRESSES | IGBR_RXH_PORTS))) {
		igbr_rss_refuse(netdev, extack,
				"the device hashes TCP and UDP by sd or sdfn, other by sd");
		return -EINVAL;
	}
	if (data & IGBR_RXH_PORTS)
		adapter->rss_fields |= ports;
	else
		adapter->rss_fields &= ~ports;
	if (data & IGBR_RXH_PORTS && (fields->flow_type == UDP_V4_FLOW ||
				      fields->flow_type == UDP_V6_FLOW))
		netdev_warn(netdev, "UDP is hashed by ports: fragments may overtake whole packets\n");
	if (adapter->active_queues)
		igbr_rss_configure(adapter);
	return 0;
}
