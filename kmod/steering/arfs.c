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
 * Full tuple filters compare all that makes a flow. The small ones compare protocol and local port
 * only: a flow gets one if no other flow with both is in view, and gives it back when one comes
 * into view. That happens at once, if it matters: the filter leads the other flow astray, and so
 * the stack asks for it.
 */
#include <linux/seqlock.h>
#include <linux/slab.h>
#include <net/flow_dissector.h>
#include <net/rps.h>

#include "../igbr.h"
#include "arfs.h"
#include "filter.h"
#include "rmap.h"

#define IGBR_ARFS_BUCKETS	64	/* per queue */
#define IGBR_ARFS_WEIGHT_MAX	256
#define IGBR_ARFS_PASS_MS	100
/* Slots that a pass may write */
#define IGBR_ARFS_WRITES	4
/* A flow that asks so often, without as many passes of silence, is worth a slot. */
#define IGBR_ARFS_BUSY		8
#define IGBR_ARFS_SILENCE	10
/* So long a flow keeps its slot in any case, and one without frames, or an idle queue's, at most */
#define IGBR_ARFS_GRACE		(HZ)
#define IGBR_ARFS_IDLE		(5 * HZ)
/* Where others wait, a filter that a flow has had so long may be taken, one in so long */
#define IGBR_ARFS_TERM		(30 * HZ)
#define IGBR_ARFS_TURN		(10 * HZ)
/* So long a flow that asked is in view */
#define IGBR_ARFS_VIEW		(30 * HZ)
/* So long a flow that can have no filter now does not stand in the way of others */
#define IGBR_ARFS_PAUSE		(5 * HZ)

/**
 * struct igbr_arfs_ask - what the stack asked for a flow
 * @hash: hash of the flow
 * @match: which flow: TCP or UDP, both addresses and ports
 * @queue: where it is to go
 * @flow_id: the stack's number for it on that queue
 * @asks: times that it was asked for
 */
struct igbr_arfs_ask {
	u32 hash;
	struct igbr_match match;
	u16 queue;
	u32 flow_id;
	u32 asks;
};

/**
 * struct igbr_arfs_table - what was asked for flows that arrive on a queue
 * @writing: bit 0: somebody writes; the queue's NAPI instance, or who sends a frame in once more
 * @seq: guards @asks against a reader that sees half of it
 * @asks: a bucket for each flow that is seen
 * @weights: how often more the bucket's flow asked than those that would take its place; the task
 *	sets it back
 * @refused_kind: see struct igbr_arfs_counts, as is the next
 * @refused_mac: likewise
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
 * @last: when it was seen to ask, in jiffies
 * @pause: until then it gets no filter, in jiffies
 */
struct igbr_arfs_seen {
	u32 hash;
	u32 asks;
	u32 busy;
	u8 silent;
	unsigned long last;
	unsigned long pause;
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
 * @rule: its rule, of which the match is as much as the filter compares
 * @match: which flow
 * @flow_id: the stack's number for the flow on the rule's queue
 * @hash: its hash
 * @from: receive queue on which it arrived
 * @asks: times that it was asked for
 * @is_seen: a frame with this hash has come to the rule's queue since the flow has its filter
 * @seen: when the last one was seen, in jiffies
 */
struct igbr_arfs_flow {
	struct igbr_rule rule;
	struct igbr_match match;
	u32 flow_id;
	u32 hash;
	u16 from;
	u32 asks;
	bool is_seen;
	unsigned long seen;
};

/**
 * struct igbr_arfs - all of this
 * @adapter: the port
 * @rmap: which queue is nearest to each CPU, NULL while nobody may ask
 * @work: the task; it owns everything below but @tables and @awake
 * @awake: the task is on its way
 * @flows: those that have filters, NULL where there is room
 * @seen: by queue and bucket
 * @packets: of each queue, when the task saw it move
 * @moved: when that was, in jiffies
 * @counts: what was done
 * @waited: flows that had found no filter free when last one was taken for them
 * @turn: when that was, in jiffies
 * @tables: by receive queue
 */
struct igbr_arfs {
	struct igbr_adapter *adapter;
	struct igbr_rmap *rmap;
	struct delayed_work work;
	bool awake;
	struct igbr_arfs_flow *flows[IGBR_TUPLES];
	struct igbr_arfs_seen seen[IGBR_MAX_QUEUES][IGBR_ARFS_BUCKETS];
	u64 packets[IGBR_MAX_QUEUES];
	unsigned long moved[IGBR_MAX_QUEUES];
	struct igbr_arfs_counts counts;
	u64 waited;
	unsigned long turn;
	struct igbr_arfs_table tables[IGBR_MAX_QUEUES];
};

/* Context: softirq. Flows of TCP and UDP that are no fragments, over IPv6 only if that is wanted */
static bool igbr_arfs_dissect(const struct sk_buff *skb, struct igbr_match *match, bool ip6)
{
	struct flow_keys keys;

	if (!skb_flow_dissect_flow_keys(skb, &keys, 0))
		return false;
	if ((keys.basic.ip_proto != IPPROTO_TCP && keys.basic.ip_proto != IPPROTO_UDP) ||
	    keys.control.flags & (FLOW_DIS_IS_FRAGMENT | FLOW_DIS_ENCAPSULATION))
		return false;
	*match = (struct igbr_match){
		.fields = IGBR_HAS(ETHERTYPE) | IGBR_HAS(PROTOCOL) | IGBR_HAS(SOURCE_IP) |
			  IGBR_HAS(DEST_IP) | IGBR_HAS(SOURCE_PORT) | IGBR_HAS(DEST_PORT),
		.ethertype = keys.basic.n_proto,
		.protocol = keys.basic.ip_proto,
		.source_port = keys.ports.src,
		.dest_port = keys.ports.dst,
	};
	if (keys.basic.n_proto == htons(ETH_P_IP)) {
		match->source_ip.s6_addr32[0] = keys.addrs.v4addrs.src;
		match->dest_ip.s6_addr32[0] = keys.addrs.v4addrs.dst;
		return true;
	}
	if (keys.basic.n_proto != htons(ETH_P_IPV6) || !ip6)
		return false;
	match->source_ip = keys.addrs.v6addrs.src;
	match->dest_ip = keys.addrs.v6addrs.dst;
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
 * Return: RPS_NO_FILTER, whether the flow gets a filter or not: with any other name for it newer
 *	kernels take the flow for steered, and ask no more. The same goes for a negative error, for
 *	what can never be steered.
 */
int igbr_arfs_steer(struct net_device *netdev, const struct sk_buff *skb, u16 queue, u32 flow_id)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);
	unsigned int from = skb_get_rx_queue(skb), bucket, weight;
	struct igbr_arfs *arfs = adapter->arfs;
	struct igbr_arfs_table *table;
	struct igbr_arfs_ask *ask, fresh = { .hash = skb_get_hash_raw(skb) };

	if (from >= IGBR_MAX_QUEUES)
		return -EINVAL;
	table = &arfs->tables[from];
	if (!adapter->hw.mac->filters.tuples) {
		WRITE_ONCE(table->refused_mac, table->refused_mac + 1);
		return -EOPNOTSUPP;
	}
	bucket = fresh.hash % IGBR_ARFS_BUCKETS;
	ask = &table->asks[bucket];
	weight = READ_ONCE(table->weights[bucket]);
	if (ask->hash != fresh.hash || !ask->asks) {
		if (weight) {
			WRITE_ONCE(table->weights[bucket], weight - 1);
			return RPS_NO_FILTER;
		}
		if (!igbr_arfs_dissect(skb, &fresh.match,
				       !adapter->hw.mac->filters.full_tuples)) {
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
		return RPS_NO_FILTER;
	write_seqcount_begin(&table->seq);
	*ask = fresh;
	write_seqcount_end(&table->seq);
	clear_bit_unlock(0, &table->writing);
	if (weight < IGBR_ARFS_WEIGHT_MAX)
		WRITE_ONCE(table->weights[bucket], weight + 1);
	if (!READ_ONCE(arfs->awake)) {
		WRITE_ONCE(arfs->awake, true);
		schedule_delayed_work(&arfs->work, msecs_to_jiffies(IGBR_ARFS_PASS_MS));
	}
	return RPS_NO_FILTER;
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

/* Notice flows of which a frame was among the last ones of their queue. */
static void igbr_arfs_watch_flows(struct igbr_arfs *arfs, unsigned int queue, u64 frames)
{
	u32 hashes[IGBR_RX_RECENT];
	unsigned int slot, i;

	frames = igbr_rx_recent(arfs->adapter->rx_rings[queue], frames, hashes);
	for (slot = 0; slot < IGBR_TUPLES; slot++) {
		struct igbr_arfs_flow *flow = arfs->flows[slot];

		if (!flow || flow->rule.queue != queue)
			continue;
		for (i = 0; i < frames && hashes[i] != flow->hash; i++)
			;
		if (i == frames)
			continue;
		flow->is_seen = true;
		flow->seen = jiffies;
	}
}

/* Notice queues that frames come to: the stack cannot tell that a flow is idle without any. */
static void igbr_arfs_watch_queues(struct igbr_arfs *arfs)
{
	unsigned int i;

	for (i = 0; i < arfs->adapter->active_queues; i++) {
		u64 packets = igbr_rx_packets(arfs->adapter->rx_rings[i]);

		if (packets == arfs->packets[i])
			continue;
		igbr_arfs_watch_flows(arfs, i, packets - arfs->packets[i]);
		arfs->packets[i] = packets;
		arfs->moved[i] = jiffies;
	}
}

/*
 * The stack counts frames of all flows, which takes long where there are few. A flow that has been
 * seen and is seen no more is idle, too. If it is not, but has few frames among many, it asks
 * again. Where the device tells no hash, or not the stack's, no flow is ever seen.
 */
static bool igbr_arfs_is_idle(struct igbr_arfs *arfs, const struct igbr_arfs_flow *flow)
{
	unsigned long last = arfs->moved[flow->rule.queue];

	if (time_before(jiffies, flow->rule.since + IGBR_ARFS_GRACE))
		return false;
	if (rps_may_expire_flow(arfs->adapter->netdev, flow->rule.queue, flow->flow_id,
				RPS_NO_FILTER))
		return true;
	if (flow->is_seen && time_before(flow->seen, last))
		last = flow->seen;
	return time_after(jiffies, last + IGBR_ARFS_IDLE) &&
	       time_after(jiffies, flow->rule.since + IGBR_ARFS_IDLE);
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

static struct igbr_arfs_flow *igbr_arfs_find(struct igbr_arfs *arfs,
					     const struct igbr_match *match)
{
	unsigned int slot;

	for (slot = 0; slot < IGBR_TUPLES; slot++)
		if (arfs->flows[slot] && !memcmp(&arfs->flows[slot]->match, match, sizeof(*match)))
			return arfs->flows[slot];
	return NULL;
}

/* A flow whose reader has moved; false: it has a filter, and that leads to the right queue. */
static bool igbr_arfs_move(struct igbr_arfs *arfs, struct igbr_arfs_flow *flow,
			   const struct igbr_arfs_ask *ask)
{
	bool moves = flow->rule.queue != ask->queue;

	flow->flow_id = ask->flow_id;
	if (!moves)
		return false;
	igbr_filter_move(arfs->adapter, &flow->rule, ask->queue);
	arfs->counts.moved++;
	return true;
}

/* Small tuple filters cannot tell such flows apart. */
static bool igbr_arfs_is_other(const struct igbr_match *one, const struct igbr_match *other)
{
	return one->protocol == other->protocol && one->dest_port == other->dest_port &&
	       memcmp(one, other, sizeof(*one));
}

/* Whether another flow is in view that the MAC cannot tell from this one */
static bool igbr_arfs_is_shared(struct igbr_arfs *arfs, const struct igbr_match *match)
{
	unsigned int queue, bucket;
	struct igbr_arfs_ask ask;

	if (arfs->adapter->hw.mac->filters.full_tuples)
		return false;
	for (queue = 0; queue < arfs->adapter->active_queues; queue++)
		for (bucket = 0; bucket < IGBR_ARFS_BUCKETS; bucket++)
			if (igbr_arfs_read(&arfs->tables[queue], bucket, &ask) && ask.asks &&
			    igbr_arfs_is_other(&ask.match, match) &&
			    time_before(jiffies, arfs->seen[queue][bucket].last + IGBR_ARFS_VIEW))
				return true;
	return false;
}

/* Take filters back that catch more than one flow, as many as may be written; returns how many. */
static unsigned int igbr_arfs_part(struct igbr_arfs *arfs, unsigned int most)
{
	unsigned int slot, writes = 0;

	for (slot = 0; slot < IGBR_TUPLES && writes < most; slot++) {
		if (!arfs->flows[slot] || !igbr_arfs_is_shared(arfs, &arfs->flows[slot]->match))
			continue;
		arfs->counts.refused_shared++;
		igbr_arfs_drop(arfs, slot);
		writes++;
	}
	return writes;
}

/*
 * Others wait: the flow that has had its filter longest asks for it anew, and gets it at once if it
 * is as busy as they are. So, too, ends a filter whose flow is gone while another one, which has
 * the same place in the stack's table, is not. Returns slots written.
 */
static unsigned int igbr_arfs_take_turns(struct igbr_arfs *arfs)
{
	struct igbr_arfs_flow *flow, *oldest = NULL;
	unsigned int slot, place = 0;

	if (arfs->counts.refused_full == arfs->waited ||
	    time_before(jiffies, arfs->turn + IGBR_ARFS_TURN))
		return 0;
	arfs->waited = arfs->counts.refused_full;
	arfs->turn = jiffies;
	for (slot = 0; slot < IGBR_TUPLES; slot++) {
		flow = arfs->flows[slot];
		if (!flow || time_before(jiffies, flow->rule.since + IGBR_ARFS_TERM) ||
		    (oldest && !time_before(flow->rule.since, oldest->rule.since)))
			continue;
		oldest = flow;
		place = slot;
	}
	if (!oldest)
		return 0;
	arfs->counts.yielded++;
	igbr_arfs_drop(arfs, place);
	return 1;
}

/* As much of a flow as the MAC's tuple filters compare */
static void igbr_arfs_narrow(const struct igbr_arfs *arfs, const struct igbr_match *flow,
			     struct igbr_match *match)
{
	*match = *flow;
	if (arfs->adapter->hw.mac->filters.full_tuples)
		return;
	*match = (struct igbr_match){
		.fields = IGBR_HAS(ETHERTYPE) | IGBR_HAS(PROTOCOL) | IGBR_HAS(DEST_PORT),
		.ethertype = flow->ethertype,
		.protocol = flow->protocol,
		.dest_port = flow->dest_port,
	};
}

/* Give a flow a filter; -EADDRINUSE: its port is not its own; else what the owner of them says. */
static int igbr_arfs_give(struct igbr_arfs *arfs, const struct igbr_arfs_pick *pick,
			  unsigned int slot)
{
	struct igbr_arfs_flow *flow, fresh = {
		.match = pick->ask.match,
		.rule.queue = pick->ask.queue,
		.flow_id = pick->ask.flow_id,
		.hash = pick->ask.hash,
		.from = pick->id / IGBR_ARFS_BUCKETS,
		.asks = pick->ask.asks,
	};
	int err;

	if (igbr_arfs_is_shared(arfs, &fresh.match))
		return -EADDRINUSE;
	igbr_arfs_narrow(arfs, &fresh.match, &fresh.rule.match);
	flow = kmemdup(&fresh, sizeof(fresh), GFP_KERNEL);
	if (!flow)
		return -ENOMEM;
	err = igbr_filter_insert_flow(arfs->adapter, &flow->rule);
	if (err) {
		kfree(flow);
		return err;
	}
	arfs->flows[slot] = flow;
	return 0;
}

static bool igbr_arfs_admit(struct igbr_arfs *arfs, const struct igbr_arfs_pick *pick)
{
	struct igbr_arfs_seen *seen = &arfs->seen[pick->id / IGBR_ARFS_BUCKETS]
						 [pick->id % IGBR_ARFS_BUCKETS];
	unsigned int slot;
	int err;

	for (slot = 0; slot < IGBR_TUPLES && arfs->flows[slot]; slot++)
		;
	err = slot < IGBR_TUPLES ? igbr_arfs_give(arfs, pick, slot) : -ENOSPC;
	arfs->counts.steered += !err;
	arfs->counts.refused_full += err == -ENOSPC;
	arfs->counts.refused_shared += err == -EADDRINUSE;
	arfs->counts.refused_rule += err == -EEXIST;
	if (err == -EADDRINUSE || err == -EEXIST)
		seen->pause = jiffies + IGBR_ARFS_PAUSE;
	return !err;
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

/*
 * How often a bucket's flow asked since the last pass, and whether it is busy. One that is silent
 * leaves its bucket to the next.
 */
static u32 igbr_arfs_watch(struct igbr_arfs_seen *seen, const struct igbr_arfs_ask *ask,
			   u16 *weight)
{
	u32 asks;

	if (seen->hash != ask->hash)
		*seen = (struct igbr_arfs_seen){ .hash = ask->hash };
	asks = ask->asks - seen->asks;
	seen->asks = ask->asks;
	seen->busy += asks;
	if (asks) {
		seen->silent = 0;
		WRITE_ONCE(seen->last, jiffies);
	} else if (seen->silent < IGBR_ARFS_SILENCE && ++seen->silent == IGBR_ARFS_SILENCE) {
		seen->busy = 0;
		WRITE_ONCE(*weight, 0);
	}
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

	if (!igbr_arfs_read(&arfs->tables[queue], bucket, &pick.ask))
		return 0;
	pick.asks = igbr_arfs_watch(seen, &pick.ask, &arfs->tables[queue].weights[bucket]);
	if (!pick.asks || !may_write || pick.ask.queue >= arfs->adapter->active_queues)
		return 0;
	flow = igbr_arfs_find(arfs, &pick.ask.match);
	if (flow)
		return igbr_arfs_move(arfs, flow, &pick.ask);
	if (seen->busy >= IGBR_ARFS_BUSY && time_after_eq(jiffies, seen->pause))
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
	/* Somebody asked in the moment in which the feature went off. */
	if (!(arfs->adapter->netdev->features & NETIF_F_NTUPLE))
		writes = IGBR_ARFS_WRITES;
	for (queue = 0; queue < arfs->adapter->active_queues; queue++)
		for (bucket = 0; bucket < IGBR_ARFS_BUCKETS; bucket++)
			writes += igbr_arfs_serve(arfs, queue, bucket, picks,
						  writes < IGBR_ARFS_WRITES);
	writes += igbr_arfs_part(arfs, IGBR_ARFS_WRITES - writes);
	if (writes < IGBR_ARFS_WRITES)
		writes += igbr_arfs_take_turns(arfs);
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
 * struct igbr_arfs_view - flows that have filters
 * @flows: copies: they may end at any moment
 * @count: how many
 */
struct igbr_arfs_view {
	struct igbr_arfs_flow flows[IGBR_TUPLES];
	unsigned int count;
};

static int igbr_arfs_note(const struct igbr_rule *rule, void *data)
{
	struct igbr_arfs_view *view = data;

	if (rule->location == IGBR_FLOW_LOCATION)
		view->flows[view->count++] = *container_of(rule, struct igbr_arfs_flow, rule);
	return 0;
}

/* A flow that asked is shown as such, though it has a filter, too. */
static void igbr_arfs_forget(struct igbr_arfs_view *view, const struct igbr_match *match)
{
	unsigned int i;

	for (i = 0; i < view->count; i++)
		if (!memcmp(&view->flows[i].match, match, sizeof(*match)))
			view->flows[i] = view->flows[--view->count];
}

static int igbr_arfs_each_asking(struct igbr_arfs *arfs, struct igbr_arfs_view *view,
				 int (*show)(const struct igbr_arfs_sight *sight, void *data),
				 void *data)
{
	unsigned int queue, bucket;
	struct igbr_arfs_ask ask;
	int err = 0;

	for (queue = 0; queue < IGBR_MAX_QUEUES && !err; queue++)
		for (bucket = 0; bucket < IGBR_ARFS_BUCKETS && !err; bucket++) {
			unsigned long last = READ_ONCE(arfs->seen[queue][bucket].last);

			if (!igbr_arfs_read(&arfs->tables[queue], bucket, &ask) || !ask.asks ||
			    time_after_eq(jiffies, last + IGBR_ARFS_VIEW))
				continue;
			igbr_arfs_forget(view, &ask.match);
			err = show(&(struct igbr_arfs_sight){
					   .match = &ask.match,
					   .from = queue,
					   .queue = ask.queue,
					   .asks = ask.asks,
					   .age = jiffies_to_msecs(jiffies - last),
				   }, data);
		}
	return err;
}

/**
 * igbr_arfs_each - look at the flows that the stack asked for of late, and those that have filters
 * @adapter: the port
 * @show: is given each; another value than 0 ends it
 * @data: for @show
 *
 * Context: process, rtnl.
 * Return: 0, -ENOMEM, or what @show returned.
 */
int igbr_arfs_each(struct igbr_adapter *adapter,
		   int (*show)(const struct igbr_arfs_sight *sight, void *data), void *data)
{
	struct igbr_arfs_view *view = kzalloc(sizeof(*view), GFP_KERNEL);
	const struct igbr_arfs_flow *flow;
	int err;

	if (!view)
		return -ENOMEM;
	igbr_filter_each(adapter, igbr_arfs_note, view);
	err = igbr_arfs_each_asking(adapter->arfs, view, show, data);
	for (flow = view->flows; flow < view->flows + view->count && !err; flow++)
		err = show(&(struct igbr_arfs_sight){
				   .match = &flow->match,
				   .from = flow->from,
				   .queue = flow->rule.queue,
				   .asks = flow->asks,
				   .age = jiffies_to_msecs(jiffies - flow->rule.since),
			   }, data);
	kfree(view);
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
		adapter->arfs->rmap = igbr_rmap_start(adapter);
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
	igbr_rmap_stop(adapter, adapter->arfs->rmap);
	adapter->arfs->rmap = NULL;
	/* Nobody wakes the task any more. */
	igbr_arfs_flush(adapter);
}
