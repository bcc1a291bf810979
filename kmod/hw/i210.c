// SPDX-License-Identifier: GPL-2.0-only
/*
 * I210 and I211: one port, a flash that may be missing, a Marvell PHY. Section numbers are those
 * of the "Intel Ethernet Controller I210 Datasheet".
 */
#include <linux/bitfield.h>

#include "hw.h"

/* Words that EERD reaches: the shadow of the flash's valid sector, 4 KiB (3.3) */
#define IGBR_I210_NVM_WORDS	2048

static unsigned int igbr_i210_rx_buffer(struct igbr_hw *hw)
{
	return FIELD_GET(IGBR_RXPBS_SIZE_I210, igbr_rd32(hw, IGBR_RXPBS));
}

/* Pages are chosen by register 22; link and crossover are on page 0 (8.28). */
static const struct igbr_phy_info igbr_phy_i210 = {
	.page = 22,
	.status = 17,
	.status_crossed = BIT(6),
	.ctrl = 16,
	.ctrl_auto = BIT(6) | BIT(5),
	.ctrl_crossed = BIT(5),
	.soft_reset = true,
};

#define IGBR_I210_COMMON						\
	.rar_count = 16,						\
	.mta_count = 128,						\
	.uta_count = 128,						\
	.vfta_writes = 1,						\
	.reta_count = 128,						\
	.max_frame = 9728,						\
	.queue_drops = GENMASK(31, 0),					\
	.queue_drops_stay = true,					\
	.cfg_done = IGBR_EEMNGCTL_I210,					\
	.nvm = {							\
		.sections = 1,						\
		.words = IGBR_I210_NVM_WORDS,				\
		.flash = true,						\
	},								\
	.phy = &igbr_phy_i210,						\
	.filters = {							\
		.tuples = 8,						\
		.ethertypes = 4,					\
		.flexes = 8,						\
		.syn = 1,						\
		.vlan_priorities = true,				\
	},								\
	.rx_buffer = igbr_i210_rx_buffer,				\
	.map_rx_queue = igbr_82580_map_rx_queue,			\
	.map_tx_queue = igbr_82580_map_tx_queue

const struct igbr_mac_info igbr_mac_i210 = {
	.name = "I210",
	.max_queues = 4,
	.max_vectors = 5,
	IGBR_I210_COMMON,
};

const struct igbr_mac_info igbr_mac_i211 = {
	.name = "I211",
	.max_queues = 2,
	.max_vectors = 5,
	IGBR_I210_COMMON,
};
