// SPDX-License-Identifier: GPL-2.0-only
/*
 * The owner of the filter slots. It finds a kind of filter that can do what a rule asks, a slot
 * of that kind, and a place among the other rules in which the device decides as their locations
 * say; what cannot be had is refused, with the reason in the log. It writes the slots, and writes
 * all of them again to a MAC that was reset.
 */
#include <linux/netdevice.h>
#include <linux/slab.h>

#include "../igbr.h"
#include "filter.h"

/* Priorities of tuple and flex filters: as many as there are slots of a kind */
#define IGBR_TOP_PRIORITY	7

#define IGBR_VLAN_PRIORITIES	8
/* Queues that a kind's register has bits for */
#define IGBR_ETHERTYPE_QUEUES	8
#define IGBR_VLAN_QUEUES	4

/* What full tuple filters compare, and what the others do */
#define IGBR_FULL_TUPLE		(IGBR_HAS(ETHERTYPE) | IGBR_HAS(PROTOCOL) |		\
				 IGBR_HAS(SOURCE_IP) | IGBR_HAS(DEST_IP) |		\
				 IGBR_HAS(SOURCE_PORT) | IGBR_HAS(DEST_PORT))
#define IGBR_SMALL_TUPLE	(IGBR_HAS(ETHERTYPE) | IGBR_HAS(PROTOCOL) | IGBR_HAS(DEST_PORT))

/**
 * struct igbr_filters - the rules of a port
 * @lock: guards all of this, the rules in it, and the registers of the filters
 * @rules: by location
 * @live: the port is started: its registers follow the rules
 */
struct igbr_filters {
	struct mutex lock;	/* the rules and the registers of the filters */
	struct list_head rules;
	bool live;
};

/**
 * igbr_filter_init - no rules yet
 * @adapter: the port
 *
 * Return: 0 or -ENOMEM.
 */
int igbr_filter_init(struct igbr_adapter *adapter)
{
	struct igbr_filters *filters = kzalloc(sizeof(*filters), GFP_KERNEL);

	if (!filters)
		return -ENOMEM;
	mutex_init(&filters->lock);
	INIT_LIST_HEAD(&filters->rules);
	adapter->filters = filters;
	return 0;
}

/**
 * igbr_filter_exit - undo igbr_filter_init()
 * @adapter: the port; its rules are removed
 */
void igbr_filter_exit(struct igbr_adapter *adapter)
{
	WARN_ON(!list_empty(&adapter->filters->rules));
	mutex_destroy(&adapter->filters->lock);
	kfree(adapter->filters);
	adapter->filters = NULL;
}

static unsigned int igbr_filter_slots(const struct igbr_adapter *adapter,
				      enum igbr_filter_kind kind)
{
	const struct igbr_filter_info *info = &adapter->hw.mac->filters;

	switch (kind) {
	case IGBR_FILTER_ETHERTYPE:
		return info->ethertypes;
	case IGBR_FILTER_FLEX:
		return info->flexes;
	case IGBR_FILTER_TUPLE:
		return info->tuples;
	case IGBR_FILTER_VLAN_PRIORITY:
		return info->vlan_priorities ? IGBR_VLAN_PRIORITIES : 0;
	default:
		return 0;
	}
}

/**
 * igbr_filter_locations - how many rules there can be
 * @adapter: the port
 *
 * Return: locations, which are numbered from 0; not each kind of rule fits all of them.
 */
unsigned int igbr_filter_locations(const struct igbr_adapter *adapter)
{
	enum igbr_filter_kind kind;
	unsigned int count = 0;

	for (kind = 0; kind < IGBR_FILTER_KINDS; kind++)
		count += igbr_filter_slots(adapter, kind);
	return count;
}

static const char *igbr_filter_kind_name(enum igbr_filter_kind kind)
{
	static const char * const names[IGBR_FILTER_KINDS] = {
		[IGBR_FILTER_ETHERTYPE] = "Ethernet type",
		[IGBR_FILTER_FLEX] = "flex",
		[IGBR_FILTER_TUPLE] = "tuple",
		[IGBR_FILTER_VLAN_PRIORITY] = "VLAN priority",
	};

	return names[kind];
}

/* Small tuple filters see IP, but do not know its versions. */
static bool igbr_is_version_blind(const struct igbr_adapter *adapter,
				  const struct igbr_rule *rule)
{
	return rule->kind == IGBR_FILTER_TUPLE && !adapter->hw.mac->filters.full_tuples;
}

/* The fields that the device really compares */
static u16 igbr_compared_fields(const struct igbr_adapter *adapter, const struct igbr_rule *rule)
{
	if (igbr_is_version_blind(adapter, rule))
		return rule->match.fields & ~IGBR_HAS(ETHERTYPE);
	return rule->match.fields;
}

/* Whether a rule is about an Ethernet type that is not IP */
static bool igbr_is_not_ip(const struct igbr_rule *rule)
{
	return rule->match.fields & IGBR_HAS(ETHERTYPE) &&
	       rule->match.ethertype != htons(ETH_P_IP) &&
	       rule->match.ethertype != htons(ETH_P_IPV6);
}

static bool igbr_field_differs(const struct igbr_match *a, const struct igbr_match *b,
			       enum igbr_field field)
{
	switch (field) {
	case IGBR_FIELD_DEST_MAC:
		return !ether_addr_equal(a->dest_mac, b->dest_mac);
	case IGBR_FIELD_SOURCE_MAC:
		return !ether_addr_equal(a->source_mac, b->source_mac);
	case IGBR_FIELD_ETHERTYPE:
		return a->ethertype != b->ethertype;
	case IGBR_FIELD_VLAN_PRIORITY:
		return a->vlan_priority != b->vlan_priority;
	case IGBR_FIELD_PROTOCOL:
		return a->protocol != b->protocol;
	case IGBR_FIELD_SOURCE_IP:
		return memcmp(&a->source_ip, &b->source_ip, sizeof(a->source_ip));
	case IGBR_FIELD_DEST_IP:
		return memcmp(&a->dest_ip, &b->dest_ip, sizeof(a->dest_ip));
	case IGBR_FIELD_SOURCE_PORT:
		return a->source_port != b->source_port;
	case IGBR_FIELD_DEST_PORT:
		return a->dest_port != b->dest_port;
	default:
		return false;
	}
}

/* Whether a frame can match both rules */
static bool igbr_rules_overlap(const struct igbr_adapter *adapter, const struct igbr_rule *a,
			       const struct igbr_rule *b)
{
	unsigned long both = igbr_compared_fields(adapter, a) & igbr_compared_fields(adapter, b);
	unsigned int field;

	if ((igbr_is_version_blind(adapter, a) && igbr_is_not_ip(b)) ||
	    (igbr_is_version_blind(adapter, b) && igbr_is_not_ip(a)))
		return false;
	for_each_set_bit(field, &both, IGBR_FIELDS)
		if (igbr_field_differs(&a->match, &b->match, field))
			return false;
	return true;
}

static bool igbr_rules_equal(const struct igbr_adapter *adapter, const struct igbr_rule *a,
			     const struct igbr_rule *b)
{
	return igbr_compared_fields(adapter, a) == igbr_compared_fields(adapter, b) &&
	       igbr_rules_overlap(adapter, a, b);
}

static void igbr_explain_matches(struct igbr_adapter *adapter)
{
	const struct igbr_mac_info *mac = adapter->hw.mac;

	if (mac->filters.full_tuples)
		netdev_err(adapter->netdev, "%s matches an Ethernet type alone, or IPv4 addresses, protocol and ports, each as a whole; no IPv6, no MAC address, no VLAN\n",
			   mac->name);
	else
		netdev_err(adapter->netdev, "%s matches MAC addresses, Ethernet type, IP addresses, protocol and ports, each as a whole%s\n",
			   mac->name, mac->filters.vlan_priorities ?
			   ", or a VLAN priority alone" : "; no VLAN");
}

/* Find the kind of filter for a rule. */
static int igbr_choose_kind(struct igbr_adapter *adapter, struct igbr_rule *rule)
{
	const struct igbr_filter_info *info = &adapter->hw.mac->filters;
	const struct igbr_match *match = &rule->match;
	u16 fields = match->fields;
	bool ip4 = match->ethertype == htons(ETH_P_IP);

	if (!fields) {
		netdev_err(adapter->netdev, "a rule has to match something\n");
		return -EINVAL;
	}
	if (fields == IGBR_HAS(ETHERTYPE) && info->ethertypes) {
		rule->kind = IGBR_FILTER_ETHERTYPE;
	} else if (fields == IGBR_HAS(VLAN_PRIORITY) && info->vlan_priorities) {
		rule->kind = IGBR_FILTER_VLAN_PRIORITY;
	} else if (info->full_tuples && ip4 && !(fields & ~IGBR_FULL_TUPLE)) {
		rule->kind = IGBR_FILTER_TUPLE;
	} else if (info->tuples && !info->full_tuples && ip4 && fields == IGBR_SMALL_TUPLE) {
		rule->kind = IGBR_FILTER_TUPLE;
	} else if (info->flexes && !(fields & IGBR_HAS(VLAN_PRIORITY))) {
		rule->kind = IGBR_FILTER_FLEX;
	} else {
		igbr_explain_matches(adapter);
		return -EOPNOTSUPP;
	}
	return 0;
}

static unsigned int igbr_kind_queues(const struct igbr_adapter *adapter,
				     enum igbr_filter_kind kind)
{
	switch (kind) {
	case IGBR_FILTER_ETHERTYPE:
		return IGBR_ETHERTYPE_QUEUES;
	case IGBR_FILTER_VLAN_PRIORITY:
		return IGBR_VLAN_QUEUES;
	default:
		return adapter->hw.mac->max_queues;
	}
}

static int igbr_check_queue(struct igbr_adapter *adapter, const struct igbr_rule *rule)
{
	unsigned int queues = igbr_kind_queues(adapter, rule->kind);

	if (rule->queue >= adapter->config.queues) {
		netdev_err(adapter->netdev, "there is no queue %u, only 0 to %u\n", rule->queue,
			   adapter->config.queues - 1);
		return -EINVAL;
	}
	if (rule->queue >= queues) {
		netdev_err(adapter->netdev, "%s filters lead to queues 0 to %u only\n",
			   igbr_filter_kind_name(rule->kind), queues - 1);
		return -EINVAL;
	}
	return 0;
}

static void igbr_rule_write(struct igbr_adapter *adapter, const struct igbr_rule *rule)
{
	struct igbr_hw *hw = &adapter->hw;

	switch (rule->kind) {
	case IGBR_FILTER_ETHERTYPE:
		igbr_hw_write_ethertype(hw, rule->slot, rule->match.ethertype, rule->queue);
		break;
	case IGBR_FILTER_FLEX:
		igbr_hw_write_flex(hw, rule->slot, &rule->match, rule->queue, rule->priority);
		break;
	case IGBR_FILTER_TUPLE:
		igbr_hw_write_tuple(hw, rule->slot, &rule->match, rule->queue, rule->priority);
		break;
	case IGBR_FILTER_VLAN_PRIORITY:
		igbr_hw_write_vlan_priority(hw, rule->slot, rule->queue);
		break;
	default:
		break;
	}
}

/* Bring a changed priority into force without a moment in which the filter is off. */
static void igbr_rule_move(struct igbr_adapter *adapter, const struct igbr_rule *rule)
{
	if (rule->kind == IGBR_FILTER_FLEX)
		igbr_hw_move_flex(&adapter->hw, rule->slot, rule->queue, rule->priority);
	else if (rule->kind == IGBR_FILTER_TUPLE)
		igbr_hw_move_tuple(&adapter->hw, rule->slot, rule->queue, rule->priority);
}

static void igbr_slot_clear(struct igbr_adapter *adapter, enum igbr_filter_kind kind,
			    unsigned int slot)
{
	struct igbr_hw *hw = &adapter->hw;

	switch (kind) {
	case IGBR_FILTER_ETHERTYPE:
		igbr_hw_clear_ethertype(hw, slot);
		break;
	case IGBR_FILTER_FLEX:
		igbr_hw_clear_flex(hw, slot);
		break;
	case IGBR_FILTER_TUPLE:
		igbr_hw_clear_tuple(hw, slot);
		break;
	case IGBR_FILTER_VLAN_PRIORITY:
		igbr_hw_clear_vlan_priority(hw, slot);
		break;
	default:
		break;
	}
}

static bool igbr_is_flow(const struct igbr_rule *rule)
{
	return rule->location == IGBR_FLOW_LOCATION;
}

/*
 * Context: the lock. The lower its location, the higher is a rule's priority within its kind. No
 * frame matches two flows: they share the lowest.
 */
static void igbr_rank_rules(struct igbr_adapter *adapter, const struct igbr_rule *fresh)
{
	struct igbr_filters *filters = adapter->filters;
	unsigned int ranks[IGBR_FILTER_KINDS] = { };
	struct igbr_rule *rule;

	list_for_each_entry(rule, &filters->rules, list) {
		unsigned int priority = igbr_is_flow(rule) ? 0 :
					IGBR_TOP_PRIORITY - ranks[rule->kind]++;

		if (rule->priority == priority)
			continue;
		rule->priority = priority;
		if (filters->live && rule != fresh)
			igbr_rule_move(adapter, rule);
	}
}

/* Context: the lock. Its owner finds out. */
static void igbr_rule_evict(struct igbr_adapter *adapter, struct igbr_rule *rule)
{
	list_del(&rule->list);
	WRITE_ONCE(rule->evicted, true);
	if (adapter->filters->live)
		igbr_slot_clear(adapter, rule->kind, rule->slot);
}

/* Context: the lock. A rule with the same match */
static struct igbr_rule *igbr_find_twin(struct igbr_adapter *adapter,
					const struct igbr_rule *rule)
{
	struct igbr_rule *other;

	list_for_each_entry(other, &adapter->filters->rules, list)
		if (igbr_rules_equal(adapter, rule, other))
			return other;
	return NULL;
}

/* Context: the lock. A flow that would give its slot to the rule */
static struct igbr_rule *igbr_find_flow(struct igbr_adapter *adapter,
					const struct igbr_rule *rule)
{
	struct igbr_rule *other;

	list_for_each_entry_reverse(other, &adapter->filters->rules, list)
		if (igbr_is_flow(other) && other->kind == rule->kind)
			return other;
	return NULL;
}

/* Context: the lock. Any slot serves; a VLAN priority is its slot's number. */
static bool igbr_find_slot(struct igbr_adapter *adapter, struct igbr_rule *rule)
{
	unsigned int slots = igbr_filter_slots(adapter, rule->kind);
	unsigned long taken = 0;
	struct igbr_rule *other;

	if (rule->kind == IGBR_FILTER_VLAN_PRIORITY) {
		rule->slot = rule->match.vlan_priority;
		return true;
	}
	list_for_each_entry(other, &adapter->filters->rules, list)
		if (other->kind == rule->kind)
			taken |= BIT(other->slot);
	rule->slot = find_first_zero_bit(&taken, slots);
	return rule->slot < slots;
}

/* Context: the lock. Flows give way. */
static int igbr_choose_slot(struct igbr_adapter *adapter, struct igbr_rule *rule)
{
	struct igbr_rule *other = igbr_find_twin(adapter, rule);

	if (other && !igbr_is_flow(other)) {
		netdev_err(adapter->netdev, "the rule at location %u matches the same frames\n",
			   other->location);
		return -EEXIST;
	}
	if (other)
		igbr_rule_evict(adapter, other);
	if (igbr_find_slot(adapter, rule))
		return 0;
	other = igbr_find_flow(adapter, rule);
	if (other) {
		igbr_rule_evict(adapter, other);
		igbr_find_slot(adapter, rule);
		return 0;
	}
	netdev_err(adapter->netdev, "all %u %s filters are in use\n",
		   igbr_filter_slots(adapter, rule->kind), igbr_filter_kind_name(rule->kind));
	return -ENOSPC;
}

/* Where a kind's rules go if nobody says where: so, no two kinds are in each other's way. */
static unsigned int igbr_kind_location(const struct igbr_adapter *adapter,
				       enum igbr_filter_kind kind)
{
	enum igbr_filter_kind earlier;
	unsigned int location = 0;

	for (earlier = 0; earlier < kind; earlier++)
		location += igbr_filter_slots(adapter, earlier);
	return location;
}

static int igbr_refuse_location(struct igbr_adapter *adapter, const struct igbr_rule *rule,
				const struct igbr_rule *other)
{
	bool first = rule->kind < other->kind;

	netdev_err(adapter->netdev, "some frames match the rule at location %u, too, and the device asks %s filters before %s filters: this rule's location has to be %s\n",
		   other->location,
		   igbr_filter_kind_name(first ? rule->kind : other->kind),
		   igbr_filter_kind_name(first ? other->kind : rule->kind),
		   first ? "lower" : "higher");
	return -EINVAL;
}

/*
 * Context: the lock. Between the locations of the rules that the device asks before and after
 * this one, if a frame can match both: within a kind the slots' priorities follow the locations.
 */
static int igbr_choose_location(struct igbr_adapter *adapter, struct igbr_rule *rule)
{
	unsigned int locations = igbr_filter_locations(adapter), first = 0, end = locations, place;
	DECLARE_BITMAP(taken, IGBR_RULES_MAX) = { };
	struct igbr_rule *other, *bad = NULL;

	list_for_each_entry(other, &adapter->filters->rules, list) {
		if (igbr_is_flow(other))
			continue;
		__set_bit(other->location, taken);
		if (other->kind == rule->kind || !igbr_rules_overlap(adapter, rule, other))
			continue;
		if (other->kind < rule->kind) {
			first = max(first, other->location + 1);
			if (rule->location < other->location)
				bad = other;
		} else {
			end = min(end, other->location);
			if (rule->location > other->location)
				bad = other;
		}
	}
	if (rule->location == IGBR_ANY_LOCATION) {
		place = find_next_zero_bit(taken, end,
					   max(first, igbr_kind_location(adapter, rule->kind)));
		if (place >= end)
			place = find_next_zero_bit(taken, end, min(first, end));
		if (place < end) {
			rule->location = place;
			return 0;
		}
		netdev_err(adapter->netdev, "no location is left from %u on and before %u, where this rule would have to be\n",
			   first, end);
		return -ENOSPC;
	}
	if (rule->location >= locations || test_bit(rule->location, taken)) {
		netdev_err(adapter->netdev, "locations are 0 to %u, and one rule fits each\n",
			   locations - 1);
		return -EINVAL;
	}
	return bad ? igbr_refuse_location(adapter, rule, bad) : 0;
}

/* Context: the lock. The rule is complete. */
static void igbr_rule_add(struct igbr_adapter *adapter, struct igbr_rule *rule)
{
	struct igbr_filters *filters = adapter->filters;
	struct igbr_rule *next;

	list_for_each_entry(next, &filters->rules, list)
		if (next->location > rule->location)
			break;
	list_add_tail(&rule->list, &next->list);
	rule->since = jiffies;
	igbr_rank_rules(adapter, rule);
	if (filters->live)
		igbr_rule_write(adapter, rule);
}

/**
 * igbr_filter_insert - let frames go to a queue
 * @adapter: the port, started or not
 * @rule: match, queue and location are set; the rest is set here. It belongs to the owner until
 *	igbr_filter_remove()
 *
 * Context: process, rtnl.
 * Return: 0, or a negative error, and the log tells why: -EOPNOTSUPP: the MAC cannot match this;
 *	-EINVAL: no such queue or location, or not there; -EEXIST: another rule has the same
 *	match; -ENOSPC: all slots are in use.
 */
int igbr_filter_insert(struct igbr_adapter *adapter, struct igbr_rule *rule)
{
	struct igbr_filters *filters = adapter->filters;
	int err;

	mutex_lock(&filters->lock);
	err = igbr_choose_kind(adapter, rule);
	if (!err)
		err = igbr_check_queue(adapter, rule);
	if (!err)
		err = igbr_choose_location(adapter, rule);
	/* Last, since flows give way to it. */
	if (!err)
		err = igbr_choose_slot(adapter, rule);
	if (!err)
		igbr_rule_add(adapter, rule);
	mutex_unlock(&filters->lock);
	return err;
}

/**
 * igbr_filter_insert_flow - let a flow go to a queue, as long as nobody else needs the slot
 * @adapter: the port
 * @rule: match, for a MAC with full tuple filters, and queue are set; the rest is set here. It
 *	belongs to the owner until igbr_filter_remove(), even if it is evicted before
 *
 * Context: process.
 * Return: 0; -ENOSPC or -EEXIST: there is no slot, or a rule for the flow.
 */
int igbr_filter_insert_flow(struct igbr_adapter *adapter, struct igbr_rule *rule)
{
	struct igbr_filters *filters = adapter->filters;
	int err = 0;

	rule->kind = IGBR_FILTER_TUPLE;
	rule->location = IGBR_FLOW_LOCATION;
	mutex_lock(&filters->lock);
	if (igbr_find_twin(adapter, rule))
		err = -EEXIST;
	else if (!igbr_find_slot(adapter, rule))
		err = -ENOSPC;
	else
		igbr_rule_add(adapter, rule);
	mutex_unlock(&filters->lock);
	return err;
}

/**
 * igbr_filter_move - lead a rule's frames to another queue
 * @adapter: the port
 * @rule: the rule; if it was evicted, nothing happens
 * @queue: receive queue
 *
 * Context: process.
 */
void igbr_filter_move(struct igbr_adapter *adapter, struct igbr_rule *rule, unsigned int queue)
{
	struct igbr_filters *filters = adapter->filters;

	mutex_lock(&filters->lock);
	rule->queue = queue;
	if (filters->live && !rule->evicted)
		igbr_rule_move(adapter, rule);
	mutex_unlock(&filters->lock);
}

/**
 * igbr_filter_remove - undo igbr_filter_insert()
 * @adapter: the port, started or not
 * @rule: the rule
 *
 * Context: process, rtnl.
 */
void igbr_filter_remove(struct igbr_adapter *adapter, struct igbr_rule *rule)
{
	struct igbr_filters *filters = adapter->filters;

	mutex_lock(&filters->lock);
	if (!rule->evicted) {
		list_del(&rule->list);
		if (filters->live)
			igbr_slot_clear(adapter, rule->kind, rule->slot);
		igbr_rank_rules(adapter, NULL);
	}
	mutex_unlock(&filters->lock);
}

/**
 * igbr_filter_each - look at all rules, by location
 * @adapter: the port
 * @show: is given each; another value than 0 ends it
 * @data: for @show
 *
 * Context: process.
 * Return: 0 or what @show returned.
 */
int igbr_filter_each(struct igbr_adapter *adapter,
		     int (*show)(const struct igbr_rule *rule, void *data), void *data)
{
	struct igbr_rule *rule;
	int err = 0;

	mutex_lock(&adapter->filters->lock);
	list_for_each_entry(rule, &adapter->filters->rules, list) {
		err = show(rule, data);
		if (err)
			break;
	}
	mutex_unlock(&adapter->filters->lock);
	return err;
}

/**
 * igbr_filter_start - write all slots to a MAC that was reset
 * @adapter: the port
 *
 * Context: process, rtnl.
 */
void igbr_filter_start(struct igbr_adapter *adapter)
{
	struct igbr_filters *filters = adapter->filters;
	enum igbr_filter_kind kind;
	struct igbr_rule *rule;
	unsigned int slot;

	mutex_lock(&filters->lock);
	for (kind = 0; kind < IGBR_FILTER_KINDS; kind++)
		for (slot = 0; slot < igbr_filter_slots(adapter, kind); slot++)
			igbr_slot_clear(adapter, kind, slot);
	list_for_each_entry(rule, &filters->rules, list)
		igbr_rule_write(adapter, rule);
	filters->live = true;
	mutex_unlock(&filters->lock);
}

/**
 * igbr_filter_stop - leave the registers alone from now on
 * @adapter: the port, about to be reset
 *
 * Context: process, rtnl.
 */
void igbr_filter_stop(struct igbr_adapter *adapter)
{
	mutex_lock(&adapter->filters->lock);
	adapter->filters->live = false;
	mutex_unlock(&adapter->filters->lock);
}
