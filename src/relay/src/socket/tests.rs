//! The sockets on loopback, against the standard library's.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use super::udp::{option, set_option};
use super::{EventFd, MAX_DATAGRAM_LEN, Poller, ReceiveBatch, Route, SendBatch, SocketOptions, Sockets};

pub(super) const OPTIONS: SocketOptions =
    SocketOptions { buffer_bytes: 1 << 20, segmentation: true, local_only: false, tcp: false };
/// More than any of these tests needs; only a failure waits for it.
const PATIENCE: Duration = Duration::from_secs(10);

fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn bind(text: &str) -> Sockets {
    Sockets::bind(&[address(text)], OPTIONS).unwrap()
}

fn peer(text: &str) -> UdpSocket {
    let socket = UdpSocket::bind(text).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket
}

fn route(sockets: &Sockets, peer: &UdpSocket) -> Route {
    Route { socket: 0, local: sockets.addresses()[0].ip(), remote: peer.local_addr().unwrap() }
}

/// A datagram of `len` bytes that can be told from others.
fn pattern(len: usize, number: usize) -> Vec<u8> {
    (0..len).map(|i| (i + 7 * number) as u8).collect()
}

fn put(batch: &mut SendBatch, destination: usize, datagram: &[u8]) {
    batch.reserve(destination, datagram.len() + 20)[..datagram.len()].copy_from_slice(datagram);
    batch.commit(datagram.len());
}

fn receive(peer: &UdpSocket) -> Vec<u8> {
    let mut buffer = vec![0; MAX_DATAGRAM_LEN];
    let len = peer.recv(&mut buffer).expect("a datagram arrives");
    buffer.truncate(len);
    buffer
}

fn poller(sockets: &Sockets) -> (Poller, Arc<EventFd>) {
    let wake = Arc::new(EventFd::new().unwrap());
    (Poller::new(sockets, Arc::clone(&wake)).unwrap(), wake)
}

/// Sizes that make runs: equal, short last, longer, empty, and single ones.
const SIZES: [usize; 15] = [1200, 1200, 1200, 700, 700, 900, 900, 100, 0, 0, 50, 1400, 1400, 1399, 1400];

#[test]
fn flush_mixed_sizes_arrives_whole_and_in_order() {
    for (bind_to, segmentation) in
        [("127.0.0.1:0", true), ("127.0.0.1:0", false), ("[::1]:0", true), ("[::1]:0", false)]
    {
        let sockets = Sockets::bind(&[address(bind_to)], SocketOptions { segmentation, ..OPTIONS }).unwrap();
        let peers = [peer(bind_to), peer(bind_to), peer(bind_to)];
        let mut batch = SendBatch::new(&sockets);
        for (destination, peer) in peers.iter().enumerate() {
            batch.set_route(destination, route(&sockets, peer));
        }
        // Destinations take turns, so that a run is not contiguous in the arena.
        for (number, size) in SIZES.into_iter().enumerate() {
            for destination in 0..peers.len() {
                put(&mut batch, destination, &pattern(size, number + 100 * destination));
            }
        }
        batch.flush();
        for (destination, peer) in peers.iter().enumerate() {
            for (number, size) in SIZES.into_iter().enumerate() {
                assert_eq!(
                    receive(peer),
                    pattern(size, number + 100 * destination),
                    "{bind_to} {segmentation} {number}"
                );
            }
        }
        let stats = batch.stats();
        assert_eq!(stats.datagrams, 3 * SIZES.len() as u64);
        assert_eq!(stats.bytes, 3 * SIZES.iter().sum::<usize>() as u64);
        assert_eq!(stats.calls, 1);
        // 1200 1200 1200 700 | 700 | 900 900 100 | 0 | 0 | 50 | 1400 1400 1399 | 1400
        assert_eq!(stats.messages, if segmentation { 3 * 8 } else { 3 * SIZES.len() as u64 });
        assert_eq!((stats.dropped_full, stats.dropped_error, stats.segmentation_refused), (0, 0, 0));
    }
}

#[test]
fn flush_long_runs_is_cut_at_the_kernels_limits() {
    let (sockets, peer) = (bind("127.0.0.1:0"), peer("127.0.0.1:0"));
    let mut batch = SendBatch::new(&sockets);
    batch.set_route(0, route(&sockets, &peer));
    for (count, len, messages) in [(130, 100, 3), (54, 1200, 1), (55, 1200, 2), (40, 1990, 2)] {
        let before = batch.stats().messages;
        for number in 0..count {
            put(&mut batch, 0, &pattern(len, number));
        }
        batch.flush();
        for number in 0..count {
            assert_eq!(receive(&peer), pattern(len, number));
        }
        assert_eq!(batch.stats().messages - before, messages, "{count} of {len}");
    }
}

#[test]
fn reserve_beyond_the_arena_flushes_first() {
    let (sockets, peer) = (bind("127.0.0.1:0"), peer("127.0.0.1:0"));
    let mut batch = SendBatch::new(&sockets);
    batch.set_route(0, route(&sockets, &peer));
    let count = (2 << 20) / 2000 + 1;
    for number in 0..count {
        put(&mut batch, 0, &pattern(2000, number));
        assert!(batch.reserve(0, MAX_DATAGRAM_LEN + 1).len() == MAX_DATAGRAM_LEN, "a wish too long is cut");
    }
    assert!(batch.stats().datagrams > 1000);
    batch.flush();
    assert_eq!(batch.stats().datagrams, count as u64);
    assert_eq!(receive(&peer), pattern(2000, 0));
}

/// With a loopback whose MTU is 1000 (`ip link set lo mtu 1000` in a network namespace) the other tests send what has to be
/// fragmented.
#[test]
fn fragments_are_made_only_after_a_way_refused_a_datagram() {
    let sockets = bind("127.0.0.1:0");
    let mode = || option(&sockets.shared[0], libc::IPPROTO_IP, libc::IP_MTU_DISCOVER).unwrap();
    assert_eq!(mode(), libc::IP_PMTUDISC_DO);
    assert!(sockets.shared[0].permit_fragments());
    assert_eq!(mode(), libc::IP_PMTUDISC_WANT);
    assert!(!sockets.shared[0].permit_fragments(), "another try would be refused as the first was");
}

/// A socket without UDP checksums refuses `UDP_SEGMENT` with EINVAL, as ways without checksum offload do with EIO.
#[test]
fn flush_where_segmentation_is_refused_sends_plain_from_then_on() {
    let (sockets, peers) = (bind("127.0.0.1:0"), [peer("127.0.0.1:0"), peer("127.0.0.1:0")]);
    set_option(&sockets.shared[0], libc::SOL_SOCKET, libc::SO_NO_CHECK, 1).unwrap();
    let mut batch = SendBatch::new(&sockets);
    for (destination, peer) in peers.iter().enumerate() {
        batch.set_route(destination, route(&sockets, peer));
    }
    for round in 0..2 {
        for number in 0..5 {
            for destination in 0..2 {
                put(&mut batch, destination, &pattern(500, round * 5 + number));
            }
        }
        batch.flush();
    }
    for peer in &peers {
        for number in 0..10 {
            assert_eq!(receive(peer), pattern(500, number));
        }
    }
    let stats = batch.stats();
    assert_eq!((stats.datagrams, stats.segmentation_refused, stats.dropped_error), (20, 2, 0));
    // A new way is tried again.
    let moved = peer("127.0.0.1:0");
    batch.set_route(0, route(&sockets, &moved));
    put(&mut batch, 0, b"a");
    put(&mut batch, 0, b"b");
    batch.flush();
    assert_eq!((receive(&moved), receive(&moved)), (b"a".to_vec(), b"b".to_vec()));
    assert_eq!(batch.stats().segmentation_refused, 3);
}

#[test]
fn full_buffer_costs_pictures_and_sound_leaves_with_the_next_flush() {
    let sockets = bind("127.0.0.1:0");
    let mut batch = SendBatch::new(&sockets);
    let peers = [peer("127.0.0.1:0"), peer("127.0.0.1:0")];
    for (destination, peer) in peers.iter().enumerate() {
        batch.set_route(destination, route(&sockets, peer));
        put(&mut batch, destination, &pattern(1_200, 1));
        batch.reserve(destination, 100)[..100].copy_from_slice(&pattern(100, 2));
        batch.commit_as(100, true);
        put(&mut batch, destination, &pattern(1_100, 3));
    }
    batch.room = Some(0);
    batch.flush();
    assert_eq!((batch.stats().datagrams, batch.stats().dropped_full), (0, 4), "the pictures");
    batch.room = Some(1);
    batch.flush();
    assert_eq!(receive(&peers[0]), pattern(100, 2));
    put(&mut batch, 0, &pattern(1_200, 4));
    batch.room = None;
    batch.flush();
    assert_eq!(receive(&peers[1]), pattern(100, 2), "in their order");
    assert_eq!(receive(&peers[0]), pattern(1_200, 4));
    assert_eq!((batch.stats().datagrams, batch.stats().dropped_full), (3, 4));
}

#[test]
fn sound_that_finds_the_buffer_full_for_long_is_dropped_and_what_is_kept_has_a_bound() {
    let sockets = bind("127.0.0.1:0");
    let mut batch = SendBatch::new(&sockets);
    batch.set_route(0, route(&sockets, &peer("127.0.0.1:0")));
    batch.room = Some(0);
    for _ in 0..3_000 {
        batch.reserve(0, 100)[..100].copy_from_slice(&pattern(100, 2));
        batch.commit_as(100, true);
    }
    batch.flush();
    assert_eq!(batch.stats().dropped_full, 3_000 - 2_048);
    for _ in 0..8 {
        assert_eq!(batch.stats().dropped_full, 3_000 - 2_048);
        batch.flush();
    }
    assert_eq!(batch.stats().dropped_full, 3_000);
}

#[test]
fn flush_to_an_impossible_address_drops_only_that() {
    let (sockets, peer) = (bind("127.0.0.1:0"), peer("127.0.0.1:0"));
    let mut batch = SendBatch::new(&sockets);
    let nowhere = Route { remote: address("127.0.0.1:0"), ..route(&sockets, &peer) };
    batch.set_route(0, nowhere);
    batch.set_route(1, route(&sockets, &peer));
    batch.set_route(2, Route { socket: 9, ..nowhere });
    for destination in [0, 1, 2, 77, 0, 1] {
        put(&mut batch, destination, b"datagram");
    }
    batch.flush();
    assert_eq!(receive(&peer), b"datagram");
    assert_eq!(receive(&peer), b"datagram");
    let stats = batch.stats();
    assert_eq!((stats.datagrams, stats.dropped_error), (2, 4));
    batch.send_now(&nowhere, b"lost");
    batch.send_now(&route(&sockets, &peer), b"found");
    assert_eq!(receive(&peer), b"found");
    assert_eq!(batch.stats().dropped_error, 5);
}

#[test]
fn set_route_moves_what_waits_and_remove_sends_it() {
    let (sockets, peers) = (bind("127.0.0.1:0"), [peer("127.0.0.1:0"), peer("127.0.0.1:0")]);
    let mut batch = SendBatch::new(&sockets);
    batch.set_route(4, route(&sockets, &peers[0]));
    put(&mut batch, 4, b"moved");
    batch.set_route(4, route(&sockets, &peers[1]));
    batch.remove(4);
    assert_eq!(receive(&peers[1]), b"moved");
    put(&mut batch, 4, b"to nobody");
    batch.flush();
    assert_eq!((batch.stats().datagrams, batch.stats().dropped_error), (1, 1));
}

#[test]
fn receive_tells_source_and_local_address_also_of_a_wildcard_bind() {
    for (bind_to, local, peer_at) in [
        ("127.0.0.1:0", "127.0.0.1", "127.0.0.1:0"),
        ("0.0.0.0:0", "127.0.0.2", "127.0.0.1:0"),
        ("[::1]:0", "::1", "[::1]:0"),
        ("[::]:0", "::1", "[::1]:0"),
    ] {
        let sockets = bind(bind_to);
        let local: IpAddr = local.parse().unwrap();
        let server = SocketAddr::new(local, sockets.addresses()[0].port());
        let peer = peer(peer_at);
        for number in 0..70 {
            peer.send_to(&pattern(number, number), server).unwrap();
        }
        peer.send_to(&[0; MAX_DATAGRAM_LEN + 1], server).unwrap();
        let (mut poller, _) = poller(&sockets);
        assert!(poller.wait(Some(PATIENCE)).unwrap().has_socket(0));
        let mut batch = ReceiveBatch::new();
        let mut seen = 0;
        while batch.receive(&sockets, 0).unwrap() > 0 {
            for position in 0..batch.len() {
                let datagram = batch.datagram(position);
                assert_eq!(datagram.bytes, pattern(seen, seen));
                let remote = peer.local_addr().unwrap();
                assert_eq!(datagram.route, Route { socket: 0, local, remote });
                seen += 1;
            }
        }
        assert_eq!((seen, batch.truncated(), batch.is_empty()), (70, 1, true));

        // The answer comes from the address that was asked, singly and segmented.
        let mut out = SendBatch::new(&sockets);
        let route = Route { socket: 0, local, remote: peer.local_addr().unwrap() };
        out.set_route(0, route);
        out.send_now(&route, b"now");
        put(&mut out, 0, b"one");
        put(&mut out, 0, b"two");
        out.flush();
        for expected in [b"now", b"one", b"two"] {
            let mut buffer = [0; 10];
            assert_eq!(peer.recv_from(&mut buffer).unwrap(), (3, server), "{bind_to}");
            assert_eq!(&buffer[..3], expected);
        }
    }
}

#[test]
fn wait_tells_which_socket_the_wake_up_and_the_timeout() {
    let sockets = Sockets::bind(&[address("127.0.0.1:0"), address("[::1]:0")], OPTIONS).unwrap();
    let (mut poller, wake) = poller(&sockets);
    assert_eq!(poller.wait(Some(Duration::ZERO)).unwrap(), super::Ready::default());
    assert_eq!(poller.wait(Some(Duration::from_micros(200))).unwrap(), super::Ready::default());
    wake.wake();
    wake.wake();
    assert!(poller.wait(None).unwrap().woken);
    assert!(!poller.wait(Some(Duration::ZERO)).unwrap().woken);
    peer("[::1]:0").send_to(b"x", sockets.addresses()[1]).unwrap();
    let ready = poller.wait(Some(PATIENCE)).unwrap();
    assert_eq!((ready.has_socket(0), ready.has_socket(1), ready.has_socket(64)), (false, true, false));

    let waker = std::thread::spawn(move || wake.wake());
    while !poller.wait(Some(PATIENCE)).unwrap().woken {}
    waker.join().unwrap();
}

#[test]
fn bind_gives_real_ports_buffers_and_errors() {
    let sockets = Sockets::bind(&[address("127.0.0.1:0"), address("[::]:0")], OPTIONS).unwrap();
    assert!(sockets.addresses().iter().all(|address| address.port() != 0));
    for socket in sockets.shared.iter() {
        for name in [libc::SO_RCVBUF, libc::SO_SNDBUF] {
            assert!(option(&socket.fd, libc::SOL_SOCKET, name).unwrap() >= 4096);
        }
        assert!(socket.segmentation);
    }
    // v6only: the same port is free on IPv4.
    let port = sockets.addresses()[1].port();
    assert!(Sockets::bind(&[SocketAddr::new("127.0.0.1".parse().unwrap(), port)], OPTIONS).is_ok());
    assert!(Sockets::bind(&[sockets.addresses()[0]], OPTIONS).is_err());
    assert!(Sockets::bind(&[], OPTIONS).is_err());
    assert!(Sockets::bind(&[address("192.0.2.1:0")], OPTIONS).is_err());
}

#[test]
fn local_only_takes_loopback_and_its_own_addresses_alone() {
    let sockets = Sockets::bind(&[address("127.0.0.1:0")], SocketOptions { local_only: true, ..OPTIONS }).unwrap();
    for (remote, is_taken) in [("127.0.0.9", true), ("::1", true), ("192.0.2.9", false), ("2001:db8::9", false)] {
        assert_eq!(sockets.takes(remote.parse::<IpAddr>().unwrap()), is_taken, "{remote}");
        assert!(bind("127.0.0.1:0").takes(remote.parse::<IpAddr>().unwrap()), "{remote}");
    }
}
