// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the leat authors
//! What every program here needs: a way out, and the processor's time.

pub fn fail(what: &str) -> ! {
    eprintln!("bench: {what}");
    std::process::exit(1)
}

pub fn cpu_ns() -> u64 {
    let mut t = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: t is a timespec that the call may write.
    if unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut t) } != 0 {
        fail("a clock cannot be read");
    }
    t.tv_sec as u64 * 1_000_000_000 + t.tv_nsec as u64
}
