import assert from "node:assert/strict";
import fs from "node:fs";
import { directoryWatches } from "./watch_directories.ts";
import { until } from "./until.ts";

/** Two directories of ours. */
function lab() {
  const root = fs.mkdtempSync("/tmp/appd-watch-");
  const [one, two] = [`${root}/one`, `${root}/two`] as const;
  for (const path of [one, two]) fs.mkdirSync(path, 0o755);
  return { one, two, [Symbol.dispose]: () => fs.rmSync(root, { recursive: true }) };
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

/** Runs lines in a process of their own, because what waits in a FIFO waits there for good. */
async function said(lines: string): Promise<string> {
  using test = lab();
  const script = `
    import { directoryWatches } from "${new URL("watch_directories.ts", import.meta.url)}";
    import { until } from "${new URL("until.ts", import.meta.url)}";
    const watch = directoryWatches();
    const [one, two] = Deno.args;
    const first = watch([one], () => {});
    const second = watch([two], () => {});
    new Deno.Command("mkfifo", { args: [one + "/f"] }).outputSync();
    const isOpening = () => [...Deno.readDirSync("/proc/self/task")].some(({ name }) => {
      const read = (file) => Deno.readTextFileSync("/proc/self/task/" + name + "/" + file);
      return read("comm").startsWith("notify-rs") && /^(257|56) /.test(read("syscall"));
    });
    await until("it is opened", isOpening);
    ${lines}
    Deno.exit(0);`;
  const file = `${test.one}/../script.js`;
  fs.writeFileSync(file, script);
  const args = ["60", Deno.execPath(), "run", "-A", "--quiet", "--no-check", "--no-config", file, test.one, test.two];
  return new TextDecoder().decode((await new Deno.Command("timeout", { args }).output()).stdout).trim();
}

Deno.test("a FIFO that is made while it is watched keeps nobody from making and ending watches", async () => {
  const lines = `
    second[Symbol.dispose]();
    first[Symbol.dispose]();
    const third = watch([two], () => {});
    const again = watch([one], () => {});
    third[Symbol.dispose]();
    console.log(again === undefined ? "polling" : "events");`;
  assert.equal(await said(lines), "polling");
});

Deno.test("a FIFO that has gone while the runtime waits for it costs the news, and no more", async () => {
  const lines = `
    Deno.removeSync(one + "/f");
    const third = watch([two], () => {});
    first[Symbol.dispose]();
    console.log(third === undefined ? "polling" : "events");`;
  assert.equal(await said(lines), "polling");
});
