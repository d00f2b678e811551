//! The WASI context of one operation.

use super::printed::Printed;
use std::sync::{Mutex, PoisonError};
use wasmtime::component::ResourceTable;
use wasmtime_wasi::WasiCtx;

/// Streams, pollables and the like that one operation may hold.
const RESOURCES: usize = 1000;
/// Random bytes of one call.
const RANDOM: u64 = 64 << 10;

/// One operation's WASI.
#[derive(Default)]
pub(crate) struct ClosedWasi(Option<Open>);

struct Open {
    /// wasmtime-wasi's context is `Send` but not `Sync`. The mutex is never locked, only borrowed.
    context: Mutex<(WasiCtx, ResourceTable)>,
    printed: Printed,
}

impl Open {
    fn new() -> Self {
        let printed = Printed::default();
        let context = WasiCtx::builder()
            .stdout(printed.clone())
            .stderr(printed.clone())
            .allow_tcp(false)
            .allow_udp(false)
            .allow_ip_name_lookup(false)
            .max_random_size(RANDOM)
            .build();
        let mut table = ResourceTable::new();
        table.set_max_capacity(RESOURCES);
        Self { context: Mutex::new((context, table)), printed }
    }
}

impl ClosedWasi {
    /// The context, created on first use.
    pub(crate) fn open(&mut self) -> (&mut WasiCtx, &mut ResourceTable) {
        let open = self.0.get_or_insert_with(Open::new);
        let (ctx, table) = open.context.get_mut().unwrap_or_else(PoisonError::into_inner);
        (ctx, table)
    }

    /// The lines printed since the last time.
    pub(crate) fn printed(&self) -> Vec<String> {
        let Some(open) = &self.0 else { return Vec::new() };
        let text = open.printed.take();
        String::from_utf8_lossy(&text).lines().map(str::to_owned).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::printed::PRINTED;
    use super::*;

    #[test]
    fn output_beyond_the_limit_is_dropped() {
        let open = Open::new();
        let printed = open.printed.clone();
        let wasi = ClosedWasi(Some(open));
        printed.append(b"one\ntwo\n");
        assert_eq!(wasi.printed(), ["one", "two"]);
        printed.append(&vec![b'x'; PRINTED]);
        printed.append(b"more");
        assert_eq!(wasi.printed().concat().len(), PRINTED - 8);
        assert!(wasi.printed().is_empty());
    }
}
