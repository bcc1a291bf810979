// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suspend, resume, shutdown and wake on LAN; runtime power management, by which a port without
 * link sleeps if power/control says auto. A link is a use of the device.
 *
 * An open port that sleeps is closed, though the stack need not know: it is up, without a carrier.
 * All that would touch the device finds no queue active, as with a port that is down. Waking makes
 * no more than the device ready, for it may happen with rtnl or without; who has rtnl, be it
 * ethtool or the wake task, then opens the port again.
 */
#include <linux/pm_runtime.h>
#include <linux/reboot.h>
#include <linux/rtnetlink.h>

#include "igbr.h"
#include "power.h"

/* How long a port waits for a link, or a closed one for somebody who wants to look at it */
#define IGBR_AUTOSUSPEND_MS	5000
/* How long one sleeps that a link cannot wake, or that had no memory to be opened with */
#define IGBR_NAP_MS		10000
/* And one that it can: the link may come just as the device falls asleep. */
#define IGBR_SLEEP_MS		60000

#define IGBR_WAKE_ALL	(WAKE_PHY | WAKE_UCAST | WAKE_MCAST | WAKE_BCAST | WAKE_MAGIC)

/**
 * igbr_wol_init - wake by what the NVM says
 * @adapter: the port, its NVM read; nobody knows it yet
 *
 * Context: process, at probe.
 */
void igbr_wol_init(struct igbr_adapter *adapter)
{
	adapter->wol = adapter->hw.wakes ? WAKE_MAGIC : 0;
	device_set_wakeup_enable(&adapter->pdev->dev, adapter->wol);
}

static void igbr_wake_task(struct work_struct *work)
{
	struct igbr_adapter *adapter = container_of(to_delayed_work(work), struct igbr_adapter,
						    wake_work);
	int err;

	if (igbr_power_get(adapter))
		return;
	rtnl_lock();
	err = igbr_power_open(adapter);
	rtnl_unlock();
	igbr_power_put(adapter);
	if (err && err != -ENODEV)
		schedule_delayed_work(&adapter->wake_work, msecs_to_jiffies(IGBR_NAP_MS));
}

/**
 * igbr_power_init - from now on a port without link may sleep
 * @adapter: the port
 *
 * Context: process, at the end of probe.
 */
void igbr_power_init(struct igbr_adapter *adapter)
{
	struct device *dev = &adapter->pdev->dev;

	INIT_DELAYED_WORK(&adapter->wake_work, igbr_wake_task);
	/* A sleeper is woken for a suspend, or nobody would tell it what to listen for. */
	dev_pm_set_driver_flags(dev, DPM_FLAG_NO_DIRECT_COMPLETE);
	pm_runtime_set_autosuspend_delay(dev, IGBR_AUTOSUSPEND_MS);
	pm_runtime_use_autosuspend(dev);
	/* The PCI core has a use of it for probe. */
	igbr_power_put(adapter);
}

/**
 * igbr_power_exit - undo igbr_power_init()
 * @adapter: the port
 *
 * Context: process, without rtnl; the PCI core has tried to wake the device.
 */
void igbr_power_exit(struct igbr_adapter *adapter)
{
	disable_delayed_work_sync(&adapter->wake_work);
	pm_runtime_get_noresume(&adapter->pdev->dev);
	pm_runtime_dont_use_autosuspend(&adapter->pdev->dev);
}

/**
 * igbr_power_get - wake the device and keep it awake
 * @adapter: the port
 *
 * Context: process, sleeps.
 * Return: 0 or a negative error: then it is not kept awake.
 */
int igbr_power_get(struct igbr_adapter *adapter)
{
	return pm_runtime_resume_and_get(&adapter->pdev->dev);
}

/**
 * igbr_power_put - undo igbr_power_get()
 * @adapter: the port
 *
 * Context: any.
 */
void igbr_power_put(struct igbr_adapter *adapter)
{
	pm_runtime_mark_last_busy(&adapter->pdev->dev);
	pm_runtime_put_autosuspend(&adapter->pdev->dev);
}

/**
 * igbr_power_open - open the port again that was closed to sleep
 * @adapter: the port, awake; nothing happens if it did not sleep
 *
 * Context: process, rtnl.
 * Return: 0 or a negative error: then it stays closed. -ENODEV: the device did not wake up.
 */
int igbr_power_open(struct igbr_adapter *adapter)
{
	if (adapter->active_queues || adapter->hw.gone || !netif_running(adapter->netdev) ||
	    !netif_device_present(adapter->netdev))
		return 0;
	if (test_bit(IGBR_FLAG_OFFLINE, &adapter->flags))
		return -ENODEV;
	return igbr_port_open(adapter);
}

/**
 * igbr_power_link - a link is a use of the device
 * @adapter: the port, open
 * @up: there is one now; or it is gone
 *
 * Context: process.
 */
void igbr_power_link(struct igbr_adapter *adapter, bool up)
{
	if (up)
		pm_runtime_get_noresume(&adapter->pdev->dev);
	else
		igbr_power_put(adapter);
}

/**
 * igbr_get_wol - what wakes the machine
 * @netdev: network device
 * @wol: filled
 *
 * Context: process, rtnl.
 */
void igbr_get_wol(struct net_device *netdev, struct ethtool_wolinfo *wol)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);

	wol->supported = adapter->hw.wakes ? IGBR_WAKE_ALL : 0;
	wol->wolopts = adapter->wol;
}

/**
 * igbr_set_wol - ethtool -s wol
 * @netdev: network device
 * @wol: WAKE_* bits; the core has checked that they are supported
 *
 * Context: process, rtnl.
 * Return: 0, or -EOPNOTSUPP.
 */
int igbr_set_wol(struct net_device *netdev, struct ethtool_wolinfo *wol)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);

	if (wol->wolopts & ~(adapter->hw.wakes ? IGBR_WAKE_ALL : 0))
		return -EOPNOTSUPP;
	adapter->wol = wol->wolopts;
	device_set_wakeup_enable(&adapter->pdev->dev, adapter->wol);
	return 0;
}

/* Let the closed port listen for what is to wake the machine. */
static void igbr_arm_wakeup(struct igbr_adapter *adapter)
{
	u32 filters = 0;

	if (adapter->wol & WAKE_PHY)
		filters |= IGBR_WUFC_LNKC;
	if (adapter->wol & WAKE_MAGIC)
		filters |= IGBR_WUFC_MAG;
	if (adapter->wol & WAKE_UCAST)
		filters |= IGBR_WUFC_EX;
	if (adapter->wol & WAKE_MCAST)
		filters |= IGBR_WUFC_MC;
	if (adapter->wol & WAKE_BCAST)
		filters |= IGBR_WUFC_BC;
	igbr_mac_arm_wakeup(&adapter->hw, filters, adapter->netdev->dev_addr);
}

static int igbr_suspend(struct device *dev)
{
	struct igbr_adapter *adapter = dev_get_drvdata(dev);

	igbr_detach(adapter);
	if (adapter->hw.gone)
		return 0;
	igbr_mac_set_driver_loaded(&adapter->hw, false);
	igbr_arm_wakeup(adapter);
	return 0;
}

static int igbr_resume(struct device *dev)
{
	struct igbr_adapter *adapter = dev_get_drvdata(dev);

	if (!adapter->hw.gone)
		igbr_mac_arm_wakeup(&adapter->hw, 0, adapter->netdev->dev_addr);
	return igbr_attach(adapter);
}

static void igbr_wake_in(struct igbr_adapter *adapter, unsigned int msecs)
{
	mod_delayed_work(system_percpu_wq, &adapter->wake_work, msecs_to_jiffies(msecs));
}

/* Close an open port, which the next link shall wake; -EBUSY: there is one, or may be soon. */
static int igbr_doze(struct igbr_adapter *adapter)
{
	bool wakes = pci_pme_capable(adapter->pdev, PCI_D3hot);
	struct igbr_hw *hw = &adapter->hw;
	struct igbr_link link;

	igbr_mac_read_link(hw, &link);
	/* The service task may be about to find it. */
	if (adapter->link.up || link.up ||
	    (adapter->active_queues && time_before(jiffies, adapter->link_due)))
		return -EBUSY;
	if (adapter->active_queues)
		igbr_port_close(adapter);
	if (hw->gone)
		return 0;
	igbr_mac_arm_wakeup(hw, IGBR_WUFC_LNKC, adapter->netdev->dev_addr);
	igbr_mac_read_link(hw, &link);
	if (link.up) {
		igbr_mac_arm_wakeup(hw, 0, adapter->netdev->dev_addr);
		igbr_stats_reset_mac(adapter);
		igbr_wake_in(adapter, 0);
		return -EBUSY;
	}
	igbr_wake_in(adapter, wakes ? IGBR_SLEEP_MS : IGBR_NAP_MS);
	return 0;
}

static int igbr_runtime_suspend(struct device *dev)
{
	struct igbr_adapter *adapter = dev_get_drvdata(dev);
	int err = -EBUSY;

	/* Who has rtnl may wait for this. */
	if (rtnl_trylock()) {
		bool open = netif_running(adapter->netdev) &&
			    netif_device_present(adapter->netdev) &&
			    !test_bit(IGBR_FLAG_OFFLINE, &adapter->flags);

		err = open ? igbr_doze(adapter) : 0;
		if (!err)
			igbr_stats_set_offline(adapter, true);
		rtnl_unlock();
	}
	/* The task's use of the device ends with another try. */
	if (err)
		schedule_delayed_work(&adapter->wake_work, msecs_to_jiffies(IGBR_AUTOSUSPEND_MS));
	return err;
}

/*
 * With or without rtnl. The port is closed: all that it needs is a device in reset state. Without
 * that it stays offline, and cannot be opened before its slot was reset; an error here would be
 * for ever.
 */
static int igbr_runtime_resume(struct device *dev)
{
	struct igbr_adapter *adapter = dev_get_drvdata(dev);

	if (igbr_mac_reset(&adapter->hw))
		return 0;
	igbr_mac_arm_wakeup(&adapter->hw, 0, adapter->netdev->dev_addr);
	igbr_mac_set_driver_loaded(&adapter->hw, true);
	igbr_stats_set_offline(adapter, false);
	if (netif_running(adapter->netdev))
		igbr_wake_in(adapter, 0);
	return 0;
}

const struct dev_pm_ops igbr_pm_ops = {
	SYSTEM_SLEEP_PM_OPS(igbr_suspend, igbr_resume)
	RUNTIME_PM_OPS(igbr_runtime_suspend, igbr_runtime_resume, NULL)
};

/**
 * igbr_shutdown - the machine goes down or starts another kernel
 * @pdev: the PCI function
 *
 * Context: process.
 */
void igbr_shutdown(struct pci_dev *pdev)
{
	struct igbr_adapter *adapter = pci_get_drvdata(pdev);

	igbr_detach(adapter);
	if (adapter->hw.gone)
		return;
	igbr_mac_set_driver_loaded(&adapter->hw, false);
	if (system_state != SYSTEM_POWER_OFF) {
		pci_disable_device(pdev);
		return;
	}
	igbr_arm_wakeup(adapter);
	pci_disable_device(pdev);
	pci_wake_from_d3(pdev, adapter->wol);
	pci_set_power_state(pdev, PCI_D3hot);
}
