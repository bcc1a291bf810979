// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules that a person sets with ethtool (-N, -n; the kernel calls them n-tuples): what ethtool
 * says is made into a match, which the owner of the filter slots takes or refuses.
 *
 * Context of everything here: process, rtnl.
 */
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/slab.h>
#include <net/ipv6.h>

#include "../igbr.h"
#include "filter.h"
#include "match.h"
#include "ntuple.h"

/* A VLAN tag's priority: the only part of it that a filter can compare */
#define IGBR_TCI_PRIORITY	htons(VLAN_PRIO_MASK)

/**
 * struct igbr_ntuple - a rule as ethtool knows it
 * @rule: what the owner of the slots knows of it
 * @spec: what the user said; location and queue in it are right, too
 */
struct igbr_ntuple {
	struct igbr_rule rule;
	struct ethtool_rx_flow_spec spec;
};

/**
 * struct igbr_parser - ethtool's words on their way to a match
 * @extack: for messages
 * @match: what came out so far
 * @err: 0, or why nothing will
 */
struct igbr_parser {
	struct netlink_ext_ack *extack;
	struct igbr_match *match;
	int err;
};

/* The first reason is the one that is told. */
#define igbr_refuse(parser, why_not, why) do {			\
	struct igbr_parser *__parser = (parser);		\
								\
	if (!__parser->err)					\
		NL_SET_ERR_MSG(__parser->extack, why);		\
	__parser->err = (why_not);				\
} while (0)

/* Compare a field if its mask is set. */
#define IGBR_PARSE(parser, field, to, value, mask) do {				\
	struct igbr_parser *__to = (parser);						\
											\
	if (!IGBR_MATCH_ADD(__to->match, field, to, value, mask))			\
		igbr_refuse(__to, -EOPNOTSUPP,						\
			    "a field is matched as a whole or not at all");		\
} while (0)

static void igbr_parse_nothing(struct igbr_parser *parser, const void *mask, size_t length)
{
	if (memchr_inv(mask, 0, length))
		igbr_refuse(parser, -EOPNOTSUPP,
			    "traffic class, TOS, SPI and user data cannot be matched");
}

static void igbr_parse_version(struct igbr_parser *parser, u16 ethertype)
{
	parser->match->fields |= IGBR_HAS(ETHERTYPE);
	parser->match->ethertype = htons(ethertype);
}

static void igbr_parse_protocol(struct igbr_parser *parser, u8 protocol)
{
	parser->match->fields |= IGBR_HAS(PROTOCOL);
	parser->match->protocol = protocol;
}

static void igbr_parse_ether(struct igbr_parser *parser, const struct ethhdr *value,
			     const struct ethhdr *mask)
{
	IGBR_PARSE(parser, DEST_MAC, parser->match->dest_mac, value->h_dest, mask->h_dest);
	IGBR_PARSE(parser, SOURCE_MAC, parser->match->source_mac, value->h_source, mask->h_source);
	IGBR_PARSE(parser, ETHERTYPE, parser->match->ethertype, value->h_proto, mask->h_proto);
}

static void igbr_parse_tcp_ip4(struct igbr_parser *parser, u8 protocol,
			       const struct ethtool_tcpip4_spec *value,
			       const struct ethtool_tcpip4_spec *mask)
{
	igbr_parse_version(parser, ETH_P_IP);
	igbr_parse_protocol(parser, protocol);
	IGBR_PARSE(parser, SOURCE_IP, parser->match->source_ip, value->ip4src, mask->ip4src);
	IGBR_PARSE(parser, DEST_IP, parser->match->dest_ip, value->ip4dst, mask->ip4dst);
	IGBR_PARSE(parser, SOURCE_PORT, parser->match->source_port, value->psrc, mask->psrc);
	IGBR_PARSE(parser, DEST_PORT, parser->match->dest_port, value->pdst, mask->pdst);
	igbr_parse_nothing(parser, &mask->tos, sizeof(mask->tos));
}

static void igbr_parse_tcp_ip6(struct igbr_parser *parser, u8 protocol,
			       const struct ethtool_tcpip6_spec *value,
			       const struct ethtool_tcpip6_spec *mask)
{
	igbr_parse_version(parser, ETH_P_IPV6);
	igbr_parse_protocol(parser, protocol);
	IGBR_PARSE(parser, SOURCE_IP, parser->match->source_ip, value->ip6src, mask->ip6src);
	IGBR_PARSE(parser, DEST_IP, parser->match->dest_ip, value->ip6dst, mask->ip6dst);
	IGBR_PARSE(parser, SOURCE_PORT, parser->match->source_port, value->psrc, mask->psrc);
	IGBR_PARSE(parser, DEST_PORT, parser->match->dest_port, value->pdst, mask->pdst);
	igbr_parse_nothing(parser, &mask->tclass, sizeof(mask->tclass));
}

/* The first four bytes behind the IP header: ports, if the protocol has some */
static void igbr_parse_l4_bytes(struct igbr_parser *parser, const __be32 *value,
				const __be32 *mask)
{
	const __be16 *values = (const __be16 *)value, *masks = (const __be16 *)mask;
	u8 protocol = parser->match->protocol;

	if (!*mask)
		return;
	if (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP && protocol != IPPROTO_SCTP) {
		igbr_refuse(parser, -EOPNOTSUPP, "only TCP, UDP and SCTP have ports to match");
		return;
	}
	IGBR_PARSE(parser, SOURCE_PORT, parser->match->source_port, values[0], masks[0]);
	IGBR_PARSE(parser, DEST_PORT, parser->match->dest_port, values[1], masks[1]);
}

static void igbr_parse_ip4(struct igbr_parser *parser, const struct ethtool_usrip4_spec *value,
			   const struct ethtool_usrip4_spec *mask)
{
	if (value->ip_ver != ETH_RX_NFC_IP4)
		igbr_refuse(parser, -EINVAL, "ip4 means IPv4");
	igbr_parse_version(parser, ETH_P_IP);
	IGBR_PARSE(parser, PROTOCOL, parser->match->protocol, value->proto, mask->proto);
	IGBR_PARSE(parser, SOURCE_IP, parser->match->source_ip, value->ip4src, mask->ip4src);
	IGBR_PARSE(parser, DEST_IP, parser->match->dest_ip, value->ip4dst, mask->ip4dst);
	igbr_parse_l4_bytes(parser, &value->l4_4_bytes, &mask->l4_4_bytes);
	igbr_parse_nothing(parser, &mask->tos, sizeof(mask->tos));
}

static void igbr_parse_ip6(struct igbr_parser *parser, const struct ethtool_usrip6_spec *value,
			   const struct ethtool_usrip6_spec *mask)
{
	igbr_parse_version(parser, ETH_P_IPV6);
	IGBR_PARSE(parser, PROTOCOL, parser->match->protocol, value->l4_proto, mask->l4_proto);
	IGBR_PARSE(parser, SOURCE_IP, parser->match->source_ip, value->ip6src, mask->ip6src);
	IGBR_PARSE(parser, DEST_IP, parser->match->dest_ip, value->ip6dst, mask->ip6dst);
	igbr_parse_l4_bytes(parser, &value->l4_4_bytes, &mask->l4_4_bytes);
	igbr_parse_nothing(parser, &mask->tclass, sizeof(mask->tclass));
}

/* What ethtool calls dst-mac; a rule for ether may have said dst before. */
static void igbr_parse_dest_mac(struct igbr_parser *parser, const u8 *value, const u8 *mask)
{
	struct igbr_match other = { };

	if (!igbr_match_add(&other, IGBR_FIELD_DEST_MAC, other.dest_mac, value, mask, ETH_ALEN))
		igbr_refuse(parser, -EOPNOTSUPP,
			    "a field is matched as a whole or not at all");
	else if (other.fields & parser->match->fields &&
		 igbr_match_differs(&other, parser->match, IGBR_FIELD_DEST_MAC))
		igbr_refuse(parser, -EINVAL, "no frame has two destination MAC addresses");
	if (!other.fields)
		return;
	parser->match->fields |= other.fields;
	ether_addr_copy(parser->match->dest_mac, other.dest_mac);
}

static void igbr_parse_ext(struct igbr_parser *parser, const struct ethtool_rx_flow_spec *spec)
{
	const struct ethtool_flow_ext *value = &spec->h_ext, *mask = &spec->m_ext;

	if (spec->flow_type & FLOW_MAC_EXT)
		igbr_parse_dest_mac(parser, value->h_dest, mask->h_dest);
	if (!(spec->flow_type & FLOW_EXT))
		return;
	igbr_parse_nothing(parser, mask->data, sizeof(mask->data));
	if (mask->vlan_etype || (mask->vlan_tci && mask->vlan_tci != IGBR_TCI_PRIORITY)) {
		igbr_refuse(parser, -EOPNOTSUPP,
			    "of a VLAN tag, only the priority can be matched: vlan N m 0x1fff");
	} else if (mask->vlan_tci) {
		parser->match->fields |= IGBR_HAS(VLAN_PRIORITY);
		parser->match->vlan_priority = ntohs(value->vlan_tci) >> VLAN_PRIO_SHIFT;
	}
}

static int igbr_parse_spec(const struct ethtool_rx_flow_spec *spec, struct igbr_match *match,
			   struct netlink_ext_ack *extack)
{
	struct igbr_parser parser = { .extack = extack, .match = match };
	const union ethtool_flow_union *h = &spec->h_u, *m = &spec->m_u;

	switch (spec->flow_type & ~(FLOW_EXT | FLOW_MAC_EXT)) {
	case ETHER_FLOW:
		igbr_parse_ether(&parser, &h->ether_spec, &m->ether_spec);
		break;
	case TCP_V4_FLOW:
		igbr_parse_tcp_ip4(&parser, IPPROTO_TCP, &h->tcp_ip4_spec, &m->tcp_ip4_spec);
		break;
	case UDP_V4_FLOW:
		igbr_parse_tcp_ip4(&parser, IPPROTO_UDP, &h->udp_ip4_spec, &m->udp_ip4_spec);
		break;
	case SCTP_V4_FLOW:
		igbr_parse_tcp_ip4(&parser, IPPROTO_SCTP, &h->sctp_ip4_spec, &m->sctp_ip4_spec);
		break;
	case IP_USER_FLOW:
		igbr_parse_ip4(&parser, &h->usr_ip4_spec, &m->usr_ip4_spec);
		break;
	case TCP_V6_FLOW:
		igbr_parse_tcp_ip6(&parser, IPPROTO_TCP, &h->tcp_ip6_spec, &m->tcp_ip6_spec);
		break;
	case UDP_V6_FLOW:
		igbr_parse_tcp_ip6(&parser, IPPROTO_UDP, &h->udp_ip6_spec, &m->udp_ip6_spec);
		break;
	case SCTP_V6_FLOW:
		igbr_parse_tcp_ip6(&parser, IPPROTO_SCTP, &h->sctp_ip6_spec, &m->sctp_ip6_spec);
		break;
	case IPV6_USER_FLOW:
		igbr_parse_ip6(&parser, &h->usr_ip6_spec, &m->usr_ip6_spec);
		break;
	default:
		igbr_refuse(&parser, -EOPNOTSUPP,
			    "rules are for ether, ip4, ip6, and tcp, udp and sctp over both");
	}
	igbr_parse_ext(&parser, spec);
	return parser.err;
}

static int igbr_parse_action(const struct ethtool_rx_flow_spec *spec, unsigned int *queue,
			     struct netlink_ext_ack *extack)
{
	u64 action = spec->ring_cookie;

	if (action == RX_CLS_FLOW_DISC || action == RX_CLS_FLOW_WAKE) {
		NL_SET_ERR_MSG(extack, "a filter leads to a queue: it can neither drop nor wake");
		return -EOPNOTSUPP;
	}
	if (action & ~(ETHTOOL_RX_FLOW_SPEC_RING | ETHTOOL_RX_FLOW_SPEC_RING_VF)) {
		NL_SET_ERR_MSG(extack, "an action is the number of a queue");
		return -EINVAL;
	}
	if (ethtool_get_flow_spec_ring_vf(action)) {
		NL_SET_ERR_MSG(extack, "a filter cannot lead to a virtual function");
		return -EOPNOTSUPP;
	}
	*queue = ethtool_get_flow_spec_ring(action);
	return 0;
}

static void igbr_ntuple_free(struct igbr_adapter *adapter, u32 location)
{
	struct igbr_ntuple *ntuple = adapter->ntuples[location];

	adapter->ntuples[location] = NULL;
	igbr_filter_remove(adapter, &ntuple->rule);
	kfree(ntuple);
}

/* A rule at a location in use takes the other's place, or leaves it there. */
static int igbr_ntuple_place(struct igbr_adapter *adapter, struct igbr_ntuple *ntuple,
			     struct netlink_ext_ack *extack)
{
	u32 location = ntuple->rule.location;
	struct igbr_ntuple *old = location == IGBR_ANY_LOCATION ? NULL : adapter->ntuples[location];
	int err;

	err = igbr_filter_insert(adapter, &ntuple->rule, old ? &old->rule : NULL, extack);
	if (!err)
		kfree(old);
	return err;
}

static int igbr_ntuple_insert(struct igbr_adapter *adapter, struct ethtool_rx_flow_spec *spec,
			      struct netlink_ext_ack *extack)
{
	struct igbr_ntuple *ntuple;
	int err;

	if (!(adapter->netdev->features & NETIF_F_NTUPLE)) {
		NL_SET_ERR_MSG_FMT(extack, "rules need ethtool -K %s ntuple on",
				   adapter->netdev->name);
		return -EOPNOTSUPP;
	}
	if (spec->location != RX_CLS_LOC_ANY &&
	    spec->location >= igbr_filter_locations(adapter)) {
		NL_SET_ERR_MSG_FMT(extack, "locations are 0 to %u",
				   igbr_filter_locations(adapter) - 1);
		return -EINVAL;
	}
	ntuple = kzalloc(sizeof(*ntuple), GFP_KERNEL);
	if (!ntuple)
		return -ENOMEM;
	ntuple->spec = *spec;
	ntuple->rule.location = spec->location == RX_CLS_LOC_ANY ? IGBR_ANY_LOCATION :
				spec->location;
	err = igbr_parse_action(spec, &ntuple->rule.queue, extack);
	if (!err)
		err = igbr_parse_spec(spec, &ntuple->rule.match, extack);
	if (!err)
		err = igbr_ntuple_place(adapter, ntuple, extack);
	if (err) {
		kfree(ntuple);
		return err;
	}
	spec->location = ntuple->rule.location;
	ntuple->spec.location = ntuple->rule.location;
	adapter->ntuples[ntuple->rule.location] = ntuple;
	return 0;
}

static int igbr_ntuple_delete(struct igbr_adapter *adapter, u32 location)
{
	if (location >= IGBR_RULES_MAX || !adapter->ntuples[location])
		return -ENOENT;
	igbr_ntuple_free(adapter, location);
	return 0;
}

/* ethtool's call for rules takes no message back: it goes to the log. */
static int igbr_ntuple_insert_or_log(struct igbr_adapter *adapter,
				     struct ethtool_rx_flow_spec *spec)
{
	struct netlink_ext_ack extack = { };
	int err = igbr_ntuple_insert(adapter, spec, &extack);

	if (err && extack._msg)
		netdev_err(adapter->netdev, "%s\n", extack._msg);
	return err;
}

/**
 * igbr_ntuple_set - ethtool -N, to set a rule or to delete one
 * @netdev: network device
 * @info: the rule; its location is filled in where the driver may choose
 *
 * Return: 0 or a negative error, and the log tells why.
 */
int igbr_ntuple_set(struct net_device *netdev, struct ethtool_rxnfc *info)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);

	switch (info->cmd) {
	case ETHTOOL_SRXCLSRLINS:
		return igbr_ntuple_insert_or_log(adapter, &info->fs);
	case ETHTOOL_SRXCLSRLDEL:
		return igbr_ntuple_delete(adapter, info->fs.location);
	default:
		return -EOPNOTSUPP;
	}
}

static int igbr_ntuple_list(const struct igbr_adapter *adapter, struct ethtool_rxnfc *info,
			    u32 *locations)
{
	unsigned int i, count = 0;

	for (i = 0; i < IGBR_RULES_MAX; i++) {
		if (!adapter->ntuples[i])
			continue;
		if (locations && count >= info->rule_cnt)
			return -EMSGSIZE;
		if (locations)
			locations[count] = i;
		count++;
	}
	info->rule_cnt = count;
	info->data = igbr_filter_locations(adapter);
	/* The driver can choose a location. */
	if (!locations && info->data)
		info->data |= RX_CLS_LOC_SPECIAL;
	return 0;
}

/**
 * igbr_ntuple_get - ethtool -n, what rules there are
 * @netdev: network device
 * @info: the question, and the answer
 * @locations: for a question about all of them, where to put their locations
 *
 * Return: 0 or a negative error.
 */
int igbr_ntuple_get(struct net_device *netdev, struct ethtool_rxnfc *info, u32 *locations)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);
	u32 location = info->fs.location;

	switch (info->cmd) {
	case ETHTOOL_GRXCLSRLCNT:
		return igbr_ntuple_list(adapter, info, NULL);
	case ETHTOOL_GRXCLSRLALL:
		return igbr_ntuple_list(adapter, info, locations);
	case ETHTOOL_GRXCLSRULE:
		if (location >= IGBR_RULES_MAX || !adapter->ntuples[location])
			return -ENOENT;
		info->fs = adapter->ntuples[location]->spec;
		info->data = igbr_filter_locations(adapter);
		return 0;
	default:
		return -EOPNOTSUPP;
	}
}

/**
 * igbr_ntuple_set_queues - delete the rules that lead to queues that are gone
 * @adapter: the port
 * @queues: queue pairs; 0: delete all rules
 *
 * The core refuses fewer channels than the rules name; only a reload may take queues away that
 * they need.
 */
void igbr_ntuple_set_queues(struct igbr_adapter *adapter, unsigned int queues)
{
	unsigned int i;

	for (i = 0; i < IGBR_RULES_MAX; i++) {
		if (!adapter->ntuples[i] || adapter->ntuples[i]->rule.queue < queues)
			continue;
		if (queues)
			netdev_warn(adapter->netdev, "rule %u is deleted: its queue %u is gone\n",
				    i, adapter->ntuples[i]->rule.queue);
		igbr_ntuple_free(adapter, i);
	}
}
