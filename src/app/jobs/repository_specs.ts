import type { RepositorySpec } from "../../git/repository_spec.ts";
import type { Config } from "../../schema/appd_schema.ts";

/** The repositories of the configuration. */
export function repositorySpecs({ repositories }: Config): RepositorySpec[] {
  return repositories.map(({ name, path, enabled, project, branches, paths, events, pollInterval, maxCommits }) => ({
    ...{ name, path, enabled, events, pollInterval, maxCommits },
    ...(project === undefined ? {} : { project }),
    ...(branches === undefined ? {} : { branches }),
    ...(paths === undefined ? {} : { paths }),
  }));
}
