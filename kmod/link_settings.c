// SPDX-License-Identifier: GPL-2.0-only
/*
 * The link as users see and set it: speed, duplex, crossover, pause, LEDs. link.c has the link.
 *
 * None of these operations has a place for a reason: it goes to the log.
 */
#include <linux/mii.h>

#include "igbr.h"
#include "link_settings.h"
#include "power.h"

/* Blinks in a second, when the LEDs identify the port */
#define IGBR_ID_BLINKS		2

static void igbr_supported_modes(unsigned long *modes)
{
	linkmode_zero(modes);
	mii_adv_mod_linkmode_adv_t(modes, ADVERTISE_ALL | ADVERTISE_PAUSE_CAP |
				   ADVERTISE_PAUSE_ASYM);
	linkmode_set_bit(ETHTOOL_LINK_MODE_1000baseT_Full_BIT, modes);
	linkmode_set_bit(ETHTOOL_LINK_MODE_Autoneg_BIT, modes);
	linkmode_set_bit(ETHTOOL_LINK_MODE_TP_BIT, modes);
}

static void igbr_advertised_modes(const struct igbr_link_config *config, unsigned long *modes)
{
	linkmode_zero(modes);
	linkmode_set_bit(ETHTOOL_LINK_MODE_TP_BIT, modes);
	if (!config->autoneg)
		return;
	mii_adv_mod_linkmode_adv_t(modes, config->advertise);
	linkmode_mod_bit(ETHTOOL_LINK_MODE_1000baseT_Full_BIT, modes, config->advertise_1000);
	linkmode_set_bit(ETHTOOL_LINK_MODE_Autoneg_BIT, modes);
	linkmode_mod_bit(ETHTOOL_LINK_MODE_Pause_BIT, modes, config->rx_pause);
	linkmode_mod_bit(ETHTOOL_LINK_MODE_Asym_Pause_BIT, modes,
			 config->rx_pause || config->tx_pause);
}

/* Speed and duplex of the link as it is */
static void igbr_show_speed(struct net_device *netdev, struct ethtool_link_settings *base)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);
	bool up = netif_carrier_ok(netdev);

	base->speed = up ? adapter->link.speed : SPEED_UNKNOWN;
	base->duplex = !up ? DUPLEX_UNKNOWN :
		       adapter->link.full_duplex ? DUPLEX_FULL : DUPLEX_HALF;
}

/**
 * igbr_get_link_ksettings - the link as it is and as it was asked for
 * @netdev: network device
 * @cmd: filled
 *
 * Context: process, rtnl; likewise for the other operations.
 * Return: 0 or a negative error of the PHY.
 */
int igbr_get_link_ksettings(struct net_device *netdev, struct ethtool_link_ksettings *cmd)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);
	const struct igbr_link_config *config = &adapter->link_config;
	u16 advertise, ctrl1000, partner, stat1000;
	int err;

	igbr_supported_modes(cmd->link_modes.supported);
	igbr_advertised_modes(config, cmd->link_modes.advertising);
	ethtool_link_ksettings_zero_link_mode(cmd, lp_advertising);
	cmd->base.port = PORT_TP;
	cmd->base.phy_address = IGBR_PHY_ADDR;
	cmd->base.autoneg = config->autoneg ? AUTONEG_ENABLE : AUTONEG_DISABLE;
	cmd->base.eth_tp_mdix_ctrl = config->mdix;
	cmd->base.eth_tp_mdix = ETH_TP_MDI_INVALID;
	igbr_show_speed(netdev, &cmd->base);
	if (!netif_carrier_ok(netdev))
		return 0;

	err = igbr_phy_read_mdix(&adapter->hw);
	if (err < 0)
		return err;
	cmd->base.eth_tp_mdix = err;
	if (!config->autoneg)
		return 0;
	err = igbr_phy_read_advertising(&adapter->hw, &advertise, &ctrl1000, &partner, &stat1000);
	if (err)
		return err;
	mii_adv_mod_linkmode_adv_t(cmd->link_modes.lp_advertising, partner);
	mii_stat1000_mod_linkmode_lpa_t(cmd->link_modes.lp_advertising, stat1000);
	return 0;
}

/* What is to be advertised, from the modes that the user named. */
static int igbr_parse_advertising(struct net_device *netdev, const unsigned long *modes,
				  struct igbr_link_config *config)
{
	__ETHTOOL_DECLARE_LINK_MODE_MASK(supported);

	igbr_supported_modes(supported);
	config->autoneg = true;
	config->advertise = linkmode_adv_to_mii_adv_t(modes) &
			    (ADVERTISE_ALL & ~ADVERTISE_CSMA);
	config->advertise_1000 = linkmode_test_bit(ETHTOOL_LINK_MODE_1000baseT_Full_BIT, modes);
	if (linkmode_subset(modes, supported) && (config->advertise || config->advertise_1000))
		return 0;
	netdev_err(netdev, "can advertise 10 and 100 Mbit/s half and full duplex and 1000 Mbit/s full duplex, at least one of them\n");
	return -EINVAL;
}

/* 1000BASE-T needs autonegotiation: asked for by force, it alone is advertised. */
static int igbr_parse_forced(struct net_device *netdev, const struct ethtool_link_settings *base,
			     struct igbr_link_config *config)
{
	bool full = base->duplex == DUPLEX_FULL;
	struct ethtool_link_settings shown;

	/* Who changes something else hands in what was shown, which need not be what was forced. */
	igbr_show_speed(netdev, &shown);
	if (!config->autoneg && base->speed == shown.speed && base->duplex == shown.duplex)
		return 0;
	if (base->speed == SPEED_1000 && full) {
		config->autoneg = true;
		config->advertise = 0;
		config->advertise_1000 = true;
		return 0;
	}
	if ((base->speed != SPEED_10 && base->speed != SPEED_100) ||
	    (!full && base->duplex != DUPLEX_HALF)) {
		netdev_err(netdev, "can force 10 or 100 Mbit/s, half or full duplex, or 1000 Mbit/s full duplex\n");
		return -EINVAL;
	}
	config->autoneg = false;
	config->speed = base->speed;
	config->full_duplex = full;
	return 0;
}

static int igbr_parse_mdix(struct net_device *netdev, u8 mdix, struct igbr_link_config *config)
{
	if (mdix > ETH_TP_MDI_AUTO) {
		netdev_err(netdev, "crossover (mdix) is on, off or auto\n");
		return -EINVAL;
	}
	if (mdix != ETH_TP_MDI_INVALID)
		config->mdix = mdix;
	if (config->autoneg || config->mdix == ETH_TP_MDI_AUTO)
		return 0;
	netdev_err(netdev, "forced crossover needs autonegotiation: set mdix auto, or autoneg on\n");
	return -EINVAL;
}

/**
 * igbr_set_link_ksettings - ethtool -s: autonegotiation, speed, duplex and crossover
 * @netdev: network device
 * @cmd: what is wanted
 *
 * Return: 0, -EINVAL for what this port cannot do, or a negative error of the PHY.
 */
int igbr_set_link_ksettings(struct net_device *netdev, const struct ethtool_link_ksettings *cmd)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);
	struct igbr_link_config config = adapter->link_config;
	int err;

	if (cmd->base.port != PORT_TP) {
		netdev_err(netdev, "the only port is twisted pair (tp)\n");
		return -EINVAL;
	}
	if (cmd->base.autoneg == AUTONEG_ENABLE)
		err = igbr_parse_advertising(netdev, cmd->link_modes.advertising, &config);
	else
		err = igbr_parse_forced(netdev, &cmd->base, &config);
	if (!err)
		err = igbr_parse_mdix(netdev, cmd->base.eth_tp_mdix_ctrl, &config);
	return err ?: igbr_link_apply(adapter, &config);
}

/**
 * igbr_get_pauseparam - ethtool -a
 * @netdev: network device
 * @pause: filled with what was asked for
 */
void igbr_get_pauseparam(struct net_device *netdev, struct ethtool_pauseparam *pause)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);

	pause->autoneg = adapter->link_config.pause_autoneg;
	pause->rx_pause = adapter->link_config.rx_pause;
	pause->tx_pause = adapter->link_config.tx_pause;
}

/**
 * igbr_set_pauseparam - ethtool -A
 * @netdev: network device
 * @pause: what is wanted
 *
 * Return: 0, -EINVAL, or a negative error of the PHY.
 */
int igbr_set_pauseparam(struct net_device *netdev, struct ethtool_pauseparam *pause)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);
	struct igbr_link_config config = adapter->link_config;

	if (pause->autoneg && !config.autoneg) {
		netdev_err(netdev, "pause frames cannot be negotiated on a forced link: use autoneg off\n");
		return -EINVAL;
	}
	config.pause_autoneg = pause->autoneg;
	config.rx_pause = pause->rx_pause;
	config.tx_pause = pause->tx_pause;
	return igbr_link_apply(adapter, &config);
}

/**
 * igbr_nway_reset - ethtool -r
 * @netdev: network device
 *
 * Return: 0, -ENETDOWN, -EINVAL on a forced link or in loopback, or a negative error of the PHY.
 */
int igbr_nway_reset(struct net_device *netdev)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);

	if (!netif_running(netdev)) {
		netdev_err(netdev, "a port that is down negotiates nothing: set it up\n");
		return -ENETDOWN;
	}
	if (!adapter->link_config.autoneg || adapter->link_config.loopback) {
		netdev_err(netdev, "the link is not negotiated: use autoneg on and loopback off\n");
		return -EINVAL;
	}
	return igbr_phy_restart_autoneg(&adapter->hw);
}

/**
 * igbr_set_phys_id - ethtool -p: let the LEDs identify the port
 * @netdev: network device
 * @state: what the LEDs are to do
 *
 * Return: 0, or how often in a second the core shall switch them on and off.
 */
int igbr_set_phys_id(struct net_device *netdev, enum ethtool_phys_id_state state)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);

	/* Between two calls, a reset of the function or the machine's sleep may have begun. */
	if (test_bit(IGBR_FLAG_OFFLINE, &adapter->flags))
		return 0;
	switch (state) {
	case ETHTOOL_ID_ACTIVE:
		return IGBR_ID_BLINKS;
	case ETHTOOL_ID_INACTIVE:
		igbr_mac_restore_leds(&adapter->hw);
		return 0;
	default:
		igbr_mac_set_leds(&adapter->hw, state == ETHTOOL_ID_ON);
		return 0;
	}
}

static int igbr_mii_access(struct igbr_hw *hw, struct mii_ioctl_data *data, bool write)
{
	unsigned int reg = data->reg_num & (BIT(5) - 1);
	int value;

	if (write)
		return igbr_phy_write_one(hw, reg, data->val_in);
	value = igbr_phy_read_one(hw, reg);
	if (value < 0)
		return value;
	data->val_out = value;
	return 0;
}

/**
 * igbr_eth_ioctl - the PHY's registers, as mii-tool asks for them
 * @netdev: network device
 * @ifr: holds the register's number, and its value
 * @cmd: what to do; the core has checked that who writes may
 *
 * Return: 0, -EOPNOTSUPP for other requests, or a negative error of the PHY.
 */
int igbr_eth_ioctl(struct net_device *netdev, struct ifreq *ifr, int cmd)
{
	struct igbr_adapter *adapter = netdev_priv(netdev);
	struct mii_ioctl_data *data = if_mii(ifr);
	int err;

	switch (cmd) {
	case SIOCGMIIPHY:
		data->phy_id = IGBR_PHY_ADDR;
		return 0;
	case SIOCGMIIREG:
	case SIOCSMIIREG:
		break;
	default:
		return -EOPNOTSUPP;
	}
	err = igbr_power_get(adapter);
	if (err)
		return err;
	err = igbr_mii_access(&adapter->hw, data, cmd == SIOCSMIIREG);
	igbr_power_put(adapter);
	return err;
}
