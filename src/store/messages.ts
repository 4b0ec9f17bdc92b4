import type { ExitName } from "../base/exit_codes.ts";
import type { Migration, Row, Statement, StatementResult, StoreHealth, StoreTrouble } from "./store.ts";

/** The steps of one owner, whose versions count for themselves. */
export interface MigrationList {
  /** Who owns the tables, for example `appd` or the name of an app built on the kit. */
  readonly owner: string;
  readonly migrations: readonly Migration[];
}

export type MigrationState = StoreHealth["migrations"];

/** To the engine. `now`: wall time in milliseconds. */
export type Request =
  | {
    readonly kind: "open";
    readonly path: string;
    /** Somebody chose the place: what is damaged there and not known to be ours is refused, not set aside. */
    readonly isChosen: boolean;
    readonly lists: readonly MigrationList[];
    readonly now: number;
  }
  | {
    readonly kind: "work";
    readonly reads: readonly Statement[];
    readonly writes: readonly (readonly Statement[])[];
    /** It was asked before, and answered by `again`. */
    readonly isRepeated: boolean;
    readonly now: number;
  }
  | { readonly kind: "close" };

/** How a call ended. `trouble` null: a bug in the statement. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly trouble: Exclude<StoreTrouble, "closed"> | null; readonly message: string };

export type WriteOutcome = Outcome<readonly StatementResult[]>;
/** The rows came before, in parts. */
export type ReadOutcome = Outcome<null>;

/** Why the file could not be opened, ready to be an AppdError. */
export interface Refusal {
  readonly exit: ExitName;
  readonly message: string;
  readonly hint: string;
  /** Somebody else holds a lock: trying again helps. */
  readonly busy: boolean;
}

/** From the engine: any number of `reset` and `rows`, then one answer to the request. */
export type Reply =
  | { readonly kind: "reset"; readonly setAside: string; readonly reason: string }
  | { readonly kind: "rows"; readonly read: number; readonly rows: readonly Row[] }
  | { readonly kind: "opened"; readonly migrations: MigrationState }
  | { readonly kind: "refused"; readonly refusal: Refusal }
  /** Of `work`: there was a `reset`, nothing of it was done in the database that is there now, and it is to be asked again. */
  | { readonly kind: "again" }
  | {
    readonly kind: "worked";
    readonly reads: readonly ReadOutcome[];
    readonly writes: readonly WriteOutcome[];
    readonly migrations: MigrationState;
  }
  | { readonly kind: "closed"; readonly error: string | null };
