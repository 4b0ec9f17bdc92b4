import type { Elements } from "./document_check.ts";
import { type EventTrigger, triggerText } from "../base/event_trigger.ts";
import { type JobSettings, usualOverlap } from "./settings_job.ts";
import type { RepositorySettings } from "./settings_repository.ts";

/** What a repository says of a job stands at the job, as if its `on` said so. */
export function linkRepositories(config: Record<string, unknown>, elements: Elements): void {
  const { jobs, repositories } = config as {
    jobs: readonly JobSettings[];
    repositories: readonly RepositorySettings[];
  };
  const added = new Map<string, EventTrigger[]>();
  for (const { name, job } of repositories) {
    for (const each of job) {
      const own = added.get(each) ?? [];
      own.push({ kind: "git", repository: name });
      added.set(each, own);
    }
  }
  if (added.size === 0) return;
  const raws = elements("job");
  config.jobs = jobs.map((job, index) => {
    const more = added.get(job.name);
    if (more === undefined) return job;
    const on = merged(job.on, more);
    return { ...job, on, overlap: raws[index]?.raw.overlap === undefined ? usualOverlap({ ...job, on }) : job.overlap };
  });
}

function merged(own: readonly EventTrigger[], more: readonly EventTrigger[]): EventTrigger[] {
  const said = new Set(own.map(triggerText));
  return [...own, ...more.filter((trigger) => !said.has(triggerText(trigger)))];
}
