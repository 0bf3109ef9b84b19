//! Snapshots: of programs that wait anywhere, with parts changed by what they mean (frames, registers, handles,
//! objects), or with bytes changed. What is changed has a right checksum: only the check can refuse it.

use crate::corpus::programs;
use crate::entropy::Entropy;
use crate::host::{config, drive, through_a_snapshot};
use crate::tree::{Look, Tree};
use sandbox::{Event, Program, Run, fuzzing};

/// A program that waits: one of the corpus that calls a tool at some line. How often to answer it first.
fn waiting(e: &mut Entropy) -> Option<Run> {
    let text = e.pick(programs());
    let lines: Vec<&str> = text.lines().collect();
    let at = e.below(lines.len());
    let mut out: Vec<String> = lines.iter().map(|l| (*l).to_owned()).collect();
    let line = lines.get(at)?;
    let depth = line.len() - line.trim_start().len();
    out.insert(at, format!("{}tool({at})", " ".repeat(depth)));
    let text = out.join("\n") + "\n";
    let program = Program::compile(&text, "waits.py").ok()?;
    let mut run = Run::new(program, config());
    let mut answers = e.below(3);
    loop {
        match run.advance() {
            Event::Paused => {}
            Event::Suspended if answers == 0 => return Some(run),
            Event::Suspended => {
                answers -= 1;
                let id = run.pending().first()?.id;
                run.answer(id, &Ok(sandbox::Data::None)).ok()?;
            }
            _ => return None,
        }
    }
}

/// The snapshot of a program that waits.
pub fn valid(e: &mut Entropy) -> Vec<u8> {
    loop {
        if let Some(run) = waiting(e)
            && let Ok(bytes) = run.dump()
        {
            return bytes;
        }
    }
}

/// Parts that bound a run stay: who changes these has only granted more.
const KEPT: [&str; 3] = ["limits", "steps_left", "output_left"];

/// A snapshot with some parts changed by what they mean.
///
/// # Panics
/// If a valid snapshot has no tree, or one of other bytes: then changes of parts would only be noise.
pub fn changed_by_part(valid: &[u8], e: &mut Entropy) -> Vec<u8> {
    let tree = fuzzing::look(valid, Look).expect("a valid snapshot has a tree");
    assert!(
        tree.bytes() == fuzzing::payload(valid),
        "the tree of a snapshot gives other bytes"
    );
    let mut new = tree.clone();
    let slots = tree.field("objects").map_or(0, |objects| match objects {
        Tree::Many(all) => all.len() + 160,
        _ => 0,
    });
    let ranges = |name: &str| match name {
        "Ref" => slots,
        "Sym" => 1200,
        "UnitId" => 4,
        "NativeId" => 1500,
        _ => 0,
    };
    let mut donors = Vec::new();
    tree.each(&mut |part| donors.push(part));
    for _ in 0..=e.below(3) {
        // What a program holds itself is at the end; threads are few among thousands of parts.
        let field = *e.pick(&["tasks", "blocked", "objects", "objects", ""]);
        let root = if new.field(field).is_some() {
            new.field_mut(field).expect("it is there")
        } else {
            &mut new
        };
        let count = root.count();
        let mut at = e.below(count);
        if e.one_in(2) && count > 400 {
            at = count - 1 - e.below(400);
        }
        let few: Vec<&Tree> = (0..64).map(|_| *e.pick(&donors)).collect();
        let nearest = |part: &Tree| {
            let mut like: Vec<&Tree> = few.iter().copied().filter(|d| part.is_like(d)).collect();
            if like.is_empty() {
                like = donors.iter().copied().filter(|d| part.is_like(d)).collect();
            }
            like
        };
        if let Some(part) = root.nth_mut(&mut at) {
            let like = nearest(part);
            part.change(e, &like, &ranges);
        }
    }
    for name in KEPT {
        if let (Some(new), Some(old)) = (new.field_mut(name), tree.field(name)) {
            *new = old.clone();
        }
    }
    fuzzing::seal(&new.bytes())
}

/// A snapshot with some bytes changed: flipped, left out, put twice, taken from another, or said to be many.
pub fn changed_by_byte(valid: &[u8], e: &mut Entropy) -> Vec<u8> {
    let mut bytes = fuzzing::payload(valid).to_vec();
    for _ in 0..=e.below(4) {
        let at = e.below(bytes.len() + 1);
        let to = (at + 1 + e.below(64)).min(bytes.len());
        match e.below(8) {
            0..=2 if at < bytes.len() => bytes[at] ^= 1 << e.below(8),
            3 => bytes.truncate(at),
            4 if at < to => drop(bytes.drain(at..to)),
            5 if at < to => {
                let again = bytes[at..to].to_vec();
                bytes.splice(at..at, again);
            }
            6 => drop(bytes.splice(at..at, [0xff, 0xff, 0xff, 0xff, 0x0f])),
            _ if at < bytes.len() => bytes[at] = e.edge() as u8,
            _ => {}
        }
    }
    if e.one_in(8) {
        // Without a right head: magic, version or checksum refuse it.
        let mut whole = valid.to_vec();
        let at = e.below(whole.len());
        whole[at] ^= 1 << e.below(8);
        if e.one_in(2) {
            whole.truncate(at);
        }
        return whole;
    }
    fuzzing::seal(&bytes)
}

/// Loads bytes: they are refused with a message, or they are a run that is saved as it is and ends within its limits.
///
/// # Errors
/// What must hold and does not.
pub fn check(bytes: &[u8], e: &mut Entropy) -> Result<(), String> {
    let run = match Run::load(bytes) {
        Ok(run) => run,
        Err(refused) if refused.to_string().is_empty() => return Err("no message".into()),
        Err(_) => return Ok(()),
    };
    let limits = config().limits;
    let own = run.limits();
    if own.steps > limits.steps
        || own.memory_bytes > limits.memory_bytes
        || own.output_bytes > limits.output_bytes
    {
        return Ok(());
    }
    let run = through_a_snapshot(run)?;
    drive(run, e).map(drop)
}
