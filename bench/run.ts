// deno-lint-ignore-file no-console -- a script speaks to the person who ran it
/**
 * Measures dist/appd and writes docs/performance.md. Exit 1 when a figure is above its limit.
 *
 * usage: deno task bench [--quick] [ROW …]     with --page nothing is measured, and the page made of what is kept
 *
 *   rows: status start restart lines stamped memory size cron inserts history start50 boot50 stop50 idle50 memory50
 *         startjobs firstjobs statusjobs idlejobs memoryjobs runs runinsert delay delay200 appstart appmemory
 *
 * The page is made of these figures and of those that were kept of earlier runs (bench/figures.json). A quick figure never
 * takes the place of a full one.
 */
import fs from "node:fs";
import { APP_MEMORY, APP_START } from "./apps_rows.ts";
import { DELAY, DELAY_MANY } from "./delay_rows.ts";
import { type Figures, type Kept, mergeFigures, readFigures, writeFigures } from "./figures.ts";
import { IDLE_FIFTY, MEMORY_FIFTY } from "./fifty_idle_rows.ts";
import { BOOT_FIFTY, START_FIFTY, STOP_FIFTY } from "./fifty_time_rows.ts";
import { MEMORY, SIZE } from "./footprint_rows.ts";
import { RUN_INSERT, RUNS_QUERY } from "./history_rows.ts";
import { FIRST_JOBS, IDLE_JOBS, MEMORY_JOBS, START_JOBS, STATUS_JOBS } from "./jobs_rows.ts";
import { openLab, runCommand } from "./lab.ts";
import { RESTART } from "./restart_row.ts";
import { isOver, page, peerText, type Result, withUnit } from "./page.ts";
import type { Row } from "./rows.ts";
import { CRON } from "./schedule_row.ts";
import { START, STATUS } from "./start_rows.ts";
import { HISTORY_QUERY, INSERTS } from "./store_rows.ts";
import { LINES, STAMPED_LINES } from "./throughput_rows.ts";

const ONE: readonly Row[] = [
  STATUS,
  START,
  RESTART,
  LINES,
  STAMPED_LINES,
  MEMORY,
  SIZE,
  CRON,
  INSERTS,
  HISTORY_QUERY,
];
const FIFTY: readonly Row[] = [START_FIFTY, BOOT_FIFTY, STOP_FIFTY, IDLE_FIFTY, MEMORY_FIFTY];
const JOBS: readonly Row[] = [START_JOBS, FIRST_JOBS, STATUS_JOBS, IDLE_JOBS, MEMORY_JOBS, RUNS_QUERY, RUN_INSERT];
const DELAYS: readonly Row[] = [DELAY, DELAY_MANY];
const APPS: readonly Row[] = [APP_START, APP_MEMORY];
const ROWS: readonly Row[] = [...ONE, ...FIFTY, ...JOBS, ...DELAYS, ...APPS];
const PAGE = new URL("../docs/performance.md", import.meta.url);

function say(result: Result): void {
  const { row, figure } = result;
  const bound = row.limit === undefined ? "" : ` (at most ${row.limit})`;
  console.log(
    `${isOver(result) ? "OVER" : "ok  "} ${row.id}: ${withUnit(figure.value, row.unit)}${bound}: ${figure.detail}`,
  );
  for (const peer of figure.peers ?? []) console.log(`       ÷ ${peer.name}: ${peerText(peer)}`);
}

/** Puts a figure to the others and makes the page anew. */
function keep(row: Row, figure: Kept): void {
  const figures = mergeFigures(readFigures(), { [row.id]: figure });
  writeFigures(figures, ROWS);
  writePage(figures);
}

function writePage(figures: Figures): number {
  fs.writeFileSync(
    PAGE,
    page({ results: resultsOf(figures), one: ONE, fifty: FIFTY, jobs: JOBS, delays: DELAYS, apps: APPS }),
  );
  return 0;
}

function resultsOf(figures: Figures): (Result & { readonly figure: Kept })[] {
  return ROWS.flatMap((row) => {
    const figure = figures[row.id];
    return figure === undefined ? [] : [{ row, figure }];
  });
}

async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--page")) return writePage(readFigures());
  const quick = args.includes("--quick");
  const wanted = args.filter((arg) => !arg.startsWith("--"));
  const rows = ROWS.filter(({ id }) => wanted.length === 0 || wanted.includes(id));
  using lab = await openLab();
  const version = (await runCommand(lab.appd, ["version"])).trim();
  const results: Result[] = [];
  for (const row of rows) {
    const result = { row, figure: await row.measure(lab, { quick }) };
    say(result);
    results.push(result);
    keep(row, { ...result.figure, version, quick }); // Now: a run may be cut short.
  }
  return results.some(isOver) ? 1 : 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
