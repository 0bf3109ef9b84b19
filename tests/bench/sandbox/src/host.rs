//! A host for measured programs: its time is virtual, so that nobody waits.

use sandbox::{Data, HostRequest, PendingRequest, Run};
use std::collections::BTreeMap;

/// Virtual time, and which sleeps end when.
#[derive(Default)]
pub(crate) struct Clock {
    now: f64,
    /// The number of the last request that was looked at.
    seen: u64,
    /// By the bits of its end, which sort as the numbers do: none is negative.
    ends: BTreeMap<u64, Vec<u64>>,
}

impl Clock {
    /// Answers what can be answered at once, or else the sleeps that end first.
    pub(crate) fn answer(&mut self, run: &mut Run) -> Result<(), String> {
        let new = run.pending().iter().rev();
        let mut new: Vec<_> = new
            .take_while(|pending| pending.id > self.seen)
            .map(|pending| (pending.id, pending.request.clone()))
            .collect();
        let mut answers = Vec::new();
        while let Some((id, request)) = new.pop() {
            self.seen = id;
            match request {
                PendingRequest::Host(HostRequest::Sleep(seconds)) => {
                    let end = self.now + seconds.max(0.0);
                    self.ends.entry(end.to_bits()).or_default().push(id);
                }
                PendingRequest::Host(HostRequest::Now) => {
                    answers.push((id, Data::Float(1_700_000_000.0 + self.now)));
                }
                PendingRequest::Host(HostRequest::Monotonic) => {
                    answers.push((id, Data::Float(self.now)));
                }
                PendingRequest::Host(HostRequest::Random(n)) => {
                    answers.push((id, Data::Bytes(vec![0; n as usize])));
                }
                PendingRequest::Call { name, .. } => {
                    return Err(format!(
                        "the program calls `{name}`, and there is no tool here"
                    ));
                }
            }
        }
        let mut taken = !answers.is_empty();
        for (id, answer) in answers {
            run.answer(id, &Ok(answer)).map_err(|e| e.to_string())?;
        }
        while !taken {
            let first = self.ends.pop_first();
            let (end, ids) = first.ok_or("the program waits, and nothing will wake it")?;
            self.now = f64::from_bits(end);
            for id in ids {
                // A sleep that the program has given up takes no answer.
                taken |= run.answer(id, &Ok(Data::None)).is_ok();
            }
        }
        Ok(())
    }
}
