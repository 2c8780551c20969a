/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * say - messages of a lab, for people, on stderr
 */
#ifndef LAB_SAY_H
#define LAB_SAY_H

/* What exec exits with when the fault is not the command's; env does so. */
enum {
	SAY_FAILED = 125,
	SAY_NOT_EXECUTABLE = 126,
	SAY_NOT_FOUND = 127,
};

/** say_error() - "lapse: ..." on stderr */
void say_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/**
 * say_reason() - as strerror(), of what makes namespaces
 * @error:	negative errno
 *
 * "No space left on device" is what the kernel says of a limit to their number.
 */
const char *say_reason(int error);

#endif /* LAB_SAY_H */
