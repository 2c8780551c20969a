#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_install - `make install` puts everything where it is looked for, keeps
# the administrator's settings, and `make uninstall` takes back the rest.
# Installs into a temporary folder only.

set -u
cd "$(dirname "$0")/../.." || exit 1

dest=$(mktemp -d) || exit 1
trap 'rm -rf "$dest"' EXIT
passed=0
failed=0

# check WHAT COMMAND... - one test
check()
{
	local what=$1

	shift
	if "$@"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $what"
	fi
}

# The flags are tools/check's, so that nothing is built anew under the feet of
# the tests that run beside this one.
install()
{
	make --no-print-directory O="${O:-build}" WERROR=1 DESTDIR="$dest" "$@"
}

# installed - the names of all installed files
installed()
{
	(cd "$dest" && find . -type f | LC_ALL=C sort)
}

check "make install" install install
check "lapsed runs" "$dest/usr/local/sbin/lapsed" --version
check "lapse runs" "$dest/usr/local/bin/lapse" help > /dev/null
check "lapse.yaml" cmp conf/lapse.yaml "$dest/etc/lapse/lapse.yaml"
unit=$dest/usr/local/lib/systemd/system/lapse.service
check "the unit starts what was installed" \
	grep -qx "ExecStart=/usr/local/sbin/lapsed -c /etc/lapse/lapse.yaml" \
	"$unit"
check "the unit has no place left open" test -z "$(grep -o '@[A-Z]*@' "$unit")"
for file in conf/profiles/*.yaml; do
	check "$file" cmp "$file" \
		"$dest/usr/local/share/lapse/profiles/${file##*/}"
done
for file in docs/scenarios/*.yaml; do
	check "$file" cmp "$file" \
		"$dest/usr/local/share/doc/lapse/scenarios/${file##*/}"
done
for file in docs/*.[1-8]; do
	[ -e "$file" ] || continue
	check "$file" cmp "$file" \
		"$dest/usr/local/share/man/man${file##*.}/${file##*/}"
done

echo "# mine" > "$dest/etc/lapse/lapse.yaml"
check "make install, again" install install
check "own settings are kept" grep -qx "# mine" "$dest/etc/lapse/lapse.yaml"

check "make uninstall" install uninstall
check "only the settings are left" test "$(installed)" = ./etc/lapse/lapse.yaml

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
