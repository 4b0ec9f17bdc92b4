import assert from "node:assert/strict";
import { fakeTerminal } from "./fake_terminal.ts";
import { createLinePrinter } from "./line_printer.ts";
import { createOutput } from "./output.ts";

function printed(line: Uint8Array, terminal: boolean): Uint8Array {
  const chunks: number[] = [];
  const fake = { ...fakeTerminal({ terminal }), write: (_: string, bytes: Uint8Array) => void chunks.push(...bytes) };
  const output = createOutput(fake, { json: false, quiet: false, verbose: false, noColor: true, env: {} });
  createLinePrinter(output)(line);
  return new Uint8Array(chunks);
}

Deno.test("into a pipe the bytes are untouched, valid text or not", () => {
  const line = new Uint8Array([0x1b, 0x5b, 0xff, 0x00, 0x09, 0x41]);
  assert.deepEqual(printed(line, false), new Uint8Array([...line, 0x0a]));
  assert.deepEqual(printed(new Uint8Array([...line, 0x0a]), false), new Uint8Array([...line, 0x0a]));
});

Deno.test("on a terminal nothing can drive it", () => {
  const shown = new TextDecoder().decode(printed(new TextEncoder().encode("a\x1b[2J\tb\r\u2028é\n"), true));
  assert.equal(shown, "a\\x1b[2J\tb\\r\\u2028é\n");
});
