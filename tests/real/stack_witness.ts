/** What can be seen of the stack from outside: its processes in /proc, and its logs beside the ledger of the writers. */
import fs from "node:fs";
import { join } from "node:path";
import { logText } from "../support/servers.ts";
import type { Stack } from "./stack.ts";

/** Main processes by name, those of the script's daemon included. */
export type Mains = ReadonlyMap<string, readonly number[]>;

interface Seen {
  readonly pid: number;
  readonly ppid: number;
  readonly title: string;
  /** Working directory, stdout and stderr. */
  readonly places: readonly string[];
}

function read<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined; // Gone since it was listed.
  }
}

function processes(): Seen[] {
  return fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name)).flatMap((name) => {
    const stat = read(() => fs.readFileSync(`/proc/${name}/stat`, "utf8"));
    const title = read(() => fs.readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ").trim());
    if (stat === undefined || !title) return []; // A zombie and a kernel thread have no title.
    const places = ["cwd", "fd/1", "fd/2"].map((link) => read(() => fs.readlinkSync(`/proc/${name}/${link}`)) ?? "");
    const ppid = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    return [{ pid: Number(name), ppid, title, places }];
  });
}

/** A fork that has not yet become something else has the title of its parent: it is no copy. */
export function mainsOf(stack: Stack): Mains {
  const all = processes();
  const titles = new Map(all.map(({ pid, title }) => [pid, title]));
  return new Map(
    [...stack.titles].map(([name, title]) => {
      const alike = all.filter((one) => one.title.startsWith(title) && titles.get(one.ppid) !== one.title);
      return [name, alike.map(({ pid }) => pid).sort((a, b) => a - b)];
    }),
  );
}

/** Every process that has to do with the stack, as `PID TITLE`. */
export function leftOf(stack: Stack): string[] {
  const isOf = (text: string) => stack.marks.some((mark) => text.includes(mark));
  const left = processes().filter(({ title, places }) => isOf(title) || places.some(isOf));
  return left.map(({ pid, title }) => `${pid} ${title}`);
}

/** What all programs of a family wrote into their logs. */
function logsOf(stack: Stack, family: string): string[] {
  const directory = join(stack.instance.home, "programs");
  const names = fs.readdirSync(directory).filter((name) => name === family || name.startsWith(`${family}.`));
  return names.flatMap((name) => logText(join(directory, name, "output.log")).trimEnd().split("\n"));
}

/** Numbers of the pages in nginx' log. */
export function pagesLogged(stack: Stack): number[] {
  const lines = logsOf(stack, "nginx").flatMap((line) => /^\/n\/(\d+) 200$/.exec(line)?.[1] ?? []);
  return lines.map(Number);
}

/** How the logs differ from what the writers wrote by their own account. */
export interface Difference {
  readonly lost: readonly string[];
  /** How often something was lost: neighbours count once. */
  readonly gaps: number;
  readonly doubled: readonly string[];
  /** Lines with a number that is not above the one before. */
  readonly disordered: readonly string[];
  /** Lines that nobody wrote. */
  readonly torn: readonly string[];
}

const LINE = /^(node|script|daemonized) \d+ \d+$/;

/** Splits `script 123 45` into writer and number. */
function parse(line: string): { readonly writer: string; readonly number: number } {
  const at = line.lastIndexOf(" ");
  return { writer: line.slice(0, at), number: Number(line.slice(at + 1)) };
}

function disorder(lines: readonly string[]): string[] {
  const last = new Map<string, number>();
  return lines.filter((line) => {
    const { writer, number } = parse(line);
    const before = last.get(writer) ?? -1;
    last.set(writer, number);
    return number <= before;
  });
}

/** What the writers have written so far, by their own account. */
export function ledgerOf(stack: Stack): string[] {
  return fs.readFileSync(stack.ledger, "utf8").trimEnd().split("\n");
}

/** Compares line by line. A line goes to stdout first: the last one of a killed writer may not be in the ledger. */
export function compareWith(ledger: readonly string[], stack: Stack): Difference {
  const logged = [...logsOf(stack, "node"), ...logsOf(stack, "script")];
  const kept = new Set(logged);
  const lost = ledger.filter((line) => !kept.has(line));
  const missing = new Set(lost);
  const gaps = lost.map(parse).filter(({ writer, number }) => !missing.has(`${writer} ${number - 1}`)).length;
  const seen = new Set<string>();
  const doubled = logged.filter((line) => seen.size === seen.add(line).size);
  const whole = logged.filter((line) => LINE.test(line));
  return { lost, gaps, doubled, disordered: disorder(whole), torn: logged.filter((line) => !LINE.test(line)) };
}
