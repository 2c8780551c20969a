/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * crc32 - the CRC of Ethernet and zlib (polynomial 0x04c11db7, reflected)
 */
#ifndef DHCPD_CRC32_H
#define DHCPD_CRC32_H

#include <stddef.h>
#include <stdint.h>

/** crc32_of() - the CRC of @len bytes */
uint32_t crc32_of(const uint8_t *bytes, size_t len);

#endif /* DHCPD_CRC32_H */
