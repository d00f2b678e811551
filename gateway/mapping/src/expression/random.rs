//! Random expressions, for tests.

/// A small generator of numbers (splitmix64), so that a failure can be repeated.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % end as u64).unwrap()
    }

    fn of<'t>(&mut self, all: &[&'t str]) -> &'t str {
        all[self.below(all.len())]
    }
}

/// A random expression over `app`; `bound` is the variable of the macro around it.
pub(crate) fn expression(random: &mut Random, depth: usize, bound: Option<&str>) -> String {
    let leaf = |random: &mut Random| match (random.below(10), bound) {
        (0..=3, Some(name)) => format!("{name}{}", random.of(&["", ".a", ".b", "[0]"])),
        (0..=4, _) => format!("app.{}", random.of(&["s", "t", "n", "m", "f", "l", "o", "p", "none", "o.a", "p[1]"])),
        _ => random
            .of(&["null", "true", "false", "0", "1", "2u", "1.5", "\"\"", "\"ab\"", "\"1\"", "[]", "{}"])
            .to_owned(),
    };
    if depth == 0 {
        return leaf(random);
    }
    let part = |random: &mut Random| expression(random, depth - 1, bound);
    match random.below(if bound.is_some() { 13 } else { 16 }) {
        0 => leaf(random),
        1..=3 => {
            let operator =
                random.of(&["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "&&", "||", "in", "+", "=="]);
            format!("({} {operator} {})", part(random), part(random))
        }
        4 => format!("({} ? {} : {})", part(random), part(random), part(random)),
        5 => format!("{}({})", random.of(&["!", "-"]), part(random)),
        6 => format!("[{}, {}]", part(random), part(random)),
        7 => format!("{{{}: {}}}", random.of(&["\"a\"", "\"b\"", "1", "true"]), part(random)),
        8 => format!("{}({})", random.of(&["size", "int", "uint", "double", "string", "bool"]), part(random)),
        9 => format!("({}).{}({})", part(random), random.of(&["contains", "startsWith", "endsWith"]), part(random)),
        10 => format!("coalesce({}, {}, {})", part(random), part(random), part(random)),
        11 => format!("({}){}", part(random), random.of(&[".a", "[0]", "[\"b\"]", "[1u]", "[0.0]"])),
        12 => format!("({})[{}]", part(random), part(random)),
        _ => {
            let range = part(random);
            let body = expression(random, depth - 1, Some("e"));
            match random.of(&["all", "exists", "exists_one", "filter", "map", "map"]) {
                "map" if random.below(2) == 0 => {
                    format!("({range}).map(e, {}, {body})", expression(random, depth - 1, Some("e")))
                }
                name => format!("({range}).{name}(e, {body})"),
            }
        }
    }
}
