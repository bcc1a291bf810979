// SPDX-License-Identifier: GPL-2.0-only
/*
 * igbr: driver for the Intel igb family of 1 GbE controllers.
 *
 * This file has what the PCI core calls: probe, remove, shutdown, and the table of devices.
 */
#include <linux/bitfield.h>
#include <linux/module.h>
#include <linux/pm.h>
#include <linux/rtnetlink.h>

#include "igbr.h"
#include "netlink.h"
#include "power.h"
#include "steering/arfs.h"
#include "steering/filter.h"
#include "steering/ntuple.h"
#include "steering/rss.h"

/*
 * What an id of the table means. The first is what an id has that a user adds (new_id), or a device
 * that is given to the driver by name (driver_override).
 */
enum igbr_board {
	IGBR_BOARD_82576,
	IGBR_BOARD_82580,
	IGBR_BOARD_I350,
	IGBR_BOARD_I210,
	IGBR_BOARD_I211,
};

static const struct igbr_mac_info * const igbr_macs[] = {
	[IGBR_BOARD_82576] = &igbr_mac_82576,
	[IGBR_BOARD_82580] = &igbr_mac_82580,
	[IGBR_BOARD_I350] = &igbr_mac_i350,
	[IGBR_BOARD_I210] = &igbr_mac_i210,
	[IGBR_BOARD_I211] = &igbr_mac_i211,
};

#define IGBR_DEVICE(id, board) \
	{ PCI_DEVICE(PCI_VENDOR_ID_INTEL, id), .driver_data = IGBR_BOARD_##board }

static const struct pci_device_id igbr_pci_ids[] = {
	IGBR_DEVICE(0x10c9, 82576),	/* copper */
	IGBR_DEVICE(0x10e6, 82576),	/* fibre */
	IGBR_DEVICE(0x10e7, 82576),	/* SerDes */
	IGBR_DEVICE(0x10e8, 82576),	/* quad copper */
	IGBR_DEVICE(0x1526, 82576),	/* quad copper, ET2 */
	IGBR_DEVICE(0x150a, 82576),	/* NS */
	IGBR_DEVICE(0x1518, 82576),	/* NS SerDes */
	IGBR_DEVICE(0x150d, 82576),	/* quad SerDes */
	IGBR_DEVICE(0x150e, 82580),	/* copper */
	IGBR_DEVICE(0x150f, 82580),	/* fibre */
	IGBR_DEVICE(0x1510, 82580),	/* SerDes */
	IGBR_DEVICE(0x1511, 82580),	/* SGMII */
	IGBR_DEVICE(0x1516, 82580),	/* dual copper */
	IGBR_DEVICE(0x1527, 82580),	/* quad fibre */
	IGBR_DEVICE(0x1521, I350),	/* copper */
	IGBR_DEVICE(0x1522, I350),	/* fibre */
	IGBR_DEVICE(0x1523, I350),	/* SerDes */
	IGBR_DEVICE(0x1524, I350),	/* SGMII */
	IGBR_DEVICE(0x1533, I210),	/* copper */
	IGBR_DEVICE(0x1536, I210),	/* fibre */
	IGBR_DEVICE(0x1537, I210),	/* SerDes */
	IGBR_DEVICE(0x1538, I210),	/* SGMII */
	IGBR_DEVICE(0x157b, I210),	/* copper, without a flash */
	IGBR_DEVICE(0x157c, I210),	/* SerDes, without a flash */
	IGBR_DEVICE(0x1539, I211),	/* copper */
	{ }
};
MODULE_DEVICE_TABLE(pci, igbr_pci_ids);

#define IGBR_MSG_DEFAULT	(NETIF_MSG_DRV | NETIF_MSG_PROBE | NETIF_MSG_LINK)

static int igbr_enable_device(struct pci_dev *pdev)
{
	int err;

	err = pci_enable_device_mem(pdev);
	if (err)
		return dev_err_probe(&pdev->dev, err, "cannot enable the device\n");
	err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64));
	if (err)
		err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(32));
	if (err) {
		dev_err(&pdev->dev, "no usable DMA: %pe\n", ERR_PTR(err));
		goto err_disable;
	}
	err = pci_request_mem_regions(pdev, IGBR_NAME);
	if (err) {
		dev_err(&pdev->dev, "cannot reserve its memory regions: %pe\n", ERR_PTR(err));
		goto err_disable;
	}
	if (!(pci_resource_flags(pdev, 0) & IORESOURCE_MEM) ||
	    pci_resource_len(pdev, 0) < IGBR_REGS_SIZE) {
		dev_err(&pdev->dev, "its registers (BAR 0, %pR) are not %u KiB of memory\n",
			pci_resource_n(pdev, 0), IGBR_REGS_SIZE / SZ_1K);
		err = -ENODEV;
		goto err_regions;
	}
	pci_set_master(pdev);
	return 0;

err_regions:
	pci_release_mem_regions(pdev);
err_disable:
	pci_disable_device(pdev);
	return err;
}

static void igbr_disable_device(struct pci_dev *pdev)
{
	pci_clear_master(pdev);
	pci_release_mem_regions(pdev);
	/* A slot that could not be reset leaves it disabled. */
	if (pci_is_enabled(pdev))
		pci_disable_device(pdev);
}

/* Reset the hardware and learn who it is. */
static int igbr_init_hw(struct igbr_hw *hw)
{
	int err;

	hw->port = FIELD_GET(IGBR_STATUS_LAN_ID, igbr_rd32(hw, IGBR_STATUS));
	err = igbr_mac_reset(hw);
	if (err)
		return dev_err_probe(hw->dev, err, "the MAC cannot be reset\n");
	err = igbr_nvm_check(hw);
	if (err)
		return dev_err_probe(hw->dev, err, "the NVM cannot be trusted\n");
	igbr_mac_read_addr(hw);
	if (!is_valid_ether_addr(hw->perm_addr))
		return dev_err_probe(hw->dev, -EADDRNOTAVAIL, "the NVM has no MAC address: %pM\n",
				     hw->perm_addr);
	if (!igbr_mac_is_copper(hw))
		return dev_err_probe(hw->dev, -EOPNOTSUPP,
				     "only copper ports are supported, not fibre or SerDes\n");
	return igbr_phy_identify(hw);
}

static void igbr_init_adapter(struct igbr_adapter *adapter, struct pci_dev *pdev,
			      struct net_device *netdev, const struct pci_device_id *id)
{
	adapter->pdev = pdev;
	adapter->netdev = netdev;
	adapter->msg_enable = IGBR_MSG_DEFAULT;
	adapter->hw.dev = &pdev->dev;
	adapter->hw.mac = igbr_macs[id->driver_data];
	spin_lock_init(&adapter->hw.ctrl_lock);
	mutex_init(&adapter->hw.phy_lock);
	spin_lock_init(&adapter->stats_lock);
	igbr_link_init(adapter);
	igbr_recovery_init(adapter);
	igbr_rss_init(adapter);
	INIT_LIST_HEAD(&adapter->flowers);
}

static int igbr_setup_netdev(struct igbr_adapter *adapter)
{
	int err;

	adapter->config = (struct igbr_config){
		.rx_count = IGBR_RING_DEFAULT,
		.tx_count = IGBR_RING_DEFAULT,
		.queues = min(adapter->max_queues, num_online_cpus()),
		.mtu = ETH_DATA_LEN,
	};
	igbr_netdev_init(adapter);
	netif_carrier_off(adapter->netdev);
	rtnl_lock();
	err = igbr_port_set_queues(adapter, adapter->config.queues);
	rtnl_unlock();
	if (!err)
		err = register_netdev(adapter->netdev);
	return err;
}

static int igbr_init_steering(struct igbr_adapter *adapter)
{
	int err;

	err = igbr_filter_init(adapter);
	if (err)
		return err;
	err = igbr_arfs_init(adapter);
	if (err)
		igbr_filter_exit(adapter);
	return err;
}

/* Nobody sets a rule any more. */
static void igbr_exit_steering(struct igbr_adapter *adapter)
{
	igbr_ntuple_set_queues(adapter, 0);
	igbr_arfs_exit(adapter);
	igbr_filter_exit(adapter);
}

static int igbr_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct igbr_adapter *adapter;
	struct net_device *netdev;
	int err;

	err = igbr_enable_device(pdev);
	if (err)
		return err;
	netdev = alloc_etherdev_mq(sizeof(*adapter), IGBR_MAX_QUEUES);
	if (!netdev) {
		err = -ENOMEM;
		goto err_device;
	}
	SET_NETDEV_DEV(netdev, &pdev->dev);
	adapter = netdev_priv(netdev);
	igbr_init_adapter(adapter, pdev, netdev, id);
	pci_set_drvdata(pdev, adapter);

	adapter->hw.regs = pci_iomap(pdev, 0, 0);
	if (!adapter->hw.regs) {
		err = dev_err_probe(&pdev->dev, -EIO, "cannot map the registers (BAR 0)\n");
		goto err_netdev;
	}
	err = igbr_init_hw(&adapter->hw);
	if (err)
		goto err_regs;
	err = igbr_init_steering(adapter);
	if (err)
		goto err_regs;
	err = igbr_irq_init(adapter, IGBR_MAX_QUEUES + 1);
	if (err)
		goto err_steering;
	igbr_wol_init(adapter);
	err = igbr_setup_netdev(adapter);
	if (err) {
		dev_err(&pdev->dev, "cannot register the network device: %pe\n", ERR_PTR(err));
		goto err_irq;
	}
	err = igbr_devlink_register(adapter);
	if (err) {
		dev_err(&pdev->dev, "cannot register with devlink: %pe\n", ERR_PTR(err));
		goto err_register;
	}
	/* What a reset of the slot is to bring back. */
	pci_save_state(pdev);
	igbr_mac_set_driver_loaded(&adapter->hw, true);
	if (netif_msg_probe(adapter))
		netdev_info(netdev, "Intel %s, %pM, PHY 0x%08x, up to %u queue pairs\n",
			    adapter->hw.mac->name, netdev->dev_addr, adapter->hw.phy_id,
			    adapter->max_queues);
	igbr_power_init(adapter);
	return 0;

err_register:
	unregister_netdev(netdev);
	igbr_recovery_exit(adapter);
err_irq:
	igbr_irq_exit(adapter);
err_steering:
	igbr_exit_steering(adapter);
err_regs:
	pci_iounmap(pdev, adapter->hw.regs);
err_netdev:
	free_netdev(netdev);
err_device:
	igbr_disable_device(pdev);
	return err;
}

static void igbr_remove(struct pci_dev *pdev)
{
	struct igbr_adapter *adapter = pci_get_drvdata(pdev);

	igbr_power_exit(adapter);
	/* Nobody reports a fault to a reporter that is gone. */
	igbr_recovery_exit(adapter);
	igbr_devlink_unregister(adapter);
	unregister_netdev(adapter->netdev);
	igbr_mac_set_driver_loaded(&adapter->hw, false);
	igbr_irq_exit(adapter);
	igbr_exit_steering(adapter);
	pci_iounmap(pdev, adapter->hw.regs);
	free_netdev(adapter->netdev);
	igbr_disable_device(pdev);
}

static struct pci_driver igbr_driver = {
	.name = IGBR_NAME,
	.id_table = igbr_pci_ids,
	.probe = igbr_probe,
	.remove = igbr_remove,
	.shutdown = igbr_shutdown,
	.driver.pm = pm_ptr(&igbr_pm_ops),
	.err_handler = &igbr_error_handlers,
};

static int __init igbr_init(void)
{
	int err;

	err = igbr_netlink_register();
	if (err)
		return err;
	err = pci_register_driver(&igbr_driver);
	if (err)
		igbr_netlink_unregister();
	return err;
}
module_init(igbr_init);

static void __exit igbr_exit(void)
{
	pci_unregister_driver(&igbr_driver);
	igbr_netlink_unregister();
}
module_exit(igbr_exit);

MODULE_DESCRIPTION("Intel igb family 1 GbE driver with flow steering and full frame accounting");
MODULE_LICENSE("GPL");
