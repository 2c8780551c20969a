// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * canary - two sockets that are never idle, to see when a NAT has forgotten all
 *
 * A NAT that is started anew, or a client that comes to another one, is the end
 * of all flows at once. That looks as if each timer were as long as they had
 * been silent by then. So two sockets greet the server all the time. If both
 * are seen at other endpoints at the same time, it was no timer: their mappings
 * are not equally old, and a timer that nothing renews ends each at its own
 * time. After that they are, so the second begins anew. A NAT that gives the
 * same ports again is not found out.
 *
 * Where timers that nothing renews vary, two may end together by chance. One
 * that ends alone shows that they are such, and so that the others were, too.
 */
#include "probe/run.h"

#define APART	 1500 /* ms that the second is younger */
#define TOGETHER 1000 /* ms between two changes that are one */

/** distance() - between two times */
static uint64_t distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

/** compare() - one has moved: was it a timer, or the NAT? */
static void compare(struct client *client)
{
	struct canary *a = &client->canary[0], *b = &client->canary[1];

	if (client->unrenewed || !a->moved || !b->moved ||
	    distance(a->moved, b->moved) > TOGETHER ||
	    distance(a->age, b->age) < APART / 2)
		return;
	flow_forgotten(client, a->kept < b->kept ? a->kept : b->kept);
	udp_close(&b->udp);
	*b = (struct canary){.udp.fd = -1};
}

/** is_alone() - whether one has moved, and the other, of old, has not since */
static bool is_alone(const struct canary *one, const struct canary *other)
{
	return one->moved && other->began + TOGETHER < one->moved &&
	       one->moved + TOGETHER < other->heard;
}

/** on_message() - how it looks from the server */
static void on_message(struct udp *udp, int from, struct endpoint remote,
		       const struct probe_message *message)
{
	struct client *client = udp->client;
	struct canary *c = udp->owner;
	uint64_t now = measure_now();
	bool moved = !endpoint_equal(c->seen, message->seen);

	(void)remote;
	/* an answer that another has overtaken is not what is now */
	if (message->type != PROBE_WELCOME || from != 0 ||
	    message->flow <= c->answered || message->flow > c->sent)
		return;
	c->answered = message->flow;
	if (c->seen.addr && moved) {
		c->moved = now;
		c->kept = c->heard;
		c->age = now - c->began;
	}
	if (moved)
		c->began = now;
	c->seen = message->seen;
	c->heard = now;
	if (!client->unrenewed &&
	    is_alone(&client->canary[c == &client->canary[0]], c)) {
		client->unrenewed = true;
		flow_remembered(client);
	}
	if (c->moved == now)
		compare(client);
}

/** open_one() - one that cannot be opened sees nothing */
static void open_one(struct client *client, struct canary *c)
{
	struct endpoint local = {client->options->local[0], 0};

	c->udp.owner = c;
	(void)udp_open(&c->udp, client, local, on_message);
}

/** is_due() - the second is opened when the first is so much older */
static bool is_due(const struct client *client, size_t i)
{
	const struct canary *first = &client->canary[0];

	return i == 0 ||
	       (first->seen.addr && measure_now() - first->began >= APART);
}

void canary_beat(struct client *client)
{
	for (size_t i = 0; i < CANARIES; i++) {
		struct canary *c = &client->canary[i];
		struct probe_message hello;

		if (c->udp.fd < 0 && is_due(client, i))
			open_one(client, c);
		if (c->udp.fd < 0)
			continue;
		hello = run_message(client, PROBE_HELLO, ++c->sent);
		udp_say(&c->udp, 0, &hello);
	}
}

void canary_close(struct client *client)
{
	for (size_t i = 0; i < CANARIES; i++)
		udp_close(&client->canary[i].udp);
}
