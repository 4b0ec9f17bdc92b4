import type { Stream, Terminal } from "../system/terminal.ts";

/** A terminal that remembers, for tests. */
export interface FakeTerminal extends Terminal {
  readonly stdout: string;
  readonly stderr: string;
}

/** What the fake is like. */
export interface FakeTerminalOptions {
  readonly terminal?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  /** Thrown by every write to stdout. */
  readonly failure?: Error;
}

/** Streams in memory. */
export function fakeTerminal(options: FakeTerminalOptions = {}): FakeTerminal {
  const text = { stdout: "", stderr: "" };
  return {
    write(stream: Stream, bytes: Uint8Array) {
      if (stream === "stdout" && options.failure) throw options.failure;
      text[stream] += new TextDecoder().decode(bytes);
    },
    isTerminal: () => options.terminal ?? false,
    columns: () => options.columns,
    rows: () => options.rows,
    get stdout() {
      return text.stdout;
    },
    get stderr() {
      return text.stderr;
    },
  };
}
