// SPDX-License-Identifier: GPL-2.0-only
/*
 * NAPI: one poll for a queue pair.
 */
#include "igbr.h"
#include "trace.h"

/**
 * igbr_poll - clean the transmit ring, then the receive ring up to the budget
 * @napi: the vector's NAPI instance
 * @budget: 64 by default; 0 from netpoll, which may only clean transmit
 *
 * Less than the budget means that nothing is left, and lets just this vector signal again.
 *
 * Context: softirq, NAPI thread or netpoll.
 * Return: budget used.
 */
int igbr_poll(struct napi_struct *napi, int budget)
{
	struct igbr_vector *vector = container_of(napi, struct igbr_vector, napi);
	bool tx_complete = true;
	int done;

	if (igbr_tx_is_done(vector->tx))
		tx_complete = igbr_clean_tx_irq(vector->tx, budget);
	if (unlikely(!budget))
		return 0;

	done = vector->rx->mem.xdp ? igbr_clean_rx_xdp(vector->rx, budget) :
				     igbr_clean_rx_irq(vector->rx, budget);
	trace_igbr_poll(vector, budget, done, tx_complete);
	if (done >= budget)
		vector->rx->burst = true;
	if (done >= budget || !tx_complete)
		return budget;
	if (unlikely(vector->rx->burst)) {
		igbr_rx_top_up(vector->rx);
		igbr_moderation_burst(vector);
	}
	/* A poll that the timer asked for is no interrupt's, and leaves the device as it is. */
	if (unlikely(!vector->masked)) {
		napi_complete_done(napi, done);
		return done;
	}
	if (unlikely(!--vector->mod.until_sample))
		igbr_moderation_sample(vector);
	if (likely(napi_complete_done(napi, done)))
		igbr_irq_arm(vector);
	return done;
}
