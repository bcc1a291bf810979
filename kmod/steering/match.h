/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Matches: how one comes to be, field by field, and whether two are about the same frames.
 */
#ifndef _IGBR_STEERING_MATCH_H_
#define _IGBR_STEERING_MATCH_H_

#include "../hw/filter.h"

bool igbr_match_add(struct igbr_match *match, enum igbr_field field, void *to, const void *value,
		    const void *mask, size_t length);
bool igbr_match_differs(const struct igbr_match *a, const struct igbr_match *b,
			enum igbr_field field);

/* igbr_match_add() for a field by its name */
#define IGBR_MATCH_ADD(match, field, to, value, mask)				\
	igbr_match_add(match, IGBR_FIELD_##field, &(to), &(value), &(mask), sizeof(mask))

#endif /* _IGBR_STEERING_MATCH_H_ */
