/** A daemon that does nothing but supervise, to be killed: `DIRECTORY PROGRAMS SCRIPT`. Says `ready` once it has applied. */
import { SILENT } from "../../src/base/logger.ts";
import { createCompressor } from "../../src/logging/compressor.ts";
import { openRotatingFile } from "../../src/logging/open_rotating_file.ts";
import { createSupervisor } from "../../src/programs/supervisor.ts";
import { realDeps, shellSpec } from "../../src/programs/testing.ts";

const [directory = "", programs = "", script = ""] = Deno.args;
const deps = realDeps(directory, new Map());
const compressor = createCompressor(deps);
const policy = { rotateSize: 20_000, rotateEvery: 0, maxFiles: 10_000, maxAge: 0, maxTotal: 0, compress: false };
const supervisor = createSupervisor({
  ...deps,
  keepOutput: true,
  openOutput: (_, path) =>
    openRotatingFile({ path, policy, files: deps.files, clock: deps.clock, compressor, log: SILENT }),
});
await supervisor.apply(Array.from({ length: Number(programs) }, (_, i) => shellSpec(`p${i}`, script)));
await Deno.stdout.write(new TextEncoder().encode("ready\n"));
for await (const _ of Deno.stdin.readable) {
  await supervisor.stopAll({ deadlineMs: 10_000 });
  await supervisor[Symbol.asyncDispose]();
  Deno.exit(0);
}
