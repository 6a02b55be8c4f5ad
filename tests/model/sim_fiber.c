/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* sim_fiber.c - switching stacks. See sim_fiber.h.
 *
 * x86_64 and aarch64 save what the calling convention says a callee saves, push
 * the address to go on at, and exchange stack pointers; other machines use
 * ucontext. Floating-point control words are left alone: nobody here changes them. */
#define _GNU_SOURCE 1
#include "sim_fiber.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#if !defined(__x86_64__) && !defined(__aarch64__)
#include <ucontext.h>
#define USE_UCONTEXT 1
#else
#define USE_UCONTEXT 0
#endif

enum { STACK_BYTES = 256 * 1024, GUARD_BYTES = 64 * 1024 };

/* ---- the sanitizers, if they are linked ------------------------------------ */

#define WEAK __attribute__((weak))
WEAK void *__tsan_get_current_fiber(void);
WEAK void *__tsan_create_fiber(unsigned flags);
WEAK void __tsan_switch_to_fiber(void *fiber, unsigned flags);
WEAK void __tsan_acquire(void *about);
WEAK void __tsan_release(void *about);
WEAK void __asan_unpoison_memory_region(const volatile void *mem, size_t bytes);
WEAK void __sanitizer_start_switch_fiber(void **fake, const void *bottom,
                                         size_t bytes);
WEAK void __sanitizer_finish_switch_fiber(void *fake, const void **bottom,
                                          size_t *bytes);

enum { TSAN_NO_SYNC = 1 }; /* a switch by itself orders nothing */

/* AddressSanitizer tells the bounds of the host's stack at the first switch. */
static struct fiber *coming_from;
static struct fiber *going_to;

static void before_switch(struct fiber *from, struct fiber *to)
{
    coming_from = from;
    going_to = to;
    if (__sanitizer_start_switch_fiber != NULL)
        __sanitizer_start_switch_fiber(&from->asan, to->stack, to->stack_bytes);
    if (__tsan_switch_to_fiber != NULL)
        __tsan_switch_to_fiber(to->tsan, TSAN_NO_SYNC);
}

static void after_switch(void)
{
    if (__sanitizer_finish_switch_fiber == NULL)
        return;
    const void *bottom;
    size_t bytes;
    __sanitizer_finish_switch_fiber(going_to->asan, &bottom, &bytes);
    if (coming_from->stack_bytes == 0) { /* the host, the first time */
        coming_from->stack = (void *)(uintptr_t)bottom;
        coming_from->stack_bytes = bytes;
    }
}

void fiber_sends(void *about)
{
    if (__tsan_release != NULL)
        __tsan_release(about);
}

void fiber_receives(void *about)
{
    if (__tsan_acquire != NULL)
        __tsan_acquire(about);
}

/* ---- the switch ---------------------------------------------------------------- */

static void enter(void)
{
    after_switch();
    going_to->run();
    abort(); /* run does not return */
}

#if USE_UCONTEXT

void fiber_switch(struct fiber *from, struct fiber *to)
{
    before_switch(from, to);
    swapcontext(from->context, to->context);
    after_switch();
}

static void prepare(struct fiber *fiber)
{
    ucontext_t *context = fiber->context;
    if (context == NULL)
        context = fiber->context = calloc(1, sizeof *context);
    if (context == NULL || getcontext(context) != 0)
        abort();
    context->uc_stack.ss_sp = fiber->stack;
    context->uc_stack.ss_size = fiber->stack_bytes;
    makecontext(context, enter, 0);
}

#else

void leat__sim_switch(void **from, void *to);

#if defined(__x86_64__)
__asm__(".text\n"
        ".globl leat__sim_switch\n"
        ".type leat__sim_switch, @function\n"
        "leat__sim_switch:\n"
        "    pushq %rbp\n"
        "    pushq %rbx\n"
        "    pushq %r12\n"
        "    pushq %r13\n"
        "    pushq %r14\n"
        "    pushq %r15\n"
        "    movq %rsp, (%rdi)\n"
        "    movq %rsi, %rsp\n"
        "    popq %r15\n"
        "    popq %r14\n"
        "    popq %r13\n"
        "    popq %r12\n"
        "    popq %rbx\n"
        "    popq %rbp\n"
        "    ret\n"
        ".size leat__sim_switch, . - leat__sim_switch\n");
enum { SAVED_WORDS = 6, PAD_WORDS = 3 }; /* enter finds a call's alignment */
#else
__asm__(".text\n"
        ".globl leat__sim_switch\n"
        ".type leat__sim_switch, %function\n"
        "leat__sim_switch:\n"
        "    stp d8, d9, [sp, #-160]!\n"
        "    stp d10, d11, [sp, #16]\n"
        "    stp d12, d13, [sp, #32]\n"
        "    stp d14, d15, [sp, #48]\n"
        "    stp x19, x20, [sp, #64]\n"
        "    stp x21, x22, [sp, #80]\n"
        "    stp x23, x24, [sp, #96]\n"
        "    stp x25, x26, [sp, #112]\n"
        "    stp x27, x28, [sp, #128]\n"
        "    stp x29, x30, [sp, #144]\n"
        "    mov x9, sp\n"
        "    str x9, [x0]\n"
        "    mov sp, x1\n"
        "    ldp d10, d11, [sp, #16]\n"
        "    ldp d12, d13, [sp, #32]\n"
        "    ldp d14, d15, [sp, #48]\n"
        "    ldp x19, x20, [sp, #64]\n"
        "    ldp x21, x22, [sp, #80]\n"
        "    ldp x23, x24, [sp, #96]\n"
        "    ldp x25, x26, [sp, #112]\n"
        "    ldp x27, x28, [sp, #128]\n"
        "    ldp x29, x30, [sp, #144]\n"
        "    ldp d8, d9, [sp], #160\n"
        "    ret\n"
        ".size leat__sim_switch, . - leat__sim_switch\n");
enum { SAVED_WORDS = 19, PAD_WORDS = 2 }; /* x30, where to go on, is the 20th */
#endif

void fiber_switch(struct fiber *from, struct fiber *to)
{
    before_switch(from, to);
    leat__sim_switch(&from->context, to->context);
    after_switch();
}

/* As if it had stopped just before calling enter. */
static void prepare(struct fiber *fiber)
{
    uintptr_t *top = (uintptr_t *)((char *)fiber->stack + fiber->stack_bytes);
    for (int i = 0; i < PAD_WORDS; i++)
        *--top = 0; /* enter returns to 0, if it ever does */
    *--top = (uintptr_t)&enter;
    for (int i = 0; i < SAVED_WORDS; i++)
        *--top = 0;
    fiber->context = top;
}

#endif

void fiber_host(struct fiber *fiber)
{
    memset(fiber, 0, sizeof *fiber);
#if USE_UCONTEXT
    fiber->context = calloc(1, sizeof(ucontext_t));
#endif
    if (__tsan_get_current_fiber != NULL)
        fiber->tsan = __tsan_get_current_fiber();
}

void fiber_make(struct fiber *fiber, void (*run)(void))
{
    if (fiber->stack == NULL) {
        char *mem =
            mmap(NULL, STACK_BYTES + GUARD_BYTES, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (mem == MAP_FAILED || mprotect(mem, GUARD_BYTES, PROT_NONE) != 0) {
            perror("mmap of a stack");
            exit(2);
        }
        fiber->stack = mem + GUARD_BYTES;
        fiber->stack_bytes = STACK_BYTES;
        if (__tsan_create_fiber != NULL)
            fiber->tsan = __tsan_create_fiber(0);
    }
    fiber->run = run;
    prepare(fiber);
}

void fiber_abandon(struct fiber *fiber)
{
    if (fiber->stack != NULL && __asan_unpoison_memory_region != NULL)
        __asan_unpoison_memory_region(fiber->stack, fiber->stack_bytes);
    fiber->asan = NULL;
    if (__tsan_switch_to_fiber != NULL) {
        /* there and back, and the way back orders what it did before us */
        void *here = __tsan_get_current_fiber();
        __tsan_switch_to_fiber(fiber->tsan, TSAN_NO_SYNC);
        __tsan_switch_to_fiber(here, 0);
    }
}
