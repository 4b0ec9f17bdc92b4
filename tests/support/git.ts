/** For a test's own git: whoever runs the tests may have it sign commits, or run hooks in each repository. */
export const PLAIN_GIT: Readonly<Record<string, string>> = { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };
