/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Receive side scaling: which queue a flow's hash leads to.
 */
#ifndef _IGBR_STEERING_RSS_H_
#define _IGBR_STEERING_RSS_H_

struct ethtool_rxfh_fields;
struct ethtool_rxfh_param;
struct igbr_adapter;
struct net_device;
struct netlink_ext_ack;

void igbr_rss_init(struct igbr_adapter *adapter);
void igbr_rss_set_queues(struct igbr_adapter *adapter, unsigned int queues);
void igbr_rss_configure(struct igbr_adapter *adapter);
int igbr_rss_get(struct net_device *netdev, struct ethtool_rxfh_param *param);
int igbr_rss_set(struct net_device *netdev, struct ethtool_rxfh_param *param,
		 struct netlink_ext_ack *extack);
int igbr_rss_get_fields(struct net_device *netdev, struct ethtool_rxfh_fields *fields);
int igbr_rss_set_fields(struct net_device *netdev, const struct ethtool_rxfh_fields *fields,
			struct netlink_ext_ack *extack);

#endif /* _IGBR_STEERING_RSS_H_ */
