// SPDX-License-Identifier: GPL-2.0-only
/*
 * The standard views of the counters: ethtool's groups (IEEE 802.3 and RFC 2819 names) and the
 * netdev family's statistics per queue. stats.c has the counters.
 *
 * A field that the hardware does not count is left alone: then it is not shown.
 */
#include <linux/ethtool.h>
#include <net/netdev_queues.h>

#include "igbr.h"
#include "stats.h"

/* Bring the MAC's sums up to date and copy them, all of one instant. */
static void igbr_snapshot(struct net_device *netdev, u64 *hw)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);

	igbr_stats_update(adapter);
	spin_lock_bh(&adapter->stats_lock);
	memcpy(hw, adapter->hw_stats, IGBR_HW_STATS * sizeof(*hw));
	spin_unlock_bh(&adapter->stats_lock);
}

/**
 * igbr_get_eth_mac_stats - counters of the MAC by IEEE 802.3 clause 30.3.1
 * @netdev: network device
 * @stats: filled
 *
 * Octets are the hardware's: whole frames with their CRC.
 *
 * Context: process, rtnl; likewise for the other groups.
 */
void igbr_get_eth_mac_stats(struct net_device *netdev, struct ethtool_eth_mac_stats *stats)
{
	u64 hw[IGBR_HW_STATS];

	igbr_snapshot(netdev, hw);
	stats->FramesTransmittedOK = hw[IGBR_STAT_GPTC];
	stats->SingleCollisionFrames = hw[IGBR_STAT_SCC];
	stats->MultipleCollisionFrames = hw[IGBR_STAT_MCC];
	stats->FramesReceivedOK = hw[IGBR_STAT_GPRC];
	stats->FrameCheckSequenceErrors = hw[IGBR_STAT_CRCERRS];
	stats->AlignmentErrors = hw[IGBR_STAT_ALGNERRC];
	stats->OctetsTransmittedOK = hw[IGBR_STAT_GOTC];
	stats->FramesWithDeferredXmissions = hw[IGBR_STAT_DC];
	stats->LateCollisions = hw[IGBR_STAT_LATECOL];
	stats->FramesAbortedDueToXSColls = hw[IGBR_STAT_ECOL];
	stats->CarrierSenseErrors = hw[IGBR_STAT_TNCRS];
	stats->OctetsReceivedOK = hw[IGBR_STAT_GORC];
	stats->FramesLostDueToIntMACRcvError = hw[IGBR_STAT_MPC];
	stats->MulticastFramesXmittedOK = hw[IGBR_STAT_MPTC];
	stats->BroadcastFramesXmittedOK = hw[IGBR_STAT_BPTC];
	stats->MulticastFramesReceivedOK = hw[IGBR_STAT_MPRC];
	stats->BroadcastFramesReceivedOK = hw[IGBR_STAT_BPRC];
	stats->InRangeLengthErrors = hw[IGBR_STAT_RLEC];
	stats->FrameTooLongErrors = hw[IGBR_STAT_ROC];
}

/**
 * igbr_get_eth_ctrl_stats - MAC control frames by IEEE 802.3 clause 30.3.3
 * @netdev: network device
 * @stats: filled
 */
void igbr_get_eth_ctrl_stats(struct net_device *netdev, struct ethtool_eth_ctrl_stats *stats)
{
	u64 hw[IGBR_HW_STATS];

	igbr_snapshot(netdev, hw);
	stats->MACControlFramesTransmitted = hw[IGBR_STAT_XONTXC] + hw[IGBR_STAT_XOFFTXC];
	stats->MACControlFramesReceived = hw[IGBR_STAT_XONRXC] + hw[IGBR_STAT_XOFFRXC] +
					  hw[IGBR_STAT_FCRUC];
	stats->UnsupportedOpcodesReceived = hw[IGBR_STAT_FCRUC];
}

/**
 * igbr_get_eth_phy_stats - counters of the PHY by IEEE 802.3 clause 30.3.2
 * @netdev: network device
 * @stats: filled
 */
void igbr_get_eth_phy_stats(struct net_device *netdev, struct ethtool_eth_phy_stats *stats)
{
	u64 hw[IGBR_HW_STATS];

	igbr_snapshot(netdev, hw);
	stats->SymbolErrorDuringCarrier = hw[IGBR_STAT_RXERRC];
}

/**
 * igbr_get_pause_stats - pause frames by IEEE 802.3 clause 30.3.4
 * @netdev: network device
 * @stats: filled
 */
void igbr_get_pause_stats(struct net_device *netdev, struct ethtool_pause_stats *stats)
{
	u64 hw[IGBR_HW_STATS];

	igbr_snapshot(netdev, hw);
	stats->tx_pause_frames = hw[IGBR_STAT_XONTXC] + hw[IGBR_STAT_XOFFTXC];
	stats->rx_pause_frames = hw[IGBR_STAT_XONRXC] + hw[IGBR_STAT_XOFFRXC];
}

static const struct ethtool_rmon_hist_range igbr_rmon_ranges[] = {
	{ 0, 64 },
	{ 65, 127 },
	{ 128, 255 },
	{ 256, 511 },
	{ 512, 1023 },
	{ 1024, IGBR_MTU_MAX + IGBR_FRAME_OVERHEAD },
	{ }
};

/**
 * igbr_get_rmon_stats - frames by length and damage by RFC 2819
 * @netdev: network device
 * @stats: filled
 * @ranges: set to the lengths that the histograms have
 */
void igbr_get_rmon_stats(struct net_device *netdev, struct ethtool_rmon_stats *stats,
			 const struct ethtool_rmon_hist_range **ranges)
{
	u64 hw[IGBR_HW_STATS];
	unsigned int i;

	igbr_snapshot(netdev, hw);
	stats->undersize_pkts = hw[IGBR_STAT_RUC];
	stats->oversize_pkts = hw[IGBR_STAT_ROC];
	stats->fragments = hw[IGBR_STAT_RFC];
	stats->jabbers = hw[IGBR_STAT_RJC];
	for (i = 0; i < ARRAY_SIZE(igbr_rmon_ranges) - 1; i++) {
		stats->hist[i] = hw[IGBR_STAT_PRC64 + i];
		stats->hist_tx[i] = hw[IGBR_STAT_PTC64 + i];
	}
	*ranges = igbr_rmon_ranges;
}

/* Frames that were passed up with a checksum that the device found right */
static u64 igbr_csum_good(const struct igbr_rx_ring *ring)
{
	unsigned int start;
	u64 good;

	do {
		start = u64_stats_fetch_begin(&ring->syncp);
		good = u64_stats_read(&ring->stats.csum_good);
	} while (u64_stats_fetch_retry(&ring->syncp, start));
	return good;
}

/* Add what a receive queue has counted. */
static void igbr_add_rx(struct igbr_adapter *adapter, unsigned int queue,
			struct netdev_queue_stats_rx *stats)
{
	u64 rx[IGBR_RX_STATS];

	igbr_rx_values(adapter, queue, rx);
	stats->packets += rx[IGBR_RX_PACKETS];
	stats->bytes += rx[IGBR_RX_BYTES];
	stats->alloc_fail += rx[IGBR_RX_ALLOC_FAILED];
	stats->hw_drops += rx[IGBR_RX_HW_DROPS];
	stats->hw_drop_overruns += rx[IGBR_RX_HW_DROPS];
	stats->csum_unnecessary += igbr_csum_good(adapter->rx_rings[queue]);
	stats->csum_none += rx[IGBR_RX_CSUM_NONE];
	stats->csum_bad += rx[IGBR_RX_CSUM_ERR];
}

static void igbr_zero_rx(struct netdev_queue_stats_rx *stats)
{
	stats->packets = 0;
	stats->bytes = 0;
	stats->alloc_fail = 0;
	stats->hw_drops = 0;
	stats->hw_drop_overruns = 0;
	stats->csum_unnecessary = 0;
	stats->csum_none = 0;
	stats->csum_bad = 0;
}

/* Add what a transmit queue has counted. */
static void igbr_add_tx(struct igbr_adapter *adapter, unsigned int queue,
			struct netdev_queue_stats_tx *stats)
{
	u64 tx[IGBR_TX_STATS];

	igbr_tx_values(adapter, queue, tx);
	stats->packets += tx[IGBR_TX_PACKETS];
	stats->bytes += tx[IGBR_TX_BYTES];
	stats->needs_csum += tx[IGBR_TX_NEEDS_CSUM];
	stats->hw_gso_packets += tx[IGBR_TX_GSO_PACKETS];
	stats->hw_gso_bytes += tx[IGBR_TX_GSO_BYTES];
	stats->hw_gso_wire_packets += tx[IGBR_TX_GSO_WIRE_PACKETS];
	stats->hw_gso_wire_bytes += tx[IGBR_TX_GSO_WIRE_BYTES];
	stats->stop += tx[IGBR_TX_RESTART];
}

static void igbr_zero_tx(struct netdev_queue_stats_tx *stats)
{
	stats->packets = 0;
	stats->bytes = 0;
	stats->needs_csum = 0;
	stats->hw_gso_packets = 0;
	stats->hw_gso_bytes = 0;
	stats->hw_gso_wire_packets = 0;
	stats->hw_gso_wire_bytes = 0;
	stats->stop = 0;
}

static void igbr_get_queue_stats_rx(struct net_device *netdev, int queue,
				    struct netdev_queue_stats_rx *stats)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);

	igbr_stats_update_queue(adapter, queue);
	igbr_zero_rx(stats);
	igbr_add_rx(adapter, queue, stats);
}

static void igbr_get_queue_stats_tx(struct net_device *netdev, int queue,
				    struct netdev_queue_stats_tx *stats)
{
	igbr_zero_tx(stats);
	igbr_add_tx(netdev_priv(netdev), queue, stats);
}

/* What queues counted that are not in use now: with the others, the sums of stats64. */
static void igbr_get_base_stats(struct net_device *netdev, struct netdev_queue_stats_rx *rx,
				struct netdev_queue_stats_tx *tx)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);
	unsigned int i;

	igbr_zero_rx(rx);
	igbr_zero_tx(tx);
	for (i = netdev->real_num_rx_queues; i < IGBR_MAX_QUEUES; i++)
		igbr_add_rx(adapter, i, rx);
	for (i = netdev->real_num_tx_queues; i < IGBR_MAX_QUEUES; i++)
		igbr_add_tx(adapter, i, tx);
}

const struct netdev_stat_ops igbr_netdev_stat_ops = {
	.get_queue_stats_rx = igbr_get_queue_stats_rx,
	.get_queue_stats_tx = igbr_get_queue_stats_tx,
	.get_base_stats = igbr_get_base_stats,
};
