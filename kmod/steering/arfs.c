// SPDX-License-Identifier: GPL-2.0-only
/*
 * Accelerated receive flow steering. The stack asks for a flow, with each of its frames, as long as
 * it arrives elsewhere than on the CPU that reads it. There are thousands of flows and eight slots:
 * what is asked is only counted, in a table of each receive queue, and a task gives the slots to
 * flows that go on asking. A flow that has one asks no longer.
 *
 * A bucket of a table belongs to the flow that asks most: another one takes from its weight until
 * nothing is left. So, busy flows stay in view among any number of short ones.
 *
 * Only full tuple filters can tell flows apart; other MACs refuse.
 */
#include <linux/cpu_rmap.h>
#include <linux/irq.h>
#include <linux/seqlock.h>
#include <linux/slab.h>
#include <net/flow_dissector.h>

#include "../igbr.h"
#include "arfs.h"
#include "filter.h"

#define IGBR_ARFS_BUCKETS	64	/* per queue */
#define IGBR_ARFS_WEIGHT_MAX	256
#define IGBR_ARFS_PASS_MS	100
/* Slots that a pass may write */
#define IGBR_ARFS_WRITES	4
/* A flow that asks so often, without as many passes of silence, is worth a slot. */
#define IGBR_ARFS_BUSY		8
#define IGBR_ARFS_SILENCE	10
/* So long a flow keeps its slot in any case, and an idle queue its flows */
#define IGBR_ARFS_GRACE		(HZ)
#define IGBR_ARFS_IDLE		(5 * HZ)
/* The stack's name for the filter of a flow that has no bucket */
#define IGBR_ARFS_NO_BUCKET	0xfffe

/**
 * struct igbr_arfs_ask - what the stack asked for a flow
 * @hash: hash of the flow
 * @source_ip: its source address
 * @dest_ip: its destination address
 * @source_port: its source port
 * @dest_port: its destination port
 * @protocol: TCP or UDP
 * @queue: where it is to go
 * @flow_id: the stack's number for it on that queue
 * @asks: times that it was asked for
 */
struct igbr_arfs_ask {
	u32 hash;
	__be32 source_ip;
	__be32 dest_ip;
	__be16 source_port;
	__be16 dest_port;
	u8 protocol;
	u16 queue;
	u32 flow_id;
	u32 asks;
};

/**
 * struct igbr_arfs_table - what was asked for flows that arrive on a queue
 * @writing: bit 0: somebody writes; the queue's NAPI instance, or who sends a frame in once more
 * @seq: guards @asks against a reader that sees half of it
 * @asks: a bucket for each flow that is seen
 * @weights: how often more the bucket's flow asked than those that would take its place
 * @refused_kind: times that the stack asked for what is neither TCP nor UDP over IPv4
 * @refused_mac: times that it asked a MAC that cannot tell flows apart
 */
struct igbr_arfs_table {
	unsigned long writing;
	seqcount_t seq;
	struct igbr_arfs_ask asks[IGBR_ARFS_BUCKETS];
	u16 weights[IGBR_ARFS_BUCKETS];
	u64 refused_kind;
	u64 refused_mac;
} ____cacheline_aligned_in_smp;

/**
 * struct igbr_arfs_seen - what the task knows of a bucket
 * @hash: its flow at the last pass
 * @asks: its count at the last pass
 * @busy: what it has asked since it was silent
 * @silent: passes in which it did not ask since
 */
struct igbr_arfs_seen {
	u32 hash;
	u32 asks;
	u32 busy;
	u8 silent;
};

/**
 * struct igbr_arfs_pick - a flow that is worth a slot
 * @ask: what was asked for it
 * @id: its bucket
 * @asks: how often in this pass
 */
struct igbr_arfs_pick {
	struct igbr_arfs_ask ask;
	u16 id;
	u32 asks;
};

/**
 * struct igbr_arfs_flow - a flow that has a filter
 * @rule: its rule
 * @id: the stack's name for the filter: the bucket that asked
 * @flow_id: the stack's number for the flow on the rule's queue
 */
struct igbr_arfs_flow {
	struct igbr_rule rule;
	u16 id;
	u32 flow_id;
};

/**
 * struct igbr_arfs - all of this
 * @adapter: the port
 * @work: the task; it owns everything below but @tables and @awake
 * @awake: the task is on its way
 * @flows: those that have filters, NULL where there is room
 * @seen: by queue and bucket
 * @packets: of each queue, when the task saw it move
 * @moved: when that was, in jiffies
 * @counts: what was done
 * @tables: by receive queue
 */
struct igbr_arfs {
	struct igbr_adapter *adapter;
	struct delayed_work work;
	bool awake;
	struct igbr_arfs_flow *flows[IGBR_TUPLES];
	struct igbr_arfs_seen seen[IGBR_MAX_QUEUES][IGBR_ARFS_BUCKETS];
	u64 packets[IGBR_MAX_QUEUES];
	unsigned long moved[IGBR_MAX_QUEUES];
	struct igbr_arfs_counts counts;
	struct igbr_arfs_table tables[IGBR_MAX_QUEUES];
};

/* Context: softirq. Flows of TCP and UDP over IPv4 that are no fragments */
static bool igbr_arfs_dissect(const struct sk_buff *skb, struct igbr_arfs_ask *ask)
{
	struct flow_keys keys;

	if (!skb_flow_dissect_flow_keys(skb, &keys, 0))
		return false;
	if (keys.basic.n_proto != htons(ETH_P_IP) ||
	    (keys.basic.ip_proto != IPPROTO_TCP && keys.basic.ip_proto != IPPROTO_UDP) ||
	    keys.control.flags & (FLOW_DIS_IS_FRAGMENT | FLOW_DIS_ENCAPSULATION))
		return false;
	ask->source_ip = keys.addrs.v4addrs.src;
	ask->dest_ip = keys.addrs.v4addrs.dst;
	ask->source_port = keys.ports.src;
	ask->dest_port = keys.ports.dst;
	ask->protocol = keys.basic.ip_proto;
	return true;
}

/**
 * igbr_arfs_steer - the stack would like a flow on another queue
 * @netdev: network device
 * @skb: a frame of the flow
 * @queue: receive queue where it is to go
 * @flow_id: the stack's number for the flow on that queue
 *
 * Neither waits for a lock nor touches the device.
 *
 * Context: softirq, as a rule from the NAPI instance of the queue that the frame came to.
 * Return: name of the filter for rps_may_expire_flow(), whether the flow gets one or not, so that
 *	the stack goes on asking; or a negative error for what can never be steered.
 */
int igbr_arfs_steer(struct net_device *netdev, const struct sk_buff *skb, u16 queue, u32 flow_id)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);
	unsigned int from = skb_get_rx_queue(skb), bucket;
	struct igbr_arfs *arfs = adapter->arfs;
	struct igbr_arfs_table *table;
	struct igbr_arfs_ask *ask, fresh = { .hash = skb_get_hash_raw(skb) };

	if (from >= IGBR_MAX_QUEUES)
		return -EINVAL;
	table = &arfs->tables[from];
	if (!adapter->hw.mac->filters.full_tuples) {
		WRITE_ONCE(table->refused_mac, table->refused_mac + 1);
		return -EOPNOTSUPP;
	}
	bucket = fresh.hash % IGBR_ARFS_BUCKETS;
	ask = &table->asks[bucket];
	if (ask->hash != fresh.hash || !ask->asks) {
		if (table->weights[bucket]) {
			table->weights[bucket]--;
			return IGBR_ARFS_NO_BUCKET;
		}
		if (!igbr_arfs_dissect(skb, &fresh)) {
			WRITE_ONCE(table->refused_kind, table->refused_kind + 1);
			return -EPROTONOSUPPORT;
		}
	} else {
		fresh = *ask;
	}
	fresh.queue = queue;
	fresh.flow_id = flow_id;
	fresh.asks++;
	if (test_and_set_bit_lock(0, &table->writing))
		return IGBR_ARFS_NO_BUCKET;
	write_seqcount_begin(&table->seq);
	*ask = fresh;
	write_seqcount_end(&table->seq);
	clear_bit_unlock(0, &table->writing);
	if (table->weights[bucket] < IGBR_ARFS_WEIGHT_MAX)
		table->weights[bucket]++;
	if (!READ_ONCE(arfs->awake)) {
		WRITE_ONCE(arfs->awake, true);
		schedule_delayed_work(&arfs->work, msecs_to_jiffies(IGBR_ARFS_PASS_MS));
	}
	return from * IGBR_ARFS_BUCKETS + bucket;
}

/* What is being written now is seen next time; false: then it is not to be used. */
static bool igbr_arfs_read(const struct igbr_arfs_table *table, unsigned int bucket,
			   struct igbr_arfs_ask *ask)
{
	unsigned int start = raw_read_seqcount(&table->seq);

	*ask = table->asks[bucket];
	return !(start & 1) && !read_seqcount_retry(&table->seq, start);
}

static void igbr_arfs_drop(struct igbr_arfs *arfs, unsigned int slot)
{
	igbr_filter_remove(arfs->adapter, &arfs->flows[slot]->rule);
	kfree(arfs->flows[slot]);
	arfs->flows[slot] = NULL;
}

/* Notice queues that frames come to: the stack cannot tell that a flow is idle without any. */
static void igbr_arfs_watch_queues(struct igbr_arfs *arfs)
{
	unsigned int i;

	for (i = 0; i < arfs->adapter->active_queues; i++) {
		u64 packets = igbr_rx_packets(arfs->adapter->rx_rings[i]);

		if (packets == arfs->packets[i])
			continue;
		arfs->packets[i] = packets;
		arfs->moved[i] = jiffies;
	}
}

static bool igbr_arfs_is_idle(struct igbr_arfs *arfs, const struct igbr_arfs_flow *flow)
{
	unsigned int queue = flow->rule.queue;

	if (time_before(jiffies, flow->rule.since + IGBR_ARFS_GRACE))
		return false;
	return rps_may_expire_flow(arfs->adapter->netdev, queue, flow->flow_id, flow->id) ||
	       (time_after(jiffies, arfs->moved[queue] + IGBR_ARFS_IDLE) &&
		time_after(jiffies, flow->rule.since + IGBR_ARFS_IDLE));
}

/* Take the filters of idle flows back; returns slots written. */
static unsigned int igbr_arfs_expire(struct igbr_arfs *arfs)
{
	unsigned int slot, writes = 0;

	for (slot = 0; slot < IGBR_TUPLES; slot++) {
		struct igbr_arfs_flow *flow = arfs->flows[slot];

		if (!flow)
			continue;
		if (READ_ONCE(flow->rule.evicted))
			arfs->counts.evicted++;
		else if (writes < IGBR_ARFS_WRITES && igbr_arfs_is_idle(arfs, flow))
			arfs->counts.expired++;
		else
			continue;
		writes += !flow->rule.evicted;
		igbr_arfs_drop(arfs, slot);
	}
	return writes;
}

static void igbr_arfs_match(const struct igbr_arfs_ask *ask, struct igbr_match *match)
{
	*match = (struct igbr_match){
		.fields = IGBR_HAS(ETHERTYPE) | IGBR_HAS(PROTOCOL) | IGBR_HAS(SOURCE_IP) |
			  IGBR_HAS(DEST_IP) | IGBR_HAS(SOURCE_PORT) | IGBR_HAS(DEST_PORT),
		.ethertype = htons(ETH_P_IP),
		.protocol = ask->protocol,
		.source_port = ask->source_port,
		.dest_port = ask->dest_port,
	};
	match->source_ip.s6_addr32[0] = ask->source_ip;
	match->dest_ip.s6_addr32[0] = ask->dest_ip;
}

static struct igbr_arfs_flow *igbr_arfs_find(struct igbr_arfs *arfs,
					     const struct igbr_match *match)
{
	unsigned int slot;

	for (slot = 0; slot < IGBR_TUPLES; slot++)
		if (arfs->flows[slot] && !memcmp(&arfs->flows[slot]->rule.match, match,
						 sizeof(*match)))
			return arfs->flows[slot];
	return NULL;
}

/* A flow whose reader has moved; false: it has a filter, and that leads to the right queue. */
static bool igbr_arfs_move(struct igbr_arfs *arfs, struct igbr_arfs_flow *flow,
			   const struct igbr_arfs_ask *ask, u16 id)
{
	bool moves = flow->rule.queue != ask->queue;

	flow->id = id;
	flow->flow_id = ask->flow_id;
	if (!moves)
		return false;
	igbr_filter_move(arfs->adapter, &flow->rule, ask->queue);
	arfs->counts.moved++;
	return true;
}

static bool igbr_arfs_admit(struct igbr_arfs *arfs, const struct igbr_arfs_pick *pick)
{
	struct igbr_arfs_flow *flow;
	unsigned int slot;
	int err;

	for (slot = 0; slot < IGBR_TUPLES && arfs->flows[slot]; slot++)
		;
	if (slot == IGBR_TUPLES) {
		arfs->counts.refused_full++;
		return false;
	}
	flow = kzalloc(sizeof(*flow), GFP_KERNEL);
	if (!flow)
		return false;
	igbr_arfs_match(&pick->ask, &flow->rule.match);
	flow->rule.queue = pick->ask.queue;
	flow->id = pick->id;
	flow->flow_id = pick->ask.flow_id;
	err = igbr_filter_insert_flow(arfs->adapter, &flow->rule);
	if (err) {
		arfs->counts.refused_full += err == -ENOSPC;
		kfree(flow);
		return false;
	}
	arfs->flows[slot] = flow;
	arfs->counts.steered++;
	return true;
}

/* Among the picks, which are as many as may be written, if it asked more than one of them */
static void igbr_arfs_pick(struct igbr_arfs_pick *picks, const struct igbr_arfs_pick *pick)
{
	unsigned int i = IGBR_ARFS_WRITES - 1;

	if (pick->asks <= picks[i].asks)
		return;
	for (; i && picks[i - 1].asks < pick->asks; i--)
		picks[i] = picks[i - 1];
	picks[i] = *pick;
}

/* How often a bucket's flow asked since the last pass, and whether it is busy */
static u32 igbr_arfs_watch(struct igbr_arfs_seen *seen, const struct igbr_arfs_ask *ask)
{
	u32 asks;

	if (seen->hash != ask->hash)
		*seen = (struct igbr_arfs_seen){ .hash = ask->hash };
	asks = ask->asks - seen->asks;
	seen->asks = ask->asks;
	seen->busy += asks;
	if (asks)
		seen->silent = 0;
	else if (seen->silent < IGBR_ARFS_SILENCE && ++seen->silent == IGBR_ARFS_SILENCE)
		seen->busy = 0;
	return asks;
}

/* What a bucket asks for; returns slots written. */
static unsigned int igbr_arfs_serve(struct igbr_arfs *arfs, unsigned int queue,
				    unsigned int bucket, struct igbr_arfs_pick *picks,
				    bool may_write)
{
	struct igbr_arfs_pick pick = { .id = queue * IGBR_ARFS_BUCKETS + bucket };
	struct igbr_arfs_seen *seen = &arfs->seen[queue][bucket];
	struct igbr_arfs_flow *flow;
	struct igbr_match match;

	if (!igbr_arfs_read(&arfs->tables[queue], bucket, &pick.ask))
		return 0;
	pick.asks = igbr_arfs_watch(seen, &pick.ask);
	if (!pick.asks || !may_write || pick.ask.queue >= arfs->adapter->active_queues)
		return 0;
	igbr_arfs_match(&pick.ask, &match);
	flow = igbr_arfs_find(arfs, &match);
	if (flow)
		return igbr_arfs_move(arfs, flow, &pick.ask, pick.id);
	if (seen->busy >= IGBR_ARFS_BUSY)
		igbr_arfs_pick(picks, &pick);
	return 0;
}

/* There is something to do as long as a flow has a filter, or one asked of late. */
static bool igbr_arfs_is_needed(const struct igbr_arfs *arfs)
{
	unsigned int queue, bucket, slot;

	for (slot = 0; slot < IGBR_TUPLES; slot++)
		if (arfs->flows[slot])
			return true;
	for (queue = 0; queue < arfs->adapter->active_queues; queue++)
		for (bucket = 0; bucket < IGBR_ARFS_BUCKETS; bucket++)
			if (arfs->seen[queue][bucket].busy)
				return true;
	return false;
}

static void igbr_arfs_task(struct work_struct *work)
{
	struct igbr_arfs *arfs = container_of(work, struct igbr_arfs, work.work);
	struct igbr_arfs_pick picks[IGBR_ARFS_WRITES] = { };
	unsigned int queue, bucket, writes, i;

	igbr_arfs_watch_queues(arfs);
	writes = igbr_arfs_expire(arfs);
	for (queue = 0; queue < arfs->adapter->active_queues; queue++)
		for (bucket = 0; bucket < IGBR_ARFS_BUCKETS; bucket++)
			writes += igbr_arfs_serve(arfs, queue, bucket, picks,
						  writes < IGBR_ARFS_WRITES);
	for (i = 0; i < IGBR_ARFS_WRITES && picks[i].asks && writes < IGBR_ARFS_WRITES; i++)
		writes += igbr_arfs_admit(arfs, &picks[i]);
	/* Who asks between these two asks again with the next frame. */
	if (igbr_arfs_is_needed(arfs))
		schedule_delayed_work(&arfs->work, msecs_to_jiffies(IGBR_ARFS_PASS_MS));
	else
		WRITE_ONCE(arfs->awake, false);
}

/**
 * igbr_arfs_init - no flow is steered yet
 * @adapter: the port
 *
 * Return: 0 or -ENOMEM.
 */
int igbr_arfs_init(struct igbr_adapter *adapter)
{
	struct igbr_arfs *arfs = kvzalloc(sizeof(*arfs), GFP_KERNEL);
	unsigned int i;

	if (!arfs)
		return -ENOMEM;
	arfs->adapter = adapter;
	INIT_DELAYED_WORK(&arfs->work, igbr_arfs_task);
	for (i = 0; i < IGBR_MAX_QUEUES; i++)
		seqcount_init(&arfs->tables[i].seq);
	adapter->arfs = arfs;
	return 0;
}

/**
 * igbr_arfs_exit - undo igbr_arfs_init()
 * @adapter: the port, closed for good
 */
void igbr_arfs_exit(struct igbr_adapter *adapter)
{
	kvfree(adapter->arfs);
	adapter->arfs = NULL;
}

/**
 * igbr_arfs_each - look at the flows that the stack asked for of late
 * @adapter: the port
 * @show: is given what the flow is, where it arrives and where it is to go, and how often it was
 *	asked for; another value than 0 ends it
 * @data: for @show
 *
 * Context: process, rtnl.
 * Return: 0 or what @show returned.
 */
int igbr_arfs_each(struct igbr_adapter *adapter,
		   int (*show)(const struct igbr_match *match, unsigned int from,
			       unsigned int queue, u32 asks, void *data), void *data)
{
	unsigned int queue, bucket;
	struct igbr_arfs_ask ask;
	struct igbr_match match;
	int err = 0;

	for (queue = 0; queue < IGBR_MAX_QUEUES && !err; queue++)
		for (bucket = 0; bucket < IGBR_ARFS_BUCKETS && !err; bucket++) {
			if (!igbr_arfs_read(&adapter->arfs->tables[queue], bucket, &ask) ||
			    !ask.asks)
				continue;
			igbr_arfs_match(&ask, &match);
			err = show(&match, queue, ask.queue, ask.asks, data);
		}
	return err;
}

/**
 * igbr_arfs_count - what was done with flows
 * @adapter: the port
 * @counts: filled
 *
 * Context: process, rtnl.
 */
void igbr_arfs_count(struct igbr_adapter *adapter, struct igbr_arfs_counts *counts)
{
	unsigned int queue;

	*counts = adapter->arfs->counts;
	for (queue = 0; queue < IGBR_MAX_QUEUES; queue++) {
		counts->refused_kind += READ_ONCE(adapter->arfs->tables[queue].refused_kind);
		counts->refused_mac += READ_ONCE(adapter->arfs->tables[queue].refused_mac);
	}
}

/* Which queue's interrupt is nearest to each CPU; the map follows changes of affinity. */
static struct cpu_rmap *igbr_arfs_map_cpus(struct igbr_adapter *adapter)
{
	struct cpu_rmap *rmap = alloc_irq_cpu_rmap(adapter->active_queues);
	unsigned int i;

	if (!rmap)
		return NULL;
	for (i = 0; i < adapter->active_queues; i++) {
		int irq = adapter->vectors[i]->irq;

		if (irq_cpu_rmap_add(rmap, irq)) {
			free_irq_cpu_rmap(rmap);
			return NULL;
		}
		/* It is told of changes only, not of what was before. */
		cpu_rmap_update(rmap, i, irq_get_effective_affinity_mask(irq));
	}
	return rmap;
}

/**
 * igbr_arfs_start - let the stack ask
 * @adapter: the port, its vectors requested and NAPI off
 *
 * Without memory for the map the stack does not ask.
 *
 * Context: process, rtnl.
 */
void igbr_arfs_start(struct igbr_adapter *adapter)
{
	if (adapter->irq_mode == IGBR_IRQ_MSIX)
		adapter->netdev->rx_cpu_rmap = igbr_arfs_map_cpus(adapter);
}

/**
 * igbr_arfs_flush - take the filters of all flows back
 * @adapter: the port; flows ask again as long as they may
 *
 * Context: process, rtnl.
 */
void igbr_arfs_flush(struct igbr_adapter *adapter)
{
	struct igbr_arfs *arfs = adapter->arfs;
	unsigned int slot;

	disable_delayed_work_sync(&arfs->work);
	for (slot = 0; slot < IGBR_TUPLES; slot++)
		if (arfs->flows[slot])
			igbr_arfs_drop(arfs, slot);
	enable_delayed_work(&arfs->work);
	/* Only now: who asked meanwhile could not wake it. */
	WRITE_ONCE(arfs->awake, false);
}

/**
 * igbr_arfs_stop - undo igbr_arfs_start()
 * @adapter: the port, NAPI off, its vectors still requested
 *
 * Context: process, rtnl.
 */
void igbr_arfs_stop(struct igbr_adapter *adapter)
{
	struct net_device *netdev = adapter->netdev;

	igbr_arfs_flush(adapter);
	if (netdev->rx_cpu_rmap)
		free_irq_cpu_rmap(netdev->rx_cpu_rmap);
	netdev->rx_cpu_rmap = NULL;
}
