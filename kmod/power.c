// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suspend, resume, shutdown and wake on LAN; runtime power management, by which a closed port
 * sleeps if power/control says auto. An open one has a use of the device.
 */
#include <linux/pm_runtime.h>
#include <linux/reboot.h>
#include <linux/rtnetlink.h>

#include "igbr.h"
#include "power.h"

/* How long a closed port waits for somebody who wants to look at it */
#define IGBR_AUTOSUSPEND_MS	2000

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

/**
 * igbr_power_init - from now on a closed port may sleep
 * @adapter: the port
 *
 * Context: process, at the end of probe.
 */
void igbr_power_init(struct igbr_adapter *adapter)
{
	struct device *dev = &adapter->pdev->dev;

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
 * Context: process; the PCI core has tried to wake the device.
 */
void igbr_power_exit(struct igbr_adapter *adapter)
{
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

static int igbr_runtime_suspend(struct device *dev)
{
	struct igbr_adapter *adapter = dev_get_drvdata(dev);
	int err = -EBUSY;

	/* Who opens the port has rtnl, and may wait for this: try again later. */
	if (!rtnl_trylock()) {
		pm_runtime_mark_last_busy(dev);
		return err;
	}
	if (!netif_running(adapter->netdev)) {
		igbr_stats_set_offline(adapter, true);
		err = 0;
	}
	rtnl_unlock();
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
	igbr_mac_set_driver_loaded(&adapter->hw, true);
	igbr_stats_set_offline(adapter, false);
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
