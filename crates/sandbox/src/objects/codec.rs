//! Encodings: text to bytes and back.

use super::args;
use crate::heap::{Object, Ref, Type, Value};
use crate::vm::native::{Args, Flow, NativeDef};
use crate::vm::raise::{Raise, Res};
use crate::vm::state::Vm;

/// The natives of this file.
pub(super) const NATIVES: &[NativeDef] = &[
    NativeDef::method(Type::Str, "encode", encode_method),
    NativeDef::method(Type::Bytes, "decode", decode_method),
];

/// The encodings there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Codec {
    Utf8,
    Utf8Sig,
    Ascii,
    Latin1,
    Utf16(Order),
    Utf32(Order),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    /// Little endian after a mark.
    Marked,
    Little,
    Big,
}

impl Codec {
    fn find(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase().replace(['_', ' '], "-");
        Some(match name.as_str() {
            "utf-8" | "utf8" | "u8" | "cp65001" => Self::Utf8,
            "utf-8-sig" => Self::Utf8Sig,
            "ascii" | "us-ascii" | "646" => Self::Ascii,
            "latin-1" | "latin1" | "iso-8859-1" | "iso8859-1" | "8859" | "cp819" | "l1" => {
                Self::Latin1
            }
            "utf-16" | "utf16" | "u16" => Self::Utf16(Order::Marked),
            "utf-16-le" | "utf-16le" => Self::Utf16(Order::Little),
            "utf-16-be" | "utf-16be" => Self::Utf16(Order::Big),
            "utf-32" | "utf32" | "u32" => Self::Utf32(Order::Marked),
            "utf-32-le" | "utf-32le" => Self::Utf32(Order::Little),
            "utf-32-be" | "utf-32be" => Self::Utf32(Order::Big),
            _ => return None,
        })
    }

    fn limit(self) -> u32 {
        match self {
            Self::Ascii => 0x80,
            Self::Latin1 => 0x100,
            _ => u32::MAX,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Utf8 | Self::Utf8Sig => "utf-8",
            Self::Ascii => "ascii",
            Self::Latin1 => "latin-1",
            Self::Utf16(_) => "utf-16",
            Self::Utf32(_) => "utf-32",
        }
    }
}

fn codec_and_errors(
    vm: &mut Vm,
    encoding: Value,
    errors: Value,
    method: &str,
) -> Res<(Codec, String)> {
    let mut text = |v: Value, name: &str, default: &str| match v {
        Value::Unbound => Ok(default.to_owned()),
        v => args::text(vm, v).ok_or_else(|| {
            let given = vm.type_name(v).to_owned();
            vm.type_error(format!(
                "{method}() argument '{name}' must be str, not {given}"
            ))
        }),
    };
    let encoding = text(encoding, "encoding", "utf-8")?;
    let errors = text(errors, "errors", "strict")?;
    match Codec::find(&encoding) {
        Some(codec) => Ok((codec, errors)),
        None => Err(vm.exception(Type::LookupError, format!("unknown encoding: {encoding}"))),
    }
}

fn unknown_handler(vm: &mut Vm, errors: &str) -> Raise {
    vm.exception(
        Type::LookupError,
        format!("unknown error handler name '{errors}'"),
    )
}

fn encode_method(vm: &mut Vm, a: Args<'_>) -> Res<Flow> {
    let r = super::str::this(vm, a, "encode")?;
    let [_, encoding, errors] =
        args::named(vm, a, "str.encode", ["self", "encoding", "errors"], 1, 3)?;
    let (codec, errors) = codec_and_errors(vm, encoding, errors, "encode")?;
    encode(vm, r, codec, &errors).map(Flow::Value)
}

/// The bytes of a text. Also `bytes(text, encoding, errors)`.
pub(super) fn encode_value(vm: &mut Vm, r: Ref, encoding: Value, errors: Value) -> Res<Value> {
    let (codec, errors) = codec_and_errors(vm, encoding, errors, "bytes")?;
    encode(vm, r, codec, &errors)
}

fn encode(vm: &mut Vm, r: Ref, codec: Codec, errors: &str) -> Res<Value> {
    let text = vm.heap.text(r);
    let len = text.len();
    vm.pay(len as u64 / 16)?;
    let text = vm.heap.text(r);
    let bytes = match codec {
        Codec::Utf8 => {
            vm.heap.room(len)?;
            text.as_bytes().to_vec()
        }
        Codec::Utf8Sig => {
            vm.heap.room(len + 3)?;
            [b"\xef\xbb\xbf", text.as_bytes()].concat()
        }
        Codec::Utf16(order) => {
            let units: usize = text.chars().map(char::len_utf16).sum();
            vm.heap.room(units * 2 + 2)?;
            let mut out = Vec::with_capacity(units * 2 + 2);
            if order == Order::Marked {
                out.extend_from_slice(b"\xff\xfe");
            }
            for unit in text.encode_utf16() {
                out.extend(match order {
                    Order::Big => unit.to_be_bytes(),
                    _ => unit.to_le_bytes(),
                });
            }
            out
        }
        Codec::Utf32(order) => {
            let chars = vm.heap.str(r).chars();
            vm.heap.room(chars * 4 + 4)?;
            let mut out = Vec::with_capacity(chars * 4 + 4);
            if order == Order::Marked {
                out.extend_from_slice(b"\xff\xfe\0\0");
            }
            for c in text.chars() {
                out.extend(match order {
                    Order::Big => (c as u32).to_be_bytes(),
                    _ => (c as u32).to_le_bytes(),
                });
            }
            out
        }
        Codec::Ascii | Codec::Latin1 => narrow(vm, r, codec, errors)?,
    };
    vm.alloc(Object::Bytes(bytes.into())).map(Value::Ref)
}

/// Encodings of one byte per character: others by the error handler.
fn narrow(vm: &mut Vm, r: Ref, codec: Codec, errors: &str) -> Res<Vec<u8>> {
    let mut out = Vec::new();
    let chars = vm.heap.str(r).chars();
    vm.heap.grow(&mut out, chars)?;
    for (i, c) in vm.heap.text(r).chars().enumerate() {
        vm.heap.grow(&mut out, 1)?;
        let code = c as u32;
        if code < codec.limit() {
            out.push(code as u8);
            continue;
        }
        match errors {
            "strict" => {
                let all = vm.heap.text(r).chars();
                let bad = |c: &char| *c as u32 >= codec.limit();
                let end = i + all.skip(i).take_while(bad).count();
                return Err(encode_error(vm, r, codec, i, end));
            }
            "ignore" => {}
            "replace" => out.push(b'?'),
            "xmlcharrefreplace" => {
                let text = format!("&#{code};");
                vm.heap.grow(&mut out, text.len())?;
                out.extend(text.bytes());
            }
            "backslashreplace" => {
                let text = super::str_format::ascii(&c.to_string());
                vm.heap.grow(&mut out, text.len())?;
                out.extend(text.bytes());
            }
            "namereplace" | "surrogateescape" | "surrogatepass" => {
                return Err(Raise::Refused(format!("errors='{errors}'").into()));
            }
            other => return Err(unknown_handler(vm, other)),
        }
    }
    Ok(out)
}

fn encode_error(vm: &mut Vm, r: Ref, codec: Codec, start: usize, end: usize) -> Raise {
    let reason = format!("ordinal not in range({})", codec.limit());
    codec_error(
        vm,
        Type::UnicodeEncodeError,
        codec,
        Value::Ref(r),
        start,
        end,
        &reason,
    )
}

/// An error with the arguments that CPython gives it: encoding, object, start, end, reason.
fn codec_error(
    vm: &mut Vm,
    class: Type,
    codec: Codec,
    object: Value,
    start: usize,
    end: usize,
    reason: &str,
) -> Raise {
    let made = (|| {
        let name = vm.new_str(codec.name())?;
        let reason = vm.new_str(reason)?;
        let span = [Value::Int(start as i64), Value::Int(end as i64)];
        vm.new_exception(class.r(), &[name, object, span[0], span[1], reason])
    })();
    match made {
        Ok(exception) => Raise::Exception(exception),
        Err(raise) => raise,
    }
}

fn decode_method(vm: &mut Vm, a: Args<'_>) -> Res<Flow> {
    let r = super::bytes::this(vm, a, "decode")?;
    let [_, encoding, errors] =
        args::named(vm, a, "bytes.decode", ["self", "encoding", "errors"], 1, 3)?;
    decode(vm, r, encoding, errors, "decode").map(Flow::Value)
}

/// The text of bytes.
pub(super) fn decode(
    vm: &mut Vm,
    r: Ref,
    encoding: Value,
    errors: Value,
    method: &str,
) -> Res<Value> {
    let (codec, errors) = codec_and_errors(vm, encoding, errors, method)?;
    let Object::Bytes(bytes) = vm.heap.get(r) else {
        return Err(vm.type_error("a bytes-like object is required"));
    };
    let n = bytes.len();
    vm.heap.room(n)?;
    let bytes = bytes.to_vec();
    vm.pay(n as u64 / 16)?;
    let out = vm.holding(n, |vm| decoded(vm, r, codec, errors, &bytes))?;
    vm.new_str(out)
}

fn decoded(vm: &mut Vm, r: Ref, codec: Codec, errors: String, bytes: &[u8]) -> Res<String> {
    let mut out = String::new();
    vm.heap.grow_text(&mut out, bytes.len())?;
    let mut decoder = Decoder {
        vm,
        object: Value::Ref(r),
        codec,
        errors,
        out,
    };
    match codec {
        Codec::Utf8 => decoder.utf8(bytes, 0)?,
        Codec::Utf8Sig if bytes.starts_with(b"\xef\xbb\xbf") => decoder.utf8(bytes, 3)?,
        Codec::Utf8Sig => decoder.utf8(bytes, 0)?,
        Codec::Ascii | Codec::Latin1 => {
            for (i, b) in bytes.iter().enumerate() {
                if u32::from(*b) < codec.limit() {
                    decoder.put(*b as char)?;
                } else {
                    decoder.bad(bytes, i, i + 1, "ordinal not in range(128)")?;
                }
            }
        }
        Codec::Utf16(order) => decoder.utf16(bytes, order)?,
        Codec::Utf32(order) => decoder.utf32(bytes, order)?,
    }
    Ok(decoder.out)
}

struct Decoder<'v> {
    vm: &'v mut Vm,
    object: Value,
    codec: Codec,
    errors: String,
    out: String,
}

impl Decoder<'_> {
    fn put(&mut self, c: char) -> Res<()> {
        self.vm.heap.grow_text(&mut self.out, c.len_utf8())?;
        self.out.push(c);
        Ok(())
    }

    fn put_text(&mut self, text: &str) -> Res<()> {
        self.vm.heap.grow_text(&mut self.out, text.len())?;
        self.out.push_str(text);
        Ok(())
    }

    fn bad(&mut self, bytes: &[u8], start: usize, end: usize, reason: &str) -> Res<()> {
        match self.errors.as_str() {
            "strict" => Err(codec_error(
                self.vm,
                Type::UnicodeDecodeError,
                self.codec,
                self.object,
                start,
                end,
                reason,
            )),
            "ignore" => Ok(()),
            "replace" => self.put('\u{fffd}'),
            "backslashreplace" => {
                for b in &bytes[start..end] {
                    self.put_text(&format!("\\x{b:02x}"))?;
                }
                Ok(())
            }
            "surrogateescape" | "surrogatepass" => {
                Err(Raise::Refused(format!("errors='{}'", self.errors).into()))
            }
            other => {
                let other = other.to_owned();
                Err(unknown_handler(self.vm, &other))
            }
        }
    }

    fn utf8(&mut self, bytes: &[u8], from: usize) -> Res<()> {
        let mut at = from;
        while at < bytes.len() {
            let error = match std::str::from_utf8(&bytes[at..]) {
                Ok(text) => {
                    return self.put_text(text);
                }
                Err(error) => error,
            };
            let good = at + error.valid_up_to();
            let text = std::str::from_utf8(&bytes[at..good]).unwrap_or("");
            self.put_text(text)?;
            let first = bytes[good];
            let (len, reason) = match error.error_len() {
                None => (bytes.len() - good, "unexpected end of data"),
                Some(_) if !(0xc2..=0xf4).contains(&first) => (1, "invalid start byte"),
                Some(n) => (n, "invalid continuation byte"),
            };
            self.bad(bytes, good, good + len, reason)?;
            at = good + len;
        }
        Ok(())
    }

    fn utf16(&mut self, bytes: &[u8], order: Order) -> Res<()> {
        let (mut at, big) = match (order, bytes) {
            (Order::Marked, [0xff, 0xfe, ..]) => (2, false),
            (Order::Marked, [0xfe, 0xff, ..]) => (2, true),
            (order, _) => (0, order == Order::Big),
        };
        let unit = |at: usize| -> Option<u16> {
            let pair = [*bytes.get(at)?, *bytes.get(at + 1)?];
            Some(if big {
                u16::from_be_bytes(pair)
            } else {
                u16::from_le_bytes(pair)
            })
        };
        while at < bytes.len() {
            let Some(first) = unit(at) else {
                self.bad(bytes, at, bytes.len(), "truncated data")?;
                break;
            };
            let units = [first, unit(at + 2).unwrap_or(0)];
            match char::decode_utf16(units).next() {
                Some(Ok(c)) => {
                    self.put(c)?;
                    at += c.len_utf16() * 2;
                }
                _ if first >= 0xdc00 => {
                    self.bad(bytes, at, at + 2, "illegal encoding")?;
                    at += 2;
                }
                _ if at + 4 > bytes.len() => {
                    self.bad(bytes, at, bytes.len(), "unexpected end of data")?;
                    break;
                }
                _ => {
                    self.bad(bytes, at, at + 2, "illegal UTF-16 surrogate")?;
                    at += 2;
                }
            }
        }
        Ok(())
    }

    fn utf32(&mut self, bytes: &[u8], order: Order) -> Res<()> {
        let (mut at, big) = match (order, bytes) {
            (Order::Marked, [0xff, 0xfe, 0, 0, ..]) => (4, false),
            (Order::Marked, [0, 0, 0xfe, 0xff, ..]) => (4, true),
            (order, _) => (0, order == Order::Big),
        };
        while at < bytes.len() {
            let Some(four) = bytes
                .get(at..at + 4)
                .and_then(|b| <[u8; 4]>::try_from(b).ok())
            else {
                self.bad(bytes, at, bytes.len(), "truncated data")?;
                break;
            };
            let code = if big {
                u32::from_be_bytes(four)
            } else {
                u32::from_le_bytes(four)
            };
            match char::from_u32(code) {
                Some(c) => self.put(c)?,
                None => {
                    self.bad(bytes, at, at + 4, "code point not in range(0x110000)")?;
                }
            }
            at += 4;
        }
        Ok(())
    }
}
