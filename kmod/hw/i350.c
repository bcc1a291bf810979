// SPDX-License-Identifier: GPL-2.0-only
/*
 * I350: an 82580 with more vectors and addresses, and a VLAN table that can lose a write.
 */
#include "hw.h"

const struct igbr_mac_info igbr_mac_i350 = {
	.name = "I350",
	.max_queues = 8,
	.max_vectors = 25,
	.rar_count = 32,
	.mta_count = 128,
	.uta_count = 128,
	.vfta_writes = 10,
	.reta_count = 128,
	.max_frame = 9728,
	.queue_drops = GENMASK(11, 0),
	.cfg_done = IGBR_EEMNGCTL,
	.nvm = { .sections = 4 },
	.phy = &igbr_phy_82580,
	.filters = {
		.tuples = 8,
		.ethertypes = 8,
		.flexes = 8,
		.syn = 1,
		.vlan_priorities = true,
	},
	.rx_buffer = igbr_82580_rx_buffer,
	.map_rx_queue = igbr_82580_map_rx_queue,
	.map_tx_queue = igbr_82580_map_tx_queue,
};
