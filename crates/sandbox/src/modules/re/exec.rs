//! Runs a compiled pattern: backtracking with a stack of its own, so that no pattern and no text can use up the
//! Rust stack, and with fuel, so that none runs for ever.

use super::compile::{Inst, Program};
use super::node::{Anchor, Case, Category, Greed, MANY};
use crate::vm::watch::Watch;

/// After so many steps it is looked at what may end the run.
const LOOK_STEPS: u64 = 1 << 10;

/// What a matcher may use. It is lent from the run's own counters.
#[derive(Debug, Clone, Copy)]
pub struct Fuel<'w> {
    /// Steps left until the next look at what may end the run: one is about eight instructions.
    steps: u64,
    /// Steps left after it.
    rest: u64,
    watch: Option<&'w Watch>,
    /// Bytes that the stack may take.
    pub bytes: usize,
    spent: u32,
}

/// Why a match ended without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exhausted {
    /// No steps left.
    Steps,
    /// No memory left.
    Memory,
}

impl<'w> Fuel<'w> {
    /// Fuel of so many steps and bytes.
    pub fn new(steps: u64, bytes: usize) -> Self {
        Self {
            steps: steps.min(LOOK_STEPS),
            rest: steps.saturating_sub(LOOK_STEPS),
            watch: None,
            bytes,
            spent: 0,
        }
    }

    /// The same, used up early when the run is to end.
    pub fn watched(self, watch: &'w Watch) -> Self {
        Self {
            watch: Some(watch),
            ..self
        }
    }

    fn burn(&mut self) -> Result<(), Exhausted> {
        self.spent += 1;
        if self.spent < 8 {
            return Ok(());
        }
        self.spent = 0;
        self.take(1)
    }

    fn take(&mut self, steps: u64) -> Result<(), Exhausted> {
        match self.steps.checked_sub(steps) {
            Some(left) => {
                self.steps = left;
                Ok(())
            }
            None => self.look(steps),
        }
    }

    #[cold]
    fn look(&mut self, steps: u64) -> Result<(), Exhausted> {
        let left = self.left().checked_sub(steps).ok_or(Exhausted::Steps)?;
        if self.watch.is_some_and(Watch::is_due) {
            return Err(Exhausted::Steps);
        }
        self.steps = left.min(LOOK_STEPS);
        self.rest = left - self.steps;
        Ok(())
    }

    /// Steps left.
    pub fn left(&self) -> u64 {
        self.steps + self.rest
    }
}

/// The text: UTF-8 or plain bytes. Positions are byte offsets.
#[derive(Debug, Clone, Copy)]
pub enum Text<'a> {
    /// A `str`.
    Utf8(&'a str),
    /// A `bytes`.
    Raw(&'a [u8]),
}

impl Text<'_> {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Utf8(s) => s.as_bytes(),
            Self::Raw(b) => b,
        }
    }

    /// The character at a position and the position after it.
    pub fn next(&self, at: usize) -> Option<(u32, usize)> {
        match self {
            Self::Raw(b) => b.get(at).map(|b| (u32::from(*b), at + 1)),
            Self::Utf8(s) => {
                let first = *s.as_bytes().get(at)?;
                if first < 128 {
                    return Some((u32::from(first), at + 1));
                }
                let c = s[at..].chars().next()?;
                Some((u32::from(c), at + c.len_utf8()))
            }
        }
    }

    /// The character before a position and where it begins.
    pub fn prev(&self, at: usize) -> Option<(u32, usize)> {
        match self {
            Self::Raw(b) => at.checked_sub(1).map(|i| (u32::from(b[i]), i)),
            Self::Utf8(s) => {
                let c = s[..at].chars().next_back()?;
                Some((u32::from(c), at - c.len_utf8()))
            }
        }
    }
}

/// Where a pattern may match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// At the first place from the start on.
    Search,
    /// At the start.
    Match,
    /// At the start and up to the end.
    Full,
}

/// Start and end of each group; the last group that was closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Group 0 is the whole match.
    pub spans: Vec<Option<(usize, usize)>>,
    /// `lastindex`.
    pub last_group: Option<u32>,
}

const NOWHERE: usize = usize::MAX;

enum Choice {
    Goto {
        pc: usize,
        at: usize,
    },
    /// Gives back one character at a time.
    Greedy {
        pc: usize,
        at: usize,
        least: usize,
    },
    /// Takes one character more at a time.
    Lazy {
        pc: usize,
        at: usize,
        left: u32,
    },
    /// The start of a look around or an atomic group: nothing to try.
    Barrier,
}

/// What a change replaced: which cell, and its old content.
struct Undo(usize, usize);

/// One matcher for one text.
struct Matcher<'a> {
    program: &'a Program,
    text: Text<'a>,
    end: usize,
    /// Group positions, then loop counters and last positions, then heights of the stack, then the last group.
    cells: Vec<usize>,
    choices: Vec<(Choice, usize)>,
    trail: Vec<Undo>,
}

/// Finds a match from a byte position on; `end` is where the text is taken to end.
///
/// * `not_empty_at` – a position at which an empty match does not count.
///
/// # Errors
/// [`Exhausted`] if the fuel does not suffice.
pub fn find(
    program: &Program,
    text: Text<'_>,
    start: usize,
    end: usize,
    mode: Mode,
    not_empty_at: Option<usize>,
    fuel: &mut Fuel<'_>,
) -> Result<Option<Found>, Exhausted> {
    let text = match text {
        Text::Utf8(s) => Text::Utf8(&s[..end]),
        Text::Raw(b) => Text::Raw(&b[..end]),
    };
    let mut matcher = Matcher::new(program, text, end);
    let mut at = start;
    loop {
        if mode == Mode::Search
            && let Some(first) = program.first
        {
            match matcher.skip_to(at, first, fuel)? {
                Some(next) => at = next,
                None => return Ok(None),
            }
        } else if mode == Mode::Search
            && let Some(starts) = program.starts
            && !program.at_start
        {
            match matcher.skip_to_any(at, starts, fuel)? {
                Some(next) => at = next,
                None => return Ok(None),
            }
        }
        let banned = not_empty_at == Some(at);
        if matcher.run(at, mode, banned, fuel)? {
            return Ok(Some(matcher.found()));
        }
        if mode != Mode::Search || (program.at_start && at == 0) {
            return Ok(None);
        }
        match text.next(at) {
            Some((_, next)) => at = next,
            None => return Ok(None),
        }
    }
}

impl<'a> Matcher<'a> {
    fn new(program: &'a Program, text: Text<'a>, end: usize) -> Self {
        let groups = 2 * (program.groups as usize + 1);
        let cells = groups + 2 * program.loops as usize + program.slots as usize + 1;
        Self {
            program,
            text,
            end,
            cells: vec![NOWHERE; cells],
            choices: Vec::new(),
            trail: Vec::new(),
        }
    }

    fn loop_cell(&self, id: u32) -> usize {
        2 * (self.program.groups as usize + 1) + 2 * id as usize
    }

    fn slot_cell(&self, slot: u32) -> usize {
        let loops = 2 * self.program.loops as usize;
        2 * (self.program.groups as usize + 1) + loops + slot as usize
    }

    /// The next place where the first character stands.
    fn skip_to(
        &self,
        at: usize,
        first: u32,
        fuel: &mut Fuel<'_>,
    ) -> Result<Option<usize>, Exhausted> {
        let byte = match (self.text, u8::try_from(first)) {
            (Text::Raw(_), Ok(b)) => b,
            (Text::Raw(_), Err(_)) => return Ok(None),
            (Text::Utf8(_), Ok(b)) if b < 128 => b,
            (Text::Utf8(_), _) => {
                let mut buffer = [0; 4];
                let Some(c) = char::from_u32(first) else {
                    return Ok(None);
                };
                c.encode_utf8(&mut buffer).as_bytes()[0]
            }
        };
        self.skip(at, fuel, |b| b == byte)
    }

    /// The next place where one of some ASCII characters stands, or any other character.
    fn skip_to_any(
        &self,
        at: usize,
        starts: u128,
        fuel: &mut Fuel<'_>,
    ) -> Result<Option<usize>, Exhausted> {
        self.skip(at, fuel, |b| b >= 128 || starts >> b & 1 == 1)
    }

    /// The next byte that is wanted. What is passed is paid for.
    fn skip(
        &self,
        at: usize,
        fuel: &mut Fuel<'_>,
        wanted: impl Fn(u8) -> bool,
    ) -> Result<Option<usize>, Exhausted> {
        let rest = &self.text.bytes()[at..];
        let found = rest.iter().position(|b| wanted(*b));
        let passed = found.unwrap_or(rest.len()) as u64;
        fuel.take(passed / 64)?;
        Ok(found.map(|i| at + i))
    }

    fn set(&mut self, cell: usize, value: usize, fuel: &Fuel<'_>) -> Result<(), Exhausted> {
        if self.trail.len() == self.trail.capacity() {
            self.trail.reserve_exact((self.trail.len() / 4).max(16));
            self.fits(fuel)?;
        }
        self.trail.push(Undo(cell, self.cells[cell]));
        self.cells[cell] = value;
        Ok(())
    }

    /// Whether what has been taken is within the fuel.
    fn fits(&self, fuel: &Fuel<'_>) -> Result<(), Exhausted> {
        let choices = self.choices.capacity() * size_of::<(Choice, usize)>();
        if choices + self.trail.capacity() * size_of::<Undo>() > fuel.bytes {
            return Err(Exhausted::Memory);
        }
        Ok(())
    }

    fn choose(&mut self, choice: Choice, fuel: &Fuel<'_>) -> Result<(), Exhausted> {
        if self.choices.len() == self.choices.capacity() {
            self.choices.reserve_exact((self.choices.len() / 4).max(16));
            self.fits(fuel)?;
        }
        self.choices.push((choice, self.trail.len()));
        Ok(())
    }

    fn unwind(&mut self, to: usize) {
        while self.trail.len() > to {
            let Undo(cell, old) = self.trail.pop().expect("not empty");
            self.cells[cell] = old;
        }
    }

    /// Whether the instruction at `pc`, which takes one character, takes `c`.
    fn takes(&self, pc: usize, c: u32) -> bool {
        match self.program.insts[pc] {
            Inst::Char(want) => c == want,
            Inst::CharFold(want, case) => case.fold(c) == want,
            Inst::Any(newlines) => newlines || c != 10,
            Inst::Set(n) => self.program.sets[n as usize].has(c),
            _ => false,
        }
    }

    fn is_word(&self, at: Option<(u32, usize)>, ascii: bool) -> bool {
        at.is_some_and(|(c, _)| Category::Word.has(c, ascii))
    }

    fn holds(&self, anchor: Anchor, at: usize) -> bool {
        let text = &self.text;
        match anchor {
            Anchor::TextStart => at == 0,
            Anchor::TextEnd => at == self.end,
            Anchor::LineStart => at == 0 || text.bytes()[at - 1] == b'\n',
            Anchor::LineEnd => at == self.end || text.bytes()[at] == b'\n',
            Anchor::LastLineEnd => {
                at == self.end || (at + 1 == self.end && text.bytes()[at] == b'\n')
            }
            Anchor::Word(ascii) => {
                self.is_word(text.prev(at), ascii) != self.is_word(text.next(at), ascii)
            }
            Anchor::NotWord(ascii) => {
                // CPython up to 3.13: an empty text has no such place.
                self.end != 0
                    && self.is_word(text.prev(at), ascii) == self.is_word(text.next(at), ascii)
            }
        }
    }

    /// Where the text of a group, repeated at a position, ends.
    fn backref(&self, group: u32, case: Case, at: usize) -> Option<usize> {
        let (mut from, to) = (
            self.cells[2 * group as usize],
            self.cells[2 * group as usize + 1],
        );
        if from == NOWHERE || to == NOWHERE || to < from {
            return None;
        }
        let mut at = at;
        while from < to {
            let (a, next_from) = self.text.next(from)?;
            let (b, next_at) = self.text.next(at)?;
            if case.fold(a) != case.fold(b) {
                return None;
            }
            (from, at) = (next_from, next_at);
        }
        Some(at)
    }

    /// Tries to match at a position.
    fn run(
        &mut self,
        start: usize,
        mode: Mode,
        banned_empty: bool,
        fuel: &mut Fuel<'_>,
    ) -> Result<bool, Exhausted> {
        self.cells.fill(NOWHERE);
        self.choices.clear();
        self.trail.clear();
        self.cells[0] = start;
        let (mut pc, mut at) = (0, start);
        loop {
            fuel.burn()?;
            let going = match self.program.insts[pc] {
                Inst::Match => {
                    if (mode == Mode::Full && at != self.end) || (banned_empty && at == start) {
                        None
                    } else {
                        self.cells[1] = at;
                        return Ok(true);
                    }
                }
                Inst::Char(_) | Inst::CharFold(..) | Inst::Any(_) | Inst::Set(_) => {
                    match self.text.next(at) {
                        Some((c, next)) if self.takes(pc, c) => Some((pc + 1, next)),
                        _ => None,
                    }
                }
                Inst::Repeat { min, max, greed } => self.repeat(pc, at, (min, max), greed, fuel)?,
                _ => self.control(pc, at, fuel)?,
            };
            match going.or_else(|| self.backtrack()) {
                Some(next) => (pc, at) = next,
                None => return Ok(false),
            }
        }
    }

    /// The next thing to try. `None` if there is nothing left.
    fn backtrack(&mut self) -> Option<(usize, usize)> {
        loop {
            let (choice, trail) = self.choices.pop()?;
            self.unwind(trail);
            match choice {
                Choice::Barrier => {}
                Choice::Goto { pc, at } => return Some((pc, at)),
                Choice::Greedy { pc, at, least } => {
                    let (_, at) = self.text.prev(at)?;
                    if at > least {
                        self.choices.push((Choice::Greedy { pc, at, least }, trail));
                    }
                    return Some((pc, at));
                }
                Choice::Lazy { pc, at, left } => {
                    let Some((c, next)) = self.text.next(at) else {
                        continue;
                    };
                    if !self.takes(pc - 1, c) {
                        continue;
                    }
                    if left > 1 {
                        let left = if left == MANY { MANY } else { left - 1 };
                        self.choices
                            .push((Choice::Lazy { pc, at: next, left }, trail));
                    }
                    return Some((pc, next));
                }
            }
        }
    }

    fn repeat(
        &mut self,
        pc: usize,
        at: usize,
        (min, max): (u32, u32),
        greed: Greed,
        fuel: &mut Fuel<'_>,
    ) -> Result<Option<(usize, usize)>, Exhausted> {
        let wanted = if greed == Greed::Lazy { min } else { max };
        let (mut count, mut here, mut least) = (0, at, at);
        let (bytes, ascii) = (self.text.bytes(), self.program.ascii(pc + 1));
        while count < wanted {
            match (bytes.get(here), ascii) {
                (Some(b @ 0..128), Some(ascii)) if ascii >> *b & 1 == 1 => here += 1,
                (Some(0..128), Some(_)) => break,
                _ => match self.text.next(here) {
                    Some((c, next)) if self.takes(pc + 1, c) => here = next,
                    _ => break,
                },
            }
            fuel.burn()?;
            count += 1;
            if count == min {
                least = here;
            }
            if count == MANY - 1 {
                break;
            }
        }
        if count < min {
            return Ok(None);
        }
        match greed {
            Greed::Possessive => {}
            Greed::Greedy if here > least => {
                let choice = Choice::Greedy {
                    pc: pc + 2,
                    at: here,
                    least,
                };
                self.choose(choice, fuel)?;
            }
            Greed::Greedy => {}
            Greed::Lazy if max > min => {
                let left = if max == MANY { MANY } else { max - min };
                let choice = Choice::Lazy {
                    pc: pc + 2,
                    at: here,
                    left,
                };
                self.choose(choice, fuel)?;
            }
            Greed::Lazy => {}
        }
        Ok(Some((pc + 2, here)))
    }

    fn control(
        &mut self,
        pc: usize,
        at: usize,
        fuel: &Fuel<'_>,
    ) -> Result<Option<(usize, usize)>, Exhausted> {
        let next = Some((pc + 1, at));
        Ok(match self.program.insts[pc] {
            Inst::Anchor(anchor) => next.filter(|_| self.holds(anchor, at)),
            Inst::Save(cell) => {
                self.set(cell as usize, at, fuel)?;
                if cell % 2 == 1 {
                    let last = self.cells.len() - 1;
                    self.set(last, (cell / 2) as usize, fuel)?;
                }
                next
            }
            Inst::Split(to) => {
                self.choose(
                    Choice::Goto {
                        pc: to as usize,
                        at,
                    },
                    fuel,
                )?;
                next
            }
            Inst::Jump(to) => Some((to as usize, at)),
            Inst::LoopStart(id) => {
                let cell = self.loop_cell(id);
                self.set(cell, 0, fuel)?;
                self.set(cell + 1, NOWHERE, fuel)?;
                next
            }
            Inst::Loop {
                id,
                min,
                max,
                lazy,
                to,
            } => {
                let cell = self.loop_cell(id);
                let count = self.cells[cell];
                if count < min as usize {
                    self.set(cell, count + 1, fuel)?;
                    return Ok(Some((pc + 2, at)));
                }
                let more = (max == MANY || count < max as usize) && self.cells[cell + 1] != at;
                match (more, lazy) {
                    (false, _) => Some((to as usize, at)),
                    (true, false) => {
                        self.choose(
                            Choice::Goto {
                                pc: to as usize,
                                at,
                            },
                            fuel,
                        )?;
                        next
                    }
                    (true, true) => {
                        self.choose(Choice::Goto { pc: pc + 1, at }, fuel)?;
                        Some((to as usize, at))
                    }
                }
            }
            Inst::LoopEnter(id) => {
                let cell = self.loop_cell(id);
                self.set(cell, self.cells[cell] + 1, fuel)?;
                self.set(cell + 1, at, fuel)?;
                next
            }
            Inst::Backref(group, case) => self.backref(group, case, at).map(|at| (pc + 1, at)),
            Inst::IfGroup { group, to } => {
                let end = self.cells[2 * group as usize + 1];
                if end == NOWHERE {
                    Some((to as usize, at))
                } else {
                    next
                }
            }
            Inst::Atomic(slot) => {
                let (cell, height) = (self.slot_cell(slot), self.choices.len());
                self.set(cell, height, fuel)?;
                next
            }
            Inst::AtomicEnd(slot) => {
                let height = self.cells[self.slot_cell(slot)];
                self.choices.truncate(height);
                next
            }
            Inst::Look {
                slot,
                negated,
                behind,
                to,
            } => {
                return self.look(pc, at, (slot, negated, behind, to as usize), fuel);
            }
            Inst::LookEnd { slot, negated } => self.look_end(pc, slot, negated),
            _ => None,
        })
    }

    fn look(
        &mut self,
        pc: usize,
        at: usize,
        (slot, negated, behind, to): (u32, bool, Option<u32>, usize),
        fuel: &Fuel<'_>,
    ) -> Result<Option<(usize, usize)>, Exhausted> {
        let mut from = at;
        for _ in 0..behind.unwrap_or(0) {
            match self.text.prev(from) {
                Some((_, before)) => from = before,
                None => return Ok(negated.then_some((to, at))),
            }
        }
        let (cell, height) = (self.slot_cell(slot), self.choices.len());
        let choice = if negated {
            Choice::Goto { pc: to, at }
        } else {
            Choice::Barrier
        };
        self.choose(choice, fuel)?;
        // After the choice, so that giving up the look around gives back the cells as well. The position is kept
        // in the cell of the text's own slot: height in the low half.
        self.set(cell, height << 32 | at, fuel)?;
        Ok(Some((pc + 1, from)))
    }

    fn look_end(&mut self, pc: usize, slot: u32, negated: bool) -> Option<(usize, usize)> {
        let kept = self.cells[self.slot_cell(slot)];
        let (height, at) = (kept >> 32, kept & 0xffff_ffff);
        if negated {
            let trail = self.choices[height].1;
            self.choices.truncate(height);
            self.unwind(trail);
            return None;
        }
        self.choices.truncate(height);
        Some((pc + 1, at))
    }

    fn found(&self) -> Found {
        let groups = self.program.groups as usize + 1;
        let spans = (0..groups)
            .map(|g| {
                let (start, end) = (self.cells[2 * g], self.cells[2 * g + 1]);
                (start != NOWHERE && end != NOWHERE && start <= end).then_some((start, end))
            })
            .collect();
        let last = self.cells[self.cells.len() - 1];
        Found {
            spans,
            last_group: (last != NOWHERE).then_some(last as u32),
        }
    }
}
