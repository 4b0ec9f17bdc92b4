import type { LoadResult } from "../../config/config.ts";
import { problemText } from "../../config/config_error.ts";
import { problemsOf } from "../../config/problems.ts";
import { type Flaw, startReading } from "../../schema/kind.ts";
import { accountsOf, type Surroundings, warnOfDirectory, warnOfProcess } from "../process_warnings.ts";

/**
 * What would keep jobs from running on this host, as it is now, and repositories from being looked at. Not an error, as
 * with programs. Whether a directory is a repository only git can tell, which the daemon asks.
 */
export async function jobWarnings(loaded: LoadResult, around: Surroundings): Promise<string[]> {
  const { jobs, repositories } = loaded.config;
  if (jobs.length + repositories.length === 0) return [];
  const flaws: Flaw[] = [];
  const reading = startReading({ base: loaded.home, sink: (flaw) => void flaws.push(flaw) });
  const accounts = accountsOf(around.files);
  for (const [index, job] of jobs.entries()) {
    const commands = [{ path: ["command"], command: job.command }];
    warnOfProcess(job, { ...around, accounts, reading: reading.at("job").at(index), noun: "job", commands });
  }
  for (const [index, { path, enabled }] of repositories.entries()) {
    const here = reading.at("repository").at(index);
    if (enabled) warnOfDirectory(["path"], path, { files: around.files, reading: here });
  }
  const problems = await problemsOf(flaws.map((flaw) => ({ flaw, from: "file" })), loaded.file);
  return problems.map(problemText);
}
