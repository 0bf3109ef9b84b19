//! A host for measured programs: its time is virtual, so that nobody waits.

use sandbox::{Data, HostRequest, Outcome, PendingRequest, Run};

/// Virtual time, and when each open sleep ends.
#[derive(Default)]
pub(crate) struct Clock {
    now: f64,
    ends: Vec<(u64, f64)>,
}

impl Clock {
    /// Answers what has to be answered next.
    pub(crate) fn answer(&mut self, run: &mut Run) -> Result<(), String> {
        let Some((id, answer)) = self.next(run) else {
            return Err("the program waits for a tool, and there is none here".into());
        };
        run.answer(id, &answer).map_err(|e| e.to_string())
    }

    fn next(&mut self, run: &Run) -> Option<(u64, Outcome)> {
        for pending in run.pending() {
            match &pending.request {
                PendingRequest::Host(HostRequest::Sleep(seconds)) => {
                    if self.ends.iter().all(|(id, _)| *id != pending.id) {
                        self.ends.push((pending.id, self.now + seconds));
                    }
                }
                PendingRequest::Host(HostRequest::Now) => {
                    return Some((pending.id, Ok(Data::Float(1_700_000_000.0 + self.now))));
                }
                PendingRequest::Host(HostRequest::Monotonic) => {
                    return Some((pending.id, Ok(Data::Float(self.now))));
                }
                PendingRequest::Host(HostRequest::Random(n)) => {
                    return Some((pending.id, Ok(Data::Bytes(vec![0; *n as usize]))));
                }
                PendingRequest::Call { .. } => {}
            }
        }
        let open = |id: &u64| run.pending().iter().any(|pending| pending.id == *id);
        self.ends.retain(|(id, _)| open(id));
        let first = (0..self.ends.len()).min_by(|a, b| self.ends[*a].1.total_cmp(&self.ends[*b].1));
        let (id, end) = self.ends.remove(first?);
        self.now = self.now.max(end);
        Some((id, Ok(Data::None)))
    }
}
