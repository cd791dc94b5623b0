//! How long receivers hold pictures back: what a publisher says goes to who negotiated it, and ends with its pictures. A
//! receiver keeps the last that it was told on a stream, whoever is shown there next.

use crate::common;

use common::camera::{Camera, Stamp};
use common::stage::{ANNA, BO, RIDS, SLOT, of_slot};
use common::{Packet, World, camera, slots};
use vdx_relay::wire::extension::PlayoutDelay;
use vdx_relay::wire::rtcp::write_nack;
use vdx_relay::wire_api::{Extensions, SlotKind};

/// The publishers' id of it.
const DELAY: u8 = 8;
const VIEWER: u64 = 4;
/// Has ids that need the two-byte form.
const TWO_BYTE: u64 = 6;
const TWO_BYTE_DELAY: u8 = 20;
/// Did not negotiate it.
const WITHOUT: u64 = 8;
const VIEWERS: [(u64, u8); 3] = [(VIEWER, DELAY), (TWO_BYTE, TWO_BYTE_DELAY), (WITHOUT, 0)];
/// 100 ms to 2 s.
const SAID: [u8; 3] = [0x00, 0xA0, 0xC8];
const NONE: [u8; 3] = PlayoutDelay::NONE.encode();

struct Call {
    world: World,
    anna: Camera,
    bo: Camera,
    /// What Anna says with her next frames.
    says: Option<[u8; 3]>,
}

impl Call {
    fn new() -> Self {
        let mut world = World::new();
        for (id, source) in [(ANNA, 11), (BO, 22)] {
            world.connect(id, vec![camera("0", source, &RIDS[..1])], Vec::new());
            world.allow(source);
        }
        for (id, number) in VIEWERS {
            let mut add = World::add_peer(id, Vec::new(), slots(1));
            add.extensions = Extensions { playout_delay: number, ..add.extensions };
            world.connect_as(add);
        }
        let [anna, bo] = [(ANNA, 11, 5_000), (BO, 22, 6_000)]
            .map(|(id, source, ssrc)| Camera::new(id, source, "0", &RIDS[..1], ssrc));
        Self { world, anna, bo, says: None }
    }

    fn show(&mut self, source: u32) {
        for (id, _) in VIEWERS {
            self.world.bind(id, SlotKind::Video, 0, source, 2);
        }
    }

    /// Some frames of both.
    fn film(&mut self) -> [Vec<Packet>; 3] {
        for _ in 0..12 {
            let says = self.says;
            self.anna.react(&mut self.world);
            self.anna.frame(&mut self.world, |world, client, mut packet, index| {
                packet.extensions.extend(says.map(|said| (DELAY, said.to_vec())));
                world.send(client, &packet, index);
            });
            self.bo.react(&mut self.world);
            self.bo.show(&mut self.world);
            self.world.run_ms(50);
        }
        VIEWERS.map(|(id, _)| of_slot(self.world.take_rtp(id), SLOT))
    }

    fn again(&mut self, original: &Packet) -> Option<Vec<u8>> {
        let mut plain = [0; 64];
        let len = write_nack(&mut plain, 1, SLOT, &[original.sequence]).expect("room");
        self.world.send_rtcp(VIEWER, &plain[..len]);
        let [again] = &self.world.take_rtp(VIEWER)[..] else { panic!("one answer") };
        assert_eq!(again.ssrc, SLOT + 1_000);
        again.extensions.get(&DELAY).cloned()
    }
}

fn said(packet: &Packet, number: u8) -> Option<&[u8]> {
    packet.extensions.get(&number).map(Vec::as_slice)
}

/// The packets with which a decoder can start tell this, and no others tell anything.
fn only_starts_say(packets: &[Packet], number: u8, value: Option<&[u8]>) {
    assert!(packets.len() > 20);
    for packet in packets {
        let stamp = Stamp::read(&packet.payload);
        let expected = if stamp.is_keyframe && stamp.is_start { value } else { None };
        assert_eq!(said(packet, number), expected, "frame {} part {}", stamp.frame, stamp.part);
    }
}

#[test]
fn what_a_publisher_says_goes_to_who_negotiated_it_in_both_forms_and_when_sent_again() {
    let mut call = Call::new();
    call.says = Some(SAID);
    call.show(11);
    let [one_byte, two_byte, without] = call.film();
    assert!(one_byte.len() > 20 && one_byte.iter().all(|packet| said(packet, DELAY) == Some(&SAID)));
    assert!(two_byte.len() > 20 && two_byte.iter().all(|packet| said(packet, TWO_BYTE_DELAY) == Some(&SAID)));
    assert!(without.len() > 20 && without.iter().all(|it| !it.extensions.values().any(|data| data[..] == SAID)));
    assert_eq!(call.again(one_byte.last().expect("packets")), Some(SAID.to_vec()));
}

#[test]
fn switch_to_a_publisher_that_says_nothing_ends_what_the_former_said() {
    let mut call = Call::new();
    call.says = Some(SAID);
    call.show(11);
    call.film();
    call.show(22);
    let [one_byte, two_byte, without] = call.film().map(|mut packets| {
        packets.retain(|packet| packet.csrcs == [22]);
        packets
    });
    assert_eq!(said(&one_byte[0], DELAY), Some(&NONE[..]));
    only_starts_say(&one_byte, DELAY, Some(&NONE));
    only_starts_say(&two_byte, TWO_BYTE_DELAY, Some(&NONE));
    assert!(without.len() > 20 && without.iter().all(|it| !it.extensions.values().any(|data| data[..] == NONE)));
    assert_eq!(call.again(&one_byte[0]), Some(NONE.to_vec()), "also when the first packet was lost");
    // Browsers say it only until a report shows that it came, and with keyframes: it holds for who comes back to her, too.
    call.says = None;
    call.show(11);
    let [mut back, ..] = call.film();
    back.retain(|packet| packet.csrcs == [11]);
    only_starts_say(&back, DELAY, Some(&SAID));
}

#[test]
fn slot_that_was_never_told_a_delay_carries_none() {
    let mut call = Call::new();
    call.show(11);
    only_starts_say(&call.film()[0], DELAY, None);
    call.show(22);
    only_starts_say(&call.film()[0], DELAY, None);
}

#[test]
fn minimum_that_would_hold_others_back_is_shortened_and_nonsense_is_not_passed_on() {
    let mut call = Call::new();
    call.show(11);
    for nonsense in [[0x02, 0x80, 0x0A], [0xFF, 0xF0, 0x00]] {
        call.says = Some(nonsense);
        only_starts_say(&call.film()[0], DELAY, None);
    }
    call.says = Some([0xFF, 0xFF, 0xFF]);
    let [packets, ..] = call.film();
    assert!(packets.iter().all(|packet| said(packet, DELAY) == Some(&[0x02, 0x8F, 0xFF])), "400 ms to 40.95 s");
}
