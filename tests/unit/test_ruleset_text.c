// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_ruleset_text - the rules as nft and iptables-restore read them
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>
#include "tests/unit/ruleset_input.h"

/** written() - a whole ruleset; to be freed */
static char *written(bool nft, const char *table, bool jump)
{
	char *bytes = NULL;
	size_t len;
	FILE *out = open_memstream(&bytes, &len);

	assert_non_null(out);
	if (nft)
		ruleset_nft(out, &input);
	else
		ruleset_iptables(out, &input, table, jump);
	assert_int_equal(fclose(out), 0);
	return bytes;
}

static void test_nft_text(void **state)
{
	static const char *const wanted[] = {
		"add table ip lapse\ndelete table ip lapse\n",
		"type filter hook prerouting priority -150;",
		"type filter hook postrouting priority -150;",
		" meta mark & 0xff000000 == 0x4f000000 return\n",
		" oifname \"wan0\" queue num 76\n",
		" ip daddr 203.0.113.1 jump own\n",
		/* five addresses in two prefixes and one */
		" ip daddr 203.0.113.5 queue num 76\n",
		" ip daddr 203.0.113.6/31 queue num 76\n",
		" ip daddr 203.0.113.8/31 queue num 76\n",
		" ip frag-off & 0x3fff != 0 queue num 76\n",
		" udp dport 5000-5001 return\n",
		" tcp dport 8080 return\n",
		" icmp type 8 return\n",
		" iifname \"lan0\" notrack\n",
	};
	char *t = written(true, NULL, false);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (!strstr(t, wanted[i]))
			fail_msg("missing: %s", wanted[i]);
	/* fail closed */
	assert_null(strstr(t, "bypass"));
	free(t);

	input.notrack = false;
	t = written(true, NULL, false);
	input.notrack = true;
	assert_null(strstr(t, "notrack"));
	assert_null(strstr(t, "raw"));
	free(t);
}

static void test_iptables_text(void **state)
{
	static const char *const wanted[] = {
		"*mangle\n",
		":LAPSE_OWN - [0:0]\n",
		("-A LAPSE_OWN -m u32 --u32 \"4&0x3FFF=0x1:0x3FFF\" "
		 "-j NFQUEUE --queue-num 76\n"),
		"-A LAPSE_OWN -p tcp -m tcp --dport 8080:8080 -j RETURN\n",
		"-A LAPSE_EXTERNAL -d 203.0.113.1 -j LAPSE_OWN\n",
		"-A LAPSE_POSTROUTING -o wan0 -j NFQUEUE --queue-num 76\n",
		"-I PREROUTING -j LAPSE_PREROUTING\n",
		"-I POSTROUTING -j LAPSE_POSTROUTING\nCOMMIT\n",
	};
	char *t = written(false, "mangle", true);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (!strstr(t, wanted[i]))
			fail_msg("missing: %s", wanted[i]);
	assert_null(strstr(t, "bypass"));
	assert_null(strstr(t, "notrack"));
	free(t);

	t = written(false, "raw", false);
	assert_non_null(strstr(t, "*raw\n"));
	assert_non_null(strstr(t, "-j CT --notrack\n"));
	assert_null(strstr(t, "-I "));
	assert_null(strstr(t, "NFQUEUE"));
	free(t);

	input.fragments = false;
	t = written(false, "mangle", false);
	input.fragments = true;
	assert_non_null(strstr(t, "-A LAPSE_OWN -f -j NFQUEUE"));
	assert_null(strstr(t, "u32"));
	free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nft_text),
		cmocka_unit_test(test_iptables_text),
	};

	return cmocka_run_group_tests(tests, ruleset_setup, NULL);
}
