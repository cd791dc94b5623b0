//! The client's DTLS 1.2 handshake (RFC 6347) with `use_srtp` (RFC 5764), by `dimpl`; keys and datagrams come out.
//!
//! All clients of a process share one certificate. Offered are `AEAD_AES_256_GCM`, `AEAD_AES_128_GCM` and
//! `AES128_CM_HMAC_SHA1_80`, as Chromium does; the server chooses, and the first is refused here as it is by it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_lc_rs::digest;
use dimpl::{Config, Dtls, DtlsCertificate, Output, SrtpProfile, certificate};

use crate::rtp::hex;
use crate::srtp::{Keys, Profile};

/// Of datagrams and of the plain text of records.
const BUFFER_LEN: usize = 2048;
/// libwebrtc's first retransmission; a lost flight is to cost what it costs a browser.
const FIRST_RETRY: Duration = Duration::from_millis(50);
/// The whole handshake: as long as the server waits.
const TIMEOUT: Duration = Duration::from_secs(15);

/// The certificate of all clients of a process.
pub struct Identity {
    certificate: DtlsCertificate,
    config: Arc<Config>,
    /// As SDP has it: `sha-256 AB:CD:…`.
    pub fingerprint: String,
}

impl Identity {
    /// A new one. Answers why it could not be made.
    pub fn new() -> Result<Self, String> {
        let certificate = certificate::generate_self_signed_certificate().map_err(|error| error.to_string())?;
        let config = Config::builder()
            .flight_start_rto(FIRST_RETRY)
            .flight_retries(8)
            .handshake_timeout(TIMEOUT)
            .build()
            .map_err(|error| error.to_string())?;
        let fingerprint = fingerprint_of(&certificate.certificate);
        Ok(Self { certificate, config: Arc::new(config), fingerprint })
    }
}

/// What came out of a step.
pub enum Outcome {
    /// To be sent.
    Datagram(Vec<u8>),
    /// The handshake is done and the server is who it said.
    Keys(Box<Established>),
    /// The server has ended the association.
    Closed,
    /// It cannot work: `dtls` or `fingerprint`, and why.
    Failed(&'static str, String),
}

/// The keys of both directions.
pub struct Established {
    /// What the server chose.
    pub profile: Profile,
    /// For what we send.
    pub send: Keys,
    /// For what we receive.
    pub receive: Keys,
    /// What `receive` is made of: master key, then salt, hex.
    pub server_master: String,
}

/// One association.
pub struct Handshake {
    dtls: Dtls,
    remote_fingerprint: String,
    is_remote_right: bool,
    buffer: Vec<u8>,
    due: Instant,
}

impl Handshake {
    /// Call [`Handshake::on_time`] next: it gives the `ClientHello`.
    pub fn new(identity: &Identity, remote_fingerprint: &str) -> Self {
        let now = Instant::now();
        let mut dtls = Dtls::new_12(Arc::clone(&identity.config), identity.certificate.clone(), now);
        dtls.set_active(true);
        Self {
            dtls,
            remote_fingerprint: remote_fingerprint.to_ascii_lowercase(),
            is_remote_right: false,
            buffer: vec![0; BUFFER_LEN],
            due: now,
        }
    }

    /// Microseconds until [`Handshake::on_time`] is due.
    pub fn due_in_us(&self) -> u64 {
        self.due.saturating_duration_since(Instant::now()).as_micros() as u64
    }

    /// Timers.
    pub fn on_time(&mut self, outcomes: &mut Vec<Outcome>) {
        match self.dtls.handle_timeout(Instant::now()) {
            Ok(()) => self.drain(outcomes),
            Err(error) => outcomes.push(Outcome::Failed("dtls", error.to_string())),
        }
    }

    /// A datagram from the server.
    pub fn on_datagram(&mut self, datagram: &[u8], outcomes: &mut Vec<Outcome>) {
        let handled = self.dtls.handle_timeout(Instant::now()).and_then(|()| self.dtls.handle_packet(datagram));
        match handled {
            Ok(()) => self.drain(outcomes),
            Err(error) => outcomes.push(Outcome::Failed("dtls", error.to_string())),
        }
    }

    /// Says goodbye: a datagram with `close_notify` comes out.
    pub fn close(&mut self, outcomes: &mut Vec<Outcome>) {
        if self.dtls.close().is_ok() {
            self.drain(outcomes);
        }
    }

    fn drain(&mut self, outcomes: &mut Vec<Outcome>) {
        loop {
            match self.dtls.poll_output(&mut self.buffer) {
                Output::Packet(datagram) => outcomes.push(Outcome::Datagram(datagram.to_vec())),
                Output::BufferTooSmall { needed } => self.buffer.resize(needed, 0),
                Output::PeerCert(der) => {
                    self.is_remote_right = fingerprint_of(der).eq_ignore_ascii_case(&self.remote_fingerprint);
                }
                Output::KeyingMaterial(material, profile) => {
                    outcomes.push(if self.is_remote_right {
                        establish(&material, profile)
                    } else {
                        Outcome::Failed("fingerprint", "the server's certificate is another".to_owned())
                    });
                }
                Output::CloseNotify => outcomes.push(Outcome::Closed),
                Output::Timeout(due) => {
                    self.due = due;
                    return;
                }
                _ => {}
            }
        }
    }
}

/// The client's key, the server's key, the client's salt, the server's salt (RFC 5764 §4.2).
fn establish(material: &[u8], profile: SrtpProfile) -> Outcome {
    let profile = match profile {
        SrtpProfile::AES128_CM_SHA1_80 => Profile::Aes128CmSha1_80,
        SrtpProfile::AEAD_AES_128_GCM => Profile::AeadAes128Gcm,
        other => return Outcome::Failed("dtls", format!("the server chose {other}")),
    };
    let salt_len = profile.salt_len();
    if material.len() < 32 + 2 * salt_len {
        return Outcome::Failed("dtls", "too little keying material".to_owned());
    }
    let (keys, salts) = material.split_at(32);
    let send = Keys::new(profile, &keys[..16], &salts[..salt_len]);
    let receive = Keys::new(profile, &keys[16..], &salts[salt_len..2 * salt_len]);
    let server_master = hex(&keys[16..]) + &hex(&salts[salt_len..2 * salt_len]);
    match (send, receive) {
        (Ok(send), Ok(receive)) => Outcome::Keys(Box::new(Established { profile, send, receive, server_master })),
        _ => Outcome::Failed("dtls", "the keys have a wrong length".to_owned()),
    }
}

fn fingerprint_of(der: &[u8]) -> String {
    let hash = digest::digest(&digest::SHA256, der);
    let pairs: Vec<String> = hash.as_ref().iter().map(|byte| format!("{byte:02X}")).collect();
    format!("sha-256 {}", pairs.join(":"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs both ends against each other; answers what the client got.
    fn shake(fingerprint: Option<&str>) -> Vec<Outcome> {
        let (ours, theirs) = (Identity::new().unwrap(), Identity::new().unwrap());
        let mut client = Handshake::new(&ours, fingerprint.unwrap_or(&theirs.fingerprint));
        let mut server = Handshake::new(&theirs, &ours.fingerprint);
        server.dtls.set_active(false);
        let (mut to_server, mut found) = (Vec::new(), Vec::new());
        client.on_time(&mut to_server);
        for _ in 0..10 {
            let mut to_client = Vec::new();
            for outcome in to_server.drain(..) {
                match outcome {
                    Outcome::Datagram(datagram) => server.on_datagram(&datagram, &mut to_client),
                    other => found.push(other),
                }
            }
            for outcome in to_client {
                if let Outcome::Datagram(datagram) = outcome {
                    client.on_datagram(&datagram, &mut to_server);
                }
            }
        }
        found
    }

    #[test]
    fn handshake_gives_keys_when_the_fingerprint_is_right() {
        // The twin of this side would choose the profile that the real server does not know.
        assert!(
            shake(None)
                .iter()
                .any(|outcome| matches!(outcome, Outcome::Failed("dtls", text) if text.contains("AEAD_AES_256_GCM")))
        );
    }

    #[test]
    fn another_certificate_than_announced_is_refused() {
        assert!(
            shake(Some("sha-256 00:11")).iter().any(|outcome| matches!(outcome, Outcome::Failed("fingerprint", _)))
        );
    }

    #[test]
    fn keying_material_is_split_in_the_order_of_rfc_5764() {
        let material: Vec<u8> = (0..56).collect();
        let Outcome::Keys(keys) = establish(&material, SrtpProfile::AEAD_AES_128_GCM) else { panic!("no keys") };
        let client = Keys::new(Profile::AeadAes128Gcm, &material[..16], &material[32..44]).unwrap();
        let server = Keys::new(Profile::AeadAes128Gcm, &material[16..32], &material[44..]).unwrap();
        let mut packet = vec![0x80, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9, 1, 2, 3];
        keys.send.seal_rtp(&mut packet, 12, 1).unwrap();
        assert_eq!(client.open_rtp(&mut packet.clone(), 12, 1), Ok(15));
        assert!(server.open_rtp(&mut packet, 12, 1).is_err());
    }
}
