/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * logging - lapsed's messages on stderr
 */
#ifndef GATEWAY_LOGGING_H
#define GATEWAY_LOGGING_H

/** logging_init() - from now on log_message() writes to stderr */
void logging_init(void);

#endif /* GATEWAY_LOGGING_H */
