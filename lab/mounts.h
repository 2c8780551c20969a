/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mounts - what a lab's programs see of the file system that is not the host's
 *
 * /proc of the lab's own processes; a /run of its own, in memory, in which
 * everything of the host's /run is but what belongs to lapse, to the network
 * or to a cache of names; /etc/hosts and /etc/resolv.conf. All else is the
 * host's, with the caller's rights.
 */
#ifndef LAB_MOUNTS_H
#define LAB_MOUNTS_H

/** MOUNTS_DIR - the lab's own folder: control socket, settings, records */
#define MOUNTS_DIR "/run/lapse"

/**
 * mounts_private() - /proc and /run; nothing goes back to the host
 *
 * Return: 0, or a negative errno after a message.
 */
int mounts_private(void);

/**
 * mounts_names() - how names are looked up
 * @hosts:	lines added to the host's /etc/hosts
 * @resolv:	/etc/resolv.conf in whole, or NULL: the host's
 *
 * Return: 0, or a negative errno after a message.
 */
int mounts_names(const char *hosts, const char *resolv);

/**
 * mounts_sys() - a /sys that shows the network namespace that we are in
 *
 * Without it programs see the host's interfaces there; where it is refused
 * they go on doing so.
 */
void mounts_sys(void);

/** mounts_folder() - for all to see, if there is none; 0 or negative errno */
int mounts_folder(const char *path);

/**
 * mounts_write() - make a file
 * @mode:	what others may, whatever the caller's umask is
 *
 * Return: 0, or a negative errno after a message.
 */
int mounts_write(const char *path, const char *text, unsigned mode);

#endif /* LAB_MOUNTS_H */
