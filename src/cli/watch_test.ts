import assert from "node:assert/strict";
import { FakeClock } from "../system/fake_clock.ts";
import { realSystem } from "../system/system.ts";
import { fakeTerminal, type FakeTerminalOptions } from "./fake_terminal.ts";
import { createOutput, type Output } from "./output.ts";
import { watch } from "./watch.ts";

/** What is written while somebody looks `looks` times. */
async function watched(options: FakeTerminalOptions & { json?: boolean; quiet?: boolean }, looks: number) {
  const terminal = fakeTerminal(options);
  const clock = new FakeClock();
  const gone = new AbortController();
  const { json = false, quiet = false } = options;
  const made = createOutput(terminal, { json, quiet, verbose: false, noColor: true, env: {} });
  const output: Output = { ...made, gone: gone.signal };
  let count = 0;
  const done = watch({ output, system: { ...realSystem(), clock, terminal } }, () => {
    if (++count === looks) gone.abort();
    return Promise.resolve({
      lines: ["title", `look ${count}`, "x".repeat(50), "last"],
      value: { count },
      code: count,
    });
  });
  for (let turn = 0; turn < looks; turn++) {
    await new Promise((resolve) => setTimeout(resolve)); // Lets the look come to its delay.
    clock.advance(1000);
  }
  return { code: await done, text: terminal.stdout };
}

Deno.test("a terminal is drawn over, within its size, and nothing else of it is touched", async () => {
  const { code, text } = await watched({ terminal: true, columns: 40, rows: 10 }, 2);
  assert.equal(code, 2);
  const [before, first = "", second = ""] = text.replaceAll("\x1b[K", "<K>").replaceAll("\x1b[J", "<J>").split(
    "\x1b[H",
  );
  assert.equal(before, "\n".repeat(9), "what stood there scrolls away first");
  assert.match(first, /^title {2}every 1s, \d\d:\d\d:\d\d<K>\nlook 1<K>\nx{40}<K>\nlast<K>\n<J>$/);
  assert.match(second, /^title.*<K>\nlook 2<K>\n[^]*<J>$/);
  // deno-lint-ignore no-control-regex
  assert.deepEqual(text.match(/\x1b\[[^HJK]/g), null);
});

Deno.test("a page that is taller than the terminal does not scroll", async () => {
  const { text } = await watched({ terminal: true, columns: 40, rows: 3 }, 1);
  const page = text.split("\x1b[H")[1] ?? "";
  assert.equal(page.split("\n").length - 1, 2);
  assert.match(page, /\.\.\. 3 more lines/);
});

Deno.test("a pipe gets blocks with an empty line between them, or an object a line", async () => {
  const block = (count: number) => `title\nlook ${count}\n${"x".repeat(50)}\nlast\n`;
  assert.equal((await watched({}, 2)).text, `${block(1)}\n${block(2)}`);
  assert.equal((await watched({ json: true }, 2)).text, '{"count":1}\n{"count":2}\n');
  assert.equal((await watched({ quiet: true }, 2)).text, "");
});
