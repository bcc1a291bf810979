// SPDX-License-Identifier: GPL-2.0-only
/*
 * Statistics: the one reader of the MAC's counters, which clear as they are read, and every
 * view of them and of the rings' counters.
 */
#include <linux/bitfield.h>
#include <linux/ethtool.h>

#include "igbr.h"
#include "stats.h"

/**
 * struct igbr_hw_stat - a counter of the MAC
 * @name: as ethtool -S shows it
 * @reg: its register, the low half of a wide one
 * @wide: 64 bits: the high half follows, and reading it clears both
 */
struct igbr_hw_stat {
	char name[ETH_GSTRING_LEN];
	u32 reg;
	bool wide;
};

static const struct igbr_hw_stat igbr_hw_stats[] = {
	[IGBR_STAT_CRCERRS] = { "rx_crc_errors", IGBR_CRCERRS },
	[IGBR_STAT_ALGNERRC] = { "rx_align_errors", IGBR_ALGNERRC },
	[IGBR_STAT_RXERRC] = { "rx_symbol_errors", IGBR_RXERRC },
	[IGBR_STAT_MPC] = { "rx_missed_errors", IGBR_MPC },
	[IGBR_STAT_RLEC] = { "rx_length_errors", IGBR_RLEC },
	[IGBR_STAT_RNBC] = { "rx_no_buffer_count", IGBR_RNBC },
	[IGBR_STAT_RUC] = { "rx_short_length_errors", IGBR_RUC },
	[IGBR_STAT_RFC] = { "rx_fragments", IGBR_RFC },
	[IGBR_STAT_ROC] = { "rx_long_length_errors", IGBR_ROC },
	[IGBR_STAT_RJC] = { "rx_jabbers", IGBR_RJC },
	[IGBR_STAT_MPRC] = { "rx_multicast", IGBR_MPRC },
	[IGBR_STAT_ECOL] = { "tx_aborted_errors", IGBR_ECOL },
	[IGBR_STAT_LATECOL] = { "tx_window_errors", IGBR_LATECOL },
	[IGBR_STAT_COLC] = { "collisions", IGBR_COLC },
	[IGBR_STAT_TNCRS] = { "tx_carrier_errors", IGBR_TNCRS },
	[IGBR_STAT_GPRC] = { "rx_frames_good", IGBR_GPRC },
	[IGBR_STAT_GORC] = { "rx_octets_good", IGBR_GORCL, true },
	[IGBR_STAT_TPR] = { "rx_frames_total", IGBR_TPR },
	[IGBR_STAT_TOR] = { "rx_octets_total", IGBR_TORL, true },
	[IGBR_STAT_BPRC] = { "rx_broadcast", IGBR_BPRC },
	[IGBR_STAT_PRC64] = { "rx_frames_64", IGBR_PRC64 },
	[IGBR_STAT_PRC127] = { "rx_frames_65_to_127", IGBR_PRC127 },
	[IGBR_STAT_PRC255] = { "rx_frames_128_to_255", IGBR_PRC255 },
	[IGBR_STAT_PRC511] = { "rx_frames_256_to_511", IGBR_PRC511 },
	[IGBR_STAT_PRC1023] = { "rx_frames_512_to_1023", IGBR_PRC1023 },
	[IGBR_STAT_PRC1522] = { "rx_frames_1024_to_max", IGBR_PRC1522 },
	[IGBR_STAT_XONRXC] = { "rx_flow_control_xon", IGBR_XONRXC },
	[IGBR_STAT_XOFFRXC] = { "rx_flow_control_xoff", IGBR_XOFFRXC },
	[IGBR_STAT_FCRUC] = { "rx_flow_control_unsupported", IGBR_FCRUC },
	[IGBR_STAT_MGTPRC] = { "rx_management", IGBR_MGTPRC },
	[IGBR_STAT_MGTPDC] = { "rx_management_dropped", IGBR_MGTPDC },
	[IGBR_STAT_GPTC] = { "tx_frames_good", IGBR_GPTC },
	[IGBR_STAT_GOTC] = { "tx_octets_good", IGBR_GOTCL, true },
	[IGBR_STAT_TPT] = { "tx_frames_total", IGBR_TPT },
	[IGBR_STAT_TOT] = { "tx_octets_total", IGBR_TOTL, true },
	[IGBR_STAT_MPTC] = { "tx_multicast", IGBR_MPTC },
	[IGBR_STAT_BPTC] = { "tx_broadcast", IGBR_BPTC },
	[IGBR_STAT_PTC64] = { "tx_frames_64", IGBR_PTC64 },
	[IGBR_STAT_PTC127] = { "tx_frames_65_to_127", IGBR_PTC127 },
	[IGBR_STAT_PTC255] = { "tx_frames_128_to_255", IGBR_PTC255 },
	[IGBR_STAT_PTC511] = { "tx_frames_256_to_511", IGBR_PTC511 },
	[IGBR_STAT_PTC1023] = { "tx_frames_512_to_1023", IGBR_PTC1023 },
	[IGBR_STAT_PTC1522] = { "tx_frames_1024_to_max", IGBR_PTC1522 },
	[IGBR_STAT_XONTXC] = { "tx_flow_control_xon", IGBR_XONTXC },
	[IGBR_STAT_XOFFTXC] = { "tx_flow_control_xoff", IGBR_XOFFTXC },
	[IGBR_STAT_TSCTC] = { "tx_tso_contexts", IGBR_TSCTC },
	[IGBR_STAT_SCC] = { "tx_single_collisions", IGBR_SCC },
	[IGBR_STAT_MCC] = { "tx_multiple_collisions", IGBR_MCC },
	[IGBR_STAT_DC] = { "tx_deferred", IGBR_DC },
	[IGBR_STAT_MGTPTC] = { "tx_management", IGBR_MGTPTC },
};

static_assert(ARRAY_SIZE(igbr_hw_stats) == IGBR_HW_STATS);
static_assert(IGBR_HW_STATS <= IGBR_HW_STATS_MAX);

/* Context: stats_lock. */
static bool igbr_may_read(struct igbr_adapter *adapter)
{
	return !READ_ONCE(adapter->hw.gone) && !test_bit(IGBR_FLAG_OFFLINE, &adapter->flags);
}

/**
 * igbr_stats_set_offline - keep readers of counters from the registers, or let them again
 * @adapter: the port
 * @offline: keep them away; when this returns, nobody reads any more
 *
 * Context: process.
 */
void igbr_stats_set_offline(struct igbr_adapter *adapter, bool offline)
{
	spin_lock_bh(&adapter->stats_lock);
	assign_bit(IGBR_FLAG_OFFLINE, &adapter->flags, offline);
	spin_unlock_bh(&adapter->stats_lock);
}

/**
 * igbr_stats_reset_mac - igbr_mac_reset(), which nobody disturbs by reading counters
 * @adapter: the port
 *
 * Context: process, sleeps.
 * Return: 0, or -EIO when the device does not come back.
 */
int igbr_stats_reset_mac(struct igbr_adapter *adapter)
{
	int err;

	igbr_stats_set_offline(adapter, true);
	err = igbr_mac_reset(&adapter->hw);
	igbr_stats_set_offline(adapter, false);
	return err;
}

/* Context: stats_lock. */
static void igbr_read_queue_drops(struct igbr_adapter *adapter, unsigned int queue)
{
	const struct igbr_mac_info *mac = adapter->hw.mac;
	u32 drops;

	if (!igbr_may_read(adapter))
		return;
	drops = igbr_rd32(&adapter->hw, IGBR_RQDPC(queue));
	if (READ_ONCE(adapter->hw.gone))
		return;
	drops &= mac->queue_drops;
	adapter->queue_drops[queue] += drops;
	if (drops && mac->queue_drops_stay)
		igbr_wr32(&adapter->hw, IGBR_RQDPC(queue), 0);
}

/**
 * igbr_stats_update - add what the MAC has counted since the last time
 * @adapter: the port
 *
 * The 32-bit counters wrap after 48 minutes of the shortest frames at line rate; every view
 * reads them, and so do every stop and, where nobody looks, the service task.
 *
 * Context: any but hard interrupt.
 */
void igbr_stats_update(struct igbr_adapter *adapter)
{
	struct igbr_hw *hw = &adapter->hw;
	unsigned int i;

	spin_lock_bh(&adapter->stats_lock);
	for (i = 0; i < IGBR_HW_STATS && igbr_may_read(adapter); i++) {
		u64 value = igbr_rd32(hw, igbr_hw_stats[i].reg);

		if (igbr_hw_stats[i].wide)
			value |= (u64)igbr_rd32(hw, igbr_hw_stats[i].reg + 4) << 32;
		if (!READ_ONCE(hw->gone))
			adapter->hw_stats[i] += value;
	}
	for (i = 0; i < adapter->hw.mac->max_queues; i++)
		igbr_read_queue_drops(adapter, i);
	spin_unlock_bh(&adapter->stats_lock);
}

/**
 * igbr_stats_update_queue - the same for what the MAC counts of one receive queue
 * @adapter: the port
 * @queue: the queue
 *
 * Context: any but hard interrupt.
 */
void igbr_stats_update_queue(struct igbr_adapter *adapter, unsigned int queue)
{
	spin_lock_bh(&adapter->stats_lock);
	igbr_read_queue_drops(adapter, queue);
	spin_unlock_bh(&adapter->stats_lock);
}

static_assert(IGBR_RX_XDP_DROP + IGBR_XDP_FAILED == IGBR_RX_XDP_FAILED);
static const char * const igbr_rx_names[IGBR_RX_STATS] = {
	[IGBR_RX_PACKETS] = "packets",
	[IGBR_RX_BYTES] = "bytes",
	[IGBR_RX_DROPS] = "drops",
	[IGBR_RX_CSUM_NONE] = "csum_none",
	[IGBR_RX_CSUM_ERR] = "csum_err",
	[IGBR_RX_ALLOC_FAILED] = "alloc_failed",
	[IGBR_RX_BAD_DESCS] = "bad_descs",
	[IGBR_RX_ERRORS] = "errors",
	[IGBR_RX_HW_DROPS] = "hw_drops",
	[IGBR_RX_GRO_MERGED] = "gro_merged",
	[IGBR_RX_GRO_HELD] = "gro_held",
	[IGBR_RX_GRO_NORMAL] = "gro_normal",
	[IGBR_RX_GRO_CONSUMED] = "gro_consumed",
	[IGBR_RX_XDP_DROP] = "xdp_drop",
	[IGBR_RX_XDP_TX] = "xdp_tx",
	[IGBR_RX_XDP_REDIRECT] = "xdp_redirect",
	[IGBR_RX_XDP_ABORTED] = "xdp_aborted",
	[IGBR_RX_XDP_FAILED] = "xdp_failed",
};

static const char * const igbr_tx_names[IGBR_TX_STATS] = {
	[IGBR_TX_PACKETS] = "packets",
	[IGBR_TX_BYTES] = "bytes",
	[IGBR_TX_RESTART] = "restart",
	[IGBR_TX_DROPS] = "drops",
	[IGBR_TX_BAD_HEADS] = "bad_heads",
	[IGBR_TX_NEEDS_CSUM] = "needs_csum",
	[IGBR_TX_GSO_PACKETS] = "gso_packets",
	[IGBR_TX_GSO_BYTES] = "gso_bytes",
	[IGBR_TX_GSO_WIRE_PACKETS] = "gso_wire_packets",
	[IGBR_TX_GSO_WIRE_BYTES] = "gso_wire_bytes",
	[IGBR_TX_XDP_PACKETS] = "xdp_packets",
};

/**
 * igbr_rx_values - the counters of a receive queue
 * @adapter: the port
 * @queue: the queue
 * @data: IGBR_RX_STATS values
 *
 * Context: any but hard interrupt.
 */
void igbr_rx_values(struct igbr_adapter *adapter, unsigned int queue, u64 *data)
{
	struct igbr_rx_ring *ring = adapter->rx_rings[queue];
	struct igbr_rx_stats *stats = &ring->stats;
	unsigned int start, i;

	do {
		start = u64_stats_fetch_begin(&ring->syncp);
		for (i = 0; i < IGBR_XDP_VERDICTS; i++)
			data[IGBR_RX_XDP_DROP + i] = u64_stats_read(&stats->xdp[i]);
		data[IGBR_RX_PACKETS] = igbr_rx_packets(ring);
		data[IGBR_RX_BYTES] = u64_stats_read(&stats->bytes);
		data[IGBR_RX_DROPS] = u64_stats_read(&stats->drops);
		data[IGBR_RX_CSUM_NONE] = u64_stats_read(&stats->csum_none);
		data[IGBR_RX_CSUM_ERR] = u64_stats_read(&stats->csum_errors);
		data[IGBR_RX_ALLOC_FAILED] = u64_stats_read(&stats->alloc_failed);
		data[IGBR_RX_BAD_DESCS] = u64_stats_read(&stats->bad_descs);
		data[IGBR_RX_ERRORS] = u64_stats_read(&stats->errors);
		data[IGBR_RX_GRO_MERGED] = u64_stats_read(&stats->gro[GRO_MERGED]) +
					   u64_stats_read(&stats->gro[GRO_MERGED_FREE]);
		data[IGBR_RX_GRO_HELD] = u64_stats_read(&stats->gro[GRO_HELD]);
		data[IGBR_RX_GRO_NORMAL] = u64_stats_read(&stats->gro[GRO_NORMAL]);
		data[IGBR_RX_GRO_CONSUMED] = u64_stats_read(&stats->gro[GRO_CONSUMED]);
	} while (u64_stats_fetch_retry(&ring->syncp, start));
	data[IGBR_RX_HW_DROPS] = adapter->queue_drops[queue];
}

/**
 * igbr_tx_values - the counters of a transmit queue
 * @adapter: the port
 * @queue: the queue
 * @data: IGBR_TX_STATS values
 *
 * Context: any but hard interrupt.
 */
void igbr_tx_values(struct igbr_adapter *adapter, unsigned int queue, u64 *data)
{
	struct igbr_tx_ring *ring = adapter->tx_rings[queue];
	u64 xdp_bytes;
	unsigned int start;

	do {
		start = u64_stats_fetch_begin(&ring->syncp);
		data[IGBR_TX_PACKETS] = u64_stats_read(&ring->packets);
		data[IGBR_TX_BYTES] = u64_stats_read(&ring->bytes);
		data[IGBR_TX_BAD_HEADS] = u64_stats_read(&ring->bad_heads);
	} while (u64_stats_fetch_retry(&ring->syncp, start));
	do {
		start = u64_stats_fetch_begin(&ring->xmit_syncp);
		data[IGBR_TX_RESTART] = u64_stats_read(&ring->restarts);
		data[IGBR_TX_DROPS] = u64_stats_read(&ring->drops);
		data[IGBR_TX_NEEDS_CSUM] = u64_stats_read(&ring->needs_csum);
		data[IGBR_TX_GSO_PACKETS] = u64_stats_read(&ring->gso_packets);
		data[IGBR_TX_GSO_BYTES] = u64_stats_read(&ring->gso_bytes);
		data[IGBR_TX_GSO_WIRE_PACKETS] = u64_stats_read(&ring->gso_wire_packets);
		data[IGBR_TX_GSO_WIRE_BYTES] = u64_stats_read(&ring->gso_wire_bytes);
		data[IGBR_TX_XDP_PACKETS] = u64_stats_read(&ring->xdp_packets);
		xdp_bytes = u64_stats_read(&ring->xdp_bytes);
	} while (u64_stats_fetch_retry(&ring->xmit_syncp, start));
	data[IGBR_TX_PACKETS] += data[IGBR_TX_XDP_PACKETS];
	data[IGBR_TX_BYTES] += xdp_bytes;
}

/**
 * igbr_get_stats64 - the network device's counters
 * @netdev: network device
 * @stats: zeroed by the core
 *
 * Context: any but hard interrupt.
 */
void igbr_get_stats64(struct net_device *netdev, struct rtnl_link_stats64 *stats)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);
	const u64 *hw = adapter->hw_stats;
	u64 rx[IGBR_RX_STATS], tx[IGBR_TX_STATS];
	unsigned int i;

	igbr_stats_update(adapter);
	for (i = 0; i < IGBR_MAX_QUEUES; i++) {
		igbr_rx_values(adapter, i, rx);
		stats->rx_packets += rx[IGBR_RX_PACKETS];
		stats->rx_bytes += rx[IGBR_RX_BYTES];
		stats->rx_dropped += rx[IGBR_RX_DROPS];
		stats->rx_fifo_errors += rx[IGBR_RX_HW_DROPS];
		igbr_tx_values(adapter, i, tx);
		stats->tx_packets += tx[IGBR_TX_PACKETS];
		stats->tx_bytes += tx[IGBR_TX_BYTES];
		stats->tx_dropped += tx[IGBR_TX_DROPS];
	}
	spin_lock_bh(&adapter->stats_lock);
	stats->multicast = hw[IGBR_STAT_MPRC];
	stats->collisions = hw[IGBR_STAT_COLC];
	stats->rx_crc_errors = hw[IGBR_STAT_CRCERRS];
	stats->rx_frame_errors = hw[IGBR_STAT_ALGNERRC];
	stats->rx_length_errors = hw[IGBR_STAT_RUC] + hw[IGBR_STAT_ROC] + hw[IGBR_STAT_RFC] +
				  hw[IGBR_STAT_RJC] + hw[IGBR_STAT_RLEC];
	stats->rx_missed_errors = hw[IGBR_STAT_MPC];
	stats->rx_errors = stats->rx_crc_errors + stats->rx_frame_errors +
			   stats->rx_length_errors + hw[IGBR_STAT_RXERRC];
	stats->tx_aborted_errors = hw[IGBR_STAT_ECOL];
	stats->tx_window_errors = hw[IGBR_STAT_LATECOL];
	stats->tx_carrier_errors = hw[IGBR_STAT_TNCRS];
	stats->tx_errors = stats->tx_aborted_errors + stats->tx_window_errors +
			   stats->tx_carrier_errors;
	spin_unlock_bh(&adapter->stats_lock);
}

/* Counters that are neither the MAC's nor a queue's */
static const char igbr_port_names[][ETH_GSTRING_LEN] = {
	"rx_packets", "tx_packets", "rx_bytes", "tx_bytes", "rx_dropped", "tx_dropped",
	"rx_errors", "tx_errors", "tx_timeout_count", "reset_count",
};

/**
 * igbr_stats_count - how many counters ethtool -S shows
 * @adapter: the port
 *
 * Every queue pair that the port may have is shown, so that the list does not change.
 *
 * Return: their number.
 */
unsigned int igbr_stats_count(const struct igbr_adapter *adapter)
{
	return ARRAY_SIZE(igbr_port_names) + IGBR_HW_STATS +
	       adapter->max_queues * (IGBR_RX_STATS + IGBR_TX_STATS);
}

/**
 * igbr_stats_strings - names of the counters
 * @adapter: the port
 * @data: igbr_stats_count() strings of ETH_GSTRING_LEN
 */
void igbr_stats_strings(const struct igbr_adapter *adapter, u8 *data)
{
	unsigned int i, q;

	for (i = 0; i < ARRAY_SIZE(igbr_port_names); i++)
		ethtool_puts(&data, igbr_port_names[i]);
	for (i = 0; i < IGBR_HW_STATS; i++)
		ethtool_puts(&data, igbr_hw_stats[i].name);
	for (q = 0; q < adapter->max_queues; q++)
		for (i = 0; i < IGBR_TX_STATS; i++)
			ethtool_sprintf(&data, "tx_queue_%u_%s", q, igbr_tx_names[i]);
	for (q = 0; q < adapter->max_queues; q++)
		for (i = 0; i < IGBR_RX_STATS; i++)
			ethtool_sprintf(&data, "rx_queue_%u_%s", q, igbr_rx_names[i]);
}

/**
 * igbr_stats_values - values of the counters
 * @adapter: the port
 * @data: igbr_stats_count() values
 *
 * Context: process.
 */
void igbr_stats_values(struct igbr_adapter *adapter, u64 *data)
{
	struct rtnl_link_stats64 stats = { };
	unsigned int i;

	igbr_get_stats64(adapter->netdev, &stats);
	*data++ = stats.rx_packets;
	*data++ = stats.tx_packets;
	*data++ = stats.rx_bytes;
	*data++ = stats.tx_bytes;
	*data++ = stats.rx_dropped;
	*data++ = stats.tx_dropped;
	*data++ = stats.rx_errors;
	*data++ = stats.tx_errors;
	*data++ = adapter->tx_timeouts;
	*data++ = adapter->resets;
	spin_lock_bh(&adapter->stats_lock);
	memcpy(data, adapter->hw_stats, IGBR_HW_STATS * sizeof(*data));
	spin_unlock_bh(&adapter->stats_lock);
	data += IGBR_HW_STATS;
	for (i = 0; i < adapter->max_queues; i++, data += IGBR_TX_STATS)
		igbr_tx_values(adapter, i, data);
	for (i = 0; i < adapter->max_queues; i++, data += IGBR_RX_STATS)
		igbr_rx_values(adapter, i, data);
}
