// SPDX-License-Identifier: GPL-2.0-only
/*
 * The owner of the filter slots. It finds a slot of the kind of filter that can do what a rule
 * asks, and a place among the other rules in which the device decides as their locations
 * say; what cannot be had is refused, with the reason in the answer to who asks. It writes
 * the slots, and writes all of them again to a MAC that was reset.
 */
#include <linux/netdevice.h>
#include <linux/slab.h>

#include "../igbr.h"
#include "filter.h"
#include "kind.h"

/* Priorities of tuple and flex filters: as many as there are slots of a kind */
#define IGBR_TOP_PRIORITY	7

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

/**
 * igbr_filter_locations - how many rules ethtool can set
 * @adapter: the port
 *
 * Return: locations, which are numbered from 0; not each kind of rule fits all of them.
 */
unsigned int igbr_filter_locations(const struct igbr_adapter *adapter)
{
	return igbr_kind_location(adapter, IGBR_FILTER_KINDS);
}

static int igbr_check_queue(struct igbr_adapter *adapter, const struct igbr_rule *rule,
			    struct netlink_ext_ack *extack)
{
	unsigned int queues = igbr_kind_queues(adapter, rule->kind);

	if (rule->queue >= adapter->config.queues) {
		NL_SET_ERR_MSG_FMT(extack, "there is no queue %u, only 0 to %u", rule->queue,
				   adapter->config.queues - 1);
		return -EINVAL;
	}
	if (rule->queue >= queues) {
		NL_SET_ERR_MSG_FMT(extack, "%s filters lead to queues 0 to %u only",
				   igbr_kind_name(rule->kind), queues - 1);
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
	case IGBR_FILTER_SYN:
		igbr_hw_write_syn(hw, rule->queue);
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
	case IGBR_FILTER_SYN:
		igbr_hw_clear_syn(hw);
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

static bool igbr_is_tc(const struct igbr_rule *rule)
{
	return rule->location >= IGBR_TC_LOCATION && !igbr_is_flow(rule);
}

/* A rule's place in the words of who set it */
static const char *igbr_place_name(const struct igbr_rule *rule)
{
	return igbr_is_tc(rule) ? "tc's prio" : "location";
}

static unsigned int igbr_place(const struct igbr_rule *rule)
{
	return igbr_is_tc(rule) ? rule->location - IGBR_TC_LOCATION : rule->location;
}

static void igbr_rule_rank(struct igbr_adapter *adapter, struct igbr_rule *rule,
			   unsigned int priority, const struct igbr_rule *fresh)
{
	rule->priority = priority;
	if (adapter->filters->live && rule != fresh)
		igbr_rule_move(adapter, rule);
}

/*
 * Context: the lock. The lower its location, the higher is a rule's priority within its kind. No
 * frame matches two flows: they share the lowest. Who rises does so from the top and who sinks
 * from the bottom, so that no two rules ever have the same.
 */
static void igbr_rank_rules(struct igbr_adapter *adapter, const struct igbr_rule *fresh)
{
	struct igbr_filters *filters = adapter->filters;
	unsigned int ranks[IGBR_FILTER_KINDS] = { };
	struct igbr_rule *rule;
	unsigned int priority;

	list_for_each_entry(rule, &filters->rules, list) {
		if (igbr_is_flow(rule))
			continue;
		priority = IGBR_TOP_PRIORITY - ranks[rule->kind]++;
		if (rule->priority < priority)
			igbr_rule_rank(adapter, rule, priority, fresh);
	}
	list_for_each_entry_reverse(rule, &filters->rules, list) {
		if (igbr_is_flow(rule))
			continue;
		priority = IGBR_TOP_PRIORITY - --ranks[rule->kind];
		if (rule->priority > priority)
			igbr_rule_rank(adapter, rule, priority, fresh);
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

/* Context: the lock. A rule with the same match that is no flow unless this is one, too */
static struct igbr_rule *igbr_find_twin(struct igbr_adapter *adapter,
					const struct igbr_rule *rule)
{
	struct igbr_rule *other;

	list_for_each_entry(other, &adapter->filters->rules, list)
		if ((igbr_is_flow(rule) || !igbr_is_flow(other)) &&
		    igbr_rules_equal(adapter, rule, other))
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
	unsigned int slots = igbr_kind_slots(adapter, rule->kind);
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

/*
 * Whether a rule is to decide over frames of a flow. Those that the device asks before a flow's
 * filter, or with a higher priority, do so by themselves, but if no frame is left, the filter is
 * of no use. What it would only ask afterwards must not lose a frame to the flow.
 */
static bool igbr_rule_beats_flow(const struct igbr_adapter *adapter, const struct igbr_rule *rule,
				 const struct igbr_rule *flow)
{
	if (igbr_is_flow(rule) || !igbr_rules_overlap(adapter, rule, flow))
		return false;
	/* Of a flow with both addresses and ports the first segment has long come. */
	if (rule->kind == IGBR_FILTER_SYN && adapter->hw.mac->filters.full_tuples)
		return false;
	return rule->kind > flow->kind || !(rule->match.fields & ~flow->match.fields);
}

/* Context: the lock. Flows that the rule decides over give their slots back. */
static void igbr_evict_beaten(struct igbr_adapter *adapter, const struct igbr_rule *rule)
{
	struct igbr_rule *flow, *next;

	list_for_each_entry_safe(flow, next, &adapter->filters->rules, list)
		if (igbr_is_flow(flow) && igbr_rule_beats_flow(adapter, rule, flow))
			igbr_rule_evict(adapter, flow);
}

/* Context: the lock. Whether a rule decides over the flow */
static bool igbr_is_beaten(struct igbr_adapter *adapter, const struct igbr_rule *flow)
{
	struct igbr_rule *rule;

	list_for_each_entry(rule, &adapter->filters->rules, list)
		if (igbr_rule_beats_flow(adapter, rule, flow))
			return true;
	return false;
}

/* Context: the lock. Flows give way. */
static int igbr_choose_slot(struct igbr_adapter *adapter, struct igbr_rule *rule,
			    struct netlink_ext_ack *extack)
{
	struct igbr_rule *other = igbr_find_twin(adapter, rule);

	if (other) {
		NL_SET_ERR_MSG_FMT(extack, "the rule at %s %u matches the same frames",
				   igbr_place_name(other), igbr_place(other));
		return -EEXIST;
	}
	if (!igbr_find_slot(adapter, rule)) {
		other = igbr_find_flow(adapter, rule);
		if (!other) {
			NL_SET_ERR_MSG_FMT(extack, "all %u %s filters are in use",
					   igbr_kind_slots(adapter, rule->kind),
					   igbr_kind_name(rule->kind));
			return -ENOSPC;
		}
		igbr_rule_evict(adapter, other);
		igbr_find_slot(adapter, rule);
	}
	igbr_evict_beaten(adapter, rule);
	return 0;
}

static int igbr_refuse_location(const struct igbr_rule *rule, const struct igbr_rule *other,
				struct netlink_ext_ack *extack)
{
	bool first = rule->kind < other->kind;

	NL_SET_ERR_MSG_FMT(extack, "the device asks the rule at %s %u %s: this one has to be %s",
			   igbr_place_name(other), igbr_place(other), first ? "later" : "first",
			   first ? "lower" : "higher");
	return -EINVAL;
}

/**
 * struct igbr_places - where a rule can be
 * @first: lowest location
 * @end: lowest location that is too high
 * @before: the rule that makes it @first
 * @bad: a rule in whose way its own location would be; NULL: it is right
 * @taken: locations that others have
 */
struct igbr_places {
	unsigned int first;
	unsigned int end;
	struct igbr_rule *before;
	struct igbr_rule *bad;
	DECLARE_BITMAP(taken, IGBR_RULES_MAX);
};

/*
 * Context: the lock. Between the locations of the rules that the device asks before and after
 * this one, if a frame can match both: within a kind the slots' priorities follow the locations.
 */
static void igbr_find_places(struct igbr_adapter *adapter, const struct igbr_rule *rule,
			     struct igbr_places *places)
{
	struct igbr_rule *other;

	list_for_each_entry(other, &adapter->filters->rules, list) {
		if (igbr_is_flow(other))
			continue;
		if (!igbr_is_tc(other))
			__set_bit(other->location, places->taken);
		if (other->kind == rule->kind || !igbr_rules_overlap(adapter, rule, other))
			continue;
		if (other->kind < rule->kind) {
			if (places->first <= other->location) {
				places->first = other->location + 1;
				places->before = other;
			}
			if (rule->location < other->location)
				places->bad = other;
		} else {
			places->end = min(places->end, other->location);
			if (rule->location > other->location)
				places->bad = other;
		}
	}
}

static int igbr_choose_any(struct igbr_adapter *adapter, struct igbr_rule *rule,
			   const struct igbr_places *places, struct netlink_ext_ack *extack)
{
	unsigned int place;

	if (places->before && igbr_is_tc(places->before)) {
		NL_SET_ERR_MSG_FMT(extack,
				   "ethtool's rules come before tc's, but the device asks tc's prio %u first",
				   igbr_place(places->before));
		return -EINVAL;
	}
	place = find_next_zero_bit(places->taken, places->end,
				   max(places->first, igbr_kind_location(adapter, rule->kind)));
	if (place >= places->end)
		place = find_next_zero_bit(places->taken, places->end,
					   min(places->first, places->end));
	if (place >= places->end) {
		NL_SET_ERR_MSG_FMT(extack, "no location from %u to before %u is left",
				   places->first, places->end);
		return -ENOSPC;
	}
	rule->location = place;
	return 0;
}

/* Context: the lock */
static int igbr_choose_location(struct igbr_adapter *adapter, struct igbr_rule *rule,
				struct netlink_ext_ack *extack)
{
	struct igbr_places places = { .end = igbr_filter_locations(adapter) };

	igbr_find_places(adapter, rule, &places);
	if (rule->location == IGBR_ANY_LOCATION)
		return igbr_choose_any(adapter, rule, &places, extack);
	return places.bad ? igbr_refuse_location(rule, places.bad, extack) : 0;
}

/* Context: the lock */
static void igbr_rule_list(struct igbr_filters *filters, struct igbr_rule *rule)
{
	struct igbr_rule *next;

	list_for_each_entry(next, &filters->rules, list)
		if (next->location > rule->location)
			break;
	list_add_tail(&rule->list, &next->list);
}

/* Context: the lock. The rule is complete. */
static void igbr_rule_add(struct igbr_adapter *adapter, struct igbr_rule *rule)
{
	struct igbr_filters *filters = adapter->filters;

	igbr_rule_list(filters, rule);
	rule->since = jiffies;
	igbr_rank_rules(adapter, rule);
	if (filters->live)
		igbr_rule_write(adapter, rule);
}

/* Context: the lock. Complete a rule, or say why it cannot be. */
static int igbr_choose(struct igbr_adapter *adapter, struct igbr_rule *rule,
		       struct netlink_ext_ack *extack)
{
	int err;

	err = igbr_kind_choose(adapter, rule, extack);
	if (!err)
		err = igbr_check_queue(adapter, rule, extack);
	if (!err)
		err = igbr_choose_location(adapter, rule, extack);
	/* Last, since flows give way to it. */
	if (!err)
		err = igbr_choose_slot(adapter, rule, extack);
	return err;
}

/**
 * igbr_filter_insert - let frames go to a queue
 * @adapter: the port, started or not
 * @rule: match, queue and location are set: IGBR_ANY_LOCATION, one below igbr_filter_locations()
 *	that no rule but @old has, or IGBR_TC_LOCATION and more; the rest is set here. It belongs
 *	to the owner until igbr_filter_remove()
 * @old: a rule of ethtool in place of which it comes, or NULL; on failure all is as it was, and
 *	no frame has missed it
 * @extack: says why not
 *
 * Context: process, rtnl.
 * Return: 0, or a negative error: -EOPNOTSUPP: the MAC cannot match this; -EINVAL: no such queue,
 *	or not at this location; -EEXIST: another rule has the same match; -ENOSPC: all slots
 *	are in use.
 */
int igbr_filter_insert(struct igbr_adapter *adapter, struct igbr_rule *rule,
		       struct igbr_rule *old, struct netlink_ext_ack *extack)
{
	struct igbr_filters *filters = adapter->filters;
	int err;

	mutex_lock(&filters->lock);
	/* Its registers stay until it is known that the other one can be. */
	if (old)
		list_del(&old->list);
	err = igbr_choose(adapter, rule, extack);
	if (!err && old && filters->live)
		igbr_slot_clear(adapter, old->kind, old->slot);
	if (!err)
		igbr_rule_add(adapter, rule);
	else if (old)
		igbr_rule_list(filters, old);
	mutex_unlock(&filters->lock);
	return err;
}

/**
 * igbr_filter_insert_flow - let a flow go to a queue, as long as nobody else needs the slot
 * @adapter: the port
 * @rule: match, which the MAC's tuple filters can compare, and queue are set; the rest is set
 *	here. It belongs to the owner until igbr_filter_remove(), even if it is evicted before
 *
 * Context: process.
 * Return: 0; -ENOSPC: there is no slot; -EEXIST: a rule decides over the flow, or another flow's
 *	filter compares the same.
 */
int igbr_filter_insert_flow(struct igbr_adapter *adapter, struct igbr_rule *rule)
{
	struct igbr_filters *filters = adapter->filters;
	int err = 0;

	rule->kind = IGBR_FILTER_TUPLE;
	rule->location = IGBR_FLOW_LOCATION;
	mutex_lock(&filters->lock);
	if (igbr_is_beaten(adapter, rule) || igbr_find_twin(adapter, rule))
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
 * igbr_filter_remove - undo igbr_filter_insert() or igbr_filter_insert_flow()
 * @adapter: the port, started or not
 * @rule: the rule
 *
 * Context: process.
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

static bool igbr_needs_queue(const struct igbr_rule *rule, unsigned int queues)
{
	return igbr_is_tc(rule) && rule->queue >= queues;
}

/**
 * igbr_filter_check_queues - whether the rules of tc do with fewer queues
 * @adapter: the port
 * @queues: queue pairs
 *
 * The core asks for ethtool's rules itself, and flows need no queue.
 *
 * Context: process, rtnl.
 * Return: 0 or -EBUSY, and the log tells why.
 */
int igbr_filter_check_queues(struct igbr_adapter *adapter, unsigned int queues)
{
	struct igbr_rule *rule;
	int err = 0;

	mutex_lock(&adapter->filters->lock);
	list_for_each_entry(rule, &adapter->filters->rules, list)
		if (igbr_needs_queue(rule, queues)) {
			netdev_err(adapter->netdev, "tc's rule of prio %u needs queue %u\n",
				   igbr_place(rule), rule->queue);
			err = -EBUSY;
			break;
		}
	mutex_unlock(&adapter->filters->lock);
	return err;
}

/**
 * igbr_filter_evict_queues - take the filters of tc's rules that lead to queues that are gone
 * @adapter: the port
 * @queues: queue pairs
 *
 * Only a reload takes queues away that they need. tc cannot be told, and keeps the rules.
 *
 * Context: process, rtnl.
 */
void igbr_filter_evict_queues(struct igbr_adapter *adapter, unsigned int queues)
{
	struct igbr_rule *rule, *next;

	mutex_lock(&adapter->filters->lock);
	list_for_each_entry_safe(rule, next, &adapter->filters->rules, list)
		if (igbr_needs_queue(rule, queues)) {
			netdev_warn(adapter->netdev,
				    "tc's rule of prio %u is of no effect: its queue %u is gone\n",
				    igbr_place(rule), rule->queue);
			igbr_rule_evict(adapter, rule);
		}
	mutex_unlock(&adapter->filters->lock);
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
		for (slot = 0; slot < igbr_kind_slots(adapter, kind); slot++)
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
