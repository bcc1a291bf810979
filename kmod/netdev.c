// SPDX-License-Identifier: GPL-2.0-only
/*
 * The network device: its operations, addresses, features and MTU.
 */
#include <linux/bitfield.h>
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>

#include "igbr.h"

#define IGBR_TX_TIMEOUT		(5 * HZ)

/* Lengths that the offload context has bits for */
#define IGBR_MAX_MAC_HEADER	FIELD_MAX(IGBR_TXC_MACLEN)
#define IGBR_MAX_IP_HEADER	FIELD_MAX(IGBR_TXC_IPLEN)

static int igbr_open(struct net_device *netdev)
{
	return igbr_port_open(netdev_priv(netdev));
}

static int igbr_stop(struct net_device *netdev)
{
	igbr_port_close(netdev_priv(netdev));
	return 0;
}

static int igbr_change_mtu(struct net_device *netdev, int mtu)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);
	struct igbr_config config = adapter->config;
	int err;

	config.mtu = mtu;
	err = igbr_port_reconfigure(adapter, &config);
	if (!err)
		WRITE_ONCE(netdev->mtu, mtu);
	return err;
}

static int igbr_set_mac_address(struct net_device *netdev, void *p)
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

/**
 * igbr_set_rx_mode - write the address filters
 * @netdev: network device
 *
 * Context: the address list's lock.
 */
void igbr_set_rx_mode(struct net_device *netdev)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);
	u32 rctl = IGBR_RCTL_EN | IGBR_RCTL_BAM | IGBR_RCTL_LPE | IGBR_RCTL_SECRC;

	if (!adapter->active_queues)
		return;
	if (!igbr_write_unicast(adapter) || netdev->flags & IFF_PROMISC)
		rctl |= IGBR_RCTL_UPE;
	if (netdev->flags & (IFF_PROMISC | IFF_ALLMULTI))
		rctl |= IGBR_RCTL_MPE;
	else
		igbr_write_multicast(adapter);
	igbr_wr32(&adapter->hw, IGBR_RCTL, rctl);
}

static int igbr_set_features(struct net_device *netdev, netdev_features_t features)
{
	igbr_port_set_features(netdev_priv(netdev), features);
	return 0;
}

/* What the device cannot do for this frame, the stack does. */
static netdev_features_t igbr_features_check(struct sk_buff *skb, struct net_device *netdev,
					     netdev_features_t features)
{
	unsigned int mac_header = skb_network_offset(skb);
	unsigned int ip_header = skb->csum_start - skb->network_header;

	if (skb->ip_summed == CHECKSUM_PARTIAL &&
	    unlikely(mac_header > IGBR_MAX_MAC_HEADER || ip_header > IGBR_MAX_IP_HEADER ||
		     skb->encapsulation))
		features &= ~(NETIF_F_CSUM_MASK | NETIF_F_GSO_MASK);
	return vlan_features_check(skb, features);
}

const struct net_device_ops igbr_netdev_ops = {
	.ndo_open = igbr_open,
	.ndo_stop = igbr_stop,
	.ndo_start_xmit = igbr_xmit_frame,
	.ndo_features_check = igbr_features_check,
	.ndo_set_rx_mode = igbr_set_rx_mode,
	.ndo_set_mac_address = igbr_set_mac_address,
	.ndo_validate_addr = eth_validate_addr,
	.ndo_change_mtu = igbr_change_mtu,
	.ndo_set_features = igbr_set_features,
	.ndo_get_stats64 = igbr_get_stats64,
	.ndo_tx_timeout = igbr_tx_timeout,
};

/**
 * igbr_netdev_init - what the network device can do
 * @adapter: the port, its hardware known
 */
void igbr_netdev_init(struct igbr_adapter *adapter)
{
	struct net_device *netdev = adapter->netdev;

	netdev->netdev_ops = &igbr_netdev_ops;
	netdev->ethtool_ops = &igbr_ethtool_ops;
	netdev->watchdog_timeo = IGBR_TX_TIMEOUT;
	netdev->min_mtu = ETH_MIN_MTU;
	netdev->max_mtu = IGBR_MTU_MAX;
	netdev->hw_features = NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_RXCSUM | NETIF_F_TSO |
			      NETIF_F_TSO6 | NETIF_F_RXHASH;
	netdev->features = netdev->hw_features | NETIF_F_HIGHDMA;
	netdev->vlan_features = NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_TSO | NETIF_F_TSO6 |
				NETIF_F_HIGHDMA;
	netdev->priv_flags |= IFF_UNICAST_FLT;
	eth_hw_addr_set(netdev, adapter->hw.perm_addr);
	ether_addr_copy(netdev->perm_addr, adapter->hw.perm_addr);
}
