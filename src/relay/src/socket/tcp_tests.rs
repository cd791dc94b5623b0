//! TCP on loopback: frames whole and in pieces, hostile lengths, bounds on strangers, a receiver that does not read.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use super::connection::{CLOGGED_BYTES, MAX_WAITING_BYTES};
use super::tests::OPTIONS;
use super::{FIRST_TCP, MAX_DATAGRAM_LEN, Route, SendBatch, SocketOptions, Sockets, StreamBatch, StreamStats};

/// More than any of these tests needs; only a failure waits for it.
const PATIENCE: Duration = Duration::from_secs(10);

/// A worker's half: what came, in order, with the way it came by.
struct Half {
    address: SocketAddr,
    out: SendBatch,
    frames: StreamBatch,
    came: Vec<(Route, Vec<u8>)>,
    closed: Vec<Route>,
    now_us: u64,
}

impl Half {
    fn bound(bind: &str) -> Self {
        Self::with(bind, SocketOptions { tcp: true, ..OPTIONS })
    }

    fn with(bind: &str, options: SocketOptions) -> Self {
        let sockets = Sockets::bind(&[bind.parse().unwrap()], options).unwrap();
        assert_eq!(sockets.tcp_addresses(), sockets.addresses(), "one number for both");
        let out = SendBatch::new(&sockets);
        let (address, frames) = (sockets.addresses()[0], StreamBatch::new());
        Self { address, out, frames, came: Vec::new(), closed: Vec::new(), now_us: 1_000_000 }
    }

    fn connect(&self) -> TcpStream {
        let peer = TcpStream::connect(self.address).unwrap();
        peer.set_read_timeout(Some(PATIENCE)).unwrap();
        peer.set_nodelay(true).unwrap();
        peer
    }

    fn turn(&mut self) {
        self.out.on_time(self.now_us);
        for position in 0..self.out.poll_streams(self.now_us) {
            let Some(route) = self.frames.receive(&mut self.out, position) else { continue };
            while let Some(frame) = self.frames.next_frame() {
                self.came.push((route, frame.to_vec()));
            }
        }
        self.out.flush();
        while let Some(route) = self.out.take_closed() {
            self.closed.push(route);
        }
    }

    /// Turns until it is so.
    fn until(&mut self, what: &str, mut is_so: impl FnMut(&mut Self) -> bool) {
        let start = std::time::Instant::now();
        while !is_so(self) {
            assert!(start.elapsed() < PATIENCE, "{what}: {:?}, {} came", self.stats(), self.came.len());
            self.turn();
        }
    }

    fn stats(&self) -> StreamStats {
        self.out.stream_stats()
    }

    /// A connection that has been answered once: it is a peer's, with this destination.
    fn checked(&mut self, destination: usize) -> (TcpStream, Route) {
        let mut peer = self.connect();
        peer.write_all(&framed(b"check")).unwrap();
        self.until("a check", |half| half.came.iter().any(|(_, it)| it == b"check"));
        let route = self.came.pop().unwrap().0;
        self.out.send_now(&route, b"answer");
        self.out.set_route(destination, route);
        self.turn();
        assert_eq!(read_frame(&mut peer), b"answer");
        (peer, route)
    }

    fn put(&mut self, destination: usize, datagram: &[u8]) {
        self.out.reserve(destination, datagram.len()).copy_from_slice(datagram);
        self.out.commit(datagram.len());
    }
}

fn framed(content: &[u8]) -> Vec<u8> {
    [&(content.len() as u16).to_be_bytes(), content].concat()
}

fn read_frame(peer: &mut TcpStream) -> Vec<u8> {
    let mut head = [0; 2];
    peer.read_exact(&mut head).expect("a frame");
    let mut content = vec![0; usize::from(u16::from_be_bytes(head))];
    peer.read_exact(&mut content).expect("its content");
    content
}

/// The other side closed it: no bytes, or a reset.
fn is_closed(peer: &mut TcpStream) -> bool {
    matches!(peer.read(&mut [0; 64]), Ok(0) | Err(_))
}

#[test]
fn frames_arrive_whole_however_they_are_cut() {
    for bind in ["127.0.0.1:0", "0.0.0.0:0", "[::1]:0"] {
        let mut half = Half::bound(bind);
        half.address.set_ip(if bind.starts_with('[') { "::1" } else { "127.0.0.1" }.parse().unwrap());
        let (mut peer, _) = half.checked(3);
        let sent: Vec<Vec<u8>> =
            [1, 20, 0, 1200, MAX_DATAGRAM_LEN, 3, 0, 255, 256].map(|len| vec![len as u8 ^ 0x5A; len]).into();
        let bytes: Vec<u8> = sent.iter().flat_map(|content| framed(content)).collect();
        let whole: Vec<&Vec<u8>> = sent.iter().filter(|content| !content.is_empty()).collect();
        for cut in [1, 2, 3, 700, 1500, bytes.len()] {
            half.came.clear();
            for part in bytes.chunks(cut) {
                peer.write_all(part).unwrap();
                half.turn();
            }
            half.until("all frames", |half| half.came.len() >= whole.len());
            let came: Vec<&Vec<u8>> = half.came.iter().map(|(_, content)| content).collect();
            assert_eq!(came, whole, "{bind} {cut}");
        }
        let route = half.came[0].0;
        assert_eq!((route.socket, route.is_tcp()), (FIRST_TCP, true));
        assert_eq!((route.local, route.remote), (half.address.ip(), peer.local_addr().unwrap()));
    }
}

#[test]
fn frame_longer_than_a_datagram_closes_the_connection() {
    let mut half = Half::bound("127.0.0.1:0");
    for head in [[0x08, 0x01], [0xFF, 0xFF], *b"GE"] {
        let (mut peer, route) = half.checked(0);
        let before = half.stats().malformed;
        peer.write_all(&head).unwrap();
        half.until("closed", |half| half.stats().malformed == before + 1);
        assert_eq!(half.closed.pop(), Some(route));
        assert!(is_closed(&mut peer));
        assert_eq!(half.stats().open, 0);
        // The destination still leads there: what it is given is dropped.
        let dropped = half.out.stats().dropped_full;
        half.put(0, b"late");
        half.out.send_now(&route, b"late");
        assert_eq!(half.out.stats().dropped_full, dropped + 2);
    }
}

#[test]
fn stranger_is_closed_after_seconds_also_with_half_a_frame() {
    let mut half = Half::bound("127.0.0.1:0");
    let (mut kept, _) = half.checked(0);
    let mut strangers = [half.connect(), half.connect(), half.connect()];
    strangers[1].write_all(&[0]).unwrap();
    strangers[2].write_all(&[0, 200, 1, 2, 3]).unwrap();
    half.until("accepted", |half| half.stats().accepted == 4);
    half.now_us += 4_900_000;
    strangers[2].write_all(&[4]).unwrap();
    half.turn();
    half.out.on_time(half.now_us);
    assert_eq!(half.stats().open, 4);
    half.now_us += 200_000;
    half.out.on_time(half.now_us);
    assert_eq!((half.stats().open, half.stats().unchecked), (1, 3));
    assert!(strangers.iter_mut().all(is_closed));
    assert!(half.closed.is_empty(), "nobody knew of them");
    half.put(0, b"on");
    half.turn();
    assert_eq!(read_frame(&mut kept), b"on");
}

#[test]
fn strangers_of_one_network_are_bounded_the_oldest_goes_and_who_checks_makes_room() {
    let mut half = Half::bound("127.0.0.1:0");
    let mut peers: Vec<TcpStream> = (0..40).map(|_| half.connect()).collect();
    half.until("all seen", |half| half.stats().accepted == 40);
    assert_eq!((half.stats().open, half.stats().refused), (32, 8));
    assert!(peers.drain(..8).all(|mut oldest| is_closed(&mut oldest)));
    for peer in &mut peers {
        peer.write_all(&framed(b"check")).unwrap();
    }
    half.until("checks", |half| half.came.len() == 32);
    for (route, _) in std::mem::take(&mut half.came) {
        half.out.send_now(&route, b"answer");
    }
    let _late = half.connect();
    half.until("one more", |half| half.stats().open == 33);
    assert_eq!(half.stats().refused, 8);
}

#[test]
fn only_so_many_connections_are_taken_between_two_ticks() {
    let mut half = Half::bound("127.0.0.1:0");
    let _peers: Vec<TcpStream> = (0..40).map(|_| half.connect()).collect();
    let start = std::time::Instant::now();
    while half.stats().accepted < 32 || start.elapsed() < Duration::from_millis(20) {
        half.out.poll_streams(half.now_us);
        assert!(half.stats().accepted <= 32, "the others wait");
        assert!(start.elapsed() < PATIENCE);
    }
    half.out.on_time(half.now_us);
    half.until("the others", |half| half.stats().accepted == 40);
}

#[test]
fn stranger_who_sends_much_or_tiny_frames_is_closed() {
    for (what, bytes) in [("much", framed(&[7; 1_000]).repeat(5)), ("tiny", framed(b"z").repeat(2_000))] {
        let mut half = Half::bound("127.0.0.1:0");
        let mut stranger = half.connect();
        stranger.write_all(&bytes).unwrap();
        half.until(what, |half| half.stats().open == 0 && half.stats().malformed == 1);
        assert!(half.came.len() <= 4_096 / 3, "{what}: {}", half.came.len());
        assert!(is_closed(&mut stranger));
        assert!(half.closed.is_empty(), "nobody is told: it was nobody's");
    }
}

#[test]
fn peer_may_send_much_but_not_tiny_frames() {
    let mut half = Half::bound("127.0.0.1:0");
    let (mut peer, _) = half.checked(3);
    half.came.clear();
    // Half of them fit into one reading.
    for _ in 0..4 {
        peer.write_all(&framed(&[7; 100]).repeat(1_000)).unwrap();
        half.until("all", |half| half.came.len() == 1_000);
        half.came.clear();
    }
    peer.write_all(&framed(b"").repeat(30_000)).unwrap();
    half.until("closed", |half| half.stats().malformed == 1);
    assert_eq!(half.closed.len(), 1);
}

#[test]
fn foreign_stranger_is_refused_where_media_is_local() {
    let half = Half::with("127.0.0.1:0", SocketOptions { tcp: true, local_only: true, ..OPTIONS });
    let mut half = half;
    let _peer = half.connect();
    half.until("accepted", |half| half.stats().accepted == 1);
    assert_eq!(half.stats().foreign, 0, "loopback is this machine");
}

/// What a receiver does not read waits up to a bound; then pictures are told to stop, and sound still has room.
#[test]
fn receiver_that_does_not_read_clogs_and_is_relieved_when_it_does() {
    let mut half = Half::bound("127.0.0.1:0");
    let (mut peer, _) = half.checked(3);
    let mut sent = 0_u32;
    let datagram = |number: u32| [&number.to_be_bytes()[..], &[7; 1_196]].concat();
    while !half.out.is_clogged(3) {
        half.put(3, &datagram(sent));
        sent += 1;
        half.out.flush();
        assert!(sent < 100_000, "it is bounded");
    }
    assert_eq!((half.stats().clogged, half.out.stats().dropped_full), (1, 0));
    assert_eq!(half.out.take_relieved(), None);
    let room = (MAX_WAITING_BYTES - CLOGGED_BYTES) / 1_202 - 2;
    for _ in 0..room {
        half.put(3, &datagram(sent));
        sent += 1;
    }
    assert_eq!(half.out.stats().dropped_full, 0, "there was room for sound");
    while half.out.stats().dropped_full == 0 {
        half.put(3, &datagram(u32::MAX));
    }
    let reader = std::thread::spawn(move || {
        for number in 0..sent {
            assert_eq!(read_frame(&mut peer)[..4], number.to_be_bytes(), "whole, and in order");
        }
        peer
    });
    let mut relieved = None;
    half.until("relief", |half| {
        relieved = relieved.or(half.out.take_relieved());
        relieved.is_some()
    });
    assert_eq!((relieved, half.out.is_clogged(3)), (Some(3), false));
    half.until("all read", |_| reader.is_finished());
    drop(reader.join().expect("all came"));
}

#[test]
fn closed_connection_is_told_and_a_forgotten_one_closes() {
    let mut half = Half::bound("127.0.0.1:0");
    let (peer, route) = half.checked(0);
    peer.shutdown(Shutdown::Both).unwrap();
    half.until("told", |half| half.closed.contains(&route));
    let (mut peer, route) = half.checked(1);
    half.put(1, b"goodbye");
    half.out.remove(1);
    half.out.forget(&route);
    assert_eq!(read_frame(&mut peer), b"goodbye");
    assert!(is_closed(&mut peer));
    assert_eq!(half.stats().open, 0);
    half.turn();
    assert_eq!(half.closed.len(), 1, "who forgets knows it");
}

#[test]
fn bind_without_a_port_finds_a_number_free_on_both() {
    let first = Sockets::bind(&["127.0.0.1:0".parse().unwrap()], SocketOptions { tcp: true, ..OPTIONS }).unwrap();
    let taken = first.addresses()[0];
    // The number is free on UDP of another worker's socket only when TCP has it too.
    drop(first);
    let listener = std::net::TcpListener::bind(taken).unwrap();
    let error = Sockets::bind(&[taken], SocketOptions { tcp: true, ..OPTIONS }).err().expect("taken on TCP");
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
    assert!(Sockets::bind(&[taken], OPTIONS).is_ok(), "UDP alone is free");
    drop(listener);
}
