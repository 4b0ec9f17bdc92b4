/** How a process ended; `unknown` when nobody could see it: only its parent can wait for it. */
export type Ending =
  | { readonly code: number }
  /** `outOfMemory`: the kernel killed it for want of memory. */
  | { readonly signal: string; readonly outOfMemory?: true }
  | "unknown";

/** `exit code 1`, `killed by SIGKILL`, `killed by SIGKILL (out of memory)`, `unknown exit`. */
export function endingText(ending: Ending): string {
  if (ending === "unknown") return "unknown exit";
  if ("code" in ending) return `exit code ${ending.code}`;
  return `killed by ${ending.signal}${ending.outOfMemory ? " (out of memory)" : ""}`;
}
