// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which queue's interrupt is nearest to each CPU: the stack looks that up to find the queue of a
 * flow's reader.
 *
 * The kernel's own help, irq_cpu_rmap_add(), lets only the interrupt that moved into the map anew.
 * Where several were on one CPU, and all but one of them leave, it does not give the CPU back to
 * that one. So, here all of them are put in again.
 */
#include <linux/cpu_rmap.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/mutex.h>
#include <linux/slab.h>

#include "../igbr.h"
#include "rmap.h"

/**
 * struct igbr_rmap_queue - a queue's interrupt
 * @notify: lets the kernel tell where it goes
 * @rmap: the map
 * @cpus: where it is
 */
struct igbr_rmap_queue {
	struct irq_affinity_notify notify;
	struct igbr_rmap *rmap;
	struct cpumask cpus;
};

/**
 * struct igbr_rmap - the map
 * @lock: guards the rest
 * @map: what the stack looks at, while this changes it
 * @count: queues
 * @queues: by number
 */
struct igbr_rmap {
	struct mutex lock;	/* the rest */
	struct cpu_rmap *map;
	unsigned int count;
	struct igbr_rmap_queue queues[] __counted_by(count);
};

/* Context: the lock, or nobody else knows the map. */
static void igbr_rmap_update(struct igbr_rmap *rmap)
{
	unsigned int i;

	for (i = 0; i < rmap->count; i++)
		cpu_rmap_update(rmap->map, i, &rmap->queues[i].cpus);
}

/* Context: process */
static void igbr_rmap_notify(struct irq_affinity_notify *notify, const cpumask_t *cpus)
{
	struct igbr_rmap_queue *queue = container_of(notify, struct igbr_rmap_queue, notify);

	mutex_lock(&queue->rmap->lock);
	cpumask_copy(&queue->cpus, cpus);
	igbr_rmap_update(queue->rmap);
	mutex_unlock(&queue->rmap->lock);
}

/* igbr_rmap_stop() frees them all at once. */
static void igbr_rmap_release(struct kref *kref)
{
}

static void igbr_rmap_free(struct igbr_rmap *rmap)
{
	mutex_destroy(&rmap->lock);
	cpu_rmap_put(rmap->map);
	kvfree(rmap);
}

static int igbr_rmap_add(struct igbr_rmap *rmap, unsigned int queue, int irq)
{
	int err = cpu_rmap_add(rmap->map, &rmap->queues[queue]);

	if (err < 0)
		return err;
	rmap->queues[queue].rmap = rmap;
	rmap->queues[queue].notify.notify = igbr_rmap_notify;
	rmap->queues[queue].notify.release = igbr_rmap_release;
	/* One is told of changes only, not of what was before. */
	cpumask_copy(&rmap->queues[queue].cpus, irq_get_effective_affinity_mask(irq));
	return 0;
}

static struct igbr_rmap *igbr_rmap_alloc(struct igbr_adapter *adapter)
{
	unsigned int i, count = adapter->active_queues;
	struct igbr_rmap *rmap = kvzalloc(struct_size(rmap, queues, count), GFP_KERNEL);

	if (!rmap)
		return NULL;
	rmap->count = count;
	rmap->map = alloc_cpu_rmap(count, GFP_KERNEL);
	if (!rmap->map) {
		kvfree(rmap);
		return NULL;
	}
	mutex_init(&rmap->lock);
	for (i = 0; i < count; i++)
		if (igbr_rmap_add(rmap, i, adapter->vectors[i]->irq)) {
			igbr_rmap_free(rmap);
			return NULL;
		}
	igbr_rmap_update(rmap);
	return rmap;
}

/**
 * igbr_rmap_start - show the stack a map that follows changes of affinity
 * @adapter: the port, its vectors requested
 *
 * Context: process, rtnl.
 * Return: the map; NULL without memory: the stack has none.
 */
struct igbr_rmap *igbr_rmap_start(struct igbr_adapter *adapter)
{
	struct igbr_rmap *rmap = igbr_rmap_alloc(adapter);
	unsigned int i;

	if (!rmap)
		return NULL;
	for (i = 0; i < rmap->count; i++)
		irq_set_affinity_notifier(adapter->vectors[i]->irq, &rmap->queues[i].notify);
	adapter->netdev->rx_cpu_rmap = rmap->map;
	return rmap;
}

/**
 * igbr_rmap_stop - undo igbr_rmap_start()
 * @adapter: the port, its vectors still requested
 * @rmap: what igbr_rmap_start() returned
 *
 * Afterwards nobody asks for a flow any more.
 *
 * Context: process, rtnl.
 */
void igbr_rmap_stop(struct igbr_adapter *adapter, struct igbr_rmap *rmap)
{
	unsigned int i;

	if (!rmap)
		return;
	WRITE_ONCE(adapter->netdev->rx_cpu_rmap, NULL);
	/* Who sends a frame in once more may be asking even now. */
	synchronize_net();
	for (i = 0; i < rmap->count; i++)
		irq_set_affinity_notifier(adapter->vectors[i]->irq, NULL);
	igbr_rmap_free(rmap);
}
