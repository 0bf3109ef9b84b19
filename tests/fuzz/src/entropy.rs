//! Where fuzzers get their choices from: the bytes of an input first, then numbers that follow from it.

/// A source of choices. The same input gives the same choices.
#[derive(Debug, Clone)]
pub struct Entropy {
    state: u64,
}

impl Entropy {
    /// Choices that follow from a number.
    pub fn new(seed: u64) -> Self {
        Self {
            state: seed ^ 0x5851_f42d_4c95_7f2d,
        }
    }

    /// Choices that follow from bytes.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        // FNV-1a.
        let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self::new(hash)
    }

    /// Any number: splitmix64.
    pub fn number(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`; 0 if there is none.
    pub fn below(&mut self, n: usize) -> usize {
        match n {
            0 => 0,
            n => (self.number() % n as u64) as usize,
        }
    }

    /// True once in `n`.
    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// One of several.
    ///
    /// # Panics
    /// If there is none.
    pub fn pick<'t, T>(&mut self, all: &'t [T]) -> &'t T {
        assert!(!all.is_empty(), "nothing to pick from");
        &all[self.below(all.len())]
    }

    /// A number that is often at some edge.
    pub fn edge(&mut self) -> u64 {
        const EDGES: [u64; 16] = [
            0,
            1,
            2,
            3,
            7,
            8,
            127,
            128,
            255,
            256,
            65_535,
            u32::MAX as u64,
            u32::MAX as u64 - 1,
            i64::MAX as u64,
            u64::MAX,
            1 << 40,
        ];
        match self.below(3) {
            0 => *self.pick(&EDGES),
            1 => self.number() % 64,
            _ => self.number() >> self.below(64),
        }
    }
}
