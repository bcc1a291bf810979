/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rules that a person sets with tc's flower classifier: which frames go to which queue.
 */
#ifndef _IGBR_STEERING_FLOWER_H_
#define _IGBR_STEERING_FLOWER_H_

#include <linux/netdevice.h>

struct igbr_adapter;

int igbr_flower_setup(struct net_device *netdev, enum tc_setup_type type, void *type_data);
int igbr_flower_set_features(struct igbr_adapter *adapter, netdev_features_t features);

#endif /* _IGBR_STEERING_FLOWER_H_ */
