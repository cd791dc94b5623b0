//! What a process and its threads have cost so far, and where they run.

use std::fs;
use std::io;

use rustix::thread::{CpuSet, Pid, sched_getaffinity, sched_setaffinity};

/// Of one process, in nanoseconds of CPU time, user and system.
#[derive(Debug, Clone, Copy, Default)]
pub struct Spent {
    /// Of the thread that forwards.
    pub worker_ns: u64,
    /// Of all threads.
    pub all_ns: u64,
}

impl std::ops::Sub for Spent {
    type Output = Self;

    fn sub(self, earlier: Self) -> Self {
        Self { worker_ns: self.worker_ns - earlier.worker_ns, all_ns: self.all_ns - earlier.all_ns }
    }
}

/// What a process has spent (`sum_exec_runtime`, the first number of `schedstat`): exact while a thread sleeps, a
/// scheduler tick (4 ms) behind at most while it runs. `worker` is the name of the thread that forwards.
pub fn spent(process: u32, worker: &str) -> io::Result<Spent> {
    let mut spent = Spent::default();
    for (thread, name) in threads(process)? {
        let schedstat = fs::read_to_string(format!("/proc/{process}/task/{thread}/schedstat"))?;
        let ns: u64 = schedstat.split(' ').next().and_then(|ns| ns.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
        spent.all_ns += ns;
        if name == worker {
            spent.worker_ns += ns;
        }
    }
    Ok(spent)
}

fn threads(process: u32) -> io::Result<Vec<(i32, String)>> {
    let entries = fs::read_dir(format!("/proc/{process}/task"))?;
    let numbers = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    numbers
        .map(|thread| {
            let name = fs::read_to_string(format!("/proc/{process}/task/{thread}/comm"))?;
            Ok((thread, name.trim().to_owned()))
        })
        .collect()
}

/// Puts the servers' forwarding threads on one core and the clients on another. Without a second core nothing is pinned.
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

    /// Pins the threads of this name.
    pub fn pin_worker(self, process: u32, worker: &str) -> io::Result<()> {
        for (thread, name) in threads(process)? {
            if name == worker {
                pin(thread, self.pair.map(|(server, _)| server));
            }
        }
        Ok(())
    }

    /// The clients' core; `None` when nothing is pinned.
    pub fn clients(self) -> Option<usize> {
        self.pair.map(|(_, clients)| clients)
    }

    /// Pins the calling thread: the clients'.
    pub fn pin_clients(self) {
        pin(0, self.clients());
    }

    /// The threads that a child starts with may run anywhere.
    pub fn unpin(self, process: u32) {
        let Some((server, clients)) = self.pair else { return };
        let mut set = CpuSet::new();
        set.set(server);
        set.set(clients);
        let thread = i32::try_from(process).ok().and_then(Pid::from_raw);
        // Without it the figures are noisier, not wrong.
        let _ = sched_setaffinity(thread, &set);
    }
}

fn pin(thread: i32, core: Option<usize>) {
    let Some(core) = core else { return };
    let mut set = CpuSet::new();
    set.set(core);
    let _ = sched_setaffinity(Pid::from_raw(thread), &set);
}
