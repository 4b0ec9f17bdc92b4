/** What the gateway tells of itself: the JSON of `/api/v1/servers` and `/api/v1/tools`. */

/**
 * `down`: not connected, and the next try is to come. `draining`: its last calls are being answered. `disabled`: the
 * configuration says so.
 */
export type ServerState = "connecting" | "ready" | "draining" | "down" | "disabled";

/** One server of the configuration. */
export interface ServerReport {
  readonly name: string;
  readonly state: ServerState;
  /** `stdio` or `http`. */
  readonly transport: "stdio" | "http";
  readonly critical: boolean;
  /** As the server calls itself, with its version; null before it was reached. */
  readonly server: string | null;
  readonly pid: number | null;
  /** ISO 8601. */
  readonly since: string;
  readonly tools: number;
  readonly resources: number;
  readonly prompts: number;
  /** Since the daemon's start, all lives of the server together. */
  readonly calls: number;
  /** Calls that ended with an error, or with a result that says it is one. */
  readonly errors: number;
  readonly in_flight: number;
  /** How often it was connected. */
  readonly connects: number;
  /** Why it was lost or could not be reached the last time; null when it never was, or has been disconnected since. */
  readonly last_error: string | null;
}

export interface ServersReport {
  readonly servers: readonly ServerReport[];
  /** Clients that are connected. */
  readonly sessions: number;
}

/** One tool under the gateway's roof. */
export interface ToolReport {
  /** As clients call it: `docs__search`. */
  readonly name: string;
  readonly server: string;
  /** As its server calls it. */
  readonly tool: string;
  readonly description: string | null;
}
