/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Suspend, resume, shutdown, wake on LAN and runtime power management.
 */
#ifndef _IGBR_POWER_H_
#define _IGBR_POWER_H_

#include <linux/ethtool.h>
#include <linux/pm.h>

struct igbr_adapter;

extern const struct dev_pm_ops igbr_pm_ops;
void igbr_wol_init(struct igbr_adapter *adapter);
void igbr_power_init(struct igbr_adapter *adapter);
void igbr_power_exit(struct igbr_adapter *adapter);
int igbr_power_get(struct igbr_adapter *adapter);
void igbr_power_put(struct igbr_adapter *adapter);
int igbr_power_open(struct igbr_adapter *adapter);
void igbr_power_link(struct igbr_adapter *adapter, bool up);
void igbr_shutdown(struct pci_dev *pdev);
void igbr_get_wol(struct net_device *netdev, struct ethtool_wolinfo *wol);
int igbr_set_wol(struct net_device *netdev, struct ethtool_wolinfo *wol);

#endif /* _IGBR_POWER_H_ */
