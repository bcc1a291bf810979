// SPDX-License-Identifier: GPL-2.0-only
/*
 * The network device: its operations, addresses, features and MTU.
 */
#include <linux/bitfield.h>
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>

#include "igbr.h"
#include "link_settings.h"
#include "power.h"
#include "stats.h"
#include "steering/arfs.h"
#include "steering/filter.h"
#include "steering/flower.h"
#include "steering/ntuple.h"

#define IGBR_TX_TIMEOUT		(5 * HZ)

/* Lengths that the offload context has bits for */
#define IGBR_MAX_MAC_HEADER	FIELD_MAX(IGBR_TXC_MACLEN)
#define IGBR_MAX_IP_HEADER	FIELD_MAX(IGBR_TXC_IPLEN)

/* Packets in tunnels that the stack prepares so that just the inner payload is to be cut */
#define IGBR_TUNNEL_FEATURES	(NETIF_F_GSO_PARTIAL | NETIF_F_GSO_GRE | NETIF_F_GSO_GRE_CSUM |	\
				 NETIF_F_GSO_IPXIP4 | NETIF_F_GSO_IPXIP6 |			\
				 NETIF_F_GSO_UDP_TUNNEL | NETIF_F_GSO_UDP_TUNNEL_CSUM)

static int igbr_open(struct net_device *netdev)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);
	int err;

	err = igbr_power_get(adapter);
	if (err)
		return err;
	err = igbr_port_open(adapter);
	igbr_power_put(adapter);
	return err;
}

static int igbr_stop(struct net_device *netdev)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);

	/* One that sleeps, or that could not be brought back, is closed already. */
	if (adapter->active_queues)
		igbr_port_close(adapter);
	return 0;
}

static int igbr_change_mtu(struct net_device *netdev, int mtu)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);
	struct igbr_config config = adapter->config;
	int err;

	err = igbr_xdp_check_mtu(adapter, mtu);
	if (err)
		return err;
	config.mtu = mtu;
	err = igbr_port_reconfigure(adapter, &config);
	if (!err)
		WRITE_ONCE(netdev->mtu, mtu);
	return err;
}

/* The device inserts tags only while it strips them: one bit enables both (CTRL.VME). */
static netdev_features_t igbr_fix_features(struct net_device *netdev, netdev_features_t features)
{
	if (!(features & NETIF_F_HW_VLAN_CTAG_RX))
		features &= ~NETIF_F_HW_VLAN_CTAG_TX;
	return features;
}

static int igbr_set_features(struct net_device *netdev, netdev_features_t features)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);
	struct igbr_link_config link = adapter->link_config;
	struct igbr_config config = adapter->config;
	int err;

	err = igbr_flower_set_features(adapter, features);
	if (err)
		return err;
	config.rx_all = features & NETIF_F_RXALL;
	if (config.rx_all != adapter->config.rx_all) {
		err = igbr_port_reconfigure(adapter, &config);
		/* Without memory for other buffers, those that take more serve as well. */
		if (err && config.rx_all)
			return err;
	}
	link.loopback = features & NETIF_F_LOOPBACK;
	if (link.loopback != adapter->link_config.loopback) {
		err = igbr_link_apply(adapter, &link);
		if (err)
			return err;
	}
	if (!(features & NETIF_F_NTUPLE)) {
		igbr_ntuple_set_queues(adapter, 0);
		igbr_arfs_flush(adapter);
	}
	igbr_port_set_features(adapter, features);
	if (adapter->active_queues)
		igbr_address_set_features(adapter, features);
	return 0;
}

static noinline netdev_features_t igbr_tagged_features(struct sk_buff *skb,
						       netdev_features_t features)
{
	return vlan_features_check(skb, features);
}

/*
 * A frame for which the device is to look into a tunnel, or past headers that are too long. It
 * takes all before the inner transport header for the network header, and copies it as it is.
 */
static noinline netdev_features_t igbr_deep_features(struct sk_buff *skb, unsigned int mac_header,
						     unsigned int ip_header,
						     netdev_features_t features)
{
	if (mac_header > IGBR_MAX_MAC_HEADER || ip_header > IGBR_MAX_IP_HEADER ||
	    !(features & NETIF_F_GSO_PARTIAL))
		return features & ~(NETIF_F_CSUM_MASK | NETIF_F_SCTP_CRC | NETIF_F_GSO_MASK);
	/* Each segment gets the ID of the inner packet. */
	if (!(features & NETIF_F_TSO_MANGLEID) && skb_shinfo(skb)->gso_type & SKB_GSO_TCPV4)
		features &= ~NETIF_F_GSO_MASK;
	return features;
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
		features = igbr_deep_features(skb, mac_header, ip_header, features);
	if (unlikely(eth_type_vlan(skb->protocol)))
		return igbr_tagged_features(skb, features);
	return features;
}

const struct net_device_ops igbr_netdev_ops = {
	.ndo_open = igbr_open,
	.ndo_stop = igbr_stop,
	.ndo_start_xmit = igbr_xmit_frame,
	.ndo_features_check = igbr_features_check,
	.ndo_set_rx_mode = igbr_set_rx_mode,
	.ndo_set_mac_address = igbr_set_mac_address,
	.ndo_validate_addr = eth_validate_addr,
	.ndo_eth_ioctl = igbr_eth_ioctl,
	.ndo_change_mtu = igbr_change_mtu,
	.ndo_vlan_rx_add_vid = igbr_vlan_add,
	.ndo_vlan_rx_kill_vid = igbr_vlan_remove,
	.ndo_fix_features = igbr_fix_features,
	.ndo_set_features = igbr_set_features,
	.ndo_setup_tc = igbr_flower_setup,
#ifdef CONFIG_RFS_ACCEL
	.ndo_rx_flow_steer = igbr_arfs_steer,
#endif
	.ndo_get_stats64 = igbr_get_stats64,
	.ndo_tx_timeout = igbr_tx_timeout,
	.ndo_bpf = igbr_xdp,
	.ndo_xdp_xmit = igbr_xdp_xmit,
};

/* QEMU's igb takes the first transport header for the one to sum, a tunnel's for instance. */
static bool igbr_is_qemu(const struct pci_dev *pdev)
{
	return pdev->subsystem_vendor == PCI_SUBVENDOR_ID_REDHAT_QUMRANET &&
	       pdev->subsystem_device == PCI_SUBDEVICE_ID_QEMU;
}

/**
 * igbr_netdev_init - what the network device can do
 * @adapter: the port, its hardware known
 */
void igbr_netdev_init(struct igbr_adapter *adapter)
{
	struct net_device *netdev = adapter->netdev;

	netdev->netdev_ops = &igbr_netdev_ops;
	netdev->ethtool_ops = &igbr_ethtool_ops;
	netdev->stat_ops = &igbr_netdev_stat_ops;
	netdev->watchdog_timeo = IGBR_TX_TIMEOUT;
	netdev->min_mtu = ETH_MIN_MTU;
	netdev->max_mtu = IGBR_MTU_MAX;
	netdev->vlan_features = NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_SCTP_CRC | NETIF_F_TSO |
				NETIF_F_TSO6 | NETIF_F_GSO_UDP_L4 | NETIF_F_HIGHDMA;
	netdev->hw_features = (netdev->vlan_features & ~NETIF_F_HIGHDMA) | NETIF_F_RXCSUM |
			      NETIF_F_RXHASH | NETIF_F_HW_VLAN_CTAG_TX |
			      NETIF_F_HW_VLAN_CTAG_RX | NETIF_F_HW_VLAN_CTAG_FILTER;
	if (igbr_filter_locations(adapter))
		netdev->hw_features |= NETIF_F_NTUPLE | NETIF_F_HW_TC;
	netdev->features = netdev->hw_features | NETIF_F_HIGHDMA;
	netdev->hw_features |= NETIF_F_RXALL | NETIF_F_LOOPBACK | IGBR_TUNNEL_FEATURES;
	if (!igbr_is_qemu(adapter->pdev)) {
		netdev->features |= IGBR_TUNNEL_FEATURES;
		netdev->mpls_features = NETIF_F_HW_CSUM;
	}
	netdev->gso_partial_features = IGBR_TUNNEL_FEATURES & ~NETIF_F_GSO_PARTIAL;
	/* What is said of tunnels is what VLAN interfaces pass on of them. */
	netdev->vlan_features |= IGBR_TUNNEL_FEATURES;
	netdev->hw_enc_features = NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_TSO | NETIF_F_TSO6 |
				  NETIF_F_HIGHDMA | IGBR_TUNNEL_FEATURES;
	netdev->priv_flags |= IFF_UNICAST_FLT | IFF_SUPP_NOFCS;
	netdev->xdp_features = NETDEV_XDP_ACT_BASIC | NETDEV_XDP_ACT_REDIRECT |
			       NETDEV_XDP_ACT_NDO_XMIT | NETDEV_XDP_ACT_RX_SG |
			       NETDEV_XDP_ACT_NDO_XMIT_SG;
	eth_hw_addr_set(netdev, adapter->hw.perm_addr);
	ether_addr_copy(netdev->perm_addr, adapter->hw.perm_addr);
}
