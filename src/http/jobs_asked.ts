import type { Context } from "hono";
import type { JobStatus } from "../base/job_reports.ts";
import { nearest } from "../base/nearest.ts";
import { replyProblem } from "./problem.ts";
import type { RouteDeps, RouteParameter } from "./route.ts";

/** The job in a path. */
export const JOB: RouteParameter = {
  name: "name",
  in: "path",
  required: true,
  description: "name of the job",
  schema: { type: "string" },
};

export const NO_JOB = { 404: "no such job" } as const;

/** What is asked, for the words of the answer when there is no such job. */
export interface AskedJob {
  readonly deps: RouteDeps;
  readonly verb: string;
  /** The path parameter that names it. Default `name`. */
  readonly parameter?: string;
}

/** Answers for the job that the path names, or says that there is none. */
export async function withJob(
  context: Context,
  { deps, verb, parameter = "name" }: AskedJob,
  answer: (job: JobStatus) => Response | Promise<Response>,
): Promise<Response> {
  const name = context.req.param(parameter) ?? "";
  const { jobs } = deps.status();
  const job = jobs.find((one) => one.name === name);
  return job === undefined ? noSuchJob(verb, { name, jobs }) : await answer(job);
}

/** 404 with the nearest name. */
export function noSuchJob(verb: string, asked: { name: string; jobs: readonly JobStatus[] }): Response {
  const known = asked.jobs.map(({ name }) => name);
  const near = nearest(asked.name, known);
  const all = known.length === 0 ? "no job is configured" : `jobs: ${known.join(", ")}`;
  return replyProblem({
    status: 404,
    message: `cannot ${verb} "${asked.name}": no such job`,
    hint: near === undefined ? all : `did you mean "${near}"? ${all}`,
    exit: "generic",
  });
}
