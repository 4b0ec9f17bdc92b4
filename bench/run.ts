// deno-lint-ignore-file no-console -- a script speaks to the person who ran it
/**
 * Measures dist/appd and writes docs/performance.md. Exit 1 when a figure is above its limit.
 *
 * usage: deno task bench [--quick] [ROW …]      rows: status start restart lines stamped memory size
 *
 * Only a full run of all rows writes the page.
 */
import fs from "node:fs";
import os from "node:os";
import { MEMORY, SIZE } from "./footprint_rows.ts";
import { openLab, runCommand } from "./lab.ts";
import { RESTART } from "./restart_row.ts";
import type { Figure, Row } from "./rows.ts";
import { START, STATUS } from "./start_rows.ts";
import { LINES, STAMPED_LINES } from "./throughput_rows.ts";

const ROWS: readonly Row[] = [STATUS, START, RESTART, LINES, STAMPED_LINES, MEMORY, SIZE];
const PAGE = new URL("../docs/performance.md", import.meta.url);

interface Result {
  readonly row: Row;
  readonly figure: Figure;
}

function machine(): string {
  const cpus = os.cpus();
  const memory = `${Math.round(os.totalmem() / 1024 ** 3)} GiB`;
  return `${cpus.length} × ${
    cpus[0]?.model ?? "unknown"
  }, ${memory}, ${os.type()} ${os.release()}, Deno ${Deno.version.deno}`;
}

function valueText({ row, figure }: Result): string {
  return row.unit === "×" ? `${figure.value.toFixed(2)} ×` : `${figure.value.toFixed(2)} ${row.unit}`;
}

/** The text of docs/performance.md. */
function page(results: readonly Result[], version: string): string {
  const rows = results.map((result) =>
    `| ${result.row.what} | ${result.row.limit} ${result.row.unit} | **${
      valueText(result)
    }** | ${result.figure.detail} |`
  );
  return `# Performance

Written by \`deno task bench\`; do not edit. Both sides of a comparison run in turn on the same machine, the figure is the
median of the pairs' ratios. Lines are numbered, and every kept line was found once, whole and in order.

- ${version}
- ${machine()}

| what | at most | measured | from |
| --- | --- | --- | --- |
${rows.join("\n")}
`;
}

async function main(args: readonly string[]): Promise<number> {
  const quick = args.includes("--quick");
  const wanted = args.filter((arg) => !arg.startsWith("--"));
  const rows = ROWS.filter((row) => wanted.length === 0 || wanted.includes(row.id));
  using lab = await openLab();
  const results: Result[] = [];
  for (const row of rows) {
    const result = { row, figure: await row.measure(lab, { quick }) };
    results.push(result);
    const verdict = result.figure.value <= row.limit ? "ok  " : "OVER";
    console.log(`${verdict} ${row.id}: ${valueText(result)} (at most ${row.limit}): ${result.figure.detail}`);
  }
  if (!quick && rows.length === ROWS.length) {
    fs.writeFileSync(PAGE, page(results, (await runCommand(lab.appd, ["version"])).trim()));
  }
  return results.every(({ row, figure }) => figure.value <= row.limit) ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
