// SPDX-License-Identifier: GPL-2.0-only
/*
 * Recovery: a reset that traffic survives, for a stuck transmit queue and for a device that
 * tells what cannot be true; resets and errors that come from the bus.
 */
#include <linux/pm_runtime.h>
#include <linux/rtnetlink.h>

#include "igbr.h"
#include "power.h"
#include "trace.h"

static void igbr_reset_task(struct work_struct *work)
{
	struct igbr_adapter *adapter = container_of(work, struct igbr_adapter, reset_work);
	enum igbr_fault fault;
	bool reported = false;

	for (fault = 0; fault < IGBR_FAULTS; fault++)
		if (test_and_clear_bit(fault, &adapter->faults)) {
			igbr_health_report(adapter, fault, adapter->fault_queues[fault]);
			reported = true;
		}
	if (!reported)
		igbr_reset_now(adapter);
}

/**
 * igbr_reset_now - reset the port, if it is open
 * @adapter: the port
 *
 * Context: process, without rtnl.
 * Return: 0, or -EIO when the device does not answer.
 */
int igbr_reset_now(struct igbr_adapter *adapter)
{
	int err = 0;

	rtnl_lock();
	if (adapter->hw.gone) {
		err = -EIO;
	} else if (adapter->active_queues) {
		adapter->resets++;
		trace_igbr_reset(adapter);
		netdev_warn(adapter->netdev, "resetting\n");
		/* Somebody may have changed behind our back what lets the device signal. */
		pci_restore_msi_state(adapter->pdev);
		igbr_port_restart(adapter);
	}
	rtnl_unlock();
	return err;
}

/**
 * igbr_report_fault - report a fault and reset the port soon
 * @adapter: the port; nothing happens if it is not running
 * @fault: its kind
 * @queue: queue that has it, or -1
 *
 * Context: any.
 */
void igbr_report_fault(struct igbr_adapter *adapter, enum igbr_fault fault, int queue)
{
	if (!test_bit(IGBR_FLAG_RUNNING, &adapter->flags))
		return;
	WRITE_ONCE(adapter->fault_queues[fault], queue);
	set_bit(fault, &adapter->faults);
	schedule_work(&adapter->reset_work);
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
 * igbr_recovery_exit - wait for a reset that was asked for, and let no other begin
 * @adapter: the port, about to go
 *
 * Context: process, without rtnl.
 */
void igbr_recovery_exit(struct igbr_adapter *adapter)
{
	disable_work_sync(&adapter->reset_work);
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
	igbr_report_fault(adapter, IGBR_FAULT_TX, queue);
}

/**
 * igbr_detach - close the port and keep everybody from the device
 * @adapter: the port, open or not; the stack finds it absent
 *
 * Context: process, without rtnl.
 */
void igbr_detach(struct igbr_adapter *adapter)
{
	rtnl_lock();
	netif_device_detach(adapter->netdev);
	if (adapter->active_queues)
		igbr_port_close(adapter);
	igbr_stats_set_offline(adapter, true);
	rtnl_unlock();
}

/**
 * igbr_attach - undo igbr_detach(), with a device that may have forgotten everything
 * @adapter: the port
 *
 * Context: process, without rtnl.
 * Return: 0 or a negative error: then the port stays absent.
 */
int igbr_attach(struct igbr_adapter *adapter)
{
	int err;

	rtnl_lock();
	pci_set_master(adapter->pdev);
	err = igbr_mac_reset(&adapter->hw);
	if (err)
		goto out;
	igbr_mac_set_driver_loaded(&adapter->hw, true);
	igbr_stats_set_offline(adapter, false);
	if (netif_running(adapter->netdev))
		err = igbr_port_open(adapter);
	if (!err)
		igbr_link_attach(adapter);
out:
	if (err)
		netdev_err(adapter->netdev, "the port does not come back: %pe\n", ERR_PTR(err));
	rtnl_unlock();
	return err;
}

/* Somebody resets the function, as by sysfs: traffic stops before and goes on afterwards. */
static void igbr_reset_prepare(struct pci_dev *pdev)
{
	/* Not every way here keeps the device awake. */
	pm_runtime_get_sync(&pdev->dev);
	igbr_detach(pci_get_drvdata(pdev));
}

static void igbr_reset_done(struct pci_dev *pdev)
{
	igbr_attach(pci_get_drvdata(pdev));
	igbr_power_put(pci_get_drvdata(pdev));
}

/* The bus reports an error that its hardware could not correct. */
static pci_ers_result_t igbr_error_detected(struct pci_dev *pdev, pci_channel_state_t state)
{
	struct igbr_adapter *adapter = pci_get_drvdata(pdev);

	netdev_warn(adapter->netdev, "PCI error: the device %s\n",
		    state == pci_channel_io_normal ? "still works" :
		    state == pci_channel_io_frozen ? "is cut off" : "is given up");
	if (state == pci_channel_io_normal)
		return PCI_ERS_RESULT_CAN_RECOVER;
	/* No register can be read until the slot was reset: do not wait for any. */
	WRITE_ONCE(adapter->hw.gone, true);
	igbr_detach(adapter);
	if (state == pci_channel_io_perm_failure)
		return PCI_ERS_RESULT_DISCONNECT;
	/* A slot that could not be reset the last time left it disabled. */
	if (pci_is_enabled(pdev))
		pci_disable_device(pdev);
	return PCI_ERS_RESULT_NEED_RESET;
}

static pci_ers_result_t igbr_slot_reset(struct pci_dev *pdev)
{
	struct igbr_adapter *adapter = pci_get_drvdata(pdev);

	if (pci_enable_device_mem(pdev)) {
		dev_err(&pdev->dev, "cannot be enabled after its slot was reset\n");
		return PCI_ERS_RESULT_DISCONNECT;
	}
	/* Saved at probe; but a suspend or a reset since then has restored it, which uses it up. */
	pdev->state_saved = true;
	pci_restore_state(pdev);
	/* For the next time */
	pci_save_state(pdev);
	WRITE_ONCE(adapter->hw.gone, false);
	return igbr_mac_reset(&adapter->hw) ? PCI_ERS_RESULT_DISCONNECT : PCI_ERS_RESULT_RECOVERED;
}

static void igbr_error_resume(struct pci_dev *pdev)
{
	struct igbr_adapter *adapter = pci_get_drvdata(pdev);

	if (!netif_device_present(adapter->netdev))
		igbr_attach(adapter);
}

const struct pci_error_handlers igbr_error_handlers = {
	.error_detected = igbr_error_detected,
	.slot_reset = igbr_slot_reset,
	.resume = igbr_error_resume,
	.reset_prepare = igbr_reset_prepare,
	.reset_done = igbr_reset_done,
};
