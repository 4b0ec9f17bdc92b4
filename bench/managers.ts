/** Managers of programs, all made to do the same: so many copies of `beat`, in a directory of their own. */
import fs from "node:fs";
import { join } from "node:path";
import { alive, Instance, signal, until } from "../tests/support/instance.ts";
import { type Lab, runCommand } from "./lab.ts";

/** A command with its whole environment. */
export interface Invocation {
  readonly command: readonly string[];
  readonly env: Record<string, string>;
}

/** Disposing ends the manager and every program of it. */
export interface Manager extends AsyncDisposable {
  /** Each program appends its PID and time here when it starts. */
  readonly beats: string;
  configure(programs: number): void;
  /** Starts the manager with what is configured. */
  readonly boot: Invocation;
  /** Makes the running manager start what was configured since. */
  readonly add: Invocation;
  /** Ends all programs; what else it ends is its own affair. */
  readonly stop: Invocation;
  /** Ends the manager. */
  readonly shutdown: Invocation;
  /** The manager's own process. */
  pid(): number;
}

/** The PIDs of all programs that have started. */
export function programPids(manager: Pick<Manager, "beats">): number[] {
  if (!fs.existsSync(manager.beats)) return [];
  return fs.readFileSync(manager.beats, "utf8").trimEnd().split("\n").map((line) => Number(line.split(" ")[0]));
}

/** Runs it to its end. @throws Error with what it said when it fails */
export function invoke({ command, env }: Invocation): Promise<string> {
  const [file = "", ...args] = command;
  return runCommand(file, args, env);
}

/** Starts a manager with so many programs. @returns when all of them run */
export async function boot(manager: Manager, programs: number): Promise<void> {
  manager.configure(programs);
  await invoke(manager.boot);
  await until("the manager runs", () => alive(manager.pid()));
  await until("all programs run", () => programPids(manager).length === programs || programs === 0);
}

function readPid(file: string): number {
  return Number(fs.readFileSync(file, "utf8"));
}

/** Asks it to stop and ends by PID what is left. */
async function end(manager: Manager): Promise<void> {
  const own = (() => {
    try {
      return [manager.pid()];
    } catch {
      return []; // It never ran, or has ended and removed its file.
    }
  })();
  // supervisord ends one program after the other, half a second each, unless all were stopped before.
  for (const step of [manager.stop, manager.shutdown]) {
    if (own.some(alive)) await invoke(step).catch(() => {}); // What it did not do is done below.
  }
  const gone = () => [...own, ...programPids(manager)].every((pid) => !alive(pid));
  await until("the manager's end", gone, 10_000).catch(() => {
    for (const pid of [...own, ...programPids(manager)]) signal(pid, "SIGKILL");
  });
}

export function openAppd(lab: Lab): Manager {
  const instance = new Instance();
  const beats = join(instance.home, "beats");
  const verb = (name: string): Invocation => ({ command: [lab.appd, name], env: instance.env() });
  return {
    beats,
    configure(programs) {
      const sections = Array.from(
        { length: programs },
        (_, i) => `[[program]]\nname = "beat${i}"\ncommand = ["${lab.tool("beat")}", "${beats}"]\n`,
      );
      instance.write(sections.join("\n"));
    },
    boot: verb("start"),
    add: verb("reload"),
    stop: verb("stop"),
    shutdown: verb("stop"),
    pid: () => instance.pid(),
    [Symbol.asyncDispose]: () => instance[Symbol.asyncDispose](),
  };
}

export function openSupervisord(lab: Lab): Manager {
  const directory = fs.mkdtempSync(join(lab.directory, "supervisord-"));
  const [beats, config, pidFile] = [join(directory, "beats"), join(directory, "conf"), join(directory, "pid")];
  const env = { PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin", HOME: directory, LANG: "C.UTF-8" };
  const control = (...words: string[]) => ({ command: ["/usr/bin/supervisorctl", "-c", config, ...words], env });
  const manager: Manager = {
    beats,
    configure(programs) {
      const sections = Array.from(
        { length: programs },
        (_, i) => `[program:beat${i}]\ncommand=${lab.tool("beat")} ${beats}\nredirect_stderr=true\n`,
      );
      fs.writeFileSync(
        config,
        `[unix_http_server]\nfile=${directory}/sock\n
[supervisord]\nlogfile=${directory}/log\npidfile=${pidFile}\nchildlogdir=${directory}\n
[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface\n
[supervisorctl]\nserverurl=unix://${directory}/sock\n\n${sections.join("\n")}`,
      );
    },
    boot: { command: ["/usr/bin/supervisord", "-c", config], env },
    add: control("update"),
    stop: control("stop", "all"),
    shutdown: control("shutdown"),
    pid: () => readPid(pidFile),
    [Symbol.asyncDispose]: () => end(manager),
  };
  return manager;
}

/** @param pm2 its command */
export function openPm2(lab: Lab, pm2: string): Manager {
  const directory = fs.mkdtempSync(join(lab.directory, "pm2-"));
  const [beats, config] = [join(directory, "beats"), join(directory, "ecosystem.json")];
  const env = {
    PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin",
    HOME: directory,
    LANG: "C.UTF-8",
    PM2_HOME: join(directory, ".pm2"),
    PM2_DISABLE_VERSION_CHECK: "true", // It would ask a server of its makers.
  };
  let configured = 0;
  const start = { command: [pm2, "start", config], env };
  const kill = { command: [pm2, "kill"], env };
  const manager: Manager = {
    beats,
    configure(programs) {
      configured = programs;
      const apps = Array.from({ length: programs }, (_, i) => (
        { name: `beat${i}`, script: lab.tool("beat"), args: [beats], interpreter: "none", cwd: directory }
      ));
      fs.writeFileSync(config, JSON.stringify({ apps }));
    },
    get boot() {
      return configured === 0 ? { command: [pm2, "ping"], env } : start;
    },
    add: start,
    stop: kill, // `stop all` takes three times as long.
    shutdown: kill,
    pid: () => readPid(join(env.PM2_HOME, "pm2.pid")),
    [Symbol.asyncDispose]: () => end(manager),
  };
  return manager;
}
