# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# vm.sh - run a script on Debian's own kernel under QEMU; to be sourced.
#
#	vm_run SCRIPT [ITEM...]
#
# boots the cloud kernel of the Debian release this machine runs, with an
# initramfs made of this machine's own files, runs SCRIPT there as root and
# returns its exit code.  Nothing of it is installed here: the kernel package
# is only unpacked, into build/vm/kernel, and kept for the next time.
#
# An ITEM is what SCRIPT needs besides VM_PACKAGES:
#
#	/path/of/file		the same path in the guest; a folder with all in it
#	file:/path/in/guest	another path there
#	pkg:NAME		all files of an installed Debian package
#
# Shared libraries come along by themselves.  SCRIPT runs as /vm/script
# with the arguments in the array VM_ARGS.
#
# Why these choices:
#
# - The guest gets no disk and no network card.  An initramfs needs neither a
#   file system image (nor root to make one) nor a driver, and the cloud kernel
#   has no 9p with which to share the host's files.
# - The outcome is a line with a random word in it, which the host looks for on
#   the console.  The word is made for this boot, so nothing that the guest
#   prints can be mistaken for it, and a panic, a hang or an early power-off is
#   a failure because the line is then missing.
# - TCG unless VM_ACCEL says otherwise: /dev/kvm exists on machines where a
#   guest then hangs, and a test that must run everywhere takes what does.
#   The processor is a plain one, as emulation pays for each feature; with
#   rdrand, for want of which the kernel waits to collect randomness.  The
#   machine is not "microvm", a second faster: most boots of it hang.

VM_TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
VM_DIR=${VM_DIR:-$VM_TOP/build/vm}
VM_LOG=${VM_LOG:-$VM_DIR/log}
VM_ACCEL=${VM_ACCEL:-tcg}
VM_MEMORY=${VM_MEMORY:-768}		# MiB
VM_TIMEOUT=${VM_TIMEOUT:-300}		# seconds until a hung guest is killed
VM_ARGS=()

# What every guest script may expect to find.
VM_PACKAGES=(bash coreutils dash diffutils findutils grep iproute2 iptables
	iputils-ping kmod libgcc-s1 mawk mount nftables procps sed util-linux)

# Folders and files below /lib/modules/VERSION/kernel; what they depend on is
# added.  The guest's modprobe loads them, mostly at the kernel's own request.
VM_MODULES=(net/netfilter net/ipv4/netfilter net/ipv6/netfilter net/bridge
	net/sched drivers/net/dummy.ko drivers/net/ifb.ko
	drivers/net/macvlan.ko drivers/net/tun.ko drivers/net/veth.ko
	drivers/net/vrf.ko)

VM_PID=
VM_WORK=

# vm_skip() - say in one line why there can be no VM here
# Return: 77, which test drivers take for "skipped"
vm_skip()
{
	echo "vm: skipped: $*" >&2
	return 77
}

# vm_clean() - end the guest, if it runs, and remove the temporary files
# Context: for the caller's EXIT trap
vm_clean()
{
	[ -z "$VM_PID" ] || kill "$VM_PID" 2>/dev/null || true
	[ -z "$VM_WORK" ] || rm -rf "$VM_WORK"
	VM_PID=
	VM_WORK=
}

# vm_need() - check for the programs that the host side uses
# Return: 0, or 77 with the missing program's Debian package named
vm_need()
{
	local pair

	[ "$(uname -m)" = x86_64 ] || vm_skip "only on x86_64" || return
	for pair in qemu-system-x86_64:qemu-system-x86 cpio:cpio depmod:kmod \
		    dpkg-deb:dpkg timeout:coreutils; do
		PATH=$PATH:/usr/sbin:/sbin command -v "${pair%%:*}" \
			>/dev/null || vm_skip "${pair%%:*} is missing:" \
			"apt-get install ${pair#*:}" || return
	done
}

# vm_depends PACKAGE - the first package that it depends on
vm_depends()
{
	apt-cache depends --important "$1" 2>/dev/null |
		awk '$1 == "Depends:" { print $2; exit }'
}

# vm_kernel() - have the kernel and its modules in $VM_DIR/kernel
#
# The meta package depends on the real one by its versioned name first.
#
# Return: 0; 77 if there is none yet and apt cannot fetch it
vm_kernel()
{
	local meta=linux-image-cloud-amd64 name version

	[ ! -e "$VM_DIR/kernel/version" ] || return 0
	command -v apt-get >/dev/null ||
		vm_skip "no kernel in $VM_DIR/kernel and no apt-get" || return
	name=$(vm_depends "$meta")
	if [ -z "$name" ] && [ "$(id -u)" = 0 ]; then
		# a machine on which nothing was missing may have no lists yet
		apt-get -qq update >/dev/null 2>&1
		name=$(vm_depends "$meta")
	fi
	[ -n "$name" ] ||
		vm_skip "apt does not know $meta: apt-get update" || return

	VM_WORK=$(mktemp -d "$VM_DIR/fetch.XXXXXX") || return 1
	echo "vm: fetching $name"
	(cd "$VM_WORK" && apt-get -qq download "$name") >"$VM_WORK/out" 2>&1 ||
		vm_skip "apt-get download $name:" \
		"$(tail -n 1 "$VM_WORK/out")" || return

	mkdir "$VM_WORK/kernel"
	dpkg-deb -x "$VM_WORK/$name"_*.deb "$VM_WORK/kernel" || return 1
	version=${name#linux-image-}
	PATH=$PATH:/usr/sbin:/sbin depmod -b "$VM_WORK/kernel" "$version" ||
		return 1
	echo "$version" >"$VM_WORK/kernel/version"
	# Moved only when complete, so an interrupted run leaves no half one.
	rm -rf "$VM_DIR/kernel"
	mv "$VM_WORK/kernel" "$VM_DIR/kernel" || return 1
	vm_clean
}

# vm_modules() - print the module files to take, with all they depend on
# @version: the kernel's
vm_modules()
{
	local version=$1

	# A line of modules.dep is "file: all it needs, directly or not".
	awk -v want="${VM_MODULES[*]}" '
		BEGIN { n = split(want, w, " ") }
		{
			for (i = 1; i <= n; i++) {
				if (index($1, "kernel/" w[i]) == 1) {
					sub(":", "")
					for (j = 1; j <= NF; j++)
						print $j
					next
				}
			}
		}' "$VM_DIR/kernel/lib/modules/$version/modules.dep" | sort -u
	(cd "$VM_DIR/kernel/lib/modules/$version" && ls -d modules.*)
}

# vm_paths() - normalise the paths on stdin for cpio
#
# On a merged-/usr system dpkg still lists /bin/bash.  An archive with both
# the link "bin" and a file below a folder "bin" would unpack as neither.
vm_paths()
{
	sed -e 's,^/*,,' -e 's,^\(bin\|sbin\|lib\|lib64\)/,usr/\1/,'
}

# vm_libraries() - print the libraries that the programs listed on stdin load
# Paths in and out are relative to /.
vm_libraries()
{
	local path
	local -a programs=()

	while read -r path; do
		# A link's target is listed too, and each takes its time.
		if [ ! -f "/$path" ] || [ -L "/$path" ]; then
			continue
		elif [ -x "/$path" ] || [[ $path == *.so* ]]; then
			programs+=("/$path")
		fi
	done
	# What ldd does, without a shell for each.  Scripts make it complain.
	for path in "${programs[@]}"; do
		/lib64/ld-linux-x86-64.so.2 --list "$path" 2>/dev/null || true
	done |
		sed -n -e 's,^\t.* => \(/[^ ]*\) (.*,\1,p' \
		       -e 's,^\t\(/[^ ]*\) (.*,\1,p' | sort -u |
		while read -r path; do
			echo "$path"
			readlink -f "$path"
		done | vm_paths
}

# vm_parents() - print every path on stdin after the folders that hold it
# The kernel's unpacker makes no folder that the archive does not list.
vm_parents()
{
	awk -F/ '{
		path = $1
		for (i = 2; i <= NF; i++) {
			if (!seen[path]++)
				print path
			path = path "/" $i
		}
		if (!seen[path]++)
			print path
	}'
}

# vm_package() - print the files of an installed package but its documents
# @name: the package
vm_package()
{
	local path

	dpkg -L "$1" >/dev/null 2>&1 ||
		vm_skip "package $1 is not installed" || return
	# Lines about diversions are no paths; a diverted file may be absent.
	dpkg -L "$1" | grep -E '^/' | grep -Ev \
		'^/usr/share/(doc|man|locale|info|lintian|bash-completion)' |
	while read -r path; do
		[ ! -f "$path" ] && [ ! -L "$path" ] || echo "$path"
	done
}

# vm_initrd() - make the initramfs
# @out: the file to write; then script and items as for vm_run()
#
# Two archives in a row, which the kernel unpacks one over the other: first
# this machine's files where they are, uncopied; then the staged ones, whose
# paths differ.
#
# Return: 0, 1, or 77 with the reason printed
vm_initrd()
{
	local out=$1 script=$2 stage=$VM_WORK/stage list=$VM_WORK/list
	local version item from to
	shift 2

	version=$(cat "$VM_DIR/kernel/version")
	mkdir -p "$stage/vm" "$stage"/{dev,etc,proc,root,run,sys,tmp,var} \
		"$stage/usr/lib/modules/$version"
	install -m 755 "$VM_TOP/vm/init" "$stage/init" || return 1
	install -m 755 "$script" "$stage/vm/script" || return 1
	printf 'root:x:0:0:root:/root:/bin/bash\n%s\n' \
		'nobody:x:65534:65534:nobody:/:/usr/sbin/nologin' \
		>"$stage/etc/passwd"
	printf 'root:x:0:\nnogroup:x:65534:\n' >"$stage/etc/group"
	mkdir "$stage/usr/bin"
	ln -s mawk "$stage/usr/bin/awk"
	{
		echo '#!/bin/bash'
		printf 'exec /vm/script'
		[ "${#VM_ARGS[@]}" -eq 0 ] || printf ' %q' "${VM_ARGS[@]}"
		echo
	} >"$stage/vm/run"
	chmod 755 "$stage/vm/run"

	printf '/%s\n' bin sbin lib lib64 >"$list"
	for item in "${VM_PACKAGES[@]/#/pkg:}" "$@"; do
		case $item in
		pkg:*)
			vm_package "${item#pkg:}" >>"$list" || return
			;;
		*:*)
			from=$(realpath -e "${item%%:*}") || return 1
			to=$stage/${item#*:}
			mkdir -p "$(dirname "$to")"
			cp -rL "$from" "$to" || return 1
			# Its libraries are those of the original.
			find "$from" -type f >>"$VM_WORK/staged"
			;;
		*)
			from=$(realpath -es "$item") || return 1
			find "$from" >>"$list"
			;;
		esac
	done

	vm_paths <"$list" | sort -u >"$list.files"
	touch "$VM_WORK/staged"
	vm_paths <"$VM_WORK/staged" | sort -u - "$list.files" |
		vm_libraries >"$list.libs"
	sort -u "$list.files" "$list.libs" | vm_parents >"$list.all"

	(cd / && cpio --quiet -o -H newc -R 0:0 <"$list.all") >"$out" ||
		return 1
	vm_modules "$version" | (cd "$VM_DIR/kernel/lib/modules/$version" &&
		cpio --quiet -pdm "$stage/usr/lib/modules/$version") || return 1
	(cd "$stage" && find . -mindepth 1 | sed 's,^\./,,' |
		cpio --quiet -o -H newc -R 0:0) >>"$out"
}

# vm_run() - run a script in a guest
# @script: the file to run there; then the items that it needs, see above
#
# Return: the script's exit code; 1 if the guest did not get to its end or
# could not be made; 77 if this machine lacks something (one line says what).
# The guest's console is in $VM_LOG.
vm_run()
{
	local word rc=0

	mkdir -p "$VM_DIR" "$(dirname "$VM_LOG")" || return 1
	vm_need || return
	vm_kernel || return
	VM_WORK=$(mktemp -d "$VM_DIR/run.XXXXXX") || return 1
	vm_initrd "$VM_WORK/initrd" "$@" || {
		rc=$?
		vm_clean
		return "$rc"
	}

	word=$(od -An -N8 -tx1 /dev/urandom | tr -d ' \n')
	# In the background, so that a signal to us is handled at once.
	timeout --foreground -k 5 "$VM_TIMEOUT" qemu-system-x86_64 \
		-M pc -accel "$VM_ACCEL" -cpu qemu64,+rdrand \
		-m "$VM_MEMORY" -nodefaults \
		-nographic -serial stdio -no-reboot \
		-kernel "$VM_DIR/kernel/boot/vmlinuz-$(cat \
			"$VM_DIR/kernel/version")" \
		-initrd "$VM_WORK/initrd" \
		-append "console=ttyS0 quiet panic=-1 vm_word=$word" \
		</dev/null >"$VM_LOG" 2>&1 &
	VM_PID=$!
	wait "$VM_PID" || rc=$?
	VM_PID=
	vm_clean

	[ "$rc" -ne 124 ] ||
		echo "vm: no end after $VM_TIMEOUT s" | tee -a "$VM_LOG" >&2
	rc=$(tr -d '\r' <"$VM_LOG" | sed -n "s/^vm-exit $word //p")
	[ -n "$rc" ] || {
		echo "vm: the guest did not reach its end, see $VM_LOG" >&2
		return 1
	}
	return "$rc"
}
