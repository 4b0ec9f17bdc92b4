import { systemClock } from "../system/clock.ts";
import { createFifos } from "../system/fifo.ts";
import { systemFiles } from "../system/files.ts";
import { systemProcesses } from "../system/processes.ts";
import { type Logger, SILENT } from "../base/logger.ts";
import type { SupervisorDeps } from "./deps.ts";
import { PLAIN_LOG, type ProgramOutput, type ProgramSpec } from "./program_spec.ts";

/** For tests: a program of this machine's `sh`, with everything that a test does not care about. */
export function shellSpec(name: string, script: string, more: Partial<ProgramSpec> = {}): ProgramSpec {
  return {
    name,
    command: ["/bin/sh", "-c", script],
    cwd: "/",
    env: {},
    restart: "always",
    stopSignal: "SIGTERM",
    stopTimeout: 5000,
    startTimeout: 30_000,
    stableAfter: 10_000,
    critical: false,
    log: PLAIN_LOG,
    ...more,
  };
}

/** An output that keeps what it is given. */
export class MemoryOutput implements ProgramOutput {
  readonly chunks: Uint8Array[] = [];
  bytes = 0;
  rotations = 0;
  problem: ProgramOutput["problem"];

  write(bytes: Uint8Array): void {
    this.chunks.push(bytes.slice());
    this.bytes += bytes.length;
  }

  rotate(): Promise<void> {
    this.rotations++;
    return Promise.resolve();
  }

  reopen(): void {}

  close(): Promise<void> {
    return Promise.resolve();
  }

  get text(): string {
    return new TextDecoder().decode(concat(this.chunks));
  }
}

function concat(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** Dependencies on the real machine, under `directory`; outputs are kept in `outputs` by program. */
export function realDeps(directory: string, outputs: Map<string, MemoryOutput>, log: Logger = SILENT): SupervisorDeps {
  return {
    clock: systemClock,
    processes: systemProcesses,
    files: systemFiles,
    fifos: createFifos(),
    log,
    directory,
    address: { APPD_NAME: "test" },
    inheritedEnv: { PATH: "/usr/bin:/bin" },
    openOutput(spec) {
      const output = outputs.get(spec.name) ?? new MemoryOutput();
      outputs.set(spec.name, output);
      return output;
    },
  };
}
