// SPDX-License-Identifier: GPL-2.0-only
/*
 * devlink health: a reporter for each kind of fault. A report takes a dump of rings, vectors and
 * registers before anything is reset; then the port is reset, unless the user forbade that.
 */
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/devlink.h>

#include "../uapi/igbr.h"
#include "dump.h"
#include "health.h"
#include "igbr.h"

/* What a report hands to its dump: the queue, or -1 if it is not about one */
struct igbr_fault_context {
	int queue;
};

static void igbr_dump_rx_ring(struct igbr_adapter *adapter, struct devlink_fmsg *fmsg,
			      unsigned int q)
{
	struct igbr_rx_ring *ring = adapter->rx_rings[q];

	devlink_fmsg_obj_nest_start(fmsg);
	devlink_fmsg_u32_pair_put(fmsg, "queue", q);
	devlink_fmsg_u32_pair_put(fmsg, "count", ring->mem.count);
	devlink_fmsg_u32_pair_put(fmsg, "next_to_use", READ_ONCE(ring->next_to_use));
	devlink_fmsg_u32_pair_put(fmsg, "next_to_clean", READ_ONCE(ring->next_to_clean));
	devlink_fmsg_u32_pair_put(fmsg, "head", igbr_rd32(&adapter->hw, IGBR_RDH(q)));
	devlink_fmsg_u32_pair_put(fmsg, "tail", igbr_rd32(&adapter->hw, IGBR_RDT(q)));
	devlink_fmsg_u32_pair_put(fmsg, "control", igbr_rd32(&adapter->hw, IGBR_RXDCTL(q)));
	devlink_fmsg_bool_pair_put(fmsg, "starved", READ_ONCE(ring->starved));
	devlink_fmsg_obj_nest_end(fmsg);
}

static void igbr_dump_tx_ring(struct igbr_adapter *adapter, struct devlink_fmsg *fmsg,
			      unsigned int q)
{
	struct igbr_tx_ring *ring = adapter->tx_rings[q];

	devlink_fmsg_obj_nest_start(fmsg);
	devlink_fmsg_u32_pair_put(fmsg, "queue", q);
	devlink_fmsg_u32_pair_put(fmsg, "count", ring->mem.count);
	devlink_fmsg_u32_pair_put(fmsg, "next_to_use", READ_ONCE(ring->next_to_use));
	devlink_fmsg_u32_pair_put(fmsg, "next_to_clean", READ_ONCE(ring->next_to_clean));
	devlink_fmsg_u32_pair_put(fmsg, "written_back", le32_to_cpu(READ_ONCE(*ring->head)));
	devlink_fmsg_u32_pair_put(fmsg, "head", igbr_rd32(&adapter->hw, IGBR_TDH(q)));
	devlink_fmsg_u32_pair_put(fmsg, "tail", igbr_rd32(&adapter->hw, IGBR_TDT(q)));
	devlink_fmsg_u32_pair_put(fmsg, "control", igbr_rd32(&adapter->hw, IGBR_TXDCTL(q)));
	devlink_fmsg_bool_pair_put(fmsg, "stopped", netif_tx_queue_stopped(ring->txq));
	devlink_fmsg_obj_nest_end(fmsg);
}

static void igbr_dump_vector(struct igbr_adapter *adapter, struct devlink_fmsg *fmsg,
			     unsigned int q)
{
	struct igbr_vector *vector = adapter->vectors[q];

	devlink_fmsg_obj_nest_start(fmsg);
	devlink_fmsg_string_pair_put(fmsg, "name", vector->name);
	devlink_fmsg_u32_pair_put(fmsg, "irq", vector->irq);
	devlink_fmsg_bool_pair_put(fmsg, "napi_scheduled",
				   test_bit(NAPI_STATE_SCHED, &vector->napi.state));
	devlink_fmsg_obj_nest_end(fmsg);
}

static int igbr_dump_registers(struct igbr_adapter *adapter, struct devlink_fmsg *fmsg)
{
	unsigned int len = igbr_get_regs_len(adapter->netdev);
	struct ethtool_regs regs = { };
	void *data;

	data = kmalloc(len, GFP_KERNEL);
	if (!data)
		return -ENOMEM;
	igbr_get_regs(adapter->netdev, &regs, data);
	devlink_fmsg_u32_pair_put(fmsg, "registers_version", regs.version);
	devlink_fmsg_binary_pair_put(fmsg, "registers", data, len);
	kfree(data);
	return 0;
}

static int igbr_dump_port(struct igbr_adapter *adapter, struct devlink_fmsg *fmsg)
{
	unsigned int i;

	devlink_fmsg_u32_pair_put(fmsg, "queues", adapter->active_queues);
	devlink_fmsg_u32_pair_put(fmsg, "irq_mode", adapter->irq_mode);
	devlink_fmsg_bool_pair_put(fmsg, "gone", READ_ONCE(adapter->hw.gone));
	/* Registers of a device that is gone, or asleep, say nothing. */
	if (adapter->hw.gone || test_bit(IGBR_FLAG_OFFLINE, &adapter->flags))
		return 0;
	devlink_fmsg_arr_pair_nest_start(fmsg, "rx_rings");
	for (i = 0; i < adapter->active_queues; i++)
		igbr_dump_rx_ring(adapter, fmsg, i);
	devlink_fmsg_arr_pair_nest_end(fmsg);
	devlink_fmsg_arr_pair_nest_start(fmsg, "tx_rings");
	for (i = 0; i < adapter->active_queues; i++)
		igbr_dump_tx_ring(adapter, fmsg, i);
	devlink_fmsg_arr_pair_nest_end(fmsg);
	devlink_fmsg_arr_pair_nest_start(fmsg, "vectors");
	for (i = 0; i < adapter->active_queues; i++)
		igbr_dump_vector(adapter, fmsg, i);
	devlink_fmsg_arr_pair_nest_end(fmsg);
	return igbr_dump_registers(adapter, fmsg);
}

static int igbr_health_dump(struct devlink_health_reporter *reporter, struct devlink_fmsg *fmsg,
			    void *priv_ctx, struct netlink_ext_ack *extack)
{
	struct igbr_adapter *adapter = devlink_health_reporter_priv(reporter);
	struct igbr_fault_context *context = priv_ctx;
	int err;

	if (context && context->queue >= 0)
		devlink_fmsg_u32_pair_put(fmsg, "faulty_queue", context->queue);
	rtnl_lock();
	err = igbr_dump_port(adapter, fmsg);
	rtnl_unlock();
	return err;
}

static int igbr_health_recover(struct devlink_health_reporter *reporter, void *priv_ctx,
			       struct netlink_ext_ack *extack)
{
	struct igbr_adapter *adapter = devlink_health_reporter_priv(reporter);

	if (!igbr_reset_now(adapter))
		return 0;
	NL_SET_ERR_MSG_MOD(extack, "the device does not answer: rescan its slot");
	return -EIO;
}

static const struct devlink_health_reporter_ops igbr_reporters[IGBR_FAULTS] = {
	[IGBR_FAULT_TX] = {
		.name = "tx",
		.dump = igbr_health_dump,
		.recover = igbr_health_recover,
	},
	[IGBR_FAULT_RX] = {
		.name = "rx",
		.dump = igbr_health_dump,
		.recover = igbr_health_recover,
	},
	[IGBR_FAULT_DEVICE] = {
		.name = "device",
		.dump = igbr_health_dump,
		.recover = igbr_health_recover,
	},
};

static const char * const igbr_fault_names[IGBR_FAULTS] = {
	[IGBR_FAULT_TX] = "transmit hang",
	[IGBR_FAULT_RX] = "receive stall",
	[IGBR_FAULT_DEVICE] = "device error",
};

/**
 * igbr_health_report - report a fault; the port is reset, unless the user forbade it
 * @adapter: the port
 * @fault: its kind
 * @queue: queue that has it, or -1
 *
 * Context: process, without rtnl.
 */
void igbr_health_report(struct igbr_adapter *adapter, enum igbr_fault fault, int queue)
{
	struct igbr_fault_context context = { .queue = queue };
	char text[48];

	if (queue >= 0)
		snprintf(text, sizeof(text), "%s on queue %d", igbr_fault_names[fault], queue);
	else
		strscpy(text, igbr_fault_names[fault], sizeof(text));
	netdev_err(adapter->netdev, "%s\n", text);
	if (adapter->reporters[fault])
		devlink_health_report(adapter->reporters[fault], text, &context);
	else
		igbr_reset_now(adapter);
}

/**
 * igbr_health_register - make the reporters
 * @adapter: the port
 * @devlink: its devlink instance, locked
 *
 * One that cannot be made is done without: its faults are reset all the same.
 *
 * Context: process.
 */
void igbr_health_register(struct igbr_adapter *adapter, struct devlink *devlink)
{
	unsigned int i;

	for (i = 0; i < IGBR_FAULTS; i++) {
		const struct devlink_health_reporter_ops *ops = &igbr_reporters[i];
		struct devlink_health_reporter *reporter;

		reporter = devl_health_reporter_create(devlink, ops, adapter);
		if (IS_ERR(reporter)) {
			dev_warn(&adapter->pdev->dev, "no health reporter %s: %pe\n", ops->name,
				 reporter);
			reporter = NULL;
		}
		adapter->reporters[i] = reporter;
	}
}

/**
 * igbr_health_unregister - undo igbr_health_register()
 * @adapter: the port, its reset task off; its devlink instance is locked
 *
 * Context: process.
 */
void igbr_health_unregister(struct igbr_adapter *adapter)
{
	unsigned int i;

	for (i = 0; i < IGBR_FAULTS; i++)
		if (adapter->reporters[i])
			devl_health_reporter_destroy(adapter->reporters[i]);
}
