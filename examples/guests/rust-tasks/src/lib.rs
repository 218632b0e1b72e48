//! Three tasks of one WASI 0.3 command, which sleep and print.
//!
//! `run` spawns three tasks inside its component-model task. Each does two
//! rounds of "sleep with `wasi:clocks/monotonic-clock.wait-for`, then send a
//! line"; `run` itself writes the lines, as they come, to the one stream that
//! it gave to `wasi:cli/stdout.write-via-stream`.
//!
//! What is fixed and what the schedule decides, when time is virtual:
//!
//! ```text
//! at  5 ms   gamma 1
//! at 20 ms   alpha 1 and beta 1, in either order
//! at 35 ms   gamma 2
//! at 40 ms   alpha 2 and beta 2, in either order
//! ```
//!
//! alpha and beta sleep equally long and start at the same instant, so both of
//! their subtasks return at the same instant, and the host is free to deliver
//! the two events in either order: the guest prints in the order of delivery.
//! That makes 4 possible outputs. On a real clock alpha's calls come a little
//! before beta's, so alpha is first nearly always, but not by any rule.
//!
//! The first line, the last line, and the order of lines with different times
//! are the same under every schedule; so is the result, ok.

use futures::channel::mpsc;
use futures::StreamExt;

wit_bindgen::generate!({
    path: "wit",
    world: "tasks",
    generate_all,
});

use wasi::cli::stdout;
use wasi::clocks::monotonic_clock;

const MS: u64 = 1_000_000;

/// name, and how long it sleeps (ms) before its first and its second line
const TASKS: [(&str, [u64; 2]); 3] = [
    ("alpha", [20, 20]),
    ("beta", [20, 20]),
    ("gamma", [5, 30]),
];

struct Guest;

impl exports::wasi::cli::run::Guest for Guest {
    async fn run() -> Result<(), ()> {
        // stdout takes the reading end now, and says in `written` how it went.
        let (mut out, out_reader) = wit_stream::new::<u8>();
        let written = stdout::write_via_stream(out_reader);

        out.write_all(b"start: 3 tasks\n".to_vec()).await;

        // Only one task may hold the writing end, so the others send their
        // lines to it through a channel.
        let (send, mut lines) = mpsc::unbounded::<String>();
        for (name, sleeps) in TASKS {
            let send = send.clone();
            wit_bindgen::spawn_local(async move {
                for (round, ms) in (1..).zip(sleeps) {
                    monotonic_clock::wait_for(ms * MS).await;
                    let line = format!("{name} {round}: slept {ms} ms\n");
                    let _ = send.unbounded_send(line);
                }
            });
        }
        // Now only the tasks have senders: `lines` ends when all are done.
        drop(send);

        let mut count = 0;
        while let Some(line) = lines.next().await {
            count += 1;
            out.write_all(line.into_bytes()).await;
        }
        let rest = out
            .write_all(format!("end: {count} lines\n").into_bytes())
            .await;

        // Dropping the writing end tells stdout that this was all.
        drop(out);
        match written.await {
            Ok(()) if rest.is_empty() => Ok(()),
            _ => Err(()),
        }
    }
}

export!(Guest);
