import { nearest } from "../base/nearest.ts";
import { replyJson, replyProblem } from "./problem.ts";
import type { Route } from "./route.ts";

/** The repositories of the configuration. */
export const GIT_ROUTES: readonly Route[] = [
  {
    method: "GET",
    path: "/api/v1/repositories",
    summary: "The watched repositories",
    responses: { 200: "the repositories" },
    handle: (_context, { status }) => replyJson({ repositories: status().repositories }),
  },
  {
    method: "POST",
    path: "/api/v1/repositories/:name/poke",
    summary: "Look at a repository now; what is new is told before the answer comes",
    parameters: [{
      name: "name",
      in: "path",
      required: true,
      description: "name of the repository",
      schema: { type: "string" },
    }],
    responses: { 200: "how it is after that look", 404: "no such repository" },
    async handle(context, { status, repositories }) {
      const name = context.req.param("name") ?? "";
      const find = () => status().repositories.find((one) => one.name === name);
      if (find() === undefined) return noSuchRepository(name, status().repositories.map((one) => one.name));
      await repositories?.poke(name);
      return replyJson({ ok: true, repository: find() ?? null });
    },
  },
];

function noSuchRepository(name: string, known: readonly string[]): Response {
  const near = nearest(name, known);
  const list = known.length === 0 ? "none is configured" : `repositories: ${known.join(", ")}`;
  const hint = near === undefined ? list : `did you mean "${near}"? ${list}`;
  return replyProblem({ status: 404, message: `cannot look at "${name}": no such repository`, hint, exit: "generic" });
}
