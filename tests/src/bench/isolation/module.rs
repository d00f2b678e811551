//! A connector's file that is expensive to compile.

const LOOPS: usize = 100;
const LOCALS: usize = 20_000;

/// A connector with another module in it, which nothing uses: many loops within each other, and many variables that live through all
/// of them. `number` makes it another file each time.
pub(super) fn costly(connector: &[u8], number: u32) -> Vec<u8> {
    let module = [b"\0asm\x01\0\0\0".as_slice(), &types(), &functions(), &code(), &name(number)].concat();
    // In a component, a core module is a section with the number 1.
    [connector, &section(1, &module)].concat()
}

/// One type, of a function without parameters and results.
fn types() -> Vec<u8> {
    section(1, &[1, 0x60, 0, 0])
}

/// One function of that type.
fn functions() -> Vec<u8> {
    section(3, &[1, 0])
}

fn code() -> Vec<u8> {
    // One group of locals, of type i32.
    let mut body = [vec![1], number(LOCALS), vec![0x7f]].concat();
    for _ in 0..LOOPS {
        body.extend([0x03, 0x40]); // loop without a result
    }
    for local in 0..LOCALS {
        let next = (local + 1) % LOCALS;
        for (instruction, of) in [(0x20, local), (0x20, next)] {
            body.push(instruction); // local.get
            body.extend(number(of));
        }
        body.extend([0x6a, 0x21]); // i32.add, local.set
        body.extend(number(local));
    }
    for _ in 0..LOOPS {
        body.extend([0x20, 0, 0x0d, 0, 0x0b]); // local.get 0, br_if 0, end
    }
    body.push(0x0b); // end
    section(10, &[vec![1], number(body.len()), body].concat())
}

fn name(value: u32) -> Vec<u8> {
    section(0, &[&[1, b'n'][..], &value.to_le_bytes()].concat())
}

fn section(id: u8, content: &[u8]) -> Vec<u8> {
    [&[id], number(content.len()).as_slice(), content].concat()
}

/// Unsigned LEB128.
fn number(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let byte = (value & 0x7f) as u8;
        value >>= 7;
        if value == 0 {
            bytes.push(byte);
            return bytes;
        }
        bytes.push(byte | 0x80);
    }
}
