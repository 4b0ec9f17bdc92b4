import type { Reading } from "./kind.ts";
import { limits, LIMITS_TEXT } from "./kind_limits.ts";
import { integer, path } from "./kinds.ts";
import { account, umask } from "./kinds_host.ts";
import { mapOf, variable } from "./kinds_nested.ts";
import { setting } from "./setting.ts";

/** What a process of ours is started with; `noun` says whose settings these are: `program`. */
export function processSettings(noun: string) {
  return {
    cwd: setting(path("directory"), {
      defaultText: "appd's home directory; with `user` `/`, because no other user can enter that",
      help: `directory that the ${noun} starts in`,
      reload: "applied",
      example: `/srv/${noun === "program" ? "web" : "data"}`,
    }),
    env: setting(
      mapOf(variable(), {
        label: "table of texts",
        keys: /^[^=\0]+$/,
        expected: "the name of a variable",
      }),
      {
        default: {},
        help: `variables that the ${noun} gets; their values are never shown`,
        doc: "The environment starts clean: PATH, HOME, USER, SHELL, LANG, TZ and what is declared here" +
          (noun === "job" ? ", and what the run is about, in `APPD_JOB`, `APPD_RUN_ID` and their like." : "."),
        reload: "applied",
        example: { MODE: "production" },
        secret: true,
      },
    ),
    env_file: setting(path("file"), {
      defaultText: "none",
      help: "file with more variables, one KEY=value a line; env wins over it",
      reload: "applied",
      example: `${noun === "program" ? "web" : noun}.env`,
    }),
    umask: setting(umask(), {
      defaultText: "the daemon's",
      help: "permission bits that new files do not get, in octal and in quotes",
      reload: "applied",
      example: "027",
    }),
    user: setting(account("user"), {
      defaultText: "the daemon's",
      help: `user that the ${noun} runs as; supplementary groups are dropped`,
      doc: `Only root can run ${noun}s as somebody else.`,
      reload: "applied",
      example: "www-data",
    }),
    group: setting(account("group"), {
      defaultText: "the user's own",
      help: `group that the ${noun} runs as`,
      reload: "applied",
      example: "www-data",
    }),
    nice: setting(integer({ min: -20, max: 19 }), {
      defaultText: "the daemon's",
      help: "how much it gives way to others on the CPU: 19 most, -20 least, nice(1)",
      doc: "Only root can go below the daemon's own.",
      reload: "applied",
      example: 10,
    }),
    limits: setting(limits(), {
      defaultText: "the daemon's",
      help: "resource limits, by the names of prlimit(1)",
      doc: `Names: ${LIMITS_TEXT}. A value is a whole number, for bytes also a size, or \`"unlimited"\`, ` +
        'and stands for both limits; `"soft:hard"` says each.',
      reload: "applied",
      example: { nofile: "4096:65536", core: 0, memlock: "64MiB" },
    }),
  } as const;
}

/** The directory that a process starts in. Our home is closed to every other user. */
export function workingDirectory(
  { cwd, user, group }: { readonly cwd?: string; readonly user?: string; readonly group?: string },
  { base }: Pick<Reading, "base">,
): string {
  return cwd ?? (user === undefined && group === undefined ? base : "/");
}
