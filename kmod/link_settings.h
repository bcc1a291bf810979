/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What ethtool asks and sets of the link.
 */
#ifndef _IGBR_LINK_SETTINGS_H_
#define _IGBR_LINK_SETTINGS_H_

#include <linux/ethtool.h>

int igbr_get_link_ksettings(struct net_device *netdev, struct ethtool_link_ksettings *cmd);
int igbr_set_link_ksettings(struct net_device *netdev, const struct ethtool_link_ksettings *cmd);
void igbr_get_pauseparam(struct net_device *netdev, struct ethtool_pauseparam *pause);
int igbr_set_pauseparam(struct net_device *netdev, struct ethtool_pauseparam *pause);
int igbr_nway_reset(struct net_device *netdev);
int igbr_set_phys_id(struct net_device *netdev, enum ethtool_phys_id_state state);
int igbr_eth_ioctl(struct net_device *netdev, struct ifreq *ifr, int cmd);

#endif /* _IGBR_LINK_SETTINGS_H_ */
