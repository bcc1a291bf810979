// SPDX-License-Identifier: GPL-2.0-only
/*
 * Up and down: the one sequence that open, close, reset and every reconfiguration share.
 *
 * Rings are memory (a ring set) and state (the rings of the adapter). A reconfiguration makes
 * the memory that it needs before it stops the port: without memory it is refused, and the port
 * goes on as it was.
 *
 * Context of everything here: process, rtnl.
 */
#include <linux/bitfield.h>
#include <linux/rtnetlink.h>

#include "igbr.h"
#include "steering/arfs.h"
#include "steering/filter.h"
#include "steering/ntuple.h"
#include "steering/rss.h"

/**
 * struct igbr_ring_set - memory for the rings of a configuration
 * @queues: queue pairs
 * @rx: of the receive rings
 * @tx: of the transmit rings
 */
struct igbr_ring_set {
	unsigned int queues;
	struct igbr_rx_mem rx[IGBR_MAX_QUEUES];
	struct igbr_tx_mem tx[IGBR_MAX_QUEUES];
};

static void igbr_ring_set_free(struct igbr_adapter *adapter, struct igbr_ring_set *set)
{
	unsigned int i;

	for (i = 0; i < set->queues; i++) {
		igbr_rx_mem_free(adapter, &set->rx[i]);
		igbr_tx_mem_free(adapter, &set->tx[i]);
	}
	kfree(set);
}

static struct igbr_ring_set *igbr_ring_set_alloc(struct igbr_adapter *adapter,
						 const struct igbr_config *config)
{
	struct igbr_ring_set *set = kzalloc(sizeof(*set), GFP_KERNEL);
	unsigned int i;
	int err;

	if (!set)
		return NULL;
	set->queues = config->queues;
	for (i = 0; i < set->queues; i++) {
		err = igbr_rx_mem_alloc(adapter, i, config, &set->rx[i]);
		if (!err)
			err = igbr_tx_mem_alloc(adapter, config->tx_count, &set->tx[i]);
		if (err) {
			netdev_err(adapter->netdev, "no memory for %u queue pairs with rings of %u and %u descriptors\n",
				   config->queues, config->rx_count, config->tx_count);
			igbr_ring_set_free(adapter, set);
			return NULL;
		}
	}
	return set;
}

/*
 * Put the memory of @set into the rings; what they had goes into @set and is freed. The port is
 * stopped and has the vectors of the set's queues.
 */
static void igbr_ring_set_install(struct igbr_adapter *adapter, struct igbr_ring_set *set)
{
	unsigned int queues = set->queues, i;

	for (i = 0; i < IGBR_MAX_QUEUES; i++) {
		swap(adapter->rx_rings[i]->mem, set->rx[i]);
		swap(adapter->tx_rings[i]->mem, set->tx[i]);
	}
	set->queues = IGBR_MAX_QUEUES;
	igbr_ring_set_free(adapter, set);
	for (i = 0; i < queues; i++)
		igbr_rx_attach(adapter->rx_rings[i]);
	adapter->active_queues = queues;
}

/* By default, each CPU sends on the queue whose interrupt is on it or on its neighbour. */
static void igbr_set_xps(struct igbr_adapter *adapter, unsigned int queues)
{
	int node = dev_to_node(&adapter->pdev->dev);
	cpumask_var_t mask;
	unsigned int i, n;

	if (!zalloc_cpumask_var(&mask, GFP_KERNEL))
		return;
	for (i = 0; i < queues; i++) {
		cpumask_clear(mask);
		for (n = i; n < num_online_cpus() || n == i; n += queues)
			cpumask_set_cpu(cpumask_local_spread(n, node), mask);
		netif_set_xps_queue(adapter->netdev, mask, i);
	}
	free_cpumask_var(mask);
}

/**
 * igbr_port_set_queues - tell the stack how many queue pairs there are
 * @adapter: the port, not started
 * @queues: queue pairs
 *
 * Return: 0 or a negative error: then nothing changed.
 */
int igbr_port_set_queues(struct igbr_adapter *adapter, unsigned int queues)
{
	unsigned int old = adapter->netdev->real_num_tx_queues;
	int err;

	err = netif_set_real_num_queues(adapter->netdev, queues, queues);
	if (err)
		return err;
	igbr_rss_set_queues(adapter, queues);
	igbr_ntuple_set_queues(adapter, queues);
	igbr_filter_evict_queues(adapter, queues);
	if (queues != old || adapter->netdev->reg_state == NETREG_UNINITIALIZED)
		igbr_set_xps(adapter, queues);
	return 0;
}

/**
 * igbr_port_set_features - bring receive features into force
 * @adapter: the port, open or not
 * @features: NETIF_F_* bits
 */
void igbr_port_set_features(struct igbr_adapter *adapter, netdev_features_t features)
{
	u32 rxcsum = IGBR_RXCSUM_PCSD;
	unsigned int i;

	for (i = 0; i < adapter->active_queues; i++)
		igbr_rx_set_features(adapter->rx_rings[i], features);
	if (features & NETIF_F_RXCSUM)
		rxcsum |= IGBR_RXCSUM_IPOFLD | IGBR_RXCSUM_TUOFLD | IGBR_RXCSUM_CRCOFL;
	if (!adapter->active_queues)
		return;
	igbr_wr32(&adapter->hw, IGBR_RXCSUM, rxcsum);
	igbr_mac_update_ctrl(&adapter->hw, IGBR_CTRL_VME,
			     features & NETIF_F_HW_VLAN_CTAG_RX ? IGBR_CTRL_VME : 0);
}

static void igbr_start_rings(struct igbr_adapter *adapter)
{
	struct igbr_hw *hw = &adapter->hw;
	unsigned int i;

	igbr_port_set_features(adapter, adapter->netdev->features);
	igbr_wr32(hw, IGBR_RLPML, igbr_mru(&adapter->config) + IGBR_FRAME_OVERHEAD);
	for (i = 0; i < adapter->active_queues; i++) {
		igbr_tx_start(adapter, adapter->tx_rings[i]);
		igbr_rx_start(adapter, adapter->rx_rings[i]);
	}
	igbr_wr32(hw, IGBR_TCTL, IGBR_TCTL_EN | IGBR_TCTL_PSP | IGBR_TCTL_RTLC |
		  FIELD_PREP(IGBR_TCTL_CT, 15) | FIELD_PREP(IGBR_TCTL_COLD, 64));
}

/* Program a MAC that was reset, and let traffic flow. */
static void igbr_port_start(struct igbr_adapter *adapter)
{
	struct igbr_hw *hw = &adapter->hw;
	unsigned int i;

	igbr_rss_configure(adapter);
	igbr_filter_start(adapter);
	igbr_start_rings(adapter);
	/* Only now: a device that could not be reset may have had other rings in mind. */
	pci_set_master(adapter->pdev);
	igbr_irq_configure(adapter);
	igbr_mac_init_flow_control(hw, igbr_mru(&adapter->config) + IGBR_FRAME_OVERHEAD);

	igbr_address_start(adapter);
	igbr_arfs_start(adapter);
	set_bit(IGBR_FLAG_RUNNING, &adapter->flags);
	for (i = 0; i < adapter->active_queues; i++)
		napi_enable(&adapter->vectors[i]->napi);
	igbr_irq_enable(adapter);
	/* The link lets the stack send. */
	igbr_link_start(adapter);
}

/* Stop traffic, DMA and interrupts; afterwards the MAC is in reset state. */
static void igbr_port_stop(struct igbr_adapter *adapter)
{
	unsigned int i;

	clear_bit(IGBR_FLAG_RUNNING, &adapter->flags);
	igbr_link_stop(adapter);
	/* NAPI first: it wakes transmit queues. */
	for (i = 0; i < adapter->active_queues; i++)
		napi_disable(&adapter->vectors[i]->napi);
	netif_tx_disable(adapter->netdev);
	for (i = 0; i < adapter->active_queues; i++)
		igbr_moderation_stop(adapter->vectors[i]);
	igbr_irq_disable(adapter);
	igbr_arfs_stop(adapter);
	igbr_filter_stop(adapter);

	igbr_stats_update(adapter);
	/* A device that cannot be reset must not reach memory that is not its own any more. */
	if (igbr_stats_reset_mac(adapter))
		pci_clear_master(adapter->pdev);
	for (i = 0; i < adapter->active_queues; i++) {
		igbr_tx_stop(adapter->tx_rings[i]);
		igbr_rx_stop(adapter->rx_rings[i]);
	}
}

/**
 * igbr_port_open - bring the port up
 * @adapter: the port
 *
 * Return: 0 or a negative error.
 */
int igbr_port_open(struct igbr_adapter *adapter)
{
	unsigned int queues = adapter->config.queues;
	struct igbr_ring_set *set;
	int err;

	if (adapter->hw.gone || test_bit(IGBR_FLAG_OFFLINE, &adapter->flags)) {
		netdev_err(adapter->netdev, "the device does not answer: rescan its slot\n");
		return -ENODEV;
	}
	set = igbr_ring_set_alloc(adapter, &adapter->config);
	if (!set)
		return -ENOMEM;
	err = igbr_port_set_queues(adapter, queues);
	if (err)
		goto err_set;
	err = igbr_request_irq(adapter);
	if (err)
		goto err_set;
	err = igbr_request_vectors(adapter, 0, queues);
	if (err)
		goto err_irq;

	igbr_ring_set_install(adapter, set);
	igbr_port_start(adapter);
	return 0;

err_irq:
	igbr_free_irq(adapter);
err_set:
	igbr_ring_set_free(adapter, set);
	return err;
}

/**
 * igbr_port_close - bring the port down and give its memory and interrupts back
 * @adapter: the port, open
 */
void igbr_port_close(struct igbr_adapter *adapter)
{
	unsigned int i;

	igbr_port_stop(adapter);
	for (i = 0; i < adapter->active_queues; i++) {
		igbr_rx_mem_free(adapter, &adapter->rx_rings[i]->mem);
		igbr_tx_mem_free(adapter, &adapter->tx_rings[i]->mem);
	}
	igbr_free_vectors(adapter, 0, adapter->active_queues);
	igbr_free_irq(adapter);
	/* Nobody writes address filters any more: that needs no rtnl. */
	netif_addr_lock_bh(adapter->netdev);
	adapter->active_queues = 0;
	netif_addr_unlock_bh(adapter->netdev);
}

/**
 * igbr_port_restart - reset an open port, keeping everything that was set
 * @adapter: the port; nothing happens if it is closed
 */
void igbr_port_restart(struct igbr_adapter *adapter)
{
	if (!adapter->active_queues)
		return;
	igbr_port_stop(adapter);
	igbr_port_start(adapter);
}

/* Change the number of queue pairs of a stopped port. */
static int igbr_resize(struct igbr_adapter *adapter, unsigned int queues)
{
	unsigned int old = adapter->active_queues;
	int err;

	if (queues < old) {
		igbr_free_vectors(adapter, queues, old);
		/* The stack cannot refuse to have fewer. */
		WARN_ON(igbr_port_set_queues(adapter, queues));
		return 0;
	}
	if (queues == old)
		return 0;
	err = igbr_port_set_queues(adapter, queues);
	if (err)
		return err;
	err = igbr_request_vectors(adapter, old, queues);
	if (err)
		igbr_port_set_queues(adapter, old);
	return err;
}

/**
 * igbr_port_reconfigure - change rings, queues or MTU
 * @adapter: the port, open or not
 * @config: the new configuration, valid
 *
 * Return: 0, or a negative error: then the old configuration is still in force.
 */
int igbr_port_reconfigure(struct igbr_adapter *adapter, const struct igbr_config *config)
{
	struct igbr_ring_set *set;
	int err;

	if (!adapter->active_queues) {
		err = igbr_port_set_queues(adapter, config->queues);
		if (!err)
			adapter->config = *config;
		return err;
	}
	set = igbr_ring_set_alloc(adapter, config);
	if (!set)
		return -ENOMEM;

	igbr_port_stop(adapter);
	err = igbr_resize(adapter, config->queues);
	if (err) {
		igbr_ring_set_free(adapter, set);
	} else {
		igbr_ring_set_install(adapter, set);
		adapter->config = *config;
	}
	igbr_port_start(adapter);
	return err;
}
