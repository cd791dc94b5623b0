//! Positions that the timers visit at the next tick. All others are visited every 50 ms only: most peers and sources need
//! nothing sooner, a visit costs the memory of a peer, and a tick costs a wake-up.

/// A set of positions, emptied when it is visited. A position may be stale: a visit finds nothing to do, or another's
/// work, which is never wrong.
#[derive(Debug, Default)]
pub(super) struct Urgent {
    listed: Vec<usize>,
    is_listed: Vec<bool>,
}

impl Urgent {
    /// The timers visit it at the next tick.
    #[inline]
    pub(super) fn insert(&mut self, at: usize) {
        if self.is_listed.len() <= at {
            self.is_listed.resize(at + 1, false);
        }
        let Some(is_listed) = self.is_listed.get_mut(at) else { return };
        if !std::mem::replace(is_listed, true) {
            self.listed.push(at);
        }
    }

    /// Nothing is urgent.
    pub(super) fn is_empty(&self) -> bool {
        self.listed.is_empty()
    }

    /// Moves all of them into `visited`, in place of what is there; who needs the next tick, too, is put in again.
    pub(super) fn take(&mut self, visited: &mut Vec<usize>) {
        visited.clear();
        visited.append(&mut self.listed);
        for at in visited.iter() {
            if let Some(is_listed) = self.is_listed.get_mut(*at) {
                *is_listed = false;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_visited_once_and_may_be_put_in_again_meanwhile() {
        let mut urgent = Urgent::default();
        let mut visited = vec![7];
        for at in [5, 2, 5] {
            urgent.insert(at);
        }
        urgent.take(&mut visited);
        assert_eq!(visited, [5, 2]);
        assert!(urgent.is_empty());
        urgent.insert(2);
        urgent.take(&mut visited);
        assert_eq!(visited, [2]);
    }
}
