//! What a thread has cost so far, and where it runs.

use std::collections::BTreeSet;
use std::fs;

use rustix::thread::{CpuSet, Pid, sched_getaffinity, sched_setaffinity};

/// Kernel ids of this process's threads.
pub fn threads() -> BTreeSet<i32> {
    let entries = fs::read_dir("/proc/self/task").expect("procfs is mounted");
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).collect()
}

/// Nanoseconds a thread has run (`sum_exec_runtime`, the first number of `schedstat`); user and system. Exact while the
/// thread sleeps, a scheduler tick (4 ms) behind at most while it runs.
pub fn thread_cpu_ns(thread: i32) -> u64 {
    let schedstat = fs::read_to_string(format!("/proc/self/task/{thread}/schedstat"));
    let schedstat = schedstat.expect("the thread lives and the kernel has schedstat");
    schedstat.split(' ').next().and_then(|ns| ns.parse().ok()).expect("schedstat begins with a number")
}

/// Puts the servers' threads on one core and everything else on another. Without a second core nothing is pinned.
#[derive(Debug, Clone, Copy)]
pub struct Cores {
    pair: Option<(usize, usize)>,
}

impl Cores {
    /// The first two cores this process may use.
    pub fn find() -> Self {
        let allowed = sched_getaffinity(None).unwrap_or_else(|_| CpuSet::new());
        let mut cores = (0..CpuSet::MAX_CPU).filter(|core| allowed.is_set(*core));
        Self { pair: cores.next().zip(cores.next()) }
    }

    /// False on a single core.
    pub fn is_pinning(self) -> bool {
        self.pair.is_some()
    }

    /// Pins a thread of the server.
    pub fn pin_server(self, thread: i32) {
        pin(thread, self.pair.map(|(server, _)| server));
    }

    /// Pins the calling thread: the clients'.
    pub fn pin_clients(self) {
        pin(0, self.pair.map(|(_, clients)| clients));
    }
}

fn pin(thread: i32, core: Option<usize>) {
    let Some(core) = core else { return };
    let mut set = CpuSet::new();
    set.set(core);
    // Without it the figures are noisier, not wrong.
    let _ = sched_setaffinity(Pid::from_raw(thread), &set);
}
