// SPDX-License-Identifier: GPL-2.0-only
/*
 * Recovery: a reset that traffic survives, for a stuck transmit queue and for a device that
 * tells what cannot be true.
 */
#include <linux/rtnetlink.h>

#include "igbr.h"

static void igbr_reset_task(struct work_struct *work)
{
	struct igbr_adapter *adapter = container_of(work, struct igbr_adapter, reset_work);

	rtnl_lock();
	if (adapter->active_queues && !adapter->hw.gone) {
		adapter->resets++;
		netdev_warn(adapter->netdev, "resetting\n");
		igbr_port_restart(adapter);
	}
	rtnl_unlock();
}

/**
 * igbr_recovery_init - prepare the reset task
 * @adapter: the port
 */
void igbr_recovery_init(struct igbr_adapter *adapter)
{
	INIT_WORK(&adapter->reset_work, igbr_reset_task);
}

/**
 * igbr_recovery_exit - wait for a reset that was asked for
 * @adapter: the port, closed for good
 *
 * Context: process, without rtnl.
 */
void igbr_recovery_exit(struct igbr_adapter *adapter)
{
	cancel_work_sync(&adapter->reset_work);
}

/**
 * igbr_request_reset - reset the port soon
 * @adapter: the port; nothing happens if it is not running
 *
 * Context: any.
 */
void igbr_request_reset(struct igbr_adapter *adapter)
{
	if (test_bit(IGBR_FLAG_RUNNING, &adapter->flags))
		schedule_work(&adapter->reset_work);
}

/**
 * igbr_tx_timeout - the stack found a transmit queue stuck
 * @netdev: network device
 * @queue: the queue
 *
 * Context: softirq.
 */
void igbr_tx_timeout(struct net_device *netdev, unsigned int queue)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);
	struct igbr_tx_ring *ring = adapter->tx_rings[queue];

	adapter->tx_timeouts++;
	netdev_err(netdev, "transmit queue %u is stuck: next to use %u, next to clean %u, device at %u\n",
		   queue, ring->next_to_use, ring->next_to_clean,
		   le32_to_cpu(READ_ONCE(*ring->head)));
	igbr_request_reset(adapter);
}
