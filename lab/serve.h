/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * serve - process 1 of a standing lab answers its maker
 */
#ifndef LAB_SERVE_H
#define LAB_SERVE_H

#include "lab/lab.h"

/** serve() - what stand_ask() asks, on a socket that listens; for ever */
_Noreturn void serve(struct lab *lab, int listener);

#endif /* LAB_SERVE_H */
