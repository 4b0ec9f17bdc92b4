import { escapeControls } from "../base/escape.ts";
import type { Check, Finding } from "./doctor.ts";
import type { FileSeen, RunningDaemon, Scene } from "./scene.ts";

/** `PID 12 (nginx)` */
export function processText({ pid, command }: { readonly pid: number; readonly command: string }): string {
  return `PID ${pid} (${escapeControls(command)})`;
}

/** A daemon whose lock was removed under it lives: nothing of it is stale, and nothing is left over. */
function hasDied({ daemon, ghosts }: Pick<Scene, "daemon" | "ghosts">): boolean {
  return daemon.kind === "stopped" && ghosts.length === 0;
}

function findPidFile({ pidFile, daemon, ghosts }: Scene): Finding[] {
  const { path, content, ino } = pidFile;
  if (daemon.kind === "unknown" || content.kind === "absent" || content.kind === "distrusted") return [];
  if (daemon.kind === "running") return wrongPid(pidFile, daemon);
  if (!hasDied({ daemon, ghosts })) return [];
  const says = content.kind === "bad"
    ? content.reason
    : content.process === undefined
    ? `PID ${content.pid} is gone`
    : `${processText(content.process)} is not the daemon`;
  return [{
    id: "pid-file.stale",
    severity: "warning",
    what: `no daemon runs, and there is a PID file: ${says}`,
    why: content.kind === "pid" && content.process !== undefined
      ? "a script that signals the PID in it hits a process that has nothing to do with us"
      : "the last daemon died without cleaning up; scripts that believe the file take it for running",
    hint: "see how it ended: appd logs; remove what it left: appd doctor --fix",
    fix: { what: `remove "${path}"`, action: { kind: "remove", path, ino } },
  }];
}

function wrongPid({ path, content }: Scene["pidFile"], { pid }: RunningDaemon): Finding[] {
  if (content.kind === "absent" || content.kind === "distrusted" || pid === undefined) return [];
  if (content.kind === "pid" && content.pid === pid) return [];
  const says = content.kind === "pid" ? `names PID ${content.pid}` : `is of no use: ${content.reason}`;
  return [{
    id: "pid-file.wrong",
    severity: "warning",
    what: `the PID file "${path}" ${says}, and the daemon is PID ${pid}`,
    why: "a script that signals the PID in it does not reach the daemon, or hits another process",
    hint: "the daemon mends it within seconds; if this stays, somebody else writes it",
  }];
}

function findSilence({ daemon, instance }: Scene): Finding[] {
  if (daemon.kind === "unknown") {
    return [{
      id: "daemon.unknown",
      severity: "error",
      what: `whether a daemon runs cannot be found out: ${daemon.why}`,
      why: "neither start nor stop can be sure",
      hint: "look as the user that runs it, or as root: sudo appd doctor",
    }];
  }
  if (daemon.kind === "stopped" || daemon.answers) return [];
  const { pid, processState } = daemon;
  const who = pid === undefined ? `the daemon of "${instance}"` : `the daemon, PID ${pid},`;
  const isHalted = processState === "T" || processState === "t";
  return [{
    id: "daemon.hung",
    severity: "error",
    what: `${who} holds its lock and does not answer${isHalted ? ": it was halted by a signal" : ""}`,
    why: "it supervises nothing meanwhile, and no other one can start",
    hint: isHalted && pid !== undefined
      ? `let it go on: kill -CONT ${pid}`
      : "see what it did last: appd logs; end it, by force if need be: appd stop",
  }];
}

function findUnhealthy({ daemon }: Scene): Finding[] {
  if (daemon.kind !== "running") return [];
  return daemon.failing.map(({ name, error, critical }) => ({
    id: "health.failing",
    severity: critical ? "error" : "warning",
    what: `the daemon's check "${name}" fails: ${escapeControls(error)}`,
    why: critical
      ? "the daemon counts as degraded, and /health answers 503"
      : "what depends on it does not happen, while the daemon counts as healthy",
    hint: `look closer: appd why ${name.includes(" ") ? `"${name}"` : name}`,
  }));
}

function findSocket({ daemon, files, ghosts }: Scene): Finding[] {
  const socket = files.find(({ role }) => role === "control socket");
  if (daemon.kind === "running" && socket !== undefined) return missingSocket(socket, daemon);
  if (!hasDied({ daemon, ghosts }) || socket?.stat?.kind !== "socket") return [];
  const { path, stat: { ino } } = socket;
  return [{
    id: "socket.stale",
    severity: "warning",
    what: `no daemon runs, and its control socket is still there: "${path}"`,
    why: "the last daemon died without cleaning up; who connects to the socket is refused",
    hint: "remove it: appd doctor --fix; the next start does it too",
    fix: { what: `remove "${path}"`, action: { kind: "remove", path, ino } },
  }];
}

function missingSocket({ path, stat }: FileSeen, { answers }: RunningDaemon): Finding[] {
  if (answers || stat !== undefined) return [];
  return [{
    id: "socket.missing",
    severity: "error",
    what: `the daemon runs, and its control socket "${path}" is gone`,
    why: "no command reaches it; only signals do",
    hint: "the daemon makes it anew within seconds; if not: appd restart",
  }];
}

function findLeftovers({ daemon, ghosts, leftovers, pidFile }: Scene): Finding[] {
  if (!hasDied({ daemon, ghosts }) || leftovers.length === 0) return [];
  const names = [...new Set(leftovers.map(({ name }) => name))];
  const who = names.map((name) =>
    `${name}: ${leftovers.filter((one) => one.name === name).map(processText).join(", ")}`
  );
  if (pidFile.content.kind === "absent") {
    return [{
      // Perhaps a daemon is being replaced at this moment, and they are to be taken over: nothing is offered.
      id: "leftovers.unattended",
      severity: "warning",
      what: `no daemon runs, and these run on: ${who.join("; ")}`,
      why: "nobody restarts them, checks them or writes their output down",
      hint: "let a daemon take them over: appd start; or end them: appd stop",
    }];
  }
  return [{
    id: "leftovers.running",
    severity: "error",
    what: `the daemon died, and these run on without it: ${who.join("; ")}`,
    why: "nobody restarts them, checks them or writes their output down, and they hold their ports",
    hint: "let a daemon take them over: appd start; or end them: appd stop, or appd doctor --fix",
    fix: { what: `end ${names.join(", ")}`, action: { kind: "end leftovers" } },
  }];
}

function findBinary({ daemon, version }: Scene): Finding[] {
  if (daemon.kind !== "running") return [];
  const { image, version: running } = daemon;
  if (running !== undefined && running !== version) {
    return [{
      id: "binary.version",
      severity: "warning",
      what: `the daemon that runs is ${running}, and this binary is ${version}`,
      why:
        "an update takes effect only with the next start, and commands of one version may not fit the other's daemon",
      hint: "change over, programs run on: appd restart --keep-programs",
    }];
  }
  if (!image?.endsWith(" (deleted)")) return [];
  return [{
    id: "binary.replaced",
    severity: "warning",
    what: `the daemon runs from a file that is gone: "${image.slice(0, -" (deleted)".length)}" was replaced or removed`,
    why: "what it starts from its own binary may not be what it is itself",
    hint: "change over, programs run on: appd restart --keep-programs",
  }];
}

/** What became of the daemon, and what one that is gone has left. */
export const DAEMON_CHECKS: readonly Check[] = [
  { id: "pid-file", looksAt: "the PID file names the daemon", find: findPidFile },
  { id: "daemon", looksAt: "the daemon answers", find: findSilence },
  { id: "socket", looksAt: "the control socket leads to the daemon", find: findSocket },
  { id: "health", looksAt: "the daemon's own checks", find: findUnhealthy },
  { id: "leftovers", looksAt: "nothing runs on without its daemon", find: findLeftovers },
  { id: "binary", looksAt: "the daemon that runs is this binary", find: findBinary },
];
