//! Turns a pattern's tree into a small program for the backtracking matcher.

use super::node::{Anchor, Case, Greed, Item, Node, Set};
use super::parse::{Parsed, PatternError};

/// An instruction. `to` fields are positions in the program.
#[derive(Debug, Clone, Copy)]
pub(super) enum Inst {
    Char(u32),
    /// A letter without regard to case: its folded form.
    CharFold(u32, Case),
    /// Any character; whether newlines too.
    Any(bool),
    /// One of `Program::sets`.
    Set(u32),
    Anchor(Anchor),
    /// Notes the position in a slot: `2 * group` its start, `2 * group + 1` its end.
    Save(u32),
    /// Goes on, and tries `to` if that fails.
    Split(u32),
    Jump(u32),
    /// The next instruction takes one character: repeat it, then go on after it.
    Repeat {
        min: u32,
        max: u32,
        greed: Greed,
    },
    /// Starts the counter of a loop.
    LoopStart(u32),
    /// The head of a loop: its body begins at the next instruction (a `LoopEnter`) and jumps back here.
    Loop {
        id: u32,
        min: u32,
        max: u32,
        lazy: bool,
        to: u32,
    },
    LoopEnter(u32),
    Backref(u32, Case),
    /// Goes to `to` if the group has not matched.
    IfGroup {
        group: u32,
        to: u32,
    },
    /// A look around whose body follows; `to` is where a negated one goes on if the body does not match.
    Look {
        slot: u32,
        negated: bool,
        behind: Option<u32>,
        to: u32,
    },
    LookEnd {
        slot: u32,
        negated: bool,
    },
    /// What follows up to `AtomicEnd` is not tried in another way once it has matched.
    Atomic(u32),
    AtomicEnd(u32),
    Fail,
    Match,
}

/// A set with a quick answer for ASCII.
#[derive(Debug)]
pub(super) struct CompiledSet {
    ascii: u128,
    set: Set,
}

impl CompiledSet {
    fn new(set: &Set) -> Self {
        let ascii = (0..128)
            .filter(|c| set.has(*c))
            .fold(0, |bits, c| bits | 1 << c);
        Self {
            ascii,
            set: set.clone(),
        }
    }

    pub(super) fn has(&self, c: u32) -> bool {
        if c < 128 {
            self.ascii >> c & 1 == 1
        } else {
            self.set.has(c)
        }
    }
}

/// A compiled pattern.
#[derive(Debug)]
pub struct Program {
    pub(super) insts: Vec<Inst>,
    pub(super) sets: Vec<CompiledSet>,
    pub(super) loops: u32,
    pub(super) slots: u32,
    /// The character every match begins with, if there is one.
    pub(super) first: Option<u32>,
    /// The ASCII characters that a match may begin with, by bits, if each match takes a character. Others may always be.
    pub(super) starts: Option<u128>,
    /// Whether a match can only be at the start of the text.
    pub(super) at_start: bool,
    /// All flags, those of the pattern itself included.
    pub flags: u32,
    /// How many groups there are, the whole match not counted.
    pub groups: u32,
    /// Names of groups in the order of their numbers.
    pub names: Vec<(String, u32)>,
}

/// No program is longer: a bounded repetition of a bounded repetition grows by itself.
const INSTS_MAX: usize = 200_000;

/// Compiles a parsed pattern.
pub(super) fn compile(parsed: &Parsed) -> Result<Program, PatternError> {
    let mut program = Program {
        insts: Vec::new(),
        sets: Vec::new(),
        loops: 0,
        slots: 0,
        first: first_char(&parsed.node),
        starts: None,
        at_start: starts_at_start(&parsed.node),
        flags: parsed.flags,
        groups: parsed.groups,
        names: parsed.names.clone(),
    };
    program.node(&parsed.node)?;
    program.push(Inst::Match)?;
    program.starts = program.starts();
    Ok(program)
}

impl Program {
    /// The ASCII characters that an instruction takes, which takes one character.
    pub(super) fn ascii(&self, pc: usize) -> Option<u128> {
        match self.insts[pc] {
            Inst::Char(c @ 0..128) => Some(1 << c),
            Inst::Char(_) => Some(0),
            Inst::Any(true) => Some(u128::MAX),
            Inst::Any(false) => Some(!(1 << 10)),
            Inst::Set(n) => Some(self.sets[n as usize].ascii),
            _ => None,
        }
    }

    /// See [`Program::starts`]: what can be reached from the start before a character is taken.
    fn starts(&self) -> Option<u128> {
        let mut starts = 0;
        let mut seen = vec![false; self.insts.len()];
        let mut open = vec![0];
        while let Some(pc) = open.pop() {
            if std::mem::replace(&mut seen[pc], true) {
                continue;
            }
            match self.insts[pc] {
                Inst::Char(_) | Inst::Any(_) | Inst::Set(_) => starts |= self.ascii(pc)?,
                Inst::Anchor(_) | Inst::Save(_) | Inst::Atomic(_) | Inst::AtomicEnd(_) => {
                    open.push(pc + 1);
                }
                Inst::Split(to) => open.extend([pc + 1, to as usize]),
                Inst::Jump(to) => open.push(to as usize),
                Inst::Repeat { min, .. } => {
                    open.push(pc + 1);
                    if min == 0 {
                        open.push(pc + 2);
                    }
                }
                Inst::LoopStart(_) | Inst::LoopEnter(_) => open.push(pc + 1),
                // Its body may take nothing, as often as it has to.
                Inst::Loop { to, .. } => open.extend([pc + 1, to as usize]),
                Inst::Fail => {}
                // What else there is may take nothing, or looks elsewhere.
                _ => return None,
            }
        }
        Some(starts)
    }
}

fn first_char(node: &Node) -> Option<u32> {
    match node {
        Node::Char(c, Case::Exact) => Some(*c),
        Node::Group { body, .. } | Node::Atomic(body) => first_char(body),
        Node::Concat(parts) => parts.first().and_then(first_char),
        Node::Repeat { body, min, .. } if *min > 0 => first_char(body),
        _ => None,
    }
}

fn starts_at_start(node: &Node) -> bool {
    match node {
        Node::Anchor(Anchor::TextStart) => true,
        Node::Group { body, .. } | Node::Atomic(body) => starts_at_start(body),
        Node::Concat(parts) => parts.first().is_some_and(starts_at_start),
        _ => false,
    }
}

/// Whether it takes exactly one character and captures nothing.
fn is_single(node: &Node) -> bool {
    match node {
        Node::Char(..) | Node::Any(_) | Node::Set(_) => true,
        Node::Group {
            number: None, body, ..
        } => is_single(body),
        _ => false,
    }
}

impl Program {
    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        let items = |set: &CompiledSet| set.set.items.len() * size_of::<Item>();
        size_of::<Self>()
            + self.insts.capacity() * size_of::<Inst>()
            + self.sets.capacity() * size_of::<CompiledSet>()
            + self.sets.iter().map(items).sum::<usize>()
            + self
                .names
                .iter()
                .map(|(name, _)| name.len() + size_of::<(String, u32)>())
                .sum::<usize>()
    }

    fn here(&self) -> u32 {
        self.insts.len() as u32
    }

    fn push(&mut self, inst: Inst) -> Result<u32, PatternError> {
        if self.insts.len() >= INSTS_MAX {
            return Err(PatternError {
                message: "pattern too large for kont".into(),
                position: None,
            });
        }
        self.insts.push(inst);
        Ok(self.here() - 1)
    }

    fn slot(&mut self) -> u32 {
        self.slots += 1;
        self.slots - 1
    }

    fn node(&mut self, node: &Node) -> Result<(), PatternError> {
        match node {
            Node::Char(c, Case::Exact) => self.push(Inst::Char(*c)).map(drop),
            Node::Char(c, case) => self.push(Inst::CharFold(case.fold(*c), *case)).map(drop),
            Node::Any(newlines) => self.push(Inst::Any(*newlines)).map(drop),
            Node::Set(set) => {
                self.sets.push(CompiledSet::new(set));
                let n = self.sets.len() as u32 - 1;
                self.push(Inst::Set(n)).map(drop)
            }
            Node::Anchor(anchor) => self.push(Inst::Anchor(*anchor)).map(drop),
            Node::Never => self.push(Inst::Fail).map(drop),
            Node::Backref(group, case) => self.push(Inst::Backref(*group, *case)).map(drop),
            Node::Concat(parts) => parts.iter().try_for_each(|part| self.node(part)),
            Node::Group { number, body, .. } => {
                if let Some(n) = number {
                    self.push(Inst::Save(2 * n))?;
                    self.node(body)?;
                    self.push(Inst::Save(2 * n + 1)).map(drop)
                } else {
                    self.node(body)
                }
            }
            Node::Alt(parts) => self.alternatives(parts),
            Node::Repeat {
                body,
                min,
                max,
                greed,
            } => self.repeat(body, *min, *max, *greed),
            Node::Atomic(body) => {
                let slot = self.slot();
                self.push(Inst::Atomic(slot))?;
                self.node(body)?;
                self.push(Inst::AtomicEnd(slot)).map(drop)
            }
            Node::Look {
                body,
                behind,
                negated,
            } => self.look(body, *behind, *negated),
            Node::Conditional { group, yes, no } => {
                let test = self.push(Inst::Fail)?;
                self.node(yes)?;
                let jump = self.push(Inst::Fail)?;
                let to = self.here();
                self.insts[test as usize] = Inst::IfGroup { group: *group, to };
                self.node(no)?;
                self.insts[jump as usize] = Inst::Jump(self.here());
                Ok(())
            }
        }
    }

    fn alternatives(&mut self, parts: &[Node]) -> Result<(), PatternError> {
        let mut jumps = Vec::new();
        let (last, others) = parts.split_last().expect("at least one alternative");
        for part in others {
            let split = self.push(Inst::Fail)?;
            self.node(part)?;
            jumps.push(self.push(Inst::Fail)?);
            self.insts[split as usize] = Inst::Split(self.here());
        }
        self.node(last)?;
        let end = self.here();
        for jump in jumps {
            self.insts[jump as usize] = Inst::Jump(end);
        }
        Ok(())
    }

    fn repeat(
        &mut self,
        body: &Node,
        min: u32,
        max: u32,
        greed: Greed,
    ) -> Result<(), PatternError> {
        if is_single(body) {
            self.push(Inst::Repeat { min, max, greed })?;
            return self.node(body);
        }
        if greed == Greed::Possessive {
            let slot = self.slot();
            self.push(Inst::Atomic(slot))?;
            self.repeat(body, min, max, Greed::Greedy)?;
            return self.push(Inst::AtomicEnd(slot)).map(drop);
        }
        let id = self.loops;
        self.loops += 1;
        self.push(Inst::LoopStart(id))?;
        let head = self.push(Inst::Fail)?;
        self.push(Inst::LoopEnter(id))?;
        self.node(body)?;
        self.push(Inst::Jump(head))?;
        self.insts[head as usize] = Inst::Loop {
            id,
            min,
            max,
            lazy: greed == Greed::Lazy,
            to: self.here(),
        };
        Ok(())
    }

    fn look(
        &mut self,
        body: &Node,
        behind: Option<u32>,
        negated: bool,
    ) -> Result<(), PatternError> {
        let slot = self.slot();
        let look = self.push(Inst::Fail)?;
        self.node(body)?;
        self.push(Inst::LookEnd { slot, negated })?;
        self.insts[look as usize] = Inst::Look {
            slot,
            negated,
            behind,
            to: self.here(),
        };
        Ok(())
    }
}
