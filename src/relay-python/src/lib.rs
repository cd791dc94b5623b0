//! The binding: bytes in, bytes out. What the bytes mean is in `vdxmedia/sfu/relay_wire.py` and the relay's `wire_api`.
//!
//! The relay's thread never takes the GIL; the methods here release it where they wait.

use std::net::SocketAddr;
use std::os::fd::AsRawFd;

use pyo3::exceptions::{PyBufferError, PyOSError, PyValueError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyList};
use vdx_relay::group::{Group, NotTaken};
use vdx_relay::socket::SocketOptions;
use vdx_relay::wire_api::Command;

/// Asked of the kernel when the caller does not say: a second of a 30 Mbit/s room.
const DEFAULT_BUFFER_BYTES: usize = 4 << 20;

/// Owns the worker threads and their sockets. `None` once closed.
#[pyclass(module = "vdxmedia._relay", frozen)]
struct Relay {
    group: std::sync::Mutex<Option<Group>>,
    addresses: Vec<Vec<String>>,
    tcp_addresses: Vec<Vec<String>>,
    event_fd: i32,
}

impl Relay {
    /// Asks the workers; `None` once they are closed: who is late with a command or a question gets nothing.
    fn with<T>(&self, act: impl FnOnce(&Group) -> T) -> Option<T> {
        let group = self.group.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        group.as_ref().map(act)
    }

    /// In order, without a pause: the worker that the first one wakes finds the others too.
    fn give(&self, commands: impl IntoIterator<Item = Command>) -> PyResult<()> {
        let given = self.with(|group| commands.into_iter().try_for_each(|command| group.command(command)));
        given.unwrap_or(Ok(())).map_err(|error| match error {
            NotTaken::QueueFull => PyBufferError::new_err("the relay's command queue is full"),
            NotTaken::NoSuchWorker => PyValueError::new_err("command out of limits: worker"),
        })
    }
}

fn decoded(message: &[u8]) -> PyResult<Command> {
    Command::decode(message).map_err(|error| PyValueError::new_err(error.to_string()))
}

#[pymethods]
impl Relay {
    #[new]
    #[allow(clippy::needless_pass_by_value)] // What Python gives is converted, not lent.
    #[pyo3(signature = (
        binds, socket_buffer_bytes = DEFAULT_BUFFER_BYTES, local_only = false, tcp = true, workers = 1
    ))]
    fn new(
        py: Python<'_>,
        binds: Vec<String>,
        socket_buffer_bytes: usize,
        local_only: bool,
        tcp: bool,
        workers: usize,
    ) -> PyResult<Self> {
        let parsed: Result<Vec<SocketAddr>, _> = binds.iter().map(|bind| bind.parse()).collect();
        let parsed = parsed.map_err(|error| PyValueError::new_err(format!("not an address with port: {error}")))?;
        if parsed.is_empty() {
            return Err(PyValueError::new_err("no address to bind"));
        }
        let options = SocketOptions { buffer_bytes: socket_buffer_bytes, segmentation: true, local_only, tcp };
        let seed = py.import("secrets")?.call_method1("randbits", (64,))?.extract()?;
        let group = py
            .detach(|| Group::start(&parsed, options, seed, workers))
            .map_err(|error| PyOSError::new_err((error.raw_os_error().unwrap_or(0), error.to_string())))?;
        let texts = |addresses: &[SocketAddr]| addresses.iter().map(ToString::to_string).collect();
        let addresses = group.addresses().map(texts).collect();
        let tcp_addresses = group.tcp_addresses().map(texts).collect();
        let event_fd = group.event_ready().as_raw_fd();
        Ok(Self { group: std::sync::Mutex::new(Some(group)), addresses, tcp_addresses, event_fd })
    }

    #[getter]
    fn event_fd(&self) -> i32 {
        self.event_fd
    }

    #[getter]
    fn addresses(&self) -> Vec<String> {
        self.addresses.first().cloned().unwrap_or_default()
    }

    #[getter]
    fn tcp_addresses(&self) -> Vec<String> {
        self.tcp_addresses.first().cloned().unwrap_or_default()
    }

    #[getter]
    fn worker_addresses(&self) -> Vec<Vec<String>> {
        self.addresses.clone()
    }

    fn command(&self, message: &[u8]) -> PyResult<()> {
        self.give([decoded(message)?])
    }

    #[allow(clippy::needless_pass_by_value)] // What Python gives is converted, not lent.
    fn enqueue(&self, messages: Vec<PyBackedBytes>) -> PyResult<()> {
        let commands: Vec<Command> = messages.iter().map(|message| decoded(message)).collect::<PyResult<_>>()?;
        self.give(commands)
    }

    fn drain<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let events = self.with(Group::drain).unwrap_or_default();
        PyList::new(py, events.iter().map(|event| PyBytes::new(py, event)))
    }

    fn stats<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        let encoded = self.with(|group| vdx_relay::counters::encode(group.stats()));
        PyBytes::new(py, &encoded.unwrap_or_else(|| vdx_relay::counters::encode(std::iter::empty())))
    }

    fn worker_stats(&self) -> Vec<(u64, u64)> {
        let stats = |group: &Group| group.worker_stats().map(|it| (it.cpu_ns, it.peers)).collect();
        self.with(stats).unwrap_or_default()
    }

    fn close(&self, py: Python<'_>) {
        let group = self.group.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        py.detach(|| drop(group));
    }
}

/// Whether the relay was compiled with optimisation: benchmarks refuse anything else.
#[pyfunction]
fn is_release_build() -> bool {
    !cfg!(debug_assertions)
}

/// The checksum (CRC-32) of `relay_wire.py` when this was compiled; 0: it was not there.
#[pyfunction]
fn built_beside() -> u32 {
    env!("VDX_BUILT_BESIDE").parse().unwrap_or(0)
}

#[pymodule]
fn _relay(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Relay>()?;
    module.add_function(wrap_pyfunction!(built_beside, module)?)?;
    module.add_function(wrap_pyfunction!(is_release_build, module)?)
}
