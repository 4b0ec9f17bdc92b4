import assert from "node:assert/strict";
import type { RepositoryStatus } from "../base/job_reports.ts";
import { createApi } from "./api.ts";
import { fakeDaemon } from "./fake_daemon.ts";

const REPO: RepositoryStatus = {
  name: "repo",
  path: "/srv/repo",
  project: null,
  enabled: true,
  ok: true,
  error: null,
  branch: "main",
  head: null,
  commits: 0,
  last_commit_at: null,
  watching: "events",
};

Deno.test("repositories are listed, and one is looked at when asked, before the answer", async () => {
  const poked: string[] = [];
  let commits = 0;
  const base = fakeDaemon().status();
  const app = createApi(fakeDaemon({
    access: "socket",
    status: () => ({ ...base, repositories: [{ ...REPO, commits }] }),
    repositories: {
      async poke(name) {
        poked.push(name);
        await Promise.resolve();
        commits++;
      },
    },
  }));
  const ask = async (path: string, method = "GET") => {
    const response = await app.request(`http://localhost/api/v1/${path}`, { method, headers: { host: "localhost" } });
    return { code: response.status, answer: await response.json() };
  };
  assert.deepEqual((await ask("repositories")).answer, { repositories: [REPO] });
  assert.deepEqual((await ask("repositories/repo/poke", "POST")).answer, {
    ok: true,
    repository: { ...REPO, commits: 1 },
  });
  const wrong = await ask("repositories/rpeo/poke", "POST");
  assert.deepEqual([wrong.code, wrong.answer.error.hint], [404, 'did you mean "repo"? repositories: repo']);
  assert.deepEqual(poked, ["repo"]);
});
