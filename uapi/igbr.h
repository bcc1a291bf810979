/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * igbr: what the driver and programs that talk to it share.
 */
#ifndef _UAPI_IGBR_H_
#define _UAPI_IGBR_H_

#include <linux/types.h>

/* Version of the register dump (ethtool -d): an array of struct igbr_reg. */
#define IGBR_REGS_VERSION	1

/**
 * struct igbr_reg - a register in the dump, both in the machine's byte order
 * @offset: from the start of BAR 0, in bytes, as in the Intel datasheets
 * @value: what it read as
 *
 * Registers that change as they are read are left out; a program finds the others by their
 * offset, not by their place.
 */
struct igbr_reg {
	__u32 offset;
	__u32 value;
};

#endif /* _UAPI_IGBR_H_ */
