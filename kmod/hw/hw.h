/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hardware room: everything that touches a register outside the hot paths.
 * It knows nothing of net_device; what differs per MAC is a const table.
 */
#ifndef _IGBR_HW_HW_H_
#define _IGBR_HW_HW_H_

#include <linux/device.h>
#include <linux/etherdevice.h>
#include <linux/io.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>

#include "regs.h"

struct igbr_hw;

/**
 * struct igbr_nvm_info - what is where in the NVM
 * @sections: parts with a checksum of their own, one for each port; 1: one for all ports
 * @one_section_by_default: the others have one only where word 3 says so
 * @words: its size in words of 16 bits; 0: EECD tells
 * @flash: it is a flash that may be missing; then the few words that were burnt into the chip
 *	count, and there is no checksum
 */
struct igbr_nvm_info {
	u8 sections;
	bool one_section_by_default;
	u16 words;
	bool flash;
};

/**
 * struct igbr_phy_info - what each vendor has made of the PHY's own registers
 * @page: register that chooses the page of those from 16 on; 0: there are no pages
 * @status: register that tells how the pairs are
 * @status_crossed: its bit for crossed
 * @ctrl: register that chooses how they are to be
 * @ctrl_auto: its bits to find out
 * @ctrl_crossed: its bit for crossed
 * @soft_reset: crossover and forced speeds come into force with a reset of the PHY
 * @loopback: register that loopback needs, too; 0: none
 * @loopback_value: what to write there; a reset of the PHY undoes it
 */
struct igbr_phy_info {
	u8 page;
	u8 status;
	u16 status_crossed;
	u8 ctrl;
	u16 ctrl_auto;
	u16 ctrl_crossed;
	bool soft_reset;
	u8 loopback;
	u16 loopback_value;
};

/**
 * struct igbr_filter_info - slots of the filters that lead to a queue
 * @tuples: that compare protocol and destination port
 * @full_tuples: these compare IPv4 addresses and the source port, too
 * @ethertypes: that compare the Ethernet type
 * @flexes: that compare any of the first 128 bytes
 * @syn: that look for TCP's flag SYN
 * @vlan_priorities: the priority of a VLAN tag can choose among the first four queues
 */
struct igbr_filter_info {
	u8 tuples;
	bool full_tuples;
	u8 ethertypes;
	u8 flexes;
	u8 syn;
	bool vlan_priorities;
};

/**
 * struct igbr_mac_info - what differs from one MAC to another
 * @name: the MAC's name as users know it
 * @max_queues: queue pairs
 * @max_vectors: MSI-X vectors, including the one for other causes
 * @rar_count: receive address registers
 * @mta_count: registers of the multicast table, 32 bits each
 * @uta_count: registers of the unicast table, 32 bits each
 * @vfta_writes: times that a row of the VLAN table has to be written
 * @reta_count: entries of the RSS indirection table
 * @max_frame: longest frame in bytes, with CRC
 * @queue_drops: bits of RQDPC that count
 * @queue_drops_stay: RQDPC is not cleared by a read but by a write
 * @cfg_done: register with IGBR_EEMNGCTL_CFG_DONE()
 * @nvm: its NVM
 * @phy: its internal copper PHY
 * @filters: its filters
 * @rx_buffer: size of the receive packet buffer in KiB
 * @map_rx_queue: route the causes of a receive queue to an MSI-X vector
 * @map_tx_queue: the same for a transmit queue; IGBR_NO_VECTOR: it signals nothing
 */
struct igbr_mac_info {
#define IGBR_NO_VECTOR	UINT_MAX
	const char *name;
	u16 max_queues;
	u16 max_vectors;
	u16 rar_count;
	u16 mta_count;
	u16 uta_count;
	u8 vfta_writes;
	u16 reta_count;
	u16 max_frame;
	u32 queue_drops;
	bool queue_drops_stay;
	u32 cfg_done;
	struct igbr_nvm_info nvm;
	const struct igbr_phy_info *phy;
	struct igbr_filter_info filters;
	unsigned int (*rx_buffer)(struct igbr_hw *hw);
	void (*map_rx_queue)(struct igbr_hw *hw, unsigned int queue, unsigned int vector);
	void (*map_tx_queue)(struct igbr_hw *hw, unsigned int queue, unsigned int vector);
};

/**
 * struct igbr_hw - one port of a device
 * @regs: BAR 0
 * @dev: for messages
 * @mac: the MAC's table
 * @port: number of the port on its chip
 * @gone: a read returned all ones and the device does not answer any more; read without a lock,
 *	cleared only when the slot was reset
 * @wakes: the port can wake the machine
 * @smbi_cleared: the software semaphore was found taken for good once, and was freed by force
 * @ctrl_lock: guards changes of CTRL
 * @phy_lock: one user of MDIC at a time
 * @phy_id: OUI, model and revision of the PHY
 * @burnt: there is no flash: the NVM's words are those that were burnt into the chip
 * @nvm_version: word 5 of the NVM
 * @nvm_words: its size in words of 16 bits
 * @ledctl: LEDCTL as the NVM set it, while the LEDs identify the port
 * @perm_addr: MAC address that the NVM gave
 */
struct igbr_hw {
	u8 __iomem *regs;
	struct device *dev;
	const struct igbr_mac_info *mac;
	u8 port;
	bool gone;
	bool wakes;
	bool smbi_cleared;
	spinlock_t ctrl_lock;	/* changes of CTRL */
	struct mutex phy_lock;	/* MDIC */
	u32 phy_id;
	bool burnt;
	u16 nvm_version;
	u16 nvm_words;
	u32 ledctl;
	u8 perm_addr[ETH_ALEN];
};

/**
 * struct igbr_link - state of the link
 * @up: link is up
 * @full_duplex: full duplex
 * @rx_pause: pause frames of the partner are obeyed
 * @tx_pause: pause frames are sent
 * @speed: 10, 100 or 1000 Mbit/s
 */
struct igbr_link {
	bool up;
	bool full_duplex;
	bool rx_pause;
	bool tx_pause;
	u16 speed;
};

/**
 * struct igbr_phy_config - what the PHY is told of the link
 * @bmcr: MII_BMCR: autonegotiation, or the forced speed and duplex
 * @advertise: speeds and pause bits of MII_ADVERTISE
 * @ctrl1000: ADVERTISE_1000FULL of MII_CTRL1000
 * @mdix: ETH_TP_MDI, ETH_TP_MDI_X or ETH_TP_MDI_AUTO
 */
struct igbr_phy_config {
	u16 bmcr;
	u16 advertise;
	u16 ctrl1000;
	u8 mdix;
};

extern const struct igbr_mac_info igbr_mac_82576;
extern const struct igbr_mac_info igbr_mac_82580;
extern const struct igbr_mac_info igbr_mac_i350;
extern const struct igbr_mac_info igbr_mac_i210;
extern const struct igbr_mac_info igbr_mac_i211;

void igbr_hw_check_gone(struct igbr_hw *hw, u32 reg);

static inline u32 igbr_rd32(struct igbr_hw *hw, u32 reg)
{
	u32 value = readl(hw->regs + reg);

	if (unlikely(value == U32_MAX))
		igbr_hw_check_gone(hw, reg);
	return value;
}

static inline void igbr_wr32(struct igbr_hw *hw, u32 reg, u32 value)
{
	writel(value, hw->regs + reg);
}

/* A read makes the device see every write that came before it. */
static inline void igbr_flush(struct igbr_hw *hw)
{
	igbr_rd32(hw, IGBR_STATUS);
}

/* 82580.c */
extern const struct igbr_phy_info igbr_phy_82580;
unsigned int igbr_82580_rx_buffer(struct igbr_hw *hw);
void igbr_82580_map_rx_queue(struct igbr_hw *hw, unsigned int queue, unsigned int vector);
void igbr_82580_map_tx_queue(struct igbr_hw *hw, unsigned int queue, unsigned int vector);

/* mac.c */
int igbr_mac_reset(struct igbr_hw *hw);
void igbr_mac_read_addr(struct igbr_hw *hw);
void igbr_mac_set_rar(struct igbr_hw *hw, unsigned int index, const u8 *addr);
void igbr_mac_clear_rar(struct igbr_hw *hw, unsigned int index);
void igbr_mac_set_vlans(struct igbr_hw *hw, unsigned int row, u32 bits);
unsigned int igbr_mac_hash_multicast(const u8 *addr);
void igbr_mac_init_filters(struct igbr_hw *hw);
void igbr_mac_init_flow_control(struct igbr_hw *hw, unsigned int max_frame);
void igbr_mac_update_ctrl(struct igbr_hw *hw, u32 clear, u32 set);
void igbr_mac_set_pause(struct igbr_hw *hw, bool rx, bool tx);
void igbr_mac_set_link_up(struct igbr_hw *hw, bool loopback);
void igbr_mac_arm_wakeup(struct igbr_hw *hw, u32 filters, const u8 *addr);
void igbr_mac_set_leds(struct igbr_hw *hw, bool on);
void igbr_mac_restore_leds(struct igbr_hw *hw);
void igbr_mac_read_link(struct igbr_hw *hw, struct igbr_link *link);
void igbr_mac_set_driver_loaded(struct igbr_hw *hw, bool loaded);
bool igbr_mac_is_copper(struct igbr_hw *hw);
int igbr_hw_acquire(struct igbr_hw *hw, u32 resources);
void igbr_hw_release(struct igbr_hw *hw, u32 resources);

/* nvm.c */
int igbr_nvm_read(struct igbr_hw *hw, unsigned int word, unsigned int count, u16 *data);
/* Room for a version, or an address, as text */
#define IGBR_NVM_VERSION_LEN	24
void igbr_nvm_version(const struct igbr_hw *hw, char *text);
int igbr_nvm_check(struct igbr_hw *hw);

/* phy.c */
/* The internal PHY's address on the management bus */
#define IGBR_PHY_ADDR	1
int igbr_phy_identify(struct igbr_hw *hw);
int igbr_phy_start(struct igbr_hw *hw, const struct igbr_phy_config *config, bool restart);
int igbr_phy_read_mdix(struct igbr_hw *hw);
int igbr_phy_restart_autoneg(struct igbr_hw *hw);
int igbr_phy_read_one(struct igbr_hw *hw, unsigned int reg);
int igbr_phy_write_one(struct igbr_hw *hw, unsigned int reg, u16 value);
int igbr_phy_resolve_pause(struct igbr_hw *hw, struct igbr_link *link);
int igbr_phy_read_advertising(struct igbr_hw *hw, u16 *advertise, u16 *ctrl1000, u16 *partner,
			      u16 *stat1000);

#endif /* _IGBR_HW_HW_H_ */
