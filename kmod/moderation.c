// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupt throttling: the shortest time between two interrupts of a vector.
 */
#include <linux/bitfield.h>

#include "igbr.h"

/**
 * igbr_moderation_configure - set the throttle of a vector
 * @adapter: the port
 * @vector: the vector
 * @index: its number at the device, which is 0 for the only one of MSI and INTx
 */
void igbr_moderation_configure(struct igbr_adapter *adapter, struct igbr_vector *vector,
			       unsigned int index)
{
	igbr_wr32(&adapter->hw, IGBR_EITR(index),
		  FIELD_PREP(IGBR_EITR_INTERVAL, vector->interval) | IGBR_EITR_CNT_INGR);
}
