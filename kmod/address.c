// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which frames the MAC accepts: unicast and multicast addresses, VLANs, and everything.
 *
 * This room owns RCTL, the address registers and tables, and the VLAN table.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>

#include "igbr.h"

/* Secondary unicast addresses into the registers that are left; false: there are too many. */
static bool igbr_write_unicast(struct igbr_adapter *adapter)
{
	unsigned int count = adapter->hw.mac->rar_count, i = 1;
	struct netdev_hw_addr *ha;

	if (netdev_uc_count(adapter->netdev) > count - 1)
		return false;
	netdev_for_each_uc_addr(ha, adapter->netdev)
		igbr_mac_set_rar(&adapter->hw, i++, ha->addr);
	while (i < count)
		igbr_mac_clear_rar(&adapter->hw, i++);
	return true;
}

static void igbr_write_multicast(struct igbr_adapter *adapter)
{
	u32 table[IGBR_MTA_SIZE] = { };
	struct netdev_hw_addr *ha;
	unsigned int i;

	netdev_for_each_mc_addr(ha, adapter->netdev) {
		unsigned int bit = igbr_mac_hash_multicast(ha->addr);

		table[bit / 32] |= BIT(bit % 32);
	}
	for (i = 0; i < adapter->hw.mac->mta_count; i++)
		igbr_wr32(&adapter->hw, IGBR_MTA(i), table[i]);
}

/* Context: the address list's lock. */
static void igbr_write_filters(struct igbr_adapter *adapter, netdev_features_t features)
{
	u32 rctl = IGBR_RCTL_EN | IGBR_RCTL_BAM | IGBR_RCTL_LPE | IGBR_RCTL_SECRC;
	unsigned int flags = adapter->netdev->flags;

	if (!igbr_write_unicast(adapter) || flags & IFF_PROMISC)
		rctl |= IGBR_RCTL_UPE;
	if (flags & (IFF_PROMISC | IFF_ALLMULTI))
		rctl |= IGBR_RCTL_MPE;
	else
		igbr_write_multicast(adapter);
	/* It lets frames in that are longer than RLPML says: only where buffers can take them. */
	if (features & NETIF_F_RXALL && adapter->config.rx_all)
		rctl |= IGBR_RCTL_SBP | IGBR_RCTL_PMCF;
	/* Who listens to everything listens to every VLAN. */
	else if (features & NETIF_F_HW_VLAN_CTAG_FILTER && !(flags & IFF_PROMISC))
		rctl |= IGBR_RCTL_VFE;
	igbr_wr32(&adapter->hw, IGBR_RCTL, rctl);
}

/**
 * igbr_set_rx_mode - write the address filters
 * @netdev: network device
 *
 * Context: the address list's lock.
 */
void igbr_set_rx_mode(struct net_device *netdev)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);

	if (adapter->active_queues)
		igbr_write_filters(adapter, netdev->features);
}

/**
 * igbr_address_set_features - bring rx-all and the VLAN filter into force
 * @adapter: the port, started
 * @features: NETIF_F_* bits
 *
 * Context: process, rtnl.
 */
void igbr_address_set_features(struct igbr_adapter *adapter, netdev_features_t features)
{
	netif_addr_lock_bh(adapter->netdev);
	igbr_write_filters(adapter, features);
	netif_addr_unlock_bh(adapter->netdev);
}

static void igbr_write_vlans(struct igbr_adapter *adapter, unsigned int row)
{
	u32 bits = 0;
	unsigned int i;

	for (i = 0; i < 32; i++)
		if (test_bit(32 * row + i, adapter->vlans))
			bits |= BIT(i);
	igbr_mac_set_vlans(&adapter->hw, row, bits);
}

/**
 * igbr_address_start - write addresses and VLANs to a MAC that was reset, and let it receive
 * @adapter: the port
 *
 * Context: process, rtnl.
 */
void igbr_address_start(struct igbr_adapter *adapter)
{
	unsigned int row;

	igbr_mac_init_filters(&adapter->hw);
	igbr_mac_set_rar(&adapter->hw, 0, adapter->netdev->dev_addr);
	for (row = 0; row < VLAN_N_VID / 32; row++)
		igbr_write_vlans(adapter, row);
	igbr_address_set_features(adapter, adapter->netdev->features);
}

static int igbr_set_vlan(struct net_device *netdev, u16 vid, bool on)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);

	__assign_bit(vid, adapter->vlans, on);
	if (adapter->active_queues)
		igbr_write_vlans(adapter, vid / 32);
	return 0;
}

/**
 * igbr_vlan_add - accept frames of a VLAN
 * @netdev: network device
 * @proto: kind of tag; there is only 802.1Q
 * @vid: VLAN
 *
 * Context: process, rtnl.
 * Return: 0.
 */
int igbr_vlan_add(struct net_device *netdev, __be16 proto, u16 vid)
{
	return igbr_set_vlan(netdev, vid, true);
}

/**
 * igbr_vlan_remove - accept frames of a VLAN no longer
 * @netdev: network device
 * @proto: kind of tag; there is only 802.1Q
 * @vid: VLAN
 *
 * Context: process, rtnl.
 * Return: 0.
 */
int igbr_vlan_remove(struct net_device *netdev, __be16 proto, u16 vid)
{
	return igbr_set_vlan(netdev, vid, false);
}

/**
 * igbr_set_mac_address - change the port's own address
 * @netdev: network device
 * @p: struct sockaddr with the address
 *
 * Context: process, rtnl.
 * Return: 0 or -EADDRNOTAVAIL.
 */
int igbr_set_mac_address(struct net_device *netdev, void *p)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);
	struct sockaddr *addr = p;

	if (!is_valid_ether_addr(addr->sa_data))
		return -EADDRNOTAVAIL;
	eth_hw_addr_set(netdev, addr->sa_data);
	if (adapter->active_queues)
		igbr_mac_set_rar(&adapter->hw, 0, netdev->dev_addr);
	return 0;
}
