/* SPDX-License-Identifier: GPL-2.0-only */
/* What xmit.c, which fills a transmit ring, and tx.c, which empties it, both know of it. */
#ifndef _IGBR_TX_RING_H_
#define _IGBR_TX_RING_H_

#include <linux/dma-mapping.h>
#include <linux/skbuff.h>

#include "igbr.h"
#include "tx.h"

/* A descriptor's length has 16 bits; half of that keeps the pieces aligned. */
#define IGBR_TX_PIECE		32768

/*
 * What the largest packet may take: a context, its head, its fragments, and the cuts that
 * IGBR_TX_PIECE makes in 64 KiB
 */
#define IGBR_TX_NEEDED		(1 + 1 + MAX_SKB_FRAGS + GSO_LEGACY_MAX_SIZE / IGBR_TX_PIECE)
/* A stopped queue starts again with some room to spare, or it would stop at once. */
#define IGBR_TX_WAKE		(IGBR_TX_NEEDED + 16)
static_assert(IGBR_TX_WAKE < IGBR_RING_MIN);

static inline unsigned int igbr_tx_next(const struct igbr_tx_ring *ring, unsigned int index)
{
	return unlikely(++index == ring->mem.count) ? 0 : index;
}

static inline unsigned int igbr_tx_previous(const struct igbr_tx_ring *ring, unsigned int index)
{
	return (index ? index : ring->mem.count) - 1;
}

static inline unsigned int igbr_tx_free_slots(const struct igbr_tx_ring *ring)
{
	unsigned int clean = READ_ONCE(ring->next_to_clean);
	unsigned int use = READ_ONCE(ring->next_to_use);

	return (clean > use ? 0 : ring->mem.count) + clean - use - 1;
}

static inline void igbr_tx_unmap(struct igbr_tx_ring *ring, struct igbr_tx_buffer *buf)
{
	if (buf->kind & IGBR_TX_MAPPED)
		dma_unmap_page(ring->dev, buf->dma, buf->len, DMA_TO_DEVICE);
}

#endif /* _IGBR_TX_RING_H_ */
