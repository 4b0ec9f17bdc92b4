/** Writes numbered lines, from the number given, into a log that rotates and compresses all the time, until killed. */
import { createCompressor } from "../../src/logging/compressor.ts";
import { createLineWriter } from "../../src/logging/line_writer.ts";
import { openRotatingFile } from "../../src/logging/open_rotating_file.ts";
import { systemClock as clock } from "../../src/system/clock.ts";
import { systemFiles as files } from "../../src/system/files.ts";
import { numberedLines } from "./numbered_lines.ts";

const [path = "", first = "1"] = Deno.args;
const policy = { rotateSize: 40_000, rotateEvery: 0, maxFiles: 1e6, maxAge: 0, maxTotal: 0, compress: true };
const compressor = createCompressor({ files, clock });
const writer = createLineWriter(openRotatingFile({ path, policy, files, clock, compressor }), {
  timestamp: false,
  clock,
});
if (writer.lineBytes > 0) writer.endLine();
for (let n = Number(first);; n += 20) {
  writer.write(numberedLines("s", { from: n, to: n + 19, length: 100 }));
  await new Promise((resolve) => setTimeout(resolve));
}
