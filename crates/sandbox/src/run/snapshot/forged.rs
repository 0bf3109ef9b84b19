//! Snapshots whose parts are changed by what they mean, with a right checksum: each is refused before it runs.

use super::{Image, Run, SnapshotError, StateImage, read, sealed};
use crate::heap::{Object, Type, Value};
use crate::run::{Capability, Config, Event, Program};
use crate::vm::thread::Thread;

/// A program waits for `ask`; its image is changed, and loaded.
fn forge(source: &str, change: impl FnOnce(&mut Image)) -> Result<Run, SnapshotError> {
    let program = Program::compile(source, "test.py").unwrap_or_else(|e| panic!("{e}"));
    let ask = Capability {
        name: "ask".into(),
        is_async: false,
        signature: None,
        doc: String::new(),
    };
    let config = Config {
        capabilities: vec![ask],
        ..Config::default()
    };
    let mut run = Run::new(program, config);
    assert_eq!(run.advance(), Event::Suspended);
    let mut image = read(&run.dump().expect("it waits")).expect("it is whole");
    change(&mut image);
    let payload = postcard::to_stdvec(&image).expect("an image has bytes");
    Run::load(&sealed(&payload))
}

#[track_caller]
fn is_refused(source: &str, what: &str, change: impl FnOnce(&mut Image)) {
    assert!(forge(source, |_| {}).is_ok(), "unchanged it is loaded");
    match forge(source, change) {
        Err(SnapshotError::Damaged(why)) => assert!(why.contains(what), "{why}"),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was loaded"),
    }
}

fn threads(image: &mut Image) -> Vec<&mut Thread> {
    let tasks = image.tasks.iter_mut().filter_map(|t| match &mut t.state {
        StateImage::Ready(thread, _) | StateImage::Parked { thread, .. } => Some(thread),
        StateImage::Running | StateImage::Ended => None,
    });
    tasks
        .chain(image.blocked.iter_mut().map(|(_, thread)| thread))
        .collect()
}

/// Puts the class `object` into every register that holds an object of some kind.
fn replace_registers(image: &mut Image, is_kind: fn(&Object) -> bool) {
    let kinds: Vec<bool> = image.objects.iter().map(is_kind).collect();
    let mut replaced = 0;
    for thread in threads(image) {
        for v in &mut thread.registers {
            let own = v
                .as_ref()
                .and_then(|r| (r.0 as usize).checked_sub(Type::ALL.len()));
            if own.is_some_and(|at| kinds[at]) {
                *v = Value::Ref(Type::Object.r());
                replaced += 1;
            }
        }
    }
    assert!(replaced > 0, "no register to replace");
}

/// Changes the first object that `change` can change.
fn change_one(image: &mut Image, mut change: impl FnMut(&mut Object) -> bool) {
    assert!(image.objects.iter_mut().any(&mut change), "no such object");
}

#[test]
fn registers_hold_what_code_takes_for_granted() {
    let wrong = "a register's content";
    let cell =
        "def f():\n    n = 1\n    def g(): return n\n    ask()\n    n = 2\n    return g()\nf()";
    is_refused(cell, wrong, |image| {
        replace_registers(image, |o| matches!(o, Object::Cell(_)));
    });
    is_refused("x = [ask(i) for i in (1, 2)]", wrong, |image| {
        replace_registers(image, |o| matches!(o, Object::List(_)));
    });
    is_refused("x = {ask(i): 1 for i in (1, 2)}", wrong, |image| {
        replace_registers(image, |o| matches!(o, Object::Dict(_)));
    });
    is_refused("x = {ask(i) for i in (1, 2)}", wrong, |image| {
        replace_registers(image, |o| matches!(o, Object::Set(_)));
    });
    is_refused("class A:\n    x = ask()\n    y = 1", wrong, |image| {
        replace_registers(image, |o| matches!(o, Object::Namespace(_)));
    });
    // An exception may come of it: what the handler takes for granted counts, too.
    let handler = "def f():\n    n = 1\n    def g(): return n\n    try:\n        return ask()\n    except ValueError:\n        return n\nf()";
    is_refused(handler, wrong, |image| {
        replace_registers(image, |o| matches!(o, Object::Cell(_)));
    });
}

#[test]
fn frames_do_not_lie_in_registers_that_others_need() {
    let source = "def f(x): return ask(x)\ndef h():\n    n = 1\n    def g(): return n\n    f(2)\n    n = 3\n    return g()\nh()";
    is_refused(source, "a frame's place", |image| {
        for thread in threads(image) {
            let last = thread.frames.len() - 1;
            thread.frames[last].base = thread.frames[last - 1].base;
        }
    });
}

#[test]
fn answers_do_not_go_where_code_needs_something_else() {
    let source = "class A:\n    x = ask()\n    y = 1";
    is_refused(source, "where a frame's answer goes", |image| {
        for thread in threads(image) {
            let last = thread.frames.len() - 1;
            thread.frames[last].pending = crate::vm::frame::Pending::Store(0);
        }
    });
}

#[test]
fn objects_are_of_one_piece() {
    let source = "import re\nclass L(list): pass\nx = L()\ndef f(a, b=1, *, c=2): return a\nm = re.match('(a)', 'ab')\n\
        try: 1 / 0\nexcept ZeroDivisionError as e: held = e\nask()\nf(1), x, m.group(1), held";
    is_refused(source, "an instance's content", |image| {
        change_one(image, |o| match o {
            Object::Instance(i) if !i.native.is_unbound() => {
                i.native = Value::Int(1);
                true
            }
            _ => false,
        });
    });
    is_refused(source, "a function's defaults", |image| {
        change_one(image, |o| match o {
            Object::Function(f) if f.kw_defaults.len() == 1 => {
                f.kw_defaults = vec![Value::None; 3].into();
                true
            }
            _ => false,
        });
    });
    is_refused(source, "a match", |image| {
        change_one(image, |o| match o {
            Object::Match(m) => {
                m.spans[0] = Some((0, u32::MAX));
                true
            }
            _ => false,
        });
    });
    is_refused(source, "a code's number", |image| {
        change_one(image, |o| match o {
            Object::Exception(e) if !e.traceback.is_empty() => {
                e.traceback[0].code.index = 99;
                true
            }
            _ => false,
        });
    });
    is_refused(source, "an exception's class", |image| {
        change_one(image, |o| match o {
            Object::Exception(e) => {
                e.class = Type::List.r();
                true
            }
            _ => false,
        });
    });
    is_refused(source, "a class that is no object", |image| {
        change_one(image, |o| match o {
            Object::Class(c) => {
                c.to_mut().mro.pop();
                true
            }
            _ => false,
        });
    });
}

/// A name that the table has not is empty: it names nothing.
#[test]
fn names_that_are_not_there_are_empty() {
    let run = forge("class A: pass\nask()\nA", |image| {
        change_one(image, |o| match o {
            Object::Class(c) => {
                c.to_mut().name.0 = u32::MAX;
                true
            }
            _ => false,
        });
    });
    let mut run = run.unwrap_or_else(|e| panic!("{e}"));
    run.answer(1, &Ok(crate::Data::None)).expect("it is open");
    assert!(matches!(run.advance(), Event::Done(_)));
}
