import { oneOrMore } from "./kind_several.ts";
import { duration, flag, integer, oneOf, path, text } from "./kinds.ts";
import { glob } from "./kinds_text.ts";
import { list } from "./kinds_nested.ts";
import { listSection, type OutOf } from "./section.ts";
import { setting } from "./setting.ts";
import { plainName } from "./settings_command.ts";

/** Repositories whose commits make jobs run. */
export const REPOSITORY_SECTION = listSection("repository", {
  help: "a git repository whose commits make jobs run",
  doc: "Every commit makes them run once, also one that was made while the daemon did not run.",
  as: "repositories",
  unique: "name",
  fields: {
    name: setting(plainName(), {
      required: true,
      help: "name of the repository, unlike that of any other; jobs know it as git:NAME",
      reload: "applied",
      example: "myproject",
    }),
    path: setting(path("directory"), {
      required: true,
      help: "directory of a work tree, a linked worktree or a bare repository",
      reload: "applied",
      example: "/srv/repo",
    }),
    enabled: setting(flag(), {
      default: true,
      help: "false: nobody looks at it",
      reload: "applied",
      example: false,
    }),
    project: setting(text({ label: "text" }), {
      defaultText: "none",
      help: "name of the project that jobs are told",
      reload: "applied",
      example: "MyProject",
    }),
    branches: setting(list(glob("branch"), { label: "array of patterns", min: 1, unique: true }), {
      defaultText: "all",
      help: "branches that count, as patterns; those of a remote by its name, as in origin/main",
      doc: "`*` is any text without a slash, `**` any text, `?` one character.",
      reload: "applied",
      example: ["main", "release/*"],
    }),
    paths: setting(list(glob("path"), { label: "array of patterns", min: 1, unique: true }), {
      defaultText: "all",
      help: "files of which a commit has to change one to count, as patterns",
      doc:
        "As in .gitignore: a pattern without a slash is a name at any depth, `docs/` is all that is below, and a slash " +
        "at its beginning means the root.",
      reload: "applied",
      example: ["src/**"],
    }),
    events: setting(
      list(oneOf(["commit", "merge", "amend", "fetch", "switch"]), {
        label: "array of events",
        min: 1,
        unique: true,
      }),
      {
        default: ["commit", "merge", "amend", "fetch"],
        help: "what counts",
        doc: "`fetch`: a commit that came to a branch of a remote. `switch`: another branch was checked out.",
        reload: "applied",
        example: ["commit", "merge"],
      },
    ),
    job: setting(oneOrMore(text({ label: "name" }), { label: "name, or array of names", min: 0, sameness: String }), {
      default: [],
      help: "jobs that run then; the same as git:NAME in their on",
      reload: "applied",
      example: "standup",
    }),
    poll_interval: setting(duration({ min: 100 }), {
      default: "10s",
      help: "time between two looks where the kernel tells no changes",
      reload: "applied",
      example: "1m",
    }),
    max_commits: setting(integer({ min: 1, max: 100_000 }), {
      default: 1000,
      help: "most commits of one look that count one by one",
      reload: "applied",
      example: 50,
    }),
  },
});

/** A repository as the section reads it. */
export type RepositorySettings = OutOf<typeof REPOSITORY_SECTION>;
