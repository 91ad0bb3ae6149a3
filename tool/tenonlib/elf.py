# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""What an executable or library of a component may contain, and what it needs."""

import pathlib
import re
import struct
import subprocess

from .places import ROOT

SYMBOLS_MAX = 200
NOTE_TYPE_ABI_LEVEL = 1
MACHINE_X86_64, TYPE_DYNAMIC = 62, 3
RUNTIME = "libtenon.so"

# Executables that enter the kernel, or trap, on purpose: name -> instructions, with the reason.
DECLARED = {
    "crash": {"int3"},  # faults on purpose, one kind after another
    "test-fault": {"int3"},
}


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def listed_symbols(path=ROOT / "abi" / "tenon.symbols"):
    """(names, mistakes in the list itself)"""
    names, wrong = [], []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        words = line.split("#")[0].split()
        if not words:
            continue
        if len(words) != 2 or words[1] != "function":
            wrong.append(f"line {number}: not 'name function': {line}")
            continue
        names.append(words[0])
    if len(set(names)) != len(names):
        wrong.append("a symbol is listed twice")
    if names != sorted(names):
        wrong.append("symbols are not sorted")
    if len(names) > SYMBOLS_MAX:
        wrong.append(f"{len(names)} symbols, more than {SYMBOLS_MAX}")
    return names, wrong


FORBIDDEN_RELOCATION = re.compile(r"R_X86_64_(COPY|IRELATIV\w*|TPOFF\w*|DTPMOD\w*|DTPOFF\w*|"
                                  r"TLSDESC\w*)")
SEGMENT = re.compile(r"%[fg]s\b")
KERNEL_ENTRY = re.compile(r"^(syscall|sysenter|sysret\w*|sysexit\w*|int|int1|into|int3|vmcall|"
                          r"vmmcall|lcall|ljmp)$")
# AVX and later by their registers and VEX names; the rest of what came after the base level.
ABOVE_BASE_OPERAND = re.compile(r"%(ymm|zmm|k[0-7]\b|xmm(1[6-9]|2\d|3[01]))|\{%k")
# To a register it is of the base level; to memory it came with SSE 4.1.
PEXTRW_TO_MEMORY = re.compile(r"^pextrw .*\)$")
ABOVE_BASE = re.compile(
    r"^(v[a-z]+\w*|popcnt\w*|lzcnt\w*|tzcnt\w*|crc32\w*|movbe\w*|andn\w*|bextr\w*|blsi\w*|blsr\w*|"
    r"blsmsk\w*|pdep\w*|pext[lq]?|mulx\w*|rorx\w*|sarx\w*|shlx\w*|shrx\w*|adcx\w*|adox\w*|"
    r"pshufb|phadd\w*|phsub\w*|pmaddubsw|pmulhrsw|psign\w*|pabs\w*|palignr|lddqu|haddp[sd]|"
    r"hsubp[sd]|addsubp[sd]|movddup|movshdup|movsldup|pblend\w*|blend\w*|dpp[sd]|pminsb|"
    r"pmins[db]|pmaxs[db]|pminu[dw]|pmaxu[dw]|pmov[sz]x\w*|pmulld|pmuldq|ptest|roundp[sd]|rounds[sd]|"
    r"pcmp[ei]str\w*|pcmpgtq|pcmpeqq|extractps|insertps|pextr[bdq]|pinsr[bdq]|mpsadbw|packusdw|"
    r"aes\w+|pclmul\w*|sha1\w+|sha256\w+|rdrand\w*|rdseed\w*|rd[fg]sbase\w*|wr[fg]sbase\w*|"
    r"xsave\w*|xrstor\w*|cmpxchg16b)$")
# Names with a v that are no vector instructions.
NOT_VECTOR = re.compile(r"^ver[rw]\w*$")
PREFIXES = {"lock", "rep", "repz", "repnz", "repe", "repne", "data16", "addr32", "cs", "ds", "es",
            "ss", "fs", "gs", "bnd", "notrack", "rex", "rex.W", "xacquire", "xrelease"}


def instructions(file):
    """(address, mnemonic, operands), prefixes stripped."""
    for line in output("objdump", "-d", "--no-show-raw-insn", file).splitlines():
        match = re.match(r"^\s*([0-9a-f]+):\t(.*)$", line)
        if not match:
            continue
        text = match.group(2).split("#")[0].split("<")[0]
        words = text.split()
        while words and (words[0] in PREFIXES or words[0].startswith("rex")):
            words = words[1:]
        if words:
            yield match.group(1), words[0], " ".join(words[1:]), text


def check_instructions(file, declared=()):
    wrong = []
    for address, name, operands, text in instructions(file):
        if KERNEL_ENTRY.match(name) and name not in declared:
            wrong.append(f"{address}: {name}: kernel entry")
        if SEGMENT.search(text) or name in ("fs", "gs"):
            wrong.append(f"{address}: {text.strip()}: segment register")
        if ((ABOVE_BASE.match(name) and not NOT_VECTOR.match(name)) or
                ABOVE_BASE_OPERAND.search(operands) or
                PEXTRW_TO_MEMORY.match(f"{name} {operands}")):
            wrong.append(f"{address}: {name} {operands}: above the base level of the CPU")
    return wrong


def check_elf(file, level):
    """Program headers, relocations, note, needed libraries, interpreter."""
    wrong = []
    headers = output("readelf", "-lW", file)
    dynamic = output("readelf", "-dW", file)
    if re.search(r"^\s+TLS\s", headers, re.M):
        wrong.append("has thread-local storage (PT_TLS)")
    if re.search(r"^\s+GNU_STACK.*E\s+0x", headers, re.M):
        wrong.append("wants an executable stack")
    if re.search(r"^\s+LOAD.*\sRWE\s", headers, re.M):
        wrong.append("has a segment that is writable and executable")
    if re.search(r"\(TEXTREL\)|\bTEXTREL\b", dynamic):
        wrong.append("has text relocations")
    for match in FORBIDDEN_RELOCATION.finditer(output("readelf", "-rW", file)):
        wrong.append(f"has a relocation {match.group(0)}")
    if re.search(r"program interpreter: (?!ld-tenon\.so\])", headers):
        wrong.append("has an interpreter other than ld-tenon.so")
    if re.search(r"\((RPATH|RUNPATH)\)", dynamic):
        wrong.append("has a library search path")
    if re.search(r"\sIFUNC\s", output("readelf", "--dyn-syms", "-W", file)):
        wrong.append("has an indirect function symbol")
    found = abi_level(file)
    if found is None:
        wrong.append("has no ABI note")
    elif found != level:
        wrong.append(f"has ABI level {found}, not {level}")
    return wrong


def abi_level(file):
    """From the note segments, as a loader reads them."""
    data = pathlib.Path(file).read_bytes()
    if data[:5] != b"\x7fELF\x02":
        return None
    offset, = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    for i in range(count):
        kind, _, at, _, _, length = struct.unpack_from("<IIQQQQ", data, offset + i * size)
        end = at + length
        while kind == 4 and at + 12 <= end:
            name_size, desc_size, note = struct.unpack_from("<III", data, at)
            name = data[at + 12:at + 12 + name_size]
            desc = at + 12 + (name_size + 3 & ~3)
            if name == b"Tenon\0" and note == NOTE_TYPE_ABI_LEVEL and desc_size == 4:
                return struct.unpack_from("<I", data, desc)[0]
            at = desc + (desc_size + 3 & ~3)
    return None


def abi_level_of_tree():
    text = (ROOT / "include/tenon/types.h").read_text()
    return int(re.search(r"#define TN_ABI_LEVEL (\d+)u", text).group(1))


def dynamic_symbols(file):
    """(name, binding, defined, kind) of those that other files see."""
    for line in output("readelf", "--dyn-syms", "-W", file).splitlines():
        fields = line.split()
        if len(fields) >= 8 and fields[0].rstrip(":").isdigit() and fields[4] != "LOCAL":
            yield fields[7].split("@")[0], fields[4], fields[6] != "UND", fields[3]


def exported(file):
    return {name for name, _, defined, _ in dynamic_symbols(file) if defined}


def wanted(file):
    """What others have to define; weak ones may stay without."""
    return {name for name, binding, defined, _ in dynamic_symbols(file)
            if not defined and binding != "WEAK"}


def needed_libraries(file):
    """Beside the runtime."""
    names = re.findall(r"\(NEEDED\)\s+Shared library: \[([^\]]*)\]", output("readelf", "-dW", file))
    return [name for name in names if name != RUNTIME]


def not_a_component(file):
    """Why readelf need not look at it at all, or nothing."""
    data = pathlib.Path(file).read_bytes()[:64]
    if data[:4] != b"\x7fELF":
        return "is not an ELF file"
    if len(data) < 64 or data[4:6] != b"\x02\x01":
        return "is not a 64-bit ELF file of this CPU"
    kind, machine = struct.unpack_from("<HH", data, 16)
    if machine != MACHINE_X86_64:
        return f"is for another CPU (ELF machine {machine}, not {MACHINE_X86_64})"
    if kind != TYPE_DYNAMIC:
        return "is not position-independent (ELF type DYN)"
    return ""
