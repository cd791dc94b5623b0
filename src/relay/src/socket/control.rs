//! Ancillary data of a message (`cmsg(3)`): the segment size, and which of our addresses it left from or came to. The
//! kernel writes what is read here; it is read as if a stranger had.

use std::mem::{size_of, zeroed};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// `CMSG_SPACE` of an IPv6 packet info (40 B) and of a segment size (24 B).
const CONTROL_LEN: usize = 64;

/// Room for the ancillary data of one message, aligned as `cmsghdr` is.
#[derive(Clone, Copy)]
#[repr(C, align(8))]
pub(super) struct Control([u8; CONTROL_LEN]);

/// The local address in bytes of ancillary data: what `recvmmsg` reads, for tests.
pub fn local_address_in(bytes: &[u8]) -> Option<IpAddr> {
    let mut control = Control::empty();
    let len = control.0.iter_mut().zip(bytes).map(|(place, byte)| *place = *byte).count();
    control.local_address(len)
}

impl Control {
    pub(super) const LEN: usize = CONTROL_LEN;

    pub(super) const fn empty() -> Self {
        Self([0; CONTROL_LEN])
    }

    /// The start, for a `msghdr`.
    pub(super) fn as_mut_ptr(&mut self) -> *mut libc::c_void {
        self.0.as_mut_ptr().cast()
    }

    /// Fills it: the local address to send from, if the socket has not one of its own, and the segment size, if it is a
    /// segmented message. Gives the bytes used.
    pub(super) fn fill(&mut self, local: Option<IpAddr>, segment_len: Option<u16>) -> usize {
        let mut used = 0;
        match local {
            Some(IpAddr::V4(ip)) => {
                let pktinfo = libc::in_pktinfo {
                    ipi_ifindex: 0,
                    ipi_spec_dst: libc::in_addr { s_addr: u32::from(ip).to_be() },
                    ipi_addr: libc::in_addr { s_addr: 0 },
                };
                used = self.push(used, libc::IPPROTO_IP, libc::IP_PKTINFO, pktinfo);
            }
            Some(IpAddr::V6(ip)) => {
                let pktinfo = libc::in6_pktinfo { ipi6_addr: libc::in6_addr { s6_addr: ip.octets() }, ipi6_ifindex: 0 };
                used = self.push(used, libc::IPPROTO_IPV6, libc::IPV6_PKTINFO, pktinfo);
            }
            None => {}
        }
        if let Some(len) = segment_len {
            used = self.push(used, libc::SOL_UDP, libc::UDP_SEGMENT, len);
        }
        used
    }

    /// Appends one item at `used`; gives the new `used`.
    fn push<T: Copy>(&mut self, used: usize, level: i32, kind: i32, value: T) -> usize {
        let data_len = size_of::<T>() as u32;
        // SAFETY: both only calculate.
        let (space, len) = unsafe { (libc::CMSG_SPACE(data_len) as usize, libc::CMSG_LEN(data_len) as usize) };
        assert!(used + space <= CONTROL_LEN, "CONTROL_LEN is the sum of what `fill` pushes");
        // SAFETY: the item's `space` bytes are inside the array (asserted); `used` is a sum of CMSG_SPACEs, so the header
        // is aligned like the array; header and data are written, not read; the data may be unaligned for T.
        unsafe {
            let header: *mut libc::cmsghdr = self.0.as_mut_ptr().add(used).cast();
            (*header).cmsg_level = level;
            (*header).cmsg_type = kind;
            (*header).cmsg_len = len as _;
            libc::CMSG_DATA(header).cast::<T>().write_unaligned(value);
        }
        used + space
    }

    /// The local address in the first `len` bytes, which the kernel wrote: what the datagram was sent to.
    pub(super) fn local_address(&mut self, len: usize) -> Option<IpAddr> {
        let len = len.min(CONTROL_LEN);
        // SAFETY: all bits zero is a valid msghdr. CMSG_FIRSTHDR gives a header inside `msg_control` and `msg_controllen`,
        // which are this array's; so does CMSG_NXTHDR, which is asked only for items that end inside. The data is read
        // unaligned, and only when the item is long enough.
        unsafe {
            let mut message: libc::msghdr = zeroed();
            message.msg_control = self.as_mut_ptr();
            let begin = message.msg_control.addr();
            message.msg_controllen = len as _;
            let mut header = libc::CMSG_FIRSTHDR(&raw const message);
            while !header.is_null() {
                let left = len - (header.addr() - begin);
                let item_len = (*header).cmsg_len as usize;
                if item_len > left {
                    return None;
                }
                let data = libc::CMSG_DATA(header);
                let data_len = item_len.saturating_sub(libc::CMSG_LEN(0) as usize);
                match ((*header).cmsg_level, (*header).cmsg_type) {
                    (libc::IPPROTO_IP, libc::IP_PKTINFO) if data_len >= size_of::<libc::in_pktinfo>() => {
                        let pktinfo = data.cast::<libc::in_pktinfo>().read_unaligned();
                        return Some(Ipv4Addr::from(u32::from_be(pktinfo.ipi_addr.s_addr)).into());
                    }
                    (libc::IPPROTO_IPV6, libc::IPV6_PKTINFO) if data_len >= size_of::<libc::in6_pktinfo>() => {
                        let pktinfo = data.cast::<libc::in6_pktinfo>().read_unaligned();
                        return Some(Ipv6Addr::from(pktinfo.ipi6_addr.s6_addr).into());
                    }
                    _ => header = libc::CMSG_NXTHDR(&raw const message, header),
                }
            }
        }
        None
    }
}
