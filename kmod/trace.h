/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints, in /sys/kernel/tracing/events/igbr: what each poll did, and what was reset.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM igbr

#if !defined(_IGBR_TRACE_H_) || defined(TRACE_HEADER_MULTI_READ)
#define _IGBR_TRACE_H_

#include <linux/tracepoint.h>

#include "igbr.h"

/* The end of a poll. interrupt: it was asked for by the device, and not by a timer or the stack. */
TRACE_EVENT(igbr_poll,
	    TP_PROTO(const struct igbr_vector *vector, int budget, int done, bool tx_complete),
	    TP_ARGS(vector, budget, done, tx_complete),
	    TP_STRUCT__entry(__string(name, vector->adapter->netdev->name)
			     __field(unsigned int, queue)
			     __field(int, budget)
			     __field(int, done)
			     __field(bool, tx_complete)
			     __field(bool, interrupt)),
	    TP_fast_assign(__assign_str(name);
			   __entry->queue = vector->rx->queue;
			   __entry->budget = budget;
			   __entry->done = done;
			   __entry->tx_complete = tx_complete;
			   __entry->interrupt = vector->masked;),
	    TP_printk("dev=%s queue=%u budget=%d done=%d tx_complete=%d interrupt=%d",
		      __get_str(name), __entry->queue, __entry->budget, __entry->done,
		      __entry->tx_complete, __entry->interrupt)
);

/* Buffers were given to the device; the tail is where it will run out of them. */
TRACE_EVENT(igbr_rx_refill,
	    TP_PROTO(const struct igbr_rx_ring *ring, unsigned int buffers),
	    TP_ARGS(ring, buffers),
	    TP_STRUCT__entry(__string(name, ring->netdev->name)
			     __field(unsigned int, queue)
			     __field(unsigned int, buffers)
			     __field(unsigned int, tail)),
	    TP_fast_assign(__assign_str(name);
			   __entry->queue = ring->queue;
			   __entry->buffers = buffers;
			   __entry->tail = ring->next_to_use;),
	    TP_printk("dev=%s queue=%u buffers=%u tail=%u", __get_str(name), __entry->queue,
		      __entry->buffers, __entry->tail)
);

/* Sent frames were given back. packets and bytes: as on the cable, segments one by one. */
TRACE_EVENT(igbr_tx_clean,
	    TP_PROTO(const struct igbr_tx_ring *ring, unsigned int packets, unsigned int bytes),
	    TP_ARGS(ring, packets, bytes),
	    TP_STRUCT__entry(__string(name, ring->netdev->name)
			     __field(unsigned int, queue)
			     __field(unsigned int, packets)
			     __field(unsigned int, bytes)
			     __field(unsigned int, clean)),
	    TP_fast_assign(__assign_str(name);
			   __entry->queue = ring->queue;
			   __entry->packets = packets;
			   __entry->bytes = bytes;
			   __entry->clean = ring->next_to_clean;),
	    TP_printk("dev=%s queue=%u packets=%u bytes=%u clean=%u", __get_str(name),
		      __entry->queue, __entry->packets, __entry->bytes, __entry->clean)
);

/* The port is about to be reset for a fault, or because a user asked for it; resets: so far */
TRACE_EVENT(igbr_reset,
	    TP_PROTO(const struct igbr_adapter *adapter),
	    TP_ARGS(adapter),
	    TP_STRUCT__entry(__string(name, adapter->netdev->name)
			     __field(u64, resets)),
	    TP_fast_assign(__assign_str(name);
			   __entry->resets = adapter->resets;),
	    TP_printk("dev=%s resets=%llu", __get_str(name), __entry->resets)
);

#endif /* _IGBR_TRACE_H_ */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
