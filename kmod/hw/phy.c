// SPDX-License-Identifier: GPL-2.0-only
/*
 * The internal copper PHY: IEEE 802.3 clause 22 registers behind MDIC
 * (82576 datasheet, sections 3.5 and 8.2.4).
 */
#include <linux/bitfield.h>
#include <linux/ethtool.h>
#include <linux/iopoll.h>
#include <linux/mii.h>

#include "hw.h"

#define IGBR_BMCR_OWN		(BMCR_PDOWN | BMCR_ISOLATE | BMCR_LOOPBACK | BMCR_ANENABLE)
#define IGBR_BMCR_FORCED	(BMCR_SPEED1000 | BMCR_SPEED100 | BMCR_FULLDPLX)

/* The PHY's settings come from the NVM after power-on: documented to take up to 100 ms. */
#define IGBR_CFG_DONE_STEP_US	(10 * USEC_PER_MSEC)
#define IGBR_CFG_DONE_US	(100 * USEC_PER_MSEC)

static int igbr_phy_mdic(struct igbr_hw *hw, u32 command)
{
	u32 mdic;
	int err;

	igbr_wr32(hw, IGBR_MDIC, command | FIELD_PREP(IGBR_MDIC_PHY, IGBR_PHY_ADDR));
	err = read_poll_timeout(igbr_rd32, mdic, mdic & IGBR_MDIC_READY, 50, 10 * USEC_PER_MSEC,
				false, hw, IGBR_MDIC);
	if (err || hw->gone || mdic & IGBR_MDIC_ERROR)
		return -EIO;
	return FIELD_GET(IGBR_MDIC_DATA, mdic);
}

static int igbr_phy_read(struct igbr_hw *hw, unsigned int reg)
{
	return igbr_phy_mdic(hw, FIELD_PREP(IGBR_MDIC_OP, IGBR_MDIC_OP_READ) |
			     FIELD_PREP(IGBR_MDIC_REG, reg));
}

static int igbr_phy_write(struct igbr_hw *hw, unsigned int reg, u16 value)
{
	int err;

	err = igbr_phy_mdic(hw, FIELD_PREP(IGBR_MDIC_OP, IGBR_MDIC_OP_WRITE) |
			    FIELD_PREP(IGBR_MDIC_REG, reg) | value);
	return err < 0 ? err : 0;
}

static int igbr_phy_lock(struct igbr_hw *hw)
{
	int err;

	mutex_lock(&hw->phy_lock);
	err = igbr_hw_acquire(hw, IGBR_SYNC_PHY(hw->port));
	if (err)
		mutex_unlock(&hw->phy_lock);
	return err;
}

static void igbr_phy_unlock(struct igbr_hw *hw)
{
	igbr_hw_release(hw, IGBR_SYNC_PHY(hw->port));
	mutex_unlock(&hw->phy_lock);
}

/**
 * igbr_phy_identify - find the PHY
 * @hw: the port
 *
 * Context: process, sleeps.
 * Return: 0, -ENODEV when no PHY answers, -EBUSY when the firmware holds it.
 */
int igbr_phy_identify(struct igbr_hw *hw)
{
	int id1, id2, err;
	u32 eemngctl;

	/* Parts without settings for the PHY never say that they are done. */
	if (read_poll_timeout(igbr_rd32, eemngctl, eemngctl & IGBR_EEMNGCTL_CFG_DONE(hw->port),
			      IGBR_CFG_DONE_STEP_US, IGBR_CFG_DONE_US, false, hw,
			      hw->mac->cfg_done))
		dev_dbg(hw->dev, "PHY settings not reported as loaded\n");

	err = igbr_phy_lock(hw);
	if (err)
		return err;
	id1 = igbr_phy_read(hw, MII_PHYSID1);
	id2 = igbr_phy_read(hw, MII_PHYSID2);
	igbr_phy_unlock(hw);
	if (id1 < 0 || id2 < 0 || (id1 == 0xffff && id2 == 0xffff)) {
		dev_err(hw->dev, "no PHY answers at address %d\n", IGBR_PHY_ADDR);
		return -ENODEV;
	}
	hw->phy_id = id1 << 16 | id2;
	return 0;
}

static int igbr_phy_update(struct igbr_hw *hw, unsigned int reg, u16 mask, u16 set, bool *changed)
{
	int old = igbr_phy_read(hw, reg);
	u16 new;

	if (old < 0)
		return old;
	new = (old & ~mask) | set;
	if (new == old)
		return 0;
	*changed = true;
	return igbr_phy_write(hw, reg, new);
}

/* The vendor's own registers are there only while page 0 is. */
static int igbr_phy_choose_page(struct igbr_hw *hw)
{
	return hw->mac->phy->page ? igbr_phy_write(hw, hw->mac->phy->page, 0) : 0;
}

static int igbr_phy_write_mdix(struct igbr_hw *hw, u8 mdix, bool *changed)
{
	const struct igbr_phy_info *phy = hw->mac->phy;
	u16 mask = phy->ctrl_auto | (mdix == ETH_TP_MDI_AUTO ? 0 : phy->ctrl_crossed);
	u16 set = mdix == ETH_TP_MDI ? 0 : mdix == ETH_TP_MDI_X ? phy->ctrl_crossed :
		  phy->ctrl_auto;
	int err;

	err = igbr_phy_choose_page(hw);
	if (err)
		return err;
	return igbr_phy_update(hw, phy->ctrl, mask, set, changed);
}

/* What was written comes into force: by negotiating anew, or by a reset of the PHY. */
static int igbr_phy_commit(struct igbr_hw *hw, bool autoneg, bool reset)
{
	u16 bit = reset ? BMCR_RESET : BMCR_ANRESTART;
	int bmcr, err;

	if (!reset && !autoneg)
		return 0;
	bmcr = igbr_phy_read(hw, MII_BMCR);
	if (bmcr < 0)
		return bmcr;
	err = igbr_phy_write(hw, MII_BMCR, bmcr | bit);
	if (err || !reset)
		return err;
	/* IEEE 802.3, 22.2.4.1.1: within half a second */
	err = read_poll_timeout(igbr_phy_read, bmcr, bmcr < 0 || !(bmcr & BMCR_RESET), 1000,
				500 * USEC_PER_MSEC, false, hw, MII_BMCR);
	return bmcr < 0 ? bmcr : err;
}

/* Loopback needs a register of the vendor's, too; without it, a reset takes that back. */
static int igbr_phy_write_loopback(struct igbr_hw *hw, bool on, bool *reset)
{
	const struct igbr_phy_info *phy = hw->mac->phy;
	int bmcr;

	if (!phy->loopback)
		return 0;
	if (on)
		return igbr_phy_write(hw, phy->loopback, phy->loopback_value);
	bmcr = igbr_phy_read(hw, MII_BMCR);
	if (bmcr < 0)
		return bmcr;
	*reset |= bmcr & BMCR_LOOPBACK;
	return 0;
}

static int igbr_phy_start_locked(struct igbr_hw *hw, const struct igbr_phy_config *config,
				 bool restart)
{
	bool autoneg = config->bmcr & BMCR_ANENABLE, crossed = false, reset = false, forced = false;
	int err;

	err = igbr_phy_write_mdix(hw, config->mdix, &crossed);
	if (err)
		return err;
	err = igbr_phy_update(hw, MII_ADVERTISE, ADVERTISE_ALL | ADVERTISE_PAUSE_CAP |
			      ADVERTISE_PAUSE_ASYM, config->advertise, &restart);
	if (err)
		return err;
	err = igbr_phy_update(hw, MII_CTRL1000, ADVERTISE_1000FULL | ADVERTISE_1000HALF,
			      config->ctrl1000, &restart);
	if (err)
		return err;
	err = igbr_phy_write_loopback(hw, config->bmcr & BMCR_LOOPBACK, &reset);
	if (err)
		return err;
	err = igbr_phy_update(hw, MII_BMCR, IGBR_BMCR_OWN | (autoneg ? 0 : IGBR_BMCR_FORCED),
			      config->bmcr, &forced);
	if (err)
		return err;
	/* A reset would end a loopback. */
	if (hw->mac->phy->soft_reset && !(config->bmcr & BMCR_LOOPBACK))
		reset |= crossed || (forced && !autoneg);
	if (!restart && !crossed && !forced && !reset)
		return 0;
	return igbr_phy_commit(hw, autoneg, reset);
}

/**
 * igbr_phy_start - power up and bring the link to the wanted terms
 * @hw: the port
 * @config: the terms
 * @restart: negotiate anew in any case
 *
 * A link that is up on the right terms stays up; else autonegotiation starts, and its end is
 * told by an interrupt.
 *
 * Context: process, sleeps.
 * Return: 0 or a negative error.
 */
int igbr_phy_start(struct igbr_hw *hw, const struct igbr_phy_config *config, bool restart)
{
	struct igbr_link link;
	int err;

	err = igbr_phy_lock(hw);
	if (err)
		return err;
	igbr_mac_read_link(hw, &link);
	/* A MAC that was reset may wait for the end of a negotiation before it receives. */
	if (config->bmcr & BMCR_LOOPBACK && !link.up)
		err = igbr_phy_write(hw, MII_BMCR, BMCR_ANENABLE | BMCR_ANRESTART);
	if (!err)
		err = igbr_phy_start_locked(hw, config, restart || !link.up);
	igbr_phy_unlock(hw);
	return err;
}

/**
 * igbr_phy_read_mdix - whether the pairs are crossed
 * @hw: the port, link up
 *
 * Context: process, sleeps.
 * Return: ETH_TP_MDI or ETH_TP_MDI_X, or a negative error.
 */
int igbr_phy_read_mdix(struct igbr_hw *hw)
{
	const struct igbr_phy_info *phy = hw->mac->phy;
	int value = igbr_phy_lock(hw);

	if (value)
		return value;
	value = igbr_phy_choose_page(hw);
	if (!value)
		value = igbr_phy_read(hw, phy->status);
	igbr_phy_unlock(hw);
	if (value < 0)
		return value;
	return value & phy->status_crossed ? ETH_TP_MDI_X : ETH_TP_MDI;
}

/**
 * igbr_phy_restart_autoneg - negotiate the link anew
 * @hw: the port
 *
 * Context: process, sleeps.
 * Return: 0 or a negative error.
 */
int igbr_phy_restart_autoneg(struct igbr_hw *hw)
{
	bool changed = false;
	int err;

	err = igbr_phy_lock(hw);
	if (err)
		return err;
	err = igbr_phy_update(hw, MII_BMCR, BMCR_ANRESTART, BMCR_ANRESTART, &changed);
	igbr_phy_unlock(hw);
	return err;
}

/**
 * igbr_phy_read_one - read a register of the PHY for a user
 * @hw: the port
 * @reg: the register, 0 to 31
 *
 * Context: process, sleeps.
 * Return: its value or a negative error.
 */
int igbr_phy_read_one(struct igbr_hw *hw, unsigned int reg)
{
	int value = igbr_phy_lock(hw);

	if (value)
		return value;
	value = igbr_phy_read(hw, reg);
	igbr_phy_unlock(hw);
	return value;
}

/**
 * igbr_phy_write_one - write a register of the PHY for a user
 * @hw: the port
 * @reg: the register, 0 to 31
 * @value: what to write
 *
 * Context: process, sleeps.
 * Return: 0 or a negative error.
 */
int igbr_phy_write_one(struct igbr_hw *hw, unsigned int reg, u16 value)
{
	int err = igbr_phy_lock(hw);

	if (err)
		return err;
	err = igbr_phy_write(hw, reg, value);
	igbr_phy_unlock(hw);
	return err;
}

/**
 * igbr_phy_read_advertising - what both ends offered
 * @hw: the port
 * @advertise: our MII_ADVERTISE
 * @ctrl1000: our MII_CTRL1000
 * @partner: the partner's MII_LPA
 * @stat1000: the partner's MII_STAT1000
 *
 * Context: process, sleeps.
 * Return: 0 or a negative error.
 */
int igbr_phy_read_advertising(struct igbr_hw *hw, u16 *advertise, u16 *ctrl1000, u16 *partner,
			      u16 *stat1000)
{
	static const u8 regs[] = { MII_ADVERTISE, MII_CTRL1000, MII_LPA, MII_STAT1000 };
	u16 *values[] = { advertise, ctrl1000, partner, stat1000 };
	unsigned int i;
	int err;

	err = igbr_phy_lock(hw);
	if (err)
		return err;
	for (i = 0; i < ARRAY_SIZE(regs); i++) {
		err = igbr_phy_read(hw, regs[i]);
		if (err < 0)
			break;
		*values[i] = err;
	}
	igbr_phy_unlock(hw);
	return err < 0 ? err : 0;
}

/**
 * igbr_phy_resolve_pause - find out which way pause frames go on this link
 * @hw: the port
 * @link: its state, link up; the pause fields are set
 *
 * Context: process, sleeps.
 * Return: 0 or a negative error.
 */
int igbr_phy_resolve_pause(struct igbr_hw *hw, struct igbr_link *link)
{
	u16 advertise, ctrl1000, partner, stat1000;
	u8 pause;
	int err;

	link->rx_pause = false;
	link->tx_pause = false;
	if (!link->full_duplex)
		return 0;
	err = igbr_phy_read_advertising(hw, &advertise, &ctrl1000, &partner, &stat1000);
	if (err)
		return err;
	pause = mii_resolve_flowctrl_fdx(advertise, partner);
	link->rx_pause = pause & FLOW_CTRL_RX;
	link->tx_pause = pause & FLOW_CTRL_TX;
	return 0;
}
