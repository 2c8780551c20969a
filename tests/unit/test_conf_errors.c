// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_conf_errors - what is wrong with settings is said, all of it, with
 * place: syntax, keys, assignments, files
 */
#include "tests/unit/conf_bad.h"

static const struct bad syntax[] = {
	{"a: [b\nc: d", "t:2:2: bad YAML: did not find expected ',' or ']' "
			"while parsing a flow sequence\n"},
	/* After a syntax error only that one. */
	{"foo: bar\nnat: {\n", "t:3:1: bad YAML: did not find expected node "
			       "content while parsing a flow node\n"},
	{"nat:\n\tmapping: eim\n",
	 "t:2:1: bad YAML: found character that cannot start any token while "
	 "scanning for the next token\n"},
	{"seed: \xff\n", "t:1:7: bad YAML: invalid leading UTF-8 octet\n"},
	{"nat: &a {}\nports: *a\nseed: !!int 3\n---\nx: y",
	 "t:1:6: anchors (&) are not supported; write the value out where it "
	 "is needed\n"
	 "t:2:8: aliases (*) are not supported; write the value out, or in "
	 "quotes if it begins with *\n"
	 "t:3:7: tags (!) are not supported; leave it away, every value is "
	 "read as text\n"
	 "t:4:1: a second document begins; write one\n"},
	{"&a [*a]\n",
	 "t:1:1: anchors (&) are not supported; write the value out where it "
	 "is needed\n"
	 "t:1:5: aliases (*) are not supported; write the value out, or in "
	 "quotes if it begins with *\n"},
	{"seed: \"1\\0\"\n",
	 "t:1:7: a NUL character in a value; take it away\n"},
	{"[[[[[[[[[[[[[[[[[", "t:1:17: nested deeper than 16 levels\n"},
	{"- a\n", "t:1:1: the file wants keys with values; write them as key: "
		  "value\n"},
	{"[a]: b\n", "t:1:1: a key must be a word, not a list or map\n"},
};

static const struct bad keys[] = {
	{"profil: x\n",
	 "t:1:1: unknown key \"profil\"; did you mean \"profile\"?\n"},
	{"nat:\n  UDP_timeout: 3s\n",
	 "t:2:3: unknown key \"UDP_timeout\" in nat; did you mean "
	 "\"udp-timeout\"?\n"},
	{"udp-timeout: 3s\n",
	 "t:1:1: unknown key \"udp-timeout\"; did you mean "
	 "\"nat.udp-timeout\"?\n"},
	{"queue: {frobnicate: 1}\n",
	 "t:1:9: unknown key \"frobnicate\" in queue; write one of number, "
	 "gso, rules\n"},
	{"nat: {frobnicate: 1}\n", "t:1:7: unknown key \"frobnicate\" in nat; "
				   "lapse.yaml(5) lists the keys\n"},
	{"seed: 1\nnat: {}\nseed: 2\nseed: 3\n",
	 "t:3:1: \"seed\" is given twice; it stands in line 1 already\n"
	 "t:4:1: \"seed\" is given twice; it stands in line 1 already\n"},
	{"nat:\n  mapping: eim\n  \"mapping\": adm\n",
	 "t:3:3: \"mapping\" is given twice; it stands in line 2 already\n"},
	{"dhcp: {range: [a]}\n",
	 "t:1:16: dhcp.range.0: \"a\" is no range; write an address, a range "
	 "such as 192.168.77.50-192.168.77.199, or a CIDR\n"},
	{"control: {http: \"127.0.0.1:80\", token: x}\n",
	 "t:1:11: control.http is not supported yet; take it away\n"
	 "t:1:33: control.token is not supported yet; take it away\n"},
	{"title: x\n", "t:1:1: title belongs into a profile; take it away\n"},
	{"clients: {a: {match: 192.168.77.3, nat: {max-sessions: 3}}}\n",
	 "t:1:42: clients.a.nat.max-sessions concerns all clients; write it "
	 "under nat\n"},
	{"clients: {a b: {match: 192.168.77.3}}\n",
	 "t:1:11: clients: \"a b\" is not a name; write up to 31 letters, "
	 "digits, - and _\n"},
	{"ports: {0/udp: {timeout: 3s}, 53/sctp: {}, 053: {}}\n",
	 "t:1:9: ports: \"0/udp\" is not a port; write one such as 53, 53/udp "
	 "or 443/tcp\n"
	 "t:1:31: ports: \"53/sctp\" is not a port; write one such as 53, "
	 "53/udp or 443/tcp\n"
	 "t:1:44: ports: \"053\" is not a port; write one such as 53, 53/udp "
	 "or 443/tcp\n"},
	{"log: foo\n", "t:1:6: log wants keys with values; write them as key: "
		       "value\n"},
	{"lan: {interface: eth1}\n",
	 "t:1:6: lan wants a list; begin each element with -\n"},
	{"nat: {hairpin: [off], mapping: {}}\n",
	 "t:1:16: nat.hairpin: a list where one value belongs; write that "
	 "value alone\n"
	 "t:1:32: nat.mapping: a map where one value belongs; write that value "
	 "alone\n"},
	{"nat: {udp-timeout: }\n",
	 "t:1:7: nat.udp-timeout has no value; write one, or take the key "
	 "away\n"},
};

/** test_syntax() - what is no plain YAML */
static void test_syntax(void **state)
{
	(void)state;
	CHECK(syntax);
}

/** test_keys() - unknown, repeated, misplaced keys */
static void test_keys(void **state)
{
	(void)state;
	CHECK(keys);
}

/** test_overrides() - assignments have errors too, after those of the file */
static void test_overrides(void **state)
{
	static const struct conf_override set[] = {
		{"udp-timout", "3s"},	   {"nat.udp-timeout", "3"},
		{"lan.x.address", "1"},	   {"nat.mapping.x", "eim"},
		{"nat.tcp.mapping", ""},   {"wan.pool", "[a"},
		{"dhcp.lease-time", "1h"}, {"clients.a.nat.refresh", "both"},
	};
	struct outcome outcome = parse("seed: x\n", set, 8);

	(void)state;
	assert_null(outcome.conf);
	assert_string_equal(
		outcome.errors,
		"t:1:7: seed: \"x\" is not a seed; write a number in plain "
		"digits, or random\n"
		"set udp-timout=3s: unknown key \"udp-timout\" in nat; did you "
		"mean \"udp-timeout\"?\n"
		"set nat.udp-timeout=3: nat.udp-timeout: \"3\" has no unit; "
		"write 3s or another of ms, m, h, d\n"
		"set lan.x.address=1: lan wants an index; write 0 for its "
		"first "
		"element\n"
		"set nat.mapping.x=eim: nat.mapping has nothing below it; take "
		"\".x\" away\n"
		"set nat.tcp.mapping=: nat.tcp.mapping has no value; write "
		"one\n"
		"set wan.pool=[a: bad YAML: did not find expected ',' or ']' "
		"while parsing a flow sequence\n"
		"set clients.a.nat.refresh=both: clients.a.match is missing; "
		"write an address, a CIDR or a MAC\n"
		"set dhcp.lease-time=1h: dhcp.range is missing; write the "
		"addresses to give out, such as "
		"[192.168.77.50-192.168.77.199]\n");
	outcome_free(&outcome);
}

/** test_bounds() - too long, too much */
static void test_bounds(void **state)
{
	struct outcome outcome;
	char *text = malloc(1048578);
	size_t used = 0;

	(void)state;
	assert_non_null(text);
	memset(text, '#', 1048577);
	text[1048577] = '\0';
	outcome = parse(text, NULL, 0);
	assert_string_equal(outcome.errors,
			    "t: larger than 1048576 bytes; settings are not "
			    "that long\n");
	outcome_free(&outcome);
	used += (size_t)sprintf(text, "wan: {pool: [");
	for (unsigned i = 0; i < 65536; i++)
		used += (size_t)sprintf(text + used, "a,");
	sprintf(text + used, "]}\n");
	outcome = parse(text, NULL, 0);
	assert_string_equal(outcome.errors,
			    "t:1:131076: more than 65536 keys and values\n");
	outcome_free(&outcome);
	used = (size_t)sprintf(text, "exempt:\n");
	for (unsigned i = 0; i < 4097; i++)
		used += (size_t)sprintf(text + used,
					"- {destination: 198.51.100.0/24}\n");
	outcome = parse(text, NULL, 0);
	assert_string_equal(outcome.errors,
			    "t:4098:3: exempt.4096 is too many; write up to "
			    "4096\n");
	outcome_free(&outcome);
	free(text);
}

/** test_files() - what conf_load() says of files, and of what is missing */
static void test_files(void **state)
{
	char path[] = "/tmp/test_conf.XXXXXX";
	int fd = mkstemp(path);
	char *errors = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&errors, &len);
	char wanted[512];

	(void)state;
	assert_true(fd >= 0);
	assert_null(conf_load("/nonexistent/lapse.yaml", NULL, 0, out));
	assert_null(conf_load("/dev/zero", NULL, 0, out));
	assert_null(conf_load(path, NULL, 0, out));
	assert_int_equal(write(fd, "lan: []\nwan: {}\n", 16), 16);
	assert_null(conf_load(path, NULL, 0, out));
	fclose(out);
	snprintf(wanted, sizeof(wanted),
		 "/nonexistent/lapse.yaml: cannot be read: No such file or "
		 "directory; give another with -c\n"
		 "/dev/zero: cannot be read: not a regular file; give another "
		 "with -c\n"
		 "%s:1:1: lan is missing; write lan: [{interface: eth1, "
		 "address: 192.168.77.1/24}]\n"
		 "%s:1:1: wan.interface is missing; write wan: {interface: "
		 "eth0}\n"
		 "%s:1:1: lan is empty; write at least one interface with its "
		 "address\n"
		 "%s:1:1: wan.interface is missing; write wan: {interface: "
		 "eth0}\n",
		 path, path, path, path);
	assert_string_equal(errors, wanted);
	free(errors);
	close(fd);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_syntax),	  cmocka_unit_test(test_keys),
		cmocka_unit_test(test_overrides), cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
