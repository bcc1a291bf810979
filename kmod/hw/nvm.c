// SPDX-License-Identifier: GPL-2.0-only
/*
 * NVM: words of 16 bits behind EERD (82576 datasheet, section 8.4.2). An I210 without a flash has
 * the few that were burnt into the chip (I210 datasheet, section 3.4).
 */
#include <linux/bitfield.h>
#include <linux/iopoll.h>
#include <linux/minmax.h>

#include "hw.h"

/* Words 0 to 0x3f of each section sum up to this (6.1.3.1). */
#define IGBR_NVM_CHECKED_WORDS	0x40
#define IGBR_NVM_SUM		0xbaba
/* Version as major.minor.image */
#define IGBR_NVM_VERSION_WORD	0x05
#define  IGBR_NVM_MAJOR		GENMASK(15, 12)
#define  IGBR_NVM_MINOR		GENMASK(11, 4)
#define  IGBR_NVM_IMAGE		GENMASK(3, 0)
/* Word 3 of a MAC with a section for each port: the others' checksums count, too */
#define IGBR_NVM_COMPAT_WORD	0x03
#define  IGBR_NVM_COMPAT_ALL	BIT(0)
/* Initialization control word 3 (6.2.21), where one section has those of both ports, and else */
#define IGBR_NVM_INIT3_PORT1	0x14
#define IGBR_NVM_INIT3		0x24
#define  IGBR_NVM_INIT3_APME	BIT(10)

/* EECD.SIZE n: 2^(n + 6) words; EERD reaches 2^14 of them. */
#define IGBR_NVM_SIZE_BASE	6
#define IGBR_NVM_SIZE_MAX	14

static unsigned int igbr_nvm_words(struct igbr_hw *hw)
{
	unsigned int size = FIELD_GET(IGBR_EECD_SIZE, igbr_rd32(hw, IGBR_EECD));

	return BIT(min_t(unsigned int, size + IGBR_NVM_SIZE_BASE, IGBR_NVM_SIZE_MAX));
}

static int igbr_nvm_read_eerd(struct igbr_hw *hw, unsigned int word, u16 *data)
{
	u32 eerd;
	int err;

	igbr_wr32(hw, IGBR_EERD, FIELD_PREP(IGBR_EERD_ADDR, word) | IGBR_EERD_START);
	err = read_poll_timeout(igbr_rd32, eerd, eerd & IGBR_EERD_DONE, 5, 5 * USEC_PER_MSEC,
				false, hw, IGBR_EERD);
	if (err || hw->gone)
		return -EIO;
	*data = FIELD_GET(IGBR_EERD_DATA, eerd);
	return 0;
}

/* Records of one type each; what was never burnt reads as an erased flash would. */
static int igbr_nvm_read_burnt(struct igbr_hw *hw, unsigned int word, u16 *data)
{
	unsigned int i;

	*data = 0xffff;
	for (i = 0; i < IGBR_INVM_COUNT; i++) {
		u32 record = igbr_rd32(hw, IGBR_INVM(i));

		switch (FIELD_GET(IGBR_INVM_TYPE, record)) {
		case IGBR_INVM_UNUSED:
			return 0;
		case IGBR_INVM_WORD:
			if (FIELD_GET(IGBR_INVM_ADDR, record) == word) {
				*data = FIELD_GET(IGBR_INVM_DATA, record);
				return 0;
			}
			break;
		case IGBR_INVM_REGISTER:
			i++;
			break;
		case IGBR_INVM_KEY:
			i += 8;
			break;
		}
	}
	return hw->gone ? -EIO : 0;
}

static int igbr_nvm_read_word(struct igbr_hw *hw, unsigned int word, u16 *data)
{
	return hw->burnt ? igbr_nvm_read_burnt(hw, word, data) : igbr_nvm_read_eerd(hw, word, data);
}

/**
 * igbr_nvm_read - read words of the NVM
 * @hw: the port
 * @word: first word
 * @count: how many
 * @data: where to put them
 *
 * Context: process, sleeps.
 * Return: 0, -EBUSY when the firmware holds the NVM, -EIO when it does not answer.
 */
int igbr_nvm_read(struct igbr_hw *hw, unsigned int word, unsigned int count, u16 *data)
{
	unsigned int i;
	int err;

	err = igbr_hw_acquire(hw, IGBR_SYNC_NVM);
	if (err)
		return err;
	for (i = 0; i < count && !err; i++)
		err = igbr_nvm_read_word(hw, word + i, &data[i]);
	igbr_hw_release(hw, IGBR_SYNC_NVM);
	return err;
}

/* Where a port's section begins, if each has one */
static unsigned int igbr_nvm_section(unsigned int port)
{
	return port ? 0x40 + 0x40 * port : 0;
}

static int igbr_nvm_read_section(struct igbr_hw *hw, unsigned int port, u16 *words)
{
	u16 sum = 0;
	unsigned int i;
	int err;

	err = igbr_nvm_read(hw, igbr_nvm_section(port), IGBR_NVM_CHECKED_WORDS, words);
	if (err) {
		dev_err(hw->dev, "cannot read the NVM: %pe\n", ERR_PTR(err));
		return err;
	}
	for (i = 0; i < IGBR_NVM_CHECKED_WORDS; i++)
		sum += words[i];
	if (sum == IGBR_NVM_SUM || hw->burnt)
		return 0;
	dev_err(hw->dev, "NVM checksum of section %u is 0x%04x, should be 0x%04x\n", port, sum,
		IGBR_NVM_SUM);
	return -EBADMSG;
}

/* Port 0 always has the power to wake, others only on boards that say so. */
static int igbr_nvm_read_wakes(struct igbr_hw *hw)
{
	unsigned int word = hw->mac->nvm.sections > 1 ?
			    igbr_nvm_section(hw->port) + IGBR_NVM_INIT3 : IGBR_NVM_INIT3_PORT1;
	u16 init3;
	int err;

	hw->wakes = !hw->port;
	if (!hw->port || (hw->mac->nvm.sections == 1 && hw->port > 1))
		return 0;
	err = igbr_nvm_read(hw, word, 1, &init3);
	if (!err)
		hw->wakes = init3 & IGBR_NVM_INIT3_APME;
	return err;
}

/**
 * igbr_nvm_check - check the sums of the NVM and note what it says
 * @hw: the port
 *
 * Context: process, sleeps.
 * Return: 0, -EBADMSG for a wrong sum, or an error of igbr_nvm_read().
 */
int igbr_nvm_check(struct igbr_hw *hw)
{
	const struct igbr_nvm_info *nvm = &hw->mac->nvm;
	u16 words[IGBR_NVM_CHECKED_WORDS];
	unsigned int sections = nvm->sections, i;
	int err;

	hw->burnt = nvm->flash && !(igbr_rd32(hw, IGBR_EECD) & IGBR_EECD_FLASH);
	err = igbr_nvm_read_section(hw, 0, words);
	if (err)
		return err;
	hw->nvm_version = words[IGBR_NVM_VERSION_WORD];
	hw->nvm_words = hw->burnt ? IGBR_NVM_CHECKED_WORDS : nvm->words ?: igbr_nvm_words(hw);
	if (nvm->one_section_by_default && !(words[IGBR_NVM_COMPAT_WORD] & IGBR_NVM_COMPAT_ALL))
		sections = 1;
	for (i = 1; i < sections; i++) {
		err = igbr_nvm_read_section(hw, i, words);
		if (err)
			return err;
	}
	return igbr_nvm_read_wakes(hw);
}

/**
 * igbr_nvm_version - version of the NVM's image
 * @hw: the port
 * @text: IGBR_NVM_VERSION_LEN bytes
 */
void igbr_nvm_version(const struct igbr_hw *hw, char *text)
{
	u16 version = hw->nvm_version;

	if (hw->burnt) {
		strscpy(text, "no flash", IGBR_NVM_VERSION_LEN);
		return;
	}
	snprintf(text, IGBR_NVM_VERSION_LEN, "%lu.%lu.%lu", FIELD_GET(IGBR_NVM_MAJOR, version),
		 FIELD_GET(IGBR_NVM_MINOR, version), FIELD_GET(IGBR_NVM_IMAGE, version));
}
