/**
 * A reaper stands between the first process of a container and the daemon. Whoever loses its parent falls to the first
 * process, which has to wait(2) for it, and our runtime waits for its own children only: each orphan stays a zombie. A
 * child subreaper (PR_SET_CHILD_SUBREAPER, prctl(2)) catches orphans on their way, and waits for whatever comes.
 *
 * Only what can call prctl can be one, which a POSIX shell cannot; it can be the first process itself, though
 * (`deploy/container/init.sh`), and that is the better way where one has the choice.
 */

import { PROGRAM_VARIABLE } from "./guard.ts";

/** What can become a subreaper, in the order in which it is looked for. */
export interface Reaper {
  /** Looked up on PATH. */
  readonly tool: string;
  /** argv before the daemon's words; its program is in {@link PROGRAM_VARIABLE}, because of what is said there. */
  readonly words: readonly string[];
}

/** Number of prctl(2) by architecture: perl has no name for it. */
const PRCTL = { x86_64: 157, aarch64: 167 } as const;

const SIGNALS = ["TERM", "INT", "HUP", "USR1", "USR2", "QUIT"];

/**
 * Passes signals on, also those that come before there is anybody to pass them to, and ends as its child does. Until the
 * daemon listens, a signal that is a request to it must not kill it: it starts with those ignored, and what it starts in
 * turn does not inherit that, because execve(2) resets what is caught.
 */
const PERL = (prctl: number) =>
  `my ($child, @early);
my $program = delete $ENV{${PROGRAM_VARIABLE}};
for my $name (qw(${SIGNALS.join(" ")})) { $SIG{$name} = sub { $child ? kill($name, $child) : push(@early, $name) } }
syscall(${prctl}, 36, 1, 0, 0, 0);
my $pid = fork;
die "cannot fork: $!" unless defined $pid;
if (!$pid) {
  $SIG{$_} = "DEFAULT" for qw(TERM INT);
  $SIG{$_} = "IGNORE" for qw(HUP USR1 USR2 QUIT);
  exec { $program } $program, @ARGV or do { print STDERR "cannot execute $program: $!\\n"; exit 127 };
}
$child = $pid;
kill($_, $child) for @early;
while ((my $gone = wait) != -1) { exit($? & 127 ? 128 + ($? & 127) : $? >> 8) if $gone == $child }`;

const PYTHON = `import ctypes, os, signal, sys
names = ["${SIGNALS.join('", "')}"]
child, early = 0, []
program = os.environ.pop("${PROGRAM_VARIABLE}")
def forward(number, frame):
    if child: os.kill(child, number)
    else: early.append(number)
for name in names: signal.signal(getattr(signal, "SIG" + name), forward)
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
pid = os.fork()
if pid == 0:
    for name in names:
        ignored = name not in ("TERM", "INT")
        signal.signal(getattr(signal, "SIG" + name), signal.SIG_IGN if ignored else signal.SIG_DFL)
    os.execv(program, [program] + sys.argv[1:])
child = pid
for number in early: os.kill(child, number)
while True:
    gone, status = os.wait()
    if gone == child: os._exit(128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status))`;

/** Every reaper that may be there on this architecture. */
export function reapers(architecture: string): readonly Reaper[] {
  const prctl = PRCTL[architecture as keyof typeof PRCTL];
  return [
    ...(prctl === undefined ? [] : [{ tool: "perl", words: ["-e", PERL(prctl), "--"] }]),
    { tool: "python3", words: ["-I", "-S", "-c", PYTHON] },
  ];
}
