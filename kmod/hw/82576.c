// SPDX-License-Identifier: GPL-2.0-only
/*
 * 82576: sixteen queue pairs, IVAR rows of two queues (datasheet section 7.3.1.2).
 */
#include <linux/bitfield.h>

#include "hw.h"

/*
 * Row n & 7 of IVAR serves queues n and n + 8. From the lowest byte: receive queue n,
 * transmit queue n, receive queue n + 8, transmit queue n + 8.
 */
static void igbr_82576_set_ivar(struct igbr_hw *hw, unsigned int queue, bool tx,
				unsigned int vector)
{
	unsigned int shift = 16 * (queue / 8) + 8 * tx;
	u32 ivar = igbr_rd32(hw, IGBR_IVAR(queue % 8));

	ivar &= ~(0xffU << shift);
	if (vector != IGBR_NO_VECTOR)
		ivar |= (vector | IGBR_IVAR_VALID) << shift;
	igbr_wr32(hw, IGBR_IVAR(queue % 8), ivar);
}

static void igbr_82576_map_rx_queue(struct igbr_hw *hw, unsigned int queue, unsigned int vector)
{
	igbr_82576_set_ivar(hw, queue, false, vector);
}

static void igbr_82576_map_tx_queue(struct igbr_hw *hw, unsigned int queue, unsigned int vector)
{
	igbr_82576_set_ivar(hw, queue, true, vector);
}

static unsigned int igbr_82576_rx_buffer(struct igbr_hw *hw)
{
	return FIELD_GET(IGBR_RXPBS_SIZE, igbr_rd32(hw, IGBR_RXPBS));
}

static const struct igbr_phy_info igbr_phy_82576 = {
	.status = 17,
	.status_crossed = BIT(11),
	.ctrl = 18,
	.ctrl_auto = BIT(12),
	.ctrl_crossed = BIT(13),
};

const struct igbr_mac_info igbr_mac_82576 = {
	.name = "82576",
	.max_queues = 16,
	.max_vectors = 25,
	.rar_count = 24,
	.mta_count = 128,
	.uta_count = 128,
	.vfta_writes = 1,
	.reta_count = 128,
	.max_frame = 9728,
	.queue_drops = GENMASK(11, 0),
	.cfg_done = IGBR_EEMNGCTL,
	.nvm = { .sections = 1 },
	.phy = &igbr_phy_82576,
	.filters = { .tuples = 8, .full_tuples = true, .ethertypes = 8, .syn = 1 },
	.rx_buffer = igbr_82576_rx_buffer,
	.map_rx_queue = igbr_82576_map_rx_queue,
	.map_tx_queue = igbr_82576_map_tx_queue,
};
