/**
 * All apps side by side, under one HOME, at work, while each of them is killed, reloaded, restarted and has its log
 * rotated. In the end nothing is lost, doubled or torn, nothing is where it does not belong, and nobody is left over.
 */
import assert from "node:assert/strict";
import fs from "node:fs";
import { random, sequence, sized } from "../faults/seed.ts";
import { compiled } from "../support/compiled.ts";
import { CalendarWork } from "../support/session/calendar_work.ts";
import { CallWork } from "../support/session/call_work.ts";
import { CommitWork } from "../support/session/commit_work.ts";
import { Diary } from "../support/session/diary.ts";
import { FileWork } from "../support/session/file_work.ts";
import { Household } from "../support/session/household.ts";
import { logBookOf, type LogRecord, runsAmiss } from "../support/session/log_audit.ts";
import { ProxyWork } from "../support/session/proxy_work.ts";
import { trouble, type Troubles } from "../support/session/trouble.ts";
import type { Given, Work } from "../support/session/work.ts";

for (const name of ["calendarbot", "devtrack", "cco", "mcpeg", "vpo"]) await compiled(`examples/${name}/${name}.ts`);

const SESSION_MS = sized(25_000, 30 * 60_000);

interface Line {
  readonly work: Work;
  readonly diary: Diary;
  readonly seed: number;
}

/** Begins every line of work, each with seeds of its own. */
async function linesOf(household: Household, next: (below: number) => number): Promise<Line[]> {
  const { root, workshop } = household;
  const line = async (begin: (given: Given) => Work | Promise<Work>): Promise<Line> => {
    const diary = new Diary();
    const work = await begin({ root, workshop, diary, chance: sequence(next(2 ** 32)) });
    return { work, diary, seed: next(2 ** 32) };
  };
  return [
    await line((given) => new CalendarWork(given)),
    await line((given) => CommitWork.begin(given)),
    await line((given) => new ProxyWork(given)),
    await line((given) => new CallWork(given)),
    await line((given) => new FileWork(given)),
  ];
}

/** All work and all trouble at once. @returns what trouble there was, by app */
async function session(lines: readonly Line[]): Promise<readonly Troubles[]> {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), SESSION_MS);
  const troubles = Promise.all(lines.map(async ({ work, diary, seed }) => {
    try {
      return await trouble(work, { chance: sequence(seed), diary, signal: over.signal });
    } finally {
      over.abort(); // When one fails, all end.
    }
  }));
  const works = Promise.all(lines.map(({ work }) => work.go(over.signal)));
  const [made] = await Promise.allSettled([troubles, works]);
  clearTimeout(timer);
  if (made.status === "rejected") throw made.reason;
  await works;
  return made.value;
}

/** What is wrong after everything has stopped. */
async function lossesOf(household: Household, lines: readonly Line[]): Promise<string[]> {
  const left = household.processes().map((process) => `left over: ${process}`);
  const strangers = household.names().filter((name) => !lines.some(({ work }) => name === `.${work.name}`));
  const each = await Promise.all(lines.map(async ({ work, diary }) => {
    const book = logBookOf(work);
    const foreign = fs.readdirSync(work.app.home).filter((name) => !work.files.test(name));
    return [
      ...(await work.losses()),
      ...book.torn.map((line) => `torn: ${line}`),
      ...runsAmiss(work, book, diary),
      ...book.records.filter(isTrouble).map((record) => `error: ${JSON.stringify(record)}`),
      ...foreign.map((name) => `not its own: ${name}`),
    ].map((loss) => `${work.name}: ${loss}`);
  }));
  return [...left, ...strangers.map((name) => `in HOME: ${name}`), ...each.flat()];
}

/** An error that neither a kill explains nor a calendar that is being written. */
function isTrouble({ level, message }: LogRecord): boolean {
  const expected = /^run \d+ ended: (interrupted, the daemon died while it ran|failed, cannot read .*calendar\.ics)/;
  return level === "error" && !expected.test(message);
}

Deno.test("five apps under one HOME, at work, killed, reloaded, restarted and rotated: nothing is lost", async () => {
  const chance = random("side_by_side");
  using household = new Household();
  await using stack = new AsyncDisposableStack();
  const lines = await linesOf(household, chance.next);
  for (const { work } of lines) stack.use(work);
  for (const { work } of lines) await work.app.start();
  const troubles = await session(lines);
  for (const { work } of lines) await work.settle();
  for (const { work } of lines) assert.equal((await work.app.run(["stop"])).code, 0);
  const losses = await lossesOf(household, lines);
  for (const [index, { work }] of lines.entries()) report(work, troubles[index]);
  const diaries = losses.length === 0 ? [] : lines.flatMap(({ work, diary }) => [work.name, ...diary.lines()]);
  assert.deepEqual(losses, [], `${losses.join("\n")}\n${diaries.join("\n")}`);
});

function report(work: Work, troubles: Troubles | undefined): void {
  // deno-lint-ignore no-console -- these are the figures of docs/reliability.md
  console.log(`${work.name}: ${JSON.stringify({ ...work.figures(), ...troubles })}`);
}
