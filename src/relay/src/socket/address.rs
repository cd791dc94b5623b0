//! `SocketAddr` as the kernel wants it, and back.

use std::mem::{size_of, zeroed};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

/// An IPv4 or IPv6 socket address in the kernel's form.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) union Name {
    family: libc::sa_family_t,
    v4: libc::sockaddr_in,
    v6: libc::sockaddr_in6,
}

impl Name {
    /// Room for an address that the kernel will write.
    pub(super) fn empty() -> Self {
        // SAFETY: all bits zero is a valid value of each of the plain structs.
        unsafe { zeroed() }
    }

    /// The address, if its family is one of the two.
    pub(super) fn to_address(self) -> Option<SocketAddr> {
        // SAFETY: every field starts with the family, and all bits of the union are initialised (`empty`, `from`); the
        // family then says which struct the kernel wrote, and each struct is valid for any bits.
        unsafe {
            match i32::from(self.family) {
                libc::AF_INET => {
                    let ip = Ipv4Addr::from(u32::from_be(self.v4.sin_addr.s_addr));
                    Some(SocketAddrV4::new(ip, u16::from_be(self.v4.sin_port)).into())
                }
                libc::AF_INET6 => {
                    let ip = Ipv6Addr::from(self.v6.sin6_addr.s6_addr);
                    let port = u16::from_be(self.v6.sin6_port);
                    Some(SocketAddrV6::new(ip, port, self.v6.sin6_flowinfo, self.v6.sin6_scope_id).into())
                }
                _ => None,
            }
        }
    }

    /// Bytes of it that count.
    pub(super) fn len(&self) -> libc::socklen_t {
        // SAFETY: as in `to_address`.
        let family = unsafe { self.family };
        if i32::from(family) == libc::AF_INET6 {
            size_of::<libc::sockaddr_in6>() as libc::socklen_t
        } else {
            size_of::<libc::sockaddr_in>() as libc::socklen_t
        }
    }
}

impl From<SocketAddr> for Name {
    fn from(address: SocketAddr) -> Self {
        let mut name = Self::empty();
        match address {
            SocketAddr::V4(address) => {
                name.v4 = libc::sockaddr_in {
                    sin_family: libc::AF_INET as libc::sa_family_t,
                    sin_port: address.port().to_be(),
                    sin_addr: libc::in_addr { s_addr: u32::from(*address.ip()).to_be() },
                    sin_zero: [0; 8],
                };
            }
            SocketAddr::V6(address) => {
                name.v6 = libc::sockaddr_in6 {
                    sin6_family: libc::AF_INET6 as libc::sa_family_t,
                    sin6_port: address.port().to_be(),
                    sin6_flowinfo: address.flowinfo(),
                    sin6_addr: libc::in6_addr { s6_addr: address.ip().octets() },
                    sin6_scope_id: address.scope_id(),
                };
            }
        }
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_round_trips() {
        for text in ["127.0.0.1:7882", "255.1.2.3:65535", "[::1]:1", "[2001:db8::7]:443"] {
            let address: SocketAddr = text.parse().unwrap();
            assert_eq!(Name::from(address).to_address(), Some(address));
        }
        assert_eq!(Name::empty().to_address(), None);
    }
}
