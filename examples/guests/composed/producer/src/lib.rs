//! The producing half: `open` returns at once with a stream and a future, and
//! a task that it leaves behind feeds both of them after it has returned.
//!
//! It imports nothing but the component model's own built-ins.

wit_bindgen::generate!({
    path: "../wit",
    world: "producer",
});

use exports::raddle::composed::feed::Guest;
use wit_bindgen::{FutureReader, StreamReader};

/// Not a divisor of a line's length, nor of what the consumer asks for, so
/// that writes and reads never fit each other.
const CHUNK: usize = 6;

struct Producer;

impl Guest for Producer {
    async fn open(count: u32) -> (StreamReader<u8>, FutureReader<String>) {
        let (mut bytes, bytes_reader) = wit_stream::new::<u8>();
        // The value given here is what the future resolves with, should its
        // writing end be dropped without a write.
        let (account, account_reader) = wit_future::new::<String>(|| "abandoned".to_string());

        wit_bindgen::spawn_local(async move {
            let text: String = (1..=count).map(|n| format!("line {n}\n")).collect();
            let (mut sent, mut sum) = (0, 0);
            for chunk in text.as_bytes().chunks(CHUNK) {
                let rest = bytes.write_all(chunk.to_vec()).await;
                let taken = &chunk[..chunk.len() - rest.len()];
                sent += taken.len();
                sum += taken.iter().map(|b| u32::from(*b)).sum::<u32>();
                if !rest.is_empty() {
                    break; // the reader is gone
                }
                // Let other tasks run between chunks.
                wit_bindgen::yield_async().await;
            }
            drop(bytes);
            let _ = account.write(format!("{sent} bytes, sum {sum}")).await;
        });

        (bytes_reader, account_reader)
    }
}

export!(Producer);
