/**
 * The detach room owns the way from a command in a terminal to a daemon without one: a new session of the same binary
 * and the message that says how its start went. It never decides whether a daemon may start.
 */
import { AppdError, cannot } from "../base/errors.ts";
import { type Clock, delay } from "../system/clock.ts";
import { LONGEST_SOCKET_PATH } from "../system/datagrams.ts";
import type { Files } from "../system/files.ts";
import type { Child, Processes } from "../system/processes.ts";
import { ORDER_VARIABLE, scrubEnvironment } from "./environment.ts";
import { parseReadiness, type Readiness, type Ready } from "./readiness.ts";

export interface DetachOptions {
  /** argv of the daemon: our own binary, and words that tell people what it runs. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** What the daemon is told beside the socket to report to; plain data. */
  readonly order: Readonly<Record<string, unknown>>;
  /** Directory (0700) for the readiness socket. */
  readonly directory: string;
  /** File that keeps what the runtime itself prints on the daemon's stdout and stderr. */
  readonly lateOutput: string;
  /** Milliseconds until a daemon that says nothing is given up and killed. */
  readonly timeoutMs: number;
}

export interface DetachSystem {
  readonly clock: Clock;
  readonly files: Files;
  readonly processes: Processes;
}

/**
 * Starts the daemon in a session of its own (setsid(2) by way of a detached spawn; no second fork is needed because a
 * session leader gets a controlling terminal only by opening one, and stdin, stdout and stderr are none) and waits,
 * without polling, until it is ready.
 *
 * @returns what the daemon says
 * @throws AppdError with the daemon's own message, hint and exit code; (internal) when it died without a word
 */
export async function detach(
  system: DetachSystem,
  options: DetachOptions,
): Promise<Ready> {
  const path = newsPath(options.directory);
  const listener = Deno.listen({ transport: "unix", path });
  const late = openLateOutput(system.files, options.lateOutput);
  try {
    const child = system.processes.spawn({
      command: options.command,
      cwd: "/",
      env: {
        ...scrubEnvironment(options.env),
        [ORDER_VARIABLE]: JSON.stringify({ ...options.order, readySocket: path }),
      },
      output: late.fd,
    });
    const news = await firstNews(system.clock, { child, listener, timeoutMs: options.timeoutMs });
    if (news.kind === "message" && news.message.type === "error") await farewell(system.clock, child);
    return outcomeOf(news, () => {
      system.processes.kill(child.pid, "SIGKILL");
      return readTail(system.files, options.lateOutput, late.size);
    });
  } finally {
    system.files.close(late.fd);
    listener.close();
    system.files.unlink(path);
  }
}

/** Not longer than the path of the control socket: where that fits, this does. @throws AppdError (cannotCreate) */
function newsPath(directory: string): string {
  const path = `${directory}/.s${crypto.randomUUID().slice(0, 8)}`;
  const { length } = new TextEncoder().encode(path);
  if (length <= LONGEST_SOCKET_PATH) return path;
  throw cannot(
    ["listen in", directory],
    `the path of a socket in it would be longer than ${LONGEST_SOCKET_PATH} bytes`,
    {
      exit: "cannotCreate",
      hint: "choose a shorter directory with --home",
    },
  );
}

type News =
  | { readonly kind: "message"; readonly message: Readiness }
  | { readonly kind: "exit"; readonly how: string }
  | {
    readonly kind: "timeout";
    readonly ms: number;
  };

async function firstNews(
  clock: Clock,
  start: { child: Child; listener: Deno.Listener; timeoutMs: number },
): Promise<News> {
  const over = new AbortController();
  const message = receive(start.listener);
  const exit = start.child.exited.then(async (status): Promise<News> => {
    const how = "code" in status ? `exit code ${status.code}` : `signal ${status.signal}`;
    // Its last words may still be on their way; after the exit they are in the socket or nowhere.
    return await Promise.race([message, delay(clock, 200, over.signal).then((): News => ({ kind: "exit", how }))]);
  });
  const timeout = delay(clock, start.timeoutMs, over.signal).then((): News => ({
    kind: "timeout",
    ms: start.timeoutMs,
  }));
  try {
    return await Promise.race([message, exit, timeout]);
  } finally {
    over.abort();
  }
}

/** Milliseconds that a daemon which could not start may take to end. */
const FAREWELL_MS = 2000;

/** A failed start leaves nothing behind, so the process that told of its failure is gone when the command returns. */
async function farewell(clock: Clock, child: Child): Promise<void> {
  const over = new AbortController();
  await Promise.race([child.exited, delay(clock, FAREWELL_MS, over.signal)]);
  over.abort();
}

/** Never settles when nothing that can be understood arrives: then the child's exit or the timeout decides. */
async function receive(listener: Deno.Listener): Promise<News> {
  try {
    const connection = await listener.accept();
    const message = parseReadiness(await new Response(connection.readable).text());
    if (message) return { kind: "message", message };
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource || error instanceof Deno.errors.ConnectionReset)) throw error;
  }
  return await new Promise<never>(() => {});
}

function outcomeOf(news: News, giveUp: () => string): Ready {
  if (news.kind === "message" && news.message.type === "ready") {
    const { type: _, ...ready } = news.message;
    return ready;
  }
  if (news.kind === "message" && news.message.type === "error") {
    const { message, hint, exit, problems } = news.message;
    const more = problems === undefined ? {} : { problems };
    throw new AppdError(message, hint === null ? { exit, ...more } : { exit, hint, ...more });
  }
  const why = news.kind === "exit"
    ? `it ended with ${news.how}`
    : `it was not ready after ${news.kind === "timeout" ? news.ms / 1000 : 0} s`;
  const words = giveUp();
  throw new AppdError(`cannot start the daemon: ${why}${words === "" ? "" : `: ${words}`}`, {
    exit: "internal",
    hint: "run it in the foreground to see more: appd run --log-level debug",
  });
}

function openLateOutput(files: Files, path: string): { fd: number; size: number } {
  const fd = files.open(path, { access: "append", create: true, mode: 0o600 });
  const size = files.fstat(fd).size;
  if (size <= 1024 * 1024) return { fd, size };
  files.truncate(fd, 0); // Crash texts of long ago; the last megabyte was kept until now.
  return { fd, size: 0 };
}

/** The last line that the runtime printed after offset `from`. */
function readTail(files: Files, path: string, from: number): string {
  const fd = files.open(path, { access: "read" });
  try {
    const bytes = new Uint8Array(4096);
    const text = new TextDecoder().decode(bytes.subarray(0, files.read(fd, bytes, from)));
    return text.trim().split("\n").at(-1) ?? "";
  } finally {
    files.close(fd);
  }
}
