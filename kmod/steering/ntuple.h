/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rules that a person sets with ethtool: which frames go to which queue.
 */
#ifndef _IGBR_STEERING_NTUPLE_H_
#define _IGBR_STEERING_NTUPLE_H_

#include <linux/types.h>

struct ethtool_rxnfc;
struct igbr_adapter;
struct net_device;

int igbr_ntuple_get(struct net_device *netdev, struct ethtool_rxnfc *info, u32 *locations);
int igbr_ntuple_set(struct net_device *netdev, struct ethtool_rxnfc *info);
void igbr_ntuple_set_queues(struct igbr_adapter *adapter, unsigned int queues);

#endif /* _IGBR_STEERING_NTUPLE_H_ */
