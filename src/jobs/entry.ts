import type { Change, Ledger } from "./ledger.ts";
import type { Run } from "./run.ts";

/** A slot's line and the change of the books that makes it stand. */
export interface Entry {
  readonly run: Run;
  readonly change: Change;
  /** Called when the line is on disk; with false when its slot has had one before. */
  readonly settle: (isNew: boolean) => void;
}

/**
 * Writes lines down as one change of the books, and settles each.
 *
 * @param options `more`: what stands in the same change, before them
 * @returns for each whether its line is new
 */
export async function writeEntries(
  entries: readonly Entry[],
  { ledger, more }: { readonly ledger: Pick<Ledger, "record">; readonly more: Change },
): Promise<boolean[]> {
  const refused = await ledger.record({
    update: more.update ?? [],
    insert: entries.flatMap(({ change }) => change.insert ?? []),
    jobs: [...more.jobs ?? [], ...entries.flatMap(({ change }) => change.jobs ?? [])],
  });
  return entries.map(({ run, settle }) => {
    const isNew = !refused.has(run.id);
    settle(isNew);
    return isNew;
  });
}
