import { AppdError } from "../../src/mod.ts";
import type { CalendarCopy } from "./read_calendar.ts";
import type { Window } from "./occurrences.ts";

export interface ReadApartOptions {
  /** How the source is called in an error. */
  readonly name: string;
  readonly timezone: string;
  readonly window: Window;
  readonly signal: AbortSignal;
  /** After which the reader is ended. */
  readonly limitMs?: number;
}

/** What `inspect --json` answers. */
export type Inspection = { readonly problem: string } | ({ readonly problem: null } & CalendarCopy);

const LIMIT_MS = 15_000;
/** Longest answer of a reader, in bytes. */
const MAX_ANSWER = 64 * 1024 * 1024;
/** Events that are left out because they keep their reader busy for good; with more of them it is no calendar. */
const MAX_ENDLESS = 3;

/** Processor time after which the kernel ends a reader, in seconds: one that is busy for good may outlive a daemon that dies. */
const MAX_CPU_S = 30;
/**
 * Reads a calendar in a process of its own: `calendarbot inspect -`. Some recurrence rules make the library search without
 * an end; there, that costs one core for a few seconds, and here it would be the end of the daemon. An event that does so
 * is left out of the next try.
 *
 * @throws AppdError (unavailable) when it is no calendar, or takes too long
 */
export async function readApart(bytes: Uint8Array, options: ReadApartOptions): Promise<CalendarCopy> {
  const endless: number[] = [];
  while (endless.length <= MAX_ENDLESS) {
    const result = await tryToRead(bytes, { ...options, endless });
    if (typeof result !== "number") return result;
    endless.push(result);
  }
  throw refused(options.name, "following its recurrence rules takes too long");
}

interface Try extends ReadApartOptions {
  /** Lines of events that are left out. */
  readonly endless: readonly number[];
}

/** The calendar, or the line of the event at which its reader was still busy when its time was over. */
async function tryToRead(bytes: Uint8Array, options: Try): Promise<CalendarCopy | number> {
  const limit = AbortSignal.timeout(options.limitMs ?? LIMIT_MS);
  const reader = startReader(options, AbortSignal.any([options.signal, limit]));
  const { answer, complaint } = await talk(reader, bytes);
  if (options.signal.aborted) throw options.signal.reason;
  const inspection = parsed(answer);
  if (limit.aborted && inspection === undefined) {
    const line = lastLine(complaint);
    if (line === undefined) throw refused(options.name, "it takes too long");
    return line;
  }
  if (inspection === undefined) {
    throw refused(options.name, `its reader ended early: ${complaint.trim().slice(-300)}`);
  }
  if (inspection.problem !== null) throw refused(options.name, inspection.problem);
  return inspection;
}

function refused(name: string, reason: string): AppdError {
  return new AppdError(`cannot read "${name}": ${reason}`, {
    exit: "unavailable",
    hint: "see what is wrong with it: calendarbot inspect FILE",
  });
}

function startReader({ timezone, window, endless }: Try, signal: AbortSignal): Deno.ChildProcess {
  const span = ["--since", new Date(window.from).toISOString(), "--until", new Date(window.to).toISOString()];
  const skip = endless.flatMap((line) => ["--skip", String(line)]);
  const [program, ...words] = [
    ...self(),
    "inspect",
    "-",
    "--json",
    "--verbose",
    "--timezone",
    timezone,
    ...span,
    ...skip,
  ];
  return new Deno.Command(program ?? Deno.execPath(), {
    args: words,
    clearEnv: true,
    env: { HOME: "/nonexistent", PATH: "/usr/bin:/bin", TZ: "UTC" },
    cwd: "/",
    ...{ stdin: "piped", stdout: "piped", stderr: "piped", signal },
  }).spawn();
}

/** The command that is this program. */
function self(): readonly string[] {
  const program = Deno.execPath();
  return [
    ...(Deno.build.os === "windows" ? [] : ["/bin/sh", "-c", `ulimit -t ${MAX_CPU_S}; exec "$@"`, "sh"]),
    ...(Deno.build.standalone ? [program] : [program, "run", "-A", "--quiet", "--unstable-net", Deno.mainModule]),
  ];
}

interface Talk {
  readonly answer: string;
  readonly complaint: string;
}

async function talk(reader: Deno.ChildProcess, bytes: Uint8Array): Promise<Talk> {
  const [, answer, complaint] = await Promise.all([
    // A reader that has seen enough closes its end; what it found is in its answer.
    new Blob([bytes as BlobPart]).stream().pipeTo(reader.stdin).catch(() => undefined),
    textOf(reader.stdout, MAX_ANSWER),
    textOf(reader.stderr, MAX_ANSWER),
  ]);
  await reader.status;
  return { answer, complaint };
}

async function textOf(stream: ReadableStream<Uint8Array>, maxSize: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size <= maxSize) text += decoder.decode(chunk, { stream: true });
  }
  return text;
}

function parsed(answer: string): Inspection | undefined {
  try {
    return JSON.parse(answer) as Inspection;
  } catch {
    return undefined; // It was ended, or ran out of memory: what it complained of says more.
  }
}

/** Where the reader was, which it tells before each event that recurs. */
function lastLine(complaint: string): number | undefined {
  const line = /.*^line (\d+)$/ms.exec(complaint)?.[1];
  return line === undefined ? undefined : Number(line);
}
