// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kinds of filters: how many of each a MAC has, what they compare and where they lead, and which
 * frames two rules have in common there. Nothing here knows which slot is in use.
 *
 * Context of everything here: any.
 */
#include <linux/etherdevice.h>
#include <linux/netdevice.h>

#include "../igbr.h"
#include "kind.h"
#include "match.h"

#define IGBR_VLAN_PRIORITIES	8
/* Queues that a kind's register has bits for */
#define IGBR_ETHERTYPE_QUEUES	8
#define IGBR_SYN_QUEUES		8
#define IGBR_VLAN_QUEUES	4

/* What full tuple filters compare, and what the others do */
#define IGBR_FULL_TUPLE		(IGBR_HAS(ETHERTYPE) | IGBR_HAS(PROTOCOL) |		\
				 IGBR_HAS(SOURCE_IP) | IGBR_HAS(DEST_IP) |		\
				 IGBR_HAS(SOURCE_PORT) | IGBR_HAS(DEST_PORT))
#define IGBR_SMALL_TUPLE	(IGBR_HAS(ETHERTYPE) | IGBR_HAS(PROTOCOL) | IGBR_HAS(DEST_PORT))
/* What the filter for TCP's first segments needs to be told */
#define IGBR_SYN		(IGBR_HAS(ETHERTYPE) | IGBR_HAS(PROTOCOL) | IGBR_HAS(TCP_SYN))

/**
 * igbr_kind_slots - how many filters of a kind the MAC has
 * @adapter: the port
 * @kind: kind of filter
 *
 * Return: slots, numbered from 0.
 */
unsigned int igbr_kind_slots(const struct igbr_adapter *adapter, enum igbr_filter_kind kind)
{
	const struct igbr_filter_info *info = &adapter->hw.mac->filters;

	switch (kind) {
	case IGBR_FILTER_ETHERTYPE:
		return info->ethertypes;
	case IGBR_FILTER_FLEX:
		return info->flexes;
	case IGBR_FILTER_TUPLE:
		return info->tuples;
	case IGBR_FILTER_SYN:
		return info->syn;
	case IGBR_FILTER_VLAN_PRIORITY:
		return info->vlan_priorities ? IGBR_VLAN_PRIORITIES : 0;
	default:
		return 0;
	}
}

/* Locations that a kind adds. ethtool has no words for TCP's flags. */
static unsigned int igbr_kind_locations(const struct igbr_adapter *adapter,
					enum igbr_filter_kind kind)
{
	return kind == IGBR_FILTER_SYN ? 0 : igbr_kind_slots(adapter, kind);
}

/**
 * igbr_kind_location - where a kind's rules go if nobody says where
 * @adapter: the port
 * @kind: kind of filter; IGBR_FILTER_KINDS: behind all of them
 *
 * So, no two kinds are in each other's way.
 *
 * Return: the first of as many locations as there are slots.
 */
unsigned int igbr_kind_location(const struct igbr_adapter *adapter,
				enum igbr_filter_kind kind)
{
	enum igbr_filter_kind earlier;
	unsigned int location = 0;

	for (earlier = 0; earlier < kind; earlier++)
		location += igbr_kind_locations(adapter, earlier);
	return location;
}

/**
 * igbr_kind_name - a kind in the words of messages
 * @kind: kind of filter
 *
 * Return: text that stays.
 */
const char *igbr_kind_name(enum igbr_filter_kind kind)
{
	static const char * const names[IGBR_FILTER_KINDS] = {
		[IGBR_FILTER_ETHERTYPE] = "Ethernet type",
		[IGBR_FILTER_FLEX] = "flex",
		[IGBR_FILTER_TUPLE] = "tuple",
		[IGBR_FILTER_SYN] = "TCP SYN",
		[IGBR_FILTER_VLAN_PRIORITY] = "VLAN priority",
	};

	return names[kind];
}

/**
 * igbr_kind_queues - how many queues a kind's register has bits for
 * @adapter: the port
 * @kind: kind of filter
 *
 * Return: queues, of which the port may use fewer.
 */
unsigned int igbr_kind_queues(const struct igbr_adapter *adapter,
			      enum igbr_filter_kind kind)
{
	switch (kind) {
	case IGBR_FILTER_ETHERTYPE:
		return IGBR_ETHERTYPE_QUEUES;
	case IGBR_FILTER_SYN:
		return IGBR_SYN_QUEUES;
	case IGBR_FILTER_VLAN_PRIORITY:
		return IGBR_VLAN_QUEUES;
	default:
		return adapter->hw.mac->max_queues;
	}
}

static void igbr_explain_matches(const struct igbr_adapter *adapter, bool all_ip,
				 struct netlink_ext_ack *extack)
{
	const struct igbr_filter_info *info = &adapter->hw.mac->filters;

	if (all_ip)
		NL_SET_ERR_MSG(extack,
			       "Ethernet type filters are not for IP, and 82576 has no other that takes all of it");
	else if (info->full_tuples)
		NL_SET_ERR_MSG(extack,
			       "82576 matches an Ethernet type alone, or IPv4 addresses, protocol and ports, each as a whole, or TCP SYN alone; no IPv6, no MAC address, no VLAN");
	else if (info->vlan_priorities)
		NL_SET_ERR_MSG(extack,
			       "I350 and I210 match MAC addresses, Ethernet type, IP addresses, protocol and ports, each as a whole, or a VLAN priority alone, or TCP SYN alone");
	else
		NL_SET_ERR_MSG(extack,
			       "82580 matches MAC addresses, Ethernet type, IP addresses, protocol and ports, each as a whole, or TCP SYN alone; no VLAN");
}

static bool igbr_is_no_ethertype(__be16 value)
{
	return eth_type_vlan(value) || !eth_proto_is_802_3(value);
}

static bool igbr_is_ip(__be16 value)
{
	return value == htons(ETH_P_IP) || value == htons(ETH_P_IPV6);
}

static bool igbr_is_syn(const struct igbr_match *match)
{
	return match->fields == IGBR_SYN && match->protocol == IPPROTO_TCP;
}

/**
 * igbr_kind_choose - find the kind of filter that can do what a rule asks
 * @adapter: the port
 * @rule: its match is set, its kind is set here
 * @extack: says what the MAC can match
 *
 * Return: 0, -EINVAL for a rule about everything, -EOPNOTSUPP if no kind can.
 */
int igbr_kind_choose(const struct igbr_adapter *adapter, struct igbr_rule *rule,
		     struct netlink_ext_ack *extack)
{
	const struct igbr_filter_info *info = &adapter->hw.mac->filters;
	const struct igbr_match *match = &rule->match;
	u32 fields = match->fields;
	bool ip4 = match->ethertype == htons(ETH_P_IP);
	bool all_ip = fields == IGBR_HAS(ETHERTYPE) && igbr_is_ip(match->ethertype);

	if (!fields) {
		NL_SET_ERR_MSG(extack, "a rule has to match something");
		return -EINVAL;
	}
	if (fields & IGBR_HAS(ETHERTYPE) && igbr_is_no_ethertype(match->ethertype)) {
		NL_SET_ERR_MSG(extack,
			       "VLAN tags and lengths are no Ethernet types that a filter sees");
		return -EOPNOTSUPP;
	}
	/* As DPDK's driver for these MACs: no Ethernet type filters for IP. */
	if (fields == IGBR_HAS(ETHERTYPE) && info->ethertypes && !all_ip) {
		rule->kind = IGBR_FILTER_ETHERTYPE;
	} else if (fields == IGBR_HAS(VLAN_PRIORITY) && info->vlan_priorities) {
		rule->kind = IGBR_FILTER_VLAN_PRIORITY;
	} else if (igbr_is_syn(match) && info->syn) {
		rule->kind = IGBR_FILTER_SYN;
	} else if (info->full_tuples && ip4 && !all_ip && !(fields & ~IGBR_FULL_TUPLE)) {
		rule->kind = IGBR_FILTER_TUPLE;
	} else if (info->tuples && !info->full_tuples && ip4 && fields == IGBR_SMALL_TUPLE) {
		rule->kind = IGBR_FILTER_TUPLE;
	} else if (info->flexes &&
		   !(fields & (IGBR_HAS(VLAN_PRIORITY) | IGBR_HAS(TCP_SYN)))) {
		rule->kind = IGBR_FILTER_FLEX;
	} else {
		igbr_explain_matches(adapter, all_ip, extack);
		return -EOPNOTSUPP;
	}
	return 0;
}

/* Small tuple filters see IP, but do not know its versions; nor does the one for TCP SYN. */
static bool igbr_is_version_blind(const struct igbr_adapter *adapter,
				  const struct igbr_rule *rule)
{
	return rule->kind == IGBR_FILTER_SYN ||
	       (rule->kind == IGBR_FILTER_TUPLE && !adapter->hw.mac->filters.full_tuples);
}

/* The fields that the device really compares */
static u32 igbr_compared_fields(const struct igbr_adapter *adapter, const struct igbr_rule *rule)
{
	if (igbr_is_version_blind(adapter, rule))
		return rule->match.fields & ~IGBR_HAS(ETHERTYPE);
	return rule->match.fields;
}

/* Whether a rule is about an Ethernet type that is not IP */
static bool igbr_is_not_ip(const struct igbr_rule *rule)
{
	return rule->match.fields & IGBR_HAS(ETHERTYPE) && !igbr_is_ip(rule->match.ethertype);
}

/**
 * igbr_rules_overlap - whether a frame can match two rules
 * @adapter: the port
 * @a: one rule, its kind known
 * @b: the other, likewise
 *
 * Return: true if one can.
 */
bool igbr_rules_overlap(const struct igbr_adapter *adapter, const struct igbr_rule *a,
			const struct igbr_rule *b)
{
	unsigned long both = igbr_compared_fields(adapter, a) & igbr_compared_fields(adapter, b);
	unsigned int field;

	if ((igbr_is_version_blind(adapter, a) && igbr_is_not_ip(b)) ||
	    (igbr_is_version_blind(adapter, b) && igbr_is_not_ip(a)))
		return false;
	for_each_set_bit(field, &both, IGBR_FIELDS)
		if (igbr_match_differs(&a->match, &b->match, field))
			return false;
	return true;
}

/**
 * igbr_rules_equal - whether each frame that matches one rule matches the other
 * @adapter: the port
 * @a: one rule, its kind known
 * @b: the other, likewise
 *
 * Return: true if so.
 */
bool igbr_rules_equal(const struct igbr_adapter *adapter, const struct igbr_rule *a,
		      const struct igbr_rule *b)
{
	return igbr_compared_fields(adapter, a) == igbr_compared_fields(adapter, b) &&
	       igbr_rules_overlap(adapter, a, b);
}
