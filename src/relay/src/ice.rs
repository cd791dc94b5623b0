//! ICE-lite of one peer (RFC 8445 §2.5), and consent (RFC 7675): which way it is reached, and whether it wants to be.
//!
//! A full agent checks and nominates; we answer and follow. Only a check whose MESSAGE-INTEGRITY was right gets here.
//! An ICE restart brings new credentials: the old stay valid until a check with the new ones nominates.
//!
//! The way that was nominated last is followed. Chromium nominates with every check of its selected pair; Firefox and
//! aiortc do it once, and their later consent checks do not. When their NAT forgets a mapping these checks come from a new
//! address and are answered, so that the client sees nothing wrong: they are followed too, once the old way is silent.

use crate::socket::Route;
use crate::wire::stun::IntegrityKey;
use crate::wire_api;

/// Without a valid check for this long nothing is sent any more (RFC 7675 §5.1).
pub const CONSENT_US: u64 = 30_000_000;
/// After the loss of consent, keys and slots are kept this long for an ICE restart.
pub const EXPIRY_US: u64 = CONSENT_US + 60_000_000;
/// A new peer's first valid check must come within this.
pub const FIRST_CHECK_US: u64 = 30_000_000;
/// A way without a valid check for this long has been left, if another has one: consent checks are at least 4 s apart
/// (RFC 7675 §5.1: 5 s, times 0.8 to 1.2), so the first from a new address is enough; Chromium's are 2.5 s apart.
pub const LEFT_US: u64 = 3_500_000;
/// Ways by which one peer may be heard at a time: several interfaces, IPv4 and IPv6, NAT rebinding.
pub const MAX_ROUTES: usize = 8;

/// One set of credentials.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// Routes the check to the peer.
    pub local_ufrag: Vec<u8>,
    /// Must follow the colon in USERNAME.
    pub remote_ufrag: Vec<u8>,
    /// Of our password.
    pub key: IntegrityKey,
}

impl Credentials {
    /// From what Python negotiated.
    pub fn new(ice: &wire_api::Ice) -> Self {
        Self {
            local_ufrag: ice.local_ufrag.clone().into_bytes(),
            remote_ufrag: ice.remote_ufrag.clone().into_bytes(),
            key: IntegrityKey::new(ice.local_pwd.as_bytes()),
        }
    }
}

/// Whether packets may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Consent {
    Never,
    Live,
    Lost,
}

/// What a valid check changed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// The way packets are sent was set or changed.
    pub send_route_changed: bool,
    /// Consent had been lost.
    pub consent_back: bool,
    /// The way is new to us.
    pub added: bool,
    /// A way that was given up for it.
    pub evicted: Option<Route>,
    /// An ICE restart is complete: this local ufrag is no longer valid.
    pub retired_ufrag: Option<Vec<u8>>,
}

/// What time did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Liveness {
    /// As before.
    Unchanged,
    /// 30 s without a valid check.
    ConsentLost,
    /// The peer is to be removed.
    Expired,
}

/// See the module.
#[derive(Debug)]
pub struct Ice {
    current: Credentials,
    next: Option<Credentials>,
    routes: Vec<(Route, u64)>,
    send_route: Option<Route>,
    consent: Consent,
    added_us: u64,
    checked_us: u64,
}

impl Ice {
    /// For a peer that has not been heard yet.
    pub fn new(current: Credentials, now_us: u64) -> Self {
        Self {
            current,
            next: None,
            routes: Vec::with_capacity(MAX_ROUTES),
            send_route: None,
            consent: Consent::Never,
            added_us: now_us,
            checked_us: now_us,
        }
    }

    /// The credentials with this local ufrag.
    pub fn credentials(&self, local_ufrag: &[u8]) -> Option<&Credentials> {
        [Some(&self.current), self.next.as_ref()].into_iter().flatten().find(|it| it.local_ufrag == local_ufrag)
    }

    /// Every local ufrag that is valid now.
    pub fn local_ufrags(&self) -> impl Iterator<Item = &[u8]> {
        [Some(&self.current), self.next.as_ref()].into_iter().flatten().map(|it| it.local_ufrag.as_slice())
    }

    /// Every way the peer was heard by.
    pub fn routes(&self) -> impl Iterator<Item = &Route> {
        self.routes.iter().map(|(route, _)| route)
    }

    /// Offers new credentials. Answers what became of them: whether they are new, and an earlier offer they replace.
    pub fn restart(&mut self, offered: Credentials) -> (bool, Option<Vec<u8>>) {
        if offered.local_ufrag == self.current.local_ufrag {
            // The same association; a changed remote ufrag without a new local one is not a restart (RFC 8839 §4.4.1).
            return (false, None);
        }
        if self.next.as_ref().is_some_and(|next| next.local_ufrag == offered.local_ufrag) {
            return (false, None);
        }
        let replaced = self.next.replace(offered).map(|next| next.local_ufrag);
        (true, replaced)
    }

    /// A check with right integrity came by `route`.
    pub fn on_valid_check(&mut self, route: Route, local_ufrag: &[u8], nominates: bool, now_us: u64) -> Checked {
        let mut checked = Checked { consent_back: self.consent == Consent::Lost, ..Checked::default() };
        self.consent = Consent::Live;
        self.checked_us = now_us;
        if let Some((_, heard_us)) = self.routes.iter_mut().find(|(known, _)| *known == route) {
            *heard_us = now_us;
        } else {
            if self.routes.len() >= MAX_ROUTES {
                checked.evicted = self.evict();
            }
            self.routes.push((route, now_us));
            checked.added = true;
        }
        if nominates || self.is_left(now_us) {
            checked.send_route_changed = self.send_route != Some(route);
            self.send_route = Some(route);
        }
        if nominates && self.next.as_ref().is_some_and(|next| next.local_ufrag == local_ufrag) {
            if let Some(next) = self.next.take() {
                checked.retired_ufrag = Some(std::mem::replace(&mut self.current, next).local_ufrag);
            }
        }
        checked
    }

    /// There is no way that is sent by, or no check has come by it lately.
    fn is_left(&self, now_us: u64) -> bool {
        let heard = self.routes.iter().find(|(route, _)| Some(*route) == self.send_route);
        heard.is_none_or(|(_, heard_us)| now_us.saturating_sub(*heard_us) >= LEFT_US)
    }

    /// Gives up the way that was silent longest, never the one that is sent to.
    fn evict(&mut self) -> Option<Route> {
        let sending = self.send_route;
        let (at, _) = self
            .routes
            .iter()
            .enumerate()
            .filter(|(_, (route, _))| Some(*route) != sending)
            .min_by_key(|(_, (_, heard_us))| *heard_us)?;
        Some(self.routes.swap_remove(at).0)
    }

    /// The way was taken over by another peer.
    pub fn forget_route(&mut self, route: &Route) {
        self.routes.retain(|(known, _)| known != route);
        if self.send_route == Some(*route) {
            self.send_route = self.routes.iter().max_by_key(|(_, heard_us)| *heard_us).map(|(known, _)| *known);
        }
    }

    /// To be called now and then.
    pub fn on_time(&mut self, now_us: u64) -> Liveness {
        let silent_us = self.silent_us(now_us);
        match self.consent {
            Consent::Never if now_us.saturating_sub(self.added_us) >= FIRST_CHECK_US => Liveness::Expired,
            Consent::Live if silent_us >= CONSENT_US => {
                self.consent = Consent::Lost;
                Liveness::ConsentLost
            }
            Consent::Lost if silent_us >= EXPIRY_US => Liveness::Expired,
            _ => Liveness::Unchanged,
        }
    }

    /// Where to send, while there is consent.
    pub fn send_route(&self) -> Option<Route> {
        self.send_route.filter(|_| self.consent == Consent::Live)
    }

    /// Since the last valid check, or since the peer was added.
    pub fn silent_us(&self, now_us: u64) -> u64 {
        now_us.saturating_sub(self.checked_us)
    }
}
