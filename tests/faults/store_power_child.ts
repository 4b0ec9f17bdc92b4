/** Writes rows and a state file without end, and says on stdout what was acknowledged, and when: `row N MS`, `state N MS`. */
import { systemFiles, writeFileAtomic } from "../../src/system/files.ts";
import { startThread, threadModule } from "../../src/system/thread.ts";
import { insert, openNotes } from "../../src/store/testing.ts";

const [place = "", from = "0"] = Deno.args;
const module = threadModule("store_worker", new URL("../../src/store/open_store.ts", import.meta.url).href);
const say = (text: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${text} ${Date.now()}\n`));

await using store = await openNotes(place, { start: (events) => startThread(module, events) });
for (let n = Number(from);; n += 3) {
  const calls = [n, n + 1, n + 2].map((row) => store.write(insert(`${row}`)).then(() => say(`row ${row}`)));
  try {
    await Promise.all(calls);
    if (n % 5 !== 0) continue;
    writeFileAtomic(systemFiles, `${place}/state.json`, JSON.stringify({ n, filling: "x".repeat(n % 9000) }), 0o600);
    say(`state ${n}`);
  } catch {
    Deno.exit(0); // The power is gone.
  }
}
