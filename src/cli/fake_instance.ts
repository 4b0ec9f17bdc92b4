import { APPD_APP } from "../app/kit/app.ts";
import fs from "node:fs";
import { createContext } from "../app/context.ts";
import type { JobStatus } from "../base/job_reports.ts";
import type { ProgramStatus } from "../base/program_reports.ts";
import { createApi } from "../http/api.ts";
import { type FakeDaemon, fakeDaemon } from "../http/fake_daemon.ts";
import type { Actions } from "../http/route.ts";
import { serveSocket } from "../http/unix_listener.ts";
import { realSystem } from "../system/system.ts";
import { APPD } from "./command_table.ts";
import { fakeTerminal } from "./fake_terminal.ts";
import { main } from "./run.ts";

/** What a command line came to. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A home of its own with a daemon on its socket that is not a process, for tests of verbs. */
export interface FakeInstance extends AsyncDisposable {
  readonly home: string;
  readonly daemon: FakeDaemon;
  /** What it says of its programs and jobs; tests change it. */
  readonly programs: ProgramStatus[];
  readonly jobs: JobStatus[];
  run(...args: string[]): Promise<Ran>;
  /** Gives up the lock and the socket, as a daemon that ends. */
  end(): Promise<void>;
}

/** Runs one command line against a home. */
export async function runIn(home: string, args: readonly string[]): Promise<Ran> {
  const terminal = fakeTerminal();
  const system = realSystem();
  const host = { ...system.host, env: { PATH: "/bin", LANG: "C.UTF-8", APPD_HOME: home } };
  const code = await main({ program: APPD, app: APPD_APP }, args, { ...system, host, terminal });
  return { code, stdout: terminal.stdout, stderr: terminal.stderr };
}

/** @param programs what it has; @param actions what it does otherwise than the fake daemon of the http room */
export function fakeInstance(
  programs: ProgramStatus[],
  actions: (daemon: FakeInstance) => Partial<Actions> = () => ({}),
): FakeInstance {
  const home = fs.mkdtempSync("/tmp/appd-verbs-");
  const system = realSystem();
  const { paths } = createContext({ home, flags: {}, system });
  const base = fakeDaemon();
  const jobs: JobStatus[] = [];
  const status = () => ({ ...base.status(), pid: NOBODY, programs, jobs });
  const lock = system.locks.tryExclusive(paths.lock);
  const test: FakeInstance = {
    home,
    daemon: base,
    programs,
    jobs,
    run: (...args) => runIn(home, args),
    async end() {
      await listener.close();
      lock?.[Symbol.dispose]();
    },
    async [Symbol.asyncDispose]() {
      await test.end();
      fs.rmSync(home, { recursive: true });
    },
  };
  const api = createApi({ ...base, access: "socket", status, actions: { ...base.actions, ...actions(test) } });
  const listener = serveSocket({ path: paths.socket, handler: (request) => api.fetch(request) });
  return test;
}

/** Above the greatest PID that Linux gives, proc_sys_kernel(5). */
const NOBODY = 2 ** 22 + 1;

/** A program that runs. */
export function fakeProgram(name: string, more: Partial<ProgramStatus> = {}): ProgramStatus {
  const [model] = fakeDaemon().status().programs;
  if (model === undefined) throw new Error("the fake daemon has no program");
  return { ...model, name, ...more };
}
