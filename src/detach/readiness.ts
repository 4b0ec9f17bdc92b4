import type { ExitName } from "../base/exit_codes.ts";

/** What a daemon that is ready says of its start. */
export interface Ready {
  readonly pid: number;
  readonly url: string | null;
  /** Paths of databases that it found damaged and set aside; absent without any. */
  readonly set_aside?: readonly string[];
  /** Critical checks of the app that are not well, or have not answered yet, and what is said of them; absent without any. */
  readonly unwell?: Readonly<Record<string, string>>;
}

/** The one message that a starting daemon sends to the command that started it, as one line of JSON. */
export type Readiness =
  | { readonly type: "ready" } & Ready
  | DaemonFailure;

/** Why it cannot start, with what an AppdError has. */
export interface DaemonFailure {
  readonly type: "error";
  readonly message: string;
  readonly hint: string | null;
  readonly exit: ExitName;
  readonly problems?: readonly unknown[] | undefined;
}

/** Reads the message from the text that came over the socket; undefined when it is none. */
export function parseReadiness(text: string): Readiness | undefined {
  try {
    const value = JSON.parse(text) as Readiness;
    return value?.type === "ready" || value?.type === "error" ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined; // The child died in the middle of its line.
    throw error;
  }
}

/** Tells the waiting command; a command that is gone is no failure of the daemon. */
export async function sendReadiness(socketPath: string, message: Readiness): Promise<void> {
  try {
    using connection = await Deno.connect({ transport: "unix", path: socketPath });
    const writer = connection.writable.getWriter();
    await writer.write(new TextEncoder().encode(JSON.stringify(message) + "\n"));
    await writer.close();
  } catch (error) {
    if (
      !(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.ConnectionRefused ||
        error instanceof Deno.errors.BrokenPipe)
    ) throw error;
  }
}
