import { cannot, errnoOf, messageOf } from "../base/errors.ts";
import type { Stream, Terminal } from "../system/terminal.ts";
import type { Advise } from "./advice.ts";
import { COLOURED, PLAIN, type Style, wantsColour } from "./style.ts";

/** How the user wants to be answered. */
export interface OutputOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly noColor: boolean;
  readonly env: Readonly<Record<string, string>>;
  /** Default: leaves commands as they are. */
  readonly advise?: Advise;
  /** Whether stderr is the journal, which wants to know how bad a line is. */
  readonly journal?: boolean;
}

/** The single place that writes to stdout and stderr. */
export interface Output {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** Whether a person looks at stdout. */
  readonly terminal: boolean;
  readonly columns: number;
  readonly style: Style;
  /** Aborted once the reader of stdout has gone; what is written afterwards is dropped. */
  readonly gone: AbortSignal;
  /** Text that was asked for; a newline is added. Not silenced by `--quiet`. */
  print(text: string): void;
  /** What was done, in one line; silenced by `--quiet`. */
  tell(text: string): void;
  /** One JSON value, indented. */
  printJson(value: unknown): void;
  /** Bytes as they are. */
  bytes(bytes: Uint8Array): void;
  /** A line on stderr that is no failure; silenced by `--quiet`. */
  note(text: string): void;
  /** Text on stderr, as it is. */
  complain(text: string): void;
  /** A hint whose commands are about the same instance as this command line. */
  advise(text: string): string;
}

const DEFAULT_COLUMNS = 80;

/**
 * Where stderr is the journal, each line has its severity in front, sd-daemon(3): 3 is an error, 6 says how things are.
 *
 * @param terminal the streams; a reader that went away (EPIPE) ends the output silently, as SIGPIPE would
 * @throws AppdError (io) from its methods when stdout cannot take more, for example on a full disk
 */
export function createOutput(terminal: Terminal, options: OutputOptions): Output {
  const encoder = new TextEncoder();
  const gone = new AbortController();
  const write = (stream: Stream, bytes: Uint8Array) => {
    if (stream === "stdout" && gone.signal.aborted) return;
    try {
      terminal.write(stream, bytes);
    } catch (error) {
      if (errnoOf(error) === "EPIPE") return stream === "stdout" ? gone.abort() : undefined;
      if (stream === "stderr") return; // Nobody is left who could be told.
      throw cannot(["write", "standard output"], messageOf(error), { exit: "io", cause: error });
    }
  };
  const line = (stream: Stream) => (text: string) => write(stream, encoder.encode(text + "\n"));
  const toStderr = (prefix: string) => (text: string) =>
    line("stderr")(journal ? text.replaceAll(/^/gm, prefix) : text);
  const isTerminal = terminal.isTerminal("stdout");
  const { json, quiet, verbose, noColor: noColorOption, env, journal = false } = options;
  const print = line("stdout");
  const columns = () => terminal.columns() ?? DEFAULT_COLUMNS;
  const colours = wantsColour({ terminal: isTerminal, noColorOption, env }) ? COLOURED : PLAIN;
  return {
    json,
    quiet,
    verbose,
    terminal: isTerminal,
    columns: columns(),
    style: {
      ...colours,
      /** Asked each time, because a window changes while somebody watches. */
      get width() {
        return isTerminal ? columns() : Infinity;
      },
    },
    gone: gone.signal,
    print,
    tell: (text) => quiet ? undefined : print(text),
    printJson: (value) => print(JSON.stringify(value, null, 2)),
    bytes: (bytes) => write("stdout", bytes),
    advise: options.advise ?? ((text) => text),
    note: (text) => quiet ? undefined : toStderr("<6>")(text),
    complain: toStderr("<3>"),
  };
}
