/** A program that gives up: its exit code and the end of what it said. */
export class CommandFailed extends Error {
  override readonly name = "CommandFailed";
}

const LONGEST_COMPLAINT = 300;

/**
 * Runs a program and gives what it printed. It gets TERM when `signal` aborts.
 *
 * @param options `input` for its stdin; `env` beside ours
 * @throws CommandFailed when it does not end with 0; what the runtime throws when it cannot be executed
 */
export async function runCommand(
  command: readonly string[],
  options: { readonly signal: AbortSignal; readonly input?: string; readonly env?: Record<string, string> },
): Promise<string> {
  const [file = "", ...args] = command;
  const { signal, input, env = {} } = options;
  const stdin = input === undefined ? "null" : "piped";
  const child = new Deno.Command(file, { args, env, signal, stdin, stdout: "piped", stderr: "piped" }).spawn();
  if (input !== undefined) await new Blob([input]).stream().pipeTo(child.stdin).catch(() => {}); // Its exit code tells.
  const { code, success, stdout, stderr } = await child.output();
  signal.throwIfAborted();
  if (success) return new TextDecoder().decode(stdout);
  const complaint = new TextDecoder().decode(stderr).trim().slice(-LONGEST_COMPLAINT);
  throw new CommandFailed(`${file} ended with ${code}${complaint === "" ? "" : `: ${complaint}`}`);
}
