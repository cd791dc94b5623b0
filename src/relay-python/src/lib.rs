//! The binding: bytes in, bytes out. What the bytes mean is in `vdxmedia/sfu/relay_wire.py` and the relay's `wire_api`.
//!
//! The relay's thread never takes the GIL; the methods here release it where they wait.

use std::net::SocketAddr;
use std::os::fd::AsRawFd;

use pyo3::exceptions::{PyBufferError, PyOSError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};
use vdx_relay::socket::SocketOptions;
use vdx_relay::wire_api::Command;
use vdx_relay::worker::Worker;

/// Asked of the kernel when the caller does not say: a second of a 30 Mbit/s room.
const DEFAULT_BUFFER_BYTES: usize = 4 << 20;

/// Owns the worker thread and its sockets. `None` once closed.
#[pyclass(module = "vdxmedia._relay", frozen)]
struct Relay {
    worker: std::sync::Mutex<Option<Worker>>,
    addresses: Vec<String>,
    tcp_addresses: Vec<String>,
    event_fd: i32,
}

impl Relay {
    /// Asks the worker; `None` once it is closed: who is late with a command or a question gets nothing.
    fn with<T>(&self, act: impl FnOnce(&Worker) -> T) -> Option<T> {
        let worker = self.worker.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        worker.as_ref().map(act)
    }
}

#[pymethods]
impl Relay {
    #[new]
    #[allow(clippy::needless_pass_by_value)] // What Python gives is converted, not lent.
    #[pyo3(signature = (binds, socket_buffer_bytes = DEFAULT_BUFFER_BYTES, local_only = false, tcp = true))]
    fn new(
        py: Python<'_>,
        binds: Vec<String>,
        socket_buffer_bytes: usize,
        local_only: bool,
        tcp: bool,
    ) -> PyResult<Self> {
        let parsed: Result<Vec<SocketAddr>, _> = binds.iter().map(|bind| bind.parse()).collect();
        let parsed = parsed.map_err(|error| PyValueError::new_err(format!("not an address with port: {error}")))?;
        if parsed.is_empty() {
            return Err(PyValueError::new_err("no address to bind"));
        }
        let options = SocketOptions { buffer_bytes: socket_buffer_bytes, segmentation: true, local_only, tcp };
        let seed = py.import("secrets")?.call_method1("randbits", (64,))?.extract()?;
        let worker = py
            .detach(|| Worker::start(&parsed, options, seed))
            .map_err(|error| PyOSError::new_err((error.raw_os_error().unwrap_or(0), error.to_string())))?;
        let addresses = worker.addresses().iter().map(ToString::to_string).collect();
        let tcp_addresses = worker.tcp_addresses().iter().map(ToString::to_string).collect();
        let event_fd = worker.event_ready().as_raw_fd();
        Ok(Self { worker: std::sync::Mutex::new(Some(worker)), addresses, tcp_addresses, event_fd })
    }

    #[getter]
    fn event_fd(&self) -> i32 {
        self.event_fd
    }

    #[getter]
    fn addresses(&self) -> Vec<String> {
        self.addresses.clone()
    }

    #[getter]
    fn tcp_addresses(&self) -> Vec<String> {
        self.tcp_addresses.clone()
    }

    fn command(&self, message: &[u8]) -> PyResult<()> {
        let command = Command::decode(message).map_err(|error| PyValueError::new_err(error.to_string()))?;
        self.with(|worker| worker.command(command))
            .unwrap_or(Ok(()))
            .map_err(|_| PyBufferError::new_err("the relay's command queue is full"))
    }

    fn drain<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let events = self.with(Worker::drain).unwrap_or_default();
        PyList::new(py, events.iter().map(|event| PyBytes::new(py, event)))
    }

    fn stats<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        let encoded = self.with(|worker| vdx_relay::counters::encode(worker.stats()));
        PyBytes::new(py, &encoded.unwrap_or_else(|| vdx_relay::counters::encode(std::iter::empty())))
    }

    fn close(&self, py: Python<'_>) {
        let worker = self.worker.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        py.detach(|| drop(worker));
    }
}

/// Whether the relay was compiled with optimisation: benchmarks refuse anything else.
#[pyfunction]
fn is_release_build() -> bool {
    !cfg!(debug_assertions)
}

#[pymodule]
fn _relay(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Relay>()?;
    module.add_function(wrap_pyfunction!(is_release_build, module)?)
}
