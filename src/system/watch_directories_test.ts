import assert from "node:assert/strict";
import fs from "node:fs";
import { directoryWatches } from "./watch_directories.ts";

/** Two directories of ours. */
function lab() {
  const root = fs.mkdtempSync("/tmp/appd-watch-");
  const [one, two] = [`${root}/one`, `${root}/two`] as const;
  for (const path of [one, two]) fs.mkdirSync(path, 0o755);
  return { one, two, [Symbol.dispose]: () => fs.rmSync(root, { recursive: true }) };
}

async function until(what: string, probe: () => boolean): Promise<void> {
  const end = performance.now() + 5000;
  while (!probe()) {
    if (performance.now() > end) throw new Error(`not within 5 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

Deno.test("changes in a directory are told until it is disposed", async () => {
  using test = lab();
  const watch = directoryWatches();
  let heard = 0;
  const watching = watch([test.one, test.two], () => void heard++);
  fs.writeFileSync(`${test.two}/a`, "");
  await until("a file", () => heard > 0);
  heard = 0;
  fs.renameSync(`${test.two}/a`, `${test.one}/b`);
  await until("a rename", () => heard > 0);
  watching?.[Symbol.dispose]();
  watching?.[Symbol.dispose]();
  heard = 0;
  fs.writeFileSync(`${test.one}/c`, "");
  const other = watch([test.one], () => {});
  other?.[Symbol.dispose]();
  assert.equal(heard, 0);
});

Deno.test("directories in which others may write, or that hold a FIFO, are left to looking", () => {
  using test = lab();
  const watch = directoryWatches();
  fs.chmodSync(test.one, 0o775);
  assert.equal(watch([test.one, test.two], () => {}), undefined);
  new Deno.Command("mkfifo", { args: [`${test.two}/f`] }).outputSync();
  assert.equal(watch([test.two], () => {}), undefined);
  assert.equal(watch([`${test.two}/none`], () => {}), undefined);
});

Deno.test("a FIFO that is made while it is watched keeps nobody from making and ending watches", async () => {
  using test = lab();
  const watch = directoryWatches();
  const first = watch([test.one], () => {});
  const second = watch([test.two], () => {});
  new Deno.Command("mkfifo", { args: [`${test.one}/f`] }).outputSync();
  await until("the runtime has walked into it", () => isOpening());
  second?.[Symbol.dispose]();
  first?.[Symbol.dispose]();
  const third = watch([test.two], () => {});
  assert.ok(third !== undefined, "it was let go");
  assert.equal(watch([test.one], () => {}), undefined);
  third[Symbol.dispose]();
});

/** Whether a thread of the runtime is in openat(2): 257 on this kind of machine. */
function isOpening(): boolean {
  return fs.readdirSync("/proc/self/task").some((thread) => {
    try {
      const read = (name: string) => fs.readFileSync(`/proc/self/task/${thread}/${name}`, "utf8");
      return read("comm").startsWith("notify-rs") && /^(257|56) /.test(read("syscall"));
    } catch {
      return false; // It has ended.
    }
  });
}

Deno.test("a FIFO that has gone while the runtime waits for it costs the news, and no more", async () => {
  using test = lab();
  const script = `
    import { directoryWatches } from "${new URL("watch_directories.ts", import.meta.url)}";
    const watch = directoryWatches();
    const [one, two] = Deno.args;
    const first = watch([one], () => {});
    new Deno.Command("mkfifo", { args: [one + "/f"] }).outputSync();
    await new Promise((resolve) => setTimeout(resolve, 500));
    Deno.removeSync(one + "/f");
    console.log(watch([two], () => {}) === undefined ? "none" : "news");
    first?.[Symbol.dispose]();
    Deno.exit(0);`;
  const file = `${test.one}/../script.ts`;
  fs.writeFileSync(file, script);
  const { stdout } = await new Deno.Command("timeout", {
    args: ["20", Deno.execPath(), "run", "-A", "--quiet", "--no-check", "--no-config", file, test.one, test.two],
  }).output();
  assert.equal(new TextDecoder().decode(stdout), "none\n");
});
