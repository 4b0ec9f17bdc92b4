/** How a process, or a task, ended; `unknown` when nobody could see it: only its parent can wait for it. */
export type Ending =
  /** `error`: what a task threw, `hint`: what it says can be done about that. */
  | { readonly code: number; readonly error?: string; readonly hint?: string }
  /** `outOfMemory`: the kernel killed it for want of memory. */
  | { readonly signal: string; readonly outOfMemory?: true }
  | "unknown";

/** `exit code 1`, the text of an error, `killed by SIGKILL`, `killed by SIGKILL (out of memory)`, `unknown exit`. */
export function endingText(ending: Ending): string {
  if (ending === "unknown") return "unknown exit";
  if ("code" in ending) return ending.error ?? `exit code ${ending.code}`;
  return `killed by ${ending.signal}${ending.outOfMemory ? " (out of memory)" : ""}`;
}
