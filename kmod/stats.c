// SPDX-License-Identifier: GPL-2.0-only
/*
 * Statistics: the one reader of the MAC's counters, which clear as they are read, and every
 * view of them and of the rings' counters.
 */
#include <linux/bitfield.h>
#include <linux/ethtool.h>

#include "igbr.h"

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

enum {
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
	IGBR_STAT_REST,
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
	[IGBR_STAT_REST] = { "rx_frames_good", IGBR_GPRC },
	{ "rx_octets_good", IGBR_GORCL, true },
	{ "rx_frames_total", IGBR_TPR },
	{ "rx_octets_total", IGBR_TORL, true },
	{ "rx_broadcast", IGBR_BPRC },
	{ "rx_frames_64", IGBR_PRC64 },
	{ "rx_frames_65_to_127", IGBR_PRC127 },
	{ "rx_frames_128_to_255", IGBR_PRC255 },
	{ "rx_frames_256_to_511", IGBR_PRC511 },
	{ "rx_frames_512_to_1023", IGBR_PRC1023 },
	{ "rx_frames_1024_to_max", IGBR_PRC1522 },
	{ "rx_flow_control_xon", IGBR_XONRXC },
	{ "rx_flow_control_xoff", IGBR_XOFFRXC },
	{ "rx_flow_control_unsupported", IGBR_FCRUC },
	{ "rx_management", IGBR_MGTPRC },
	{ "rx_management_dropped", IGBR_MGTPDC },
	{ "tx_frames_good", IGBR_GPTC },
	{ "tx_octets_good", IGBR_GOTCL, true },
	{ "tx_frames_total", IGBR_TPT },
	{ "tx_octets_total", IGBR_TOTL, true },
	{ "tx_multicast", IGBR_MPTC },
	{ "tx_broadcast", IGBR_BPTC },
	{ "tx_frames_64", IGBR_PTC64 },
	{ "tx_frames_65_to_127", IGBR_PTC127 },
	{ "tx_frames_128_to_255", IGBR_PTC255 },
	{ "tx_frames_256_to_511", IGBR_PTC511 },
	{ "tx_frames_512_to_1023", IGBR_PTC1023 },
	{ "tx_frames_1024_to_max", IGBR_PTC1522 },
	{ "tx_flow_control_xon", IGBR_XONTXC },
	{ "tx_flow_control_xoff", IGBR_XOFFTXC },
	{ "tx_tso_contexts", IGBR_TSCTC },
	{ "tx_single_collisions", IGBR_SCC },
	{ "tx_multiple_collisions", IGBR_MCC },
	{ "tx_deferred", IGBR_DC },
	{ "tx_management", IGBR_MGTPTC },
};

#define IGBR_HW_STATS	ARRAY_SIZE(igbr_hw_stats)
static_assert(IGBR_HW_STATS <= IGBR_HW_STATS_MAX);

/**
 * igbr_stats_update - add what the MAC has counted since the last time
 * @adapter: the port
 *
 * The 32-bit counters wrap after 48 minutes of the shortest frames at line rate; every view
 * reads them, and so does every stop.
 *
 * Context: any but hard interrupt.
 */
void igbr_stats_update(struct igbr_adapter *adapter)
{
	struct igbr_hw *hw = &adapter->hw;
	unsigned int i;

	spin_lock_bh(&adapter->stats_lock);
	for (i = 0; i < IGBR_HW_STATS && !READ_ONCE(hw->gone); i++) {
		u64 value = igbr_rd32(hw, igbr_hw_stats[i].reg);

		if (igbr_hw_stats[i].wide)
			value |= (u64)igbr_rd32(hw, igbr_hw_stats[i].reg + 4) << 32;
		if (!READ_ONCE(hw->gone))
			adapter->hw_stats[i] += value;
	}
	for (i = 0; i < adapter->hw.mac->max_queues && !READ_ONCE(hw->gone); i++) {
		u32 drops = igbr_rd32(hw, IGBR_RQDPC(i));

		if (!READ_ONCE(hw->gone))
			adapter->queue_drops[i] += FIELD_GET(IGBR_RQDPC_COUNT, drops);
	}
	spin_unlock_bh(&adapter->stats_lock);
}

/* The counters of a receive queue, in the order of igbr_rx_names */
enum {
	IGBR_RX_PACKETS,
	IGBR_RX_BYTES,
	IGBR_RX_DROPS,
	IGBR_RX_CSUM_ERR,
	IGBR_RX_ALLOC_FAILED,
	IGBR_RX_BAD_DESCS,
	IGBR_RX_ERRORS,
	IGBR_RX_HW_DROPS,
	IGBR_RX_STATS
};

static const char * const igbr_rx_names[IGBR_RX_STATS] = {
	[IGBR_RX_PACKETS] = "packets",
	[IGBR_RX_BYTES] = "bytes",
	[IGBR_RX_DROPS] = "drops",
	[IGBR_RX_CSUM_ERR] = "csum_err",
	[IGBR_RX_ALLOC_FAILED] = "alloc_failed",
	[IGBR_RX_BAD_DESCS] = "bad_descs",
	[IGBR_RX_ERRORS] = "errors",
	[IGBR_RX_HW_DROPS] = "hw_drops",
};

enum {
	IGBR_TX_PACKETS,
	IGBR_TX_BYTES,
	IGBR_TX_RESTART,
	IGBR_TX_DROPS,
	IGBR_TX_BAD_HEADS,
	IGBR_TX_STATS
};

static const char * const igbr_tx_names[IGBR_TX_STATS] = {
	[IGBR_TX_PACKETS] = "packets",
	[IGBR_TX_BYTES] = "bytes",
	[IGBR_TX_RESTART] = "restart",
	[IGBR_TX_DROPS] = "drops",
	[IGBR_TX_BAD_HEADS] = "bad_heads",
};

static void igbr_rx_values(struct igbr_adapter *adapter, unsigned int queue, u64 *data)
{
	struct igbr_rx_ring *ring = adapter->rx_rings[queue];
	struct igbr_rx_stats *stats = &ring->stats;
	unsigned int start;

	do {
		start = u64_stats_fetch_begin(&ring->syncp);
		data[IGBR_RX_PACKETS] = u64_stats_read(&stats->packets);
		data[IGBR_RX_BYTES] = u64_stats_read(&stats->bytes);
		data[IGBR_RX_DROPS] = u64_stats_read(&stats->drops);
		data[IGBR_RX_CSUM_ERR] = u64_stats_read(&stats->csum_errors);
		data[IGBR_RX_ALLOC_FAILED] = u64_stats_read(&stats->alloc_failed);
		data[IGBR_RX_BAD_DESCS] = u64_stats_read(&stats->bad_descs);
		data[IGBR_RX_ERRORS] = u64_stats_read(&stats->errors);
	} while (u64_stats_fetch_retry(&ring->syncp, start));
	data[IGBR_RX_HW_DROPS] = adapter->queue_drops[queue];
}

static void igbr_tx_values(struct igbr_adapter *adapter, unsigned int queue, u64 *data)
{
	struct igbr_tx_ring *ring = adapter->tx_rings[queue];
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
	} while (u64_stats_fetch_retry(&ring->xmit_syncp, start));
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
