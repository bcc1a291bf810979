// SPDX-License-Identifier: GPL-2.0-only
/*
 * Link state, and the service task that looks after it and after the rings' health.
 */
#include <linux/ethtool.h>
#include <linux/mii.h>
#include <linux/rtnetlink.h>

#include "igbr.h"
#include "power.h"

/* The link interrupt does the work; this catches one that was lost, and starved rings. */
#define IGBR_SERVICE_PERIOD	(2 * HZ)
#define IGBR_RINGS_PERIOD	HZ
/* Negotiation takes up to three seconds. */
#define IGBR_LINK_PERIOD	(5 * HZ)
/* The MAC's counters of 32 bits wrap after 48 minutes at the earliest. */
#define IGBR_STATS_PERIOD	(20 * 60 * HZ)

static const char *igbr_pause_name(const struct igbr_link *link)
{
	if (link->rx_pause)
		return link->tx_pause ? "rx/tx" : "rx";
	return link->tx_pause ? "tx" : "off";
}

/* Pause frames go the ways that were asked for and, if that is negotiated, agreed on. */
static void igbr_resolve_pause(struct igbr_adapter *adapter, struct igbr_link *link)
{
	const struct igbr_link_config *config = &adapter->link_config;

	link->rx_pause = config->rx_pause && link->full_duplex && !config->loopback;
	link->tx_pause = config->tx_pause && link->full_duplex && !config->loopback;
	if (!config->pause_autoneg || !config->autoneg || config->loopback)
		return;
	if (igbr_phy_resolve_pause(&adapter->hw, link))
		netdev_warn(adapter->netdev, "PHY does not answer: no flow control\n");
	link->rx_pause &= config->rx_pause;
	link->tx_pause &= config->tx_pause;
}

static void igbr_link_up(struct igbr_adapter *adapter, struct igbr_link *link)
{
	struct igbr_hw *hw = &adapter->hw;
	unsigned int i;

	igbr_resolve_pause(adapter, link);
	igbr_mac_set_pause(hw, link->rx_pause, link->tx_pause);
	/* With pause frames the partner waits; else one full queue must not block the others. */
	for (i = 0; i < adapter->active_queues; i++)
		igbr_rx_set_drop(hw, adapter->rx_rings[i],
				 !link->tx_pause && adapter->active_queues > 1);
	if (netif_msg_link(adapter))
		netdev_info(adapter->netdev, "link up: %u Mbps, %s duplex, flow control %s\n",
			    link->speed, link->full_duplex ? "full" : "half",
			    igbr_pause_name(link));
	netif_carrier_on(adapter->netdev);
	/* What waits goes out now: nothing else might ever run its queue again. */
	netif_tx_wake_all_queues(adapter->netdev);
}

/* The stack sends nothing until the link is up. */
static void igbr_link_hold(struct igbr_adapter *adapter)
{
	netif_carrier_off(adapter->netdev);
	netif_tx_disable(adapter->netdev);
}

static void igbr_link_down(struct igbr_adapter *adapter)
{
	igbr_link_hold(adapter);
	if (netif_msg_link(adapter))
		netdev_info(adapter->netdev, "link down\n");
}

/* Without a link the MAC does not send what it has: give it back, or its owners wait for ever. */
static void igbr_check_pending(struct igbr_adapter *adapter)
{
	unsigned int i;

	for (i = 0; i < adapter->active_queues; i++)
		if (igbr_tx_is_pending(adapter->tx_rings[i])) {
			igbr_request_reset(adapter);
			return;
		}
}

/* A link is a use of the device. */
static void igbr_set_link(struct igbr_adapter *adapter, const struct igbr_link *link)
{
	bool was_up = adapter->link.up;

	adapter->link = *link;
	if (link->up != was_up)
		igbr_power_link(adapter, link->up);
}

static void igbr_check_link(struct igbr_adapter *adapter)
{
	struct igbr_link link;

	igbr_mac_read_link(&adapter->hw, &link);
	/* What comes back needs no partner. */
	if (adapter->link_config.loopback && !adapter->hw.gone)
		link = (struct igbr_link){ .up = true, .full_duplex = true, .speed = SPEED_1000 };
	if (link.up == adapter->link.up && link.speed == adapter->link.speed &&
	    link.full_duplex == adapter->link.full_duplex)
		return;
	if (adapter->link.up)
		igbr_link_down(adapter);
	if (link.up)
		igbr_link_up(adapter, &link);
	igbr_set_link(adapter, &link);
}

/*
 * Poll rings that wait for something that will not come: an interrupt that was lost, which leaves
 * its vector masked until a poll arms it, or, without a buffer at the device, any interrupt.
 */
static void igbr_check_rings(struct igbr_adapter *adapter)
{
	unsigned int i;

	for (i = 0; i < adapter->active_queues; i++) {
		unsigned int head = igbr_rd32(&adapter->hw, IGBR_RDH(i));
		enum igbr_rx_health rx;

		if (adapter->hw.gone)
			return;
		rx = igbr_rx_health(adapter->rx_rings[i], head);
		if (rx == IGBR_RX_STUCK) {
			igbr_report_fault(adapter, IGBR_FAULT_RX, i);
			return;
		}
		if (rx == IGBR_RX_POLL || igbr_tx_is_done(adapter->tx_rings[i])) {
			struct igbr_vector *vector = adapter->vectors[i];

			/* With softirqs off, so that the poll runs as soon as they are on. */
			local_bh_disable();
			WRITE_ONCE(vector->masked, true);
			napi_schedule(&vector->napi);
			local_bh_enable();
		}
	}
}

static void igbr_service_task(struct work_struct *work)
{
	struct igbr_adapter *adapter = container_of(to_delayed_work(work), struct igbr_adapter,
						    service_work);

	if (!test_bit(IGBR_FLAG_RUNNING, &adapter->flags))
		return;
	igbr_check_link(adapter);
	if (adapter->hw.gone)
		return;
	if (!adapter->link.up)
		igbr_check_pending(adapter);
	/* The link's interrupt comes here, too, but a ring needs time to move. */
	if (time_after_eq(jiffies, adapter->rings_due)) {
		adapter->rings_due = jiffies + IGBR_RINGS_PERIOD;
		igbr_check_rings(adapter);
	}
	if (time_after_eq(jiffies, adapter->stats_due)) {
		adapter->stats_due = jiffies + IGBR_STATS_PERIOD;
		igbr_stats_update(adapter);
	}
	/* Masked for good if its message was lost */
	igbr_irq_arm_other(adapter);
	schedule_delayed_work(&adapter->service_work, round_jiffies_relative(IGBR_SERVICE_PERIOD));
}

/**
 * igbr_link_init - prepare the service task; everything that the PHY can do is advertised
 * @adapter: the port
 */
void igbr_link_init(struct igbr_adapter *adapter)
{
	adapter->link_config = (struct igbr_link_config){
		.advertise = ADVERTISE_10HALF | ADVERTISE_10FULL | ADVERTISE_100HALF |
			     ADVERTISE_100FULL,
		.advertise_1000 = true,
		.autoneg = true,
		.pause_autoneg = true,
		.rx_pause = true,
		.tx_pause = true,
		.mdix = ETH_TP_MDI_AUTO,
	};
	adapter->rings_due = jiffies;
	adapter->stats_due = jiffies + IGBR_STATS_PERIOD;
	INIT_DELAYED_WORK(&adapter->service_work, igbr_service_task);
	disable_delayed_work(&adapter->service_work);
}

/* Tell the PHY what the user asked for. */
static int igbr_start_phy(struct igbr_adapter *adapter, bool restart)
{
	const struct igbr_link_config *config = &adapter->link_config;
	struct igbr_phy_config phy = {
		.advertise = config->advertise,
		.ctrl1000 = config->advertise_1000 ? ADVERTISE_1000FULL : 0,
		.mdix = config->mdix,
		.bmcr = BMCR_ANENABLE,
	};

	/* Who obeys pause frames can offer both: what is not wanted is left out at the end. */
	if (config->rx_pause)
		phy.advertise |= ADVERTISE_PAUSE_CAP | ADVERTISE_PAUSE_ASYM;
	else if (config->tx_pause)
		phy.advertise |= ADVERTISE_PAUSE_ASYM;
	if (config->loopback)
		phy.bmcr = BMCR_LOOPBACK | BMCR_SPEED1000 | BMCR_FULLDPLX;
	else if (!config->autoneg)
		phy.bmcr = (config->speed == SPEED_100 ? BMCR_SPEED100 : 0) |
			   (config->full_duplex ? BMCR_FULLDPLX : 0);
	igbr_mac_set_link_up(&adapter->hw, config->loopback);
	return igbr_phy_start(&adapter->hw, &phy, restart);
}

/* Undo what igbr_link_stop() did to the service task, and run it now. */
static void igbr_link_watch(struct igbr_adapter *adapter)
{
	enable_delayed_work(&adapter->service_work);
	mod_delayed_work(system_percpu_wq, &adapter->service_work, 0);
}

/**
 * igbr_link_start - bring the link up and watch it
 * @adapter: the port, running
 *
 * Context: process, rtnl.
 */
void igbr_link_start(struct igbr_adapter *adapter)
{
	if (igbr_start_phy(adapter, false))
		netdev_err(adapter->netdev, "PHY does not answer: no link\n");
	adapter->link_due = jiffies + IGBR_LINK_PERIOD;
	igbr_link_watch(adapter);
}

/**
 * igbr_link_stop - stop watching the link, and report it as down
 * @adapter: the port, not running any more
 *
 * Context: process, rtnl.
 */
void igbr_link_stop(struct igbr_adapter *adapter)
{
	disable_delayed_work_sync(&adapter->service_work);
	igbr_link_hold(adapter);
	igbr_set_link(adapter, &(struct igbr_link){ });
}

/**
 * igbr_link_attach - let the stack find the port present again
 * @adapter: the port, open or not
 *
 * That wakes the transmit queues of an open port, though its link may not be there yet.
 *
 * Context: process, rtnl.
 */
void igbr_link_attach(struct igbr_adapter *adapter)
{
	bool open = adapter->active_queues;

	if (open)
		disable_delayed_work_sync(&adapter->service_work);
	netif_device_attach(adapter->netdev);
	if (!open)
		return;
	if (!adapter->link.up)
		netif_tx_disable(adapter->netdev);
	igbr_link_watch(adapter);
}

/**
 * igbr_link_changed - the device says that the link changed
 * @adapter: the port
 *
 * Context: hard interrupt.
 */
void igbr_link_changed(struct igbr_adapter *adapter)
{
	if (test_bit(IGBR_FLAG_RUNNING, &adapter->flags))
		mod_delayed_work(system_percpu_wq, &adapter->service_work, 0);
}

/**
 * igbr_link_apply - bring another link into force
 * @adapter: the port, open or not
 * @config: the link that the user asked for, valid
 *
 * Context: process, rtnl.
 * Return: 0 or a negative error of the PHY: then the old link is asked for again.
 */
int igbr_link_apply(struct igbr_adapter *adapter, const struct igbr_link_config *config)
{
	struct igbr_link_config old = adapter->link_config;
	int err;

	if (!adapter->active_queues) {
		adapter->link_config = *config;
		return 0;
	}
	igbr_link_stop(adapter);
	adapter->link_config = *config;
	err = igbr_start_phy(adapter, true);
	if (err) {
		adapter->link_config = old;
		igbr_start_phy(adapter, true);
	}
	igbr_link_watch(adapter);
	return err;
}
