/** The daemon's own socket: a look at it costs a millisecond, where a command costs a process. */
import { join } from "node:path";
import type { ProgramStatus } from "../../src/base/program_reports.ts";
import type { StatusReport } from "../../src/base/status_report.ts";
import { controlClient } from "../../src/http/control_client.ts";
import type { Instance } from "../support/instance.ts";

/** Longest wait for an answer, in milliseconds: a daemon that does not answer fails the test. */
const ANSWER = 15_000;

export interface Talk {
  status(): Promise<StatusReport>;
  program(name: string): Promise<ProgramStatus>;
  /** @param path below /api/v1 */
  post(path: string, body?: Readonly<Record<string, unknown>>): Promise<void>;
}

/** @throws Error when nobody answers */
export function talkTo({ home }: Pick<Instance, "home">): Talk {
  const client = controlClient(join(home, "control.sock"), { timeoutMs: ANSWER });
  const status = async () => await client.get<StatusReport>("/api/v1/status") ?? fail();
  return {
    status,
    program: async (name) => (await status()).programs.find((one) => one.name === name) ?? fail(),
    post: async (path, body) => void (await client.post(`/api/v1${path}`, body) ?? fail()),
  };
}

function fail(): never {
  throw new Error("the daemon does not answer, or has no such program");
}
