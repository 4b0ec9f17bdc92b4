import type { Place } from "./place.ts";

const FLAGS = "design.md §3: subcommands are canonical, --daemon, --daemon-status and --daemon-stop their aliases";
const DETACH = "design.md §6: the binary starts itself anew in a session of its own, instead of forking twice";
/** Not what the contract's words are: it lets start check before it detaches. */
const CHECKED =
  "other than design.md §4 has it: the process that will be the daemon checks, before it makes anything, and start tells " +
  "its error in the foreground. One check, not two that may disagree; message and code are the same, and nothing runs after";

/** S0, CalendarBot: daemon mode architecture. */
export const S0: readonly Place[] = [
  { id: "Overview", text: "a robust background service on top of the web mode" },
  { id: "Code Reuse Strategy", text: "the daemon wraps the web mode: same pages, same settings, same behaviour" },
  {
    id: "Process Management Architecture",
    text: "detached, one instance tracked by ~/.calendarbot/daemon.pid, graceful on TERM and INT, no console output",
    ruling: DETACH,
  },
  { id: "System Architecture", text: "validate, look for a running instance, detach, PID file, file log, web core" },
  {
    id: "Process Management Layer",
    text: "PID file, running or not; PID, port, uptime, log file, health; stop by signal",
  },
  {
    id: "CLI Integration Layer",
    text: "--daemon, --daemon-status and --daemon-stop lead to their handlers",
    ruling: FLAGS,
  },
  {
    id: "Core Infrastructure",
    text: "utilities for PID files and detaching; flags; conflicts of flags",
    ruling: FLAGS,
  },
  { id: "Mode Implementation", text: "the daemon wraps the web mode, checks first, logs to files" },
  { id: "Registration and Testing", text: "the modes are in one registry, which help and usage errors are made from" },
  { id: "DAEMON-001", text: "start as a background service: detached, PID file, log", ruling: DETACH },
  { id: "DAEMON-002", text: "--daemon-status: PID, port, uptime, log file, health; the process is really looked at" },
  { id: "DAEMON-003", text: "--daemon-stop: TERM, wait, verify, clean up, with a limit" },
  { id: "DAEMON-004", text: "a taken port is told before detaching, with an exit code of its own", ruling: CHECKED },
  {
    id: "DAEMON-005",
    text: "the configuration is checked before detaching, with guidance how to set it up",
    ruling: CHECKED,
  },
  { id: "DAEMON-006", text: "errors at run time: rotating logs, structured records, crash reports, going on" },
  { id: "DAEMON-007", text: "session of its own, signal handlers, PID file operations", ruling: DETACH },
  { id: "DAEMON-008", text: "log to files only, rotated, in a form for daemons" },
  { id: "DAEMON-009", text: "flags, their conflicts, their help", ruling: FLAGS },
  { id: "DAEMON-010", text: "the mode handler runs the web service as the other modes are run" },
  {
    id: "File Structure Impact",
    text: "one program with the daemon's parts in it",
    ruling: "TypeScript, see examples/calendarbot",
  },
  { id: "Web Mode Reuse", text: "the daemon's service is the web mode's" },
  {
    id: "PID File Management",
    text: "~/.calendarbot/daemon.pid, one line with the PID; made on start, checked on status and stop, gone on exit",
  },
  { id: "Signal Handling", text: "TERM and INT: graceful shutdown; the PID file goes" },
  { id: "Testing Strategy", text: "the lifecycle, errors, logs and the command line are tested on the real program" },
  { id: "Success Criteria 1", text: "background service: detached, and the web keeps working" },
  { id: "Success Criteria 2", text: "status monitoring: accurate, with operational details" },
  { id: "Success Criteria 3", text: "graceful shutdown: clean end, resources given back" },
  { id: "Success Criteria 4", text: "error handling: clear messages for common failures" },
  { id: "Success Criteria 5", text: "configuration: validated before going into the background" },
  { id: "Success Criteria 6", text: "logging: comprehensive, in files, for debugging" },
  { id: "Success Criteria 7", text: "process management: the PID can be relied on, signals work" },
  { id: "Success Criteria 8", text: "CLI integration: at home in the existing command line" },
];
