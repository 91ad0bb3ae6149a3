# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

"""Executables that break a rule: check says which, and what to do."""

import subprocess

import harness
from harness import ROOT, case, expect, scenario, tenon

FLAGS = ("-O1 -ffreestanding -fPIE -pie -nostdlib -fno-stack-protector -fcf-protection=none "
         "-Wl,-e,component_construct,--hash-style=gnu,--dynamic-linker=ld-tenon.so,-z,noexecstack "
         "-Wl,--export-dynamic-symbol=component_construct").split()
EMPTY = "void component_construct(void *env) { (void)env; }\n"


def compile_with(source, *flags, name="given", note=True):
    path = harness.context.folder / f"{name}.c"
    path.write_text(source)
    library = harness.context.build / "x86_64" / "lib"
    extra = [library / "crt-note.o"] if note else []
    subprocess.run([*harness.context.cc.split(), *FLAGS, path, *extra, library / "libtenon.so", *flags,
                    "-o", path.with_suffix("")], check=True, capture_output=True)


def told(*parts, roms=""):
    tenon("check", scenario('start "given"\n' + roms)).expect(1, "given.kdl:1:1: ROM given", *parts)


def inside(assembly):
    return f'void component_construct(void *env) {{ (void)env; __asm__ volatile("{assembly}"); }}\n'


@case
def a_good_one_is_fine():
    compile_with(EMPTY)
    expect(tenon("check", scenario('start "given"\n')).value == 0)


@case
def thread_local_storage():
    compile_with("_Thread_local int x;\nvoid component_construct(void *env) { (void)env; x++; }\n")
    told("thread-local storage (PT_TLS)", "make the variable static")


@case
def segment_register():
    compile_with(inside("mov %%fs:0x28, %%rax".replace("%%", "%")))
    told("segment register", "-fno-stack-protector")


@case
def indirect_function():
    compile_with("static void f(void) {}\nstatic void *r(void) { return f; }\nstatic void a(void) "
                 "__attribute__((ifunc(\"r\")));\nvoid component_construct(void *env) { (void)env; a(); }\n")
    told("IRELATIV", "without ifunc")


@case
def text_relocation():
    compile_with(EMPTY + '__asm__(".text\\n.quad component_construct");', "-Wl,-z,notext")
    told("text relocations", "-fPIE")


@case
def kernel_entry():
    for instruction in ("syscall", "int $0x80", "sysenter"):
        compile_with(inside(instruction))
        told("kernel entry", "call the API instead")


@case
def above_the_base_level():
    compile_with(inside("vaddps %ymm0, %ymm1, %ymm2"))
    told("above the base level", "-mno-avx")


@case
def told_once_whoever_uses_it():
    compile_with(inside("syscall"))
    path = scenario('start "given"\nstart "again" { binary "given"; }\n')
    told_lines = tenon("check", path).expect(1).err.splitlines()
    expect(len(told_lines) == 1 and "given.kdl:1:1:" in told_lines[0], told_lines)


@case
def no_note():
    compile_with(EMPTY, note=False)
    told("has no ABI note", "crt-note.o")


@case
def unknown_symbol():
    """Linked with a later version's libtenon.so."""
    later = harness.context.folder / "later.c"
    later.write_text("void tn_later(void) {}\n")
    subprocess.run([*harness.context.cc.split(), "-shared", "-fPIC", "-nostdlib", later,
                    "-Wl,-soname,libtenon.so", "-o", later.with_suffix(".so")], check=True)
    compile_with("void tn_later(void);\nvoid component_construct(void *env) { (void)env; tn_later(); }\n",
                 later.with_suffix(".so"))
    told("uses the unknown symbol tn_later")


@case
def missing_library_and_found_library():
    (harness.context.folder / "libx.c").write_text("int x(void) { return 1; }\n")
    subprocess.run([*harness.context.cc.split(), "-shared", "-fPIC", "-nostdlib", "-O1",
                    "-fcf-protection=none", "-Wl,-soname,libx.so,--hash-style=gnu",
                    harness.context.folder / "libx.c",
                    harness.context.build / "x86_64" / "lib" / "crt-note.o", "-o",
                    harness.context.folder / "libx.so"], check=True, capture_output=True)
    compile_with("int x(void);\nvoid component_construct(void *env) { (void)env; x(); }\n",
                 harness.context.folder / "libx.so")
    told("needs libx.so, which is not in the bundle", 'add rom "libx.so"')
    expect(tenon("check", scenario('start "given"\nrom "libx.so"\n')).value == 0)


@case
def no_entry():
    compile_with("void other(void) {}\n", "-Wl,-e,other")
    told("does not define component_construct()")


@case
def not_a_program():
    (harness.context.folder / "given").write_text("#!/bin/sh\n")
    told("is not an ELF file")


@case
def another_cpu():
    compile_with(EMPTY)
    path = harness.context.folder / "given"
    data = bytearray(path.read_bytes())
    data[18] = 243
    path.write_bytes(data)
    told("is for another CPU (ELF machine 243")


@case
def not_position_independent():
    compile_with(EMPTY, "-no-pie", "-fno-pic")
    told("is not position-independent")


@case
def damaged_files_are_no_surprise():
    """Those that the loader's test refuses: no rule may stumble over them."""
    found = sorted((harness.context.build / "x86_64" / "damaged").iterdir())
    refused = 0
    for file in found:
        done = tenon("check", scenario(f'start "x" {{ binary "{file.name}"; }}\n'
                                       f'rom "{file.name}" file="{file}"\n'))
        expect("Traceback" not in done.err, file.name, done.err)
        refused += done.value
    expect(len(found) > 20 and refused > len(found) // 2, refused, "of", len(found))


@case
def without_binutils():
    environment = harness.path_without("readelf")
    tenon("check", "hello", environment=environment).expect(1, "readelf is not installed", "apt-get "
                                                            "install binutils")


@case
def those_of_the_tree_are_fine():
    expect(tenon("check", ROOT / "scenario/demo.kdl").value == 0)
