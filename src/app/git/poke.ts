import type { RepositoryStatus } from "../../base/job_reports.ts";
import { act } from "../control.ts";
import type { Context } from "../context.ts";

/**
 * Lets the daemon look at a repository now; resolves when what is new is recorded.
 *
 * @returns how it is then
 * @throws AppdError (notRunning, unavailable), (generic) when there is no such repository
 */
export async function pokeRepository(context: Context, name: string): Promise<RepositoryStatus | null> {
  const path = `/api/v1/repositories/${encodeURIComponent(name)}/poke`;
  return (await act<{ repository: RepositoryStatus | null }>(context, ["look at", name], path)).repository;
}
