/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The counters of the MAC and of the queues, by name: what stats.c sums up and the views show.
 */
#ifndef _IGBR_STATS_H_
#define _IGBR_STATS_H_

#include <linux/types.h>

struct igbr_adapter;

/* Counters of the MAC, by their registers, in the order of ethtool -S */
enum igbr_hw_counter {
	IGBR_STAT_CRCERRS,
	IGBR_STAT_ALGNERRC,
	IGBR_STAT_RXERRC,
	IGBR_STAT_MPC,
	IGBR_STAT_RLEC,
	IGBR_STAT_RNBC,
	IGBR_STAT_RUC,
	IGBR_STAT_RFC,
	IGBR_STAT_ROC,
	IGBR_STAT_RJC,
	IGBR_STAT_MPRC,
	IGBR_STAT_ECOL,
	IGBR_STAT_LATECOL,
	IGBR_STAT_COLC,
	IGBR_STAT_TNCRS,
	IGBR_STAT_GPRC,
	IGBR_STAT_GORC,
	IGBR_STAT_TPR,
	IGBR_STAT_TOR,
	IGBR_STAT_BPRC,
	IGBR_STAT_PRC64,
	IGBR_STAT_PRC127,
	IGBR_STAT_PRC255,
	IGBR_STAT_PRC511,
	IGBR_STAT_PRC1023,
	IGBR_STAT_PRC1522,
	IGBR_STAT_XONRXC,
	IGBR_STAT_XOFFRXC,
	IGBR_STAT_FCRUC,
	IGBR_STAT_MGTPRC,
	IGBR_STAT_MGTPDC,
	IGBR_STAT_GPTC,
	IGBR_STAT_GOTC,
	IGBR_STAT_TPT,
	IGBR_STAT_TOT,
	IGBR_STAT_MPTC,
	IGBR_STAT_BPTC,
	IGBR_STAT_PTC64,
	IGBR_STAT_PTC127,
	IGBR_STAT_PTC255,
	IGBR_STAT_PTC511,
	IGBR_STAT_PTC1023,
	IGBR_STAT_PTC1522,
	IGBR_STAT_XONTXC,
	IGBR_STAT_XOFFTXC,
	IGBR_STAT_TSCTC,
	IGBR_STAT_SCC,
	IGBR_STAT_MCC,
	IGBR_STAT_DC,
	IGBR_STAT_MGTPTC,
	IGBR_HW_STATS
};

/* Counters of a receive queue, in the order of ethtool -S */
enum igbr_rx_counter {
	IGBR_RX_PACKETS,
	IGBR_RX_BYTES,
	IGBR_RX_DROPS,
	IGBR_RX_CSUM_NONE,
	IGBR_RX_CSUM_ERR,
	IGBR_RX_ALLOC_FAILED,
	IGBR_RX_BAD_DESCS,
	IGBR_RX_ERRORS,
	IGBR_RX_HW_DROPS,
	IGBR_RX_GRO_MERGED,
	IGBR_RX_GRO_HELD,
	IGBR_RX_GRO_NORMAL,
	IGBR_RX_GRO_CONSUMED,
	IGBR_RX_XDP_DROP,
	IGBR_RX_XDP_TX,
	IGBR_RX_XDP_REDIRECT,
	IGBR_RX_XDP_ABORTED,
	IGBR_RX_XDP_FAILED,
	IGBR_RX_STATS
};

/* Counters of a transmit queue, in the order of ethtool -S */
enum igbr_tx_counter {
	IGBR_TX_PACKETS,
	IGBR_TX_BYTES,
	IGBR_TX_RESTART,
	IGBR_TX_DROPS,
	IGBR_TX_BAD_HEADS,
	IGBR_TX_NEEDS_CSUM,
	IGBR_TX_GSO_PACKETS,
	IGBR_TX_GSO_BYTES,
	IGBR_TX_GSO_WIRE_PACKETS,
	IGBR_TX_GSO_WIRE_BYTES,
	IGBR_TX_XDP_PACKETS,
	IGBR_TX_STATS
};

void igbr_rx_values(struct igbr_adapter *adapter, unsigned int queue, u64 *data);
void igbr_tx_values(struct igbr_adapter *adapter, unsigned int queue, u64 *data);

/* stats_groups.c */
struct ethtool_eth_ctrl_stats;
struct ethtool_eth_mac_stats;
struct ethtool_eth_phy_stats;
struct ethtool_pause_stats;
struct ethtool_rmon_hist_range;
struct ethtool_rmon_stats;
struct net_device;

extern const struct netdev_stat_ops igbr_netdev_stat_ops;
void igbr_get_eth_mac_stats(struct net_device *netdev, struct ethtool_eth_mac_stats *stats);
void igbr_get_eth_ctrl_stats(struct net_device *netdev, struct ethtool_eth_ctrl_stats *stats);
void igbr_get_eth_phy_stats(struct net_device *netdev, struct ethtool_eth_phy_stats *stats);
void igbr_get_pause_stats(struct net_device *netdev, struct ethtool_pause_stats *stats);
void igbr_get_rmon_stats(struct net_device *netdev, struct ethtool_rmon_stats *stats,
			 const struct ethtool_rmon_hist_range **ranges);

#endif /* _IGBR_STATS_H_ */
