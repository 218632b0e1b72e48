/* Three tasks of one WASI 0.3 command in C, straight on the canonical ABI.
 *
 * The same program as ../rust-tasks, but with nothing between it and the
 * component model: `run` is lifted with a callback, so it starts what it can,
 * says which waitable set it waits for, and is called back once per event.
 *
 *   subtasks   the sleeps: wasi:clocks/monotonic-clock.wait-for, lowered async
 *   a stream   the lines, given to wasi:cli/stdout.write-via-stream
 *   a future   stdout's word on how the writing went
 *
 * All of them are joined to one waitable set. When time is virtual:
 *
 *   at  5 ms   gamma 1
 *   at 20 ms   alpha 1 and beta 1, in either order
 *   at 35 ms   gamma 2
 *   at 40 ms   alpha 2 and beta 2, in either order
 *
 * alpha and beta sleep equally long and start at the same instant. Both
 * subtasks return at the same instant, and the host is free to deliver either
 * event first: lines are queued in the order of delivery, so 4 outputs are
 * possible. A line may also be queued while an earlier write is still under
 * way; then the writes are cut otherwise, but the bytes are the same. On a real
 * clock alpha comes before beta nearly always, but not by any rule.
 *
 * It uses no libc calls besides memcpy and strlen, so it needs no import but
 * the ones above.
 */
#include <string.h>
#include "tasks.h"

typedef struct {
  const char *name;
  uint32_t ms[2];          /* how long to sleep before each line */
  int round;               /* rounds done */
  tasks_subtask_t waiting; /* the sleep that is under way, or 0 */
} task;

/* `run` is called once in the life of a command, so its state may be static. */
static task all[] = {
    {"alpha", {20, 20}, 0, 0},
    {"beta", {20, 20}, 0, 0},
    {"gamma", {5, 30}, 0, 0},
};
#define TASKS (sizeof all / sizeof *all)

static tasks_waitable_set_t set;

/* What has been said. It only grows, so the part lent to a write stays put:
 * [0, written) is out, [written, said) is not. */
static uint8_t text[512];
static size_t said, written;
static wasi_cli_stdout_stream_u8_writer_t out;
static bool writing; /* a write is under way */
static bool closed;  /* `out` is dropped */
static bool gone;    /* stdout dropped its end before we were done */

static wasi_cli_stdout_future_result_void_error_code_t verdict_future;
static wasi_cli_stdout_result_void_error_code_t verdict;

static void say(const char *s) {
  size_t n = strlen(s);
  if (n > sizeof text - said) __builtin_trap();
  memcpy(text + said, s, n);
  said += n;
}

static void say_number(uint32_t n) {
  char digits[11] = {0}, *p = digits + 10;
  do *--p = (char)('0' + n % 10);
  while (n /= 10);
  say(p);
}

/* A write has ended so: count what was taken. */
static void wrote(tasks_waitable_status_t status) {
  writing = false;
  written += TASKS_WAITABLE_COUNT(status);
  if (TASKS_WAITABLE_STATE(status) == TASKS_WAITABLE_DROPPED) {
    gone = true;
    written = said;
  }
}

/* Writes what there is to write, until a write has to wait. */
static void flush(void) {
  while (!writing && !gone && written < said) {
    tasks_waitable_status_t status =
        wasi_cli_stdout_stream_u8_write(out, text + written, said - written);
    if (status == TASKS_WAITABLE_STATUS_BLOCKED) {
      writing = true;
      tasks_waitable_join(out, set);
    } else {
      wrote(status);
    }
  }
}

/* Starts the next sleep of `t`. A call may also return at once: then no handle
 * was made, and no event will come. */
static void advance(task *t) {
  while (t->round < 2) {
    tasks_subtask_status_t status =
        wasi_clocks_monotonic_clock_wait_for(t->ms[t->round] * 1000000ull);
    if (TASKS_SUBTASK_STATE(status) != TASKS_SUBTASK_RETURNED) {
      t->waiting = TASKS_SUBTASK_HANDLE(status);
      tasks_waitable_join(t->waiting, set);
      return;
    }
    t->round++;
    say(t->name), say(" "), say_number(t->round), say(": did not sleep\n");
  }
}

/* The sleep of `t` is over. */
static void slept(task *t) {
  tasks_waitable_join(t->waiting, 0);
  tasks_subtask_drop(t->waiting);
  t->waiting = 0;
  t->round++;
  say(t->name), say(" "), say_number(t->round);
  say(": slept "), say_number(t->ms[t->round - 1]), say(" ms\n");
}

static tasks_callback_code_t finish(void) {
  wasi_cli_stdout_future_result_void_error_code_drop_readable(verdict_future);
  tasks_waitable_set_drop(set);
  exports_wasi_cli_run_result_void_void_t result = {.is_err = verdict.is_err || gone};
  exports_wasi_cli_run_run_return(result);
  return TASKS_CALLBACK_CODE_EXIT;
}

/* After every event: writes what was said, and closes when all is done. */
static tasks_callback_code_t go_on(void) {
  static bool ended;
  bool busy = false;
  for (size_t i = 0; i < TASKS; i++) busy |= all[i].waiting != 0;
  if (!busy && !ended) {
    ended = true;
    say("end: 6 lines\n");
  }
  flush();
  if (ended && !writing && !closed) {
    closed = true;
    tasks_waitable_join(out, 0);
    wasi_cli_stdout_stream_u8_drop_writable(out);
    if (wasi_cli_stdout_future_result_void_error_code_read(verdict_future, &verdict) !=
        TASKS_WAITABLE_STATUS_BLOCKED)
      return finish();
    tasks_waitable_join(verdict_future, set);
  }
  return TASKS_CALLBACK_CODE_WAIT(set);
}

tasks_callback_code_t exports_wasi_cli_run_run(void) {
  set = tasks_waitable_set_new();
  verdict_future = wasi_cli_stdout_write_via_stream(wasi_cli_stdout_stream_u8_new(&out));
  say("start: 3 tasks\n");
  for (size_t i = 0; i < TASKS; i++) advance(&all[i]);
  return go_on();
}

tasks_callback_code_t exports_wasi_cli_run_run_callback(tasks_event_t *event) {
  switch (event->event) {
    case TASKS_EVENT_SUBTASK:
      /* A subtask also reports that it has started; only its return matters. */
      if (TASKS_SUBTASK_STATE(event->code) != TASKS_SUBTASK_RETURNED) break;
      for (size_t i = 0; i < TASKS; i++)
        if (all[i].waiting == event->waitable) {
          slept(&all[i]);
          advance(&all[i]);
          break;
        }
      break;
    case TASKS_EVENT_STREAM_WRITE:
      wrote(event->code);
      break;
    case TASKS_EVENT_FUTURE_READ:
      tasks_waitable_join(verdict_future, 0);
      return finish();
    case TASKS_EVENT_CANCEL:
      /* The host wants us to stop: say so, and leave all else to it. */
      tasks_task_cancel();
      return TASKS_CALLBACK_CODE_EXIT;
    default:
      break;
  }
  return go_on();
}
