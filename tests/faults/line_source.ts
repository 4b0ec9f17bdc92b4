/** A program that writes numbered lines at a steady rate and ends: `STREAM LINES LINES_PER_SECOND`. */
import { writeSync } from "node:fs";
import { numberedLines } from "./numbered_lines.ts";

const [stream = "", lines = "0", rate = "0"] = Deno.args;
/** Milliseconds between two bursts. */
const BURST = 10;

const total = Number(lines);
const began = performance.now();
for (let written = 0; written < total;) {
  const due = Math.min(total, Math.ceil((performance.now() - began) * Number(rate) / 1000));
  if (due > written) writeAll(numberedLines(stream, { from: written + 1, to: due }));
  written = Math.max(written, due);
  await new Promise((resolve) => setTimeout(resolve, BURST));
}

function writeAll(bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(1, bytes, done);
}
