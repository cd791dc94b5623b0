//! One port for all: what a datagram is, whose it is, and the answers to connectivity checks.
//!
//! Nothing is remembered of an address before a check from it had the right MESSAGE-INTEGRITY.

use super::Forwarder;
use crate::ice::Checked;
use crate::sink::Sink;
use crate::socket::Route;
use crate::wire::DatagramKind;
use crate::wire::stun::{Class, ErrorCode, MAX_MESSAGE_LEN, Message, Role, write_error, write_success};
use crate::wire_api::{Event, MAX_DTLS_LEN};

impl Forwarder {
    /// One datagram came, and no other waits; it may be changed in place. Never fails: what is not good is counted and
    /// dropped.
    pub fn handle_datagram<S: Sink>(&mut self, route: Route, datagram: &mut [u8], sink: &mut S, now_us: u64) {
        self.gather_datagram(route, datagram, sink, now_us);
        self.fan_out_run(sink, now_us);
    }

    /// As [`Self::handle_datagram`], but media may wait for the next of the batch; [`Self::fan_out_run`] ends it.
    pub fn gather_datagram<S: Sink>(&mut self, route: Route, datagram: &mut [u8], sink: &mut S, now_us: u64) {
        let kind = DatagramKind::of(datagram);
        if kind != DatagramKind::Rtp {
            self.fan_out_run(sink, now_us);
        }
        match kind {
            DatagramKind::Stun => self.on_stun(route, datagram, sink, now_us),
            DatagramKind::Dtls => {
                self.handling = self.routes.get(&route).copied();
                self.on_dtls(route, datagram, now_us);
            }
            DatagramKind::Rtp => match self.routes.get(&route) {
                Some(&at) => {
                    self.handling = Some(at);
                    self.on_rtp(at, datagram, sink, now_us);
                }
                None => self.counters.dropped_unknown_address += 1,
            },
            DatagramKind::Rtcp => match self.routes.get(&route) {
                Some(&at) => {
                    self.handling = Some(at);
                    self.on_rtcp(at, datagram, sink, now_us);
                }
                None => self.counters.dropped_unknown_address += 1,
            },
            DatagramKind::Unknown => self.counters.dropped_unknown_kind += 1,
        }
        if !self.keyframe_requests.is_empty() {
            self.send_keyframe_requests(sink);
        }
        self.handling = None;
    }

    fn on_dtls(&mut self, route: Route, datagram: &[u8], now_us: u64) {
        #[cfg(test)]
        assert!(!std::mem::take(&mut self.is_faulty), "as the test wished");
        let Some(peer) = self.routes.get(&route).and_then(|at| self.peers.get_mut(*at)) else {
            self.counters.dropped_dtls_unvalidated += 1;
            return;
        };
        if datagram.len() > MAX_DTLS_LEN || !peer.dtls_budget.take(1, now_us) {
            self.counters.dropped_dtls_rate += 1;
            return;
        }
        let peer = peer.id;
        self.counters.dtls_packets_in += 1;
        self.tell(Event::DtlsReceived { peer, datagram: datagram.to_vec() });
    }

    fn on_stun<S: Sink>(&mut self, route: Route, datagram: &[u8], sink: &mut S, now_us: u64) {
        self.counters.stun_packets_in += 1;
        let Ok(message) = Message::parse(datagram) else {
            self.counters.dropped_stun_bad += 1;
            return;
        };
        if message.class != Class::Request {
            return; // Indications keep NAT bindings alive; we send no requests, so responses mean nothing.
        }
        let Some((ours, theirs)) = message.ufrags() else {
            self.counters.dropped_stun_bad += 1;
            return;
        };
        let found = self.ufrags.get(ours).copied();
        let Some((at, peer)) = found.and_then(|at| Some((at, self.peers.get_mut(at)?))) else {
            self.counters.dropped_stun_unknown_user += 1;
            return;
        };
        let Some(credentials) = peer.ice.credentials(ours).filter(|it| it.remote_ufrag == theirs) else {
            self.counters.dropped_stun_unknown_user += 1;
            return;
        };
        if !message.verify_integrity(&credentials.key) {
            self.counters.dropped_stun_integrity += 1;
            return;
        }
        let mut answer = [0; MAX_MESSAGE_LEN];
        let transaction_id = &message.transaction_id;
        if let Some(Role::Controlled(_)) = message.role {
            // We are lite, therefore never controlling (RFC 8445 §7.3.1.1).
            self.counters.stun_role_conflicts += 1;
            let written =
                write_error(&mut answer, transaction_id, ErrorCode::RoleConflict, &[], Some(&credentials.key));
            self.send_answer(&route, written.and_then(|len| answer.get(..len)), sink);
            return;
        }
        if !message.unknown_attributes().is_empty() {
            let unknown = message.unknown_attributes();
            let key = Some(&credentials.key);
            let written = write_error(&mut answer, transaction_id, ErrorCode::UnknownAttribute, unknown, key);
            self.send_answer(&route, written.and_then(|len| answer.get(..len)), sink);
            return;
        }
        let written = write_success(&mut answer, transaction_id, route.remote, &credentials.key);
        let checked = peer.ice.on_valid_check(route, ours, message.use_candidate, now_us);
        self.handling = Some(at);
        self.send_answer(&route, written.and_then(|len| answer.get(..len)), sink);
        self.on_checked(at, route, checked, sink, now_us);
    }

    fn send_answer<S: Sink>(&mut self, route: &Route, answer: Option<&[u8]>, sink: &mut S) {
        if let Some(answer) = answer {
            sink.send_now(route, answer);
            self.counters.stun_packets_out += 1;
        }
    }

    /// Follows what a valid check changed.
    fn on_checked<S: Sink>(&mut self, at: usize, route: Route, checked: Checked, sink: &mut S, now_us: u64) {
        if checked.added || self.routes.get(&route) != Some(&at) {
            if let Some(previous) = self.routes.insert(route, at).filter(|previous| *previous != at) {
                self.on_route_taken(previous, &route, sink);
            }
        }
        if let Some(evicted) = checked.evicted {
            if self.routes.get(&evicted) == Some(&at) {
                self.routes.remove(&evicted);
                sink.forget(&evicted);
            }
        }
        if let Some(ufrag) = checked.retired_ufrag {
            self.ufrags.remove(&ufrag);
        }
        let Some(peer) = self.peers.get_mut(at) else { return };
        let id = peer.id;
        if checked.send_route_changed {
            peer.is_clogged = false;
            if let Some(send_route) = peer.ice.send_route() {
                sink.set_route(at, send_route);
            }
        }
        let was_sending = peer.is_sending;
        peer.refresh_sending();
        let is_back = peer.is_sending && !was_sending;
        if checked.send_route_changed {
            self.tell(Event::PeerBound { peer: id, address: route.remote.ip().to_string(), is_tcp: route.is_tcp() });
        }
        if checked.consent_back {
            self.tell(Event::ConsentBack { peer: id });
        }
        if is_back || checked.consent_back {
            self.refresh_pictures(at, now_us);
        }
    }

    /// A connection has ended: the peer may be reached by another way, or check again.
    pub fn on_route_closed<S: Sink>(&mut self, route: &Route, sink: &mut S) {
        if let Some(at) = self.routes.remove(route) {
            self.on_route_taken(at, route, sink);
        }
    }

    /// A destination that the sink called clogged is not any more: its pictures go on with keyframes.
    pub fn on_relieved<S: Sink>(&mut self, at: usize, sink: &mut S, now_us: u64) {
        let Some(peer) = self.peers.get_mut(at) else { return };
        if std::mem::take(&mut peer.is_clogged) {
            self.refresh_pictures(at, now_us);
            self.send_keyframe_requests(sink);
        }
    }

    /// Another peer was heard by this way: it was handed on (a NAT reused a port, a page was reloaded).
    fn on_route_taken<S: Sink>(&mut self, previous: usize, route: &Route, sink: &mut S) {
        let Some(peer) = self.peers.get_mut(previous) else { return };
        peer.ice.forget_route(route);
        if let Some(send_route) = peer.ice.send_route() {
            sink.set_route(previous, send_route);
        }
        peer.is_clogged = false;
        peer.refresh_sending();
    }

    /// The subscriber can be sent to from now on, or again: a keyframe for each of its slots.
    pub(super) fn refresh_pictures(&mut self, at: usize, now_us: u64) {
        let slots = self.peers.get(at).map_or(0, |peer| peer.slots.len());
        for slot in 0..slots {
            let slot = self.peers.get(at).and_then(|peer| peer.slots.get(slot));
            let feed = slot.and_then(|slot| slot.pending.or(slot.current));
            if let Some(feed) = feed.filter(|feed| self.is_video(feed.source)) {
                self.want_keyframe(feed.source, feed.layer, now_us);
            }
        }
    }
}
