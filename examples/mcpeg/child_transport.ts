import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import process from "node:process";
import { MessageLines } from "./message_lines.ts";
import { deserializeMessage, type JSONRPCMessage, serializeMessage, type Transport } from "./sdk.ts";

/** What is run, and where. */
export interface ChildCommand {
  readonly command: readonly string[];
  readonly cwd: string;
  /** Beside {@link INHERITED}. */
  readonly env: Readonly<Record<string, string>>;
}

/** What a server gets of the daemon's own environment. */
export const INHERITED: readonly string[] = ["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "TZ"];

/** Milliseconds from the end of its input to SIGTERM, and from there to SIGKILL. */
const PATIENCE_MS = { input: 1000, term: 2000 };
/** Milliseconds in which the last words of a dead server come out of its pipe. */
const LAST_WORDS_MS = 200;
/** Longest line of stderr that is told, in characters. */
const LONGEST_LINE = 4096;

/**
 * Speaks to a server over its stdin and stdout.
 *
 * The SDK has such a transport too. This one ends the whole process group, because what a launcher started for the server
 * outlives the launcher, sees the end of a server when its process ends and not when its pipe does, and hands on nothing of
 * the daemon's environment but {@link INHERITED}. (The SDK's own `close` also needs timers of Node, which a bundle lacks.)
 */
export class ChildTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: <T extends JSONRPCMessage>(message: T) => void;
  readonly #command: ChildCommand;
  readonly #tell: (line: string) => void;
  readonly #lines = new MessageLines();
  readonly #ended = Promise.withResolvers<void>();
  #child: ChildProcessWithoutNullStreams | undefined;
  /** Messages that have come; the first one is being delivered. */
  readonly #inbox: JSONRPCMessage[] = [];
  #ending: string | undefined;
  /** Why it is ended from here, while it still runs. */
  #fault: string | undefined;

  /** @param tell gets each line of the server's stderr */
  constructor(command: ChildCommand, tell: (line: string) => void) {
    this.#command = command;
    this.#tell = tell;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** How the process ended: `exit code 3`, `SIGKILL`, or what it had to be ended for; undefined while it runs. */
  get ending(): string | undefined {
    return this.#ending;
  }

  /** @throws Error when the program cannot be run */
  async start(): Promise<void> {
    const [program = "", ...args] = this.#command.command;
    const { cwd, env } = this.#command;
    const child = spawn(program, args, { cwd, env: { ...inherited(), ...env }, detached: true, stdio: "pipe" });
    this.#child = child;
    child.stdout.on("data", (chunk: Uint8Array) => this.#receive(chunk));
    child.stderr.on("data", linesTo(this.#tell));
    child.stdin.on("error", (error) => this.onerror?.(error)); // A server that has closed its input is about to end.
    child.on("exit", (code, signal) => this.#exited(child, signal ?? `exit code ${code}`));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    child.on("spawn", resolve);
    child.on("error", (error) => {
      reject(error);
      this.#exited(child, error.message);
    });
    await promise;
  }

  send(message: JSONRPCMessage): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#child === undefined || this.#ending !== undefined) return reject(new Error("Connection closed"));
      this.#child.stdin.write(serializeMessage(message), (error) => error ? reject(error) : resolve());
    });
  }

  /** Ends the input, then the process group with SIGTERM, then with SIGKILL; resolves when the process has ended. */
  async close(): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined) return;
    child.stdin.end();
    if (!await this.#endsWithin(PATIENCE_MS.input)) {
      signalGroup(child.pid, "SIGTERM");
      await this.#endsWithin(PATIENCE_MS.term);
    }
    signalGroup(child.pid, "SIGKILL"); // Also what a server that ended has left behind.
    await this.#ended.promise;
  }

  #receive(chunk: Uint8Array): void {
    if (this.#fault !== undefined) return;
    try {
      for (const line of this.#lines.add(chunk)) this.#take(line);
    } catch (error) {
      this.#fault = (error as Error).message;
      this.onerror?.(error as Error);
      void this.close();
    }
  }

  #take(line: string): void {
    try {
      this.#inbox.push(deserializeMessage(line));
      if (this.#inbox.length === 1) void this.#deliver();
    } catch (error) {
      this.onerror?.(error as Error); // A line that is no message, such as a greeting: the next one may be one.
    }
  }

  /** With a breath after each: the SDK drops the progress of a call whose result it has seen in the same turn. */
  async #deliver(): Promise<void> {
    for (let [message] = this.#inbox; message !== undefined; [message] = this.#inbox) {
      try {
        this.onmessage?.(message);
      } catch (error) {
        this.onerror?.(error as Error); // What one message does to the reader is not the end of those behind it.
      }
      await Promise.resolve();
      this.#inbox.shift();
    }
  }

  /** A child of the server may hold the pipe open for ever, so the process's end is what counts. */
  #exited(child: ChildProcessWithoutNullStreams, how: string): void {
    if (this.#ending !== undefined) return;
    this.#ending = this.#fault ?? how;
    const done = () => {
      clearTimeout(timer);
      for (const stream of child.stdio) stream?.destroy();
      this.#ended.resolve();
      this.onclose?.();
    };
    const timer = setTimeout(done, LAST_WORDS_MS);
    if (child.pid === undefined || child.stdout.readableEnded) done();
    else child.stdout.once("end", done);
  }

  async #endsWithin(ms: number): Promise<boolean> {
    const late = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => late.resolve(false), ms);
    const inTime = await Promise.race([this.#ended.promise.then(() => true), late.promise]);
    clearTimeout(timer);
    return inTime;
  }
}

function inherited(): Record<string, string> {
  return Object.fromEntries(INHERITED.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  }));
}

function signalGroup(pid: number, signal: "SIGTERM" | "SIGKILL"): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as { code?: unknown }).code !== "ESRCH") throw error; // Nobody of the group is left.
  }
}

function linesTo(tell: (line: string) => void): (chunk: Uint8Array) => void {
  const decoder = new TextDecoder();
  let rest = "";
  return (chunk) => {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = (lines.pop() ?? "").slice(0, LONGEST_LINE);
    for (const line of lines) if (line.trim() !== "") tell(line.slice(0, LONGEST_LINE));
  };
}
