// SPDX-License-Identifier: GPL-2.0-only
/*
 * ethtool: thin; each operation asks the room that owns the matter.
 */
#include <linux/ethtool.h>

#include "dump.h"
#include "igbr.h"
#include "link_settings.h"
#include "power.h"
#include "selftest.h"
#include "stats.h"
#include "steering/filter.h"
#include "steering/ntuple.h"
#include "steering/rss.h"

/* The core has woken the device. */
static int igbr_ethtool_begin(struct net_device *netdev)
{
	return igbr_power_open(netdev_priv(netdev));
}

static void igbr_get_drvinfo(struct net_device *netdev, struct ethtool_drvinfo *info)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);
	char version[IGBR_NVM_VERSION_LEN];

	strscpy(info->driver, IGBR_NAME, sizeof(info->driver));
	strscpy(info->bus_info, pci_name(adapter->pdev), sizeof(info->bus_info));
	igbr_nvm_version(&adapter->hw, version);
	strscpy(info->fw_version, version, sizeof(info->fw_version));
}

/* Private flags, by bit */
static const char igbr_priv_flags[][ETH_GSTRING_LEN] = { "legacy-rx" };
#define IGBR_PRIV_LEGACY_RX	BIT(0)

static u32 igbr_get_priv_flags(struct net_device *netdev)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);

	return adapter->rx_rings[0]->legacy ? IGBR_PRIV_LEGACY_RX : 0;
}

static int igbr_set_priv_flags(struct net_device *netdev, u32 flags)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);
	unsigned int i;

	/* Also the rings not in use, so that a queue that is added later is like the others. */
	for (i = 0; i < IGBR_MAX_QUEUES; i++)
		igbr_rx_set_legacy(adapter->rx_rings[i], flags & IGBR_PRIV_LEGACY_RX);
	return 0;
}

static int igbr_get_sset_count(struct net_device *netdev, int sset)
{
	switch (sset) {
	case ETH_SS_STATS:
		return igbr_stats_count(netdev_priv(netdev));
	case ETH_SS_TEST:
		return igbr_selftest_count;
	case ETH_SS_PRIV_FLAGS:
		return ARRAY_SIZE(igbr_priv_flags);
	default:
		return -EOPNOTSUPP;
	}
}

static void igbr_get_strings(struct net_device *netdev, u32 sset, u8 *data)
{
	if (sset == ETH_SS_STATS)
		igbr_stats_strings(netdev_priv(netdev), data);
	else if (sset == ETH_SS_TEST)
		igbr_selftest_strings(data);
	else if (sset == ETH_SS_PRIV_FLAGS)
		memcpy(data, igbr_priv_flags, sizeof(igbr_priv_flags));
}

static void igbr_get_ethtool_stats(struct net_device *netdev, struct ethtool_stats *stats,
				   u64 *data)
{
	igbr_stats_values(netdev_priv(netdev), data);
}

static u32 igbr_get_msglevel(struct net_device *netdev)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);

	return adapter->msg_enable;
}

static void igbr_set_msglevel(struct net_device *netdev, u32 value)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);

	adapter->msg_enable = value;
}

static void igbr_get_ringparam(struct net_device *netdev, struct ethtool_ringparam *ring,
			       struct kernel_ethtool_ringparam *kernel_ring,
			       struct netlink_ext_ack *extack)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);

	ring->rx_max_pending = IGBR_RING_MAX;
	ring->tx_max_pending = IGBR_RING_MAX;
	ring->rx_pending = adapter->config.rx_count;
	ring->tx_pending = adapter->config.tx_count;
}

static bool igbr_ring_size_ok(u32 size)
{
	return size >= IGBR_RING_MIN && size <= IGBR_RING_MAX && size % IGBR_RING_STEP == 0;
}

static int igbr_set_ringparam(struct net_device *netdev, struct ethtool_ringparam *ring,
			      struct kernel_ethtool_ringparam *kernel_ring,
			      struct netlink_ext_ack *extack)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);
	struct igbr_config config = adapter->config;
	int err;

	if (!igbr_ring_size_ok(ring->rx_pending) || !igbr_ring_size_ok(ring->tx_pending)) {
		NL_SET_ERR_MSG_FMT_MOD(extack, "a ring has %u to %u descriptors, a multiple of %u",
				       IGBR_RING_MIN, IGBR_RING_MAX, IGBR_RING_STEP);
		return -EINVAL;
	}
	config.rx_count = ring->rx_pending;
	config.tx_count = ring->tx_pending;
	err = igbr_port_reconfigure(adapter, &config);
	if (err)
		NL_SET_ERR_MSG_MOD(extack, "no memory for rings of this size: the old ones stay");
	return err;
}

static u32 igbr_other_vectors(const struct igbr_adapter *adapter)
{
	return adapter->irq_mode == IGBR_IRQ_MSIX ? 1 : 0;
}

static void igbr_get_channels(struct net_device *netdev, struct ethtool_channels *channels)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);

	channels->max_combined = adapter->max_queues;
	channels->combined_count = adapter->config.queues;
	channels->max_other = igbr_other_vectors(adapter);
	channels->other_count = channels->max_other;
}

static int igbr_set_channels(struct net_device *netdev, struct ethtool_channels *channels)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);
	struct igbr_config config = adapter->config;
	int err;

	/* The core has checked the maxima. */
	if (channels->other_count != igbr_other_vectors(adapter)) {
		netdev_err(netdev, "the vector for other causes cannot be given up\n");
		return -EINVAL;
	}
	err = igbr_filter_check_queues(adapter, channels->combined_count);
	if (err)
		return err;
	config.queues = channels->combined_count;
	return igbr_port_reconfigure(adapter, &config);
}

static int igbr_get_coalesce(struct net_device *netdev, struct ethtool_coalesce *coalesce,
			     struct kernel_ethtool_coalesce *kernel_coalesce,
			     struct netlink_ext_ack *extack)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);

	igbr_moderation_get(adapter->vectors[0], coalesce);
	return 0;
}

static int igbr_set_coalesce(struct net_device *netdev, struct ethtool_coalesce *coalesce,
			     struct kernel_ethtool_coalesce *kernel_coalesce,
			     struct netlink_ext_ack *extack)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);
	unsigned int i;
	int err;

	err = igbr_moderation_check(coalesce, extack);
	if (err)
		return err;
	/* Also those not in use, so that a queue that is added later is like the others. */
	for (i = 0; i < IGBR_MAX_QUEUES; i++)
		igbr_moderation_set(adapter->vectors[i], coalesce);
	return 0;
}

static int igbr_check_queue(struct net_device *netdev, u32 queue)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);

	if (queue < adapter->config.queues)
		return 0;
	netdev_err(netdev, "there is no queue %u: the last one is %u\n", queue,
		   adapter->config.queues - 1);
	return -EINVAL;
}

static int igbr_get_queue_coalesce(struct net_device *netdev, u32 queue,
				   struct ethtool_coalesce *coalesce)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);
	int err;

	err = igbr_check_queue(netdev, queue);
	if (!err)
		igbr_moderation_get(adapter->vectors[queue], coalesce);
	return err;
}

static int igbr_set_queue_coalesce(struct net_device *netdev, u32 queue,
				   struct ethtool_coalesce *coalesce)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);
	struct netlink_ext_ack extack = { };
	int err;

	err = igbr_check_queue(netdev, queue);
	if (err)
		return err;
	err = igbr_moderation_check(coalesce, &extack);
	if (err)
		/* This call takes no message back. */
		netdev_err(netdev, "%s\n", extack._msg);
	else
		igbr_moderation_set(adapter->vectors[queue], coalesce);
	return err;
}

static u32 igbr_get_rx_ring_count(struct net_device *netdev)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);

	return adapter->config.queues;
}

IGBR_RXNFC(igbr_get_rx_ring_count, igbr_ntuple_get)

static u32 igbr_get_rxfh_indir_size(struct net_device *netdev)
{
	return IGBR_RETA_SIZE;
}

static u32 igbr_get_rxfh_key_size(struct net_device *netdev)
{
	return IGBR_RSS_KEY_SIZE;
}

static int igbr_get_tunable(struct net_device *netdev, const struct ethtool_tunable *tunable,
			    void *data)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);

	switch (tunable->id) {
	case ETHTOOL_RX_COPYBREAK:
		*(u32 *)data = adapter->rx_rings[0]->copybreak;
		return 0;
	case ETHTOOL_TX_COPYBREAK:
		*(u32 *)data = adapter->tx_rings[0]->copybreak;
		return 0;
	default:
		return -EOPNOTSUPP;
	}
}

static int igbr_set_tunable(struct net_device *netdev, const struct ethtool_tunable *tunable,
			    const void *data)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);
	bool rx = tunable->id == ETHTOOL_RX_COPYBREAK;
	u32 len = *(u32 *)data, most = rx ? IGBR_RX_COPY_LEN : IGBR_TX_COPY_LEN;
	unsigned int i;

	if (!rx && tunable->id != ETHTOOL_TX_COPYBREAK)
		return -EOPNOTSUPP;
	if (len > most) {
		netdev_err(netdev, "%s-copybreak is %u at the most, %u does not go\n",
			   rx ? "rx" : "tx", most, len);
		return -EINVAL;
	}
	/* Also those not in use, so that a queue that is added later is like the others. */
	for (i = 0; i < IGBR_MAX_QUEUES; i++) {
		if (rx)
			igbr_rx_set_copybreak(adapter->rx_rings[i], len);
		else
			igbr_tx_set_copybreak(adapter->tx_rings[i], len);
	}
	return 0;
}

const struct ethtool_ops igbr_ethtool_ops = {
	.supported_coalesce_params = ETHTOOL_COALESCE_USECS | ETHTOOL_COALESCE_USE_ADAPTIVE_RX,
	.begin = igbr_ethtool_begin,
	.get_drvinfo = igbr_get_drvinfo,
	.get_link = ethtool_op_get_link,
	.get_link_ksettings = igbr_get_link_ksettings,
	.set_link_ksettings = igbr_set_link_ksettings,
	.nway_reset = igbr_nway_reset,
	.get_pauseparam = igbr_get_pauseparam,
	.set_pauseparam = igbr_set_pauseparam,
	.set_phys_id = igbr_set_phys_id,
	.get_regs_len = igbr_get_regs_len,
	.get_regs = igbr_get_regs,
	.get_eeprom_len = igbr_get_eeprom_len,
	.get_eeprom = igbr_get_eeprom,
	.get_wol = igbr_get_wol,
	.set_wol = igbr_set_wol,
	.get_msglevel = igbr_get_msglevel,
	.set_msglevel = igbr_set_msglevel,
	.get_priv_flags = igbr_get_priv_flags,
	.set_priv_flags = igbr_set_priv_flags,
	.get_sset_count = igbr_get_sset_count,
	.get_strings = igbr_get_strings,
	.self_test = igbr_self_test,
	.get_ethtool_stats = igbr_get_ethtool_stats,
	.get_eth_mac_stats = igbr_get_eth_mac_stats,
	.get_eth_ctrl_stats = igbr_get_eth_ctrl_stats,
	.get_eth_phy_stats = igbr_get_eth_phy_stats,
	.get_pause_stats = igbr_get_pause_stats,
	.get_rmon_stats = igbr_get_rmon_stats,
	.get_ringparam = igbr_get_ringparam,
	.set_ringparam = igbr_set_ringparam,
	.get_channels = igbr_get_channels,
	.set_channels = igbr_set_channels,
	.get_coalesce = igbr_get_coalesce,
	.set_coalesce = igbr_set_coalesce,
	.get_per_queue_coalesce = igbr_get_queue_coalesce,
	.set_per_queue_coalesce = igbr_set_queue_coalesce,
	IGBR_RX_RING_COUNT_OP(igbr_get_rx_ring_count)
	.get_rxnfc = IGBR_RXNFC_FUNCTION(igbr_ntuple_get),
	.set_rxnfc = igbr_ntuple_set,
	.get_rxfh_indir_size = igbr_get_rxfh_indir_size,
	.get_rxfh_key_size = igbr_get_rxfh_key_size,
	.get_rxfh = igbr_rss_get,
	.set_rxfh = igbr_rss_set,
	.get_rxfh_fields = igbr_rss_get_fields,
	.set_rxfh_fields = igbr_rss_set_fields,
	.get_tunable = igbr_get_tunable,
	.set_tunable = igbr_set_tunable,
	.get_ts_info = ethtool_op_get_ts_info,
};
