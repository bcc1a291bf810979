// SPDX-License-Identifier: GPL-2.0-only
/*
 * 82580, and what it shares with the MACs that came after it: IVAR rows of two neighbouring
 * queues, a packet buffer whose size is a code, a PHY with crossover bits of its own.
 */
#include <linux/bitfield.h>

#include "hw.h"

/*
 * Row n / 2 of IVAR serves queues n and n + 1, n even. From the lowest byte: receive queue n,
 * transmit queue n, receive queue n + 1, transmit queue n + 1 (I210 datasheet, 8.8.14).
 */
static void igbr_82580_set_ivar(struct igbr_hw *hw, unsigned int queue, bool tx,
				unsigned int vector)
{
	unsigned int shift = 16 * (queue % 2) + 8 * tx;
	u32 ivar = igbr_rd32(hw, IGBR_IVAR(queue / 2));

	ivar &= ~(0xffU << shift);
	if (vector != IGBR_NO_VECTOR)
		ivar |= (vector | IGBR_IVAR_VALID) << shift;
	igbr_wr32(hw, IGBR_IVAR(queue / 2), ivar);
}

/**
 * igbr_82580_map_rx_queue - map_rx_queue of 82580 and later
 * @hw: the port
 * @queue: receive queue
 * @vector: MSI-X vector
 */
void igbr_82580_map_rx_queue(struct igbr_hw *hw, unsigned int queue, unsigned int vector)
{
	igbr_82580_set_ivar(hw, queue, false, vector);
}

/**
 * igbr_82580_map_tx_queue - map_tx_queue of 82580 and later
 * @hw: the port
 * @queue: transmit queue
 * @vector: MSI-X vector, or IGBR_NO_VECTOR
 */
void igbr_82580_map_tx_queue(struct igbr_hw *hw, unsigned int queue, unsigned int vector)
{
	igbr_82580_set_ivar(hw, queue, true, vector);
}

/**
 * igbr_82580_rx_buffer - rx_buffer of 82580 and I350
 * @hw: the port
 *
 * Return: KiB; 0 for a code that is not defined.
 */
unsigned int igbr_82580_rx_buffer(struct igbr_hw *hw)
{
	static const u8 sizes[] = { 36, 72, 144, 1, 2, 4, 8, 16, 35, 70, 140 };
	unsigned int code = FIELD_GET(IGBR_RXPBS_CODE, igbr_rd32(hw, IGBR_RXPBS));

	return code < ARRAY_SIZE(sizes) ? sizes[code] : 0;
}

const struct igbr_phy_info igbr_phy_82580 = {
	.status = 26,
	.status_crossed = BIT(11),
	.ctrl = 18,
	.ctrl_auto = BIT(10),
	.ctrl_crossed = BIT(9),
	.loopback = 19,
	.loopback_value = 0x8041,
};

const struct igbr_mac_info igbr_mac_82580 = {
	.name = "82580",
	.max_queues = 8,
	.max_vectors = 10,
	.rar_count = 24,
	.mta_count = 128,
	.uta_count = 128,
	.vfta_writes = 1,
	.reta_count = 128,
	.max_frame = 9728,
	.queue_drops = GENMASK(11, 0),
	.cfg_done = IGBR_EEMNGCTL,
	.nvm = { .sections = 4, .one_section_by_default = true },
	.phy = &igbr_phy_82580,
	.filters = { .tuples = 8, .ethertypes = 8, .flexes = 8, .syn = 1 },
	.rx_buffer = igbr_82580_rx_buffer,
	.map_rx_queue = igbr_82580_map_rx_queue,
	.map_tx_queue = igbr_82580_map_tx_queue,
};
