import { AppdError, type CommandContext } from "../../src/mod.ts";
import { type Config, namesRepositories } from "./settings.ts";

/** A repository as the tests on the command line tell of it. */
export interface Watched {
  readonly name: string;
  readonly path: string;
  readonly enabled: boolean;
  readonly project: string | null;
}

type Context = Pick<CommandContext<Config>, "ask" | "config">;

/**
 * The repositories that the configuration names. Where it names none, the running daemon watches the one that it was started
 * in, and knows which; without a daemon it is the one around this directory.
 */
export async function watchedRepositories({ ask, config }: Context): Promise<readonly Watched[]> {
  const read = await config();
  const running = namesRepositories(read, Deno.cwd())
    ? undefined
    : await ifRunning(() => ask<Status>("/api/v1/status"));
  const found = running?.repositories ?? read.repositories;
  return found.map(({ name, path, enabled, project }) => ({ name, path, enabled, project: project ?? null }));
}

interface Status {
  readonly repositories: readonly Watched[];
}

/** What the daemon answers; undefined when there is none. */
export async function ifRunning<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof AppdError && error.exit === "notRunning") return undefined;
    throw error;
  }
}
