/** Two million lines from a program into rotated files, beside `cat` into one file. */
import fs from "node:fs";
import { join } from "node:path";
import { Instance, until } from "../tests/support/instance.ts";
import { type Lab, runCommand } from "./lab.ts";
import { compare } from "./measure.ts";
import type { Figure, Options, Row } from "./rows.ts";

const LINE_BYTES = 100;

/** Microseconds from the generator's first instruction to the last write of `log`; the kernel's tick of 4 ms is its grain. */
function elapsed(began: string, log: string): number {
  return fs.statSync(log).mtimeMs * 1000 - Number(fs.readFileSync(began, "utf8"));
}

async function throughCat(lab: Lab, lines: number): Promise<number> {
  const log = join(lab.directory, "cat.log");
  const began = join(lab.directory, "cat.began");
  await runCommand("/bin/sh", ["-c", `"${lab.tool("lines")}" ${lines} "${began}" | cat > "${log}"`]);
  if (fs.statSync(log).size !== lines * LINE_BYTES) throw new Error("cat lost something");
  const us = elapsed(began, log);
  fs.rmSync(log);
  return us;
}

/** The number of the last whole line of a file, or -1. */
function lastNumber(path: string): number {
  const fd = fs.openSync(path, "r");
  try {
    const bytes = new Uint8Array(LINE_BYTES);
    const { size } = fs.fstatSync(fd);
    const read = fs.readSync(fd, bytes, 0, LINE_BYTES, Math.max(0, size - LINE_BYTES));
    const match = /(\d{9}) x*\n$/.exec(new TextDecoder().decode(bytes.subarray(0, read)));
    return match ? Number(match[1]) : -1;
  } finally {
    fs.closeSync(fd);
  }
}

/** @throws Error when a kept line is torn, missing, doubled or out of order */
function checkKept(log: string, lines: number): void {
  const directory = join(log, "..");
  const archives = fs.readdirSync(directory).filter((name) => name.startsWith("output.log.")).sort();
  const text = [...archives, "output.log"].map((name) => fs.readFileSync(join(directory, name), "latin1")).join("");
  const numbers = text.trimEnd().split("\n").map((line) => /(?:^|\s)(\d{9}) x{89}$/.exec(line)?.[1]);
  const first = lines - numbers.length;
  const wrong = numbers.findIndex((number, index) => Number(number) !== first + index);
  if (wrong !== -1) throw new Error(`line ${first + wrong} is not in its place: ${numbers[wrong]}`);
}

async function throughAppd(lab: Lab, lines: number, timestamp: boolean): Promise<number> {
  const began = join(lab.directory, "appd.began");
  await using instance = new Instance(`[[program]]
name = "lines"
command = ["${lab.tool("lines")}", "${lines}", "${began}"]
restart = "never"
log = { rotate_size = "10MB", max_files = 10, compress = false, timestamp = ${timestamp} }
`);
  fs.rmSync(began, { force: true });
  await instance.start();
  const log = join(instance.home, "programs", "lines", "output.log");
  await until("the last line is in the log", () => lastNumber(log) === lines - 1, 120_000);
  const us = elapsed(began, log);
  await until("the program has ended", async () => (await instance.status()).programs[0].state === "exited");
  checkKept(log, lines);
  return us;
}

async function measure(lab: Lab, { quick }: Options, timestamp: boolean): Promise<Figure> {
  const lines = 2_000_000; // fewer would measure the page cache of one moment
  const { ratio, ours, base, pairs } = await compare(quick ? 2 : 7, {
    ours: () => throughAppd(lab, lines, timestamp),
    base: () => throughCat(lab, lines),
  });
  const rate = (us: number) => `${Math.round((lines * LINE_BYTES) / us)} MB/s`;
  return { value: ratio, detail: `${rate(ours)}, cat ${rate(base)}, ${lines} lines, ${pairs} pairs` };
}

export const LINES: Row = {
  id: "lines",
  what: "numbered lines of 100 bytes from a program into 10 MB × 10 rotated files ÷ `cat > file`",
  limit: 1.5,
  unit: "×",
  measure: (lab, options) => measure(lab, options, false),
};

export const STAMPED_LINES: Row = {
  id: "stamped",
  what: "the same with a timestamp before each line",
  limit: 2.3,
  unit: "×",
  measure: (lab, options) => measure(lab, options, true),
};
