#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""base/, nat/ and dhcpd/ do no I/O and call no clock

They are handed bytes and `now`, and nothing else reaches them: that is what
makes two hours of idle time testable in a microsecond, and a run repeatable
from its seed. Looks at what they include, and at what their archives want from
outside, which no macro can hide. Then both looks are given what they must
find, for a test that never fails shows nothing.
"""

import glob
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
BUILD = os.environ.get("LAPSE_BUILD", os.path.join(ROOT, "build"))
NM = os.environ.get("NM", "nm")
PURE = ("base", "nat", "dhcpd")

# stdio.h is there for snprintf(): the symbols below say what of it is used.
HEADERS = {
    "assert.h", "ctype.h", "errno.h", "inttypes.h", "limits.h", "stdarg.h",
    "stdbool.h", "stddef.h", "stdint.h", "stdio.h", "stdlib.h", "string.h",
}

# Of libc, what computes from its arguments alone, the heap, and abort().
SYMBOLS = set("""
    malloc calloc realloc reallocarray free aligned_alloc abort
    memcpy memmove memset memcmp memchr memrchr memmem explicit_bzero
    strlen strnlen strcmp strncmp strcasecmp strncasecmp strchr strrchr
    strstr strspn strcspn strpbrk stpcpy strcpy strncpy strcat strncat
    strtol strtoul strtoll strtoull
    snprintf vsnprintf qsort bsearch
    tolower toupper __ctype_b_loc __ctype_tolower_loc __ctype_toupper_loc
    __errno_location __assert_fail
    __stack_chk_fail __stack_chk_guard _GLOBAL_OFFSET_TABLE_
    __memcpy_chk __memmove_chk __memset_chk __explicit_bzero_chk
    __strcpy_chk __strncpy_chk __strcat_chk __strncat_chk __stpcpy_chk
    __snprintf_chk __vsnprintf_chk
    __isoc23_strtol __isoc23_strtoul __isoc23_strtoll __isoc23_strtoull
""".split())

# What goes around both looks: the CPU's clock, a system call by hand, and the
# compiler's own.
SOURCE = re.compile(r"\b(__asm__|__asm|asm|__rdtsc|__builtin_ia32_rdtscp?|"
                    r"__DATE__|__TIME__|__TIMESTAMP__)\b")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)


def bad_source(path):
    """What this source file includes or says that a pure one must not."""
    with open(path, encoding="utf-8") as f:
        text = COMMENT.sub(" ", f.read())
    found = []
    for kind, name in INCLUDE.findall(text):
        if kind == "<" and name not in HEADERS:
            found.append(f"{path}: includes <{name}>")
        if kind == '"' and name.split("/")[0] not in PURE:
            found.append(f'{path}: includes "{name}"')
    return found + [f"{path}: says {word}" for word in SOURCE.findall(text)]


def symbols(archives, *option):
    """The names of nm's symbols, with these options, in all archives."""
    out = subprocess.run([NM, "-P", *option, *archives], check=True,
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                         text=True).stdout
    fields = (line.split() for line in out.splitlines())
    return {f[0] for f in fields if len(f) >= 2 and len(f[1]) == 1}


def bad_symbols(archives):
    """What these archives want that is neither theirs nor allowed."""
    wanted = symbols(archives, "-u")
    return sorted(wanted - symbols(archives, "--defined-only") - SYMBOLS)


def members(archive):
    """The objects in an archive."""
    return subprocess.run(["ar", "t", archive], check=True, text=True,
                          stdout=subprocess.PIPE).stdout.split()


def archives():
    """The pure archives of the build."""
    return [os.path.join(BUILD, f"lib{d}.a") for d in PURE]


def compiled(folder, text):
    """An archive made of one source with this text."""
    source, obj, archive = (os.path.join(folder, n)
                            for n in ("bad.c", "bad.o", "libbad.a"))
    with open(source, "w", encoding="utf-8") as f:
        f.write(text)
    subprocess.run(["gcc", "-O2", "-c", source, "-o", obj], check=True)
    if os.path.exists(archive):
        os.remove(archive)
    subprocess.run(["ar", "rcs", archive, obj], check=True)
    return source, archive


def test_sources():
    """No pure source includes more than it may."""
    found = []
    for folder in PURE:
        for path in (glob.glob(os.path.join(ROOT, folder, "*.[ch]"))):
            found += bad_source(path)
    assert not found, "\n".join(found)


def test_archives_are_whole():
    """What is looked at below is what is in the folders."""
    for folder, archive in zip(PURE, archives()):
        sources = glob.glob(os.path.join(ROOT, folder, "*.c"))
        assert len(members(archive)) == len(sources), archive
    assert members(archives()[0]), "base/ is empty"
    assert members(archives()[1]), "nat/ is empty"


def test_archives():
    """The archives need nothing of the outside."""
    found = bad_symbols(archives())
    assert not found, "not allowed: " + " ".join(found)


def test_impure_calls_are_found():
    """A clock, a file, the environment, chance: each is found."""
    for name, call in (("time", "(int)time(0)"),
                       ("clock_gettime", "clock_gettime(0, &ts)"),
                       ("getenv", 'getenv("X") != 0'),
                       ("open", 'open("/dev/null", 0)'),
                       ("socket", "socket(2, 2, 0)"),
                       ("printf", 'printf("x\\n")'),
                       ("rand", "rand()")):
        with tempfile.TemporaryDirectory() as folder:
            source, archive = compiled(folder, (
                "#include <fcntl.h>\n#include <stdio.h>\n"
                "#include <stdlib.h>\n#include <sys/socket.h>\n"
                "#include <time.h>\n"
                "int bad(void);\n"
                "int bad(void)\n{\n\tstruct timespec ts;\n"
                f"\t(void)ts;\n\treturn {call};\n}}\n"))
            found = bad_symbols(archives() + [archive])
            assert found == [name], f"{name}: found {found}"
            heads = " ".join(bad_source(source))
            assert "<time.h>" in heads and "<fcntl.h>" in heads, heads
            assert "<stdio.h>" not in heads, heads


def test_impure_sources_are_found():
    """A header of the daemon's, and the CPU's clock, are found."""
    with tempfile.TemporaryDirectory() as folder:
        source, _ = compiled(folder, (
            "/* #include <time.h> and asm in a comment are nothing */\n"
            "unsigned long long bad(void);\n"
            "unsigned long long bad(void)\n"
            "{\n\treturn __builtin_ia32_rdtsc();\n}\n"
            if os.uname().machine == "x86_64" else
            'void bad(void);\nvoid bad(void)\n{\n\t__asm__("");\n}\n'))
        assert len(bad_source(source)) == 1, bad_source(source)
        with open(source, "a", encoding="utf-8") as f:
            f.write('#include "gateway/loop.h"\n')
        assert len(bad_source(source)) == 2, bad_source(source)


def main():
    """Run the tests of this file."""
    passed = failed = 0
    for name, test in list(globals().items()):
        if not name.startswith("test_"):
            continue
        try:
            test()
            passed += 1
            print(f"ok: {name}")
        except (AssertionError, OSError, subprocess.SubprocessError) as e:
            failed += 1
            print(f"FAILED: {name}: {e}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
