import { cannot } from "../../base/errors.ts";
import type { JobsApi } from "../../http/route.ts";

/** Asks the jobs there are at the time: a reload can bring the first ones. @param now undefined while there are none */
export function currentJobs(now: () => JobsApi | undefined): JobsApi {
  function jobs(verb: string, object: string): JobsApi {
    const api = now();
    if (api !== undefined) return api;
    throw cannot([verb, object], "the configuration has no jobs", {
      exit: "notRunning",
      hint: "add a [[job]] to the configuration: appd config path",
    });
  }
  return {
    history: async (query) =>
      query.job === undefined && now() === undefined
        ? { runs: [], next_before: null }
        : await jobs("read the history of", query.job ?? "all").history(query),
    show: async (id) => await jobs("show run", `${id}`).show(id),
    run: async (job) => await jobs("run", job).run(job),
    ended: async (id, signal) => await jobs("wait for run", `${id}`).ended(id, signal),
    webhook: async (job, call) => await jobs("trigger", job).webhook(job, call),
    cancel: async (id) => await jobs("cancel run", `${id}`).cancel(id),
    cancelJob: async (job) => await jobs("cancel", job).cancelJob(job),
    pause: async (options) => await jobs("pause", options.job ?? "the scheduler").pause(options),
    resume: async (options) => await jobs("resume", options.job ?? "the scheduler").resume(options),
    upcoming(options) {
      if (options.job === undefined && now() === undefined) return [];
      return jobs("look ahead for", options.job ?? "all").upcoming(options);
    },
  };
}
