/** The text of docs/performance.md. */
import os from "node:os";
import type { Kept } from "./figures.ts";
import type { Figure, Peer, Row } from "./rows.ts";

export interface Result {
  readonly row: Row;
  readonly figure: Figure;
}

interface PageOptions {
  readonly results: readonly (Result & { readonly figure: Kept })[];
  /** Rows about a program or none. */
  readonly one: readonly Row[];
  readonly fifty: readonly Row[];
  /** About ten thousand jobs and a million runs. */
  readonly jobs: readonly Row[];
  readonly delays: readonly Row[];
  /** About apps of the kit. */
  readonly apps: readonly Row[];
}

function machine(): string {
  const cpus = os.cpus();
  const memory = `${Math.round(os.totalmem() / 1024 ** 3)} GiB`;
  return `${cpus.length} × ${
    cpus[0]?.model ?? "unknown"
  }, ${memory}, ${os.type()} ${os.release()}, Deno ${Deno.version.deno}`;
}

export function withUnit(value: number, unit: Row["unit"]): string {
  return unit === "%" ? `${value.toFixed(3)} %` : `${value.toFixed(2)} ${unit}`;
}

/** Whether a figure is above its limit; one that is no number is. */
export function isOver({ row, figure }: Result): boolean {
  return row.limit !== undefined && !(figure.value <= row.limit);
}

function limitText({ limit, unit }: Row): string {
  return limit === undefined ? "" : `${limit} ${unit}`;
}

function tableRow({ row, figure }: PageOptions["results"][number]): string {
  const quick = figure.quick && !figure.detail.includes("quick run") ? ", quick run" : "";
  return `| ${row.what} | ${limitText(row)} | **${withUnit(figure.value, row.unit)}** | ${figure.detail}${quick} |`;
}

export function peerText(peer: Peer): string {
  return "skipped" in peer ? `skipped: ${peer.skipped}` : `${peer.ratio.toFixed(2)} × (${peer.detail})`;
}

/** A column for each peer, a row for each row that has peers. */
function peerTable(results: readonly Result[]): string {
  const compared = results.filter(({ figure }) => figure.peers !== undefined);
  if (compared.length === 0) return "";
  const names = compared[0]?.figure.peers?.map(({ name }) => name) ?? [];
  const rows = compared.map(({ row, figure }) => `| \`${row.id}\` | ${figure.peers?.map(peerText).join(" | ")} |`);
  const head = `| row | ${names.map((name) => `÷ ${name}`).join(" | ")} |\n| --- |${" --- |".repeat(names.length)}`;
  return [head, ...rows].join("\n");
}

/** What the rows were measured of, each once. */
function versionsOf(results: PageOptions["results"]): readonly string[] {
  return [...new Set(results.map(({ figure }) => figure.version))];
}

const TABLE_HEAD = "| what | at most | measured | from |\n| --- | --- | --- | --- |";

/** All of it. */
export function page({ results, one, fifty, jobs, delays, apps }: PageOptions): string {
  const table = (rows: readonly Row[]) =>
    [TABLE_HEAD, ...results.filter(({ row }) => rows.includes(row)).map(tableRow)].join("\n");
  return `# Performance

Written by \`deno task bench\`; do not edit. Both sides of a comparison run in turn on the same machine, the figure is the
median of the pairs' ratios. Lines are numbered, and every kept line was found once, whole and in order.

- ${versionsOf(results).join(", ")}
- ${machine()}

${table(one)}

## Fifty programs

Each program is a C program of a few lines that appends the time of its first instruction to a file, then sleeps and ends
on TERM: so all run when fifty lines are there, whoever started them. An ending is seen by pidfd_open(2). CPU and memory are
those of the manager alone, of /proc/PID/stat and /proc/PID/smaps_rollup.

${table(fifty)}

The same done by others, in the same rounds. Less than 1 is in favour of appd. supervisord and pm2 work on their defaults,
each in a directory of its own.

${peerTable(results.filter(({ row }) => fifty.includes(row)))}

- \`start50\`: \`supervisorctl update\` and \`pm2 start FILE\` with the daemon running and nothing in it
- \`boot50\`: \`supervisord -c FILE\` and \`pm2 start FILE\` without a daemon
- \`stop50\`: \`supervisorctl stop all\`, which leaves its daemon running, and \`pm2 kill\`: their fastest ways
- \`idle50\`, \`memory50\`: all managers side by side

## Ten thousand jobs, a million runs

The jobs are due hours or months later: half with \`every\`, half with \`cron\`. Starts and status are those of the command,
from its fork to its end. Idle CPU and memory are taken after V8 has taken stock of the start. The runs are in the real tables,
5,000 of each of 200 jobs; both sides use the same file in turn.

${table(jobs)}

## From the slot to the process

Each job is a C program of a few lines that writes down the time of its first instruction. Before that appd has committed
the run to disk: after a power cut it is known that it began, and it is not started twice. cron and systemd write nothing.

${table(delays)}

${peerTable(results.filter(({ row }) => delays.includes(row)))}

- cron is Debian's, in namespaces of its own; it knows minutes only, so of \`delay\` it has one start a minute
- systemd is the machine's, in namespaces of its own; timers with \`AccuracySec=1us\` that start a \`oneshot\` service
- \`delay200\`: each has a second of the minute for itself

## Apps of the kit

The five of \`examples\`, on an empty home, beside appd itself with one job, so that both have a database.

${table(apps)}

${peerTable(results.filter(({ row }) => apps.includes(row)))}
`;
}
