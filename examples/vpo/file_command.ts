import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { AppdError } from "../../src/mod.ts";
import { Refusal } from "./refusal.ts";
import { endGroup, markOf } from "./stray.ts";

/** Milliseconds that a command has to end after SIGTERM; the job's `stopTimeout` is longer. */
const GRACE_MS = 2000;
/** Milliseconds that the output of a command may stay open after its end. */
const LAST_WORDS_MS = 500;
/** So much of what a command says last is kept for the reason. */
const TAIL_CHARACTERS = 2000;
/** A command dies by these when the file was too much for it; by any other because somebody ended it. */
const CRASHES: readonly string[] = ["SIGSEGV", "SIGABRT", "SIGBUS", "SIGFPE", "SIGILL", "SIGSYS"];
/** What it finds of the daemon's environment. */
const PASSED_ON = ["PATH", "HOME", "USER", "LANG", "TZ", "TMPDIR"];

export interface CommandRun {
  /** Aborted: the command is ended, and the signal's reason is thrown. */
  readonly signal: AbortSignal;
  /** Milliseconds; 0: no limit. */
  readonly timeout: number;
  /** Hears of the process as soon as there is one, as `endStray` takes it. */
  started(mark: string | null): Promise<void>;
}

/** Puts the paths into the words of a command. */
export function wordsOf(
  command: readonly string[],
  paths: { readonly input: string; readonly output: string },
): readonly string[] {
  const path = (_: string, name: string) => name === "input" ? paths.input : paths.output;
  return command.map((word) => word.replaceAll(/\{(input|output)\}/g, path));
}

/**
 * Runs the command for one file, in a session of its own.
 *
 * @throws Refusal when it says that the file is bad: a code other than 0, a crash, the timeout; AppdError (unavailable)
 * when it cannot run, or was ended by somebody else
 */
export async function runCommand(words: readonly string[], options: CommandRun): Promise<void> {
  const { signal, timeout } = options;
  signal.throwIfAborted();
  const child = await start(words);
  endWithUs(child);
  const tail = tailOf(child);
  const limit = timeout === 0 ? signal : AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
  const ended = endOf(child);
  limit.addEventListener("abort", () => endGently(child), { once: true });
  if (limit.aborted) endGently(child);
  try {
    await options.started(markOf(child.pid));
  } catch (error) {
    endGently(child); // Nobody would find it after a crash.
    await ended;
    throw error;
  }
  const end = await ended;
  signal.throwIfAborted();
  if (limit.aborted) throw new Refusal(`the command took longer than ${timeout / 1000} s`);
  judge(words[0] ?? "", end, tail());
}

interface End {
  readonly code: number | null;
  readonly signal: string | null;
}

async function start(words: readonly string[]): Promise<ChildProcess> {
  const [program = "", ...args] = words;
  const env = Object.fromEntries(PASSED_ON.flatMap((name) => name in process.env ? [[name, process.env[name]]] : []));
  const child = spawn(program, args, { detached: true, stdio: ["ignore", "pipe", "pipe"], env });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (error) =>
      reject(
        new AppdError(`cannot run "${program}": ${error.message}`, {
          exit: "unavailable",
          cause: error,
          hint: "look at the command: vpo config explain library.command",
        }),
      ));
  });
  return child;
}

/**
 * Its exit counts, and not the end of its output: a process that it left behind may hold that. What it started is not to go
 * on without it; what it said last is waited for a moment.
 */
async function endOf(child: ChildProcess): Promise<End> {
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const end = await new Promise<End>((resolve) => child.once("exit", (code, signal) => resolve({ code, signal })));
  endGroup(child.pid, "SIGKILL");
  const timer = setTimeout(() => [child.stdout, child.stderr].forEach((stream) => stream?.destroy()), LAST_WORDS_MS);
  await closed;
  clearTimeout(timer);
  return end;
}

function tailOf(child: ChildProcess): () => string {
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (more: string) => text = (text + more).slice(-TAIL_CHARACTERS));
  }
  return () => text.trim();
}

function judge(program: string, { code, signal }: End, said: string): void {
  if (code === 0) return;
  const words = said === "" ? "" : `: ${said}`;
  if (signal !== null && CRASHES.includes(signal)) throw new Refusal(`"${program}" crashed with ${signal}${words}`);
  // 126 and 127 are a shell's words for a program that it cannot run.
  if (signal === null && code !== 126 && code !== 127) throw new Refusal(`"${program}" ended with ${code}${words}`);
  const how = signal === null ? `ended with ${code}` : `was ended by ${signal}`;
  throw new AppdError(`cannot run "${program}": it ${how}${words}`, {
    exit: "unavailable",
    hint: "look at the command: vpo config explain library.command",
  });
}

/** A daemon whose time is over does not wait for a command that is deaf to SIGTERM, and does not leave it behind. */
function endWithUs(child: ChildProcess): void {
  const end = () => endGroup(child.pid, "SIGKILL");
  globalThis.addEventListener("unload", end);
  child.once("exit", () => globalThis.removeEventListener("unload", end));
}

function endGently(child: ChildProcess): void {
  endGroup(child.pid, "SIGTERM");
  const timer = setTimeout(() => endGroup(child.pid, "SIGKILL"), GRACE_MS);
  child.once("exit", () => clearTimeout(timer));
}
