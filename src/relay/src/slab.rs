//! Values at small stable positions: peers and sources refer to each other by position, not by pointer.
//!
//! Whoever removes a value first takes its position out of every list that names it (see `closures` in the forwarder).

use crate::prefetch::prefetch;

/// A `Vec` with holes that are filled again.
#[derive(Debug)]
pub struct Slab<T> {
    values: Vec<Option<T>>,
    holes: Vec<usize>,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self { values: Vec::new(), holes: Vec::new() }
    }
}

impl<T> Slab<T> {
    /// Puts a value somewhere; its position is what `make` is given.
    pub fn insert(&mut self, make: impl FnOnce(usize) -> T) -> usize {
        let at = self.holes.pop().unwrap_or(self.values.len());
        let value = make(at);
        match self.values.get_mut(at) {
            Some(hole) => *hole = Some(value),
            None => self.values.push(Some(value)),
        }
        at
    }

    /// Takes the value out.
    pub fn remove(&mut self, at: usize) -> Option<T> {
        let value = self.values.get_mut(at)?.take()?;
        self.holes.push(at);
        Some(value)
    }

    /// The value at a position.
    #[inline]
    pub fn get(&self, at: usize) -> Option<&T> {
        self.values.get(at)?.as_ref()
    }

    /// Asks for the first `len` bytes of a position, without looking at it.
    #[inline]
    pub fn prefetch(&self, at: usize, len: usize) {
        if let Some(place) = self.values.get(at) {
            prefetch(place, len);
        }
    }

    /// The value at a position.
    #[inline]
    pub fn get_mut(&mut self, at: usize) -> Option<&mut T> {
        self.values.get_mut(at)?.as_mut()
    }

    /// One more than the highest position in use so far.
    pub fn end(&self) -> usize {
        self.values.len()
    }

    /// Values that are there.
    pub fn len(&self) -> usize {
        self.values.len() - self.holes.len()
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Positions and values.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &T)> {
        self.values.iter().enumerate().filter_map(|(at, value)| Some((at, value.as_ref()?)))
    }
}
