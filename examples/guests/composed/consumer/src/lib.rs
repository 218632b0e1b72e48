//! The consuming half, a WASI 0.3 command: it opens two feeds one after the
//! other, reads both streams side by side, awaits their futures, and prints
//! what came, and whether that agrees with what the producer says it sent.
//!
//! How the producer's chunks and the consumer's reads meet depends on the
//! schedule: the number of reads, and which feed ends first. What is printed
//! does not: the output must be the same under every schedule.

wit_bindgen::generate!({
    path: "../wit",
    world: "consumer",
    generate_all,
});

use futures::future::join;
use raddle::composed::feed;
use wasi::cli::stdout;
use wit_bindgen::{FutureReader, StreamReader, StreamResult};

const READ: usize = 5;

struct Consumer;

/// Reads to the end, then awaits the account: (what came, what was said).
async fn take(mut bytes: StreamReader<u8>, account: FutureReader<String>) -> (Vec<u8>, String) {
    let mut all = Vec::new();
    loop {
        let (how, chunk) = bytes.read(Vec::with_capacity(READ)).await;
        all.extend_from_slice(&chunk);
        if !matches!(how, StreamResult::Complete(_)) {
            break; // the writing end was dropped
        }
    }
    (all, account.await)
}

impl exports::wasi::cli::run::Guest for Consumer {
    async fn run() -> Result<(), ()> {
        let (mut out, out_reader) = wit_stream::new::<u8>();
        let written = stdout::write_via_stream(out_reader);

        let (bytes1, account1) = feed::open(3).await;
        let (bytes2, account2) = feed::open(12).await;
        let (first, second) = join(take(bytes1, account1), take(bytes2, account2)).await;

        let mut agree = true;
        for (name, (got, said)) in [("first", first), ("second", second)] {
            let sum: u32 = got.iter().map(|b| u32::from(*b)).sum();
            let seen = format!("{} bytes, sum {sum}", got.len());
            agree &= seen == said;
            out.write_all(got).await;
            let report = format!("{name}: got {seen}; producer says {said}\n");
            out.write_all(report.into_bytes()).await;
        }
        drop(out);
        match written.await {
            Ok(()) if agree => Ok(()),
            _ => Err(()),
        }
    }
}

export!(Consumer);
