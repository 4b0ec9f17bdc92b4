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

/**
 * Reads a calendar in a process of its own: `calendarbot inspect -`. Some recurrence rules make the library search without
 * an end; there, that costs one core for a few seconds, and here it would be the end of the daemon.
 *
 * @throws AppdError (unavailable) when it is no calendar, or takes too long
 */
export async function readApart(bytes: Uint8Array, options: ReadApartOptions): Promise<CalendarCopy> {
  const limit = AbortSignal.timeout(options.limitMs ?? LIMIT_MS);
  const reader = startReader(options, AbortSignal.any([options.signal, limit]));
  const { answer, complaint } = await talk(reader, bytes);
  if (options.signal.aborted) throw options.signal.reason;
  const refused = (reason: string) =>
    new AppdError(`cannot read "${options.name}": ${reason}`, {
      exit: "unavailable",
      hint: "see what is wrong with it: calendarbot inspect FILE",
    });
  if (limit.aborted) throw refused(`it takes too long${lastLine(complaint)}`);
  const inspection = parsed(answer);
  if (inspection === undefined) throw refused(`its reader ended early: ${complaint.trim().slice(-300)}`);
  if (inspection.problem !== null) throw refused(inspection.problem);
  return inspection;
}

function startReader({ timezone, window }: ReadApartOptions, signal: AbortSignal): Deno.ChildProcess {
  const self = Deno.build.standalone ? [] : ["run", "-A", "--quiet", "--unstable-net", Deno.mainModule];
  const span = ["--since", new Date(window.from).toISOString(), "--until", new Date(window.to).toISOString()];
  return new Deno.Command(Deno.execPath(), {
    args: [...self, "inspect", "-", "--json", "--verbose", "--timezone", timezone, ...span],
    clearEnv: true,
    env: { HOME: "/nonexistent", PATH: "/usr/bin:/bin", TZ: "UTC" },
    cwd: "/",
    ...{ stdin: "piped", stdout: "piped", stderr: "piped", signal },
  }).spawn();
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
function lastLine(complaint: string): string {
  const line = /.*^line (\d+)$/ms.exec(complaint)?.[1];
  return line === undefined ? "" : `, at the event in line ${line}`;
}
