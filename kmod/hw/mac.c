// SPDX-License-Identifier: GPL-2.0-only
/*
 * The MAC: reset, address filters, flow control, link state, and the semaphores that
 * driver and firmware share.
 */
#include <linux/bitfield.h>
#include <linux/delay.h>
#include <linux/iopoll.h>
#include <linux/minmax.h>

#include "hw.h"

/* Addresses and type of pause frames, IEEE 802.3 annex 31B */
#define IGBR_PAUSE_ADDR_LOW	0x00c28001
#define IGBR_PAUSE_ADDR_HIGH	0x00000100
#define IGBR_PAUSE_TYPE		0x8808
/* Longest pause: the sender asks again or lets go before it ends */
#define IGBR_PAUSE_TIME		0xffff

#define IGBR_SEMAPHORE_STEP_US	50
#define IGBR_SEMAPHORE_US	(100 * USEC_PER_MSEC)
#define IGBR_RESOURCE_STEP_US	(5 * USEC_PER_MSEC)
#define IGBR_RESOURCE_US	USEC_PER_SEC

/**
 * igbr_hw_check_gone - see whether the device still answers
 * @hw: the port
 * @reg: register whose read gave all ones
 *
 * STATUS never reads as all ones on a device that is there. Safe in any context.
 */
void igbr_hw_check_gone(struct igbr_hw *hw, u32 reg)
{
	if (READ_ONCE(hw->gone))
		return;
	if (reg != IGBR_STATUS && readl(hw->regs + IGBR_STATUS) != U32_MAX)
		return;
	WRITE_ONCE(hw->gone, true);
	dev_err(hw->dev, "device does not answer (register 0x%05x reads all ones)\n", reg);
}

static int igbr_hw_get_semaphore(struct igbr_hw *hw)
{
	u32 swsm;
	int err;

	/* Reading takes SMBI: the one who reads it as zero owns it (4.7.1). */
	err = read_poll_timeout(igbr_rd32, swsm, !(swsm & IGBR_SWSM_SMBI) || READ_ONCE(hw->gone),
				IGBR_SEMAPHORE_STEP_US, IGBR_SEMAPHORE_US, false, hw, IGBR_SWSM);
	if (hw->gone)
		return -EIO;
	if (err) {
		/* An owner that died left it; free it once, then it is a fault. */
		if (hw->smbi_cleared)
			return err;
		hw->smbi_cleared = true;
		dev_warn(hw->dev, "freeing the software semaphore that nobody released\n");
		igbr_wr32(hw, IGBR_SWSM, 0);
		if (igbr_rd32(hw, IGBR_SWSM) & IGBR_SWSM_SMBI)
			return err;
	}

	igbr_wr32(hw, IGBR_SWSM, IGBR_SWSM_SMBI | IGBR_SWSM_SWESMBI);
	err = read_poll_timeout(igbr_rd32, swsm, swsm & IGBR_SWSM_SWESMBI,
				IGBR_SEMAPHORE_STEP_US, IGBR_SEMAPHORE_US, false, hw, IGBR_SWSM);
	if (err)
		igbr_wr32(hw, IGBR_SWSM, 0);
	return err;
}

static void igbr_hw_put_semaphore(struct igbr_hw *hw)
{
	igbr_wr32(hw, IGBR_SWSM, 0);
}

/* Returns 0, or -EAGAIN when the firmware or the other port has one of @resources. */
static int igbr_hw_try_acquire(struct igbr_hw *hw, u32 resources)
{
	u32 sync;
	int err;

	err = igbr_hw_get_semaphore(hw);
	if (err)
		return err;
	sync = igbr_rd32(hw, IGBR_SW_FW_SYNC);
	if (sync & (resources | resources << IGBR_SYNC_FW_SHIFT))
		err = -EAGAIN;
	else
		igbr_wr32(hw, IGBR_SW_FW_SYNC, sync | resources);
	igbr_hw_put_semaphore(hw);
	return err;
}

/**
 * igbr_hw_acquire - take resources that the firmware and other ports use too
 * @hw: the port
 * @resources: IGBR_SYNC_* bits
 *
 * Context: process, sleeps.
 * Return: 0, or -EBUSY when they were not given up within a second.
 */
int igbr_hw_acquire(struct igbr_hw *hw, u32 resources)
{
	int result, err;

	err = read_poll_timeout(igbr_hw_try_acquire, result,
				result != -EAGAIN || READ_ONCE(hw->gone),
				IGBR_RESOURCE_STEP_US, IGBR_RESOURCE_US, false, hw, resources);
	if (!err && !result)
		return 0;
	if (!hw->gone)
		dev_err(hw->dev, "firmware does not give up resources 0x%x\n", resources);
	return -EBUSY;
}

/**
 * igbr_hw_release - give back what igbr_hw_acquire() took
 * @hw: the port
 * @resources: the same bits
 */
void igbr_hw_release(struct igbr_hw *hw, u32 resources)
{
	if (igbr_hw_get_semaphore(hw)) {
		if (!hw->gone)
			dev_err(hw->dev, "cannot release resources 0x%x\n", resources);
		return;
	}
	igbr_wr32(hw, IGBR_SW_FW_SYNC, igbr_rd32(hw, IGBR_SW_FW_SYNC) & ~resources);
	igbr_hw_put_semaphore(hw);
}

/* No new requests on the bus, and wait for those under way (5.2.3.3.2). */
static void igbr_mac_disable_master(struct igbr_hw *hw)
{
	u32 status;

	igbr_wr32(hw, IGBR_CTRL, igbr_rd32(hw, IGBR_CTRL) | IGBR_CTRL_GIO_MASTER_DISABLE);
	if (read_poll_timeout(igbr_rd32, status,
			      !(status & IGBR_STATUS_GIO_MASTER_ENABLE) || READ_ONCE(hw->gone),
			      100, 80 * USEC_PER_MSEC, false, hw, IGBR_STATUS))
		dev_warn(hw->dev, "bus requests still pending before reset\n");
}

/**
 * igbr_mac_reset - stop all traffic and DMA and bring the MAC to its reset state
 * @hw: the port
 *
 * The PHY keeps its link. Interrupts are masked afterwards, and the address registers hold what
 * the NVM says.
 *
 * Context: process, sleeps.
 * Return: 0, or -EIO when the device does not come back.
 */
int igbr_mac_reset(struct igbr_hw *hw)
{
	u32 ctrl, eecd;

	igbr_wr32(hw, IGBR_IMC, U32_MAX);
	igbr_wr32(hw, IGBR_RCTL, 0);
	igbr_wr32(hw, IGBR_TCTL, IGBR_TCTL_PSP);
	igbr_mac_disable_master(hw);
	if (hw->gone)
		return -EIO;

	ctrl = igbr_rd32(hw, IGBR_CTRL);
	igbr_wr32(hw, IGBR_CTRL, ctrl | IGBR_CTRL_RST);
	/* No access for a millisecond (4.2.1.6.1). */
	usleep_range(1000, 2000);
	if (read_poll_timeout(igbr_rd32, ctrl, !(ctrl & IGBR_CTRL_RST), 1000,
			      20 * USEC_PER_MSEC, false, hw, IGBR_CTRL)) {
		dev_err(hw->dev, "reset does not end (CTRL 0x%08x)\n", ctrl);
		return -EIO;
	}
	/* Parts without an NVM never report the end of its automatic read: not an error. */
	if (read_poll_timeout(igbr_rd32, eecd, eecd & IGBR_EECD_AUTO_RD, 1000,
			      10 * USEC_PER_MSEC, false, hw, IGBR_EECD))
		dev_dbg(hw->dev, "automatic NVM read not reported (EECD 0x%08x)\n", eecd);

	igbr_wr32(hw, IGBR_IMC, U32_MAX);
	igbr_rd32(hw, IGBR_ICR);
	return hw->gone ? -EIO : 0;
}

/**
 * igbr_mac_read_addr - learn the MAC address that the NVM gave
 * @hw: the port, just reset
 */
void igbr_mac_read_addr(struct igbr_hw *hw)
{
	u32 low = igbr_rd32(hw, IGBR_RAL(0));
	u32 high = igbr_rd32(hw, IGBR_RAL(0) + IGBR_RAH_OFFSET);
	unsigned int i;

	for (i = 0; i < 4; i++)
		hw->perm_addr[i] = low >> (8 * i);
	for (i = 0; i < 2; i++)
		hw->perm_addr[4 + i] = high >> (8 * i);
}

static u32 igbr_mac_ral(unsigned int index)
{
	return index < 16 ? IGBR_RAL(index) : IGBR_RAL_HIGH(index);
}

/**
 * igbr_mac_set_rar - accept frames to an address
 * @hw: the port
 * @index: receive address register, below rar_count of the MAC
 * @addr: the address
 *
 * Context: any; the caller keeps others from the same register.
 */
void igbr_mac_set_rar(struct igbr_hw *hw, unsigned int index, const u8 *addr)
{
	u32 low = addr[0] | addr[1] << 8 | addr[2] << 16 | (u32)addr[3] << 24;
	u32 high = addr[4] | addr[5] << 8;
	u32 ral = igbr_mac_ral(index);

	/* Not valid while it is half written. */
	igbr_wr32(hw, ral + IGBR_RAH_OFFSET, 0);
	igbr_wr32(hw, ral, low);
	igbr_wr32(hw, ral + IGBR_RAH_OFFSET, high | IGBR_RAH_AV);
}

/**
 * igbr_mac_clear_rar - empty a receive address register
 * @hw: the port
 * @index: the register
 */
void igbr_mac_clear_rar(struct igbr_hw *hw, unsigned int index)
{
	u32 ral = igbr_mac_ral(index);

	igbr_wr32(hw, ral + IGBR_RAH_OFFSET, 0);
	igbr_wr32(hw, ral, 0);
}

/**
 * igbr_mac_set_vlans - write a row of the VLAN table
 * @hw: the port
 * @row: VLANs from 32 times this on
 * @bits: a bit for each that is accepted
 */
void igbr_mac_set_vlans(struct igbr_hw *hw, unsigned int row, u32 bits)
{
	unsigned int i;

	for (i = 0; i < hw->mac->vfta_writes; i++)
		igbr_wr32(hw, IGBR_VFTA(row), bits);
}

/**
 * igbr_mac_hash_multicast - place of an address in the multicast table
 * @addr: multicast address
 *
 * Return: bit number: bits 47:36 of the address, which is what RCTL.MO = 0 selects (7.1.2.4).
 */
unsigned int igbr_mac_hash_multicast(const u8 *addr)
{
	return addr[4] >> 4 | addr[5] << 4;
}

/**
 * igbr_mac_init_filters - empty the tables that a reset leaves undefined
 * @hw: the port
 */
void igbr_mac_init_filters(struct igbr_hw *hw)
{
	unsigned int i;

	for (i = 1; i < hw->mac->rar_count; i++)
		igbr_mac_clear_rar(hw, i);
	for (i = 0; i < hw->mac->mta_count; i++)
		igbr_wr32(hw, IGBR_MTA(i), 0);
	for (i = 0; i < hw->mac->uta_count; i++)
		igbr_wr32(hw, IGBR_UTA(i), 0);
}

/**
 * igbr_mac_init_flow_control - thresholds and frame of flow control
 * @hw: the port
 * @max_frame: longest frame that is received, in bytes
 *
 * Pause is asked for while there is still room for a frame in flight each way.
 */
void igbr_mac_init_flow_control(struct igbr_hw *hw, unsigned int max_frame)
{
	u32 buffer = hw->mac->rx_buffer(hw) * 1024;
	u32 high = min(buffer * 9 / 10, buffer - min(buffer, 2 * max_frame)) & ~15U;

	igbr_wr32(hw, IGBR_FCAL, IGBR_PAUSE_ADDR_LOW);
	igbr_wr32(hw, IGBR_FCAH, IGBR_PAUSE_ADDR_HIGH);
	igbr_wr32(hw, IGBR_FCT, IGBR_PAUSE_TYPE);
	igbr_wr32(hw, IGBR_FCTTV, IGBR_PAUSE_TIME);
	igbr_wr32(hw, IGBR_FCRTV, IGBR_PAUSE_TIME / 2);
	igbr_wr32(hw, IGBR_FCRTH, high);
	igbr_wr32(hw, IGBR_FCRTL, (high - min(high, 16U)) | IGBR_FCRTL_XONE);
}

/**
 * igbr_mac_update_ctrl - change bits of CTRL that others do not own
 * @hw: the port
 * @clear: bits to clear
 * @set: bits to set, after that
 *
 * Context: process or softirq.
 */
void igbr_mac_update_ctrl(struct igbr_hw *hw, u32 clear, u32 set)
{
	spin_lock_bh(&hw->ctrl_lock);
	igbr_wr32(hw, IGBR_CTRL, (igbr_rd32(hw, IGBR_CTRL) & ~clear) | set);
	spin_unlock_bh(&hw->ctrl_lock);
}

/**
 * igbr_mac_set_pause - obey and send pause frames, or not
 * @hw: the port
 * @rx: obey the partner's
 * @tx: send our own
 */
void igbr_mac_set_pause(struct igbr_hw *hw, bool rx, bool tx)
{
	igbr_mac_update_ctrl(hw, IGBR_CTRL_RFCE | IGBR_CTRL_TFCE,
			     (rx ? IGBR_CTRL_RFCE : 0) | (tx ? IGBR_CTRL_TFCE : 0));
}

/**
 * igbr_mac_set_link_up - let the MAC follow the PHY's link, speed and duplex
 * @hw: the port
 * @loopback: the PHY sends back what it gets: 1000 Mbit/s without asking it
 */
void igbr_mac_set_link_up(struct igbr_hw *hw, bool loopback)
{
	u32 forced = IGBR_CTRL_FRCSPD | IGBR_CTRL_FRCDPX;

	if (loopback)
		igbr_mac_update_ctrl(hw, IGBR_CTRL_SPEED, forced | IGBR_CTRL_SLU | IGBR_CTRL_FD |
				     FIELD_PREP(IGBR_CTRL_SPEED, IGBR_CTRL_SPEED_1000));
	else
		igbr_mac_update_ctrl(hw, forced, IGBR_CTRL_SLU);
}

/**
 * igbr_mac_set_leds - all LEDs of the port on or off
 * @hw: the port
 * @on: on
 */
void igbr_mac_set_leds(struct igbr_hw *hw, bool on)
{
	if (!hw->ledctl)
		hw->ledctl = igbr_rd32(hw, IGBR_LEDCTL);
	igbr_wr32(hw, IGBR_LEDCTL, on ? IGBR_LEDCTL_ALL_ON : IGBR_LEDCTL_ALL_OFF);
}

/**
 * igbr_mac_restore_leds - let the LEDs show again what the NVM says
 * @hw: the port
 */
void igbr_mac_restore_leds(struct igbr_hw *hw)
{
	if (hw->ledctl)
		igbr_wr32(hw, IGBR_LEDCTL, hw->ledctl);
	hw->ledctl = 0;
}

/**
 * igbr_mac_read_link - link, speed and duplex as the MAC sees them
 * @hw: the port
 * @link: filled but for pause, which igbr_phy_resolve_pause() knows
 */
void igbr_mac_read_link(struct igbr_hw *hw, struct igbr_link *link)
{
	u32 status = igbr_rd32(hw, IGBR_STATUS);

	*link = (struct igbr_link){ };
	if (hw->gone || !(status & IGBR_STATUS_LU))
		return;
	link->up = true;
	link->full_duplex = status & IGBR_STATUS_FD;
	switch (FIELD_GET(IGBR_STATUS_SPEED, status)) {
	case IGBR_STATUS_SPEED_10:
		link->speed = 10;
		break;
	case IGBR_STATUS_SPEED_100:
		link->speed = 100;
		break;
	default:
		link->speed = 1000;
	}
}

/**
 * igbr_mac_set_driver_loaded - tell the firmware who controls the port
 * @hw: the port
 * @loaded: the driver does
 */
void igbr_mac_set_driver_loaded(struct igbr_hw *hw, bool loaded)
{
	u32 ctrl_ext = igbr_rd32(hw, IGBR_CTRL_EXT) & ~IGBR_CTRL_EXT_DRV_LOAD;

	if (loaded)
		ctrl_ext |= IGBR_CTRL_EXT_DRV_LOAD;
	igbr_wr32(hw, IGBR_CTRL_EXT, ctrl_ext);
}

/**
 * igbr_mac_is_copper - whether the port uses its internal copper PHY
 * @hw: the port
 *
 * Return: false for SerDes, SGMII and 1000BASE-KX.
 */
bool igbr_mac_is_copper(struct igbr_hw *hw)
{
	return FIELD_GET(IGBR_CTRL_EXT_LINK_MODE, igbr_rd32(hw, IGBR_CTRL_EXT)) ==
	       IGBR_LINK_MODE_COPPER;
}

/**
 * igbr_mac_arm_wakeup - receive what is to wake the machine, and nothing else
 * @hw: the port, just reset
 * @filters: IGBR_WUFC_* bits; 0: nothing wakes
 * @addr: the port's address
 */
void igbr_mac_arm_wakeup(struct igbr_hw *hw, u32 filters, const u8 *addr)
{
	igbr_wr32(hw, IGBR_WUC, 0);
	/* Its bits clear as ones are written. */
	igbr_wr32(hw, IGBR_WUS, U32_MAX);
	igbr_wr32(hw, IGBR_WUFC, filters);
	if (!filters)
		return;
	igbr_mac_init_filters(hw);
	igbr_mac_set_rar(hw, 0, addr);
	igbr_mac_update_ctrl(hw, 0, IGBR_CTRL_SLU | IGBR_CTRL_ADVD3WUC);
	igbr_wr32(hw, IGBR_RCTL, IGBR_RCTL_EN | IGBR_RCTL_BAM |
		  (filters & IGBR_WUFC_MC ? IGBR_RCTL_MPE : 0));
	igbr_wr32(hw, IGBR_WUC, IGBR_WUC_PME_EN);
}
