//! Emitting: instructions, labels, temporaries, constants and names.

use super::super::code::{CallSite, Const, Handler, Span};
use super::super::error::Check;
use super::super::op::{Op, Reg};
use super::super::scope::mangle;
use super::frame::{ConstKey, Label, Region};
use super::{Lower, MAX_OPS, too_large};
use ruff_text_size::{Ranged, TextRange};

/// The span of a range.
pub(super) fn span(range: TextRange) -> Span {
    Span {
        start: range.start().into(),
        end: range.end().into(),
    }
}

impl Lower<'_> {
    /// Appends an instruction with the span under work.
    pub(super) fn emit(&mut self, op: Op) {
        self.f.code.ops.push(op);
        self.f.code.spans.push(self.f.span);
        self.ops_total += 1;
    }

    /// Appends an instruction of a syntax node.
    pub(super) fn emit_at(&mut self, node: &impl Ranged, op: Op) {
        self.f.span = span(node.range());
        self.emit(op);
    }

    /// The number of the next instruction.
    pub(super) fn here(&self) -> u32 {
        self.f.code.ops.len() as u32
    }

    /// Refuses code that grows without bound.
    pub(super) fn check_size(&self, range: TextRange) -> Check<()> {
        if self.ops_total > MAX_OPS {
            return Err(too_large(range, "instructions (nested `finally` bodies?)"));
        }
        Ok(())
    }

    /// A new label.
    pub(super) fn label(&mut self) -> Label {
        self.f.labels.push(None);
        Label(self.f.labels.len() as u32 - 1)
    }

    /// Puts a label here.
    pub(super) fn place(&mut self, label: Label) {
        self.f.labels[label.0 as usize] = Some(self.here());
    }

    /// Whether a label stands here.
    pub(super) fn is_target(&self) -> bool {
        self.f.labels.contains(&Some(self.here()))
    }

    /// A jump; what follows cannot be reached but by a label.
    pub(super) fn jump(&mut self, label: Label) {
        self.emit(Op::Jump { to: label.0 });
        self.f.bound = None;
    }

    /// The next temporary.
    pub(super) fn push(&mut self) -> Check<Reg> {
        let reg = self.f.temp;
        if reg >= Reg::MAX - 16 {
            return Err(too_large(range_of(self.f.span), "values in one expression"));
        }
        self.f.temp += 1;
        // One more than is used: instructions that write pairs, and calls without arguments.
        self.f.code.registers = self.f.code.registers.max(self.f.temp + 1);
        Ok(reg)
    }

    /// Gives temporaries back.
    pub(super) fn reset(&mut self, mark: Reg) {
        self.f.temp = mark;
    }

    /// `dst` if it is a temporary, else a new one: for values that are built in several steps, so that a
    /// variable never holds an unfinished one.
    pub(super) fn scratch(&mut self, dst: Reg) -> Check<Reg> {
        if dst >= self.f.first_temp {
            Ok(dst)
        } else {
            self.push()
        }
    }

    /// Copies a register if source and target differ.
    pub(super) fn copy(&mut self, dst: Reg, src: Reg) {
        if dst != src {
            self.emit(Op::Move { dst, src });
        }
    }

    /// The number of a constant.
    pub(super) fn constant(&mut self, value: Const) -> u32 {
        let key = match &value {
            Const::Int(i) => Some(ConstKey::Int(*i)),
            Const::Float(x) => Some(ConstKey::Float(x.to_bits())),
            Const::Str(s) => Some(ConstKey::Str(s.clone())),
            _ => None,
        };
        if let Some(key) = &key
            && let Some(k) = self.f.consts.get(key)
        {
            return *k;
        }
        let k = self.f.code.consts.len() as u32;
        self.f.code.consts.push(value);
        if let Some(key) = key {
            self.f.consts.insert(key, k);
        }
        k
    }

    /// Loads a constant.
    pub(super) fn load_const(&mut self, dst: Reg, value: Const) {
        match value {
            Const::None => self.emit(Op::None { dst }),
            Const::Bool(b) => self.emit(Op::Bool { dst, b }),
            Const::Int(i) if i32::try_from(i).is_ok() => {
                self.emit(Op::Int { dst, i: i as i32 });
            }
            value => {
                let k = self.constant(value);
                self.emit(Op::Const { dst, k });
            }
        }
    }

    /// The number of a name in the code's table of names, as it stands.
    pub(super) fn name(&mut self, name: &str) -> Check<u16> {
        if let Some(n) = self.f.names.get(name) {
            return Ok(*n);
        }
        let n = self.table(self.f.code.names.len(), "names")?;
        self.f.code.names.push(name.to_owned());
        self.f.names.insert(name.to_owned(), n);
        Ok(n)
    }

    /// The number of an attribute's name; private names are completed by the class's.
    pub(super) fn attr(&mut self, name: &str) -> Check<u16> {
        let scopes = self.scopes;
        let class = scopes.all[self.f.scope].class.as_deref();
        self.name(&mangle(class, name))
    }

    /// The slot of a global.
    pub(super) fn global(&mut self, name: &str) -> u32 {
        if let Some(slot) = self.global_slots.get(name) {
            return *slot;
        }
        let slot = self.globals.len() as u32;
        self.globals.push(name.to_owned());
        self.global_slots.insert(name.to_owned(), slot);
        slot
    }

    /// The number of a new call site.
    pub(super) fn call_site(&mut self, site: CallSite) -> Check<u16> {
        let n = self.table(self.f.code.call_sites.len(), "calls")?;
        self.f.code.call_sites.push(site);
        Ok(n)
    }

    /// A position in a table of at most 2^16 - 1 entries.
    pub(super) fn table(&self, len: usize, what: &str) -> Check<u16> {
        u16::try_from(len)
            .ok()
            .filter(|n| *n < u16::MAX)
            .ok_or_else(|| too_large(range_of(self.f.span), &format!("{what} in one function")))
    }

    /// Opens a region of instructions whose exceptions land at `target`.
    pub(super) fn open_region(&mut self, target: Label, exc: Reg) -> usize {
        self.f.regions.push(Region {
            target,
            exc,
            depth: self.f.handled,
            level: self.f.blocks.len(),
            open: Some(self.here()),
            ranges: Vec::new(),
        });
        self.f.regions.len() - 1
    }

    /// Ends or interrupts a region here.
    pub(super) fn close_region(&mut self, region: usize) {
        let here = self.here();
        let region = &mut self.f.regions[region];
        if let Some(start) = region.open.take()
            && start < here
        {
            region.ranges.push((start, here));
        }
    }

    /// Goes on with an interrupted region here.
    pub(super) fn reopen_region(&mut self, region: usize) {
        self.f.regions[region].open = Some(self.here());
    }

    /// Resolves labels and regions. The code is complete then.
    pub(super) fn finish(&mut self) {
        let end = self.here();
        let labels = std::mem::take(&mut self.f.labels);
        let at = |label: u32| labels.get(label as usize).copied().flatten().unwrap_or(end);
        for op in &mut self.f.code.ops {
            match op {
                Op::Jump { to }
                | Op::JumpIf { to, .. }
                | Op::JumpIfNot { to, .. }
                | Op::JumpIfNone { to, .. }
                | Op::JumpIfBound { to, .. } => *to = at(*to),
                _ => {}
            }
        }
        let mut regions = std::mem::take(&mut self.f.regions);
        regions.sort_by_key(|r| std::cmp::Reverse(r.level));
        for region in regions {
            for (start, end) in region.ranges {
                self.f.code.handlers.push(Handler {
                    start,
                    end,
                    target: at(region.target.0),
                    exc: region.exc,
                    depth: region.depth,
                });
            }
        }
    }

    /// The line of an offset, from 1.
    pub(super) fn line(&self, offset: u32) -> u32 {
        self.line_starts.partition_point(|start| *start <= offset) as u32
    }
}

/// The range of a span.
pub(super) fn range_of(span: Span) -> TextRange {
    TextRange::new(span.start.into(), span.end.max(span.start).into())
}
