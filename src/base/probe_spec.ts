/** How a probe looks. Times in milliseconds. */
export type ProbeMethod =
  /** sd_notify(3): READY=1 for readiness, WATCHDOG=1 within period × failureThreshold for liveness. */
  | { readonly kind: "notify" }
  /** GET; 200 to 399 is good. */
  | { readonly kind: "http"; readonly url: string }
  | { readonly kind: "tcp"; readonly hostname: string; readonly port: number }
  /** argv, run as the program is: its user, directory and environment; exit code 0 is good. */
  | { readonly kind: "exec"; readonly command: readonly string[] }
  /** A line of the output matches this regular expression, once in a life. */
  | { readonly kind: "log"; readonly pattern: string }
  /** Alive for so long. */
  | { readonly kind: "delay"; readonly ms: number };

/** How many answers in a row it takes to change a verdict; both at least 1. */
export interface Thresholds {
  readonly successThreshold: number;
  readonly failureThreshold: number;
}

/** A probe in Kubernetes' meaning; times in milliseconds. The configuration, the programs and the probes share it. */
export interface ProbeSpec extends Thresholds {
  readonly method: ProbeMethod;
  readonly initialDelay: number;
  readonly period: number;
  readonly timeout: number;
}
