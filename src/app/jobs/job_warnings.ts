import { join } from "node:path";
import { errnoOf } from "../../base/errors.ts";
import type { LoadResult } from "../../config/config.ts";
import { problemText } from "../../config/config_error.ts";
import { problemsOf } from "../../config/problems.ts";
import { type Flaw, type Reading, startReading } from "../../schema/kind.ts";
import type { Files } from "../../system/files.ts";
import { accountsOf, type Surroundings, warnOfDirectory, warnOfProcess } from "../process_warnings.ts";

/**
 * What would keep jobs from running on this host, as it is now, and repositories from being looked at. Not an error, as
 * with programs. Whether what looks like a repository is one only git can tell, which the daemon asks.
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
    if (enabled) warnOfRepository(path, { files: around.files, reading: here });
  }
  const problems = await problemsOf(flaws.map((flaw) => ({ flaw, from: "file" })), loaded.file);
  return problems.map(problemText);
}

interface Place {
  readonly files: Files;
  readonly reading: Reading;
}

function warnOfRepository(path: string, { files, reading }: Place): void {
  const missing = `git clone URL "${path}", or git init "${path}"`;
  if (!warnOfDirectory(["path"], path, { files, reading, missing }) || looksLikeRepository(files, path)) return;
  reading.warn(`is "${path}", which is no git repository`, {
    path: ["path"],
    hint: `name the directory with the .git in it, or make it one: git init "${path}"`,
  });
}

/** The top of a work tree, or a bare repository: gitrepository-layout(5). One that may not be looked into may be one. */
function looksLikeRepository(files: Files, path: string): boolean {
  try {
    const top = files.realPath(path);
    const has = (name: string) => files.stat(join(top, name)) !== undefined;
    return has(".git") || ["HEAD", "objects", "refs"].every(has);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return true;
  }
}
