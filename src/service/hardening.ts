import type { Profile } from "./definition.ts";

/** Directives of one purpose, with what an administrator should know before changing them. */
export interface Directives {
  readonly why: string;
  /** `Key=value`, with the value escaped. */
  readonly lines: readonly string[];
}

/** What the hardening has to know of an instance. */
export interface Surroundings {
  /** The home, the program or the configuration is under /home, /root or /run/user. */
  readonly inHomes: boolean;
  /** One of them is under /tmp or /var/tmp. */
  readonly inTemp: boolean;
  /** Paths that must stay writable, escaped, each with a leading `-` where it may be missing. */
  readonly writable: readonly string[];
  /** A daemon takes over the programs of the one that crashed. */
  readonly keepPrograms: boolean;
}

/** The part of a system unit that locks the service and its programs in, systemd.exec(5). */
export function hardening(profile: Profile, around: Surroundings): readonly Directives[] {
  return BY_PROFILE[profile](around);
}

const BY_PROFILE: Readonly<Record<Profile, (around: Surroundings) => readonly Directives[]>> = {
  dedicated: (around) => [
    NO_PRIVILEGES,
    ...fileSystem(around),
    privateUsers(around),
    ...COMMON,
    NETWORK,
    calls("~@privileged", "and nothing that needs privileges"),
    LEFT_OUT,
  ],
  jobs: (around) => [
    NO_PRIVILEGES,
    ...fileSystem(around),
    privateUsers(around),
    ...COMMON,
    PRIVATE_NETWORKS,
    calls("~@privileged @resources", "and nothing that needs privileges or changes priorities (nice, ionice)"),
    LEFT_OUT,
  ],
  root: (around) => [
    ROOT_PRIVILEGES,
    ...rootFileSystem(around),
    ...COMMON,
    NETWORK,
    calls("~@resources", "and nothing that changes priorities (nice, ionice): set Nice= here instead"),
    LEFT_OUT,
  ],
  plain: () => [],
};

/**
 * What also the service manager of a user can enforce. The rest would need a user namespace for each service, which many
 * kernels do not grant to users.
 */
export const FOR_USERS: readonly Directives[] = [
  { why: "sudo, su and other setuid programs give nothing to the programs.", lines: ["NoNewPrivileges=yes"] },
  {
    why: "Not needed by services, and a way into the kernel for an attacker.",
    lines: ["RestrictRealtime=yes", "RestrictSUIDSGID=yes", "LockPersonality=yes", "SystemCallArchitectures=native"],
  },
  {
    why: "Sockets: local, IPv4, IPv6, and netlink, by which programs list network interfaces.",
    lines: ["RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK"],
  },
];

const NO_PRIVILEGES: Directives = {
  why:
    "No privileges, and no way to get any: sudo and other setuid programs give nothing. For a program on a port below " +
    "1024 add CAP_NET_BIND_SERVICE to both sets, and PrivateUsers=no.",
  lines: ["NoNewPrivileges=yes", "CapabilityBoundingSet=", "AmbientCapabilities="],
};

const ROOT_PRIVILEGES: Directives = {
  why:
    "Of root's privileges only these: become the users of the programs (SETUID, SETGID), signal them (KILL) and know " +
    "them again after a crash (SYS_PTRACE, to read their /proc), use and give them files (DAC_OVERRIDE, CHOWN), and ports " +
    "below 1024. A program's limit above the hard limit of this unit needs LimitNOFILE= and its like here.",
  lines: [
    "NoNewPrivileges=yes",
    "CapabilityBoundingSet=CAP_SETUID CAP_SETGID CAP_KILL CAP_SYS_PTRACE CAP_DAC_OVERRIDE CAP_CHOWN CAP_NET_BIND_SERVICE",
  ],
};

function fileSystem({ inHomes, inTemp, writable }: Surroundings): Directives[] {
  return [
    {
      why: "The file system is read-only but for the directories of this unit; more by ReadWritePaths=.",
      lines: ["ProtectSystem=strict", ...writable.map((path) => `ReadWritePaths=${path}`)],
    },
    inHomes
      ? { why: "Homes can be read, because the service is in one of them.", lines: ["ProtectHome=read-only"] }
      : { why: "Homes of people are not there at all.", lines: ["ProtectHome=yes"] },
    ...temporary(inTemp),
  ];
}

function rootFileSystem({ inTemp, writable }: Surroundings): Directives[] {
  const data = ["-/home", "-/root", "-/srv", "-/opt", "-/var", "-/run", "-/mnt", "-/media"];
  return [
    {
      why:
        "The programs write where data belongs, which is checked by the permissions of their users; the system itself " +
        "(/usr, /etc, /boot) is read-only for all.",
      lines: [
        "ProtectSystem=strict",
        `ReadWritePaths=${data.join(" ")}`,
        ...writable.map((path) => `ReadWritePaths=${path}`),
      ],
    },
    ...temporary(inTemp),
  ];
}

function temporary(inTemp: boolean): Directives[] {
  return inTemp
    ? [] // A private /tmp would hide the service's own files.
    : [{ why: "/tmp and /var/tmp of its own, emptied when the service stops.", lines: ["PrivateTmp=yes"] }];
}

/** The kernel lets nobody look into the processes of another user namespace, ptrace(2): they would be started again. */
function privateUsers({ keepPrograms }: Surroundings): Directives {
  if (!keepPrograms) {
    return {
      why: "Only root and the own user exist inside; files of others show as nobody's.",
      lines: ["PrivateUsers=yes"],
    };
  }
  return {
    why: "Each start would have users of its own (PrivateUsers=yes), and would not know the programs that ran on.",
    lines: ["PrivateUsers=no"],
  };
}

const COMMON: readonly Directives[] = [
  { why: "No devices but /dev/null and its like.", lines: ["PrivateDevices=yes", "DevicePolicy=closed"] },
  {
    why: "The kernel's switches, modules, log and clock, cgroups and the host name are out of reach.",
    lines: [
      "ProtectKernelTunables=yes",
      "ProtectKernelModules=yes",
      "ProtectKernelLogs=yes",
      "ProtectControlGroups=yes",
      "ProtectClock=yes",
      "ProtectHostname=yes",
    ],
  },
  {
    why:
      "Processes of other users are not seen. The rest of /proc stays: supervision reads boot id, memory and uptime there " +
      "(ProcSubset=pid would hide them).",
    lines: ["ProtectProc=invisible"],
  },
  {
    why:
      "Not needed by services, and ways into the kernel for an attacker. A program that makes a sandbox of its own " +
      "(browsers, container tools) needs RestrictNamespaces=no.",
    lines: [
      "RestrictNamespaces=yes",
      "RestrictRealtime=yes",
      "RestrictSUIDSGID=yes",
      "LockPersonality=yes",
      "PrivateMounts=yes",
      "KeyringMode=private",
      "RemoveIPC=yes",
    ],
  },
  { why: "What is written before the daemon sets its own mask (027) is for nobody else.", lines: ["UMask=0077"] },
];

const NETWORK: Directives = {
  why: "Sockets: local, IPv4, IPv6, and netlink, by which programs list network interfaces.",
  lines: ["RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK"],
};

const PRIVATE_NETWORKS: Directives = {
  why: "Jobs reach this host and private networks, not the Internet; for that: IPAddressAllow=any.",
  lines: [
    "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6",
    "IPAddressDeny=any",
    "IPAddressAllow=localhost link-local 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 fc00::/7",
  ],
};

function calls(but: string, words: string): Directives {
  return {
    why: `The system calls of ordinary services, ${words}; any other fails with EPERM.`,
    lines: [
      "SystemCallArchitectures=native",
      "SystemCallFilter=@system-service",
      `SystemCallFilter=${but}`,
      "SystemCallErrorNumber=EPERM",
    ],
  };
}

const LEFT_OUT: Directives = {
  why:
    "Left out: MemoryDenyWriteExecute=, because the JIT compiler of the runtime writes code and runs it, and would be " +
    "killed at the start; DynamicUser=, because a user that changes cannot own files that last.",
  lines: [],
};
