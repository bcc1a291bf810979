/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which queue's interrupt is nearest to each CPU.
 */
#ifndef _IGBR_STEERING_RMAP_H_
#define _IGBR_STEERING_RMAP_H_

struct igbr_adapter;
struct igbr_rmap;

struct igbr_rmap *igbr_rmap_start(struct igbr_adapter *adapter);
void igbr_rmap_stop(struct igbr_adapter *adapter, struct igbr_rmap *rmap);

#endif /* _IGBR_STEERING_RMAP_H_ */
