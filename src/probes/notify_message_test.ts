import assert from "node:assert/strict";
import { type NotifyMessage, parseNotify } from "./notify_message.ts";

const TABLE: readonly (readonly [text: string, message: NotifyMessage])[] = [
  ["READY=1", { ready: true }],
  ["READY=1\nSTATUS=Processing requests...\nMAINPID=4711\n", { ready: true, status: "Processing requests..." }],
  ["STOPPING=1", { stopping: true }],
  ["RELOADING=1\nMONOTONIC_USEC=123", { reloading: true }],
  ["WATCHDOG=1", { watchdog: "alive" }],
  ["WATCHDOG=trigger", { watchdog: "trigger" }],
  ["WATCHDOG=maybe", {}],
  ["WATCHDOG_USEC=20000000", { watchdogPeriod: 20_000 }],
  ["WATCHDOG_USEC=0", {}],
  ["EXTEND_TIMEOUT_USEC=5000000", { extendTimeout: 5000 }],
  ["EXTEND_TIMEOUT_USEC=99999999999999999999", {}],
  ["EXTEND_TIMEOUT_USEC=-1", {}],
  ["ERRNO=2", { errno: 2 }],
  ["ERRNO=x", {}],
  ["STATUS=", { status: "" }],
  ["STATUS=a=b", { status: "a=b" }],
  ["STATUS=one\nSTATUS=two", { status: "two" }],
  ["STATUS=\u001b[2Jgone\u202e", { status: "\\x1b[2Jgone\\u202e" }],
  ["READY=0", {}],
  ["READY=1 ", {}],
  ["ready=1", {}],
  ["READY", {}],
  ["=1", {}],
  ["", {}],
  ["\n\n\n", {}],
  ["BARRIER=1", {}],
  ["FDSTORE=1\nFDNAME=x", {}],
  ["__proto__=1\nconstructor=1\ntoString=1", {}],
];

for (const [text, message] of TABLE) {
  Deno.test(`sd_notify ${JSON.stringify(text)}`, () => {
    assert.deepEqual(parseNotify(new TextEncoder().encode(text)), message);
  });
}

Deno.test("sd_notify: a status of any length is shown in one short line", () => {
  const { status = "" } = parseNotify(new TextEncoder().encode(`STATUS=${"x".repeat(4000)}`));
  assert.equal(status.length, 256);
});

Deno.test("sd_notify: what is longer than 4096 bytes is ignored, bytes that are no text are harmless", () => {
  const long = new TextEncoder().encode(`READY=1\nSTATUS=${"x".repeat(4096)}`);
  assert.deepEqual(parseNotify(long), {});
  for (let seed = 1; seed < 500; seed++) {
    const garbage = Uint8Array.from({ length: seed * 8 }, (_, at) => (at * seed * 2654435761) >>> 13);
    parseNotify(garbage);
  }
});
