// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * watch_term - the terminal: taken, drawn on, given back as it was
 *
 * The few sequences are those of ECMA-48 that every terminal since the VT100
 * knows, and xterm's second screen, which others leave aside.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include "cli/watch.h"

#define ENTER "\033[?1049h\033[?25l" /* second screen, no cursor */
#define LEAVE "\033[?25h\033[?1049l"
#define HOME  "\033[H"
#define EOL   "\033[K" /* erase to the end of the line */
#define REST  "\033[J" /* and of the screen */

static volatile sig_atomic_t ending, suspended;
static struct termios saved;
static sigset_t
	waiting; /* the signals let through while nothing else goes on */
static bool has_keys, is_screen;

static void on_signal(int number)
{
	/* SIGWINCH needs no more than to end the waiting */
	if (number == SIGTSTP)
		suspended = 1;
	else if (number != SIGWINCH)
		ending = number;
}

/** enter() - keys at once and unseen, a clean screen */
static void enter(void)
{
	struct termios raw = saved;

	if (has_keys) {
		/* Ctrl-C stays a signal */
		raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
		raw.c_cc[VMIN] = 1;
		raw.c_cc[VTIME] = 0;
		tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	}
	if (is_screen) {
		fputs(ENTER, stdout);
		fflush(stdout);
	}
}

/** leave() - as it was */
static void leave(void)
{
	if (is_screen) {
		fputs(LEAVE, stdout);
		fflush(stdout);
	}
	if (has_keys)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &saved);
}

int watch_term_open(bool screen)
{
	static const int signals[] = {SIGINT,  SIGTERM,	 SIGHUP,
				      SIGQUIT, SIGWINCH, SIGTSTP};
	struct sigaction action = {.sa_handler = on_signal};
	sigset_t blocked;

	sigemptyset(&blocked);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		sigaddset(&blocked, signals[i]);
		if (sigaction(signals[i], &action, NULL) < 0)
			return -errno;
	}
	/* An answer or a frame is never cut in two: signals come in ppoll(). */
	if (sigprocmask(SIG_BLOCK, &blocked, &waiting) < 0)
		return -errno;
	is_screen = screen;
	has_keys = screen && tcgetattr(STDIN_FILENO, &saved) == 0;
	enter();
	return 0;
}

void watch_term_close(void)
{
	leave();
	is_screen = has_keys = false;
}

void watch_term_size(unsigned *width, unsigned *height)
{
	struct winsize size;

	*width = 80;
	*height = 24;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || !size.ws_col ||
	    !size.ws_row)
		return;
	*width = size.ws_col;
	*height = size.ws_row;
}

void watch_term_draw(const char *text)
{
	fputs(HOME, stdout);
	while (*text) {
		size_t len = strcspn(text, "\n");

		fwrite(text, 1, len, stdout);
		fputs(EOL, stdout);
		text += len;
		/* none behind the last: it would scroll */
		if (*text && *++text)
			fputs("\r\n", stdout);
	}
	fputs(REST, stdout);
	fflush(stdout);
}

/** suspend() - Ctrl-Z: give the terminal to the shell until it wants us back */
static void suspend(void)
{
	suspended = 0;
	leave();
	kill(getpid(), SIGSTOP);
	enter();
}

int watch_term_key(unsigned ms)
{
	struct pollfd fd = {.fd = has_keys ? STDIN_FILENO : -1,
			    .events = POLLIN};
	const struct timespec wait = {ms / 1000, ms % 1000 * 1000000L};
	int ready = ppoll(&fd, 1, &wait, &waiting);
	unsigned char key;

	if (suspended)
		suspend();
	if (ending)
		return -1;
	if (ready <= 0 || !(fd.revents & (POLLIN | POLLHUP)))
		return 0;
	/* else the terminal is gone */
	return read(STDIN_FILENO, &key, 1) == 1 ? key : -1;
}

void watch_term_die(void)
{
	struct sigaction action = {.sa_handler = SIG_DFL};
	int number = ending;

	if (!number)
		return;
	sigaction(number, &action, NULL);
	kill(getpid(), number);
	sigprocmask(SIG_SETMASK, &waiting, NULL);
}
