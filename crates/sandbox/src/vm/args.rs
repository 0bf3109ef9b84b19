//! Binding arguments to parameters, with CPython's words when they do not fit.

use super::raise::{Raise, Res};
use super::state::Vm;
use super::thread::Thread;
use crate::heap::{Object, Ref, Sym, Value, dict::Dict};
use smallvec::SmallVec;

impl Vm {
    /// Binds the arguments in registers from `start` to the function's parameters, in the same place.
    /// Gives how many registers hold parameters now.
    ///
    /// # Errors
    /// `TypeError` if they do not fit.
    pub(crate) fn bind(
        &mut self,
        t: &mut Thread,
        function: Ref,
        start: usize,
        npos: usize,
        kw: &[Sym],
    ) -> Res<usize> {
        let table = self.table.clone();
        let code_ref = self.heap.function(function).code;
        let code = &table[code_ref.unit.0 as usize].codes[code_ref.index as usize];
        let p = &code.params;
        let names = &code.linked.params;
        let (positional, kw_only) = (usize::from(p.positional), usize::from(p.keyword_only));
        let named = positional + kw_only;
        // Each keyword is sought among the parameters.
        self.pay(((npos + kw.len() * (1 + named)) / 8) as u64)?;
        let given: SmallVec<[Value; 8]> =
            SmallVec::from_slice(&t.registers[start..start + npos + kw.len()]);
        let mut slots: SmallVec<[Value; 8]> =
            SmallVec::from_elem(Value::Unbound, usize::from(p.registers()));
        let direct = npos.min(positional);
        slots[..direct].copy_from_slice(&given[..direct]);
        if npos > positional && !p.has_args {
            return Err(self.too_many(function, npos, kw, names));
        }
        let mut extra: Vec<(Sym, Value)> = Vec::new();
        let mut misplaced: Vec<Sym> = Vec::new();
        for (i, name) in kw.iter().enumerate() {
            let value = given[npos + i];
            match names[..named].iter().position(|n| n == name) {
                Some(at) if at < usize::from(p.positional_only) => {
                    if p.has_kwargs {
                        extra.push((*name, value));
                    } else {
                        misplaced.push(*name);
                    }
                }
                Some(at) if slots[at].is_unbound() => slots[at] = value,
                Some(_) => {
                    let name = self.heap.name(*name).to_string();
                    return Err(self.call_error(
                        function,
                        &format!("got multiple values for argument '{name}'"),
                    ));
                }
                None if p.has_kwargs => extra.push((*name, value)),
                None => {
                    let name = self.heap.name(*name).to_string();
                    return Err(self.call_error(
                        function,
                        &format!("got an unexpected keyword argument '{name}'"),
                    ));
                }
            }
        }
        if !misplaced.is_empty() {
            let list: Vec<&str> = misplaced.iter().map(|n| self.heap.name(*n)).collect();
            let text = format!(
                "got some positional-only arguments passed as keyword arguments: '{}'",
                list.join(", ")
            );
            return Err(self.call_error(function, &text));
        }
        let f = self.heap.function(function);
        let first_default = positional - f.defaults.len().min(positional);
        for (at, slot) in slots
            .iter_mut()
            .enumerate()
            .take(positional)
            .skip(first_default)
        {
            if slot.is_unbound() {
                *slot = f.defaults[at - first_default];
            }
        }
        for (i, default) in f.kw_defaults.iter().enumerate().take(kw_only) {
            if slots[positional + i].is_unbound() {
                slots[positional + i] = *default;
            }
        }
        self.check_missing(
            function,
            &slots[..positional],
            &names[..positional],
            "positional",
        )?;
        self.check_missing(
            function,
            &slots[positional..named],
            &names[positional..named],
            "keyword-only",
        )?;
        let mut at = named;
        if p.has_args {
            slots[at] = self.new_tuple(&given[positional.min(npos)..npos])?;
            at += 1;
        }
        if p.has_kwargs {
            self.heap.room(Dict::bytes_of(extra.len()))?;
            let mut dict = Dict::with_capacity(extra.len());
            for (name, value) in extra {
                let text = self.heap.name(name).to_string();
                let key = self.new_str(text)?;
                let hash = crate::objects::hash::hash(self, key)?;
                dict.push(hash, key, value);
            }
            slots[at] = Value::Ref(self.alloc(Object::Dict(Box::new(dict)))?);
        }
        let end = start + slots.len();
        if t.registers.len() < end {
            let more = (end - t.registers.len()) * size_of::<Value>();
            self.heap.charge(more)?;
            t.registers.resize(end, Value::Unbound);
        }
        t.registers[start..end].copy_from_slice(&slots);
        Ok(slots.len())
    }

    fn call_error(&mut self, function: Ref, what: &str) -> Raise {
        let name = self.heap.name(self.heap.function(function).qualname);
        let text = format!("{name}() {what}");
        self.type_error(text)
    }

    fn check_missing(
        &mut self,
        function: Ref,
        slots: &[Value],
        names: &[Sym],
        kind: &str,
    ) -> Res<()> {
        let missing: Vec<String> = slots
            .iter()
            .zip(names)
            .filter(|(v, _)| v.is_unbound())
            .map(|(_, n)| format!("'{}'", self.heap.name(*n)))
            .collect();
        let list = match missing.as_slice() {
            [] => return Ok(()),
            [one] => one.clone(),
            [a, b] => format!("{a} and {b}"),
            [start @ .., last] => format!("{}, and {last}", start.join(", ")),
        };
        let n = missing.len();
        let plural = if n == 1 { "" } else { "s" };
        Err(self.call_error(
            function,
            &format!("missing {n} required {kind} argument{plural}: {list}"),
        ))
    }

    fn too_many(&mut self, function: Ref, npos: usize, kw: &[Sym], names: &[Sym]) -> Raise {
        let f = self.heap.function(function);
        let p = self.code(f.code).params.clone();
        let defaults = f.defaults.len();
        let positional = usize::from(p.positional);
        let takes = if defaults > 0 {
            format!("from {} to {positional}", positional - defaults)
        } else {
            positional.to_string()
        };
        let plural = if positional == 1 && defaults == 0 {
            ""
        } else {
            "s"
        };
        let only = &names[positional..positional + usize::from(p.keyword_only)];
        let kw_given = kw.iter().filter(|name| only.contains(name)).count();
        let were = if kw_given > 0 {
            format!(
                "{npos} positional argument{} (and {kw_given} keyword-only argument{}) were given",
                if npos == 1 { "" } else { "s" },
                if kw_given == 1 { "" } else { "s" }
            )
        } else if npos == 1 {
            "1 was given".to_string()
        } else {
            format!("{npos} were given")
        };
        self.call_error(
            function,
            &format!("takes {takes} positional argument{plural} but {were}"),
        )
    }
}
