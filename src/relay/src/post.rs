//! Mailboxes between workers: one for each pair and direction. Parcels change hands by pointer under a lock that is held
//! to push or swap, once per turn and never while a packet is handled; empty ones come back to be filled again.
//!
//! The bound is in [`crate::exchange`]: who fills a parcel looks at what waits.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::exchange::Parcel;
use crate::socket::EventFd;

/// Empty parcels kept for one mailbox.
const KEPT_PARCELS: usize = 4;
/// A parcel that grew above this is not kept.
const KEPT_LEN: usize = 256 << 10;

#[derive(Debug, Default)]
struct Mailbox {
    full: Mutex<Vec<Parcel>>,
    empty: Mutex<Vec<Parcel>>,
    /// What was posted and not yet taken.
    waiting: AtomicUsize,
}

/// A lock that a panicking thread left is still good: the lists are changed in single steps.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// All mailboxes of a group.
#[derive(Debug)]
pub struct Post {
    wakes: Vec<Arc<EventFd>>,
    mailboxes: Vec<Mailbox>,
}

impl Post {
    /// Between as many workers as there are descriptors that wake them.
    pub fn new(wakes: Vec<Arc<EventFd>>) -> Self {
        let mailboxes = (0..wakes.len() * wakes.len()).map(|_| Mailbox::default()).collect();
        Self { wakes, mailboxes }
    }

    /// How many workers there are.
    pub fn workers(&self) -> usize {
        self.wakes.len()
    }

    fn mailbox(&self, from: u16, to: u16) -> Option<&Mailbox> {
        self.mailboxes.get(usize::from(from) * self.workers() + usize::from(to))
    }

    /// Sends a parcel and leaves an empty one. Answers what waits there now.
    pub fn send(&self, from: u16, to: u16, parcel: &mut Parcel) -> usize {
        let Some(mailbox) = self.mailbox(from, to) else { return 0 };
        if parcel.is_empty() {
            return mailbox.waiting.load(Ordering::Acquire);
        }
        let waiting = mailbox.waiting.fetch_add(parcel.len(), Ordering::AcqRel) + parcel.len();
        let fresh = locked(&mailbox.empty).pop().unwrap_or_default();
        let filled = std::mem::replace(parcel, fresh);
        let mut full = locked(&mailbox.full);
        full.push(filled);
        let is_first = full.len() == 1;
        drop(full);
        if is_first {
            if let Some(wake) = self.wakes.get(usize::from(to)) {
                wake.wake();
            }
        }
        waiting
    }

    /// Takes all that came from one worker, in order.
    pub fn take(&self, from: u16, to: u16, into: &mut VecDeque<(u16, Parcel)>) {
        let Some(mailbox) = self.mailbox(from, to) else { return };
        if mailbox.waiting.load(Ordering::Acquire) == 0 {
            return;
        }
        let mut taken = 0;
        for parcel in locked(&mailbox.full).drain(..) {
            taken += parcel.len();
            into.push_back((from, parcel));
        }
        mailbox.waiting.fetch_sub(taken, Ordering::AcqRel);
    }

    /// A parcel has been handled.
    pub fn give_back(&self, from: u16, to: u16, mut parcel: Parcel) {
        let Some(mailbox) = self.mailbox(from, to) else { return };
        parcel.clear();
        let mut empty = locked(&mailbox.empty);
        if empty.len() < KEPT_PARCELS && parcel.bytes.capacity() <= KEPT_LEN {
            empty.push(parcel);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::{Exchange, Item, Note};

    fn post() -> (Post, Vec<Arc<EventFd>>) {
        let wakes: Vec<Arc<EventFd>> = (0..3).map(|_| Arc::new(EventFd::new().expect("a descriptor"))).collect();
        (Post::new(wakes.clone()), wakes)
    }

    #[test]
    fn notes_arrive_in_order_and_only_where_they_are_sent() {
        let (post, _wakes) = post();
        let mut exchange = Exchange::new(1, 3);
        for room in 0..10 {
            exchange.tell(2, Note::RoomJoined(room));
            exchange.post(|to, parcel| post.send(1, to, parcel));
        }
        let (mut came, mut elsewhere) = (VecDeque::new(), VecDeque::new());
        post.take(1, 2, &mut came);
        post.take(1, 0, &mut elsewhere);
        post.take(2, 1, &mut elsewhere);
        let rooms: Vec<u64> = came
            .iter()
            .flat_map(|(_, parcel)| &parcel.items)
            .map(|item| if let Item::Note(Note::RoomJoined(room)) = item { *room } else { u64::MAX })
            .collect();
        assert_eq!(rooms, (0..10).collect::<Vec<u64>>());
        assert!(elsewhere.is_empty());
    }

    #[test]
    fn who_does_not_take_its_parcels_gets_no_upper_layers_then_no_pictures_then_no_sound() {
        let (post, _wakes) = post();
        let mut exchange = Exchange::new(0, 3);
        let facts = crate::facts::Facts::of(
            crate::facts::Codec::Opus,
            &[1],
            crate::facts::PacketBase {
                index: 1,
                timestamp: 1,
                is_marked: false,
                extensions: crate::facts::PassedExtensions::default(),
                arrival_us: 1,
            },
        )
        .expect("sound is always good");
        let mut ends = [0_usize; 3];
        let kinds = [(false, 1), (false, 0), (true, 0)];
        for round in 1..10_000 {
            let open = kinds.map(|(is_audio, layer)| exchange.has_room(1, is_audio, layer));
            for (end, is_open) in ends.iter_mut().zip(open) {
                if !is_open && *end == 0 {
                    *end = round;
                }
            }
            if open == [false; 3] {
                break;
            }
            let packet =
                crate::exchange::Carried { source: 1, layer: 0, epoch: 1, facts, len: 1_000, descriptor_len: 0 };
            exchange.carry(1, packet, &[0; 1_000], &[]);
            exchange.post(|to, parcel| post.send(0, to, parcel));
        }
        assert!(0 < ends[0] && ends[0] < ends[1] && ends[1] < ends[2], "{ends:?}");
        assert!(exchange.has_room(2, false, 2), "the third keeps up");
        let mut came = VecDeque::new();
        post.take(0, 1, &mut came);
        for (from, parcel) in came {
            post.give_back(from, 1, parcel);
        }
        // Nothing need be sent to learn of it.
        exchange.post(|to, parcel| post.send(0, to, parcel));
        assert!(exchange.has_room(1, false, 2));
    }
}
